//! The rules are asked once a day, while the shop's people sleep; an alert tells when one is broken.

use chrono::Timelike;
use chrono_tz::Tz;

use super::super::base::Base;
use super::super::jobs::{AlertKind, DoctorMoney};
use super::super::raise_alert;
use crate::platform::jobs::{Job as _, JobError, store as jobs};

/// From this hour on, in the shop's zone.
const HOUR: u32 = 3;

/// Sees to it that today's check is in the queue, once.
pub async fn sweep(base: &Base, zone: Tz) -> anyhow::Result<bool> {
    let now = base.now();
    let local = now.to_utc().with_timezone(&zone);
    let job = DoctorMoney { day: local.format("%Y-%m-%d").to_string() };
    let known = jobs::find(base.db.read(), &job.dedupe_key()).await?.is_some();
    if known || local.hour() < HOUR {
        return Ok(false);
    }
    let tx = base.db.begin_write().await?;
    jobs::enqueue(&tx, &job, now).await?;
    tx.commit().await?;
    Ok(true)
}

#[tracing::instrument(name = "job.doctor.money", skip_all, fields(doctor.day = %job.day))]
pub async fn run(base: &Base, job: DoctorMoney) -> Result<(), JobError> {
    let diagnosis = super::run(base).await.map_err(JobError::retry)?;
    for checked in &diagnosis.checks {
        metrics::gauge!("mingshu_money_findings", "code" => checked.code)
            .set(f64::from(i32::try_from(checked.count).unwrap_or(i32::MAX)));
    }
    if diagnosis.is_clean() {
        tracing::info!("the books are sound");
        return Ok(());
    }
    let summary = diagnosis.summary();
    tracing::error!(doctor.findings = %summary, "the books are not sound");
    let now = base.now();
    let tx = base.db.begin_write().await.map_err(JobError::retry)?;
    raise_alert::run(&tx, AlertKind::BooksUnsound, (&job.day, &summary), now)
        .await
        .map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}
