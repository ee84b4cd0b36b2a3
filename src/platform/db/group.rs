//! A write transaction for the one thread that settles callbacks in groups.
//!
//! On SQLite its statements run where they are called, on a connection of its own, once for each row:
//! microseconds, and no wait for another thread (reference/stack.md §2.5, "Maximum variant"). It takes
//! its turn with the write connection of everybody else. On Postgres it is a transaction like any
//! other, whose statements carry all rows at once: a round trip costs more than a row.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::{Null, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, Row};
use sea_orm::{DbBackend, DbErr, FromQueryResult as _, QueryResult, RuntimeErr, Statement};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value as Json;
use tokio::sync::OwnedMutexGuard;

use super::rows::{self, Columns, Into, Rows, TakesRows};
use super::{Db, End, Listener, WriteTx, execute, query_all};

/// How many statements stay prepared: more than there are.
const PREPARED: usize = 64;

/// Where groups are written.
pub struct GroupWriter {
    db: Db,
    /// Of SQLite.
    connection: Option<Mutex<Connection>>,
}

impl Db {
    /// Opens what a thread needs that writes groups.
    pub fn group_writer(&self) -> Result<GroupWriter, DbErr> {
        let db = self.clone();
        if self.backend() == DbBackend::Postgres {
            return Ok(GroupWriter { db, connection: None });
        }
        let options = self.write.get_sqlite_connection_pool().connect_options();
        let connection = Mutex::new(open(options.get_filename()).map_err(|cause| told(&cause))?);
        Ok(GroupWriter { db, connection: Some(connection) })
    }
}

/// With the same promises about the disk as the other connections (`connect::sqlite`).
fn open(path: &std::path::Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA journal_size_limit = 67108864",
    )?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

impl GroupWriter {
    /// Whether its transactions block the thread that they are called on.
    pub fn blocks(&self) -> bool {
        self.connection.is_some()
    }

    /// Begins a transaction when it is our turn. On SQLite everything in it blocks the thread: never
    /// call it on one of the runtime's.
    pub async fn begin_group(&self) -> Result<GroupTx<'_>, DbErr> {
        let Some(connection) = &self.connection else {
            return Ok(GroupTx(Way::All(self.db.begin_write().await?)));
        };
        let turn = self.db.turn().await;
        let each =
            Each { connection, listener: self.db.listener.as_ref(), end: self.db.end(), turn };
        each.run("BEGIN IMMEDIATE")?;
        Ok(GroupTx(Way::Each(each)))
    }
}

/// An open transaction. Dropped without commit, it rolls back.
#[must_use = "a write transaction that is not committed is rolled back"]
pub struct GroupTx<'a>(Way<'a>);

enum Way<'a> {
    Each(Each<'a>),
    All(WriteTx),
}

impl GroupTx<'_> {
    /// Whether rows are locked by `FOR UPDATE`; on SQLite the transaction is the lock.
    pub fn can_lock(&self) -> bool {
        matches!(self.0, Way::All(_))
    }

    /// The rows that answer `sql` for any of `asked`: in it `{given}` is the table, and `given.name`
    /// its columns.
    pub async fn ask<M: DeserializeOwned>(
        &self,
        columns: &Columns,
        asked: Rows,
        sql: &str,
    ) -> Result<Vec<M>, DbErr> {
        match &self.0 {
            Way::Each(each) => each.ask(&rows::for_each_row(columns, sql), asked),
            Way::All(tx) => {
                let sql = rows::for_all_rows(DbBackend::Postgres, columns, sql);
                let found = query_all(tx.conn(), &sql, vec![asked.into_value()]).await?;
                found.iter().map(read_json).collect()
            }
        }
    }

    /// Carries out `sql` for all of `rows`, told as in [`GroupTx::ask`]. Returns how many rows of the
    /// table were written.
    pub async fn write(&self, columns: &Columns, rows: Rows, sql: &str) -> Result<u64, DbErr> {
        if rows.is_empty() {
            return Ok(0);
        }
        match &self.0 {
            Way::Each(each) => each.write(&rows::for_each_row(columns, sql), rows),
            Way::All(tx) => {
                let sql = rows::for_all_rows(DbBackend::Postgres, columns, sql);
                Ok(execute(tx.conn(), &sql, vec![rows.into_value()]).await?.rows_affected())
            }
        }
    }

    pub async fn commit(self) -> Result<(), DbErr> {
        match self.0 {
            Way::Each(mut each) => {
                each.run("COMMIT")?;
                drop(each.turn.take());
                each.end.committed().await;
                Ok(())
            }
            Way::All(tx) => tx.commit().await,
        }
    }
}

impl TakesRows for GroupTx<'_> {
    async fn insert(&self, into: Into<'_>, rows: Rows) -> Result<u64, DbErr> {
        match &self.0 {
            Way::Each(_) if rows.is_empty() => Ok(0),
            Way::Each(each) => each.write(&into.for_one_row(), rows),
            Way::All(tx) => tx.insert(into, rows).await,
        }
    }

    fn has_jobs(&self) {
        match &self.0 {
            Way::Each(each) => each.end.has_jobs(),
            Way::All(tx) => tx.has_jobs(),
        }
    }
}

