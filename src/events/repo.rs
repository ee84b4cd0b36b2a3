//! Every statement on `event_deliveries`, and the reading side of `outbox`.
//!
//! `outbox.published_at` says that an event was handed to all sinks of its moment; a cursor over
//! ids would pass by what a slower transaction commits later. `event_deliveries` is the queue: one
//! row for each event and sink, `waiting` until it is `delivered` or `failed`.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Value};

use super::{Event, EventError};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;
use crate::platform::db::{Db, WriteTx, execute, query_all, query_one};

const EVENT: &str = "o.id, o.kind, o.version, o.subject, o.payload, o.created_at";

/// How far an event is on its way to a sink. The words never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryStatus {
    Waiting,
    Delivered,
    /// The attempts are used up; an operator may send it again.
    Failed,
}

impl DeliveryStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Waiting, Self::Delivered, Self::Failed]
            .into_iter()
            .find(|status| status.as_str() == word)
    }
}

/// An event in the hands of this process, with the number of its attempt.
#[derive(Debug, Clone)]
pub struct Claimed {
    pub event: Event,
    /// Counted from 1, and written before the call.
    pub attempt: i32,
}

/// What an attempt came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Delivered,
    /// `again` is when; `None`: the attempts are used up.
    Failed {
        why: String,
        again: Option<Timestamp>,
    },
}

/// An event on its way to one sink.
#[derive(Debug, Clone, serde::Serialize)]
pub struct DeliveryRow {
    pub sink: String,
    pub status: DeliveryStatus,
    pub attempts: i32,
    pub next_attempt_at: Timestamp,
    pub last_error: Option<String>,
    pub delivered_at: Option<Timestamp>,
}

/// Which events are meant.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Only those that go or went to this sink,
    pub sink: Option<String>,
    /// and only those that it did not take.
    pub failed: bool,
}

/// The oldest events that no sink was given yet; other processes skip them meanwhile.
pub async fn unpublished(tx: &WriteTx, limit: u32) -> Result<Vec<Event>, DbErr> {
    let sql = format!(
        "SELECT {EVENT} FROM outbox o WHERE o.published_at IS NULL ORDER BY o.id LIMIT $1 {}",
        skip_locked(tx)
    );
    let rows = query_all(tx.conn(), &sql, vec![i64::from(limit).into()]).await?;
    rows.iter().map(event).collect()
}

/// Whether there is an event that no sink was given yet.
pub async fn has_unpublished(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let sql = "SELECT 1 FROM outbox WHERE published_at IS NULL LIMIT 1";
    Ok(query_one(db, sql, vec![]).await?.is_some())
}

/// Notes that these events were handed on.
pub async fn mark_published(tx: &WriteTx, ids: &[&str], now: Timestamp) -> Result<(), DbErr> {
    let sql = format!("UPDATE outbox SET published_at = $1 WHERE id IN ({})", places(2, ids.len()));
    execute(tx.conn(), &sql, with_ids(vec![now.millis().into()], ids)).await?;
    Ok(())
}

/// Has these events wait for `sink`. What waits, was delivered or failed stays as it is.
pub async fn add(tx: &WriteTx, sink: &str, ids: &[&str], now: Timestamp) -> Result<u64, DbErr> {
    insert(tx, (sink, ids), "DO NOTHING", now).await
}

/// Has these events wait for `sink`, whatever became of them before, with all attempts before
/// them.
pub async fn add_again(
    tx: &WriteTx,
    sink: &str,
    ids: &[&str],
    now: Timestamp,
) -> Result<u64, DbErr> {
    let again = "DO UPDATE SET status = 'waiting', attempts = 0, last_error = NULL, \
                 delivered_at = NULL, next_attempt_at = excluded.next_attempt_at, \
                 updated_at = excluded.updated_at";
    insert(tx, (sink, ids), again, now).await
}

async fn insert(
    tx: &WriteTx,
    (sink, ids): (&str, &[&str]),
    if_there: &str,
    now: Timestamp,
) -> Result<u64, DbErr> {
    if ids.is_empty() {
        return Ok(0);
    }
    let sql = format!(
        "INSERT INTO event_deliveries (event_id, sink, next_attempt_at, updated_at) \
         SELECT id, $1, $2, $2 FROM outbox WHERE id IN ({}) \
         ON CONFLICT (event_id, sink) {if_there}",
        places(3, ids.len())
    );
    let values = with_ids(vec![sink.into(), now.millis().into()], ids);
    Ok(execute(tx.conn(), &sql, values).await?.rows_affected())
}

