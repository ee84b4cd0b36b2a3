//! What a coupon is worth, and when it is refused. Pure.
//!
//! The order of discounts is: the product's sale price, then the coupon, never below nothing
//! (spec.md §4 rule 14). A percentage is rounded down to the minor unit, so the buyer never gets
//! more off than was promised and never pays a fraction.

use chrono::{NaiveDate, NaiveTime};
use chrono_tz::Tz;

use super::{Claim, Coupon, NewCoupon, Worth};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::Sku;
use crate::kernel::money::{Currency, Money};

/// Why a coupon does not count, with what the message to the buyer needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such coupon")]
    Unknown,
    #[error("the coupon was switched off")]
    Disabled,
    #[error("the coupon starts at {0}")]
    NotYet(Timestamp),
    /// `last` is the last moment at which it was good.
    #[error("the coupon was good until {last}")]
    Expired { last: Timestamp },
    #[error("the coupon is not for this product")]
    OtherProduct,
    #[error("the coupon is not for prices in {0}")]
    OtherCurrency(Currency),
    #[error("the coupon needs a price of at least {0}")]
    BelowMinimum(Money),
    #[error("the coupon has been used as often as it may")]
    UsedUp,
    #[error("this user has used the coupon as often as allowed")]
    UsedByYou,
    #[error("there is nothing to take off")]
    NothingToDiscount,
}

/// What makes terms senseless, in words for the operator.
pub fn mistake(terms: &NewCoupon) -> Option<&'static str> {
    let positive = |number: Option<i64>| number.is_none_or(|number| number > 0);
    let worth = match terms.worth {
        Worth::Percent(percent) => (1..=100).contains(&percent),
        Worth::Amount(amount) => amount.minor > 0 && terms.currency == Some(amount.currency),
    };
    let amounts = terms.minimum_minor > 0 || terms.cap_minor.is_some();
    let found = [
        (worth, "it takes nothing off, or more than everything"),
        (terms.minimum_minor >= 0 && positive(terms.cap_minor), "an amount is not positive"),
        (!amounts || terms.currency.is_some(), "its minimum and cap need a currency"),
        (positive(terms.total_limit) && positive(terms.per_user_limit), "a limit is less than 1"),
        (terms.starts_at < terms.ends_at || terms.ends_at.is_none(), "it ends before it starts"),
    ];
    found.into_iter().find(|(fine, _)| !fine).map(|(_, mistake)| mistake)
}

/// What is to be bought, at the price after sales.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purchase<'a> {
    pub sku: &'a Sku,
    pub price: Money,
    pub now: Timestamp,
}

/// What the coupon takes off this purchase: more than nothing, at most the price.
///
/// # Errors
/// The most telling reason why it takes nothing off.
pub fn discount(claim: &Claim, purchase: &Purchase<'_>) -> Result<Money, Refusal> {
    let coupon = &claim.coupon;
    in_force(coupon, purchase.now)?;
    fits(coupon, purchase)?;
    let reached = |limit: Option<i64>, used: i64| limit.is_some_and(|limit| used >= limit);
    if reached(coupon.terms.per_user_limit, claim.used_by_user) {
        return Err(Refusal::UsedByYou);
    }
    if reached(coupon.terms.total_limit, coupon.used) {
        return Err(Refusal::UsedUp);
    }
    let off = taken_off(coupon, purchase.price);
    if off.minor > 0 { Ok(off) } else { Err(Refusal::NothingToDiscount) }
}

fn in_force(coupon: &Coupon, now: Timestamp) -> Result<(), Refusal> {
    if !coupon.active {
        return Err(Refusal::Disabled);
    }
    match (coupon.terms.starts_at, coupon.terms.ends_at) {
        (Some(starts), _) if now < starts => Err(Refusal::NotYet(starts)),
        (_, Some(ends)) if now >= ends => {
            Err(Refusal::Expired { last: Timestamp(ends.millis().saturating_sub(1)) })
        }
        (Some(_) | None, Some(_) | None) => Ok(()),
    }
}

