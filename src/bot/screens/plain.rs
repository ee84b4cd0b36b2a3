//! Messages that are mostly one text: help, terms, language, invitation link.

use super::{Scene, message, shop};
use crate::bot::dialogue::{Listening, Press};
use crate::bot::error::BotError;
use crate::bot::speech::{lines, paragraphs};
use crate::kernel::locale::Locale;
use crate::kernel::switch::Switch;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{self, OrderStatus};
use crate::payments::STARS;
use crate::platform::texts::Args;

/// One text without values, and the way home.
pub(super) fn text(scene: &Scene<'_>, key: &str) -> OutgoingMessage {
    let mut keyboard = Keyboard::new();
    if scene.draft().is_some() {
        keyboard.push(scene.row("btn-resume", &Press::Resume));
    }
    keyboard.push(scene.way_home());
    message(scene.speech.word(key), keyboard)
}

/// What helps now first, then how everything works.
pub(super) async fn help(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let now = match scene.draft() {
        Some((_, product)) if scene.dialogue.listens == Listening::Form => {
            let args = Args::new().escaped("product", product.name.get(scene.speech.locale));
            scene.speech.say("help-form", &args)
        }
        Some(_) | None => help_about_orders(scene).await?,
    };
    let operators = if scene.operator {
        lines(
            ["admin", "stats", "order", "retry", "resend", "refund"]
                .map(|word| format!("/{word} {}", scene.speech.word(&format!("command-{word}")))),
        )
    } else {
        String::new()
    };
    let text = paragraphs([now, scene.speech.word("help"), contact(scene), operators]);
    Ok(message(text, vec![scene.way_home()]))
}

async fn help_about_orders(scene: &Scene<'_>) -> Result<String, BotError> {
    if let Some(order) = shop::unpaid(scene).await? {
        return Ok(scene.speech.say("help-pay", &scene.about(&order)));
    }
    let db = scene.bot.till.base.db.read();
    let recent = orders::repo::list_of_user(db, scene.user.id, 5).await?;
    let in_work = recent
        .iter()
        .find(|order| matches!(order.status, OrderStatus::Paid | OrderStatus::Generating));
    let say = |order| scene.speech.say("help-report", &scene.about(order));
    Ok(in_work.map(say).unwrap_or_default())
}

pub(super) fn pay_support(scene: &Scene<'_>) -> OutgoingMessage {
    let takes_stars = scene.bot.till.counter(STARS).is_some();
    let stars = if takes_stars { scene.speech.word("paysupport-stars") } else { String::new() };
    let text = paragraphs([scene.speech.word("paysupport"), stars, contact(scene)]);
    message(text, vec![scene.way_home()])
}

/// Where a person can be found; nothing when nobody is named.
fn contact(scene: &Scene<'_>) -> String {
    let contact = scene.bot.settings.contact.as_deref().map(|contact| {
        scene.speech.say("paysupport-contact", &Args::new().escaped("contact", contact))
    });
    contact.unwrap_or_default()
}

pub(super) fn languages(scene: &Scene<'_>) -> OutgoingMessage {
    let row = |locale: &Locale| {
        let label = scene.speech.word(&format!("language-{locale}"));
        vec![Button::callback(label, Press::Language(*locale).data())]
    };
    message(scene.speech.word("language-ask"), Locale::ALL.iter().map(row).collect())
}

pub(super) fn language_set(scene: &Scene<'_>) -> OutgoingMessage {
    let mut keyboard = Keyboard::new();
    if scene.draft().is_some() {
        keyboard.push(scene.row("btn-resume", &Press::Resume));
    }
    keyboard.push(scene.way_home());
    message(scene.speech.word("language-set"), keyboard)
}

/// Either way with the way back.
pub(super) fn news(scene: &Scene<'_>, wish: Switch) -> OutgoingMessage {
    let (said, back) = match wish {
        Switch::On => ("news-on", scene.row("btn-news-off", &Press::News(Switch::Off))),
        Switch::Off => ("news-off", scene.row("btn-news-on", &Press::News(Switch::On))),
    };
    message(scene.speech.word(said), vec![back, scene.way_home()])
}
