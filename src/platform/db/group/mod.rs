//! A write transaction for those who settle callbacks in groups.
//!
//! On SQLite its statements run where they are called, on a connection of its own, once for each row:
//! microseconds, and no wait for another thread (reference/stack.md §2.5, "Maximum variant"). It takes
//! its turn with the write connection of everybody else. On Postgres its statements carry all rows
//! at once and travel together: a round trip costs more than a row.

mod all;
mod checkpoint;
mod each;
mod wire;

use std::sync::Arc;

use sea_orm::{DbBackend, DbErr};
use serde::de::DeserializeOwned;

use self::all::All;
use self::each::{Each, Seat};
pub(super) use self::wire::Wires;
use super::Db;
use super::rows::{Columns, Into, Rows, TakesRows};

/// Where groups are written.
pub struct GroupWriter {
    db: Db,
    place: Place,
}

enum Place {
    Sqlite(Box<Seat>),
    Postgres(Arc<Wires>),
}

impl Db {
    /// Opens what is needed to write groups.
    pub fn group_writer(&self) -> Result<GroupWriter, DbErr> {
        let db = self.clone();
        if let Some(wires) = &self.wires {
            return Ok(GroupWriter { db, place: Place::Postgres(Arc::clone(wires)) });
        }
        if self.backend() == DbBackend::Postgres {
            return Err(DbErr::Custom("this Postgres is not written to in groups".to_owned()));
        }
        let options = self.write.get_sqlite_connection_pool().connect_options();
        let seat = Seat::open(options.get_filename())?;
        Ok(GroupWriter { db, place: Place::Sqlite(Box::new(seat)) })
    }
}

impl GroupWriter {
    /// Whether its transactions block the thread that they are called on.
    pub fn blocks(&self) -> bool {
        matches!(self.place, Place::Sqlite(..))
    }

    /// Begins a transaction, on SQLite when it is our turn. There everything in it blocks the thread:
    /// never call it on one of the runtime's.
    pub async fn begin_group(&self) -> Result<GroupTx<'_>, DbErr> {
        Ok(GroupTx(match &self.place {
            Place::Sqlite(seat) => Way::Each(Each::begin(&self.db, seat).await?),
            Place::Postgres(wires) => Way::All(Box::new(All::begin(&self.db, wires).await?)),
        }))
    }
}

/// An open transaction. Dropped without commit, it rolls back.
///
/// What its writes return is a promise on Postgres, where they are carried out at the commit: that
/// every row of theirs is written.
#[must_use = "a write transaction that is not committed is rolled back"]
pub struct GroupTx<'a>(Way<'a>);

enum Way<'a> {
    Each(Each<'a>),
    All(Box<All<'a>>),
}

/// What became of a group at its commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    Committed,
    /// A row was changed meanwhile, or there already; nothing was written.
    Broken,
}

impl GroupTx<'_> {
    /// Whether rows are locked by `FOR UPDATE`; on SQLite the transaction is the lock.
    pub fn can_lock(&self) -> bool {
        matches!(self.0, Way::All(_))
    }

    /// The rows that answer `sql` for any of `asked`: in it `{given}` is the table, and `given.name`
    /// its columns. To be asked before anything is written. Several questions may be under way: each is
    /// carried out when those that were asked before it are done.
    pub async fn ask<M: DeserializeOwned>(
        &self,
        columns: &'static Columns,
        asked: Rows,
        sql: &str,
    ) -> Result<Vec<M>, DbErr> {
        match &self.0 {
            Way::Each(each) => each.ask(columns, asked, sql),
            Way::All(all) => all.ask(columns, asked, sql).await,
        }
    }

    /// Carries out `sql` for all of `rows`, told as in [`GroupTx::ask`]. Returns how many rows of the
    /// table were written.
    pub fn write(&self, columns: &'static Columns, rows: Rows, sql: &str) -> Result<u64, DbErr> {
        match &self.0 {
            Way::Each(each) => each.write(columns, rows, sql),
            Way::All(all) => Ok(all.promise(sql, columns, rows)),
        }
    }

    pub async fn commit(self) -> Result<Ended, DbErr> {
        match self.0 {
            Way::Each(each) => each.commit().await.map(|()| Ended::Committed),
            Way::All(all) => all.commit().await,
        }
    }

    /// As when it is dropped, and on Postgres its connection is kept for the next one.
    pub async fn rollback(self) -> Result<(), DbErr> {
        match self.0 {
            Way::Each(_dropped) => Ok(()),
            Way::All(all) => all.rollback().await,
        }
    }
}

impl TakesRows for GroupTx<'_> {
    async fn insert(&self, into: Into<'_>, rows: Rows) -> Result<u64, DbErr> {
        match &self.0 {
            Way::Each(each) => each.insert(into, rows),
            Way::All(all) => Ok(all.promise(&into.for_given(), into.columns, rows)),
        }
    }

    fn has_jobs(&self) {
        match &self.0 {
            Way::Each(each) => each.has_jobs(),
            Way::All(all) => all.has_jobs(),
        }
    }
}
