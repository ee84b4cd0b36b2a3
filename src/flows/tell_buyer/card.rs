//! The payment card: amount, number, deadline, the ways on (spec.md §6). It takes the place of the
//! purchase's anchor message where there is one.

use crate::flows::purchase_message;
use crate::flows::tools::Tools;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage, Photo};
use crate::notifications::ports::{MessageId, SendError};
use crate::notifications::sender::Priority;
use crate::orders::{self, Order, OrderError};
use crate::payments::repo as payments;
use crate::payments::{Payment, PaymentError};
use crate::platform::db::Db;
use crate::platform::jobs::JobError;
use crate::platform::qr;
use crate::platform::texts::{self, Args};

/// Shows the card. `Ok(Err(…))`: the chat did not take it.
pub(super) async fn show(tools: &Tools, order: &Order) -> Result<Result<(), SendError>, JobError> {
    let payment = open_payment(&tools.till.base.db, order).await.map_err(JobError::retry)?;
    let Some(payment) = payment else { return Ok(Ok(())) };
    let message = OutgoingMessage::html(text(tools, order, &payment))
        .with_keyboard(keyboard(tools, order, &payment));
    match put(tools, order, &message).await {
        Ok(None) => {}
        Ok(Some(anchor)) => save_anchor(tools, order, anchor).await.map_err(JobError::retry)?,
        Err(error) => return Ok(Err(error)),
    }
    if let Some(code) = &payment.qr_code {
        show_code(tools, order, code).await;
    }
    Ok(Ok(()))
}

/// The payment that can be paid now; with its link if it has one.
pub(super) async fn open_payment(db: &Db, order: &Order) -> Result<Option<Payment>, PaymentError> {
    let attempts = payments::list_of_order(db.read(), &order.order_no).await?;
    let open = |payment: &Payment| payment.status.is_open() && payment.pay_url.is_some();
    Ok(attempts.into_iter().rfind(open))
}

/// In place of the anchor, or as a new message, which then is the anchor.
async fn put(
    tools: &Tools,
    order: &Order,
    message: &OutgoingMessage,
) -> Result<Option<MessageId>, SendError> {
    if let Some(anchor) = order.anchor_message.map(MessageId) {
        match tools.sender.edit(Priority::Urgent, order.user, anchor, message).await {
            Ok(()) => return Ok(None),
            Err(SendError::NotEditable(_)) => {}
            Err(error) => return Err(error),
        }
    }
    tools.sender.send(Priority::Urgent, order.user, message).await.map(Some)
}

async fn save_anchor(tools: &Tools, order: &Order, anchor: MessageId) -> Result<(), OrderError> {
    let tx = tools.till.base.db.begin_write().await?;
    orders::repo::save_anchor(&tx, &order.order_no, Some(anchor.0)).await?;
    tx.commit().await?;
    Ok(())
}

fn text(tools: &Tools, order: &Order, payment: &Payment) -> String {
    let locale = order.locale;
    let method = format!("method-{}", payment.method);
    let known = tools.texts.has(locale, &method);
    let method = tools.text(locale, if known { &method } else { "method-other" });
    let args = purchase_message::about(tools, order)
        .text("method", method)
        .text("deadline", tools.deadline(locale, payment.expires_at));
    tools.format(locale, "pay-card", &args)
}

fn keyboard(tools: &Tools, order: &Order, payment: &Payment) -> Keyboard {
    let word = |key: &str| tools.text(order.locale, key);
    let mut rows = ways_to_pay(tools, order, payment);
    let ways = tools.till.counter(&payment.provider).map_or(0, |counter| counter.methods.len());
    if ways > 1 {
        let data = format!("pay:methods:{}", order.order_no);
        rows.push(vec![Button::callback(word("btn-switch-method"), data)]);
    }
    rows.push(vec![Button::callback(
        word("btn-cancel-order"),
        format!("pay:cancel:{}", order.order_no),
    )]);
    rows
}

/// The link, and "I have paid".
pub(super) fn ways_to_pay(tools: &Tools, order: &Order, payment: &Payment) -> Keyboard {
    let word = |key: &str| tools.text(order.locale, key);
    let link = payment.pay_url.as_ref().map(|url| vec![Button::url(word("btn-pay"), url)]);
    let check = Button::callback(word("btn-paid"), format!("pay:check:{}", order.order_no));
    link.into_iter().chain([vec![check]]).collect()
}

/// The picture is a second way to the same payment: without it the link is still there.
async fn show_code(tools: &Tools, order: &Order, code: &str) {
    let args = Args::new()
        .text("amount", texts::money(order.locale, order.total))
        .text("deadline", tools.deadline(order.locale, order.expires_at));
    let caption = OutgoingMessage::plain(tools.format(order.locale, "pay-qr-caption", &args));
    let png = match qr::png(code) {
        Ok(png) => png,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "no QR picture can be made of a payment's code");
            return;
        }
    };
    let photo = Photo { png, file_name: format!("{}.png", order.order_no), caption };
    if let Err(error) = tools.sender.send_photo(Priority::Urgent, order.user, &photo).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "the QR picture was not sent");
    }
}
