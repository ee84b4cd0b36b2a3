//! Domain events, written in the transaction that causes them (spec.md §4 rule 15).

use sea_orm::DbErr;

use super::db::{Db, WriteTx, execute};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;

/// Writes one event. `subject` is the number of what it is about; `payload` holds numbers, states
/// and amounts, never personal data.
pub async fn write(
    tx: &WriteTx,
    kind: &str,
    subject: &str,
    payload: &serde_json::Value,
    now: Timestamp,
) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "INSERT INTO outbox (id, kind, subject, payload, created_at) VALUES ($1, $2, $3, $4, $5)",
        vec![
            ids::event_id(now).into(),
            kind.into(),
            subject.into(),
            payload.to_string().into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Which old events may be forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prunable {
    /// Those that every sink has had: `published_at` is set.
    Published,
    /// All of them: there is no sink, so nobody will ever publish one.
    All,
}

/// Deletes at most `limit` events that were written before `before`; returns how many.
pub async fn prune(db: &Db, which: Prunable, before: Timestamp, limit: u32) -> Result<u64, DbErr> {
    let published = match which {
        Prunable::Published => "AND published_at IS NOT NULL",
        Prunable::All => "",
    };
    let sql = format!(
        "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at < $1 {published} \
         ORDER BY created_at LIMIT $2)"
    );
    let values = vec![before.millis().into(), i64::from(limit).into()];
    Ok(execute(db.write(), &sql, values).await?.rows_affected())
}
