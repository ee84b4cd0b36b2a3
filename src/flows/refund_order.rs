//! Money goes back: a refund is reserved under the order's lock, sent with a number that never
//! changes, and resolved by the provider's answer (spec.md §3.3, §4 rules 1, 10, 12).

use std::time::Duration;

use serde_json::json;

use super::announce;
use super::base::Base;
use super::close_order;
use super::jobs::{AlertKind, FulfilOrder, News, SendRefund, TellBuyer};
use super::settle_payment::{SettleError, order_event};
use super::till::Till;
use super::{keep_books, raise_alert};
use crate::affiliates;
use crate::audit::{self, NewAction};
use crate::catalog::ProductSnapshot;
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

/// How long to wait before asking again about a refund that is under way.
const ASK_AGAIN: Duration = Duration::from_secs(10);

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
    /// The whole payment goes back, so the order takes part in it.
    order_takes_part: bool,
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
    if let Some(end) = window_end(base, &order).filter(|end| now > *end && !wish.beyond_window) {
        return Ok(Refunded::WindowOver(end));
    }
    let plan = match plan(&tx, &order, wish).await? {
        Ok(plan) => plan,
        Err(refused) => return Ok(refused),
    };
    let refund_no = RefundNo::generate(now);
    let refund = NewRefund {
        cause: cause(&plan, wish, &refund_no),
        refund_no,
        amount: plan.amount,
        reason: wish.reason.to_owned(),
        actor: actor.to_string(),
        order_status_before: plan.order_takes_part.then(|| order.status.as_str().to_owned()),
    };
    if !refunds::reserve(&tx, &plan.payment, &refund, now).await? {
        return Ok(Refunded::ReferenceUsed);
    }
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
    succeeded(&tx, &mut order, &kept, now).await?;
    tx.commit().await?;
    Ok(Refunded::WrittenDown(number, amount))
}

/// The same deed by hand is one refund; everything else is kept apart by the money that is left.
fn cause(plan: &Plan, wish: &Wish<'_>, refund_no: &RefundNo) -> String {
    match wish.by_hand {
        Some(reference) => format!("by_hand:{}:{reference}", plan.payment.payment_no),
        None => format!("operator:{refund_no}"),
    }
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
    let state_allows = match order.status {
        OrderStatus::Paid | OrderStatus::Completed | OrderStatus::Failed => true,
        OrderStatus::PendingPayment | OrderStatus::Cancelled | OrderStatus::Closed => {
            payment.status == PaymentStatus::Conflicted
        }
        OrderStatus::Generating | OrderStatus::Refunding | OrderStatus::Refunded => false,
    };
    if !state_allows {
        return Ok(Err(Refunded::NotNow(order.status)));
    }
    let delivers = matches!(order.status, OrderStatus::Paid | OrderStatus::Completed);
    // A surplus payment goes back beside the order; so does a part of the one that paid it.
    let whole = amount == left && payment.status == PaymentStatus::Succeeded;
    let order_takes_part = delivers && whole && pays(tx, order, &payment).await?;
    Ok(Ok(Plan { payment, amount, order_takes_part }))
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

async fn succeeded(
    tx: &WriteTx,
    order: &mut Order,
    refund: &Refund,
    now: Timestamp,
) -> Result<(), SettleError> {
    metrics::counter!("mingshu_refunds_total", "outcome" => "succeeded").increment(1);
    if refund.order_status_before.is_some() {
        order_is_refunded(tx, order, now).await?;
    }
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
    let attempts = payments::list_of_order(tx.conn(), &order.order_no).await?;
    let succeeded = attempts.iter().filter(|payment| payment.status == PaymentStatus::Succeeded);
    let first = succeeded.min_by_key(|payment| payment.paid_at);
    Ok(first.is_some_and(|payment| payment.payment_no == refund.payment_no))
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
    announce::refund(tx, "refund.failed", (order, &refund.refund_no), now).await?;
    let note = refund.last_error.as_deref().unwrap_or("refused");
    let about = (refund.refund_no.as_str(), note);
    raise_alert::run(tx, AlertKind::RefundProblem, about, now).await?;
    tell(tx, order, News::RefundFailed, &refund.refund_no, now).await
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
