//! What we ask of a payment provider, and the answers we tell apart.
//!
//! No method has a default body: an adapter that forgets to prove the sender of a notification
//! does not compile. Source of the four outcomes: spec.md §4 rule 1.

use async_trait::async_trait;
use chrono::NaiveDate;
use http::HeaderMap;

use super::statement::Statement;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{PaymentNo, RefundNo, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;

/// How a call to a provider ended when it did not end well.
///
/// Only [`CallError::Rejected`] and [`CallError::NotSent`] allow a new number; after
/// [`CallError::Unknown`] the truth has to be asked for with the same number.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The provider says that it did not do it.
    #[error("the provider refused ({code}): {message}")]
    Rejected { code: String, message: String },
    /// The request surely did not reach the provider.
    #[error("the request was not sent")]
    NotSent(#[source] anyhow::Error),
    /// Time-out, broken answer, server fault: it may or may not have been done.
    #[error("the outcome is unknown")]
    Unknown(#[source] anyhow::Error),
}

/// Everything a provider needs to open one payment.
#[derive(Debug, Clone)]
pub struct CreatePayment {
    pub payment_no: PaymentNo,
    pub amount: Money,
    /// `wechat`, `alipay`, `bank`, or a provider's own word (seed 002).
    pub method: String,
    /// What is bought, as the payer reads it.
    pub subject: String,
    pub locale: Locale,
    /// `{server.public_url}/webhook/{provider}`, no query string.
    pub notify_url: String,
    /// Where the payer's browser comes back to.
    pub return_url: String,
    pub expires_at: Timestamp,
}

/// What the provider gave us to show the payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreatedPayment {
    pub provider_ref: Option<String>,
    pub pay_url: String,
    /// The text of a QR code, when the provider gives one.
    pub qr_code: Option<String>,
}

/// The state of a payment or refund in words that all providers share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The money is there.
    Paid,
    /// One attempt failed; the payer may try again on the same payment.
    AttemptFailed,
    /// Failed for good (the `hmac` dialect; spec.md §4 rule 6).
    FinallyFailed,
    /// Not decided yet.
    Pending,
    /// The provider closed it unpaid.
    Closed,
    /// A word that we do not know: kept, alarmed, never guessed at.
    Other(String),
}

impl Outcome {
    /// The word that is kept with a payment.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Paid => "paid",
            Self::AttemptFailed => "attempt_failed",
            Self::FinallyFailed => "finally_failed",
            Self::Pending => "pending",
            Self::Closed => "closed",
            Self::Other(word) => word,
        }
    }
}

/// Where a fact came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    Callback,
    Query,
    Statement,
    Operator,
}

impl Source {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Query => "query",
            Self::Statement => "statement",
            Self::Operator => "operator",
        }
    }
}

/// An amount exactly as the provider wrote it; compared by [`Money::matches_major`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatedAmount {
    /// Decimal text in major units.
    pub amount: String,
    pub currency: Option<String>,
}

/// A fact about a payment (spec.md §1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// The route word of the provider, such as `pingpong`.
    pub provider: String,
    pub source: Source,
    /// The same fact always has the same key; unique together with the provider.
    pub evidence_key: String,
    pub payment_no: PaymentNo,
    /// The provider's own number for this charge.
    pub provider_ref: Option<String>,
    pub outcome: Outcome,
    /// Missing in some protocols; then a success needs a query (spec.md §4 rule 8).
    pub stated: Option<StatedAmount>,
    /// False when the message names another merchant than the configured one.
    pub merchant_matches: bool,
    /// Who says so, when the source is an operator: `operator:<id>`.
    pub actor: Option<String>,
    pub note: Option<String>,
}

/// A fact about a refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundObservation {
    pub provider: String,
    pub source: Source,
    pub evidence_key: String,
    pub refund_no: RefundNo,
    pub provider_refund_ref: Option<String>,
    pub status: RefundOutcome,
}

/// A charge went back, told by a provider that does not know our numbers of refunds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChargeRefunded {
    pub provider: String,
    pub source: Source,
    pub evidence_key: String,
    /// The provider's number of the charge.
    pub charge: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefundOutcome {
    Succeeded,
    Pending,
    Failed(String),
    /// The provider does not know this refund number: it may be sent (again) with the same number.
    NotFound,
}

/// What a notification says, after its sender was proved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    Payment(Observation),
    Refund(RefundObservation),
    RefundOfCharge(ChargeRefunded),
    /// Proved, but about something we do not sell with (captures, unknown kinds): kept and alarmed.
    Unhandled {
        provider: String,
        evidence_key: String,
        kind: String,
    },
}

/// Why a notification was not believed or not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotificationError {
    /// 401: missing or wrong signature.
    #[error("the sender is not proved: {0}")]
    Unproved(&'static str),
    /// 400: not the provider's format at all.
    #[error("malformed: {0}")]
    Malformed(String),
}

/// What we know, put as the provider's acknowledgement is chosen from it (spec.md §4 rule 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Applied, repeated, orphaned or parked: a retry would not help.
    Taken,
    /// Amount, currency or merchant do not match.
    Mismatch,
}

/// The exact answer a provider wants to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    pub status: u16,
    pub content_type: &'static str,
    pub body: &'static str,
}

#[derive(Debug, Clone)]
pub struct RefundRequest {
    pub refund_no: RefundNo,
    /// The buyer, whose money it was.
    pub payer: UserId,
    pub payment_no: PaymentNo,
    pub provider_ref: Option<String>,
    pub amount: Money,
    pub reason: String,
    /// Where the provider tells the refund's result.
    pub notify_url: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundAnswer {
    pub provider_refund_ref: Option<String>,
    pub outcome: RefundOutcome,
}

/// A payment provider in one dialect.
#[async_trait]
pub trait PaymentGateway: Send + Sync {
    /// The word in the callback route and in the tables: `pingpong`.
    fn provider(&self) -> &str;

    /// `v4`, `hmac`, …: kept with the payment, so that old payments stay readable.
    fn dialect(&self) -> &str;

    /// Opens a payment. Asked again with the same number it changes nothing (rule 1).
    async fn create(&self, request: &CreatePayment) -> Result<CreatedPayment, CallError>;

    /// Asks what became of a payment. A payment that the provider does not know yet is `Pending`.
    async fn query(&self, payment_no: &PaymentNo) -> Result<Observation, CallError>;

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError>;

    async fn query_refund(
        &self,
        refund_no: &RefundNo,
        payment_no: &PaymentNo,
    ) -> Result<RefundAnswer, CallError>;

    /// What the provider lists for `day`, a day of China (reference/pingpong.md §3.8). `None`: it
    /// gives no lists, and each payment must be asked about.
    async fn statement(&self, day: NaiveDate) -> Result<Option<Statement>, CallError>;

    /// Proves that the raw `body` comes from the provider, then reads it.
    fn read_notification(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notification, NotificationError>;

    fn acknowledge(&self, verdict: Verdict) -> Acknowledgement;
}

/// What an address shows to whoever comes from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// `None`: nothing answered.
    pub status: Option<u16>,
    /// The clock of whoever answered, in milliseconds since 1970, to the second.
    pub clock_ms: Option<i64>,
    /// Why nothing answered, without the address.
    pub fault: Option<String>,
}

/// Looks at addresses the way a provider does: through the public name.
#[async_trait]
pub trait Outlook: Send + Sync {
    /// Calls a callback address with a body that nobody signed.
    async fn post_unsigned(&self, address: &str) -> Glance;

    async fn look(&self, address: &str) -> Glance;
}
