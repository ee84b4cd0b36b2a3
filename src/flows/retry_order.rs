//! An operator has a stuck order go on: the job that was parked, sleeps or is gone runs again now,
//! from the step where it stopped.
//!
//! The rule for orders that failed: they stay failed. Their refund was started in the transaction
//! that let them fail, so going on could deliver what is being paid back; spec.md §3.1 has no way
//! out of `failed` after payment. The buyer orders again with one tap.

use sea_orm::DbErr;

use super::base::Base;
use super::jobs::{FulfilOrder, SendRefund};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::orders::{self, Actor, OrderError, OrderStatus, Step};
use crate::payments::{PaymentError, refunds};
use crate::platform::db::WriteTx;
use crate::platform::jobs::{Job, store as jobs};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// Goes on at this step.
    Started(Step),
    /// It is being worked on at this moment.
    Running(Step),
    /// A refund that was parked is sent or asked about again.
    Refunding,
    /// Nothing to do in this state.
    Nothing(OrderStatus),
}

#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the refunds cannot be read")]
    Payment(#[from] PaymentError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// `operator` is the Telegram user who wants it; 0 for the shell.
pub async fn run(base: &Base, order_no: &OrderNo, operator: i64) -> Result<Retried, RetryError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, order_no).await?;
    if !matches!(order.status, OrderStatus::Paid | OrderStatus::Generating) {
        let woken = wake_refunds(&tx, order_no, now).await?;
        tx.commit().await?;
        return Ok(if woken { Retried::Refunding } else { Retried::Nothing(order.status) });
    }
    let job = FulfilOrder { order_no: order_no.clone() };
    let known = jobs::find(tx.conn(), &job.dedupe_key()).await?;
    if known.is_some_and(|row| row.status == "running") {
        return Ok(Retried::Running(order.step));
    }
    jobs::enqueue_again(&tx, &job, now).await?;
    tx.commit().await?;
    tracing::info!(order.id = %order_no, actor = %Actor::Operator(operator), "an operator has an order go on");
    Ok(Retried::Started(order.step))
}

/// Has the parked jobs of unfinished refunds run again.
async fn wake_refunds(
    tx: &WriteTx,
    order_no: &OrderNo,
    now: Timestamp,
) -> Result<bool, RetryError> {
    let mut woken = false;
    for refund in refunds::list_of_order(tx.conn(), order_no).await? {
        if refund.status.is_final() {
            continue;
        }
        let job = SendRefund { refund_no: refund.refund_no };
        let known = jobs::find(tx.conn(), &job.dedupe_key()).await?;
        if known.is_none_or(|row| row.status == "parked" || row.status == "done") {
            jobs::enqueue_again(tx, &job, now).await?;
            woken = true;
        }
    }
    Ok(woken)
}
