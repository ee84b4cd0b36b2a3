//! The provider is asked what became of a payment: when the buyer says "paid" or comes back to the
//! result page, when a callback alone is not enough, before an order is closed at its deadline, and
//! at the rungs of a ladder that goes on for a day (spec.md §4 rules 8, 11).

use std::time::Duration;

use super::announce;
use super::base::Base;
use super::close_order::{self, Ended};
use super::jobs::{CheckCause, CheckPayment, News, TellBuyer};
use super::settle_payment::{self, SettleError};
use super::till::Till;
use crate::kernel::ids::{self, OrderNo, PaymentNo, UserId};
use crate::orders::{self, Order, OrderStatus};
use crate::payments::ports::{CallError, Observation, Outcome};
use crate::payments::repo::{self as payments, Evidence};
use crate::payments::rules::{Fact, next_rung};
use crate::payments::{Payment, PaymentStatus};
use crate::platform::db::Page;
use crate::platform::jobs::store as jobs;
use crate::platform::jobs::{Job, JobError};

/// Results of one sweep that are looked at together.
const AT_ONCE: u64 = 200;
/// Visits of the result page within this time are one question, in seconds.
const VISIT: i64 = 30;
/// How long after the deadline words that we do not know may keep an order open by themselves.
const UNKNOWN_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a parked question rests before the sweep asks it again.
const PARKED_REST: Duration = Duration::from_secs(60 * 60);

/// Asks at once on the buyer's wish. `false`: there is nothing open to ask about.
pub async fn ask_now(
    till: &Till,
    (user, order_no): (UserId, &OrderNo),
) -> Result<bool, SettleError> {
    let order = orders::repo::get(till.base.db.read(), order_no).await?;
    if order.user != user || order.status != OrderStatus::PendingPayment {
        return Ok(false);
    }
    ask(&till.base, order_no, CheckCause::Asked).await?;
    Ok(true)
}

/// The payer's browser came back to the result page of an unpaid order.
pub async fn payer_returned(base: &Base, order_no: &OrderNo) -> Result<(), SettleError> {
    let visit = base.now().seconds().checked_div(VISIT).unwrap_or_default();
    ask(base, order_no, CheckCause::Returned(visit)).await
}

async fn ask(base: &Base, order_no: &OrderNo, cause: CheckCause) -> Result<(), SettleError> {
    let now = base.now();
    let attempts = payments::list_of_order(base.db.read(), order_no).await?;
    let tx = base.db.begin_write().await?;
    for payment in attempts.into_iter().filter(|payment| payment.status.is_open()) {
        let job = CheckPayment { payment_no: payment.payment_no, cause };
        match cause {
            CheckCause::Asked => jobs::enqueue_again(&tx, &job, now).await?,
            CheckCause::Callback
            | CheckCause::Returned(_)
            | CheckCause::Ladder(_)
            | CheckCause::Deadline => jobs::enqueue(&tx, &job, now).await?,
        }
    }
    tx.commit().await?;
    Ok(())
}

#[tracing::instrument(name = "job.payment.check", skip_all, fields(payment.id = %job.payment_no))]
pub async fn run(till: &Till, job: CheckPayment) -> Result<(), JobError> {
    let db = till.base.db.read();
    let payment = payments::get(db, &job.payment_no).await.map_err(JobError::retry)?;
    if payment.status == PaymentStatus::Succeeded {
        return Ok(());
    }
    let observation = query(till, &payment).await?;
    match observation.outcome {
        Outcome::Paid | Outcome::FinallyFailed => settle(till, &observation).await,
        Outcome::Other(ref word) => {
            settle(till, &observation).await?;
            unknown_word(till, &payment, (word, job.cause)).await
        }
        Outcome::AttemptFailed | Outcome::Pending | Outcome::Closed => {
            not_paid(till, &payment, job.cause).await
        }
    }
}

async fn settle(till: &Till, observation: &Observation) -> Result<(), JobError> {
    settle_payment::run(&till.base, &till.money, observation, b"")
        .await
        .map_err(JobError::retry)?;
    Ok(())
}

