//! One person: what they bought, in which language, and whether they are let in.

use super::super::{Scene, grid, message, operator};
use crate::bot::dialogue::{DeskPress, Press};
use crate::bot::error::BotError;
use crate::bot::speech::{lines, paragraphs};
use crate::kernel::ids::UserId;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{self, Order, buyers};
use crate::platform::texts::Args;
use crate::users::{self, User, UserStatus};

/// Of the newest orders.
const SHOWN: u64 = 6;

pub(super) async fn card(scene: &Scene<'_>, id: UserId) -> Result<OutgoingMessage, BotError> {
    let db = scene.bot.till.base.db.read();
    let Some(user) = users::repo::find(db, id).await? else {
        let args = Args::new().escaped("words", &id.to_string());
        let text = scene.speech.say("desk-found-nothing", &args);
        return Ok(message(text, vec![vec![scene.desk_menu()]]));
    };
    let bought = buyers::bought(db, id).await?;
    let newest = orders::repo::list_of_user(db, id, SHOWN).await?;
    let args = Args::new()
        .text("user_id", id.to_string())
        .text("language", scene.speech.word(&format!("language-{}", user.locale)))
        .text("since", scene.speech.date_time(user.created_at))
        .number("orders", bought.orders)
        .number("paid", bought.paid)
        .text("sum", operator::sums(scene, &bought.sums));
    let text = paragraphs([scene.speech.say("desk-user", &args), lines(states(scene, &user))]);
    let mut keyboard: Keyboard = grid(newest.iter().map(|order| open(scene, order)).collect(), 2);
    if !scene.bot.is_operator(id) {
        let key = if user.blocked_at.is_some() { "btn-desk-unblock" } else { "btn-desk-block" };
        keyboard.push(vec![scene.at_desk(key, DeskPress::SwitchUser(id))]);
    }
    keyboard.push(vec![scene.desk_menu()]);
    Ok(message(text, keyboard))
}

fn states(scene: &Scene<'_>, user: &User) -> Vec<String> {
    let blocked = user.blocked_at.map(|at| {
        let args = Args::new().text("since", scene.speech.date_time(at));
        scene.speech.say("desk-user-blocked", &args)
    });
    let unreachable = (user.status == UserStatus::Unreachable)
        .then(|| scene.speech.word("desk-user-unreachable"));
    let no_news = user.news_off_at.map(|_at| scene.speech.word("desk-user-no-news"));
    let is_operator =
        scene.bot.is_operator(user.id).then(|| scene.speech.word("desk-user-operator"));
    [is_operator, blocked, unreachable, no_news].into_iter().flatten().collect()
}

fn open(scene: &Scene<'_>, order: &Order) -> Button {
    let icon = scene.speech.word(&format!("order-icon-{}", order.status));
    let amount = scene.speech.price(order.total);
    let label = format!("{icon} {} · {amount}", scene.product_name(order));
    Button::callback(label, Press::OperatorOpen(order.order_no.clone()).data())
}
