//! Every statement on `callback_refusals`: callbacks whose sender was not proved. Nothing of them is
//! kept but how many there were, why, and when: anybody can send them.

use sea_orm::{ConnectionTrait, DbErr};

use crate::kernel::clock::Timestamp;
use crate::platform::db::{WriteTx, execute, query_all};

/// Callbacks of one provider that were refused for one reason.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Refusals {
    pub reason: String,
    pub total: i64,
    pub first_at: Timestamp,
    pub last_at: Timestamp,
}

/// Adds `count` refusals. `reason` is a phrase of ours, never foreign text.
pub async fn add(
    tx: &WriteTx,
    (provider, reason): (&str, &str),
    count: i64,
    now: Timestamp,
) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "INSERT INTO callback_refusals (provider, reason, total, first_at, last_at) \
         VALUES ($1, $2, $3, $4, $4) ON CONFLICT (provider, reason) DO UPDATE SET \
         total = callback_refusals.total + $3, last_at = $4",
        vec![provider.into(), reason.into(), count.into(), now.millis().into()],
    )
    .await?;
    Ok(())
}

/// The refusals of a provider, the latest first.
pub async fn list(db: &impl ConnectionTrait, provider: &str) -> Result<Vec<Refusals>, DbErr> {
    let rows = query_all(
        db,
        "SELECT reason, total, first_at, last_at FROM callback_refusals WHERE provider = $1 \
         ORDER BY last_at DESC LIMIT 20",
        vec![provider.into()],
    )
    .await?;
    let read = |row: &sea_orm::QueryResult| {
        Ok(Refusals {
            reason: row.try_get_by_index(0)?,
            total: row.try_get_by_index(1)?,
            first_at: Timestamp(row.try_get_by_index(2)?),
            last_at: Timestamp(row.try_get_by_index(3)?),
        })
    };
    rows.iter().map(read).collect()
}
