//! Every statement on `deliveries`: the numbered messages of a report and which of them went out.
//!
//! A message is marked `sending` before the call and `sent` with its number after it. After a
//! crash the one in `sending` is sent again: at most that one appears twice (spec.md §5). Each
//! re-send to the buyer is a new round. A message with files keeps how they are drawn; one whose
//! files cannot be drawn is left out.

use sea_orm::{ConnectionTrait, QueryResult};

use super::ReportError;
use super::drawing::{Piece, Theme};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_all, query_one};
use crate::platform::reseal::{Key, SealedColumn};

/// What a message of a delivery is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    Title,
    /// Pictures that arrive together.
    Album,
    Segment,
    Document,
    /// A picture of its own.
    Photo,
    Closing,
}

impl PartKind {
    const ALL: [Self; 6] =
        [Self::Title, Self::Album, Self::Segment, Self::Document, Self::Photo, Self::Closing];

    fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Album => "album",
            Self::Segment => "segment",
            Self::Document => "document",
            Self::Photo => "photo",
            Self::Closing => "closing",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One message of a delivery, as HTML and as plain text: a text, or the words below files.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Body {
    pub html: String,
    pub plain: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<Files>,
}

/// The files of a message: how to draw them, not what was drawn.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Files {
    /// The day that the pictures show as today.
    pub made_at: Timestamp,
    #[serde(default)]
    pub theme: Theme,
    pub pieces: Vec<FilePiece>,
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FilePiece {
    pub piece: Piece,
    /// What the chat service calls the file since it was sent the first time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Part {
    pub seq: i32,
    pub kind: PartKind,
    pub body: Body,
    /// Marked before a call whose outcome was never written.
    pub in_doubt: bool,
}

/// The sealed column of `deliveries`.
pub const SEALED: SealedColumn = SealedColumn {
    table: "deliveries",
    column: "body_sealed",
    key: &[Key::Text("order_no"), Key::Number("round"), Key::Number("seq")],
    context: "'deliveries.body:' || order_no || ':' || round || ':' || seq",
};

/// Plans a round of messages, once.
pub async fn plan(
    tx: &WriteTx,
    keyring: &Keyring,
    (order, round): (&OrderNo, i32),
    parts: &[(PartKind, Body)],
    now: Timestamp,
) -> Result<(), ReportError> {
    for (index, (kind, body)) in parts.iter().enumerate() {
        let seq = i32::try_from(index).unwrap_or(i32::MAX);
        let sealed = keyring.seal_json(&context(order, round, seq), body)?;
        execute(
            tx.conn(),
            "INSERT INTO deliveries \
             (order_no, round, seq, kind, status, body_sealed, planned_at, updated_at) \
             VALUES ($1, $2, $3, $4, 'waiting', $5, $6, $6) ON CONFLICT (order_no, round, seq) DO NOTHING",
            vec![
                order.as_str().into(),
                round.into(),
                seq.into(),
                kind.as_str().into(),
                sealed.into(),
                now.millis().into(),
            ],
        )
        .await?;
    }
    Ok(())
}

/// The first message of the round that is neither sent nor left out.
pub async fn next(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    (order, round): (&OrderNo, i32),
) -> Result<Option<Part>, ReportError> {
    let row = query_one(
        db,
        "SELECT seq, kind, status, body_sealed FROM deliveries \
         WHERE order_no = $1 AND round = $2 AND status NOT IN ('sent', 'left_out') \
         ORDER BY seq LIMIT 1",
        vec![order.as_str().into(), round.into()],
    )
    .await?;
    row.as_ref().map(|row| part(row, keyring, (order, round))).transpose()
}

/// The messages of a round in their order, sent or not.
pub async fn list(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    (order, round): (&OrderNo, i32),
) -> Result<Vec<(PartKind, Body)>, ReportError> {
    let rows = query_all(
        db,
        "SELECT seq, kind, status, body_sealed FROM deliveries \
         WHERE order_no = $1 AND round = $2 ORDER BY seq",
        vec![order.as_str().into(), round.into()],
    )
    .await?;
    let part = |row| part(row, keyring, (order, round)).map(|part| (part.kind, part.body));
    rows.iter().map(part).collect()
}

/// Marks a message before the call that sends it.
pub async fn mark_sending(
    tx: &WriteTx,
    (order, round, seq): (&OrderNo, i32, i32),
    now: Timestamp,
) -> Result<(), ReportError> {
    mark(tx, (order, round, seq), "sending", None, now).await
}

/// Marks a message with the number that Telegram gave it.
pub async fn mark_sent(
    tx: &WriteTx,
    (order, round, seq): (&OrderNo, i32, i32),
    message_id: i64,
    now: Timestamp,
) -> Result<(), ReportError> {
    mark(tx, (order, round, seq), "sent", Some(message_id), now).await
}

/// Goes on without a message: its picture could not be made.
pub async fn leave_out(
    tx: &WriteTx,
    (order, round, seq): (&OrderNo, i32, i32),
    now: Timestamp,
) -> Result<(), ReportError> {
    mark(tx, (order, round, seq), "left_out", None, now).await
}

/// Keeps what the chat service calls the files of a message; later rounds are copied from this one.
pub async fn keep_names(
    tx: &WriteTx,
    keyring: &Keyring,
    (order, round, seq): (&OrderNo, i32, i32),
    body: &Body,
) -> Result<(), ReportError> {
    let sealed = keyring.seal_json(&context(order, round, seq), body)?;
    execute(
        tx.conn(),
        "UPDATE deliveries SET body_sealed = $4 \
         WHERE order_no = $1 AND round = $2 AND seq = $3",
        vec![order.as_str().into(), round.into(), seq.into(), sealed.into()],
    )
    .await?;
    Ok(())
}

/// Forgets the messages of a report in all rounds.
pub async fn erase(tx: &WriteTx, order: &OrderNo) -> Result<(), ReportError> {
    let sql = "DELETE FROM deliveries WHERE order_no = $1";
    execute(tx.conn(), sql, vec![order.as_str().into()]).await?;
    Ok(())
}

/// How many messages of the round are done with, and how many there are.
pub async fn count(
    db: &impl ConnectionTrait,
    (order, round): (&OrderNo, i32),
) -> Result<(i64, i64), ReportError> {
    let sql = "SELECT status, count(*) FROM deliveries WHERE order_no = $1 AND round = $2 \
               GROUP BY status";
    sums(&query_all(db, sql, vec![order.as_str().into(), round.into()]).await?)
}

/// The same of the numbered segments alone, which is how buyers count.
pub async fn count_segments(
    db: &impl ConnectionTrait,
    (order, round): (&OrderNo, i32),
) -> Result<(i64, i64), ReportError> {
    let sql = "SELECT status, count(*) FROM deliveries WHERE order_no = $1 AND round = $2 \
               AND kind = $3 GROUP BY status";
    let kind = PartKind::Segment.as_str();
    sums(&query_all(db, sql, vec![order.as_str().into(), round.into(), kind.into()]).await?)
}

/// Sent or left out, and in all.
fn sums(rows: &[QueryResult]) -> Result<(i64, i64), ReportError> {
    let mut counts = (0_i64, 0_i64);
    for row in rows {
        let (status, count) = status_count(row)?;
        counts.1 = counts.1.saturating_add(count);
        if status == "sent" || status == "left_out" {
            counts.0 = counts.0.saturating_add(count);
        }
    }
    Ok(counts)
}

/// The number of the latest round; `None` when nothing was planned yet.
pub async fn last_round(
    db: &impl ConnectionTrait,
    order: &OrderNo,
) -> Result<Option<i32>, ReportError> {
    let row = query_one(
        db,
        "SELECT max(round) FROM deliveries WHERE order_no = $1",
        vec![order.as_str().into()],
    )
    .await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.flatten())
}