/// Takes at most `limit` events that are due for `sink`. The attempt is counted here, before the
/// call; who dies on the way leaves the row to the next one after `claim`.
pub async fn claim(
    tx: &WriteTx,
    (sink, limit): (&str, u32),
    claim: Duration,
    now: Timestamp,
) -> Result<Vec<Claimed>, DbErr> {
    // Materialized for the same reason as in `platform::jobs::store::claim`.
    let sql = format!(
        "WITH due AS MATERIALIZED (SELECT event_id FROM event_deliveries WHERE sink = $1 \
         AND status = 'waiting' AND next_attempt_at <= $2 \
         ORDER BY next_attempt_at, event_id LIMIT $3 {}) \
         UPDATE event_deliveries SET attempts = attempts + 1, next_attempt_at = $4, \
         updated_at = $2 WHERE sink = $1 AND event_id IN (SELECT event_id FROM due) \
         RETURNING event_id, attempts",
        skip_locked(tx)
    );
    let until = now.plus(claim).millis();
    let values = vec![sink.into(), now.millis().into(), i64::from(limit).into(), until.into()];
    let mut claimed = Vec::new();
    for row in query_all(tx.conn(), &sql, values).await? {
        let id: String = row.try_get_by_index(0)?;
        if let Some(event) = find(tx.conn(), &id).await? {
            claimed.push(Claimed { event, attempt: row.try_get_by_index(1)? });
        }
    }
    claimed.sort_by(|one, other| one.event.id.cmp(&other.event.id));
    Ok(claimed)
}

