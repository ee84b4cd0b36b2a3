//! The bodies of the `hmac` dialect and its words in the words of the port (spec.md §9.1).

use serde::{Deserialize, Serialize};

use crate::kernel::ids::RefundNo;
use crate::payments::adapters::exchange::unknown;
use crate::payments::adapters::reading::{Text, brief, filled};
use crate::payments::ports::{CallError, Outcome, RefundAnswer, RefundOutcome};

/// `POST /payments`. The gateway's `order_id` is our payment's number.
#[derive(Debug, Serialize)]
pub(super) struct Create<'a> {
    pub(super) order_id: &'a str,
    pub(super) amount: String,
    pub(super) currency: &'a str,
    pub(super) subject: &'a str,
    pub(super) method: &'a str,
    pub(super) notify_url: &'a str,
    pub(super) return_url: &'a str,
    /// RFC 3339, UTC.
    pub(super) expires_at: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) payment_id: Option<Text>,
    pub(super) payment_url: Option<Text>,
    pub(super) qr_code: Option<Text>,
}

/// `POST /refunds`.
#[derive(Debug, Serialize)]
pub(super) struct AskRefund<'a> {
    pub(super) order_id: &'a str,
    pub(super) refund_id: &'a str,
    pub(super) amount: String,
    pub(super) currency: &'a str,
    pub(super) reason: &'a str,
}

/// The answer to a refund and to the query of one. `refund_id` is our number; it may be left out.
#[derive(Debug, Deserialize)]
pub(super) struct Refunded {
    refund_id: Option<Text>,
    status: String,
    reason: Option<Text>,
}

impl Refunded {
    pub(super) fn answer(self, refund_no: &RefundNo) -> Result<RefundAnswer, CallError> {
        if filled(self.refund_id).is_some_and(|number| number != refund_no.as_str()) {
            return Err(unknown("the answer is about another refund"));
        }
        let reason =
            filled(self.reason).unwrap_or_else(|| "the gateway gives no reason".to_owned());
        let outcome = match self.status.as_str() {
            "succeeded" => RefundOutcome::Succeeded,
            "pending" => RefundOutcome::Pending,
            "failed" => RefundOutcome::Failed(brief(&reason)),
            _ => return Err(unknown("the refund is in a state that we do not know")),
        };
        Ok(RefundAnswer { provider_refund_ref: None, outcome })
    }
}

/// What a callback and the answer to a query tell about a payment.
#[derive(Debug, Deserialize)]
pub(super) struct Told {
    pub(super) order_id: Option<Text>,
    pub(super) payment_id: Option<Text>,
    pub(super) refund_id: Option<Text>,
    pub(super) status: String,
    pub(super) amount: Option<Text>,
    pub(super) currency: Option<Text>,
}

impl Told {
    /// The gateway does not know the payment yet: nobody can have paid it.
    pub(super) fn unknown_to_the_gateway(number: &str) -> Self {
        Self {
            order_id: Some(Text::from(number)),
            payment_id: None,
            refund_id: None,
            status: "pending".to_owned(),
            amount: None,
            currency: None,
        }
    }
}

/// What a payment's `status` means. `failed` is final here (spec.md §4 rule 6).
pub(super) fn outcome(status: &str) -> Outcome {
    match status {
        "paid" => Outcome::Paid,
        "failed" => Outcome::FinallyFailed,
        "pending" => Outcome::Pending,
        "closed" => Outcome::Closed,
        other => Outcome::Other(brief(other)),
    }
}
