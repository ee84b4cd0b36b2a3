//! Money goes back: a refund is reserved under the order's lock, sent with a number that never
//! changes, and resolved by the provider's answer (spec.md §3.3, §4 rules 1, 10, 12).
//!
//! Here the wish and the reserve; `send` talks to the provider, `settle` writes its answer.

mod send;
mod settle;

use std::time::Duration;

use serde_json::json;

use super::announce;
use super::base::Base;
use super::close_order;
use super::jobs::{News, SendRefund, TellBuyer};
use super::settle_payment::{SettleError, order_event};
use crate::audit::{self, NewAction};
use crate::catalog::ProductSnapshot;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, RefundNo};
use crate::kernel::money::Money;
use crate::orders::{self, Actor, Change, Order, OrderStatus};
use crate::payments::refunds::{self, NewRefund};
use crate::payments::repo as payments;
use crate::payments::requests::{self, RequestStatus};
use crate::payments::{Payment, PaymentStatus};
use crate::platform::db::WriteTx;
use crate::platform::jobs::store as jobs;

pub use send::run;
pub(super) use settle::apply;
pub use settle::settle;

/// What an operator wants to give back.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish<'a> {
    /// `None`: everything that is left.
    pub amount: Option<Money>,
    /// Kept with the refund, and told to the provider.
    pub reason: &'a str,
    /// Even after the product's time for refunds has passed.
    pub beyond_window: bool,
    /// The operator gave the money back by other means, because the provider could not: only the
    /// books are to know, with this reference.
    pub by_hand: Option<&'a str>,
    /// The wish itself: the same one twice is one refund.
    pub once: Option<&'a str>,
}

/// What a wish would come to: shown before the second confirmation.
#[derive(Debug, Clone)]
pub struct Outlook {
    pub order: Order,
    pub payment: Payment,
    pub amount: Money,
    /// What could go back at most.
    pub left: Money,
    /// The product's time for refunds, when it has passed.
    pub window_over: Option<Timestamp>,
}

/// What became of the wish to refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refunded {
    Started(RefundNo, Money),
    /// Given back by hand, and written down.
    WrittenDown(RefundNo, Money),
    /// Nothing was paid, or everything is already on its way back.
    NothingToRefund,
    /// Only so much is left.
    TooMuch(Money),
    /// This payment goes back as a whole or not at all: so much.
    OnlyWhole(Money),
    /// The product's time for refunds ended then.
    WindowOver(Timestamp),
    /// This reference stands for another refund.
    ReferenceUsed,
    /// The order's state does not allow it now.
    NotNow(OrderStatus),
}

/// What the wish comes to, after the rules were asked.
struct Plan {
    payment: Payment,
    amount: Money,
    left: Money,
    /// The whole payment goes back, so the order takes part in it.
    order_takes_part: bool,
}

/// What [`start`] would do now; nothing is written. `Err`: why it would not. No such order is
/// [`orders::OrderError::NotFound`].
pub async fn look(
    base: &Base,
    order_no: &OrderNo,
    wish: &Wish<'_>,
) -> Result<Result<Outlook, Refunded>, SettleError> {
    // The same rules under the same lock; dropped without a change.
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, order_no).await?;
    let Plan { payment, amount, left, .. } = match plan(&tx, &order, wish).await? {
        Ok(plan) => plan,
        Err(refused) => return Ok(Err(refused)),
    };
    let window_over = window_end(base, &order).filter(|end| base.now() > *end);
    Ok(Ok(Outlook { order, payment, amount, left, window_over }))
}

/// An operator gives money of an order back: what is left of it, or a part.
pub async fn start(
    base: &Base,
    order_no: &OrderNo,
    actor: &Actor,
    wish: &Wish<'_>,
) -> Result<Refunded, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let mut order = orders::repo::lock(&tx, order_no).await?;
    if let Some(before) = started_before(&tx, order_no, wish).await? {
        return Ok(before);
    }
    if let Some(end) = window_end(base, &order).filter(|end| now > *end && !wish.beyond_window) {
        return Ok(Refunded::WindowOver(end));
    }
    let plan = match plan(&tx, &order, wish).await? {
        Ok(plan) => plan,
        Err(refused) => return Ok(refused),
    };
    let refund_no = RefundNo::generate(now);
    let refund = NewRefund {
        cause: cause(&plan, (order_no, wish), &refund_no),
        refund_no,
        amount: plan.amount,
        reason: wish.reason.to_owned(),
        actor: actor.to_string(),
        order_status_before: plan.order_takes_part.then(|| order.status.as_str().to_owned()),
    };
    if !refunds::reserve(&tx, &plan.payment, &refund, now).await? {
        return Ok(Refunded::ReferenceUsed);
    }
    let said = (RequestStatus::Approved, None, refund.actor.as_str());
    requests::decide(&tx, &base.keyring, order_no, said, now).await?;
    if plan.order_takes_part {
        let change = Change::RefundStarted;
        orders::repo::change(&tx, &mut order, change, actor, wish.reason, now).await?;
        order_event(&tx, "order.refunding", &order, now).await?;
    }
    if plan.payment.status == PaymentStatus::Conflicted {
        close_order::without_its_money(&tx, &mut order, actor, now).await?;
    }
    write_down(&tx, &order, (&refund, wish), now).await?;
    let (number, amount) = (refund.refund_no.clone(), refund.amount);
    let Some(reference) = wish.by_hand else {
        requested(&tx, &order, &refund, now).await?;
        tx.commit().await?;
        return Ok(Refunded::Started(number, amount));
    };
    let mut kept = refunds::lock(&tx, &number).await?;
    refunds::save_by_hand(&tx, &mut kept, reference, now).await?;
    settle::succeeded(&tx, &mut order, &kept, now).await?;
    tx.commit().await?;
    Ok(Refunded::WrittenDown(number, amount))
}

