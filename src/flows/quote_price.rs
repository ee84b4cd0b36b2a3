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