/// A row of Postgres as `M`, by the names of its columns.
fn read_json<M: DeserializeOwned>(row: &QueryResult) -> Result<M, DbErr> {
    let object = Json::from_query_result(row, "")?;
    serde_json::from_value(object).map_err(|cause| DbErr::Type(cause.to_string()))
}

/// A transaction on the thread's own connection.
struct Each<'a> {
    connection: &'a Mutex<Connection>,
    listener: Option<&'a Listener>,
    end: End,
    // Dropped when the transaction is over, see `drop`.
    turn: Option<OwnedMutexGuard<()>>,
}

impl Each<'_> {
    fn ask<M: DeserializeOwned>(&self, sql: &str, asked: Rows) -> Result<Vec<M>, DbErr> {
        let connection = self.connection();
        let mut prepared = self.prepare(&connection, sql)?;
        let names: Vec<_> = prepared.column_names().into_iter().map(str::to_owned).collect();
        let mut answer = Vec::with_capacity(asked.len());
        for values in asked.0 {
            bind(&mut prepared, &values).map_err(|cause| told(&cause))?;
            let mut found = prepared.raw_query();
            while let Some(row) = found.next().map_err(|cause| told(&cause))? {
                answer.push(read(row, &names)?);
            }
        }
        Ok(answer)
    }

    fn write(&self, sql: &str, rows: Rows) -> Result<u64, DbErr> {
        let connection = self.connection();
        let mut prepared = self.prepare(&connection, sql)?;
        let mut written = 0_usize;
        for values in rows.0 {
            bind(&mut prepared, &values).map_err(|cause| told(&cause))?;
            written = written.saturating_add(prepared.raw_execute().map_err(|cause| told(&cause))?);
        }
        Ok(u64::try_from(written).unwrap_or(u64::MAX))
    }

    fn run(&self, sql: &str) -> Result<(), DbErr> {
        let connection = self.connection();
        connection
            .prepare_cached(sql)
            .and_then(|mut word| word.raw_execute())
            .map_err(|cause| told(&cause))?;
        Ok(())
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn prepare<'c>(
        &self,
        connection: &'c Connection,
        sql: &str,
    ) -> Result<CachedStatement<'c>, DbErr> {
        if let Some(listener) = self.listener {
            listener(&Statement::from_string(DbBackend::Sqlite, sql));
        }
        connection.prepare_cached(sql).map_err(|cause| told(&cause))
    }
}

impl Drop for Each<'_> {
    fn drop(&mut self) {
        let connection = self.connection();
        if connection.is_autocommit() {
            return;
        }
        if let Err(error) = connection.execute_batch("ROLLBACK") {
            tracing::error!(error = &error as &dyn std::error::Error, "a group stays open");
        }
    }
}

/// A row as `M`, by the names of its columns.
fn read<M: DeserializeOwned>(row: &Row<'_>, names: &[String]) -> Result<M, DbErr> {
    let cells = names.iter().enumerate().map(|(at, name)| {
        let cell = row.get_ref(at).unwrap_or(ValueRef::Null);
        (name.as_str(), Cell(cell))
    });
    M::deserialize(MapDeserializer::new(cells)).map_err(|cause| DbErr::Type(cause.to_string()))
}

/// What stands in a column, on its way into a field.
struct Cell<'r>(ValueRef<'r>);

impl<'de> Deserializer<'de> for Cell<'_> {
    type Error = serde::de::value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            ValueRef::Null => visitor.visit_unit(),
            ValueRef::Integer(number) => visitor.visit_i64(number),
            ValueRef::Real(number) => visitor.visit_f64(number),
            ValueRef::Text(text) => visitor.visit_str(&String::from_utf8_lossy(text)),
            ValueRef::Blob(bytes) => visitor.visit_bytes(bytes),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            ValueRef::Null => visitor.visit_none(),
            ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Text(_) | ValueRef::Blob(_) => {
                visitor.visit_some(self)
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl IntoDeserializer<'_> for Cell<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

fn bind(prepared: &mut CachedStatement<'_>, row: &[Json]) -> rusqlite::Result<()> {
    for (place, cell) in (1..).zip(row) {
        match cell {
            Json::Null => prepared.raw_bind_parameter(place, Null)?,
            Json::String(text) => prepared.raw_bind_parameter(place, text)?,
            Json::Number(number) => prepared.raw_bind_parameter(place, number.as_i64())?,
            Json::Bool(_) | Json::Array(_) | Json::Object(_) => {
                prepared.raw_bind_parameter(place, cell.to_string())?;
            }
        }
    }
    Ok(())
}

/// Whoever asks [`super::is_passing`] learns of a file that is locked, full or gone by the kind of
/// error, as of the other connections.
fn told(error: &rusqlite::Error) -> DbErr {
    let word = RuntimeErr::Internal(error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
        | None => DbErr::Exec(word),
        Some(_of_the_file) => DbErr::Conn(word),
    }
}
