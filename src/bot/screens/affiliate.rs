//! The promoter's side: the link, what it brought, day by day, and what is paid out of it.

use chrono::{Days, NaiveDate};

use super::{Scene, message};
use crate::affiliates::payouts::{self, Payout, PayoutStatus};
use crate::affiliates::{self, Affiliate, Balance, days, rules};
use crate::bot::AffiliateTerms;
use crate::bot::dialogue::{AffiliateButton, Press};
use crate::bot::error::BotError;
use crate::bot::speech::{escaped, lines, paragraphs};
use crate::flows::pay_affiliate;
use crate::kernel::money::Money;
use crate::notifications::message::{Button, ButtonAction, Keyboard, OutgoingMessage};
use crate::platform::texts::Args;
use crate::users;

/// So many days are told one by one.
const DAYS: u64 = 7;
/// So many payouts are listed.
const PAYOUTS: u64 = 5;

/// The terms and the promoter; `None`: there are no invitations, or this person has no link yet.
async fn own(scene: &Scene<'_>) -> Result<Option<(AffiliateTerms, Affiliate)>, BotError> {
    let db = scene.bot.till.base.db.read();
    let known = affiliates::repo::find_by_user(db, scene.user.id).await?;
    Ok(scene.bot.settings.affiliate.zip(known))
}

fn off(scene: &Scene<'_>) -> OutgoingMessage {
    message(scene.speech.word("affiliate-off"), vec![scene.way_home()])
}

/// The link, what it brought, and the rule.
pub(super) async fn card(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let Some((terms, own)) = own(scene).await? else { return Ok(off(scene)) };
    let db = scene.bot.till.base.db.read();
    let link = scene.bot.invitation_link(&own.code).await?;
    let balances = affiliates::repo::balances(db, &own.code, scene.speech.now).await?;
    let people = users::repo::count_referred(db, &own.code).await?;
    let orders = balances.iter().fold(0_i64, |sum, one| sum.saturating_add(one.earned.orders));
    let args = Args::new()
        .text("link", escaped(&link))
        .number("clicks", own.clicks)
        .number("people", i64::try_from(people).unwrap_or(i64::MAX))
        .number("orders", orders)
        .text("pending", sums(scene, &balances, |one| one.earned.pending))
        .text("confirmed", sums(scene, &balances, |one| one.earned.confirmed))
        .text("reversed", sums(scene, &balances, |one| one.earned.reversed))
        .text("taken", sums(scene, &balances, |one| one.taken))
        .text("available", sums(scene, &balances, |one| one.available));
    let rate = own.rate_percent.unwrap_or(terms.rate_percent);
    let rule = Args::new()
        .number("percent", rate.into())
        .number("days", terms.hold_days.into())
        .number("minimum", terms.payout_minimum.into());
    let none = if orders == 0 { scene.speech.word("affiliate-none") } else { String::new() };
    let text = paragraphs([
        scene.speech.say("affiliate-card", &args),
        none,
        scene.speech.say("affiliate-rule", &rule),
        scene.speech.word("affiliate-privacy"),
    ]);
    let payable =
        balances.iter().any(|one| pay_affiliate::is_enough(one.available, terms.payout_minimum));
    Ok(message(text, buttons(scene, &link, payable)))
}

/// `¥12.00 + $3.00`.
fn sums(scene: &Scene<'_>, balances: &[Balance], pick: fn(&Balance) -> Money) -> String {
    let sums: Vec<String> = balances.iter().map(|one| scene.speech.money(pick(one))).collect();
    if sums.is_empty() { "0".to_owned() } else { sums.join(" + ") }
}

