//! An operator has a stuck order go on: the job that was parked, sleeps or is gone runs again now,
//! from the step where it stopped. Every other parked job of the order (its payments, refunds,
//! messages, re-sends) is woken with it, so that the advice of an alert is always good.
//!
//! The rule for orders that failed: they stay failed. Their refund was started in the transaction
//! that let them fail, so going on could deliver what is being paid back; spec.md §3.1 has no way
//! out of `failed` after payment. The buyer orders again with one tap.

use sea_orm::DbErr;

use serde_json::json;

use super::base::Base;
use super::jobs::{
    CheckCause, CheckPayment, FulfilOrder, OpenPayment, ResendReport, SendRefund, TellBuyer,
};
use crate::audit::{self, AuditError, NewAction};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo};
use crate::orders::{self, Actor, Order, OrderError, OrderStatus, Step};
use crate::payments::{self, PaymentError, refunds};
use crate::platform::db::WriteTx;
use crate::platform::jobs::{Job, store as jobs};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// Goes on at this step.
    Started(Step),
    /// It is being worked on at this moment.
    Running(Step),
    /// The order has no step to go on with, but so many parked jobs of it run again.
    Woken(u64),
    /// Nothing to do in this state.
    Nothing(OrderStatus),
}

#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the refunds cannot be read")]
    Payment(#[from] PaymentError),
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// `operator` is the Telegram user who wants it; 0 for the shell.
pub async fn run(base: &Base, order_no: &OrderNo, operator: i64) -> Result<Retried, RetryError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, order_no).await?;
    let woken = wake_parked(&tx, order_no, now).await?;
    let open = matches!(order.status, OrderStatus::Paid | OrderStatus::Generating);
    if !open || order.step == Step::Done {
        if woken > 0 {
            write_down(&tx, &order, (operator, woken), now).await?;
        }
        tx.commit().await?;
        let some = woken > 0;
        return Ok(if some { Retried::Woken(woken) } else { Retried::Nothing(order.status) });
    }
    let job = FulfilOrder { order_no: order_no.clone() };
    let known = jobs::find(tx.conn(), &job.dedupe_key()).await?;
    if known.is_some_and(|row| row.status == "running") {
        tx.commit().await?;
        return Ok(Retried::Running(order.step));
    }
    jobs::enqueue_again(&tx, &job, now).await?;
    write_down(&tx, &order, (operator, woken), now).await?;
    tx.commit().await?;
    tracing::info!(order.id = %order_no, actor = %Actor::Operator(operator), "an operator has an order go on");
    Ok(Retried::Started(order.step))
}

async fn write_down(
    tx: &WriteTx,
    order: &Order,
    (operator, woken): (i64, u64),
    now: Timestamp,
) -> Result<(), AuditError> {
    let operator = Actor::Operator(operator).to_string();
    let deed = NewAction {
        operator: &operator,
        action: "order.retry",
        subject: order.order_no.as_str(),
        order_no: Some(&order.order_no),
        details: json!({ "status": order.status, "step": order.step.as_str(), "woken": woken }),
    };
    audit::repo::record(tx, &deed, now).await
}

/// Has everything of the order run again that is parked, and its refunds that nobody works on.
async fn wake_parked(tx: &WriteTx, order_no: &OrderNo, now: Timestamp) -> Result<u64, RetryError> {
    let told = format!("tell:{order_no}:");
    let resent = format!("resend:{order_no}:");
    let mut woken = jobs::wake_parked::<TellBuyer>(tx, &told, now).await?;
    woken = woken.saturating_add(jobs::wake_parked::<ResendReport>(tx, &resent, now).await?);
    for payment in payments::repo::list_of_order(tx.conn(), order_no).await? {
        let payment_no = payment.payment_no;
        let open = OpenPayment { payment_no: payment_no.clone() }.dedupe_key();
        // The key of the buyer's own question is how the keys of all the others begin.
        let check = CheckPayment { payment_no, cause: CheckCause::Asked }.dedupe_key();
        woken = woken.saturating_add(jobs::wake_parked::<OpenPayment>(tx, &open, now).await?);
        woken = woken.saturating_add(jobs::wake_parked::<CheckPayment>(tx, &check, now).await?);
    }
    Ok(woken.saturating_add(wake_refunds(tx, order_no, now).await?))
}

/// Has the jobs of unfinished refunds run again that are parked or have ended.
async fn wake_refunds(tx: &WriteTx, order_no: &OrderNo, now: Timestamp) -> Result<u64, RetryError> {
    let mut woken = 0_u64;
    for refund in refunds::list_of_order(tx.conn(), order_no).await? {
        if refund.status.is_final() {
            continue;
        }
        let job = SendRefund { refund_no: refund.refund_no };
        let known = jobs::find(tx.conn(), &job.dedupe_key()).await?;
        if known.is_none_or(|row| row.status == "parked" || row.status == "done") {
            jobs::enqueue_again(tx, &job, now).await?;
            woken = woken.saturating_add(1);
        }
    }
    Ok(woken)
}

/// The order that `named` is about: its number, or the number of one of its payments, refunds or
/// jobs as an alert writes it (`open:P…`).
pub async fn order_of(base: &Base, named: &str) -> Result<Option<OrderNo>, RetryError> {
    let db = base.db.read();
    for word in named.split(':').filter(|word| !word.is_empty()) {
        if let Some(order) = orders::repo::find(db, &word.into()).await? {
            return Ok(Some(order.order_no));
        }
        if let Some(payment) = payments::repo::find(db, &PaymentNo::from(word)).await? {
            return Ok(Some(payment.order_no));
        }
        if let Some(refund) = refunds::find(db, &RefundNo::from(word)).await? {
            return Ok(Some(refund.order_no));
        }
    }
    Ok(None)
}
