//! Domain events, written in the transaction that causes them (spec.md §4 rule 15). Who may hear of
//! them, and how, is the business of `events`.

use sea_orm::DbErr;

use super::db::{Db, WriteTx, execute};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;

/// Writes one event of version 1 of its `kind`. `subject` is the number of what it is about;
/// `payload` holds numbers, states and amounts, never personal data. Its shape is documented in
/// docs/events/. The worker hears of it at the commit.
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
    announce(tx);
    Ok(())
}

/// Has the worker look for events at the commit.
pub fn announce(tx: &WriteTx) {
    tx.has_jobs();
}

/// Deletes at most `limit` events that were handed on and written before `before`; returns how many.
pub async fn prune(db: &Db, before: Timestamp, limit: u32) -> Result<u64, DbErr> {
    let sql = "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE created_at < $1 \
               AND published_at IS NOT NULL ORDER BY created_at LIMIT $2)";
    let values = vec![before.millis().into(), i64::from(limit).into()];
    Ok(execute(db.write(), sql, values).await?.rows_affected())
}
