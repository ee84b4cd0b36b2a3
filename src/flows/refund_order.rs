//! Money goes back: a refund is reserved under the order's lock, sent with a number that never
//! changes, and resolved by the provider's answer (spec.md §3.3, §4 rules 1, 10, 12).

use std::time::Duration;

use serde_json::json;

use super::base::Base;
use super::jobs::{AlertKind, FulfilOrder, News, SendRefund, TellBuyer};
use super::settle_payment::{SettleError, order_event};
use super::till::Till;
use super::{keep_books, raise_alert};
use crate::affiliates;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, RefundNo};
use crate::kernel::money::Money;
use crate::orders::{self, Actor, Change, Order, OrderStatus};
use crate::payments::ports::{CallError, RefundAnswer, RefundOutcome, RefundRequest};
use crate::payments::refunds::{self, NewRefund};
use crate::payments::repo as payments;
use crate::payments::rules::refund_step;
use crate::payments::{Payment, PaymentStatus, Refund, RefundStatus};
use crate::platform::db::WriteTx;
use crate::platform::jobs::JobError;
use crate::platform::jobs::store as jobs;
use crate::platform::outbox;

/// How long to wait before asking again about a refund that is under way.
const ASK_AGAIN: Duration = Duration::from_secs(10);

/// What became of the wish to refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refunded {
    Started(RefundNo, Money),
    /// Nothing was paid, or everything is already on its way back.
    NothingToRefund,
    /// The order's state does not allow it now.
    NotNow(OrderStatus),
}

/// An operator gives everything back that is left of an order's payment.
pub async fn start(
    base: &Base,
    order_no: &OrderNo,
    (actor, reason): (&Actor, &str),
) -> Result<Refunded, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let mut order = orders::repo::lock(&tx, order_no).await?;
    let takes_part = matches!(order.status, OrderStatus::Paid | OrderStatus::Completed);
    if !takes_part && order.status != OrderStatus::Failed {
        return Ok(Refunded::NotNow(order.status));
    }
    let Some((payment, left)) = refundable(&tx, &order).await? else {
        return Ok(Refunded::NothingToRefund);
    };
    let refund = NewRefund {
        refund_no: RefundNo::generate(now),
        cause: format!("operator:{}:{}", payment.payment_no, now.millis()),
        amount: left,
        reason: reason.to_owned(),
        actor: actor.to_string(),
        order_status_before: takes_part.then(|| order.status.as_str().to_owned()),
    };
    refunds::reserve(&tx, &payment, &refund, now).await?;
    if takes_part {
        orders::repo::change(&tx, &mut order, Change::RefundStarted, actor, reason, now).await?;
    }
    requested(&tx, &order, &refund, now).await?;
    tx.commit().await?;
    Ok(Refunded::Started(refund.refund_no, left))
}

/// The automatic refund of an order that failed after its payment, inside the transaction that
/// lets it fail. Nothing happens for a free order.
pub(super) async fn of_failed_order(
    tx: &WriteTx,
    order: &Order,
    now: Timestamp,
) -> Result<(), SettleError> {
    let Some((payment, left)) = refundable(tx, order).await? else { return Ok(()) };
    let refund = NewRefund {
        refund_no: RefundNo::generate(now),
        cause: format!("failed:{}", order.order_no),
        amount: left,
        reason: "the order failed".to_owned(),
        actor: Actor::System.to_string(),
        order_status_before: None,
    };
    if refunds::reserve(tx, &payment, &refund, now).await? {
        requested(tx, order, &refund, now).await?;
    }
    Ok(())
}

/// The payment that paid the order, and what of it is left to give back.
async fn refundable(tx: &WriteTx, order: &Order) -> Result<Option<(Payment, Money)>, SettleError> {
    for payment in payments::list_of_order(tx.conn(), &order.order_no).await? {
        if payment.status != PaymentStatus::Succeeded {
            continue;
        }
        let left = refunds::refundable(tx.conn(), &payment).await?;
        if left.minor > 0 {
            return Ok(Some((payment, left)));
        }
    }
    Ok(None)
}

async fn requested(
    tx: &WriteTx,
    order: &Order,
    refund: &NewRefund,
    now: Timestamp,
) -> Result<(), SettleError> {
    let job = SendRefund { refund_no: refund.refund_no.clone() };
    jobs::enqueue(tx, &job, now).await?;
    let payload = json!({ "order_no": order.order_no, "refund_no": refund.refund_no,
        "amount": refund.amount.to_major(), "currency": refund.amount.currency });
    outbox::write(tx, "refund.requested", order.order_no.as_str(), &payload, now).await?;
    tell(tx, order, News::RefundStarted, &refund.refund_no, now).await
}

