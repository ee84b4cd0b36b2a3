//! An unpaid order ends: its deadline passed and the provider says that it is not paid, or the
//! buyer gave it up (spec.md §4 rule 11, seed 003).

use super::announce;
use super::base::Base;
use super::hold_goods;
use super::jobs::{News, TellBuyer};
use super::settle_payment::{SettleError, order_event};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, UserId};
use crate::orders::rules::Next;
use crate::orders::{self, Actor, Change, Order, OrderError, OrderStatus};
use crate::payments::repo::{self as payments, Evidence};
use crate::payments::{Fact, PaymentStatus};
use crate::platform::db::WriteTx;
use crate::platform::jobs::store as jobs;

/// What became of the wish to end an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Now,
    Before,
    /// A payment was faster.
    Paid,
    /// Another person's order.
    NotTheirs,
}

/// The buyer cancels, at any moment; a payment that is being settled at the same time wins or
/// loses as a whole.
pub async fn cancel(
    base: &Base,
    (user, number): (UserId, &OrderNo),
    reason: &str,
) -> Result<Ended, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let mut order = orders::repo::lock(&tx, number).await?;
    if order.user != user {
        return Ok(Ended::NotTheirs);
    }
    if has_money_in_doubt(&tx, number).await? {
        return Ok(Ended::Paid);
    }
    let change = Change::BuyerCancelled;
    let next = orders::repo::change(&tx, &mut order, change, &Actor::Buyer, reason, now).await;
    let ended = match next {
        Ok(Next::To(_)) => Ended::Now,
        Ok(Next::AlreadyThere) => return Ok(Ended::Before),
        Err(OrderError::Illegal(_)) => return Ok(already(&order)),
        Err(error) => return Err(error.into()),
    };
    give_up_payments(&tx, &order, (Fact::GivenUp, "the buyer cancelled"), now).await?;
    order_event(&tx, "order.cancelled", &order, now).await?;
    tx.commit().await?;
    Ok(ended)
}

/// The deadline passed and the provider was asked.
pub async fn close(base: &Base, number: &OrderNo) -> Result<Ended, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let mut order = orders::repo::lock(&tx, number).await?;
    if has_money_in_doubt(&tx, number).await? {
        return Ok(Ended::Paid);
    }
    let change = Change::DeadlinePassed;
    let next = orders::repo::change(&tx, &mut order, change, &Actor::System, "deadline", now).await;
    let ended = match next {
        Ok(Next::To(_)) => Ended::Now,
        Ok(Next::AlreadyThere) => return Ok(Ended::Before),
        Err(OrderError::Illegal(_)) => return Ok(already(&order)),
        Err(error) => return Err(error.into()),
    };
    give_up_payments(&tx, &order, (Fact::Expired, "not paid at its deadline"), now).await?;
    order_event(&tx, "order.closed", &order, now).await?;
    let order_no = order.order_no.clone();
    let word = TellBuyer { order_no, news: News::Closed, about: String::new() };
    jobs::enqueue(&tx, &word, now).await?;
    tx.commit().await?;
    metrics::counter!("mingshu_orders_closed_total").increment(1);
    Ok(ended)
}

/// An operator gives money back that did not match: the order ends with it, if it was still open.
pub(super) async fn without_its_money(
    tx: &WriteTx,
    order: &mut Order,
    actor: &Actor,
    now: Timestamp,
) -> Result<(), SettleError> {
    if order.status != OrderStatus::PendingPayment {
        return Ok(());
    }
    let (change, why) = (Change::DeadlinePassed, "money that did not match goes back");
    orders::repo::change(tx, order, change, actor, why, now).await?;
    give_up_payments(tx, order, (Fact::GivenUp, why), now).await?;
    Ok(order_event(tx, "order.closed", order, now).await?)
}

/// Money arrived that does not match, and a person is looking at it: the order stays.
async fn has_money_in_doubt(tx: &WriteTx, number: &OrderNo) -> Result<bool, SettleError> {
    let attempts = payments::list_of_order(tx.conn(), number).await?;
    Ok(attempts.iter().any(|payment| payment.status == PaymentStatus::Conflicted))
}

fn already(order: &Order) -> Ended {
    match order.status {
        OrderStatus::Closed | OrderStatus::Cancelled => Ended::Before,
        OrderStatus::Failed if order.paid_at.is_none() => Ended::Before,
        OrderStatus::PendingPayment
        | OrderStatus::Paid
        | OrderStatus::Generating
        | OrderStatus::Completed
        | OrderStatus::Failed
        | OrderStatus::Refunding
        | OrderStatus::Refunded => Ended::Paid,
    }
}

async fn give_up_payments(
    tx: &WriteTx,
    order: &Order,
    (fact, note): (Fact, &str),
    now: Timestamp,
) -> Result<(), SettleError> {
    for payment in payments::list_of_order(tx.conn(), &order.order_no).await? {
        if !payment.status.is_open() {
            continue;
        }
        let mut payment = payments::lock(tx, &payment.payment_no).await?;
        let evidence = Evidence { source: "system", evidence_key: None, note };
        payments::apply(tx, &mut payment, fact, &evidence, now).await?;
        announce::payment(tx, "payment.failed", (order, &payment, None), now).await?;
    }
    hold_goods::give_back(tx, order, now).await?;
    Ok(())
}
