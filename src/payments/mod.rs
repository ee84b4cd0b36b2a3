//! Payments: attempts to pay an order at a provider, what the provider says about them, refunds.
//!
//! Where to look: [`rules`] for the states, [`repo`] for payments and their log, [`inbox`] for
//! evidence, [`refunds`] for money on its way back, [`ledger`] for the money book, [`ports`] for what a provider must offer and
//! `adapters` for each provider's wire format.
//!
//! Invariants:
//! - A payment changes its status only through [`repo::apply`]; every step appends to the log.
//! - Nothing leaves `succeeded`. Money that is proved is recorded, whatever state we were in.
//! - The unique indexes on evidence, provider reference and refund cause are the last line.

pub mod adapters;
pub mod diagnosis;
mod entity;
pub mod health;
pub mod inbox;
pub mod ledger;
mod log;
pub mod ports;
pub mod reconciliation;
pub mod refunds;
pub mod refusals;
pub mod repo;
pub mod requests;
pub mod rules;
pub mod statement;
pub mod together;

use sea_orm::DbErr;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo};
use crate::kernel::money::{Currency, Money};
use crate::platform::crypto::SealError;

pub use rules::{Fact, PaymentStatus, RefundStatus};

/// The provider that takes Telegram Stars, and nothing else; also its one method.
pub const STARS: &str = "stars";

/// One attempt to pay one order with one provider and method.
#[derive(Debug, Clone)]
pub struct Payment {
    pub payment_no: PaymentNo,
    pub order_no: OrderNo,
    pub provider: String,
    pub dialect: String,
    pub method: String,
    pub status: PaymentStatus,
    pub amount: Money,
    /// The provider's own number for the charge, once known.
    pub provider_ref: Option<String>,
    pub pay_url: Option<String>,
    pub qr_code: Option<String>,
    /// When the second proof was had (spec.md §4 rule 8).
    pub proven_at: Option<Timestamp>,
    /// Where the provider was told to send its notifications.
    pub notify_url: Option<String>,
    /// The provider's latest answer to a question of ours, and when it was asked.
    pub last_query: Option<(Timestamp, String)>,
    /// When the ladder asks next (spec.md §4 rule 11); `None` at its end.
    pub next_query_at: Option<Timestamp>,
    /// Rungs of the ladder behind us.
    pub queries: i32,
    /// The money that arrived instead of `amount`, when it did not match.
    pub stated: Option<Money>,
    pub expires_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub created_at: Timestamp,
    version: i64,
}

impl Payment {
    /// What arrived, if anything did: the agreed amount, or what the provider stated instead.
    pub fn received(&self) -> Money {
        self.stated.unwrap_or(self.amount)
    }

    /// Whether a part of it may go back: of Stars only all of it (reference/telegram.md §A.8).
    pub fn goes_back_in_parts(&self) -> bool {
        self.received().currency != Currency::XTR
    }
}

#[derive(Debug, Clone)]
pub struct NewPayment {
    pub payment_no: PaymentNo,
    pub order_no: OrderNo,
    pub provider: String,
    pub dialect: String,
    pub method: String,
    pub amount: Money,
    pub expires_at: Timestamp,
}

/// One line of a payment's log.
#[derive(Debug, Clone, serde::Serialize)]
pub struct LogRow {
    pub from: Option<String>,
    pub to: String,
    pub source: String,
    pub evidence_key: Option<String>,
    pub note: String,
    pub at: Timestamp,
}

/// Money on its way back.
#[derive(Debug, Clone)]
pub struct Refund {
    pub refund_no: RefundNo,
    pub order_no: OrderNo,
    pub payment_no: PaymentNo,
    pub amount: Money,
    pub status: RefundStatus,
    pub reason: String,
    pub actor: String,
    /// The order's status before it became `refunding`; `None` when the order does not take part
    /// (a failed order, a surplus payment).
    pub order_status_before: Option<String>,
    pub provider_refund_ref: Option<String>,
    pub last_error: Option<String>,
    /// How an operator gave the money back when the provider could not.
    pub manual_reference: Option<String>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    version: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    #[error("there is no payment {0}")]
    NotFound(PaymentNo),
    #[error("there is no refund {0}")]
    RefundNotFound(RefundNo),
    #[error("{0} was changed meanwhile")]
    Stale(String),
    #[error(transparent)]
    Illegal(#[from] rules::IllegalStep),
    #[error("only {left} of it can be refunded")]
    NotThatMuch { left: Money },
    #[error("the row of {number} is damaged: {what}")]
    Damaged { number: String, what: &'static str },
    #[error("a sealed field cannot be opened")]
    Sealed(#[from] SealError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}
