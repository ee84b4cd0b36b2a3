//! A transaction on SQLite, on the connection of the one thread that settles in groups: each row is
//! bound to its prepared statement where it is called.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use rusqlite::types::{Null, ValueRef};
use rusqlite::{CachedStatement, Connection, ErrorCode, OpenFlags, Row};
use sea_orm::{DbBackend, DbErr, RuntimeErr, Statement};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, IntoDeserializer, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Value as Json;
use tokio::sync::OwnedMutexGuard;

use super::checkpoint::Checkpointer;
use crate::platform::db::connect::LONGEST_LOG;
use crate::platform::db::rows::{self, Columns, Into, Phrases, Rows};
use crate::platform::db::{Db, End, Listener};

/// How many statements stay prepared: more than there are.
const PREPARED: usize = 64;

/// With the same promises about the disk as the other connections (`connect::sqlite`).
pub(super) fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA journal_size_limit = 67108864",
    )?;
    connection.pragma_update(None, "wal_autocheckpoint", LONGEST_LOG)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    Ok(connection)
}

/// The thread's own connection.
pub(super) struct Seat {
    connection: Mutex<Connection>,
    checkpointer: Checkpointer,
    phrases: Phrases,
}

impl Seat {
    pub(super) fn open(path: &Path) -> Result<Self, DbErr> {
        let connection = open(path).map_err(|cause| told(&cause))?;
        let checkpointer = Checkpointer::start(path).map_err(|cause| told(&cause))?;
        Ok(Self { connection: Mutex::new(connection), checkpointer, phrases: Phrases::default() })
    }
}

/// A transaction on it.
pub(super) struct Each<'a> {
    seat: &'a Seat,
    listener: Option<&'a Listener>,
    end: End,
    /// Dropped when the transaction is over, see `drop`.
    turn: Option<OwnedMutexGuard<()>>,
}

impl<'a> Each<'a> {
    /// Begins a transaction when it is our turn.
    pub(super) async fn begin(db: &'a Db, seat: &'a Seat) -> Result<Self, DbErr> {
        let turn = db.turn().await;
        let (listener, end) = (db.listener.as_ref(), db.end());
        let each = Self { seat, listener, end, turn };
        each.run("BEGIN IMMEDIATE")?;
        Ok(each)
    }

    /// Commits, gives the turn back, and only then lets anybody hear of it.
    pub(super) async fn commit(mut self) -> Result<(), DbErr> {
        self.run("COMMIT")?;
        drop(self.turn.take());
        self.seat.checkpointer.ring();
        self.end.committed().await;
        Ok(())
    }

    /// Remembers to ring the bell after the commit.
    pub(super) fn has_jobs(&self) {
        self.end.has_jobs();
    }

    pub(super) fn ask<M: DeserializeOwned>(
        &self,
        columns: &'static Columns,
        asked: Rows,
        sql: &str,
    ) -> Result<Vec<M>, DbErr> {
        let sql = self.seat.phrases.know(columns, sql, || rows::for_each_row(columns, sql));
        let connection = self.connection();
        let mut prepared = self.prepare(&connection, &sql)?;
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

    /// Carries out `sql` for each of `rows`.
    pub(super) fn write(
        &self,
        columns: &'static Columns,
        rows: Rows,
        sql: &str,
    ) -> Result<u64, DbErr> {
        let sql = self.seat.phrases.know(columns, sql, || rows::for_each_row(columns, sql));
        self.carry_out(&sql, rows)
    }

    pub(super) fn insert(&self, into: Into<'_>, rows: Rows) -> Result<u64, DbErr> {
        let words = [into.table, into.key.unwrap_or_default()].join(" ");
        let sql = self.seat.phrases.know(into.columns, &words, || into.for_one_row());
        self.carry_out(&sql, rows)
    }

    fn carry_out(&self, sql: &str, rows: Rows) -> Result<u64, DbErr> {
        if rows.is_empty() {
            return Ok(0);
        }
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
        self.seat.connection.lock().unwrap_or_else(PoisonError::into_inner)
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

/// Whoever asks [`crate::platform::db::is_passing`] learns of a file that is locked, full or gone by
/// the kind of error, as of the other connections.
pub(super) fn told(error: &rusqlite::Error) -> DbErr {
    let word = RuntimeErr::Internal(error.to_string());
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch | ErrorCode::TooBig)
        | None => DbErr::Exec(word),
        Some(_of_the_file) => DbErr::Conn(word),
    }
}
