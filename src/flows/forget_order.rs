//! A buyer wants one order's data erased: answers, chart, report and what was said about it. Number,
//! amount and times stay, because bookkeeping needs them. `/forget` for one order.

use super::base::Base;
use super::forget_user::{self, ForgetError};
use crate::kernel::ids::{OrderNo, UserId};
use crate::orders;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    Done,
    /// It is being paid, made, or its money is on the way back.
    NotWhile,
    NotTheirs,
}

pub async fn run(base: &Base, (user, no): (UserId, &OrderNo)) -> Result<Erased, ForgetError> {
    let now = base.now();
    let order = orders::repo::find(base.db.read(), no).await?;
    if order.is_none_or(|order| order.user != user) {
        return Ok(Erased::NotTheirs);
    }
    let tx = base.db.begin_write().await?;
    // Under lock: a payment that is being settled wins or loses as a whole.
    let order = orders::repo::lock(&tx, no).await?;
    if order.status.is_under_way() {
        return Ok(Erased::NotWhile);
    }
    forget_user::forget_order(&tx, no, now).await?;
    orders::kept::erase_form(&tx, no, now).await?;
    tx.commit().await?;
    metrics::counter!("mingshu_orders_forgotten_total").increment(1);
    tracing::info!(order.id = %no, "the data of an order was erased");
    Ok(Erased::Done)
}
