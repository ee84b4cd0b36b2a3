//! What stands still and should not, for `/metrics`: the queues, the money that waits for a person.
//! Every worker tells the same, so a dashboard takes the highest and does not add up.

use std::time::Duration;

use crate::events::repo as events;
use crate::flows::base::Base;
use crate::payments::PaymentError;
use crate::payments::ledger::repo as ledger;
use crate::payments::reconciliation::repo as reconciliation;
use crate::payments::refunds;
use crate::platform::jobs::store;
use crate::shop;

pub(super) const EVERY: Duration = Duration::from_secs(5);

pub(super) async fn read(base: &Base) {
    queue(base).await;
    waiting_events(base).await;
    if let Ok(closed) = shop::repo::find_maintenance(base.db.read()).await {
        metrics::gauge!("mingshu_maintenance").set(if closed.is_some() { 1.0 } else { 0.0 });
    }
    if let Err(error) = money(base).await {
        tracing::warn!(error = &error as &dyn std::error::Error, "the money cannot be measured");
    }
}

async fn queue(base: &Base) {
    let (counts, backlog) = tokio::join!(store::counts(base.db.read()), store::backlog(&base.db));
    if let Ok(counts) = counts {
        for (status, count) in
            [("ready", counts.ready), ("running", counts.running), ("parked", counts.parked)]
        {
            metrics::gauge!("mingshu_queue_jobs", "status" => status).set(number(count));
        }
    }
    if let Ok((_, oldest)) = backlog {
        let age = oldest.map(|due| base.now().since(due)).unwrap_or_default();
        metrics::gauge!("mingshu_queue_age_seconds").set(age.as_secs_f64());
    }
}

async fn waiting_events(base: &Base) {
    if let Ok((waiting, oldest)) = events::backlog(base.db.read()).await {
        let age = oldest.map(|at| base.now().since(at)).unwrap_or_default();
        metrics::gauge!("mingshu_events_waiting").set(number(waiting));
        metrics::gauge!("mingshu_events_oldest_waiting_seconds").set(age.as_secs_f64());
    }
}

async fn money(base: &Base) -> Result<(), PaymentError> {
    let db = base.db.read();
    let mut payments = 0_i64;
    for doubt in ledger::doubts(db).await? {
        payments = payments.saturating_add(doubt.payments);
        metrics::gauge!("mingshu_money_in_doubt_minor", "currency" => doubt.currency)
            .set(number(doubt.minor));
    }
    metrics::gauge!("mingshu_payments_in_doubt").set(number(payments));
    for (status, count) in refunds::count_open(db).await? {
        metrics::gauge!("mingshu_refunds_open", "status" => status.as_str()).set(number(count));
    }
    let open = reconciliation::count_open(db).await?;
    metrics::gauge!("mingshu_reconciliation_open").set(number(open));
    Ok(())
}

/// For a chart: a number of minor units beyond 2^53 would be shown a little wrong.
#[expect(clippy::cast_precision_loss, reason = "gauges are floating point numbers")]
fn number(count: i64) -> f64 {
    count as f64
}
