//! One run of one job, from the claim to what is written about its end.
//!
//! A run is cut off when its lease is lost ([`super::leases`]), and everything that is written afterwards names the
//! attempt it ran: whoever lost a job changes nothing.

use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use sea_orm::DbErr;

use super::Crew;
use super::registry::Run;
use crate::flows::jobs::{AlertKind, MailAlert, SendAlert};
use crate::flows::raise_alert;
use crate::kernel::clock::Timestamp;
use crate::platform::db::WriteTx;
use crate::platform::jobs::store::{self, Claimed, Reprieve};
use crate::platform::jobs::{Job, JobError, backoff};

/// The longest wait between two runs of a failing job.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// How a run ended.
enum Ended {
    Done,
    Short(JobError),
    /// Somebody else has the job by now, or the worker stops and could not wait any longer.
    LeaseLost,
    CutOff,
}

impl Crew {
    #[tracing::instrument(name = "job", skip_all,
        fields(job.id = job.id, job.kind = %job.kind, job.attempt = job.attempt))]
    pub(super) async fn attend(&self, job: &Claimed) {
        let waited = self.base.now().since(job.due_at);
        metrics::histogram!("mingshu_job_start_seconds").record(waited.as_secs_f64());
        let ended = self.run(job).await;
        match self.write(job, ended).await {
            Ok(outcome) => {
                metrics::counter!("mingshu_jobs_total",
                    "kind" => job.kind.clone(), "outcome" => outcome)
                .increment(1);
            }
            // The lease runs out, and the job is run again.
            Err(error) => tracing::error!(
                error = &error as &dyn std::error::Error,
                "the end of a job could not be written"
            ),
        }
    }

    async fn run(&self, job: &Claimed) -> Ended {
        let run = Run { claimed: job.clone(), stop: self.stop.clone() };
        let handler = AssertUnwindSafe(self.registry.run(run)).catch_unwind();
        tokio::select! {
            biased;
            ended = handler => match ended {
                Ok(Ok(())) => Ended::Done,
                Ok(Err(error)) => Ended::Short(error),
                Err(panic) => Ended::Short(JobError::retry(panicked(&*panic))),
            },
            () = self.leases.lost(job) => Ended::LeaseLost,
            () = self.cut_off.cancelled() => Ended::CutOff,
        }
    }

    /// Writes the end of a run; the word is for the metrics.
    async fn write(&self, job: &Claimed, ended: Ended) -> Result<&'static str, DbErr> {
        let (db, now) = (&self.base.db, self.base.now());
        let (kept, word) = match ended {
            Ended::LeaseLost => (false, ""),
            Ended::Done => {
                let kept = store::finish(db, job, now).await? != Reprieve::Lost;
                (kept, "done")
            }
            Ended::CutOff => (store::snooze(db, job, now).await?, "cut_off"),
            Ended::Short(JobError::Snooze(pause)) => {
                (store::snooze(db, job, now.plus(pause)).await?, "snoozed")
            }
            Ended::Short(JobError::Retry { cause, after }) => {
                return self.again(job, (&cause, after)).await;
            }
            Ended::Short(JobError::Discard(cause)) => return self.park(job, &cause).await,
        };
        if !kept {
            tracing::warn!("the lease was lost, nothing is written");
        }
        Ok(if kept { word } else { "lost" })
    }

    async fn again(
        &self,
        job: &Claimed,
        (cause, after): (&anyhow::Error, Option<Duration>),
    ) -> Result<&'static str, DbErr> {
        let now = self.base.now();
        let failures = job.failures.saturating_add(1);
        let run_at = now.plus(after.unwrap_or_else(|| backoff(failures, LONGEST_WAIT)));
        let error = format!("{cause:#}");
        let tx = self.base.db.begin_write().await?;
        let reprieve = store::retry(&tx, job, (run_at, &error), now).await?;
        if reprieve == Reprieve::Parked {
            self.alarm(&tx, (&job.kind, &job.dedupe_key), &error).await?;
        }
        tx.commit().await?;
        match reprieve {
            Reprieve::Again | Reprieve::Done => {
                tracing::warn!(job.failures = failures, "a job failed and is tried again: {error}");
                Ok("retried")
            }
            Reprieve::Parked => {
                tracing::error!("a job used up its attempts: {error}");
                Ok("parked")
            }
            Reprieve::Lost => Ok("lost"),
        }
    }

    async fn park(&self, job: &Claimed, cause: &anyhow::Error) -> Result<&'static str, DbErr> {
        let error = format!("{cause:#}");
        let tx = self.base.db.begin_write().await?;
        match store::park(&tx, job, &error, self.base.now()).await? {
            Reprieve::Lost => return Ok("lost"),
            // Woken meanwhile: what it failed at may be otherwise by now.
            Reprieve::Again | Reprieve::Done => {
                tx.commit().await?;
                return Ok("retried");
            }
            Reprieve::Parked => {}
        }
        self.alarm(&tx, (&job.kind, &job.dedupe_key), &error).await?;
        tx.commit().await?;
        tracing::error!("a job needs a person: {error}");
        Ok("parked")
    }

    /// Tells an operator that a job was parked; not that telling an operator failed.
    async fn alarm(
        &self,
        tx: &WriteTx,
        (kind, subject): (&str, &str),
        error: &str,
    ) -> Result<(), DbErr> {
        if [SendAlert::KIND, MailAlert::KIND].contains(&kind) {
            return Ok(());
        }
        let note = format!("{kind}: {error}");
        raise_alert::run(tx, AlertKind::JobParked, (subject, &note), self.base.now()).await
    }

    /// Gives the jobs of dead workers back to the queue: those whose lease ended before `lease_end`.
    pub(super) async fn reap(&self, lease_end: Timestamp) -> Result<(), DbErr> {
        let now = self.base.now();
        let tx = self.base.db.begin_write().await?;
        for row in store::reap(&tx, lease_end, now).await? {
            let error = row.last_error.as_deref().unwrap_or_default();
            self.alarm(&tx, (&row.kind, &row.dedupe_key), error).await?;
            tracing::error!(job.id = row.id, job.kind = %row.kind, "a job was parked: {error}");
        }
        tx.commit().await
    }
}

fn panicked(panic: &(dyn Any + Send)) -> anyhow::Error {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    anyhow::anyhow!("the handler panicked: {}", text.unwrap_or_default())
}
