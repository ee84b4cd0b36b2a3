//! The nets below the jobs: what should be under way is compared with what is. None takes any
//! input; all may run at any time, on any number of replicas.

use std::time::Duration;

use super::base::Base;
use super::jobs::{FulfilOrder, SendRefund};
use crate::payments::refunds;
use crate::platform::db::{Page, WriteTx};
use crate::platform::jobs::{Job, store};
use crate::platform::outbox;
use crate::{alerts, events, orders};

const AT_ONCE: u64 = 200;
/// An order that was just paid has its job; an older one must show it.
const PAID_SINCE: Duration = Duration::from_secs(60);
const REFUND_UNTOUCHED: Duration = Duration::from_secs(120);
const KEEP_FINISHED: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const KEEP_EVENTS: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// A short transaction; the next sweep goes on.
const EVENTS_AT_ONCE: u32 = 1_000;

/// Paid orders whose job ended or is gone get it again. Parked ones wait for a person, and do not
/// hide those behind them.
pub async fn orders(base: &Base) -> anyhow::Result<usize> {
    let before = base.now().minus(PAID_SINCE);
    let (mut page, mut revived) = (Some(Page::first(AT_ONCE)), 0_usize);
    while let Some(here) = page {
        let paid = orders::repo::paid_before(base.db.read(), before, &here).await?;
        page = here.following(&paid);
        let jobs = paid.into_iter().map(|(number, _)| FulfilOrder { order_no: number.into() });
        revived = revived.saturating_add(revive(base, jobs.collect()).await?);
    }
    Ok(revived)
}

/// Refunds that nobody works on are taken up again.
pub async fn refunds(base: &Base) -> anyhow::Result<usize> {
    let before = base.now().minus(REFUND_UNTOUCHED);
    let (mut page, mut revived) = (Some(Page::first(AT_ONCE)), 0_usize);
    while let Some(here) = page {
        let open = refunds::unfinished(base.db.read(), before, &here).await?;
        page = here.following(&open);
        let jobs = open.into_iter().map(|(number, _)| SendRefund { refund_no: number.into() });
        revived = revived.saturating_add(revive(base, jobs.collect()).await?);
    }
    Ok(revived)
}

/// Finished jobs are forgotten after a week.
pub async fn prune(base: &Base) -> anyhow::Result<u64> {
    Ok(store::prune(&base.db, base.now().minus(KEEP_FINISHED)).await?)
}

/// Alerts are forgotten ninety days after their last cause.
pub async fn prune_alerts(base: &Base) -> anyhow::Result<u64> {
    Ok(alerts::repo::prune(&base.db, base.now().minus(KEEP_EVENTS)).await?)
}

/// Events are forgotten ninety days after they were handed on, and so is how they were delivered.
pub async fn prune_events(base: &Base) -> anyhow::Result<u64> {
    let before = base.now().minus(KEEP_EVENTS);
    let deliveries = events::repo::prune(&base.db, before, EVENTS_AT_ONCE).await?;
    let events = outbox::prune(&base.db, before, EVENTS_AT_ONCE).await?;
    Ok(events.saturating_add(deliveries))
}

async fn revive<J: Job>(base: &Base, jobs: Vec<J>) -> anyhow::Result<usize> {
    let mut revived = 0_usize;
    for job in jobs {
        let key = job.dedupe_key();
        if is_cared_for(store::find(base.db.read(), &key).await?.as_ref()) {
            continue;
        }
        let tx = base.db.begin_write().await?;
        if revive_one(&tx, &job, base).await? {
            tx.commit().await?;
            revived = revived.saturating_add(1);
            tracing::warn!(job.key = key, "work without a job was found");
        }
    }
    Ok(revived)
}

async fn revive_one<J: Job>(tx: &WriteTx, job: &J, base: &Base) -> anyhow::Result<bool> {
    if is_cared_for(store::find(tx.conn(), &job.dedupe_key()).await?.as_ref()) {
        return Ok(false);
    }
    store::enqueue_again(tx, job, base.now()).await?;
    Ok(true)
}

fn is_cared_for(job: Option<&store::JobRow>) -> bool {
    job.is_some_and(|job| job.status != "done")
}
