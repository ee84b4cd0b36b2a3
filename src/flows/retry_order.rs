//! An operator has a stuck order go on: the job that was parked, sleeps or is gone runs again now,
//! from the step where it stopped.
//!
//! The rule for orders that failed: they stay failed. Their refund was started in the transaction
//! that let them fail, so going on could deliver what is being paid back; spec.md §3.1 has no way
//! out of `failed` after payment. The buyer orders again with one tap.

use sea_orm::DbErr;

use super::base::Base;
use super::jobs::FulfilOrder;
use crate::kernel::ids::OrderNo;
use crate::orders::{self, Actor, OrderError, OrderStatus, Step};
use crate::platform::jobs::{Job, store as jobs};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retried {
    /// Goes on at this step.
    Started(Step),
    /// It is being worked on at this moment.
    Running(Step),
    /// Nothing to do in this state.
    Nothing(OrderStatus),
}

#[derive(Debug, thiserror::Error)]
pub enum RetryError {
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// `operator` is the Telegram user who wants it; 0 for the shell.
pub async fn run(base: &Base, order_no: &OrderNo, operator: i64) -> Result<Retried, RetryError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, order_no).await?;
    if !matches!(order.status, OrderStatus::Paid | OrderStatus::Generating) {
        return Ok(Retried::Nothing(order.status));
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
