//! The one message that a purchase keeps in the chat. It begins as the payment card; the words of
//! the payment take its place in a new message, with the progress below them, and stay there for
//! ever: what is edited later stands below them. A purchase that has ended says so in it.
//!
//! Everything here is a courtesy: what must be known is told in messages of its own.

use super::price_words;
use super::tools::Tools;
use crate::flows::fulfil_order::Failure;
use crate::kernel::ids::OrderNo;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::notifications::ports::MessageId;
use crate::notifications::sender::Priority;
use crate::orders::{self, Order, OrderError, OrderStatus, Step};
use crate::payments::refunds;
use crate::platform::texts::{self, Args};

/// What every message about an order can speak of.
pub(super) fn about(tools: &Tools, order: &Order) -> Args {
    let product = tools.product(order).map(|product| product.name.get(order.locale).to_owned());
    // After the personal data were erased the number has to do.
    let product = product.unwrap_or_else(|_erased| order.sku.to_string());
    Args::new()
        .escaped("product", &product)
        .text("amount", tools.price(order.locale, order.total))
        .text("discounts", price_words::below_amount(&tools.texts, order))
        .text("order_no", order.order_no.as_str())
}

/// "支付成功", or what is said instead when the order was free or the money came late.
pub(super) async fn head(tools: &Tools, order: &Order) -> Result<String, OrderError> {
    let key = if order.total.is_zero() {
        "pay-received-free"
    } else if was_given_up(tools, order).await? {
        "pay-late-fulfil"
    } else {
        "pay-received"
    };
    Ok(tools.format(order.locale, key, &about(tools, order)))
}

/// Whether the money came after the order had ended.
async fn was_given_up(tools: &Tools, order: &Order) -> Result<bool, OrderError> {
    let history = orders::repo::history(tools.till.base.db.read(), &order.order_no).await?;
    let paid = history.iter().find(|row| row.to == OrderStatus::Paid.as_str());
    let before = paid.and_then(|row| row.from.as_deref());
    Ok(before.is_some_and(|status| status != OrderStatus::PendingPayment.as_str()))
}

/// The payment card loses its buttons, so that nobody pays twice.
pub(super) async fn retire_card(tools: &Tools, order: &Order, card: MessageId) {
    // Said of the moment, not of the row: the copy in hand may be older than the news.
    let state = if order.total.is_zero() { "free" } else { "paid" };
    let message = OutgoingMessage::html(card_text(tools, order, state));
    edit(tools, order, card, &message).await;
}

/// A callback came, and the provider cannot be asked about it yet: the card says so and loses its
/// buttons, so that nobody pays twice meanwhile.
pub(super) async fn show_verifying(tools: &Tools, order: &Order) {
    let Some(card) = order.anchor_message.map(MessageId) else { return };
    let text = tools.format(order.locale, "pay-verifying", &about(tools, order));
    edit(tools, order, card, &OutgoingMessage::html(text)).await;
}

/// The purchase ended, or is in the hands of a person: its message says how it stands and keeps
/// only buttons that do no harm.
pub(super) async fn show_end(tools: &Tools, number: &OrderNo) {
    // Read anew: other news may have been faster.
    let Ok(order) = orders::repo::get(tools.till.base.db.read(), number).await else { return };
    let order = &order;
    let Some(anchor) = order.anchor_message.map(MessageId) else { return };
    let message = match end(tools, order).await {
        Ok(Some(message)) => message,
        Ok(None) => return,
        Err(error) => {
            tracing::info!(error = format!("{error:#}"), "the end of a purchase is not shown");
            return;
        }
    };
    edit(tools, order, anchor, &message).await;
}

/// `None` while the message is still being edited by somebody else.
async fn end(tools: &Tools, order: &Order) -> anyhow::Result<Option<OutgoingMessage>> {
    let locale = order.locale;
    match order.status {
        OrderStatus::Paid | OrderStatus::Generating => return Ok(None),
        OrderStatus::PendingPayment => {
            let text = tools.format(locale, "pay-card-in-doubt", &about(tools, order));
            return Ok(Some(OutgoingMessage::html(text).with_keyboard(help(tools, order))));
        }
        OrderStatus::Completed
        | OrderStatus::Failed
        | OrderStatus::Cancelled
        | OrderStatus::Closed
        | OrderStatus::Refunding
        | OrderStatus::Refunded => {}
    }
    let told_of_payment = order.paid_at.is_some() && order.step > Step::NotifyPaid;
    let mut text = if told_of_payment {
        let head = head(tools, order).await?;
        let icon = tools.text(locale, &format!("order-icon-{}", order.status));
        let status = tools.text(locale, &format!("order-status-{}", order.status));
        format!("{head}\n\n{icon} {status}")
    } else {
        card_text(tools, order, order.status.as_str())
    };
    for line in details(tools, order).await? {
        text.push('\n');
        text.push_str(&line);
    }
    Ok(Some(OutgoingMessage::html(text)))
}

/// Why it failed, and what became of the money.
async fn details(tools: &Tools, order: &Order) -> anyhow::Result<Vec<String>> {
    let locale = order.locale;
    let mut lines = Vec::new();
    if order.status == OrderStatus::Failed && order.paid_at.is_some() {
        let failure = Failure::of(order).unwrap_or(Failure::Internal);
        let args = Args::new().text("reason", tools.text(locale, &failure.text_key()));
        lines.push(tools.format(locale, "order-card-failure", &args));
    }
    let db = tools.till.base.db.read();
    for refund in refunds::list_of_order(db, &order.order_no).await? {
        let status = tools.text(locale, &format!("refund-status-{}", refund.status.as_str()));
        let args =
            Args::new().text("amount", texts::money(locale, refund.amount)).text("status", status);
        lines.push(tools.format(locale, "order-card-refund", &args));
    }
    Ok(lines)
}

/// `state`: a status of an order, or `free`.
fn card_text(tools: &Tools, order: &Order, state: &str) -> String {
    let args = about(tools, order)
        .text("icon", tools.text(order.locale, &format!("order-icon-{state}")))
        .text("status", tools.text(order.locale, &format!("order-status-{state}")))
        .text("created_at", tools.date_time(order.locale, order.created_at));
    tools.format(order.locale, "order-card", &args)
}

fn help(tools: &Tools, order: &Order) -> Keyboard {
    let label = tools.text(order.locale, "btn-support");
    vec![vec![Button::callback(label, "support")]]
}

async fn edit(tools: &Tools, order: &Order, which: MessageId, message: &OutgoingMessage) {
    let edited = tools.sender.edit(Priority::Normal, order.user, which, message).await;
    if let Err(error) = edited {
        let error = &error as &dyn std::error::Error;
        tracing::info!(error, "the purchase's message could not be edited");
    }
}
