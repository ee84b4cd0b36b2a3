//! A transaction on Postgres. Its writes wait for the commit and go there as one statement, a common
//! table expression for each of them: one round trip for all tables of all callbacks, and rows that
//! everybody wants are locked for that round trip only.

use std::sync::{Mutex, PoisonError};

use sea_orm::{DbBackend, DbErr, FromQueryResult as _, QueryResult, Value};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::Ended;
use crate::platform::db::rows::{self, Columns, Rows};
use crate::platform::db::{Db, JOBS_CHANNEL, WriteTx, query_all, query_one};

pub(super) struct All {
    tx: WriteTx,
    promised: Mutex<Vec<Promise>>,
}

/// Rows to be written, and the statement that writes them.
struct Promise {
    sql: String,
    rows: Value,
    count: u64,
}

impl All {
    pub(super) async fn begin(db: &Db) -> Result<Self, DbErr> {
        Ok(Self { tx: db.begin_write().await?, promised: Mutex::default() })
    }

    pub(super) async fn ask<M: DeserializeOwned>(
        &self,
        columns: &Columns,
        asked: Rows,
        sql: &str,
    ) -> Result<Vec<M>, DbErr> {
        let sql = rows::for_all_rows((DbBackend::Postgres, 1), columns, sql);
        let asked = asked.into_value(DbBackend::Postgres, columns);
        let found = query_all(self.tx.conn(), &sql, vec![asked]).await?;
        found.iter().map(read_json).collect()
    }

    /// `sql` will be carried out at the commit, and write as many rows as are given here.
    pub(super) fn promise(&self, sql: &str, columns: &Columns, rows: Rows) -> u64 {
        let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        if count > 0 {
            let mut promised = self.promised.lock().unwrap_or_else(PoisonError::into_inner);
            let place = promised.len().saturating_add(1);
            let sql = rows::for_all_rows((DbBackend::Postgres, place), columns, sql);
            let rows = rows.into_value(DbBackend::Postgres, columns);
            promised.push(Promise { sql, rows, count });
        }
        count
    }

    pub(super) fn has_jobs(&self) {
        self.tx.has_jobs();
    }

    pub(super) async fn commit(self) -> Result<Ended, DbErr> {
        let promised = self.promised.into_inner().unwrap_or_else(PoisonError::into_inner);
        if promised.is_empty() {
            self.tx.commit().await?;
            return Ok(Ended::Committed);
        }
        let sql = statement(&promised, self.tx.end.rings());
        let counts: Vec<_> = promised.iter().map(|promise| promise.count).collect();
        let rows = promised.into_iter().map(|promise| promise.rows).collect();
        let written = query_one(self.tx.conn(), &sql, rows).await?;
        if !is_kept(written.as_ref(), &counts)? {
            return Ok(Ended::Broken); // dropped: nothing is written
        }
        self.tx.commit_told().await?;
        Ok(Ended::Committed)
    }
}

/// One statement for all of `promised`, which answers with the number of rows that each of them wrote.
/// They are carried out in their order, for that is the order in which their numbers are asked.
fn statement(promised: &[Promise], rings: bool) -> String {
    let part = |(at, promise): (usize, &Promise)| format!("w{at} AS ({} RETURNING 1)", promise.sql);
    let parts: Vec<_> = promised.iter().enumerate().map(part).collect();
    let counts: Vec<_> =
        (0..promised.len()).map(|at| format!("(SELECT COUNT(*) FROM w{at})")).collect();
    let bell =
        if rings { format!(", pg_notify('{JOBS_CHANNEL}', '')::text") } else { String::new() };
    format!("WITH {} SELECT {}{bell}", parts.join(", "), counts.join(", "))
}

fn is_kept(written: Option<&QueryResult>, counts: &[u64]) -> Result<bool, DbErr> {
    let Some(written) = written else { return Ok(false) };
    for (at, count) in counts.iter().enumerate() {
        let rows: i64 = written.try_get_by_index(at)?;
        if u64::try_from(rows) != Ok(*count) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// A row as `M`, by the names of its columns.
fn read_json<M: DeserializeOwned>(row: &QueryResult) -> Result<M, DbErr> {
    let object = Json::from_query_result(row, "")?;
    serde_json::from_value(object).map_err(|cause| DbErr::Type(cause.to_string()))
}
