//! A provider's word on a refund becomes true in our books: refund, order, commission, money book.

use super::tell;
use crate::affiliates;
use crate::flows::base::Base;
use crate::flows::jobs::{AlertKind, FulfilOrder, News};
use crate::flows::settle_payment::{SettleError, order_event};
use crate::flows::{announce, keep_books, raise_alert};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::RefundNo;
use crate::orders::{self, Actor, Change, Order, OrderStatus};
use crate::payments::ports::{RefundAnswer, RefundOutcome};
use crate::payments::repo as payments;
use crate::payments::rules::refund_step;
use crate::payments::{Refund, RefundStatus, refunds};
use crate::platform::db::WriteTx;
use crate::platform::jobs::store as jobs;

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
pub(in crate::flows) async fn apply(
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
    if to == RefundStatus::Succeeded && refund.status == RefundStatus::Failed {
        look_for_a_second_one(tx, &refund, now).await?;
    }
    refunds::save_status(tx, &mut refund, to, details, now).await?;
    match to {
        RefundStatus::Succeeded => succeeded(tx, &mut order, &refund, now).await?,
        RefundStatus::Failed => failed(tx, &mut order, &refund, now).await?,
        RefundStatus::Processing => {
            announce::refund(tx, "refund.processing", (&order, refund_no), now).await?;
        }
        RefundStatus::Requested | RefundStatus::Unknown => {}
    }
    Ok(true)
}

/// A refund that had failed succeeded after all. Money is never refused, but its reserve was given
/// up meanwhile: if another refund took it, more went back than came in.
async fn look_for_a_second_one(
    tx: &WriteTx,
    refund: &Refund,
    now: Timestamp,
) -> Result<(), SettleError> {
    let payment = payments::get(tx.conn(), &refund.payment_no).await?;
    let left = refunds::refundable(tx.conn(), &payment).await?;
    if left.minor < refund.amount.minor {
        let note = format!("{} went back, {left} was left", refund.amount);
        let about = (refund.refund_no.as_str(), note.as_str());
        raise_alert::run(tx, AlertKind::RefundedTwice, about, now).await?;
    }
    Ok(())
}

pub(super) async fn succeeded(
    tx: &WriteTx,
    order: &mut Order,
    refund: &Refund,
    now: Timestamp,
) -> Result<(), SettleError> {
    metrics::counter!("mingshu_refunds_total", "outcome" => "succeeded").increment(1);
    order_follows(tx, order, now).await?;
    let mut taken_back = None;
    if is_of_the_sale(tx, order, refund).await? {
        let back = refunds::succeeded_total(tx.conn(), &refund.payment_no).await?;
        taken_back = affiliates::repo::reverse(tx, &order.order_no, back, now).await?;
    }
    keep_books::refund_succeeded(tx, refund, taken_back, now).await?;
    announce::refund(tx, "refund.succeeded", (order, &refund.refund_no), now).await?;
    tell(tx, order, News::RefundSucceeded, &refund.refund_no, now).await
}

/// Whether the money had paid for the order; a surplus and money in doubt never earned a commission.
async fn is_of_the_sale(tx: &WriteTx, order: &Order, refund: &Refund) -> Result<bool, SettleError> {
    let that_paid = payments::find_that_paid(tx.conn(), &order.order_no).await?;
    Ok(that_paid.is_some_and(|payment| payment.payment_no == refund.payment_no))
}

/// The order follows its refunds once all of them have ended: everything went back, or it stands
/// where it stood before the one that it took part in. While a part is still on its way, it waits.
async fn order_follows(tx: &WriteTx, order: &mut Order, now: Timestamp) -> Result<(), SettleError> {
    let all = refunds::list_of_order(tx.conn(), &order.order_no).await?;
    let Some(leading) = all.iter().rfind(|one| one.order_status_before.is_some()) else {
        return Ok(());
    };
    let mut beside = all.iter().filter(|one| one.payment_no == leading.payment_no);
    if beside.any(|one| !one.status.is_final()) {
        return Ok(());
    }
    let payment = payments::get(tx.conn(), &leading.payment_no).await?;
    let back = refunds::succeeded_total(tx.conn(), &payment.payment_no).await?;
    if back >= payment.received().minor {
        return order_is_refunded(tx, order, now).await;
    }
    let before = leading.order_status_before.as_deref().and_then(OrderStatus::parse);
    order_goes_back(tx, order, before, now).await
}

async fn order_is_refunded(
    tx: &WriteTx,
    order: &mut Order,
    now: Timestamp,
) -> Result<(), SettleError> {
    let actor = Actor::Provider;
    if matches!(order.status, OrderStatus::Paid | OrderStatus::Completed) {
        // The provider had said "failed" before.
        let why = "the refund succeeded after all";
        orders::repo::change(tx, order, Change::RefundStarted, &actor, why, now).await?;
    }
    if order.status == OrderStatus::Refunding {
        orders::repo::change(tx, order, Change::RefundSucceeded, &actor, "refunded", now).await?;
        order_event(tx, "order.refunded", order, now).await?;
    }
    Ok(())
}

/// Money is left: the order stands where it stood, and what is left can be given back again.
async fn order_goes_back(
    tx: &WriteTx,
    order: &mut Order,
    before: Option<OrderStatus>,
    now: Timestamp,
) -> Result<(), SettleError> {
    let (OrderStatus::Refunding, Some(before)) = (order.status, before) else { return Ok(()) };
    let change = Change::RefundRefused { before };
    orders::repo::change(tx, order, change, &Actor::Provider, "refund refused", now).await?;
    if before == OrderStatus::Paid {
        // Nobody decided to deliver after all.
        let job = FulfilOrder { order_no: order.order_no.clone() };
        jobs::enqueue_parked(tx, &job, "its refund was refused: an operator decides", now).await?;
    }
    Ok(())
}

async fn failed(
    tx: &WriteTx,
    order: &mut Order,
    refund: &Refund,
    now: Timestamp,
) -> Result<(), SettleError> {
    metrics::counter!("mingshu_refunds_total", "outcome" => "failed").increment(1);
    order_follows(tx, order, now).await?;
    announce::refund(tx, "refund.failed", (order, &refund.refund_no), now).await?;
    let note = refund.last_error.as_deref().unwrap_or("refused");
    let about = (refund.refund_no.as_str(), note);
    raise_alert::run(tx, AlertKind::RefundProblem, about, now).await?;
    tell(tx, order, News::RefundFailed, &refund.refund_no, now).await
}
