//! A payment is opened at its provider. The intent was written with the order; here the provider
//! is called and its answer is written (spec.md §4 rule 1).
//!
//! Dies the process between call and answer, the job runs again with the same number, and the
//! provider gives the same payment.

use std::time::Duration;

use super::announce;
use super::jobs::{AlertKind, News, OpenPayment, TellBuyer};
use super::raise_alert;
use super::settle_payment::SettleError;
use super::till::Till;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;
use crate::orders::{self, Order, OrderStatus};
use crate::payments::ports::{CallError, CreatePayment, CreatedPayment};
use crate::payments::repo::{self as payments, Evidence};
use crate::payments::rules::next_rung;
use crate::payments::{Fact, Payment, PaymentStatus};
use crate::platform::jobs::store::Claimed;
use crate::platform::jobs::{JobError, store as jobs};

/// How long before the deadline the buyer is reminded (spec.md §6).
const REMIND_BEFORE: Duration = Duration::from_secs(5 * 60);

/// `subject` turns an order into what the payer reads on the provider's page.
#[tracing::instrument(name = "job.payment.open", skip_all, fields(payment.id = %job.payment_no))]
pub async fn run(
    till: &Till,
    subject: &(dyn Fn(&Order) -> String + Send + Sync),
    (job, claimed): (OpenPayment, &Claimed),
) -> Result<(), JobError> {
    let db = till.base.db.read();
    let payment = payments::get(db, &job.payment_no).await.map_err(JobError::retry)?;
    let order = orders::repo::get(db, &payment.order_no).await.map_err(JobError::retry)?;
    if payment.status != PaymentStatus::Init || order.status != OrderStatus::PendingPayment {
        return Ok(());
    }
    let counter = till
        .counter(&payment.provider)
        .ok_or_else(|| JobError::discard(anyhow::anyhow!("no provider {}", payment.provider)))?;
    let request = CreatePayment {
        payment_no: payment.payment_no.clone(),
        amount: payment.amount,
        method: payment.method.clone(),
        subject: subject(&order),
        locale: order.locale,
        notify_url: till.notify_url(&payment.provider),
        return_url: till.return_url(&order.order_no),
        expires_at: payment.expires_at,
    };
    match counter.gateway.create(&request).await {
        Ok(created) => opened(till, &order, &payment, &created).await,
        Err(error) => unopened(till, &order, (error, &payment, claimed)).await,
    }
}

async fn opened(
    till: &Till,
    order: &Order,
    payment: &Payment,
    created: &CreatedPayment,
) -> Result<(), JobError> {
    let now = till.base.now();
    let tx = till.base.db.begin_write().await.map_err(JobError::retry)?;
    orders::repo::lock(&tx, &order.order_no).await.map_err(JobError::retry)?;
    let mut payment = payments::lock(&tx, &payment.payment_no).await.map_err(JobError::retry)?;
    if payment.status.is_open() {
        let reference = created.provider_ref.as_deref();
        let evidence = Evidence { source: "worker", evidence_key: reference, note: "opened" };
        payments::apply(&tx, &mut payment, Fact::Opened, &evidence, now)
            .await
            .map_err(JobError::retry)?;
        let ask_at = next_rung(now, 0, ids::random_below(100));
        let told = till.notify_url(&payment.provider);
        payments::save_link(&tx, &payment.payment_no, created, (&told, ask_at))
            .await
            .map_err(JobError::retry)?;
        let card = tell(order, News::PaymentReady, payment.payment_no.as_str());
        jobs::enqueue(&tx, &card, now).await.map_err(JobError::retry)?;
        if let Some((word, at)) = reminder(order, now) {
            jobs::enqueue_at(&tx, &word, at, now).await.map_err(JobError::retry)?;
        }
    }
    tx.commit().await.map_err(JobError::retry)
}

/// No link: the buyer is told once. After a refusal this number is spent and a person is told, the
/// next try of the buyer gets a new one; otherwise the job goes on trying until the deadline.
async fn unopened(
    till: &Till,
    order: &Order,
    (error, payment, claimed): (CallError, &Payment, &Claimed),
) -> Result<(), JobError> {
    metrics::counter!("mingshu_payment_create_failures_total").increment(1);
    if let CallError::Rejected { code, message } = &error {
        let why = format!("{code}: {message}");
        return refused(till, order, (payment, &why)).await.map_err(JobError::retry);
    }
    if claimed.attempt == 2 {
        let now = till.base.now();
        let tx = till.base.db.begin_write().await.map_err(JobError::retry)?;
        let word = tell(order, News::PaymentUnavailable, "");
        jobs::enqueue(&tx, &word, now).await.map_err(JobError::retry)?;
        tx.commit().await.map_err(JobError::retry)?;
    }
    let after = (claimed.attempt < 3).then_some(Duration::from_secs(2));
    Err(JobError::Retry { cause: error.into(), after })
}

async fn refused(
    till: &Till,
    order: &Order,
    (payment, why): (&Payment, &str),
) -> Result<(), SettleError> {
    let now = till.base.now();
    let tx = till.base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, &order.order_no).await?;
    let mut payment = payments::lock(&tx, &payment.payment_no).await?;
    let evidence = Evidence { source: "worker", evidence_key: None, note: why };
    payments::apply(&tx, &mut payment, Fact::FailedForGood, &evidence, now).await?;
    announce::payment(&tx, "payment.failed", (&order, &payment, None), now).await?;
    let about = (payment.payment_no.as_str(), why);
    raise_alert::run(&tx, AlertKind::PaymentUnavailable, about, now).await?;
    let word = tell(&order, News::PaymentUnavailable, payment.payment_no.as_str());
    jobs::enqueue(&tx, &word, now).await?;
    tx.commit().await?;
    Ok(())
}

/// A word before the deadline, for whoever has not paid by then.
fn reminder(order: &Order, now: Timestamp) -> Option<(TellBuyer, Timestamp)> {
    let at = order.expires_at.minus(REMIND_BEFORE);
    (at > now.plus(REMIND_BEFORE)).then(|| (tell(order, News::Reminder, ""), at))
}

fn tell(order: &Order, news: News, about: &str) -> TellBuyer {
    TellBuyer { order_no: order.order_no.clone(), news, about: about.to_owned() }
}
