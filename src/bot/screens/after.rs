//! Questions about a delivered order, and what its card offers after the delivery.

use super::{Scene, asking, message, plain};
use crate::bot::dialogue::{AfterPress, AfterView, Press};
use crate::bot::error::BotError;
use crate::catalog::ProductSnapshot;
use crate::flows::{ask_refund, rate_order, rewrite_report};
use crate::kernel::ids::OrderNo;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{Order, OrderStatus};
use crate::payments::requests::RequestStatus;
use crate::platform::texts::Args;
use crate::reports::ratings::Stars;

pub(super) async fn show(
    scene: &Scene<'_>,
    (view, no): (AfterView, &OrderNo),
) -> Result<OutgoingMessage, BotError> {
    let Some(order) = scene.order(no).await? else {
        return Ok(plain::text(scene, "order-not-found"));
    };
    if matches!(view, AfterView::Ask | AfterView::TooLong | AfterView::Asked) {
        return asking::show(scene, (view, &order)).await;
    }
    let press = |press: AfterPress| Press::After(press, no.clone());
    let say = |key| scene.speech.say(key, &scene.about(&order));
    let mut keyboard = Keyboard::new();
    let text = match view {
        AfterView::Rate => {
            keyboard.push(stars(no));
            say("rate-ask")
        }
        AfterView::Rated => {
            let rating = rate_order::find(&scene.bot.till.base, no).await?;
            let count = rating.map_or(0, |rating| rating.stars.count());
            keyboard.push(scene.row("btn-rate-words", &press(AfterPress::Words)));
            if rewrites_left(scene, &order).await? > 0 {
                keyboard.push(scene.row("btn-rewrite", &press(AfterPress::Rewrite)));
            }
            scene.speech.say("rate-thanks", &scene.about(&order).number("stars", count.into()))
        }
        AfterView::Words => say("rate-words-ask"),
        AfterView::Rewrite => say("rewrite-ask"),
        AfterView::Refund => say("refund-ask"),
        AfterView::Ask | AfterView::TooLong | AfterView::Asked => String::new(),
        AfterView::Erase => {
            keyboard.push(scene.row("btn-erase-surely", &press(AfterPress::EraseSurely)));
            say("erase-ask")
        }
    };
    keyboard.push(scene.row("btn-back", &Press::OrderOpen(no.clone())));
    Ok(message(text, keyboard))
}

/// One button for each number of stars.
fn stars(no: &OrderNo) -> Vec<Button> {
    let button = |stars: Stars| {
        let press = Press::After(AfterPress::Stars(stars), no.clone());
        Button::callback(format!("{} ⭐", stars.count()), press.data())
    };
    Stars::ALL.into_iter().map(button).collect()
}

/// What the order's card says about it.
pub(super) async fn lines_of(scene: &Scene<'_>, order: &Order) -> Result<Vec<String>, BotError> {
    let mut lines = Vec::new();
    if let Some(rating) = rate_order::find(&scene.bot.till.base, &order.order_no).await? {
        let args = Args::new().number("stars", rating.stars.count().into());
        lines.push(scene.speech.say("order-card-rating", &args));
    }
    if let Some(asked) = ask_refund::find(&scene.bot.till.base, &order.order_no).await? {
        let answer = asked.answer.map(|answer| {
            scene.speech.say("order-card-answer", &Args::new().escaped("answer", &answer))
        });
        lines.push(scene.speech.word(&format!("order-card-request-{}", asked.status.as_str())));
        lines.extend(answer);
    }
    lines.extend(asking::line_of(scene, order).await?);
    Ok(lines)
}

/// What can be done with it; `None` of it while something is under way.
pub(super) async fn buttons_of(scene: &Scene<'_>, order: &Order) -> Result<Keyboard, BotError> {
    let button = |key, press| scene.button(key, &Press::After(press, order.order_no.clone()));
    let mut rows = Keyboard::new();
    rows.extend(asking::button_of(scene, order).await?.map(|button| vec![button]));
    if order.status == OrderStatus::Completed && !is_pack(scene, order) {
        let mut row = vec![button("btn-rate", AfterPress::Rate)];
        if rewrites_left(scene, order).await? > 0 {
            row.push(button("btn-rewrite", AfterPress::Rewrite));
        }
        rows.push(row);
    }
    let mut row = Vec::new();
    if order.status == OrderStatus::Completed && !order.total.is_zero() {
        let asked = ask_refund::find(&scene.bot.till.base, &order.order_no).await?;
        if asked.is_none_or(|asked| asked.status != RequestStatus::Open) {
            row.push(button("btn-ask-refund", AfterPress::Refund));
        }
    }
    let keyring = &scene.bot.till.base.keyring;
    let ended = !order.status.is_under_way() && !is_pack(scene, order);
    if ended && order.form::<serde_json::Value>(keyring).is_ok() {
        row.push(button("btn-erase", AfterPress::Erase));
    }
    if !row.is_empty() {
        rows.push(row);
    }
    Ok(rows)
}

/// An order of more questions has no report.
pub(super) fn is_pack(scene: &Scene<'_>, order: &Order) -> bool {
    let product = order.product::<ProductSnapshot>(&scene.bot.till.base.keyring);
    product.is_ok_and(|product| product.pack.is_some())
}

async fn rewrites_left(scene: &Scene<'_>, order: &Order) -> Result<i64, BotError> {
    Ok(rewrite_report::left(&scene.bot.till.base, order).await?)
}
