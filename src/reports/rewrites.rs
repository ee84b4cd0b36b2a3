//! Every statement on `rewrites`: what a buyer wants to be written better, and whether it was.
//!
//! Invariant: the number of a rewrite is unique for its order, so a wish that is said twice is one.

use sea_orm::ConnectionTrait;

use super::ReportError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_one};
use crate::platform::reseal::{Key, SealedColumn};

/// The words of the column `rewrites.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RewriteStatus {
    Asked,
    /// The new text took the place of the old one.
    Done,
    /// It could not be written; the old text stays.
    Failed,
}

impl RewriteStatus {
    fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// The sealed column of `rewrites`; its context is `context`.
pub const SEALED: SealedColumn = SealedColumn {
    table: "rewrites",
    column: "wish_sealed",
    key: &[Key::Text("order_no"), Key::Number("number")],
    context: "'rewrites.wish:' || order_no || ':' || number",
};

fn context((order, number): (&OrderNo, i64)) -> String {
    format!("rewrites.wish:{order}:{number}")
}

/// Keeps a wish. `false`: there is one with this number.
pub async fn insert(
    tx: &WriteTx,
    keyring: &Keyring,
    which: (&OrderNo, i64),
    wish: &str,
    now: Timestamp,
) -> Result<bool, ReportError> {
    let sealed = keyring.seal_json(&context(which), &wish)?;
    let written = execute(
        tx.conn(),
        "INSERT INTO rewrites (order_no, number, status, wish_sealed, requested_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (order_no, number) DO NOTHING",
        vec![
            which.0.as_str().into(),
            which.1.into(),
            RewriteStatus::Asked.as_str().into(),
            sealed.into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(written.rows_affected() == 1)
}

/// How many were asked for, whatever became of them but failed ones, and whether one is under way.
pub async fn count(db: &impl ConnectionTrait, order: &OrderNo) -> Result<(i64, bool), ReportError> {
    let sql = "SELECT count(*), CAST(coalesce(sum(CASE WHEN status = 'asked' THEN 1 ELSE 0 END), 0) \
               AS BIGINT) FROM rewrites WHERE order_no = $1 AND status <> 'failed'";
    let row = query_one(db, sql, vec![order.as_str().into()]).await?;
    let Some(row) = row else { return Ok((0, false)) };
    let waiting: i64 = row.try_get_by_index(1)?;
    Ok((row.try_get_by_index(0)?, waiting > 0))
}

/// The number of the last one; 0 without any.
pub async fn last_number(db: &impl ConnectionTrait, order: &OrderNo) -> Result<i64, ReportError> {
    let sql = "SELECT coalesce(max(number), 0) FROM rewrites WHERE order_no = $1";
    let row = query_one(db, sql, vec![order.as_str().into()]).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

/// What is wanted, while it still is; `None`: it was done, given up or erased.
pub async fn find_wish(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    which: (&OrderNo, i64),
) -> Result<Option<String>, ReportError> {
    let sql = "SELECT wish_sealed FROM rewrites \
               WHERE order_no = $1 AND number = $2 AND status = 'asked'";
    let row = query_one(db, sql, vec![which.0.as_str().into(), which.1.into()]).await?;
    let sealed: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    Ok(sealed.map(|sealed| keyring.open_json(&context(which), &sealed)).transpose()?)
}

/// `false`: it had ended before.
pub async fn end(
    tx: &WriteTx,
    (order, number): (&OrderNo, i64),
    status: RewriteStatus,
    now: Timestamp,
) -> Result<bool, ReportError> {
    let sql = "UPDATE rewrites SET status = $3, done_at = $4 \
               WHERE order_no = $1 AND number = $2 AND status = 'asked'";
    let values =
        vec![order.as_str().into(), number.into(), status.as_str().into(), now.millis().into()];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

/// Forgets what was wanted; what was under way is given up.
pub async fn erase(tx: &WriteTx, order: &OrderNo) -> Result<(), ReportError> {
    let sql = "UPDATE rewrites SET wish_sealed = NULL, \
               status = CASE WHEN status = 'asked' THEN 'failed' ELSE status END \
               WHERE order_no = $1";
    execute(tx.conn(), sql, vec![order.as_str().into()]).await?;
    Ok(())
}
