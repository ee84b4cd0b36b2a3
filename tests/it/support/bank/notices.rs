//! What the bank writes to the shop. The same fact always has the same evidence key.

use mingshu::kernel::ids::{PaymentNo, RefundNo};
use mingshu::payments::ports::{
    Notification, Observation, Outcome, RefundObservation, RefundOutcome, Source, StatedAmount,
};

use super::{BANK, Charge};

pub(super) fn blank(payment_no: &PaymentNo) -> Observation {
    Observation {
        provider: BANK.to_owned(),
        source: Source::Callback,
        evidence_key: String::new(),
        payment_no: payment_no.clone(),
        provider_ref: None,
        outcome: Outcome::Pending,
        stated: None,
        merchant_matches: true,
        actor: None,
        note: None,
    }
}

pub(super) fn paid(charge: &Charge) -> Notification {
    let (amount, currency) = (charge.amount.to_major(), charge.amount.currency.to_string());
    Notification::Payment(Observation {
        evidence_key: format!("callback/{}/paid/{amount}/{currency}", charge.no),
        provider_ref: Some(charge.no.clone()),
        outcome: Outcome::Paid,
        stated: Some(StatedAmount { amount, currency: Some(currency) }),
        ..blank(&charge.payment_no)
    })
}

pub(super) fn attempt_failed(payment_no: &PaymentNo) -> Notification {
    Notification::Payment(Observation {
        evidence_key: format!("callback/{payment_no}/attempt_failed"),
        outcome: Outcome::AttemptFailed,
        ..blank(payment_no)
    })
}

pub(super) fn failed_for_good(payment_no: &PaymentNo) -> Notification {
    Notification::Payment(Observation {
        evidence_key: format!("callback/{payment_no}/failed"),
        outcome: Outcome::FinallyFailed,
        ..blank(payment_no)
    })
}

pub(super) fn refund(refund_no: &RefundNo, outcome: RefundOutcome) -> Notification {
    let word = match &outcome {
        RefundOutcome::Succeeded => "succeeded",
        RefundOutcome::Failed(_) => "failed",
        RefundOutcome::Pending => "pending",
        RefundOutcome::NotFound => "unknown",
    };
    Notification::Refund(RefundObservation {
        provider: BANK.to_owned(),
        source: Source::Callback,
        evidence_key: format!("callback/{refund_no}/{word}"),
        refund_no: refund_no.clone(),
        provider_refund_ref: None,
        status: outcome,
    })
}

/// The observation of a notification about a payment.
///
/// # Panics
/// When it is about something else.
pub(crate) fn observation(notice: &Notification) -> Observation {
    let Notification::Payment(observation) = notice else { panic!("{notice:?}") };
    observation.clone()
}

/// The same charge, told with another amount and currency.
pub(crate) fn stating(notice: &Notification, amount: &str, currency: &str) -> Notification {
    let told = observation(notice);
    let (text, code) = (amount.to_owned(), Some(currency.to_owned()));
    Notification::Payment(Observation {
        evidence_key: format!("{}/{amount}/{currency}", told.evidence_key),
        stated: Some(StatedAmount { amount: text, currency: code }),
        ..told
    })
}