/// A word that nobody taught us decides nothing. A day after the deadline a person has to look: the
/// sweep's question is parked, which alarms.
async fn unknown_word(
    till: &Till,
    payment: &Payment,
    (word, cause): (&str, CheckCause),
) -> Result<(), JobError> {
    let db = till.base.db.read();
    let order = orders::repo::get(db, &payment.order_no).await.map_err(JobError::retry)?;
    let overdue = till.base.now().since(order.expires_at);
    let open = order.status == OrderStatus::PendingPayment;
    if !open || cause != CheckCause::Deadline || overdue < UNKNOWN_FOR {
        return Ok(());
    }
    Err(JobError::discard(anyhow::anyhow!(
        "order {} is a day past its deadline and the provider says only `{word}`",
        order.order_no
    )))
}

/// What is kept of a question without an answer.
const REFUSED: &str = "refused to answer";
const NOT_REACHED: &str = "not reached";
const NO_ANSWER: &str = "no answer";

/// Whether the word that is kept of a question is the provider's own.
pub(super) fn is_answer(word: &str) -> bool {
    ![REFUSED, NOT_REACHED, NO_ANSWER].contains(&word)
}

/// The provider's word on a payment. That it was asked, and what it said, is kept with the payment.
pub async fn query(till: &Till, payment: &Payment) -> Result<Observation, JobError> {
    let Some(counter) = till.counter(&payment.provider) else {
        return Err(JobError::discard(anyhow::anyhow!("no provider {}", payment.provider)));
    };
    let answer = counter.gateway.query(&payment.payment_no).await;
    let word = match &answer {
        Ok(observation) => observation.outcome.as_str(),
        Err(CallError::Rejected { .. }) => REFUSED,
        Err(CallError::NotSent(_)) => NOT_REACHED,
        Err(CallError::Unknown(_)) => NO_ANSWER,
    };
    note(&till.base, payment, word).await.map_err(JobError::retry)?;
    answer.map_err(|error| {
        metrics::counter!("mingshu_payment_query_failures_total").increment(1);
        JobError::retry(error)
    })
}

async fn note(base: &Base, payment: &Payment, word: &str) -> Result<(), SettleError> {
    let tx = base.db.begin_write().await?;
    payments::save_query(&tx, &payment.payment_no, word, base.now()).await?;
    tx.commit().await?;
    Ok(())
}

/// Not paid: order and payment are closed when their deadlines have passed; otherwise the buyer
/// hears it, if the buyer asked.
async fn not_paid(till: &Till, payment: &Payment, cause: CheckCause) -> Result<(), JobError> {
    let now = till.base.now();
    let db = till.base.db.read();
    let order = orders::repo::get(db, &payment.order_no).await.map_err(JobError::retry)?;
    let pending = order.status == OrderStatus::PendingPayment;
    if pending && now > order.expires_at {
        if ask_about_others(till, &order, payment).await.map_err(JobError::retry)? {
            return Ok(()); // Whichever is asked about last closes the order.
        }
        let ended = close_order::close(&till.base, &order.order_no).await;
        if ended.map_err(JobError::retry)? != Ended::Paid {
            return Ok(());
        }
        // Money in doubt keeps the order open; this attempt ends all the same.
    }
    if now > payment.expires_at {
        return expire(&till.base, payment).await.map_err(JobError::retry);
    }
    if pending && cause == CheckCause::Asked {
        tell_not_yet(&till.base, &order.order_no).await.map_err(JobError::retry)?;
    }
    Ok(())
}

/// The buyer may have paid by a way that was given up for another one: before the order is closed, the
/// provider is asked about each link that the buyer ever had and whose money is not known. `true`: some
/// are to be asked about.
async fn ask_about_others(
    till: &Till,
    order: &Order,
    payment: &Payment,
) -> Result<bool, SettleError> {
    let attempts = payments::list_of_order(till.base.db.read(), &order.order_no).await?;
    let unasked = attempts.into_iter().filter(|other| {
        let last = other.last_query.as_ref();
        let asked = last.is_some_and(|(at, word)| *at >= order.expires_at && is_answer(word));
        let known = matches!(other.status, PaymentStatus::Succeeded | PaymentStatus::Conflicted);
        other.payment_no != payment.payment_no && other.pay_url.is_some() && !known && !asked
    });
    let unasked: Vec<PaymentNo> = unasked.map(|other| other.payment_no).collect();
    enqueue_checks(till, &unasked).await?;
    Ok(!unasked.is_empty())
}