/// Writes what an attempt came to. `false`: a later attempt has begun meanwhile, or an operator
/// sent the event again; nothing is written.
pub async fn settle(
    tx: &WriteTx,
    (sink, claimed): (&str, &Claimed),
    outcome: &Outcome,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let (status, why, again, delivered) = match outcome {
        Outcome::Delivered => (DeliveryStatus::Delivered, None, now, Some(now.millis())),
        Outcome::Failed { why, again: Some(at) } => {
            (DeliveryStatus::Waiting, Some(why.as_str()), *at, None)
        }
        Outcome::Failed { why, again: None } => {
            (DeliveryStatus::Failed, Some(why.as_str()), now, None)
        }
    };
    let written = execute(
        tx.conn(),
        "UPDATE event_deliveries SET status = $4, last_error = $5, next_attempt_at = $6, \
         delivered_at = $7, updated_at = $8 \
         WHERE event_id = $1 AND sink = $2 AND attempts = $3 AND status = 'waiting'",
        vec![
            claimed.event.id.as_str().into(),
            sink.into(),
            claimed.attempt.into(),
            status.as_str().into(),
            why.into(),
            again.millis().into(),
            delivered.into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Deletes at most `limit` deliveries that ended before `before`; returns how many.
pub async fn prune(db: &Db, before: Timestamp, limit: u32) -> Result<u64, DbErr> {
    let sql = "DELETE FROM event_deliveries WHERE (event_id, sink) IN (SELECT event_id, sink \
               FROM event_deliveries WHERE status <> 'waiting' AND updated_at < $1 \
               ORDER BY updated_at LIMIT $2)";
    let values = vec![before.millis().into(), i64::from(limit).into()];
    Ok(execute(db.write_alone().await.conn(), sql, values).await?.rows_affected())
}

/// When the next event is due for `sink`; `None`: none waits.
pub async fn next_due(db: &impl ConnectionTrait, sink: &str) -> Result<Option<Timestamp>, DbErr> {
    let sql = "SELECT min(next_attempt_at) FROM event_deliveries \
               WHERE sink = $1 AND status = 'waiting'";
    let row = query_one(db, sql, vec![sink.into()]).await?;
    let due: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    Ok(due.map(Timestamp))
}

pub async fn find(db: &impl ConnectionTrait, id: &str) -> Result<Option<Event>, DbErr> {
    let sql = format!("SELECT {EVENT} FROM outbox o WHERE o.id = $1");
    query_one(db, &sql, vec![id.into()]).await?.as_ref().map(event).transpose()
}

/// The newest events first.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<Event>, DbErr> {
    let mut conditions = String::new();
    let mut values: Vec<Value> = vec![i64::from(limit).into()];
    if filter.sink.is_some() || filter.failed {
        conditions
            .push_str("WHERE EXISTS (SELECT 1 FROM event_deliveries d WHERE d.event_id = o.id");
        if filter.failed {
            conditions.push_str(" AND d.status = 'failed'");
        }
        if let Some(sink) = &filter.sink {
            conditions.push_str(" AND d.sink = $2");
            values.push(sink.as_str().into());
        }
        conditions.push(')');
    }
    let sql = format!("SELECT {EVENT} FROM outbox o {conditions} ORDER BY o.id DESC LIMIT $1");
    query_all(db, &sql, values).await?.iter().map(event).collect()
}

/// All events about one order or sku, the oldest first.
pub async fn of_subject(db: &impl ConnectionTrait, subject: &str) -> Result<Vec<Event>, DbErr> {
    let sql = format!("SELECT {EVENT} FROM outbox o WHERE o.subject = $1 ORDER BY o.id");
    query_all(db, &sql, vec![subject.into()]).await?.iter().map(event).collect()
}

/// Events from `since` on, the oldest first, after the event `after`.
pub async fn list_since(
    db: &impl ConnectionTrait,
    since: Timestamp,
    after: Option<&Event>,
    limit: u32,
) -> Result<Vec<Event>, DbErr> {
    let after = after.map_or_else(|| ids::before_events_of(since), |event| event.id.clone());
    let sql = format!("SELECT {EVENT} FROM outbox o WHERE o.id > $1 ORDER BY o.id LIMIT $2");
    let values = vec![after.into(), i64::from(limit).into()];
    query_all(db, &sql, values).await?.iter().map(event).collect()
}

/// How far an event is, by sink.
pub async fn deliveries(
    db: &impl ConnectionTrait,
    id: &str,
) -> Result<Vec<DeliveryRow>, EventError> {
    let sql = "SELECT sink, status, attempts, next_attempt_at, last_error, delivered_at \
               FROM event_deliveries WHERE event_id = $1 ORDER BY sink";
    let rows = query_all(db, sql, vec![id.into()]).await?;
    rows.iter().map(|row| delivery(id, row)).collect()
}

/// How many events wait for `sink`, and how many it did not take.
pub async fn counts(db: &impl ConnectionTrait, sink: &str) -> Result<(i64, i64), DbErr> {
    let sql = "SELECT count(CASE WHEN status = 'waiting' THEN 1 END), \
               count(CASE WHEN status = 'failed' THEN 1 END) \
               FROM event_deliveries WHERE sink = $1 AND status IN ('waiting', 'failed')";
    let Some(row) = query_one(db, sql, vec![sink.into()]).await? else { return Ok((0, 0)) };
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
}

/// How many deliveries wait for sinks that are not switched off, and when the oldest of their
/// events happened.
pub async fn backlog(db: &impl ConnectionTrait) -> Result<(i64, Option<Timestamp>), DbErr> {
    let sql = "SELECT count(*), min(o.created_at) FROM event_deliveries d \
               JOIN outbox o ON o.id = d.event_id WHERE d.status = 'waiting' AND NOT EXISTS \
               (SELECT 1 FROM event_sinks s WHERE s.sink = d.sink AND s.status = 'disabled')";
    let Some(row) = query_one(db, sql, vec![]).await? else { return Ok((0, None)) };
    let oldest: Option<i64> = row.try_get_by_index(1)?;
    Ok((row.try_get_by_index(0)?, oldest.map(Timestamp)))
}

fn skip_locked(tx: &WriteTx) -> &'static str {
    let postgres = tx.conn().get_database_backend() == DbBackend::Postgres;
    if postgres { "FOR UPDATE SKIP LOCKED" } else { "" }
}

/// `$3, $4, …`
fn places(first: usize, count: usize) -> String {
    let numbers = (0..count).map(|index| format!("${}", first.saturating_add(index)));
    numbers.collect::<Vec<_>>().join(", ")
}

fn with_ids(mut values: Vec<Value>, ids: &[&str]) -> Vec<Value> {
    values.extend(ids.iter().map(|id| Value::from(*id)));
    values
}

fn event(row: &QueryResult) -> Result<Event, DbErr> {
    Ok(Event {
        id: row.try_get_by_index(0)?,
        kind: row.try_get_by_index(1)?,
        version: row.try_get_by_index(2)?,
        subject: row.try_get_by_index(3)?,
        data: row.try_get_by_index(4)?,
        occurred_at: Timestamp(row.try_get_by_index(5)?),
    })
}

fn delivery(id: &str, row: &QueryResult) -> Result<DeliveryRow, EventError> {
    let status: String = row.try_get_by_index(1)?;
    let damaged = || EventError::Status { id: id.to_owned(), status: status.clone() };
    let delivered: Option<i64> = row.try_get_by_index(5)?;
    Ok(DeliveryRow {
        sink: row.try_get_by_index(0)?,
        status: DeliveryStatus::parse(&status).ok_or_else(damaged)?,
        attempts: row.try_get_by_index(2)?,
        next_attempt_at: Timestamp(row.try_get_by_index(3)?),
        last_error: row.try_get_by_index(4)?,
        delivered_at: delivered.map(Timestamp),
    })
}
