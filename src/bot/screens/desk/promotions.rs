//! Coupons and promoters.

use super::super::{Scene, coupon, message, operator};
use super::labelled;
use super::orders::{size, turn_pages};
use crate::affiliates::{self, Affiliate, Earnings};
use crate::bot::dialogue::DeskPress;
use crate::bot::error::BotError;
use crate::bot::speech::paragraphs;
use crate::kernel::money::Money;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::platform::texts::Args;
use crate::promotions::{self, Coupon, CouponCode, NewCoupon};
use crate::users;

const PAGE: usize = 8;

pub(super) async fn coupons(scene: &Scene<'_>, page: usize) -> Result<OutgoingMessage, BotError> {
    let all = promotions::repo::list(scene.bot.till.base.db.read()).await?;
    let first = page.saturating_mul(PAGE);
    let mut keyboard: Keyboard = all.iter().skip(first).take(PAGE).map(row).collect();
    let more = all.len() > first.saturating_add(PAGE);
    keyboard.extend(turn_pages(scene, (page, more), DeskPress::Coupons));
    keyboard.push(vec![scene.at_desk("btn-desk-new-coupon", DeskPress::NewCoupon)]);
    keyboard.push(vec![scene.desk_menu()]);
    let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
    Ok(message(scene.speech.say("desk-coupons", &Args::new().number("count", count)), keyboard))
}

fn row(coupon: &Coupon) -> Vec<Button> {
    let icon = if coupon.active { "🎟" } else { "⏹" };
    let label = format!("{icon} {} · {}", coupon.terms.code, coupon.used);
    vec![labelled(label, DeskPress::Coupon(coupon.terms.code.to_string()))]
}

pub(super) async fn coupon_card(
    scene: &Scene<'_>,
    typed: &str,
) -> Result<OutgoingMessage, BotError> {
    let back = vec![scene.at_desk("btn-back", DeskPress::Coupons(0)), scene.desk_menu()];
    let card = coupon::card(scene, typed).await?;
    let found = match CouponCode::parse(typed) {
        Some(code) => promotions::repo::find(scene.bot.till.base.db.read(), &code).await?,
        None => None,
    };
    let off =
        found.filter(|coupon| coupon.active).map(|coupon| {
            vec![scene.at_desk(
                "btn-desk-coupon-off",
                DeskPress::CouponOff(coupon.terms.code.to_string()),
            )]
        });
    Ok(card.with_keyboard(off.into_iter().chain([back]).collect()))
}

/// The terms of a coupon that is not there yet.
pub(super) fn new_coupon(scene: &Scene<'_>, terms: NewCoupon) -> String {
    let (created_by, created_at) = (String::new(), scene.speech.now);
    let coupon = Coupon { terms, used: 0, active: true, created_by, created_at };
    coupon::in_words(&scene.speech, &coupon)
}

/// Promoters, newest first, with what they brought and earned.
pub(super) async fn affiliates(
    scene: &Scene<'_>,
    page: usize,
) -> Result<OutgoingMessage, BotError> {
    let db = scene.bot.till.base.db.read();
    let limits = (size(page.saturating_mul(PAGE)), size(PAGE.saturating_add(1)));
    let mut found = affiliates::repo::list(db, limits).await?;
    let more = found.len() > PAGE;
    found.truncate(PAGE);
    let codes: Vec<_> = found.iter().map(|one| one.code.clone()).collect();
    let earned = affiliates::repo::earnings_of(db, &codes, scene.speech.now).await?;
    let brought = users::repo::count_referred_by(db, &codes).await?;
    let mut parts = vec![scene.speech.word("desk-affiliates")];
    let mut keyboard = Keyboard::new();
    for one in &found {
        let people = brought.get(&one.code).copied().unwrap_or_default();
        let sums = earned.get(&one.code).map_or(&[][..], Vec::as_slice);
        parts.push(affiliate(scene, one, (people, sums)));
        keyboard.push(vec![labelled(format!("👤 {}", one.user), DeskPress::User(one.user))]);
    }
    if found.is_empty() {
        parts.push(scene.speech.word("desk-affiliates-none"));
    }
    keyboard.extend(turn_pages(scene, (page, more), DeskPress::Affiliates));
    keyboard.push(vec![scene.desk_menu()]);
    Ok(message(paragraphs(parts), keyboard))
}

fn affiliate(scene: &Scene<'_>, one: &Affiliate, (people, earned): (i64, &[Earnings])) -> String {
    let sum = |pick: fn(&Earnings) -> Money| {
        operator::sums(scene, &earned.iter().map(pick).collect::<Vec<_>>())
    };
    let orders = earned.iter().fold(0_i64, |sum, part| sum.saturating_add(part.orders));
    let args = Args::new()
        .text("code", one.code.as_str())
        .text("user_id", one.user.to_string())
        .number("clicks", one.clicks)
        .number("people", people)
        .number("orders", orders)
        .text("pending", sum(|part| part.pending))
        .text("confirmed", sum(|part| part.confirmed));
    scene.speech.say("desk-affiliates-line", &args)
}
