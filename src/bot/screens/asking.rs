//! Questions about a delivered report: how many are left, what was just asked, where to get more.

use super::{Scene, message};
use crate::bot::dialogue::{AfterPress, AfterView, Press, Purse};
use crate::bot::error::BotError;
use crate::catalog::Product;
use crate::flows::ask_question::{self, Standing};
use crate::flows::inspect_order::OrderView;
use crate::flows::quote_price;
use crate::kernel::ids::Sku;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{Order, packs};
use crate::platform::texts::Args;
use crate::reports::questions;

pub(super) async fn show(
    scene: &Scene<'_>,
    (view, order): (AfterView, &Order),
) -> Result<OutgoingMessage, BotError> {
    let standing = ask_question::standing(&scene.bot.till.base, order).await?;
    let back = scene.row("btn-back", &Press::OrderOpen(order.order_no.clone()));
    let Some(standing) = standing else {
        let key = if offers(scene, order) { "question-not-now" } else { "question-not-offered" };
        return Ok(message(scene.speech.say(key, &scene.about(order)), vec![back]));
    };
    let text = if view == AfterView::Asked {
        asked(scene, (order, &standing)).await?
    } else {
        let too_long = view == AfterView::TooLong;
        let key = if too_long { "question-too-long" } else { state(scene, &standing) };
        scene.speech.say(key, &about(scene, (order, &standing)))
    };
    let mut keyboard = Keyboard::new();
    if view != AfterView::Asked {
        keyboard = more(scene, (order, &standing)).await?;
    }
    keyboard.push(back);
    Ok(message(text, keyboard))
}

/// Whether questions come with it once it is delivered.
fn offers(scene: &Scene<'_>, order: &Order) -> bool {
    let product = order.product::<crate::catalog::ProductSnapshot>(&scene.bot.till.base.keyring);
    product.is_ok_and(|product| product.questions.is_some()) && order.status.is_under_way()
}

fn state(scene: &Scene<'_>, standing: &Standing) -> &'static str {
    if standing.is_over(scene.speech.now) {
        "question-time-over"
    } else if standing.left() == 0 {
        "question-none-left"
    } else {
        "question-ask"
    }
}

fn about(scene: &Scene<'_>, (order, standing): (&Order, &Standing)) -> Args {
    scene
        .about(order)
        .number("left", standing.left())
        .number("max", standing.plan.max_characters.into())
        .text("until", scene.speech.date(standing.until))
}

/// What was asked, in the buyer's own words.
async fn asked(
    scene: &Scene<'_>,
    (order, standing): (&Order, &Standing),
) -> Result<String, BotError> {
    let base = &scene.bot.till.base;
    let all = questions::list(base.db.read(), &base.keyring, &order.order_no).await;
    let last = all.map_err(ask_question::QuestionError::from)?.pop();
    let words = last.and_then(|question| question.words).unwrap_or_default();
    let args = about(scene, (order, standing)).escaped("question", &words);
    Ok(scene.speech.say("question-asked", &args))
}

/// More of them, where none is left and the product's file sells them.
async fn more(
    scene: &Scene<'_>,
    (order, standing): (&Order, &Standing),
) -> Result<Keyboard, BotError> {
    let sold = standing.plan.more.as_ref().and_then(|sku| for_sale(scene, sku));
    let Some(pack) = sold.filter(|_| standing.left() == 0 && !standing.is_over(scene.speech.now))
    else {
        return Ok(Keyboard::new());
    };
    let base = &scene.bot.till.base;
    let bought = packs::list_about(base.db.read(), &order.order_no).await?;
    let number = u32::try_from(bought.len()).unwrap_or(u32::MAX).saturating_add(1);
    let button = |product: &Product, purse| {
        let quote = quote_price::plain(&scene.bot.till.money, product, scene.speech.now);
        let args = Args::new()
            .number("questions", product.pack.unwrap_or_default().into())
            .text("price", scene.speech.money(quote.total));
        let press = Press::After(AfterPress::Buy(number, purse), order.order_no.clone());
        vec![Button::callback(scene.speech.say("btn-buy-questions", &args), press.data())]
    };
    let mut rows = vec![button(pack, Purse::Money)];
    if let Some(in_stars) = pack.stars.and_then(|_price| pack.in_stars()) {
        rows.push(button(&in_stars, Purse::Stars));
    }
    Ok(rows)
}

fn for_sale<'a>(scene: &Scene<'a>, sku: &Sku) -> Option<&'a Product> {
    let product = scene.bot.catalog.find(sku).filter(|product| product.on_sale)?;
    scene.off.closes(product).is_none().then_some(product)
}

/// What the card of a delivered order offers.
pub(super) async fn button_of(
    scene: &Scene<'_>,
    order: &Order,
) -> Result<Option<Button>, BotError> {
    let standing = ask_question::standing(&scene.bot.till.base, order).await?;
    let open = standing.filter(|standing| !standing.is_over(scene.speech.now));
    let open = open.filter(|standing| standing.left() > 0 || standing.plan.more.is_some());
    Ok(open.map(|standing| {
        let label = scene.speech.say("btn-ask", &Args::new().number("left", standing.left()));
        let press = Press::After(AfterPress::Ask, order.order_no.clone());
        Button::callback(label, press.data())
    }))
}

/// How many were asked, on the order's card.
pub(super) async fn line_of(scene: &Scene<'_>, order: &Order) -> Result<Option<String>, BotError> {
    let standing = ask_question::standing(&scene.bot.till.base, order).await?;
    let Some(standing) = standing else { return Ok(None) };
    let args = about(scene, (order, &standing)).number("answered", standing.tally.answered);
    Ok(Some(scene.speech.say("order-card-questions", &args)))
}

/// How the questions of an order stand and what their answers cost us, for operators.
pub(super) fn for_operators(scene: &Scene<'_>, view: &OrderView) -> Vec<String> {
    let about = view.questions_about.as_ref().map(|no| {
        let args = Args::new().text("order_no", no.as_str());
        scene.speech.say("operator-order-questions-about", &args)
    });
    let asked = view.questions.as_ref().map(|questions| {
        let tally = questions.tally;
        let args = Args::new()
            .number("given", questions.given)
            .number("left", questions.left)
            .number("answered", tally.answered)
            .number("refused", tally.refused)
            .number("failed", tally.failed)
            .number("waiting", tally.asked)
            .text("cost", cost(questions.cost_micros))
            .text("currency", questions.cost_currency.as_str());
        scene.speech.say("operator-order-questions", &args)
    });
    about.into_iter().chain(asked).collect()
}

/// Millionths as a number with four decimals.
fn cost(micros: i64) -> String {
    let parts = micros.max(0) / 100;
    format!("{}.{:04}", parts / 10_000, parts % 10_000)
}
