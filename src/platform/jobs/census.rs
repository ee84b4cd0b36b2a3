//! How the queue stands: what `doctor`, `/metrics` and an operator read. Nothing here changes a job.

use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use crate::kernel::clock::Timestamp;
use crate::platform::db::{Db, query_all, query_one};

/// How many jobs there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub ready: i64,
    pub running: i64,
    pub parked: i64,
}

/// A job as an operator sees it.
#[derive(Debug, Clone, serde::Serialize)]
pub struct JobRow {
    pub id: i64,
    pub kind: String,
    pub dedupe_key: String,
    pub status: String,
    pub attempts: i32,
    pub last_error: Option<String>,
    #[serde(skip)]
    pub updated_at: Timestamp,
}

/// The columns of a [`JobRow`].
pub(super) const JOB_ROW: &str = "id, kind, dedupe_key, status, attempts, last_error, updated_at";

/// Jobs that a person must look at, the latest first.
pub async fn parked(db: &impl ConnectionTrait, limit: u32) -> Result<Vec<JobRow>, DbErr> {
    let sql = format!(
        "SELECT {JOB_ROW} FROM jobs WHERE status = 'parked' ORDER BY updated_at DESC LIMIT $1"
    );
    let rows = query_all(db, &sql, vec![i64::from(limit).into()]).await?;
    rows.iter().map(job_row).collect()
}

/// The job with this key, whatever its state.
pub async fn find(db: &impl ConnectionTrait, dedupe_key: &str) -> Result<Option<JobRow>, DbErr> {
    let sql = format!("SELECT {JOB_ROW} FROM jobs WHERE dedupe_key = $1");
    let row = query_one(db, &sql, vec![dedupe_key.into()]).await?;
    row.as_ref().map(job_row).transpose()
}

/// A job and its times.
#[derive(Debug, Clone, serde::Serialize)]
pub struct JobTrace {
    #[serde(flatten)]
    pub job: JobRow,
    pub created_at: Timestamp,
    pub run_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// The jobs whose key names `number`, the oldest first. Looks at every job there is: not for a path
/// that is walked often.
pub async fn naming(db: &impl ConnectionTrait, number: &str) -> Result<Vec<JobTrace>, DbErr> {
    let sql = format!(
        "SELECT {JOB_ROW}, created_at, run_at FROM jobs WHERE dedupe_key LIKE $1 ORDER BY id"
    );
    let rows = query_all(db, &sql, vec![format!("%{number}%").into()]).await?;
    let trace = |row: &QueryResult| {
        let job = job_row(row)?;
        let ended = ["done", "parked"].contains(&job.status.as_str());
        Ok(JobTrace {
            created_at: Timestamp(row.try_get_by_index(7)?),
            run_at: Timestamp(row.try_get_by_index(8)?),
            ended_at: ended.then_some(job.updated_at),
            job,
        })
    };
    rows.iter().map(trace).collect()
}

/// How many jobs wait or run, and the due time of the oldest waiting one.
pub async fn backlog(db: &Db) -> Result<(i64, Option<Timestamp>), DbErr> {
    let row = query_one(
        db.read(),
        "SELECT count(*), min(CASE WHEN status = 'ready' THEN run_at END) FROM jobs \
         WHERE status IN ('ready', 'running')",
        vec![],
    )
    .await?;
    let Some(row) = row else { return Ok((0, None)) };
    let oldest: Option<i64> = row.try_get_by_index(1)?;
    Ok((row.try_get_by_index(0)?, oldest.map(Timestamp)))
}

/// How many jobs wait, run and are parked.
pub async fn counts(db: &impl ConnectionTrait) -> Result<Counts, DbErr> {
    let rows = query_all(
        db,
        "SELECT status, count(*) FROM jobs WHERE status IN ('ready', 'running', 'parked') \
         GROUP BY status",
        vec![],
    )
    .await?;
    let mut counts = Counts::default();
    for row in &rows {
        let (status, count): (String, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        match status.as_str() {
            "ready" => counts.ready = count,
            "running" => counts.running = count,
            _ => counts.parked = count,
        }
    }
    Ok(counts)
}

pub(super) fn job_row(row: &QueryResult) -> Result<JobRow, DbErr> {
    Ok(JobRow {
        id: row.try_get_by_index(0)?,
        kind: row.try_get_by_index(1)?,
        dedupe_key: row.try_get_by_index(2)?,
        status: row.try_get_by_index(3)?,
        attempts: row.try_get_by_index(4)?,
        last_error: row.try_get_by_index(5)?,
        updated_at: Timestamp(row.try_get_by_index(6)?),
    })
}
