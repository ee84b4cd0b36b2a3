//! Personal data does not outlive its purpose: every night what the shop's settings say is too old
//! is erased as `/forget` erases it (spec.md §12). Numbers and amounts stay.

use std::time::Duration;

use chrono::Timelike;
use chrono_tz::Tz;

use super::base::Base;
use super::forget_user::{self, ForgetError};
use super::jobs::ExpireData;
use super::tools::Retention;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::orders::{self, kept::Kept};
use crate::payments::inbox;
use crate::platform::jobs::{Job as _, JobError, store as jobs};
use crate::users::{UserError, profiles};

/// From this hour on, in the shop's zone: after the nightly check of the books.
const HOUR: u32 = 4;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// Orders that are read together; each is erased in a transaction of its own.
const ORDERS_AT_ONCE: u64 = 200;
/// Callbacks in one transaction.
const CALLBACKS_AT_ONCE: i64 = 1_000;
const PROFILES_AT_ONCE: i64 = 1_000;

/// Sees to it that tonight's forgetting is in the queue, once.
pub async fn sweep(base: &Base, zone: Tz, retention: &Retention) -> anyhow::Result<bool> {
    let now = base.now();
    let local = now.to_utc().with_timezone(&zone);
    let job = ExpireData { day: local.format("%Y-%m-%d").to_string() };
    if retention.keeps_all() || local.hour() < HOUR {
        return Ok(false);
    }
    if jobs::find(base.db.read(), &job.dedupe_key()).await?.is_some() {
        return Ok(false);
    }
    let tx = base.db.begin_write().await?;
    jobs::enqueue(&tx, &job, now).await?;
    tx.commit().await?;
    Ok(true)
}

#[tracing::instrument(name = "job.data.expire", skip_all, fields(expire.day = %job.day))]
pub async fn run(base: &Base, retention: &Retention, job: ExpireData) -> Result<(), JobError> {
    let classes = [(Kept::Unpaid, retention.unpaid_days), (Kept::Paid, retention.reports_days)];
    for (class, days) in classes {
        if let Some(before) = before(base, days) {
            let count = expire_orders(base, class, before).await.map_err(JobError::retry)?;
            tracing::info!(orders.count = count, ?class, "old answers and reports were erased");
        }
    }
    if let Some(before) = before(base, retention.callbacks_days) {
        let count = expire_callbacks(base, before).await.map_err(JobError::retry)?;
        tracing::info!(callbacks.count = count, "the bodies of old callbacks were erased");
    }
    if let Some(before) = before(base, retention.profiles_days) {
        let count = expire_profiles(base, before).await.map_err(JobError::retry)?;
        tracing::info!(profiles.count = count, "births that nobody used were deleted");
    }
    Ok(())
}

/// What came before is too old; `None`: it is kept for ever.
fn before(base: &Base, days: u32) -> Option<Timestamp> {
    (days > 0).then(|| base.now().minus(DAY.saturating_mul(days)))
}

async fn expire_orders(base: &Base, class: Kept, before: Timestamp) -> Result<u64, ForgetError> {
    let mut erased = 0_u64;
    loop {
        let db = base.db.read();
        let old = orders::kept::before(db, class, before, ORDERS_AT_ONCE).await?;
        if old.is_empty() {
            return Ok(erased);
        }
        let before_these = erased;
        for number in old {
            erased = erased.saturating_add(u64::from(expire_order(base, &number).await?));
        }
        if erased == before_these {
            return Ok(erased); // All of them were taken up again meanwhile: tomorrow.
        }
    }
}

/// `false`: it is under way again.
async fn expire_order(base: &Base, number: &OrderNo) -> Result<bool, ForgetError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, number).await?;
    if order.status.is_under_way() {
        return Ok(false);
    }
    forget_user::forget_order(&tx, number, now).await?;
    orders::kept::erase_form(&tx, number, now).await?;
    tx.commit().await?;
    Ok(true)
}

async fn expire_callbacks(base: &Base, before: Timestamp) -> Result<u64, ForgetError> {
    let (mut after, mut erased) = (0_i64, 0_u64);
    loop {
        let tx = base.db.begin_write().await?;
        let page = (after, CALLBACKS_AT_ONCE);
        let Some((last, count)) = inbox::erase_old_bodies(&tx, before, page).await? else {
            return Ok(erased);
        };
        tx.commit().await?;
        (after, erased) = (last, erased.saturating_add(count));
    }
}

async fn expire_profiles(base: &Base, before: Timestamp) -> Result<u64, UserError> {
    let mut deleted = 0_u64;
    loop {
        let tx = base.db.begin_write().await?;
        let count = profiles::prune(&tx, before, PROFILES_AT_ONCE).await?;
        tx.commit().await?;
        deleted = deleted.saturating_add(count);
        if count == 0 {
            return Ok(deleted);
        }
    }
}