fn buttons(scene: &Scene<'_>, link: &str, payable: bool) -> Keyboard {
    let words = scene.speech.word("affiliate-share-text");
    let query = query_string(&[("url", link), ("text", &words)]);
    let copy = ButtonAction::Copy(link.to_owned());
    let press = |key, button| scene.button(key, &Press::Affiliate(button));
    let mut keyboard = vec![
        vec![Button::url(
            scene.speech.word("btn-affiliate-share"),
            format!("https://t.me/share/url?{query}"),
        )],
        vec![
            Button { label: scene.speech.word("btn-affiliate-copy"), action: copy },
            press("btn-affiliate-picture", AffiliateButton::Picture),
        ],
        vec![press("btn-affiliate-days", AffiliateButton::Days)],
    ];
    if payable {
        keyboard.push(vec![press("btn-affiliate-payout", AffiliateButton::Payout)]);
    }
    keyboard
}

/// The last days, the newest first.
pub(super) async fn by_day(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let Some((_terms, own)) = own(scene).await? else { return Ok(off(scene)) };
    let (base, money) = (&scene.bot.till.base, &scene.bot.till.money);
    let today = money.date(scene.speech.now);
    let mut told = vec![scene.speech.word("affiliate-days-title")];
    for back in 0..DAYS {
        let Some(day) = today.checked_sub_days(Days::new(back)) else { continue };
        let figures =
            days::of(base.db.read(), &own.code, &day.to_string(), money.span(day)).await?;
        told.push(day_in_words(scene, day, &figures));
    }
    let back = scene.row("btn-back", &Press::Affiliate(AffiliateButton::Card));
    Ok(message(lines(told), vec![back]))
}

fn day_in_words(scene: &Scene<'_>, day: NaiveDate, figures: &days::Day) -> String {
    let earned: Vec<String> = figures.earned.iter().map(|sum| scene.speech.money(*sum)).collect();
    let args = Args::new()
        .text("day", day.format("%m-%d").to_string())
        .number("clicks", figures.clicks)
        .number("people", figures.people)
        .number("orders", figures.orders)
        .number("paid", figures.paid)
        .text("earned", if earned.is_empty() { "0".to_owned() } else { earned.join(" + ") });
    scene.speech.say("affiliate-day", &args)
}

/// Where the money is to go.
pub(super) async fn ask_for_destination(scene: &Scene<'_>) -> Result<OutgoingMessage, BotError> {
    let Some((_terms, own)) = own(scene).await? else { return Ok(off(scene)) };
    let db = scene.bot.till.base.db.read();
    let balances = affiliates::repo::balances(db, &own.code, scene.speech.now).await?;
    let available = sums(scene, &balances, |one| one.available);
    let args = Args::new()
        .text("available", available)
        .number("max", i64::try_from(rules::LONGEST_DESTINATION).unwrap_or(i64::MAX));
    let back = scene.row("btn-back", &Press::Affiliate(AffiliateButton::Card));
    Ok(message(scene.speech.say("payout-ask", &args), vec![back]))
}

/// What became of a wish, and the latest payouts.
pub(super) async fn payouts(scene: &Scene<'_>, key: &str) -> Result<OutgoingMessage, BotError> {
    let Some((_terms, own)) = own(scene).await? else { return Ok(off(scene)) };
    let latest = payouts::list_of(scene.bot.till.base.db.read(), &own.code, PAYOUTS).await?;
    let list = lines(latest.iter().map(|payout| payout_in_words(scene, payout)));
    let back = scene.row("btn-back", &Press::Affiliate(AffiliateButton::Card));
    Ok(message(paragraphs([scene.speech.word(key), list]), vec![back]))
}

fn payout_in_words(scene: &Scene<'_>, payout: &Payout) -> String {
    let status = match payout.status {
        PayoutStatus::Requested => "payout-status-requested",
        PayoutStatus::Paid => "payout-status-paid",
        PayoutStatus::Rejected => "payout-status-rejected",
    };
    let args = Args::new()
        .text("payout_no", payout.payout_no.as_str())
        .text("amount", scene.speech.money(payout.amount))
        .text("status", scene.speech.word(status));
    scene.speech.say("payout-line", &args)
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
