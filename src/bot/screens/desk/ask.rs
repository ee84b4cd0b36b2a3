//! What an operator is asked to type, and the choices for money in doubt.

use super::super::{Scene, message};
use super::labelled;
use crate::bot::dialogue::{Asks, DeskPress, Press};
use crate::bot::error::BotError;
use crate::bot::speech::{lines, paragraphs};
use crate::flows::settle_doubt;
use crate::kernel::ids::PaymentNo;
use crate::notifications::message::{Button, OutgoingMessage};
use crate::payments::ledger::Settled;
use crate::payments::repo as payments;
use crate::platform::texts::Args;

/// `why`: what was typed before will not do.
pub(super) fn words(scene: &Scene<'_>, asks: &Asks, why: Option<&str>) -> OutgoingMessage {
    let why = why.map(|key| scene.speech.word(key)).unwrap_or_default();
    let (question, back) = match asks {
        Asks::Search => (scene.speech.word("desk-ask-search"), scene.desk_menu()),
        Asks::Confirm(payment) => {
            let args = Args::new().text("payment_no", payment.as_str());
            (scene.speech.say("desk-ask-confirm", &args), scene.desk_menu())
        }
        Asks::RefundPart(order) => {
            let args = Args::new().text("order_no", order.as_str());
            let back = scene.button("btn-back", &Press::OperatorOpen(order.clone()));
            (scene.speech.say("desk-ask-part", &args), back)
        }
        Asks::RefuseRefund(order) => {
            let args = Args::new().text("order_no", order.as_str());
            let back = scene.at_desk("btn-back", DeskPress::Request(order.clone()));
            (scene.speech.say("desk-ask-refuse", &args), back)
        }
        Asks::Doubt(payment, settled) => {
            let args = Args::new()
                .text("payment_no", payment.as_str())
                .text("settled", scene.speech.word(&format!("desk-doubt-{settled}")));
            let back = scene.at_desk("btn-back", DeskPress::Doubt(payment.clone()));
            (scene.speech.say("desk-ask-doubt", &args), back)
        }
        Asks::Coupon => {
            let back = scene.at_desk("btn-back", DeskPress::Coupons(0));
            (scene.speech.word("desk-ask-coupon"), back)
        }
        Asks::Letter => {
            let back = scene.at_desk("btn-back", DeskPress::Broadcasts);
            (scene.speech.word("desk-ask-letter"), back)
        }
        Asks::Stock(sku) => {
            let args = Args::new().escaped("product", &scene.sku_name(sku));
            let back = scene.at_desk("btn-back", DeskPress::Product(sku.clone()));
            (scene.speech.say("desk-ask-stock", &args), back)
        }
    };
    message(paragraphs([why, question]), vec![vec![back]])
}

/// What stands in doubt of a payment, and what may have become of it.
pub(super) async fn doubt(
    scene: &Scene<'_>,
    payment_no: &PaymentNo,
) -> Result<OutgoingMessage, BotError> {
    let base = &scene.bot.till.base;
    let Some(payment) = payments::find(base.db.read(), payment_no).await? else {
        return Ok(message(scene.speech.word("desk-doubt-none"), vec![vec![scene.desk_menu()]]));
    };
    let back = scene.button("btn-back", &Press::OperatorOpen(payment.order_no.clone()));
    let found = settle_doubt::look(base, (&payment.order_no, payment_no)).await?;
    let doubts = found.map(|(_, doubts)| doubts).unwrap_or_default();
    if doubts.is_empty() {
        return Ok(message(scene.speech.word("desk-doubt-none"), vec![vec![back]]));
    }
    let line = |doubt: &crate::payments::ledger::Doubt| {
        let args = Args::new()
            .text("amount", scene.speech.money(doubt.amount))
            .escaped("charge", doubt.charge_ref.as_deref().unwrap_or("–"));
        scene.speech.say("desk-doubt-line", &args)
    };
    let args = Args::new()
        .text("payment_no", payment_no.as_str())
        .text("order_no", payment.order_no.as_str());
    let title = scene.speech.say("desk-doubt", &args);
    let text =
        paragraphs([title, lines(doubts.iter().map(line)), scene.speech.word("desk-doubt-how")]);
    let mut keyboard: Vec<Vec<Button>> = Settled::ALL
        .iter()
        .map(|settled| {
            let label = scene.speech.word(&format!("btn-desk-doubt-{}", settled.as_str()));
            vec![labelled(label, DeskPress::DoubtIs(payment_no.clone(), *settled))]
        })
        .collect();
    let confirm = Press::OperatorConfirm(payment.order_no.clone());
    keyboard.push(vec![scene.button("btn-operator-confirm", &confirm), back]);
    Ok(message(text, keyboard))
}