fn fits(coupon: &Coupon, purchase: &Purchase<'_>) -> Result<(), Refusal> {
    let terms = &coupon.terms;
    if !terms.skus.is_empty() && !terms.skus.contains(purchase.sku) {
        return Err(Refusal::OtherProduct);
    }
    let currency = purchase.price.currency;
    if terms.currency.is_some_and(|wanted| wanted != currency) {
        return Err(Refusal::OtherCurrency(currency));
    }
    if purchase.price.minor < terms.minimum_minor {
        return Err(Refusal::BelowMinimum(Money::new(terms.minimum_minor, currency)));
    }
    Ok(())
}

fn taken_off(coupon: &Coupon, price: Money) -> Money {
    let worth = match coupon.terms.worth {
        Worth::Percent(percent) => price.percent(percent).map_or(0, |part| part.minor),
        Worth::Amount(amount) => amount.minor,
    };
    let capped = coupon.terms.cap_minor.map_or(worth, |cap| worth.min(cap));
    Money::new(capped.clamp(0, price.minor.max(0)), price.currency)
}

/// The first moment of a day; where the clocks skip midnight, the first one after it.
pub fn beginning_of(day: NaiveDate, zone: Tz) -> Timestamp {
    let midnight = day.and_time(NaiveTime::MIN);
    let mut hours = (0..4).map(|hour| midnight + chrono::TimeDelta::hours(hour));
    let first = hours.find_map(|moment| moment.and_local_timezone(zone).earliest());
    let millis = first.map_or(midnight.and_utc().timestamp_millis(), |at| at.timestamp_millis());
    Timestamp::from_millis(millis)
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "test data is small")]
mod tests {
    use super::super::{CouponCode, NewCoupon};
    use super::*;
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn cny(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    fn claim(worth: Worth) -> Claim {
        let terms = NewCoupon {
            code: CouponCode::parse("SPRING").unwrap(),
            worth,
            currency: Some(Currency::CNY),
            minimum_minor: 0,
            cap_minor: None,
            skus: Vec::new(),
            starts_at: None,
            ends_at: None,
            total_limit: None,
            per_user_limit: None,
        };
        let created_by = "operator:0".to_owned();
        let coupon = Coupon { terms, used: 0, active: true, created_by, created_at: NOW };
        Claim { coupon, used_by_user: 0 }
    }

    fn off(claim: &Claim, minor: i64) -> Result<i64, Refusal> {
        let sku = Sku::from("letter");
        let purchase = Purchase { sku: &sku, price: cny(minor), now: NOW };
        discount(claim, &purchase).map(|off| off.minor)
    }

    #[test]
    fn a_percentage_is_rounded_down_to_the_minor_unit() {
        let twenty = claim(Worth::Percent(20));
        assert_eq!(off(&twenty, 1990), Ok(398));
        assert_eq!(off(&twenty, 1999), Ok(399), "19.99 × 20 % = 3.998");
        assert_eq!(off(&twenty, 4), Err(Refusal::NothingToDiscount), "0.04 × 20 % = 0.008");
        assert_eq!(off(&claim(Worth::Percent(100)), 1999), Ok(1999));
    }

    #[test]
    fn an_amount_never_takes_off_more_than_the_price_and_a_cap_holds() {
        assert_eq!(off(&claim(Worth::Amount(cny(500))), 1990), Ok(500));
        assert_eq!(off(&claim(Worth::Amount(cny(5000))), 1990), Ok(1990));
        let mut capped = claim(Worth::Percent(50));
        capped.coupon.terms.cap_minor = Some(300);
        assert_eq!(off(&capped, 1990), Ok(300));
        assert_eq!(off(&capped, 400), Ok(200));
        assert_eq!(off(&capped, 0), Err(Refusal::NothingToDiscount));
    }

    #[test]
    fn every_limit_refuses_with_its_own_reason() {
        let base = || claim(Worth::Percent(10));
        let told = |change: fn(&mut Claim)| {
            let mut changed = base();
            change(&mut changed);
            off(&changed, 1990)
        };
        assert_eq!(told(|_| {}), Ok(199));
        assert_eq!(told(|c| c.coupon.active = false), Err(Refusal::Disabled));
        let later = Timestamp(NOW.0 + 1);
        assert_eq!(
            told(|c| c.coupon.terms.starts_at = Some(Timestamp(NOW.0 + 1))),
            Err(Refusal::NotYet(later))
        );
        assert_eq!(told(|c| c.coupon.terms.starts_at = Some(NOW)), Ok(199));
        let last = Timestamp(NOW.0 - 1);
        assert_eq!(told(|c| c.coupon.terms.ends_at = Some(NOW)), Err(Refusal::Expired { last }));
        assert_eq!(told(|c| c.coupon.terms.ends_at = Some(Timestamp(NOW.0 + 1))), Ok(199));
        assert_eq!(
            told(|c| c.coupon.terms.skus = vec![Sku::from("other")]),
            Err(Refusal::OtherProduct)
        );
        assert_eq!(told(|c| c.coupon.terms.skus = vec![Sku::from("letter")]), Ok(199));
        assert_eq!(
            told(|c| c.coupon.terms.currency = Some(Currency::USD)),
            Err(Refusal::OtherCurrency(Currency::CNY))
        );
        assert_eq!(told(|c| c.coupon.terms.currency = None), Ok(199));
        assert_eq!(
            told(|c| c.coupon.terms.minimum_minor = 1991),
            Err(Refusal::BelowMinimum(cny(1991)))
        );
        assert_eq!(told(|c| c.coupon.terms.minimum_minor = 1990), Ok(199));
        assert_eq!(
            told(|c| (c.coupon.terms.total_limit, c.coupon.used) = (Some(3), 3)),
            Err(Refusal::UsedUp)
        );
        assert_eq!(
            told(|c| (c.coupon.terms.per_user_limit, c.used_by_user) = (Some(1), 1)),
            Err(Refusal::UsedByYou)
        );
    }

    #[test]
    fn senseless_terms_are_found() {
        let told = |worth, change: fn(&mut NewCoupon)| {
            let mut terms = claim(worth).coupon.terms;
            change(&mut terms);
            mistake(&terms)
        };
        assert_eq!(told(Worth::Percent(20), |_| {}), None);
        assert_eq!(told(Worth::Percent(20), |terms| terms.ends_at = Some(NOW)), None);
        assert!(told(Worth::Percent(0), |_| {}).is_some());
        assert!(told(Worth::Percent(101), |_| {}).is_some());
        assert!(told(Worth::Amount(cny(0)), |_| {}).is_some());
        assert!(told(Worth::Amount(cny(1)), |terms| terms.currency = None).is_some());
        assert!(told(Worth::Percent(20), |terms| terms.cap_minor = Some(0)).is_some());
        assert!(told(Worth::Percent(20), |terms| terms.total_limit = Some(0)).is_some());
        let both =
            |terms: &mut NewCoupon| (terms.starts_at, terms.ends_at) = (Some(NOW), Some(NOW));
        assert!(told(Worth::Percent(20), both).is_some());
        let bare = |terms: &mut NewCoupon| (terms.minimum_minor, terms.currency) = (100, None);
        assert!(told(Worth::Percent(20), bare).is_some());
    }

    proptest! {
        #[test]
        fn a_discount_is_more_than_nothing_and_at_most_the_price(
            price in 0_i64..10_000_000,
            percent in 1_u32..=100,
            amount in prop::option::of(1_i64..10_000_000),
            cap in prop::option::of(1_i64..10_000_000),
        ) {
            let worth = amount.map_or(Worth::Percent(percent), |minor| Worth::Amount(cny(minor)));
            let mut claim = claim(worth);
            claim.coupon.terms.cap_minor = cap;
            match off(&claim, price) {
                Ok(off) => {
                    prop_assert!((1..=price).contains(&off));
                    prop_assert!(cap.is_none_or(|cap| off <= cap));
                    if let Worth::Percent(percent) = worth {
                        prop_assert!(off * 100 <= price * i64::from(percent));
                    }
                }
                Err(refusal) => prop_assert_eq!(refusal, Refusal::NothingToDiscount),
            }
        }
    }
}
