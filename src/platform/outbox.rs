//! Domain events, written in the transaction that causes them (spec.md §4 rule 15).

use sea_orm::DbErr;

use super::db::{WriteTx, execute};
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
