//! Without a list, the provider is asked about each payment and each refund of the day, slowly.
//! What it has and we never asked for stays unknown in this way.

use super::{Comparison, Found, Manner, ReconcileError, about_payment, about_refund};
use crate::flows::{refund_order, settle_payment};
use crate::payments::ports::{CallError, Observation, Outcome, RefundAnswer, RefundOutcome};
use crate::payments::reconciliation::Totals;
use crate::payments::reconciliation::repo as rows;
use crate::payments::reconciliation::rules::{self, Kind, Route};
use crate::payments::rules::stated_money;
use crate::payments::{Payment, Refund, RefundStatus};

/// How far the asking is.
struct Asking<'a> {
    manner: &'a Manner<'a>,
    asked: usize,
    unanswered: usize,
    all: usize,
}

impl Asking<'_> {
    /// Takes note of an answer, and waits before the next question.
    async fn next<T>(&mut self, answer: Result<T, CallError>) -> Option<T> {
        self.asked = self.asked.saturating_add(1);
        (self.manner.progress)(self.asked, self.all);
        if self.asked < self.all && !self.manner.pause.is_zero() {
            tokio::time::sleep(self.manner.pause).await;
        }
        answer
            .inspect_err(|error| {
                self.unanswered = self.unanswered.saturating_add(1);
                tracing::warn!(error = error as &dyn std::error::Error, "not answered");
            })
            .ok()
    }
}

impl Comparison<'_> {
    pub(super) async fn by_query(&self, manner: &Manner<'_>) -> Result<Found, ReconcileError> {
        let db = self.base().db.read();
        let payments = rows::payments_within(db, (self.provider, self.span)).await?;
        let payments = rows::payments_of(db, &payments).await?;
        let refunds = rows::refunds_within(db, (self.provider, self.span)).await?;
        let refunds = rows::refunds_of(db, &refunds).await?;
        let all = payments.len().saturating_add(refunds.len());
        let mut asking = Asking { manner, asked: 0, unanswered: 0, all };
        let mut totals = Totals::default();
        for payment in payments.values() {
            let answer = self.counter.gateway.query(&payment.payment_no).await;
            if let Some(answer) = asking.next(answer).await {
                self.take_answer(payment, &answer, &mut totals).await?;
            }
        }
        for refund in refunds.values() {
            let (number, payment) = (&refund.refund_no, &refund.payment_no);
            let answer = self.counter.gateway.query_refund(number, payment).await;
            if let Some(answer) = asking.next(answer).await {
                self.take_refund_answer(refund, &answer, &mut totals).await?;
            }
        }
        if asking.unanswered > 0 {
            return Err(ReconcileError::Unanswered { left: asking.unanswered, all });
        }
        Ok(Found { checked: all, totals })
    }

    async fn take_answer(
        &self,
        payment: &Payment,
        answer: &Observation,
        totals: &mut Totals,
    ) -> Result<(), ReconcileError> {
        let judged = rules::judge_answer(answer, payment);
        if answer.outcome == Outcome::Paid {
            let stated = answer.stated.as_ref().and_then(stated_money);
            totals.add_charge(stated.unwrap_or(payment.amount));
        }
        let difference = judged.difference.map(|kind| about_payment(kind, payment, theirs(answer)));
        self.note(difference.as_slice()).await?;
        if judged.route == Route::Door {
            settle_payment::run(self.base(), &self.till.money, answer, b"").await?;
        }
        Ok(())
    }

    async fn take_refund_answer(
        &self,
        refund: &Refund,
        answer: &RefundAnswer,
        totals: &mut Totals,
    ) -> Result<(), ReconcileError> {
        let went_back = answer.outcome == RefundOutcome::Succeeded;
        if went_back {
            totals.add_refund(refund.amount);
        }
        let kind = match (refund.status == RefundStatus::Succeeded, went_back) {
            (true, false) => Kind::RefundMissingThere,
            (false, true) => Kind::RefundMissingHere,
            (true, true) | (false, false) => return Ok(()),
        };
        let word = match &answer.outcome {
            RefundOutcome::Succeeded => "succeeded",
            RefundOutcome::Pending => "pending",
            RefundOutcome::Failed(_) => "failed",
            RefundOutcome::NotFound => "unknown",
        };
        self.note(&[about_refund(kind, refund, word.to_owned())]).await?;
        if kind == Kind::RefundMissingHere {
            refund_order::settle(self.base(), &refund.refund_no, answer).await?;
        }
        Ok(())
    }
}

fn theirs(answer: &Observation) -> String {
    let word = match &answer.outcome {
        Outcome::Paid => "paid",
        Outcome::AttemptFailed | Outcome::FinallyFailed => "failed",
        Outcome::Pending => "pending",
        Outcome::Closed => "closed",
        Outcome::Other(word) => word.as_str(),
    };
    let stated = answer.stated.as_ref().map(|stated| {
        let currency = stated.currency.as_deref().unwrap_or_default();
        format!(" {} {currency}", stated.amount)
    });
    format!("{word}{}", stated.unwrap_or_default())
}