/// One attempt ends at its own deadline; its order, paid by another one or still payable, stays.
async fn expire(base: &Base, payment: &Payment) -> Result<(), SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, &payment.order_no).await?;
    let mut payment = payments::lock(&tx, &payment.payment_no).await?;
    if !payment.status.is_open() {
        return Ok(());
    }
    let note = "not paid at its deadline";
    let evidence = Evidence { source: "system", evidence_key: None, note };
    payments::apply(&tx, &mut payment, Fact::Expired, &evidence, now).await?;
    announce::payment(&tx, "payment.failed", (&order, &payment, None), now).await?;
    tx.commit().await?;
    Ok(())
}

async fn tell_not_yet(base: &Base, order_no: &OrderNo) -> Result<(), SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let about = now.seconds().to_string();
    let word = TellBuyer { order_no: order_no.clone(), news: News::NotPaidYet, about };
    jobs::enqueue(&tx, &word, now).await?;
    tx.commit().await?;
    Ok(())
}

/// The net below everything else: has every payment checked whose deadline or rung of the ladder
/// has come, and closes orders that have no payment to ask about.
pub async fn sweep(till: &Till) -> Result<usize, SettleError> {
    /// Lets a callback that is on its way arrive first.
    const GRACE: Duration = Duration::from_secs(15);

    let late = till.base.now().minus(GRACE);
    let db = till.base.db.read();
    let (mut page, mut asked) = (Some(Page::first(AT_ONCE)), Vec::new());
    while let Some(here) = page {
        let overdue = payments::overdue(db, late, &here).await?;
        page = here.following(&overdue);
        let overdue: Vec<PaymentNo> = overdue.into_iter().map(|(no, _)| PaymentNo(no)).collect();
        enqueue_checks(till, &overdue).await?;
        asked.extend(overdue);
    }
    climb(&till.base, &asked).await?;
    let mut page = Some(Page::first(AT_ONCE));
    while let Some(here) = page {
        let overdue = orders::repo::overdue(db, late, &here).await?;
        page = here.following(&overdue);
        for (number, _) in overdue {
            close_without_payment(till, &OrderNo(number)).await?;
        }
    }
    Ok(asked.len())
}

async fn close_without_payment(till: &Till, order_no: &OrderNo) -> Result<(), SettleError> {
    let attempts = payments::list_of_order(till.base.db.read(), order_no).await?;
    if attempts.iter().all(|payment| !payment.status.is_open()) {
        close_order::close(&till.base, order_no).await?;
    }
    Ok(())
}

async fn enqueue_checks(till: &Till, overdue: &[PaymentNo]) -> Result<(), SettleError> {
    if overdue.is_empty() {
        return Ok(());
    }
    let now = till.base.now();
    let tx = till.base.db.begin_write().await?;
    for payment_no in overdue {
        let job = CheckPayment { payment_no: payment_no.clone(), cause: CheckCause::Deadline };
        let known = jobs::find(tx.conn(), &job.dedupe_key()).await?;
        let cared_for = known.is_some_and(|row| match row.status.as_str() {
            "ready" | "running" => true,
            "parked" => now.since(row.updated_at) < PARKED_REST,
            _ => false,
        });
        if !cared_for {
            jobs::enqueue_again(&tx, &job, now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Asks about every payment whose rung has come, and steps up; those `asked` anyway only step. One
/// transaction for each: nobody holds the row of one payment while waiting for another's.
async fn climb(base: &Base, asked: &[PaymentNo]) -> Result<(), SettleError> {
    let now = base.now();
    for payment in payments::due_queries(base.db.read(), now, AT_ONCE).await? {
        let rung = payment.queries;
        let following = rung.saturating_add(1);
        // Rungs that passed while the program stood still are one question.
        let next = (following..)
            .map_while(|rung| next_rung(payment.created_at, rung, ids::random_below(100)))
            .find(|at| *at > now);
        let tx = base.db.begin_write().await?;
        payments::save_rung(&tx, &payment, next).await?;
        if !asked.contains(&payment.payment_no) {
            let cause = CheckCause::Ladder(rung);
            let job = CheckPayment { payment_no: payment.payment_no, cause };
            jobs::enqueue(&tx, &job, now).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
