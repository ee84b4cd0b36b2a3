//! The refund at the provider: sent once, and asked about with the same number until it is decided.

use std::time::Duration;

use super::settle::settle;
use crate::flows::announce;
use crate::flows::jobs::SendRefund;
use crate::flows::till::Till;
use crate::kernel::ids::UserId;
use crate::orders;
use crate::payments::ports::{CallError, RefundAnswer, RefundOutcome, RefundRequest};
use crate::payments::repo as payments;
use crate::payments::{Payment, Refund, RefundStatus, refunds};
use crate::platform::jobs::JobError;

/// How long to wait before asking again about a refund that is under way.
const ASK_AGAIN: Duration = Duration::from_secs(10);

/// Sends the refund, or asks about it when an earlier call's outcome is unknown.
#[tracing::instrument(name = "job.refund.send", skip_all, fields(refund.id = %job.refund_no))]
pub async fn run(till: &Till, job: SendRefund) -> Result<(), JobError> {
    let db = till.base.db.read();
    let refund = refunds::get(db, &job.refund_no).await.map_err(JobError::retry)?;
    if refund.status.is_final() {
        return Ok(());
    }
    let payment = payments::get(db, &refund.payment_no).await.map_err(JobError::retry)?;
    let order = orders::repo::get(db, &refund.order_no).await.map_err(JobError::retry)?;
    let counter = till
        .counter(&payment.provider)
        .ok_or_else(|| JobError::discard(anyhow::anyhow!("no provider {}", payment.provider)))?;
    let answer = match refund.status {
        RefundStatus::Requested => {
            // Written before the call: after a crash the outcome is unknown, and asked for.
            mark(till, &refund, RefundStatus::Unknown, None).await?;
            counter.gateway.refund(&request(till, (&refund, order.user), &payment)).await
        }
        RefundStatus::Processing
        | RefundStatus::Unknown
        | RefundStatus::Succeeded
        | RefundStatus::Failed => {
            counter.gateway.query_refund(&refund.refund_no, &refund.payment_no).await
        }
    };
    match answer {
        Ok(answer) => answered(till, &refund, &answer).await,
        Err(error) => unanswered(till, &refund, error).await,
    }
}

fn request(till: &Till, (refund, payer): (&Refund, UserId), payment: &Payment) -> RefundRequest {
    RefundRequest {
        refund_no: refund.refund_no.clone(),
        payer,
        payment_no: payment.payment_no.clone(),
        provider_ref: payment.provider_ref.clone(),
        amount: refund.amount,
        reason: refund.reason.clone(),
        notify_url: till.notify_url(&payment.provider),
    }
}

async fn answered(till: &Till, refund: &Refund, answer: &RefundAnswer) -> Result<(), JobError> {
    settle(&till.base, &refund.refund_no, answer).await.map_err(JobError::retry)?;
    match &answer.outcome {
        RefundOutcome::Pending => Err(JobError::Snooze(ASK_AGAIN)),
        RefundOutcome::NotFound => {
            // Surely not done: the same number may be sent again.
            mark(till, refund, RefundStatus::Requested, None).await?;
            Err(JobError::Retry { cause: anyhow::anyhow!("unknown there"), after: None })
        }
        RefundOutcome::Succeeded | RefundOutcome::Failed(_) => Ok(()),
    }
}

async fn unanswered(till: &Till, refund: &Refund, error: CallError) -> Result<(), JobError> {
    match &error {
        CallError::Rejected { message, .. } if refund.status == RefundStatus::Requested => {
            let outcome = RefundOutcome::Failed(message.clone());
            let answer = RefundAnswer { provider_refund_ref: None, outcome };
            settle(&till.base, &refund.refund_no, &answer).await.map_err(JobError::retry)?;
            Ok(())
        }
        CallError::NotSent(_) if refund.status == RefundStatus::Requested => {
            mark(till, refund, RefundStatus::Requested, Some(&error.to_string())).await?;
            Err(JobError::retry(error))
        }
        CallError::Unknown(_) if refund.status == RefundStatus::Requested => {
            // Marked before the call; now the world hears that nobody knows.
            mark(till, refund, RefundStatus::Unknown, Some(&error.to_string())).await?;
            Err(JobError::retry(error))
        }
        CallError::Rejected { .. } | CallError::NotSent(_) | CallError::Unknown(_) => {
            Err(JobError::retry(error))
        }
    }
}

/// Writes the status around a call, whatever the version: only this job touches the row then.
async fn mark(
    till: &Till,
    refund: &Refund,
    to: RefundStatus,
    error: Option<&str>,
) -> Result<(), JobError> {
    let now = till.base.now();
    let tx = till.base.db.begin_write().await.map_err(JobError::retry)?;
    let mut refund = refunds::lock(&tx, &refund.refund_no).await.map_err(JobError::retry)?;
    if refund.status.is_final() {
        return Ok(());
    }
    refunds::save_status(&tx, &mut refund, to, (None, error), now)
        .await
        .map_err(JobError::retry)?;
    if to == RefundStatus::Unknown && error.is_some() {
        let order = orders::repo::get(tx.conn(), &refund.order_no).await;
        let order = order.map_err(JobError::retry)?;
        let about = (&order, &refund.refund_no);
        announce::refund(&tx, "refund.unknown", about, now).await.map_err(JobError::retry)?;
    }
    tx.commit().await.map_err(JobError::retry)
}
