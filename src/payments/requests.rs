//! Every statement on `refund_requests`: buyers who want money back, and what operators said.
//!
//! Invariant: one request of an order is open at a time (a unique index of the database).

use sea_orm::{ConnectionTrait, QueryResult};

use super::PaymentError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_all, query_one};
use crate::platform::reseal::{Key, SealedColumn};

/// The words of the column `refund_requests.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RequestStatus {
    Open,
    /// Money goes back.
    Approved,
    Refused,
}

impl RequestStatus {
    const ALL: [Self; 3] = [Self::Open, Self::Approved, Self::Refused];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefundRequest {
    pub id: String,
    pub order_no: OrderNo,
    pub status: RequestStatus,
    /// In the buyer's words; `None` after they were erased.
    pub reason: Option<String>,
    /// In the operator's words.
    pub answer: Option<String>,
    pub requested_at: Timestamp,
    pub decided_at: Option<Timestamp>,
}

/// The sealed columns of `refund_requests`.
pub const SEALED: [SealedColumn; 2] = [
    SealedColumn {
        table: "refund_requests",
        column: "reason_sealed",
        key: &[Key::Text("request_id")],
        context: "'refund_requests.reason:' || request_id",
    },
    SealedColumn {
        table: "refund_requests",
        column: "answer_sealed",
        key: &[Key::Text("request_id")],
        context: "'refund_requests.answer:' || request_id",
    },
];

const COLUMNS: &str =
    "request_id, order_no, status, reason_sealed, answer_sealed, requested_at, decided_at";

fn reason_context(id: &str) -> String {
    format!("refund_requests.reason:{id}")
}

fn answer_context(id: &str) -> String {
    format!("refund_requests.answer:{id}")
}

/// Writes a request down. `false`: one of this order is open already.
pub async fn insert(
    tx: &WriteTx,
    keyring: &Keyring,
    (id, order): (&str, &OrderNo),
    reason: &str,
    now: Timestamp,
) -> Result<bool, PaymentError> {
    let sealed = keyring.seal_json(&reason_context(id), &reason)?;
    let written = execute(
        tx.conn(),
        "INSERT INTO refund_requests (request_id, order_no, status, reason_sealed, requested_at) \
         VALUES ($1, $2, 'open', $3, $4) ON CONFLICT DO NOTHING",
        vec![id.into(), order.as_str().into(), sealed.into(), now.millis().into()],
    )
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The newest request of an order.
pub async fn find_latest(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Option<RefundRequest>, PaymentError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM refund_requests WHERE order_no = $1 \
         ORDER BY requested_at DESC, request_id LIMIT 1"
    );
    let row = query_one(db, &sql, vec![order.as_str().into()]).await?;
    row.as_ref().map(|row| request(row, keyring)).transpose()
}

/// The requests that wait for an operator, the oldest first.
pub async fn list_open(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    limit: i64,
) -> Result<Vec<RefundRequest>, PaymentError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM refund_requests WHERE status = 'open' \
         ORDER BY requested_at LIMIT $1"
    );
    let rows = query_all(db, &sql, vec![limit.into()]).await?;
    rows.iter().map(|row| request(row, keyring)).collect()
}

/// An operator's word on the open request of an order. `None`: there is none; otherwise its id.
pub async fn decide(
    tx: &WriteTx,
    keyring: &Keyring,
    order: &OrderNo,
    (status, answer, operator): (RequestStatus, Option<&str>, &str),
    now: Timestamp,
) -> Result<Option<String>, PaymentError> {
    let sql = "SELECT request_id FROM refund_requests WHERE order_no = $1 AND status = 'open'";
    let row = query_one(tx.conn(), sql, vec![order.as_str().into()]).await?;
    let Some(row) = row else { return Ok(None) };
    let id: String = row.try_get_by_index(0)?;
    let sealed =
        answer.map(|answer| keyring.seal_json(&answer_context(&id), &answer)).transpose()?;
    let written = execute(
        tx.conn(),
        "UPDATE refund_requests SET status = $2, answer_sealed = $3, decided_at = $4, \
         decided_by = $5 WHERE request_id = $1 AND status = 'open'",
        vec![
            id.as_str().into(),
            status.as_str().into(),
            sealed.into(),
            now.millis().into(),
            operator.into(),
        ],
    )
    .await?;
    Ok((written.rows_affected() == 1).then_some(id))
}

/// Forgets what was said about an order; that something was asked for stays.
pub async fn erase_words(tx: &WriteTx, order: &OrderNo) -> Result<(), PaymentError> {
    let sql = "UPDATE refund_requests SET reason_sealed = NULL, answer_sealed = NULL \
               WHERE order_no = $1";
    execute(tx.conn(), sql, vec![order.as_str().into()]).await?;
    Ok(())
}

fn request(row: &QueryResult, keyring: &Keyring) -> Result<RefundRequest, PaymentError> {
    let id: String = row.try_get_by_index(0)?;
    let status: String = row.try_get_by_index(2)?;
    let damaged = || PaymentError::Damaged { number: id.clone(), what: "status" };
    let status = RequestStatus::ALL.into_iter().find(|one| one.as_str() == status);
    let status = status.ok_or_else(damaged)?;
    let reason: Option<String> = row.try_get_by_index(3)?;
    let answer: Option<String> = row.try_get_by_index(4)?;
    let decided_at: Option<i64> = row.try_get_by_index(6)?;
    Ok(RefundRequest {
        order_no: OrderNo(row.try_get_by_index(1)?),
        status,
        reason: reason.map(|text| keyring.open_json(&reason_context(&id), &text)).transpose()?,
        answer: answer.map(|text| keyring.open_json(&answer_context(&id), &text)).transpose()?,
        requested_at: Timestamp(row.try_get_by_index(5)?),
        decided_at: decided_at.map(Timestamp),
        id,
    })
}
