//! Every statement on the `jobs` table but those beside it. Written by hand: claim and finish are on
//! the hot path, and one statement cannot be torn apart by another worker.

use std::slice;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use super::Job;
pub use super::census::{Counts, JobRow, JobTrace, backlog, counts, find, naming, parked};
use super::census::{JOB_ROW, job_row};
pub use super::lease::{Held, extend};
use crate::kernel::clock::Timestamp;
use crate::platform::db::rows::{self, Columns, Kind, Rows, TakesRows};
use crate::platform::db::{Db, WriteTx, execute, query_all, query_one};

/// A job in the hands of this worker, with what proves that it still is.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub id: i64,
    pub kind: String,
    pub dedupe_key: String,
    pub payload: String,
    /// This run's number, counted from 1; together with `owner` the fencing token.
    pub attempt: i32,
    /// How many runs since the last progress ended with [`super::JobError::Retry`]; a run that
    /// died with its worker is not among them.
    pub failures: i32,
    pub owner: String,
    /// Since when it could run: the measure of how long it waited.
    pub due_at: Timestamp,
}

/// What became of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reprieve {
    /// Nothing is left to do.
    Done,
    /// Back in the queue: the run could not finish, or the job was woken while it ran.
    Again,
    /// The attempts are used up.
    Parked,
    /// Somebody else has the job: nothing was changed.
    Lost,
}

/// Enqueues `job`, to run at once. A job with the same key already there: nothing happens.
pub async fn enqueue<J: Job>(tx: &WriteTx, job: &J, now: Timestamp) -> Result<(), DbErr> {
    enqueue_at(tx, job, now, now).await
}

