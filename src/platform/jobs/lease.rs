//! The leases of everything that one worker runs.

use sea_orm::{DbBackend, DbErr, QueryResult};

use crate::kernel::clock::Timestamp;
use crate::platform::db::{Db, query_all};

/// A job that runs, by its number and attempt, and whether its lease was extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    pub id: i64,
    pub attempt: i32,
    pub extended: bool,
}

/// Keeps the leases of everything that `owner` runs. What is not among it is somebody else's now, or has
/// ended. On Postgres a row that a transaction holds is left out: it may be waiting for another of these
/// rows, and one of the two would have to be broken off. Its turn comes with the next extension.
pub async fn extend(db: &Db, owner: &str, until: Timestamp) -> Result<Vec<Held>, DbErr> {
    let sql = if db.backend() == DbBackend::Postgres {
        "WITH mine AS (SELECT id, attempts FROM jobs WHERE status = 'running' AND lease_owner = $1), \
         free AS MATERIALIZED (SELECT id FROM jobs WHERE status = 'running' AND lease_owner = $1 \
         FOR UPDATE SKIP LOCKED), \
         kept AS (UPDATE jobs SET lease_until_at = $2 WHERE id IN (SELECT id FROM free) RETURNING id) \
         SELECT id, attempts, CAST(id IN (SELECT id FROM kept) AS INTEGER) FROM mine"
    } else {
        "UPDATE jobs SET lease_until_at = $2 WHERE status = 'running' AND lease_owner = $1 \
         RETURNING id, attempts, 1"
    };
    let values = vec![owner.into(), until.millis().into()];
    let rows = query_all(db.write_alone().await.conn(), sql, values).await?;
    let held = |row: &QueryResult| {
        let extended: i32 = row.try_get_by_index(2)?;
        let (id, attempt) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        Ok(Held { id, attempt, extended: extended != 0 })
    };
    rows.iter().map(held).collect()
}
