//! PingPong's answer to a call, and what it is worth (reference/pingpong.md §2.2, §5.3).

use anyhow::anyhow;
use serde::de::DeserializeOwned;

use super::content::{Prepared, Told};
use super::statuses::{self, Verdict};
use super::wire::{Envelope, Store};
use crate::kernel::ids::{PaymentNo, RefundNo};
use crate::payments::adapters::exchange::{Answer, unknown, unknown_status};
use crate::payments::adapters::reading::{Text, brief, evidence_key, filled, object, stated};
use crate::payments::ports::{
    CallError, CreatedPayment, Observation, Outcome, RefundAnswer, Source,
};

/// An answer that could be read. Its signature is asked for where a success would be believed.
pub(super) struct Reply<'a> {
    store: &'a Store,
    envelope: Envelope,
}

impl<'a> Reply<'a> {
    pub(super) fn read(store: &'a Store, answer: &Answer) -> Result<Self, CallError> {
        if !answer.status.is_success() {
            return Err(unknown_status(answer.status));
        }
        Envelope::parse(&answer.body).map(|envelope| Self { store, envelope }).map_err(unknown)
    }

    pub(super) fn verdict(&self) -> Verdict {
        statuses::verdict(self.code())
    }

    fn code(&self) -> &str {
        self.envelope.get("code").unwrap_or("")
    }

    /// The answer to a create.
    pub(super) fn created(self, number: &str) -> Result<CreatedPayment, CallError> {
        let prepared: Prepared = self.success()?;
        if filled(Some(prepared.merchant_transaction_id)).as_deref() != Some(number) {
            return Err(unknown("the answer is about another payment"));
        }
        let pay_url = filled(Some(prepared.payment_url)).filter(|url| url.starts_with("http"));
        Ok(CreatedPayment {
            provider_ref: filled(prepared.transaction_id),
            pay_url: pay_url.ok_or_else(|| unknown("the answer has no address to pay at"))?,
            qr_code: None,
        })
    }

    /// The answer to a query.
    pub(super) fn observation(self, payment_no: &PaymentNo) -> Result<Observation, CallError> {
        if self.verdict() == Verdict::NoSuchNumber {
            return Ok(observation(payment_no, "unknown number", Outcome::Pending));
        }
        let told: Told = self.success()?;
        if filled(told.merchant_transaction_id).as_deref() != Some(payment_no.as_str()) {
            return Err(unknown("the answer is about another payment"));
        }
        let status = filled(told.status).ok_or_else(|| unknown("the answer has no status"))?;
        let provider_ref = filled(told.transaction_id);
        let stated = stated(told.amount, told.currency);
        let reference = provider_ref.as_deref().unwrap_or("");
        let facts = ["RECHARGE", payment_no.as_str(), reference, &status];
        let outcome = statuses::outcome(&status);
        let explained = explanation(told.result_code, told.result_description);
        Ok(Observation {
            evidence_key: evidence_key(Source::Query, &facts, stated.as_ref()),
            provider_ref,
            stated,
            note: if outcome == Outcome::Paid { None } else { explained },
            ..observation(payment_no, &status, outcome)
        })
    }

    /// The answer to a refund or to the query of one.
    pub(super) fn refund(self, refund_no: &RefundNo) -> Result<RefundAnswer, CallError> {
        let told: Told = self.success()?;
        let provider_refund_ref = filled(told.refund_id);
        match filled(told.merchant_refund_id) {
            Some(number) if number == refund_no.as_str() => {}
            // §3.5: the documented example is a transaction; only a refund's number makes it one.
            None if provider_refund_ref.is_some() => {}
            Some(_) | None => return Err(unknown("the answer is about another refund")),
        }
        let reason = explanation(told.result_code, told.result_description);
        let status = filled(told.status).ok_or_else(|| unknown("the answer has no status"))?;
        let outcome = statuses::refund_outcome(&status, reason.unwrap_or_default())
            .ok_or_else(|| unknown("the refund is in a state that we do not know"))?;
        Ok(RefundAnswer { provider_refund_ref, outcome })
    }

    /// The content of a success that PingPong signed for our store.
    fn success<T: DeserializeOwned>(&self) -> Result<T, CallError> {
        match self.verdict() {
            Verdict::Worked => {}
            // The number is taken, so the truth has to be asked for (rule 1 of spec.md §4).
            Verdict::Duplicate | Verdict::Open => {
                let code = brief(self.code());
                return Err(CallError::Unknown(anyhow!("PingPong answered with code `{code}`")));
            }
            Verdict::NoSuchNumber | Verdict::Refused => {
                return Err(CallError::Rejected {
                    code: self.code().to_owned(),
                    message: brief(self.envelope.get("description").unwrap_or("")),
                });
            }
        }
        self.store.prove(&self.envelope).map_err(unknown)?;
        let content = self.envelope.content().map_err(unknown)?;
        if !self.store.is_named_in(&self.envelope) {
            return Err(unknown("the answer is for another merchant"));
        }
        object(content.as_bytes())
            .ok_or_else(|| unknown("the content is not the object that we know"))
    }
}

/// What a query says when it says no more than `status`.
fn observation(payment_no: &PaymentNo, status: &str, outcome: Outcome) -> Observation {
    Observation {
        provider: super::PROVIDER.to_owned(),
        source: Source::Query,
        evidence_key: evidence_key(Source::Query, &[payment_no.as_str(), status], None),
        payment_no: payment_no.clone(),
        provider_ref: None,
        outcome,
        stated: None,
        merchant_matches: true,
        actor: None,
        note: None,
    }
}

/// PingPong's code and words for the fate of a transaction.
fn explanation(code: Option<Text>, description: Option<Text>) -> Option<String> {
    let words: Vec<String> = [code, description].into_iter().filter_map(filled).collect();
    if words.is_empty() { None } else { Some(brief(&words.join(" "))) }
}