/// Enqueues `job`, to run at `run_at`.
pub async fn enqueue_at<J: Job>(
    tx: &WriteTx,
    job: &J,
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbErr> {
    insert(tx, slice::from_ref(job), run_at, now).await
}

/// [`enqueue`] for many jobs of one kind.
pub async fn enqueue_all<J: Job>(
    tx: &impl TakesRows,
    jobs: &[J],
    now: Timestamp,
) -> Result<(), DbErr> {
    insert(tx, jobs, now, now).await
}

const NEW_JOB: &Columns = &[
    ("kind", Kind::Text),
    ("dedupe_key", Kind::Text),
    ("payload", Kind::Text),
    ("run_at", Kind::Integer),
    ("max_attempts", Kind::Integer),
    ("created_at", Kind::Integer),
    ("updated_at", Kind::Integer),
];

async fn insert<J: Job>(
    tx: &impl TakesRows,
    jobs: &[J],
    run_at: Timestamp,
    now: Timestamp,
) -> Result<(), DbErr> {
    let (run_at, now) = (run_at.millis(), now.millis());
    let mut rows = Rows::default();
    for job in jobs {
        let payload = serde_json::to_string(job).map_err(|cause| DbErr::Json(cause.to_string()))?;
        rows.push([
            J::KIND.into(),
            job.dedupe_key().into(),
            payload.into(),
            run_at.into(),
            J::MAX_ATTEMPTS.into(),
            now.into(),
            now.into(),
        ]);
    }
    rows::insert_new(tx, ("jobs", "dedupe_key"), NEW_JOB, rows).await?;
    tx.has_jobs();
    Ok(())
}

/// Enqueues `job` as parked: a person decides whether it ever runs. One that ended before is parked
/// again, so that no net takes it for forgotten work.
pub async fn enqueue_parked<J: Job>(
    tx: &WriteTx,
    job: &J,
    why: &str,
    now: Timestamp,
) -> Result<(), DbErr> {
    enqueue(tx, job, now).await?;
    execute(
        tx.conn(),
        "UPDATE jobs SET status = 'parked', last_error = $2 WHERE dedupe_key = $1 \
         AND status IN ('ready', 'done')",
        vec![job.dedupe_key().into(), why.into()],
    )
    .await?;
    Ok(())
}

/// Enqueues `job`, or wakes the one with the same key when it has ended, is parked or sleeps.
pub async fn enqueue_again<J: Job>(tx: &WriteTx, job: &J, now: Timestamp) -> Result<(), DbErr> {
    enqueue(tx, job, now).await?;
    wake(tx, job, now).await?;
    Ok(())
}

/// Makes the job with this key run now, with all its attempts before it. One that runs at this
/// moment runs once more after its end. Returns whether there was one to wake.
pub async fn wake<J: Job>(tx: &WriteTx, job: &J, now: Timestamp) -> Result<bool, DbErr> {
    let values = vec![job.dedupe_key().into(), now.millis().into(), J::MAX_ATTEMPTS.into()];
    let woken = execute(tx.conn(), &format!("{WAKE} WHERE dedupe_key = $1"), values).await?;
    tx.has_jobs();
    Ok(woken.rows_affected() > 0)
}

/// The attempt is half of the fencing token and never goes back; its ceiling moves instead. Of a
/// running job only the wish is noted: what it holds stays its own.
const WAKE: &str = "UPDATE jobs SET max_attempts = attempts + $3, failures = 0, \
     rung_at = CASE WHEN status = 'running' THEN $2 ELSE rung_at END, \
     run_at = CASE WHEN status = 'running' THEN run_at ELSE $2 END, \
     updated_at = CASE WHEN status = 'running' THEN updated_at ELSE $2 END, \
     status = CASE WHEN status = 'running' THEN status ELSE 'ready' END";

/// Wakes the parked jobs of kind `J` whose key begins with `prefix`, which holds no wildcard.
/// Returns how many there were.
pub async fn wake_parked<J: Job>(tx: &WriteTx, prefix: &str, now: Timestamp) -> Result<u64, DbErr> {
    let sql = format!("{WAKE} WHERE kind = $4 AND status = 'parked' AND dedupe_key LIKE $1");
    let key = format!("{prefix}%").into();
    let values = vec![key, now.millis().into(), J::MAX_ATTEMPTS.into(), J::KIND.into()];
    let woken = execute(tx.conn(), &sql, values).await?.rows_affected();
    tx.has_jobs();
    Ok(woken)
}

/// Which kinds of jobs are meant. Kinds are constants of the program, never foreign text.
#[derive(Debug, Clone, Copy)]
pub enum Lane<'a> {
    All,
    Only(&'a [&'static str]),
    Without(&'a [&'static str]),
}

impl Lane<'_> {
    fn condition(self) -> String {
        let list = |kinds: &[&str]| {
            kinds.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Only([]) => "AND 1 = 0".to_owned(),
            Self::Only(kinds) => format!("AND kind IN ({})", list(kinds)),
            Self::All | Self::Without([]) => String::new(),
            Self::Without(kinds) => format!("AND kind NOT IN ({})", list(kinds)),
        }
    }
}

