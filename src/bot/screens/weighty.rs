//! The cards above an operator's second tap: what will happen, before it does.

use super::operator::{not_found, status};
use super::{Scene, message};
use crate::bot::dialogue::{Asked, DeskPress, Press, Weighty};
use crate::bot::error::BotError;
use crate::bot::speech::{lines, paragraphs};
use crate::flows::confirm_payment::{self, Confirmable};
use crate::kernel::ids::OrderNo;
use crate::kernel::money::Money;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{self, Order, OrderStatus};
use crate::platform::texts::Args;

/// `named`: the payment that would be confirmed.
pub(super) async fn confirm_card(
    scene: &Scene<'_>,
    named: &str,
) -> Result<OutgoingMessage, BotError> {
    let Some(found) = confirm_payment::look(&scene.bot.till.base, named).await? else {
        return Ok(not_found(scene, &OrderNo::from(named)));
    };
    let facts = lines([order_line(scene, &found.order), payment_lines(scene, &found)]);
    let effect = scene.speech.word(effect(&found.order));
    let title = scene.speech.word("confirm-card");
    let (words, keyboard) = match waiting(scene) {
        Some((card, no, Asked::Confirm { reference, note, .. })) => {
            let args = Args::new().escaped("reference", reference).escaped("note", note);
            let amount = Args::new().text("amount", scene.speech.money(found.payment.received()));
            let sure = scene.speech.say("btn-confirm-surely", &amount);
            (scene.speech.say("confirm-words", &args), buttons(scene, (card, no), sure))
        }
        Some((_, _, Asked::Refund { .. })) | None => {
            let args = Args::new().text("payment_no", found.payment.payment_no.as_str());
            let no = found.order.order_no.clone();
            let typing = DeskPress::ConfirmBy(found.payment.payment_no.clone());
            let keyboard = vec![
                scene.row("btn-desk-confirm", &Press::Desk(typing)),
                scene.row("btn-operator-open", &Press::OperatorOpen(no)),
            ];
            (scene.speech.say("confirm-how", &args), keyboard)
        }
    };
    Ok(message(paragraphs([title, facts, effect, words]), keyboard))
}

/// What a confirmation leads to.
fn effect(order: &Order) -> &'static str {
    if order.paid_at.is_some() {
        return "confirm-then-surplus";
    }
    if order.status == OrderStatus::PendingPayment {
        "confirm-then-deliver"
    } else {
        "confirm-then-late"
    }
}

fn order_line(scene: &Scene<'_>, order: &Order) -> String {
    let args = Args::new()
        .text("order_no", order.order_no.as_str())
        .escaped("product", &scene.product_name(order))
        .text("status", status(scene, "order", order.status.as_str()));
    scene.speech.say("operator-card-order", &args)
}

fn payment_lines(scene: &Scene<'_>, found: &Confirmable) -> String {
    let payment = &found.payment;
    let args = Args::new()
        .text("payment_no", payment.payment_no.as_str())
        .escaped("provider", &payment.provider)
        .escaped("method", &payment.method)
        .text("amount", scene.speech.money(payment.amount))
        .text("status", status(scene, "payment", payment.status.as_str()));
    let line = scene.speech.say("operator-order-payment", &args);
    let Some(stated) = found.stated else { return line };
    let args = Args::new()
        .text("stated", scene.speech.money(stated))
        .text("amount", scene.speech.money(payment.amount));
    lines([line, scene.speech.say("confirm-arrived", &args)])
}

/// Money goes back only after a second tap.
pub(super) async fn refund_card(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let Some((card, no, Asked::Refund { amount, reason, by_hand, beyond_window })) = waiting(scene)
    else {
        return Ok(message(scene.speech.word("operator-kept"), Keyboard::new()));
    };
    let db = scene.bot.till.base.db.read();
    let Some(order) = orders::repo::find(db, no).await? else { return Ok(not_found(scene, no)) };
    let args = Args::new()
        .text("order_no", no.as_str())
        .escaped("product", &scene.product_name(&order))
        .text("amount", money_of(scene, *amount, &order))
        .text("status", status(scene, "order", order.status.as_str()));
    let reason = Args::new().escaped("reason", reason);
    let by_hand = by_hand.as_deref().map(|reference| {
        scene.speech.say("refund-confirm-by-hand", &Args::new().escaped("reference", reference))
    });
    let over = beyond_window.then(|| scene.speech.word("refund-confirm-window-over"));
    let details = lines([
        scene.speech.say("refund-confirm-reason", &reason),
        by_hand.unwrap_or_default(),
        over.unwrap_or_default(),
    ]);
    let text = paragraphs([scene.speech.say("refund-confirm", &args), details]);
    let args = Args::new().text("amount", scene.speech.money(*amount));
    let sure = scene.speech.say("btn-refund-confirm", &args);
    let mut keyboard = buttons(scene, (card, no), sure);
    let part = Press::Desk(DeskPress::RefundPart(no.clone()));
    keyboard.insert(1, scene.row("btn-desk-part", &part));
    Ok(message(text, keyboard))
}

/// A part is told with the whole.
fn money_of(scene: &Scene<'_>, amount: Money, order: &Order) -> String {
    let part = scene.speech.money(amount);
    if amount == order.total {
        return part;
    }
    let args = Args::new().text("part", part).text("total", scene.speech.money(order.total));
    scene.speech.say("refund-part", &args)
}

fn waiting<'a>(scene: &Scene<'a>) -> Option<(&'a str, &'a OrderNo, &'a Asked)> {
    let Weighty { card, order_no, asked } = scene.dialogue.weighty.as_ref()?;
    Some((card, order_no, asked))
}

fn buttons(scene: &Scene<'_>, (card, no): (&str, &OrderNo), sure: String) -> Keyboard {
    let surely = Press::OperatorSurely(card.to_owned(), no.clone());
    let keep = Press::OperatorKeep(card.to_owned(), no.clone());
    vec![vec![Button::callback(sure, surely.data())], scene.row("btn-operator-keep", &keep)]
}
