//! Buyers who want money back: the open requests, and one of them with what can be said to it.

use super::super::{Scene, message};
use crate::bot::dialogue::{DeskPress, Press};
use crate::bot::error::BotError;
use crate::bot::speech::paragraphs;
use crate::flows::ask_refund;
use crate::kernel::ids::OrderNo;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders;
use crate::payments::requests::RequestStatus;
use crate::platform::texts::Args;

/// So many are shown at once; the oldest come first.
const SHOWN: i64 = 20;

pub(super) async fn list(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let open = ask_refund::list_open(&scene.bot.till.base, SHOWN).await?;
    let key = if open.is_empty() { "desk-requests-none" } else { "desk-requests" };
    let mut keyboard = Keyboard::new();
    for asked in &open {
        let args = Args::new()
            .text("order_no", asked.order_no.as_str())
            .text("date", scene.speech.date(asked.requested_at));
        let label = scene.speech.say("btn-desk-request-line", &args);
        let press = Press::Desk(DeskPress::Request(asked.order_no.clone()));
        keyboard.push(vec![Button::callback(label, press.data())]);
    }
    keyboard.push(vec![scene.desk_menu()]);
    Ok(message(scene.speech.word(key), keyboard))
}

pub(super) async fn one(scene: &Scene<'_>, no: &OrderNo) -> Result<OutgoingMessage, BotError> {
    let base = &scene.bot.till.base;
    let order = orders::repo::find(base.db.read(), no).await?;
    let asked = ask_refund::find(base, no).await?;
    let (Some(order), Some(asked)) = (order, asked) else { return list(scene).await };
    let status = scene.speech.word(&format!("request-status-{}", asked.status.as_str()));
    let args = scene
        .about(&order)
        .text("requested_at", scene.speech.date_time(asked.requested_at))
        .text("user_id", order.user.to_string())
        .text("status", status)
        .escaped("reason", asked.reason.as_deref().unwrap_or("–"));
    let answer = asked.answer.map(|answer| {
        scene.speech.say("desk-request-answer", &Args::new().escaped("answer", &answer))
    });
    let text = paragraphs([scene.speech.say("desk-request", &args), answer.unwrap_or_default()]);
    let mut keyboard = Keyboard::new();
    if asked.status == RequestStatus::Open {
        keyboard.push(vec![
            scene.button("btn-desk-request-full", &Press::OperatorRefund(no.clone())),
            scene.at_desk("btn-desk-part", DeskPress::RefundPart(no.clone())),
        ]);
        keyboard.push(vec![scene.at_desk("btn-desk-refuse", DeskPress::RefuseRefund(no.clone()))]);
    }
    keyboard.push(vec![
        scene.button("btn-operator-open", &Press::OperatorOpen(no.clone())),
        scene.at_desk("btn-desk-requests", DeskPress::Requests),
    ]);
    Ok(message(text, keyboard))
}
