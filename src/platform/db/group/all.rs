//! A transaction on Postgres, in two round trips: its first word with all questions, and the last word with
//! everything that is written. The writes wait for the commit and are one statement then, a common table
//! expression for each of them.

use std::pin::pin;
use std::sync::{Mutex, PoisonError};

use futures_util::future::{OptionFuture, join, poll_immediate};
use sea_orm::{DbBackend, DbErr, Statement, Value};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex as Line;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::Ended;
use super::wire::{Wire, Wires, told};
use crate::platform::db::rows::{self, Columns, Rows};
use crate::platform::db::{Db, End};

/// Dropped before its end, it takes its connection with it, and the server rolls back.
pub(super) struct All<'a> {
    db: &'a Db,
    wires: &'a Wires,
    wire: Wire,
    /// Where questions stand in line until they are sent, and whether the first one was.
    line: Line<bool>,
    end: End,
    promised: Mutex<Vec<Promise>>,
}

/// Rows to be written, and the statement that writes them.
struct Promise {
    sql: String,
    rows: String,
    count: i64,
}

impl<'a> All<'a> {
    pub(super) async fn begin(db: &'a Db, wires: &'a Wires) -> Result<Self, DbErr> {
        let (wire, end) = (wires.take().await?, db.end());
        let (line, promised) = Default::default();
        Ok(Self { db, wires, wire, line, end, promised })
    }

    pub(super) async fn ask<M: DeserializeOwned>(
        &self,
        columns: &Columns,
        asked: Rows,
        sql: &str,
    ) -> Result<Vec<M>, DbErr> {
        let sql = rows::for_all_rows((DbBackend::Postgres, 1), columns, sql);
        let asked = asked.into_objects(columns);
        listen(self.db, &sql, || vec![asked.clone().into()]);
        let found = self.query(&sql, &asked).await.map_err(|cause| told(&cause))?;
        let read = |row: &Row| {
            let text: &str = row.try_get(0).map_err(|cause| told(&cause))?;
            serde_json::from_str(text).map_err(|cause| DbErr::Type(cause.to_string()))
        };
        found.iter().map(read).collect()
    }

    /// Each row comes as the text of an object. `FOR UPDATE` reaches into what is asked here.
    async fn query(&self, sql: &str, asked: &String) -> Result<Vec<Row>, tokio_postgres::Error> {
        let sql = format!("SELECT CAST(row_to_json(found) AS text) FROM ({sql}) AS found");
        let mut begun = self.line.lock().await;
        let statement = self.wire.prepare(&sql).await?;
        let values: [&(dyn ToSql + Sync); 1] = [asked];
        let first = (!std::mem::replace(&mut *begun, true)).then(|| self.wire.say("BEGIN"));
        let mut both = pin!(join(OptionFuture::from(first), self.wire.query(&statement, &values)));
        let answered = poll_immediate(both.as_mut()).await;
        // It is sent, and the next one may follow.
        drop(begun);
        let (begun, found) = match answered {
            Some(answer) => answer,
            None => both.await,
        };
        begun.transpose()?;
        found
    }

    /// `sql` will be carried out at the commit, and write as many rows as are given here.
    pub(super) fn promise(&self, sql: &str, columns: &Columns, rows: Rows) -> u64 {
        let count = rows.len();
        if count > 0 {
            let mut promised = self.promised.lock().unwrap_or_else(PoisonError::into_inner);
            let place = promised.len().saturating_add(1);
            let sql = rows::for_all_rows((DbBackend::Postgres, place), columns, sql);
            let (rows, count) = (rows.into_objects(columns), i64::try_from(count));
            promised.push(Promise { sql, rows, count: count.unwrap_or(i64::MAX) });
        }
        u64::try_from(count).unwrap_or(u64::MAX)
    }

    pub(super) fn has_jobs(&self) {
        self.end.has_jobs();
    }

    pub(super) async fn commit(mut self) -> Result<Ended, DbErr> {
        let promised = self.promised.get_mut().unwrap_or_else(PoisonError::into_inner);
        let promised = std::mem::take(promised);
        if promised.is_empty() {
            self.rollback().await?;
            return Ok(Ended::Committed);
        }
        let sql = statement(&promised);
        listen(self.db, &sql, || {
            let rows = promised.iter().map(|promise| promise.rows.clone().into());
            rows.chain(promised.iter().map(|promise| promise.count.into())).collect()
        });
        let rows = promised.iter().map(|promise| &promise.rows as &(dyn ToSql + Sync));
        let counts = promised.iter().map(|promise| &promise.count as &(dyn ToSql + Sync));
        let values: Vec<_> = rows.chain(counts).collect();
        let statement = self.wire.prepare(&sql).await.map_err(|cause| told(&cause))?;
        // After a statement that failed, COMMIT rolls back.
        let (written, committed) =
            join(self.wire.query(&statement, &values), self.wire.say("COMMIT")).await;
        committed.map_err(|cause| told(&cause))?;
        self.wires.put_back(self.wire);
        match written {
            Err(refusal) if refusal.code() == Some(&SqlState::DIVISION_BY_ZERO) => {
                return Ok(Ended::Broken);
            }
            written => written.map_err(|cause| told(&cause))?,
        };
        self.end.committed().await;
        Ok(Ended::Committed)
    }

    pub(super) async fn rollback(self) -> Result<(), DbErr> {
        self.wire.say("ROLLBACK").await.map_err(|cause| told(&cause))?;
        self.wires.put_back(self.wire);
        Ok(())
    }
}

fn listen(db: &Db, sql: &str, values: impl FnOnce() -> Vec<Value>) {
    if let Some(listener) = &db.listener {
        listener(&Statement::from_sql_and_values(DbBackend::Postgres, sql, values()));
    }
}

/// One statement for all of `promised`: their rows are its first values, and how many rows each of them
/// is to write are the others. When one writes another number it divides by zero, and nothing is
/// written. They are carried out in their order, for that is the order in which their numbers are asked.
fn statement(promised: &[Promise]) -> String {
    let part = |(at, promise): (usize, &Promise)| format!("w{at} AS ({} RETURNING 1)", promise.sql);
    let parts: Vec<_> = promised.iter().enumerate().map(part).collect();
    let is_kept = |at: usize| {
        let count = promised.len().saturating_add(at).saturating_add(1);
        format!("(SELECT COUNT(*) FROM w{at}) = ${count}")
    };
    let kept = (0..promised.len()).map(is_kept).collect::<Vec<_>>().join(" AND ");
    format!("WITH {} SELECT 1 / CASE WHEN {kept} THEN 1 ELSE 0 END", parts.join(", "))
}
