//! Domain events, written in the transaction that causes them (spec.md §4 rule 15). Who may hear of
//! them, and how, is the business of `events`.

use sea_orm::DbErr;

use super::db::rows::{self, Columns, Kind, Rows, TakesRows};
use super::db::{Db, WriteTx, execute};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;

/// An event of version 1 of its `kind`; its shape is documented in docs/events/.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent<'a> {
    pub kind: &'a str,
    /// The number of what it is about.
    pub subject: &'a str,
    /// Numbers, states and amounts, never personal data.
    pub payload: serde_json::Value,
}

const COLUMNS: &Columns = &[
    ("id", Kind::Text),
    ("kind", Kind::Text),
    ("subject", Kind::Text),
    ("payload", Kind::Text),
    ("created_at", Kind::Integer),
];

/// Writes one event. The worker hears of it at the commit.
pub async fn write(tx: &WriteTx, event: NewEvent<'_>, now: Timestamp) -> Result<(), DbErr> {
    write_all(tx, &[event], now).await
}

/// Writes events in their order. The worker hears of them at the commit.
pub async fn write_all(
    tx: &impl TakesRows,
    events: &[NewEvent<'_>],
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = |event: &NewEvent<'_>| {
        let (id, payload) = (ids::event_id(now), event.payload.to_string());
        [id.into(), event.kind.into(), event.subject.into(), payload.into(), now.millis().into()]
    };
    let rows: Rows = events.iter().map(row).collect();
    rows::insert(tx, "outbox", COLUMNS, rows).await?;
    announce(tx);
    Ok(())
}

/// Has the worker look for events at the commit.
pub fn announce(tx: &impl TakesRows) {
    tx.has_jobs();
}

/// Deletes at most `limit` events that were handed on and written before `before`; returns how many.
pub async fn prune(db: &Db, before: Timestamp, limit: u32) -> Result<u64, DbErr> {
    let sql = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at < $1 \
               AND published_at IS NOT NULL ORDER BY created_at LIMIT $2)";
    let values = vec![before.millis().into(), i64::from(limit).into()];
    Ok(execute(db.write_alone().await.conn(), sql, values).await?.rows_affected())
}
