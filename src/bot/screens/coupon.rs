//! A coupon's figures, for operators.

use super::{Scene, message};
use crate::bot::error::BotError;
use crate::bot::speech::Speech;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::Sku;
use crate::kernel::money::{Currency, Money};
use crate::notifications::message::{Keyboard, OutgoingMessage};
use crate::platform::texts::Args;
use crate::promotions::{self, Coupon, CouponCode, Worth};

/// The coupon with this code, as it was typed.
pub(super) async fn card(scene: &Scene<'_>, typed: &str) -> Result<OutgoingMessage, BotError> {
    let db = scene.bot.till.base.db.read();
    let coupon = match CouponCode::parse(typed) {
        Some(code) => promotions::repo::find(db, &code).await?,
        None => None,
    };
    let text = match coupon {
        Some(coupon) => in_words(&scene.speech, &coupon),
        None => scene.speech.say("coupon-unknown", &Args::new().escaped("code", typed)),
    };
    Ok(message(text, Keyboard::new()))
}

pub(super) fn in_words(speech: &Speech<'_>, coupon: &Coupon) -> String {
    let terms = &coupon.terms;
    let state = if coupon.active { "coupon-state-active" } else { "coupon-state-disabled" };
    let times = |limit: Option<i64>| match limit {
        Some(count) => speech.say("coupon-times", &Args::new().number("count", count)),
        None => speech.word("coupon-no-limit"),
    };
    let skus: Vec<&str> = terms.skus.iter().map(Sku::as_str).collect();
    let products = if skus.is_empty() { speech.word("coupon-no-limit") } else { skus.join(", ") };
    let minimum = Some(terms.minimum_minor).filter(|minor| *minor > 0);
    let args = Args::new()
        .text("code", terms.code.as_str())
        .text("state", speech.word(state))
        .text("worth", worth(speech, terms.worth))
        .text("used", used(speech, coupon))
        .text("per_user", times(terms.per_user_limit))
        .text("dates", dates(speech, (terms.starts_at, terms.ends_at)))
        .escaped("products", &products)
        .text("minimum", amount(speech, minimum, terms.currency))
        .text("cap", amount(speech, terms.cap_minor, terms.currency));
    speech.say("coupon-card", &args)
}

fn worth(speech: &Speech<'_>, worth: Worth) -> String {
    match worth {
        Worth::Percent(percent) => {
            speech.say("coupon-worth-percent", &Args::new().number("percent", percent.into()))
        }
        Worth::Amount(amount) => {
            speech.say("coupon-worth-amount", &Args::new().text("amount", speech.money(amount)))
        }
    }
}

fn used(speech: &Speech<'_>, coupon: &Coupon) -> String {
    let limit = match coupon.terms.total_limit {
        Some(limit) => limit.to_string(),
        None => speech.word("coupon-no-limit"),
    };
    let args = Args::new().text("used", coupon.used.to_string()).text("limit", limit);
    speech.say("coupon-used-of", &args)
}

fn dates(speech: &Speech<'_>, (starts, ends): (Option<Timestamp>, Option<Timestamp>)) -> String {
    let last = ends.map(|ends| Timestamp(ends.millis().saturating_sub(1)));
    let day = |at: Option<Timestamp>, none| match at {
        Some(at) => speech.date(at),
        None => speech.word(none),
    };
    let args = Args::new()
        .text("from", day(starts, "coupon-from-now"))
        .text("until", day(last, "coupon-until-ever"));
    speech.say("coupon-dates", &args)
}

fn amount(speech: &Speech<'_>, minor: Option<i64>, currency: Option<Currency>) -> String {
    match (minor, currency) {
        (Some(minor), Some(currency)) => speech.money(Money::new(minor, currency)),
        (Some(minor), None) => minor.to_string(),
        (None, _) => speech.word("coupon-no-limit"),
    }
}