/// The same wish again, or the same deed by hand, is one refund; everything else is kept apart by
/// the money that is left.
fn cause(plan: &Plan, (order_no, wish): (&OrderNo, &Wish<'_>), refund_no: &RefundNo) -> String {
    match (wish.by_hand, wish.once) {
        (Some(reference), _) => format!("by_hand:{}:{reference}", plan.payment.payment_no),
        (None, Some(once)) => cause_of_wish(order_no, once),
        (None, None) => format!("operator:{refund_no}"),
    }
}

fn cause_of_wish(order_no: &OrderNo, once: &str) -> String {
    format!("operator:{order_no}:{once}")
}

/// The refund that this very wish has started.
async fn started_before(
    tx: &WriteTx,
    order_no: &OrderNo,
    wish: &Wish<'_>,
) -> Result<Option<Refunded>, SettleError> {
    let Some(once) = wish.once else { return Ok(None) };
    let known = refunds::find_by_cause(tx.conn(), &cause_of_wish(order_no, once)).await?;
    Ok(known.map(|refund| Refunded::Started(refund.refund_no, refund.amount)))
}

/// When the product's time for refunds ends; `None` where there is no such time.
fn window_end(base: &Base, order: &Order) -> Option<Timestamp> {
    const DAY: u64 = 24 * 60 * 60;
    let snapshot: ProductSnapshot = order.product(&base.keyring).ok()?;
    let days = u64::from(snapshot.refund_days?);
    Some(order.paid_at?.plus(Duration::from_secs(days.saturating_mul(DAY))))
}

/// `Err`: why not.
async fn plan(
    tx: &WriteTx,
    order: &Order,
    wish: &Wish<'_>,
) -> Result<Result<Plan, Refunded>, SettleError> {
    let found = match refundable(tx, order).await? {
        Some(found) => Some(found),
        None => in_doubt(tx, order).await?,
    };
    let Some((payment, left)) = found else { return Ok(Err(Refunded::NothingToRefund)) };
    let amount = wish.amount.unwrap_or(left);
    if amount.currency != left.currency || amount.minor > left.minor || amount.minor <= 0 {
        return Ok(Err(Refunded::TooMuch(left)));
    }
    // Nor by hand: what is left must stay the whole of it, which is all that Telegram can give back.
    if !payment.goes_back_in_parts() && amount != payment.received() {
        return Ok(Err(Refunded::OnlyWhole(payment.received())));
    }
    let state_allows = match order.status {
        // What is left of a refunded order goes back beside it.
        OrderStatus::Paid
        | OrderStatus::Completed
        | OrderStatus::Failed
        | OrderStatus::Refunded => true,
        OrderStatus::PendingPayment | OrderStatus::Cancelled | OrderStatus::Closed => {
            payment.status == PaymentStatus::Conflicted
        }
        OrderStatus::Generating | OrderStatus::Refunding => false,
    };
    if !state_allows {
        return Ok(Err(Refunded::NotNow(order.status)));
    }
    let delivers = matches!(order.status, OrderStatus::Paid | OrderStatus::Completed);
    // A surplus payment goes back beside the order; so does a part of the one that paid it.
    let whole = amount == left && payment.status == PaymentStatus::Succeeded;
    let order_takes_part = delivers && whole && pays(tx, order, &payment).await?;
    Ok(Ok(Plan { payment, amount, left, order_takes_part }))
}

/// Whether no other payment stands behind the order.
async fn pays(tx: &WriteTx, order: &Order, payment: &Payment) -> Result<bool, SettleError> {
    for other in payments::list_of_order(tx.conn(), &order.order_no).await? {
        let stands = other.status == PaymentStatus::Succeeded
            && other.payment_no != payment.payment_no
            && refunds::refundable(tx.conn(), &other).await?.minor > 0;
        if stands {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Money of the order that arrived and does not match.
async fn in_doubt(tx: &WriteTx, order: &Order) -> Result<Option<(Payment, Money)>, SettleError> {
    for payment in payments::list_of_order(tx.conn(), &order.order_no).await? {
        if payment.status != PaymentStatus::Conflicted || payment.stated.is_none() {
            continue;
        }
        let left = refunds::refundable(tx.conn(), &payment).await?;
        if left.minor > 0 {
            return Ok(Some((payment, left)));
        }
    }
    Ok(None)
}

/// A refund that a person starts is a deed of that person.
async fn write_down(
    tx: &WriteTx,
    order: &Order,
    (refund, wish): (&NewRefund, &Wish<'_>),
    now: Timestamp,
) -> Result<(), SettleError> {
    let deed = NewAction {
        operator: &refund.actor,
        action: if wish.by_hand.is_some() { "refund.by_hand" } else { "refund.start" },
        subject: refund.refund_no.as_str(),
        order_no: Some(&order.order_no),
        details: json!({
            "amount": refund.amount.to_major(),
            "currency": refund.amount.currency,
            "reason": refund.reason,
            "reference": wish.by_hand,
            "beyond_window": wish.beyond_window,
        }),
    };
    Ok(audit::repo::record(tx, &deed, now).await?)
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
    announce::refund(tx, "refund.requested", (order, &refund.refund_no), now).await?;
    tell(tx, order, News::RefundStarted, &refund.refund_no, now).await
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