/// Sends the refund, or asks about it when an earlier call's outcome is unknown.
#[tracing::instrument(name = "job.refund.send", skip_all, fields(refund.id = %job.refund_no))]
pub async fn run(till: &Till, job: SendRefund) -> Result<(), JobError> {
    let db = till.base.db.read();
    let refund = refunds::get(db, &job.refund_no).await.map_err(JobError::retry)?;
    if refund.status.is_final() {
        return Ok(());
    }
    let payment = payments::get(db, &refund.payment_no).await.map_err(JobError::retry)?;
    let counter = till
        .counter(&payment.provider)
        .ok_or_else(|| JobError::discard(anyhow::anyhow!("no provider {}", payment.provider)))?;
    let answer = match refund.status {
        RefundStatus::Requested => {
            // Written before the call: after a crash the outcome is unknown, and asked for.
            mark(till, &refund, RefundStatus::Unknown, None).await?;
            counter.gateway.refund(&request(till, &refund, &payment)).await
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

fn request(till: &Till, refund: &Refund, payment: &Payment) -> RefundRequest {
    RefundRequest {
        refund_no: refund.refund_no.clone(),
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
    tx.commit().await.map_err(JobError::retry)
}

/// The provider's answer to our own call or query becomes true in our books. `false`: old news.
pub async fn settle(
    base: &Base,
    refund_no: &RefundNo,
    answer: &RefundAnswer,
) -> Result<bool, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let changed = apply(&tx, refund_no, answer, now).await?;
    tx.commit().await?;
    Ok(changed)
}

/// A fact about a refund inside the transaction of its evidence.
pub(super) async fn apply(
    tx: &WriteTx,
    refund_no: &RefundNo,
    answer: &RefundAnswer,
    now: Timestamp,
) -> Result<bool, SettleError> {
    let order_no = refunds::get(tx.conn(), refund_no).await?.order_no;
    let mut order = orders::repo::lock(tx, &order_no).await?;
    let mut refund = refunds::lock(tx, refund_no).await?;
    let Some(to) = refund_step(refund.status, &answer.outcome) else { return Ok(false) };
    let error = match &answer.outcome {
        RefundOutcome::Failed(why) => Some(why.as_str()),
        RefundOutcome::Succeeded | RefundOutcome::Pending | RefundOutcome::NotFound => None,
    };
    let details = (answer.provider_refund_ref.as_deref(), error);
    refunds::save_status(tx, &mut refund, to, details, now).await?;
    match to {
        RefundStatus::Succeeded => succeeded(tx, &mut order, &refund, now).await?,
        RefundStatus::Failed => failed(tx, &mut order, &refund, now).await?,
        RefundStatus::Requested | RefundStatus::Processing | RefundStatus::Unknown => {}
    }
    Ok(true)
}

async fn succeeded(
    tx: &WriteTx,
    order: &mut Order,
    refund: &Refund,
    now: Timestamp,
) -> Result<(), SettleError> {
    metrics::counter!("mingshu_refunds_total", "outcome" => "succeeded").increment(1);
    if order.status == OrderStatus::Refunding && refund.order_status_before.is_some() {
        let change = Change::RefundSucceeded;
        orders::repo::change(tx, order, change, &Actor::Provider, "refunded", now).await?;
    }
    let mut taken_back = None;
    if !refund.reason.starts_with("surplus") {
        let back = refunds::succeeded_total(tx.conn(), &refund.payment_no).await?;
        taken_back = affiliates::repo::reverse(tx, &order.order_no, back, now).await?;
    }
    keep_books::refund_succeeded(tx, refund, taken_back, now).await?;
    event(tx, "refund.succeeded", refund, now).await?;
    order_event(tx, "order.refunded", order, now).await?;
    tell(tx, order, News::RefundSucceeded, &refund.refund_no, now).await
}

async fn failed(
    tx: &WriteTx,
    order: &mut Order,
    refund: &Refund,
    now: Timestamp,
) -> Result<(), SettleError> {
    metrics::counter!("mingshu_refunds_total", "outcome" => "failed").increment(1);
    let before = refund.order_status_before.as_deref().and_then(OrderStatus::parse);
    if let (OrderStatus::Refunding, Some(before)) = (order.status, before) {
        let change = Change::RefundRefused { before };
        orders::repo::change(tx, order, change, &Actor::Provider, "refund refused", now).await?;
    }
    if before == Some(OrderStatus::Paid) {
        // Back in `paid`, but nobody decided to deliver after all.
        let job = FulfilOrder { order_no: order.order_no.clone() };
        jobs::enqueue_parked(tx, &job, "its refund was refused: an operator decides", now).await?;
    }
    event(tx, "refund.failed", refund, now).await?;
    let note = refund.last_error.as_deref().unwrap_or("refused");
    let about = (refund.refund_no.as_str(), note);
    raise_alert::run(tx, AlertKind::RefundProblem, about, now).await?;
    tell(tx, order, News::RefundFailed, &refund.refund_no, now).await
}

async fn event(
    tx: &WriteTx,
    kind: &str,
    refund: &Refund,
    now: Timestamp,
) -> Result<(), SettleError> {
    let payload = json!({ "order_no": refund.order_no, "refund_no": refund.refund_no,
        "status": refund.status, "amount": refund.amount.to_major(),
        "currency": refund.amount.currency });
    outbox::write(tx, kind, refund.order_no.as_str(), &payload, now).await?;
    Ok(())
}

async fn tell(
    tx: &WriteTx,
    order: &Order,
    news: News,
    refund_no: &RefundNo,
    now: Timestamp,
) -> Result<(), SettleError> {
    let order_no = order.order_no.clone();
    let word = TellBuyer { order_no, news, about: refund_no.0.clone() };
    jobs::enqueue(tx, &word, now).await?;
    Ok(())
}
