//! A payment is opened at its provider. The intent was written with the order; here the provider
//! is called and its answer is written (spec.md §4 rule 1).
//!
//! Dies the process between call and answer, the job runs again with the same number, and the
//! provider gives the same payment.

use std::time::Duration;

use super::jobs::{News, OpenPayment, TellBuyer};
use super::till::Till;
use crate::orders::{self, Order, OrderStatus};
use crate::payments::ports::{CallError, CreatePayment, CreatedPayment};
use crate::payments::repo::{self as payments, Evidence};
use crate::payments::{Fact, Payment, PaymentStatus};
use crate::platform::jobs::store::Claimed;
use crate::platform::jobs::{JobError, store as jobs};

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
        Err(error) => unopened(till, &order, (error, claimed)).await,
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
        payments::save_link(&tx, &payment.payment_no, created).await.map_err(JobError::retry)?;
        let card = tell(order, News::PaymentReady, payment.payment_no.as_str());
        jobs::enqueue(&tx, &card, now).await.map_err(JobError::retry)?;
    }
    tx.commit().await.map_err(JobError::retry)
}

/// No link: the buyer is told once, and the job goes on trying until the deadline.
async fn unopened(
    till: &Till,
    order: &Order,
    (error, claimed): (CallError, &Claimed),
) -> Result<(), JobError> {
    metrics::counter!("mingshu_payment_create_failures_total").increment(1);
    let refused = matches!(error, CallError::Rejected { .. });
    if refused || claimed.attempt == 2 {
        let now = till.base.now();
        let tx = till.base.db.begin_write().await.map_err(JobError::retry)?;
        let word = tell(order, News::PaymentUnavailable, "");
        jobs::enqueue(&tx, &word, now).await.map_err(JobError::retry)?;
        tx.commit().await.map_err(JobError::retry)?;
    }
    match error {
        CallError::Rejected { .. } => Err(JobError::discard(error)),
        CallError::NotSent(_) | CallError::Unknown(_) => {
            let after = (claimed.attempt < 3).then_some(Duration::from_secs(2));
            Err(JobError::Retry { cause: error.into(), after })
        }
    }
}

fn tell(order: &Order, news: News, about: &str) -> TellBuyer {
    TellBuyer { order_no: order.order_no.clone(), news, about: about.to_owned() }
}
