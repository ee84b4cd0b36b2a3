//! Messages that are mostly one text: help, terms, language, invitation link.

use super::{Scene, message, shop};
use crate::affiliates;
use crate::affiliates::rules;
use crate::bot::dialogue::{Listening, Press};
use crate::bot::error::BotError;
use crate::bot::speech::{escaped, lines, paragraphs};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::notifications::message::{Button, ButtonAction, Keyboard, OutgoingMessage};
use crate::orders::{self, OrderStatus};
use crate::platform::texts::Args;
use crate::users;

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
            ["stats", "order", "retry", "resend", "refund"]
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
    message(paragraphs([scene.speech.word("paysupport"), contact(scene)]), vec![scene.way_home()])
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

/// The link, what it brought, and the rule.
pub(super) async fn affiliate(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let db = scene.bot.till.base.db.read();
    let (Some(terms), Some(affiliate)) =
        (scene.bot.settings.affiliate, affiliates::repo::find_by_user(db, scene.user.id).await?)
    else {
        return Ok(text(scene, "affiliate-off"));
    };
    let bot = scene.bot.username().await?;
    let link =
        format!("https://t.me/{bot}?start={}", rules::start_payload(affiliate.code.as_str()));
    let earned = affiliates::repo::earnings(db, &affiliate.code, scene.speech.now).await?;
    let people = users::repo::count_referred(db, &affiliate.code).await?;
    let orders = earned.iter().fold(0_i64, |sum, part| sum.saturating_add(part.orders));
    let sum = |pick: fn(&affiliates::Earnings) -> Money| {
        let sums: Vec<String> = earned.iter().map(|part| scene.speech.money(pick(part))).collect();
        if sums.is_empty() { "0".to_owned() } else { sums.join(" + ") }
    };
    let args = Args::new()
        .text("link", escaped(&link))
        .number("clicks", affiliate.clicks)
        .number("people", i64::try_from(people).unwrap_or(i64::MAX))
        .number("orders", orders)
        .text("pending", sum(|part| part.pending))
        .text("confirmed", sum(|part| part.confirmed));
    let rate = affiliate.rate_percent.unwrap_or(terms.rate_percent);
    let rule = Args::new().number("percent", rate.into()).number("days", terms.hold_days.into());
    let none = if orders == 0 { scene.speech.word("affiliate-none") } else { String::new() };
    let text = paragraphs([
        scene.speech.say("affiliate-card", &args),
        none,
        scene.speech.say("affiliate-rule", &rule),
        scene.speech.word("affiliate-privacy"),
    ]);
    Ok(message(text, share_buttons(scene, &link)))
}

fn share_buttons(scene: &Scene<'_>, link: &str) -> Keyboard {
    let words = scene.speech.word("affiliate-share-text");
    let query = query_string(&[("url", link), ("text", &words)]);
    let copy = ButtonAction::Copy(link.to_owned());
    vec![
        vec![Button::url(
            scene.speech.word("btn-affiliate-share"),
            format!("https://t.me/share/url?{query}"),
        )],
        vec![Button { label: scene.speech.word("btn-affiliate-copy"), action: copy }],
    ]
}

/// Pairs for a link, everything but the plainest characters encoded.
fn query_string(pairs: &[(&str, &str)]) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        other => format!("%{other:02X}"),
    };
    let pair = |(name, value): &(&str, &str)| {
        let encoded: String = value.bytes().map(encode).collect();
        format!("{name}={encoded}")
    };
    pairs.iter().map(pair).collect::<Vec<_>>().join("&")
}
