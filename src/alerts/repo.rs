//! Every statement on `alerts`: one row for each kind and subject that was ever told.

use std::time::Duration;

use sea_orm::DbErr;

use super::{QUIET_SECONDS, Telling};
use crate::kernel::clock::Timestamp;
use crate::platform::db::{Db, WriteTx, execute, query_one};

/// One statement, so that two at the same moment are told once: the second waits for the first, and
/// is counted.
const RAISE: &str = "INSERT INTO alerts (kind, subject, told_at, last_at) VALUES ($1, $2, $3, $3) \
     ON CONFLICT (kind, subject) DO UPDATE SET \
     missed = CASE WHEN alerts.told_at <= $4 THEN alerts.repeats ELSE alerts.missed END, \
     repeats = CASE WHEN alerts.told_at <= $4 THEN 0 ELSE alerts.repeats + 1 END, \
     told_at = CASE WHEN alerts.told_at <= $4 THEN $3 ELSE alerts.told_at END, \
     last_at = $3 RETURNING repeats, missed";

/// Writes down that there is cause for an alert. `None`: it was told a short while ago, and is
/// counted.
pub async fn raise(
    tx: &WriteTx,
    (kind, subject): (&str, &str),
    now: Timestamp,
) -> Result<Option<Telling>, DbErr> {
    let loud_again = now.minus(Duration::from_secs(QUIET_SECONDS));
    let values = vec![kind.into(), subject.into(), now.millis().into(), loud_again.millis().into()];
    let row = query_one(tx.conn(), RAISE, values).await?;
    let Some(row) = row else { return Ok(None) };
    let (repeats, missed): (i64, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    Ok((repeats == 0).then_some(Telling { at: now, missed }))
}

/// Forgets alerts that had no cause since `before`.
pub async fn prune(db: &Db, before: Timestamp) -> Result<u64, DbErr> {
    let sql = "DELETE FROM alerts WHERE last_at < $1";
    Ok(execute(db.write_alone().await.conn(), sql, vec![before.millis().into()])
        .await?
        .rows_affected())
}
