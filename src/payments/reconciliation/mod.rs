//! Our books against the provider's own, day by day (spec.md §4 rule 17, seed 003).
//!
//! Where to look: [`rules`] for what a line of a statement means beside a payment or refund of
//! ours, [`repo`] for the runs, the differences and what is asked of our own rows. The deed is
//! `flows/reconcile`.
//!
//! Invariants:
//! - A difference is written once for each (provider, day, kind, reference), however often a day
//!   is compared, and before anything is done about it.
//! - Money that only the statement knows becomes ours through `flows/settle_payment` alone.

pub mod repo;
pub mod rules;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo};
use crate::kernel::money::{Currency, Money};

pub use rules::Kind;

/// A difference that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewDifference {
    pub kind: Kind,
    /// Our number of the payment or refund, or the provider's where we have none.
    pub reference: String,
    pub order_no: Option<OrderNo>,
    pub payment_no: Option<PaymentNo>,
    pub refund_no: Option<RefundNo>,
    /// What we have, and what they have: a state and an amount.
    pub ours: String,
    pub theirs: String,
}

/// A difference as it was written down.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    pub id: i64,
    pub provider: String,
    pub day: String,
    pub kind: String,
    pub reference: String,
    pub order_no: Option<String>,
    pub payment_no: Option<String>,
    pub refund_no: Option<String>,
    pub ours: String,
    pub theirs: String,
    /// `open` or `resolved`.
    pub status: String,
    pub found_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub resolved_by: Option<String>,
    pub note: Option<String>,
}

/// What moved on a day in one currency, as the provider tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Total {
    pub currency: Currency,
    pub charges: i64,
    pub charged_minor: i64,
    pub refunds: i64,
    pub refunded_minor: i64,
}

impl Total {
    fn none(currency: Currency) -> Self {
        Self { currency, charges: 0, charged_minor: 0, refunds: 0, refunded_minor: 0 }
    }

    pub fn charged(&self) -> Money {
        Money::new(self.charged_minor, self.currency)
    }

    pub fn refunded(&self) -> Money {
        Money::new(self.refunded_minor, self.currency)
    }
}

/// The sums of a day, by currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Totals(pub Vec<Total>);

impl Totals {
    pub fn add_charge(&mut self, amount: Money) {
        self.change(amount.currency, |total| {
            total.charges = total.charges.saturating_add(1);
            total.charged_minor = total.charged_minor.saturating_add(amount.minor);
        });
    }

    pub fn add_refund(&mut self, amount: Money) {
        self.change(amount.currency, |total| {
            total.refunds = total.refunds.saturating_add(1);
            total.refunded_minor = total.refunded_minor.saturating_add(amount.minor);
        });
    }

    fn change(&mut self, currency: Currency, by: impl FnOnce(&mut Total)) {
        if let Some(total) = self.0.iter_mut().find(|total| total.currency == currency) {
            return by(total);
        }
        let mut total = Total::none(currency);
        by(&mut total);
        self.0.push(total);
        self.0.sort_by_key(|total| total.currency);
    }
}

/// Where the truth of a run came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// The provider's list of the day.
    Statement,
    /// Each payment was asked about.
    Query,
}

impl Way {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Statement => "statement",
            Self::Query => "query",
        }
    }
}

/// One comparison of a day, as it ended.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Run {
    pub id: i64,
    pub provider: String,
    pub day: String,
    /// `statement` or `query`.
    pub source: String,
    /// Payments and refunds that were looked at.
    pub checked: i64,
    /// Differences of the day that nobody has resolved.
    pub differences: i64,
    /// Differences of the day that resolved themselves, such as a lost callback's payment.
    pub booked: i64,
    pub totals: Totals,
}
