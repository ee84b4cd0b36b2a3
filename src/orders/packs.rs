//! Every statement on `question_packs`: orders that buy more questions about the report of another
//! order, and whether they gave them.
//!
//! Invariant: an order gives its questions once, and only while it stands: what was refunded or failed
//! gives none.

use sea_orm::ConnectionTrait;

use super::OrderError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::db::{WriteTx, execute, query_all, query_one};

/// What an order of more questions buys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPack {
    /// The order of the report that may be asked about.
    pub about: OrderNo,
    pub questions: u32,
}

/// What was bought and given for one report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Granted {
    pub questions: i64,
    /// When the last of it was given.
    pub last: Option<Timestamp>,
}

/// Written with the order.
pub async fn insert(
    tx: &WriteTx,
    (order, pack): (&OrderNo, &NewPack),
    now: Timestamp,
) -> Result<(), OrderError> {
    execute(
        tx.conn(),
        "INSERT INTO question_packs (order_no, about_order_no, questions, ordered_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (order_no) DO NOTHING",
        vec![
            order.as_str().into(),
            pack.about.as_str().into(),
            i64::from(pack.questions).into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Gives the questions, once; a second time changes nothing.
pub async fn grant(tx: &WriteTx, order: &OrderNo, now: Timestamp) -> Result<(), OrderError> {
    let sql = "UPDATE question_packs SET granted_at = $2 \
               WHERE order_no = $1 AND granted_at IS NULL";
    execute(tx.conn(), sql, vec![order.as_str().into(), now.millis().into()]).await?;
    Ok(())
}

/// The order of the report that this order is about; `None`: it buys no questions.
pub async fn find_about(
    db: &impl ConnectionTrait,
    order: &OrderNo,
) -> Result<Option<OrderNo>, OrderError> {
    let sql = "SELECT about_order_no FROM question_packs WHERE order_no = $1";
    let row = query_one(db, sql, vec![order.as_str().into()]).await?;
    let about: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(about.map(OrderNo))
}

/// The questions about a report that were bought and given.
pub async fn granted(db: &impl ConnectionTrait, about: &OrderNo) -> Result<Granted, OrderError> {
    let sql = "SELECT CAST(coalesce(sum(pack.questions), 0) AS BIGINT), max(pack.granted_at) \
               FROM question_packs pack JOIN orders ON orders.order_no = pack.order_no \
               WHERE pack.about_order_no = $1 AND pack.granted_at IS NOT NULL \
               AND orders.status IN ('generating', 'completed')";
    let row = query_one(db, sql, vec![about.as_str().into()]).await?;
    let Some(row) = row else { return Ok(Granted::default()) };
    let last: Option<i64> = row.try_get_by_index(1)?;
    Ok(Granted { questions: row.try_get_by_index(0)?, last: last.map(Timestamp) })
}

/// The orders of more questions about a report, the first first.
pub async fn list_about(
    db: &impl ConnectionTrait,
    about: &OrderNo,
) -> Result<Vec<OrderNo>, OrderError> {
    let sql = "SELECT order_no FROM question_packs WHERE about_order_no = $1 \
               ORDER BY ordered_at, order_no";
    let rows = query_all(db, sql, vec![about.as_str().into()]).await?;
    let number = |row: &sea_orm::QueryResult| Ok(OrderNo(row.try_get_by_index(0)?));
    rows.iter().map(number).collect()
}