/// How many rounds after the first one were planned since `since`.
pub async fn resent_since(
    db: &impl ConnectionTrait,
    order: &OrderNo,
    since: Timestamp,
) -> Result<i64, ReportError> {
    let row = query_one(
        db,
        "SELECT count(DISTINCT round) FROM deliveries \
         WHERE order_no = $1 AND round > 0 AND planned_at > $2",
        vec![order.as_str().into(), since.millis().into()],
    )
    .await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

async fn mark(
    tx: &WriteTx,
    (order, round, seq): (&OrderNo, i32, i32),
    status: &str,
    message_id: Option<i64>,
    now: Timestamp,
) -> Result<(), ReportError> {
    execute(
        tx.conn(),
        "UPDATE deliveries SET status = $4, message_id = $5, updated_at = $6 \
         WHERE order_no = $1 AND round = $2 AND seq = $3",
        vec![
            order.as_str().into(),
            round.into(),
            seq.into(),
            status.into(),
            message_id.into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

fn part(
    row: &QueryResult,
    keyring: &Keyring,
    (order, round): (&OrderNo, i32),
) -> Result<Part, ReportError> {
    let seq: i32 = row.try_get_by_index(0)?;
    let kind: String = row.try_get_by_index(1)?;
    let status: String = row.try_get_by_index(2)?;
    let sealed: String = row.try_get_by_index(3)?;
    let kind = PartKind::parse(&kind)
        .ok_or_else(|| ReportError::Damaged { order_no: order.0.clone(), what: "kind" })?;
    let body = keyring.open_json(&context(order, round, seq), &sealed)?;
    Ok(Part { seq, kind, body, in_doubt: status == "sending" })
}

fn status_count(row: &QueryResult) -> Result<(String, i64), ReportError> {
    Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))
}

fn context(order: &OrderNo, round: i32, seq: i32) -> String {
    format!("deliveries.body:{order}:{round}:{seq}")
}
