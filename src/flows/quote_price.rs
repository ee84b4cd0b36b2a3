//! What a product costs a buyer now: its price, the sale in force, the coupon in the hand, and what
//! is left to pay. Pure: the check card and the order's transaction reckon alike.
//!
//! Each line is taken off what the line before it left, and rounded down to the minor unit; the
//! lines add up to price less total, and the total is never below nothing (spec.md §4 rule 14).

use std::collections::BTreeMap;

use super::settle_payment::MoneyRules;
use crate::catalog::Product;
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use crate::orders::{DiscountKind, DiscountLine};
use crate::promotions::rules::{self, Purchase};
use crate::promotions::{Claim, Refusal};

/// A price and how it comes about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// Without any discount.
    pub price: Money,
    pub lines: Vec<DiscountLine>,
    /// What is to be paid.
    pub total: Money,
}

impl Quote {
    /// All lines together.
    pub fn discount(&self) -> Money {
        let off = self.price.minor.saturating_sub(self.total.minor);
        Money::new(off, self.price.currency)
    }

    fn take_off(&mut self, line: DiscountLine) {
        let left = self.total.minor.saturating_sub(line.amount.minor);
        self.total = Money::new(left, self.total.currency);
        self.lines.push(line);
    }
}

/// The price without a coupon.
pub fn plain(money: &MoneyRules, product: &Product, now: Timestamp) -> Quote {
    let price = product.price_on(money.date(now));
    let mut quote = Quote { price: price.list, lines: Vec::new(), total: price.list };
    if let Some(sale) = price.sale {
        let off = price.list.minor.saturating_sub(price.now.minor);
        let label = sale.label.as_ref().map(|label| label.all().clone()).unwrap_or_default();
        let amount = Money::new(off, price.list.currency);
        quote.take_off(DiscountLine { kind: DiscountKind::Sale, amount, label, code: None });
    }
    quote
}

/// The price with a coupon; `None` is a code that nobody has given out.
///
/// # Errors
/// Why the coupon does not count.
pub fn with_coupon(
    money: &MoneyRules,
    product: &Product,
    claim: Option<&Claim>,
    now: Timestamp,
) -> Result<Quote, Refusal> {
    let claim = claim.ok_or(Refusal::Unknown)?;
    let mut quote = plain(money, product, now);
    let purchase = Purchase { sku: &product.sku, price: quote.total, now };
    let amount = rules::discount(claim, &purchase)?;
    let code = Some(claim.coupon.terms.code.as_str().to_owned());
    let label = BTreeMap::new();
    quote.take_off(DiscountLine { kind: DiscountKind::Coupon, amount, label, code });
    Ok(quote)
}

/// The price of a product that is sold `in_stars`, and whether the coupon counts: one in another
/// currency does not, and leaves this price as it is.
pub fn in_stars(
    money: &MoneyRules,
    in_stars: &Product,
    claim: Option<&Claim>,
    now: Timestamp,
) -> (Quote, bool) {
    match with_coupon(money, in_stars, claim, now) {
        Ok(quote) => (quote, true),
        Err(_refusal) => (plain(money, in_stars, now), false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;
    use crate::catalog::sale::{Cut, Sale};
    use crate::flows::base::LatePayment;
    use crate::kernel::ids::Sku;
    use crate::kernel::money::Currency;
    use crate::platform::assets::Assets;
    use crate::promotions::{Coupon, CouponCode, NewCoupon, Worth};
    use proptest::prelude::*;

    /// 2026-11-21 04:13 UTC.
    const NOW: Timestamp = Timestamp(1_795_234_380_000);

    fn cny(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    fn money() -> MoneyRules {
        MoneyRules {
            late_payment: LatePayment::Fulfil,
            stocks: BTreeMap::new(),
            time_zone: chrono_tz::Tz::Asia__Shanghai,
        }
    }

    fn product(price: i64, cut: Option<Cut>) -> Product {
        let catalog = Catalog::load(&Assets::embedded()).unwrap();
        let shipped = catalog.find(&Sku::from("bazi-full")).unwrap();
        let today = money().date(NOW);
        let sale = cut.map(|cut| Sale { cut, starts: today, ends: today, label: None });
        let sales = sale.into_iter().collect();
        Product { price: cny(price), sales, ..Product::clone(shipped) }
    }

    fn claim(worth: Worth, cap: Option<i64>) -> Claim {
        let terms = NewCoupon {
            code: CouponCode::parse("SPRING").unwrap(),
            worth,
            currency: None,
            minimum_minor: 0,
            cap_minor: cap,
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

    #[test]
    fn the_coupon_counts_on_the_sale_price() {
        let product = product(1990, Some(Cut::Price(cny(1500))));
        let claim = claim(Worth::Percent(15), None);
        let quote = with_coupon(&money(), &product, Some(&claim), NOW).unwrap();
        let lines: Vec<_> = quote.lines.iter().map(|line| (line.kind, line.amount.minor)).collect();
        assert_eq!(lines, [(DiscountKind::Sale, 490), (DiscountKind::Coupon, 225)]);
        assert_eq!((quote.total, quote.discount()), (cny(1275), cny(715)));
        assert_eq!(with_coupon(&money(), &product, None, NOW), Err(Refusal::Unknown));
    }

    proptest! {
        /// Whatever sale and coupon: the total is between nothing and the price, and the lines say
        /// exactly where the difference went.
        #[test]
        fn the_lines_add_up_to_price_less_total(
            price in 0_i64..5_000_000,
            sale in prop::option::of((any::<bool>(), 1_u32..=100)),
            coupon in prop::option::of((any::<bool>(), 1_u32..=100, 1_i64..5_000_000)),
            cap in prop::option::of(1_i64..5_000_000),
        ) {
            let cut = sale.map(|(percent, number)| {
                if percent { Cut::Percent(number) } else { Cut::Price(cny(price / i64::from(number))) }
            });
            let product = product(price, cut);
            let claim = coupon.map(|(percent, number, minor)| {
                claim(if percent { Worth::Percent(number) } else { Worth::Amount(cny(minor)) }, cap)
            });
            let bare = plain(&money(), &product, NOW);
            let quote = match &claim {
                Some(claim) => {
                    with_coupon(&money(), &product, Some(claim), NOW).unwrap_or(bare.clone())
                }
                None => bare.clone(),
            };
            prop_assert!(0 <= quote.total.minor && quote.total.minor <= bare.total.minor);
            prop_assert!(bare.total.minor <= price);
            prop_assert!(quote.lines.iter().all(|line| line.amount.minor > 0));
            let off: i64 = quote.lines.iter().map(|line| line.amount.minor).sum();
            prop_assert_eq!(off, price - quote.total.minor);
            prop_assert_eq!(quote.discount().minor, off);
        }
    }
}
