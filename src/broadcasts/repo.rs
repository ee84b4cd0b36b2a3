//! Every statement on `broadcasts` and `broadcast_recipients`.

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use serde_json::Value as Json;

use super::{Broadcast, BroadcastStatus, Reached, Segment};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::platform::db::rows::{self, Columns, Kind, Rows};
use crate::platform::db::{WriteTx, execute, query_all, query_one};

/// A broadcast to be begun.
#[derive(Debug, Clone, Copy)]
pub struct NewBroadcast<'a> {
    /// Unique for ever: the same wish twice is one broadcast.
    pub no: &'a str,
    pub operator: UserId,
    pub segment: Segment,
    pub body: &'a str,
    pub message: Option<i64>,
}

const COLUMNS: &str = "broadcast_no, operator_id, segment, body, status, cursor_id, message_id, \
                       created_at";

/// `false`: it was begun before.
pub async fn insert(tx: &WriteTx, new: &NewBroadcast<'_>, now: Timestamp) -> Result<bool, DbErr> {
    let sql = "INSERT INTO broadcasts (broadcast_no, operator_id, segment, body, status, \
               cursor_id, message_id, created_at, updated_at) \
               VALUES ($1, $2, $3, $4, 'running', $5, $6, $7, $7) \
               ON CONFLICT (broadcast_no) DO NOTHING";
    let values = vec![
        new.no.into(),
        new.operator.0.into(),
        new.segment.as_str().into(),
        new.body.into(),
        i64::MIN.into(),
        new.message.into(),
        now.millis().into(),
    ];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

pub async fn find(db: &impl ConnectionTrait, no: &str) -> Result<Option<Broadcast>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM broadcasts WHERE broadcast_no = $1");
    query_one(db, &sql, vec![no.into()]).await?.as_ref().map(read).transpose()
}

/// The newest, at most `limit` of them.
pub async fn list(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Broadcast>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM broadcasts ORDER BY created_at DESC LIMIT $1");
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    query_all(db, &sql, vec![limit.into()]).await?.iter().map(read).collect()
}

fn read(row: &QueryResult) -> Result<Broadcast, DbErr> {
    let (segment, status): (String, String) =
        (row.try_get("", "segment")?, row.try_get("", "status")?);
    let damaged = |word: &str| DbErr::Custom(format!("`{word}` is no word of a broadcast"));
    Ok(Broadcast {
        no: row.try_get("", "broadcast_no")?,
        operator: UserId(row.try_get("", "operator_id")?),
        segment: Segment::parse(&segment).ok_or_else(|| damaged(&segment))?,
        body: row.try_get("", "body")?,
        status: BroadcastStatus::parse(&status).ok_or_else(|| damaged(&status))?,
        cursor: row.try_get::<Option<i64>>("", "cursor_id")?.map(UserId),
        message: row.try_get("", "message_id")?,
        created_at: Timestamp(row.try_get("", "created_at")?),
    })
}

/// From one of `before` to `to`. `false`: it is in none of them.
pub async fn change(
    tx: &WriteTx,
    no: &str,
    (before, to): (&[BroadcastStatus], BroadcastStatus),
    now: Timestamp,
) -> Result<bool, DbErr> {
    let before: Vec<String> = before.iter().map(|one| format!("'{}'", one.as_str())).collect();
    let sql = format!(
        "UPDATE broadcasts SET status = $2, updated_at = $3 \
         WHERE broadcast_no = $1 AND status IN ({})",
        before.join(", ")
    );
    let values = vec![no.into(), to.as_str().into(), now.millis().into()];
    Ok(execute(tx.conn(), &sql, values).await?.rows_affected() == 1)
}

/// Everybody up to `cursor` was looked at; `None`: everybody was.
pub async fn save_cursor(
    tx: &WriteTx,
    (no, cursor): (&str, Option<UserId>),
    now: Timestamp,
) -> Result<(), DbErr> {
    let sql = "UPDATE broadcasts SET cursor_id = $2, updated_at = $3 WHERE broadcast_no = $1";
    let values = vec![no.into(), cursor.map(|user| user.0).into(), now.millis().into()];
    execute(tx.conn(), sql, values).await?;
    Ok(())
}

const RECIPIENT: &Columns =
    &[("broadcast_no", Kind::Text), ("user_id", Kind::Integer), ("updated_at", Kind::Integer)];

/// Writes recipients down; those that are there already stay as they are.
pub async fn add_recipients(
    tx: &WriteTx,
    (no, users): (&str, &[UserId]),
    now: Timestamp,
) -> Result<(), DbErr> {
    let row = |user: &UserId| -> [Json; 3] { [no.into(), user.0.into(), now.millis().into()] };
    let rows: Rows = users.iter().map(row).collect();
    let table = ("broadcast_recipients", "broadcast_no, user_id");
    rows::insert_new(tx, table, RECIPIENT, rows).await?;
    Ok(())
}

/// The next one who waits.
pub async fn next_waiting(db: &impl ConnectionTrait, no: &str) -> Result<Option<UserId>, DbErr> {
    let sql = "SELECT user_id FROM broadcast_recipients \
               WHERE broadcast_no = $1 AND status = 'waiting' ORDER BY user_id LIMIT 1";
    let row = query_one(db, sql, vec![no.into()]).await?;
    row.map(|row| row.try_get_by_index(0).map(UserId)).transpose()
}

/// `false`: the row was not in the state `before`.
pub async fn mark(
    tx: &WriteTx,
    (no, user): (&str, UserId),
    (before, to): (Reached, Reached),
    now: Timestamp,
) -> Result<bool, DbErr> {
    let sql = "UPDATE broadcast_recipients SET status = $4, updated_at = $5 \
               WHERE broadcast_no = $1 AND user_id = $2 AND status = $3";
    let (before, to) = (before.as_str(), to.as_str());
    let values = vec![no.into(), user.0.into(), before.into(), to.into(), now.millis().into()];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

/// Whatever was being sent when its sender died may have arrived: it is not sent again.
pub async fn give_up_sending(tx: &WriteTx, no: &str, now: Timestamp) -> Result<u64, DbErr> {
    let sql = "UPDATE broadcast_recipients SET status = 'unknown', updated_at = $2 \
               WHERE broadcast_no = $1 AND status = 'sending'";
    Ok(execute(tx.conn(), sql, vec![no.into(), now.millis().into()]).await?.rows_affected())
}

/// How many recipients are in which state.
pub async fn counts(db: &impl ConnectionTrait, no: &str) -> Result<Vec<(Reached, i64)>, DbErr> {
    let sql = "SELECT status, COUNT(*) FROM broadcast_recipients WHERE broadcast_no = $1 \
               GROUP BY status";
    let mut counts = Vec::new();
    for row in query_all(db, sql, vec![no.into()]).await? {
        let word: String = row.try_get_by_index(0)?;
        if let Some(reached) = Reached::parse(&word) {
            counts.push((reached, row.try_get_by_index(1)?));
        }
    }
    counts.sort_unstable();
    Ok(counts)
}
