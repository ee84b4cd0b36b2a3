//! The provider is asked what became of a payment: when the buyer says "paid", when a callback
//! alone is not enough, and before an order is closed at its deadline (spec.md §4 rules 8, 11).

use std::time::Duration;

use super::close_order;
use super::jobs::{CheckPayment, News, TellBuyer};
use super::settle_payment;
use super::till::Till;
use crate::kernel::ids::{OrderNo, PaymentNo, UserId};
use crate::orders::{self, OrderStatus};
use crate::payments::Payment;
use crate::payments::ports::{Observation, Outcome};
use crate::payments::repo as payments;
use crate::platform::jobs::JobError;
use crate::platform::jobs::store as jobs;

/// Asks at once on the buyer's wish. `false`: there is nothing open to ask about.
pub async fn ask_now(
    till: &Till,
    (user, order_no): (UserId, &OrderNo),
) -> Result<bool, settle_payment::SettleError> {
    let order = orders::repo::get(till.base.db.read(), order_no).await?;
    if order.user != user || order.status != OrderStatus::PendingPayment {
        return Ok(false);
    }
    let open = payments::list_of_order(till.base.db.read(), order_no).await?;
    let now = till.base.now();
    let tx = till.base.db.begin_write().await?;
    for payment in open.iter().filter(|payment| payment.status.is_open()) {
        let job = CheckPayment { payment_no: payment.payment_no.clone() };
        jobs::enqueue_again(&tx, &job, now).await?;
    }
    tx.commit().await?;
    Ok(true)
}

#[tracing::instrument(name = "job.payment.check", skip_all, fields(payment.id = %job.payment_no))]
pub async fn run(till: &Till, job: CheckPayment) -> Result<(), JobError> {
    let db = till.base.db.read();
    let payment = payments::get(db, &job.payment_no).await.map_err(JobError::retry)?;
    let Some(observation) = query(till, &payment).await? else { return Ok(()) };
    match observation.outcome {
        Outcome::Paid | Outcome::FinallyFailed | Outcome::Other(_) => {
            settle(till, &observation).await
        }
        Outcome::AttemptFailed | Outcome::Pending | Outcome::Closed => {
            not_paid(till, &payment).await
        }
    }
}

/// The provider's word on a payment, written to our books when it is decided. `None`: nobody can
/// be asked any more.
pub async fn query(till: &Till, payment: &Payment) -> Result<Option<Observation>, JobError> {
    let Some(counter) = till.counter(&payment.provider) else {
        return Err(JobError::discard(anyhow::anyhow!("no provider {}", payment.provider)));
    };
    match counter.gateway.query(&payment.payment_no).await {
        Ok(observation) => Ok(Some(observation)),
        Err(error) => {
            metrics::counter!("mingshu_payment_query_failures_total").increment(1);
            Err(JobError::Retry { cause: error.into(), after: None })
        }
    }
}

async fn settle(till: &Till, observation: &Observation) -> Result<(), JobError> {
    settle_payment::run(&till.base, &till.money, observation, b"")
        .await
        .map_err(JobError::retry)?;
    Ok(())
}

/// Not paid: closed when the deadline has passed, otherwise the buyer hears it.
async fn not_paid(till: &Till, payment: &Payment) -> Result<(), JobError> {
    let now = till.base.now();
    let db = till.base.db.read();
    let order = orders::repo::get(db, &payment.order_no).await.map_err(JobError::retry)?;
    if order.status != OrderStatus::PendingPayment {
        return Ok(());
    }
    if now > order.expires_at {
        close_order::close(&till.base, &order.order_no).await.map_err(JobError::retry)?;
        return Ok(());
    }
    let tx = till.base.db.begin_write().await.map_err(JobError::retry)?;
    let word = TellBuyer {
        order_no: order.order_no,
        news: News::NotPaidYet,
        about: now.seconds().to_string(),
    };
    jobs::enqueue(&tx, &word, now).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

/// Has every payment whose deadline has passed checked, and orders without any payment closed:
/// the net below everything else.
pub async fn sweep(till: &Till) -> Result<usize, settle_payment::SettleError> {
    const AT_ONCE: u64 = 200;
    /// Lets a callback that is on its way arrive first.
    const GRACE: Duration = Duration::from_secs(15);

    let now = till.base.now();
    let db = till.base.db.read();
    let overdue = payments::overdue(db, now.minus(GRACE), AT_ONCE).await?;
    if !overdue.is_empty() {
        enqueue_checks(till, &overdue).await?;
    }
    for order_no in orders::repo::overdue(db, now.minus(GRACE), AT_ONCE).await? {
        let attempts = payments::list_of_order(db, &order_no).await?;
        if attempts.iter().all(|payment| !payment.status.is_open()) {
            close_order::close(&till.base, &order_no).await?;
        }
    }
    Ok(overdue.len())
}

async fn enqueue_checks(
    till: &Till,
    overdue: &[PaymentNo],
) -> Result<(), settle_payment::SettleError> {
    let now = till.base.now();
    let tx = till.base.db.begin_write().await?;
    for payment_no in overdue {
        let job = CheckPayment { payment_no: payment_no.clone() };
        let waiting = jobs::find(tx.conn(), &crate::platform::jobs::Job::dedupe_key(&job)).await?;
        let busy = waiting.is_some_and(|row| row.status == "ready" || row.status == "running");
        if !busy {
            jobs::enqueue_again(&tx, &job, now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