/// Takes at most `limit` due jobs of a lane for `owner` until the lease runs out.
pub async fn claim(
    db: &Db,
    (owner, lease): (&str, Duration),
    (lane, limit): (Lane<'_>, u32),
    now: Timestamp,
) -> Result<Vec<Claimed>, DbErr> {
    let skip = if db.backend() == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let kinds = lane.condition();
    // Materialized: a planner may run a plain subquery once per row, and take more than `limit`.
    let sql = format!(
        "WITH due AS MATERIALIZED (SELECT id FROM jobs WHERE status = 'ready' AND run_at <= $3 \
         {kinds} ORDER BY run_at, id LIMIT $4 {skip}) \
         UPDATE jobs SET status = 'running', attempts = attempts + 1, lease_owner = $1, \
         lease_until_at = $2, rung_at = NULL, updated_at = $3 WHERE id IN (SELECT id FROM due) \
         RETURNING id, kind, dedupe_key, payload, attempts, failures, run_at"
    );
    let values = vec![
        owner.into(),
        now.plus(lease).millis().into(),
        now.millis().into(),
        i64::from(limit).into(),
    ];
    let rows = query_all(db.write_alone().await.conn(), &sql, values).await?;
    let mut jobs = rows.iter().map(|row| claimed(row, owner)).collect::<Result<Vec<_>, _>>()?;
    jobs.sort_by_key(|job| job.id);
    Ok(jobs)
}

fn claimed(row: &QueryResult, owner: &str) -> Result<Claimed, DbErr> {
    Ok(Claimed {
        id: row.try_get_by_index(0)?,
        kind: row.try_get_by_index(1)?,
        dedupe_key: row.try_get_by_index(2)?,
        payload: row.try_get_by_index(3)?,
        attempt: row.try_get_by_index(4)?,
        failures: row.try_get_by_index(5)?,
        owner: owner.to_owned(),
        due_at: Timestamp(row.try_get_by_index(6)?),
    })
}

/// Whether the job is still this run's; nobody else takes it before the transaction ends.
pub async fn hold(tx: &WriteTx, job: &Claimed, now: Timestamp) -> Result<bool, DbErr> {
    fenced(tx.conn(), job, "updated_at = $4", now.millis().into()).await
}

/// The run is over: done, or once more when somebody woke the job meanwhile.
pub async fn finish(db: &Db, job: &Claimed, now: Timestamp) -> Result<Reprieve, DbErr> {
    let sql = "UPDATE jobs SET status = CASE WHEN rung_at IS NULL THEN 'done' ELSE 'ready' END, \
         run_at = CASE WHEN rung_at IS NULL THEN run_at ELSE $4 END, \
         last_error = NULL, updated_at = $4 \
         WHERE id = $1 AND lease_owner = $2 AND attempts = $3 AND status = 'running' \
         RETURNING status";
    let values =
        vec![job.id.into(), job.owner.as_str().into(), job.attempt.into(), now.millis().into()];
    let reprieve = reprieve(query_one(db.write_alone().await.conn(), sql, values).await?)?;
    if reprieve == Reprieve::Again {
        db.bell().notify_waiters();
    }
    Ok(reprieve)
}

fn reprieve(row: Option<QueryResult>) -> Result<Reprieve, DbErr> {
    let Some(row) = row else { return Ok(Reprieve::Lost) };
    let status: String = row.try_get_by_index(0)?;
    Ok(match status.as_str() {
        "done" => Reprieve::Done,
        "parked" => Reprieve::Parked,
        _ => Reprieve::Again,
    })
}

/// Whether the job is still in our hands, asked inside a transaction that is only right if so.
pub async fn is_ours(tx: &WriteTx, job: &Claimed, now: Timestamp) -> Result<bool, DbErr> {
    fenced(tx.conn(), job, "updated_at = $4", now.millis().into()).await
}

/// Notes progress inside the transaction of a checkpoint: from here on, failures are counted anew
/// and `attempts` more runs are allowed.
/// False: the lease is lost and the caller must roll back.
pub async fn progress(tx: &WriteTx, job: &Claimed, attempts: i32) -> Result<bool, DbErr> {
    fenced(tx.conn(), job, "failures = 0, max_attempts = attempts + $4", attempts.into()).await
}

/// Back to the queue after a failure, or parked when the attempts are used up. A job that was
/// woken meanwhile does not wait until `run_at`.
pub async fn retry(
    tx: &WriteTx,
    job: &Claimed,
    (run_at, error): (Timestamp, &str),
    now: Timestamp,
) -> Result<Reprieve, DbErr> {
    let row = query_one(
        tx.conn(),
        "UPDATE jobs SET status = CASE WHEN attempts >= max_attempts THEN 'parked' ELSE 'ready' END, \
         run_at = CASE WHEN rung_at IS NULL THEN $4 ELSE $6 END, \
         failures = failures + 1, last_error = $5, updated_at = $6 \
         WHERE id = $1 AND lease_owner = $2 AND attempts = $3 AND status = 'running' \
         RETURNING status",
        vec![
            job.id.into(),
            job.owner.as_str().into(),
            job.attempt.into(),
            run_at.millis().into(),
            error.into(),
            now.millis().into(),
        ],
    )
    .await?;
    reprieve(row)
}

/// Back to the queue without costing an attempt: too early, or the worker stops. A job that was
/// woken meanwhile does not sleep.
pub async fn snooze(db: &Db, job: &Claimed, run_at: Timestamp) -> Result<bool, DbErr> {
    fenced(
        db.write_alone().await.conn(),
        job,
        "status = 'ready', max_attempts = max_attempts + 1, \
         run_at = CASE WHEN rung_at < $4 THEN rung_at ELSE $4 END",
        run_at.millis().into(),
    )
    .await
}

/// A person must look, unless the job was woken meanwhile: then it runs once more.
pub async fn park(
    tx: &WriteTx,
    job: &Claimed,
    error: &str,
    now: Timestamp,
) -> Result<Reprieve, DbErr> {
    let row = query_one(
        tx.conn(),
        "UPDATE jobs SET status = CASE WHEN rung_at IS NULL THEN 'parked' ELSE 'ready' END, \
         run_at = CASE WHEN rung_at IS NULL THEN run_at ELSE $5 END, \
         last_error = $4, updated_at = $5 \
         WHERE id = $1 AND lease_owner = $2 AND attempts = $3 AND status = 'running' \
         RETURNING status",
        vec![
            job.id.into(),
            job.owner.as_str().into(),
            job.attempt.into(),
            error.into(),
            now.millis().into(),
        ],
    )
    .await?;
    reprieve(row)
}

async fn fenced(
    db: &impl ConnectionTrait,
    job: &Claimed,
    change: &str,
    value: sea_orm::Value,
) -> Result<bool, DbErr> {
    let sql = format!(
        "UPDATE jobs SET {change} WHERE id = $1 AND lease_owner = $2 AND attempts = $3 \
         AND status = 'running'"
    );
    let values = vec![job.id.into(), job.owner.as_str().into(), job.attempt.into(), value];
    Ok(execute(db, &sql, values).await?.rows_affected() == 1)
}

/// Gives jobs back to the queue whose lease ended before `lease_end`, because their worker died;
/// parks those that used up their attempts. Returns the parked ones.
pub async fn reap(
    tx: &WriteTx,
    lease_end: Timestamp,
    now: Timestamp,
) -> Result<Vec<JobRow>, DbErr> {
    let sql = format!(
        "UPDATE jobs SET status = CASE WHEN attempts >= max_attempts THEN 'parked' ELSE 'ready' END, \
         last_error = 'the worker died or lost its lease', run_at = $2, updated_at = $2 \
         WHERE status = 'running' AND lease_until_at < $1 RETURNING {JOB_ROW}"
    );
    let values = vec![lease_end.millis().into(), now.millis().into()];
    let rows = query_all(tx.conn(), &sql, values).await?;
    let rows = rows.iter().map(job_row).collect::<Result<Vec<_>, _>>()?;
    if !rows.is_empty() {
        tx.has_jobs();
    }
    Ok(rows.into_iter().filter(|row| row.status == "parked").collect())
}

/// When the next job is due; `None` when nothing waits.
pub async fn next_due(db: &Db, lane: Lane<'_>) -> Result<Option<Timestamp>, DbErr> {
    let sql = format!("SELECT min(run_at) FROM jobs WHERE status = 'ready' {}", lane.condition());
    let row = query_one(db.read(), &sql, vec![]).await?;
    let due: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    Ok(due.map(Timestamp))
}

/// Deletes finished jobs older than `before`; keys that must stay unique longer than that belong
/// to rows of their own (payments, refunds).
pub async fn prune(db: &Db, before: Timestamp) -> Result<u64, DbErr> {
    let deleted = execute(
        db.write_alone().await.conn(),
        "DELETE FROM jobs WHERE status = 'done' AND updated_at < $1",
        vec![before.millis().into()],
    )
    .await?;
    Ok(deleted.rows_affected())
}
