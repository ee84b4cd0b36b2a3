//! Orders by their state, and what a search finds.

use super::super::{Scene, grid, message, operator};
use super::labelled;
use super::people;
use crate::bot::dialogue::{DeskPress, Press};
use crate::bot::error::BotError;
use crate::bot::speech::{lines, paragraphs};
use crate::flows::{greet_user, retry_order};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{self, Order, OrderStatus};
use crate::platform::texts::Args;
use crate::users;

const PAGE: usize = 8;

pub(super) async fn list(
    scene: &Scene<'_>,
    status: Option<OrderStatus>,
    page: usize,
) -> Result<OutgoingMessage, BotError> {
    let db = scene.bot.till.base.db.read();
    let counts = orders::repo::count_by_status(db, Timestamp(0)).await?;
    let limits = (size(page.saturating_mul(PAGE)), size(PAGE.saturating_add(1)));
    let mut found = orders::repo::list(db, status, limits).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let title = scene.speech.say("desk-orders", &title(scene, status, &counts));
    let none = if found.is_empty() { scene.speech.word("desk-orders-none") } else { String::new() };
    let rows: Vec<String> = found.iter().map(|order| line(scene, order)).collect();
    let mut keyboard: Keyboard = grid(found.iter().map(|order| open(scene, order)).collect(), 2);
    keyboard.extend(turn_pages(scene, (page, more), |page| DeskPress::Orders(status, page)));
    keyboard.extend(grid(states(scene, status, &counts), 2));
    keyboard.push(vec![scene.at_desk("btn-desk-search", DeskPress::Search), scene.desk_menu()]);
    Ok(message(paragraphs([title, none, lines(rows)]), keyboard))
}

fn title(scene: &Scene<'_>, status: Option<OrderStatus>, counts: &[(OrderStatus, i64)]) -> Args {
    let wanted = |found: OrderStatus| status.is_none_or(|status| status == found);
    let sum = counts.iter().filter(|(found, _)| wanted(*found));
    let sum = sum.fold(0_i64, |sum, (_, count)| sum.saturating_add(*count));
    Args::new().text("state", word(scene, status)).number("count", sum)
}

fn word(scene: &Scene<'_>, status: Option<OrderStatus>) -> String {
    match status {
        None => scene.speech.word("desk-orders-all"),
        Some(status) => scene.speech.word(&format!("order-status-{status}")),
    }
}

fn line(scene: &Scene<'_>, order: &Order) -> String {
    let args = Args::new()
        .text("order_no", order.order_no.as_str())
        .escaped("product", &scene.product_name(order))
        .text("amount", scene.speech.price(order.total))
        .text("status", word(scene, Some(order.status)))
        .text("time", scene.speech.date_time(order.created_at));
    scene.speech.say("desk-orders-line", &args)
}

/// A button with the part of the number that tells orders of a day apart.
fn open(scene: &Scene<'_>, order: &Order) -> Button {
    let number = order.order_no.as_str();
    let short = number.split_once('-').map_or(number, |(_, short)| short);
    let icon = scene.speech.word(&format!("order-icon-{}", order.status));
    let press = Press::OperatorOpen(order.order_no.clone());
    Button::callback(format!("{icon} {short}"), press.data())
}

/// The other states that have orders, and all of them.
fn states(
    scene: &Scene<'_>,
    status: Option<OrderStatus>,
    counts: &[(OrderStatus, i64)],
) -> Vec<Button> {
    let each = counts.iter().map(|(found, count)| (Some(*found), *count));
    let sum = counts.iter().fold(0_i64, |sum, (_, count)| sum.saturating_add(*count));
    let all = std::iter::once((None, sum)).chain(each);
    let button = |(state, count): (Option<OrderStatus>, i64)| {
        let label = format!("{} {count}", word(scene, state));
        labelled(label, DeskPress::Orders(state, 0))
    };
    all.filter(|(state, _)| *state != status).map(button).collect()
}

/// The row that leads to the pages before and after.
pub(super) fn turn_pages(
    scene: &Scene<'_>,
    (page, more): (usize, bool),
    press: impl Fn(usize) -> DeskPress,
) -> Option<Vec<Button>> {
    let before = page.checked_sub(1).map(|page| scene.at_desk("btn-previous", press(page)));
    let after = more.then(|| scene.at_desk("btn-next", press(page.saturating_add(1))));
    let row: Vec<Button> = before.into_iter().chain(after).collect();
    (!row.is_empty()).then_some(row)
}

/// An order by its number or that of a payment or refund; a person by number or `@name`.
pub(super) async fn found(scene: &Scene<'_>, words: &str) -> Result<OutgoingMessage, BotError> {
    let base = &scene.bot.till.base;
    let words = words.trim();
    if let Some(name) = words.strip_prefix('@') {
        let mark = greet_user::name_mark(base, name);
        return match users::repo::find_by_mark(base.db.read(), &mark).await? {
            Some(user) => people::card(scene, user.id).await,
            None => Ok(nothing(scene, words)),
        };
    }
    if let Some(order) = retry_order::order_of(base, &words.to_uppercase()).await? {
        return operator::order(scene, &order).await;
    }
    if let Ok(number) = words.parse()
        && users::repo::find(base.db.read(), UserId(number)).await?.is_some()
    {
        return people::card(scene, UserId(number)).await;
    }
    Ok(nothing(scene, words))
}

fn nothing(scene: &Scene<'_>, words: &str) -> OutgoingMessage {
    let text = scene.speech.say("desk-found-nothing", &Args::new().escaped("words", words));
    let again = scene.at_desk("btn-desk-search", DeskPress::Search);
    message(text, vec![vec![again, scene.desk_menu()]])
}

pub(super) fn size(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
