//! Every statement on `telegram_updates` and `dialogues`: the bot's own tables.
//!
//! ```text
//! waiting ─► running ─► done
//!    ▲          │  └──► parked   (failed or died too often: a person must look)
//!    └──────────┘       (retry, or the lease of a dead process ran out)
//! ```
//!
//! An update that has seen three processes die is *suspect*: of all suspects one at a time is tried
//! again, so that the one that kills is found, and those that only stood beside it are not blamed.
//!
//! `lease_until_at` of a waiting row is the time before which it is not tried again.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::platform::db::{WriteTx, execute, query_all, query_one};
use crate::platform::reseal::{Key, SealedColumn};

/// An update in the hands of this process.
#[derive(Debug, Clone)]
pub(super) struct Claimed {
    pub(super) update_id: i64,
    pub(super) sealed: String,
    /// This run's number, counted from 1; together with `owner` the fencing token.
    pub(super) attempt: i32,
    pub(super) owner: String,
}

/// A dialogue as it is stored.
#[derive(Debug, Clone)]
pub(super) struct DialogueRow {
    pub(super) sealed: String,
    pub(super) version: i64,
}

/// The sealed columns of the bot's tables; the contexts are those of `inbox`.
pub const SEALED: [SealedColumn; 2] = [
    SealedColumn {
        table: "telegram_updates",
        column: "body_sealed",
        key: &[Key::Number("update_id")],
        context: "'telegram_updates.body:' || update_id",
    },
    SealedColumn {
        table: "dialogues",
        column: "state_sealed",
        key: &[Key::Number("chat_id")],
        context: "'dialogues.state:' || chat_id",
    },
];

/// Keeps an update. `false`: it came before.
pub(super) async fn insert(
    tx: &WriteTx,
    (update_id, user): (i64, UserId),
    sealed: &str,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let written = execute(
        tx.conn(),
        "INSERT INTO telegram_updates (update_id, chat_id, body_sealed, received_at) \
         VALUES ($1, $2, $3, $4) ON CONFLICT (update_id) DO NOTHING",
        vec![update_id.into(), user.0.into(), sealed.into(), now.millis().into()],
    )
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The highest number that was ever kept.
pub(super) async fn last_id(db: &impl ConnectionTrait) -> Result<Option<i64>, DbErr> {
    let row = query_one(db, "SELECT max(update_id) FROM telegram_updates", vec![]).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.flatten())
}

/// Whether anything waits or runs: asked without the write lock.
pub(super) async fn is_busy(db: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let sql = "SELECT 1 FROM telegram_updates WHERE status IN ('waiting', 'running') LIMIT 1";
    Ok(query_one(db, sql, vec![]).await?.is_some())
}

/// Takes the next update of at most `limit` chats: the lowest number of each chat that has none
/// under way.
pub(super) async fn claim(
    tx: &WriteTx,
    owner: &str,
    limit: usize,
    (now, lease_until): (Timestamp, Timestamp),
) -> Result<Vec<Claimed>, DbErr> {
    let postgres = tx.conn().get_database_backend() == DbBackend::Postgres;
    let skip = if postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE telegram_updates SET status = 'running', attempts = attempts + 1, \
         lease_owner = $1, lease_until_at = $2 WHERE update_id IN (\
         SELECT head.update_id FROM telegram_updates head WHERE head.status = 'waiting' \
         AND (head.lease_until_at IS NULL OR head.lease_until_at <= $3) \
         AND (head.deaths < 3 OR head.update_id = (SELECT min(suspect.update_id) \
         FROM telegram_updates suspect WHERE suspect.deaths >= 3 \
         AND suspect.status IN ('waiting', 'running') AND (suspect.status = 'running' \
         OR suspect.lease_until_at IS NULL OR suspect.lease_until_at <= $3))) \
         AND NOT EXISTS (SELECT 1 FROM telegram_updates other WHERE other.chat_id = head.chat_id \
         AND (other.status = 'running' \
         OR (other.status = 'waiting' AND other.update_id < head.update_id))) \
         ORDER BY head.update_id LIMIT $4 {skip}) \
         RETURNING update_id, coalesce(body_sealed, ''), attempts"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = vec![owner.into(), lease_until.millis().into(), now.millis().into(), limit.into()];
    let rows = query_all(tx.conn(), &sql, values).await?;
    rows.iter().map(|row| claimed(row, owner)).collect()
}

fn claimed(row: &QueryResult, owner: &str) -> Result<Claimed, DbErr> {
    Ok(Claimed {
        update_id: row.try_get_by_index(0)?,
        sealed: row.try_get_by_index(1)?,
        attempt: row.try_get_by_index(2)?,
        owner: owner.to_owned(),
    })
}

/// Gives updates whose process died back to the line, and parks those that saw `deaths` of them.
/// Returns how many there were, and which were parked.
pub(super) async fn take_back(
    tx: &WriteTx,
    deaths: i32,
    now: Timestamp,
) -> Result<(usize, Vec<i64>), DbErr> {
    let rows = query_all(
        tx.conn(),
        "UPDATE telegram_updates SET lease_until_at = NULL, deaths = deaths + 1, \
         status = CASE WHEN deaths + 1 >= $2 THEN 'parked' ELSE 'waiting' END, \
         done_at = CASE WHEN deaths + 1 >= $2 THEN $1 ELSE NULL END, \
         body_sealed = CASE WHEN deaths + 1 >= $2 THEN NULL ELSE body_sealed END \
         WHERE status = 'running' AND lease_until_at < $1 RETURNING update_id, status",
        vec![now.millis().into(), deaths.into()],
    )
    .await?;
    let mut parked = Vec::new();
    for row in &rows {
        let status: String = row.try_get_by_index(1)?;
        if status == "parked" {
            parked.push(row.try_get_by_index(0)?);
        }
    }
    Ok((rows.len(), parked))
}

/// Keeps the leases of the updates that `owner` has in hand, and of no other: an update that was
/// dropped on the way must come back to the line.
pub(super) async fn extend(
    tx: &WriteTx,
    (owner, in_hand): (&str, &[i64]),
    until: Timestamp,
) -> Result<(), DbErr> {
    let numbers: Vec<String> = in_hand.iter().map(i64::to_string).collect();
    let sql = format!(
        "UPDATE telegram_updates SET lease_until_at = $2 WHERE status = 'running' \
         AND lease_owner = $1 AND update_id IN ({})",
        numbers.join(", ")
    );
    execute(tx.conn(), &sql, vec![owner.into(), until.millis().into()]).await?;
    Ok(())
}

/// Ends a run and forgets what was said. `status` is `done` or `parked`. `false`: another process
/// has taken over, and the caller must roll back.
pub(super) async fn end(
    tx: &WriteTx,
    update: &Claimed,
    status: &'static str,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let changed = execute(
        tx.conn(),
        "UPDATE telegram_updates SET status = $4, body_sealed = NULL, done_at = $5, \
         lease_until_at = NULL WHERE update_id = $1 AND lease_owner = $2 AND attempts = $3 \
         AND status = 'running'",
        vec![
            update.update_id.into(),
            update.owner.as_str().into(),
            update.attempt.into(),
            status.into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Back to the line, not to be tried before `at`.
pub(super) async fn retry(tx: &WriteTx, update: &Claimed, at: Timestamp) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "UPDATE telegram_updates SET status = 'waiting', lease_until_at = $4 \
         WHERE update_id = $1 AND lease_owner = $2 AND attempts = $3 AND status = 'running'",
        vec![
            update.update_id.into(),
            update.owner.as_str().into(),
            update.attempt.into(),
            at.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Deletes what ended before `before`.
pub(super) async fn prune(tx: &WriteTx, before: Timestamp) -> Result<u64, DbErr> {
    let deleted = execute(
        tx.conn(),
        "DELETE FROM telegram_updates WHERE done_at < $1",
        vec![before.millis().into()],
    )
    .await?;
    Ok(deleted.rows_affected())
}

/// Deletes talks that nobody went on with since `before`, at most `limit` of them.
pub(super) async fn prune_dialogues(
    tx: &WriteTx,
    before: Timestamp,
    limit: i64,
) -> Result<u64, DbErr> {
    let deleted = execute(
        tx.conn(),
        "DELETE FROM dialogues WHERE chat_id IN (SELECT chat_id FROM dialogues \
         WHERE updated_at < $1 ORDER BY updated_at LIMIT $2)",
        vec![before.millis().into(), limit.into()],
    )
    .await?;
    Ok(deleted.rows_affected())
}

pub(super) async fn find_dialogue(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<DialogueRow>, DbErr> {
    let sql = "SELECT state_sealed, version FROM dialogues WHERE chat_id = $1";
    let row = query_one(db, sql, vec![user.0.into()]).await?;
    row.map(|row| {
        Ok(DialogueRow { sealed: row.try_get_by_index(0)?, version: row.try_get_by_index(1)? })
    })
    .transpose()
}

/// Writes a dialogue if it is still the one that was read; `version` 0 is none at all.
pub(super) async fn save_dialogue(
    tx: &WriteTx,
    user: UserId,
    (sealed, version): (&str, i64),
    now: Timestamp,
) -> Result<bool, DbErr> {
    let written = if version == 0 {
        execute(
            tx.conn(),
            "INSERT INTO dialogues (chat_id, state_sealed, updated_at, version) \
             VALUES ($1, $2, $3, 1) ON CONFLICT (chat_id) DO NOTHING",
            vec![user.0.into(), sealed.into(), now.millis().into()],
        )
        .await?
    } else {
        execute(
            tx.conn(),
            "UPDATE dialogues SET state_sealed = $2, updated_at = $3, version = version + 1 \
             WHERE chat_id = $1 AND version = $4",
            vec![user.0.into(), sealed.into(), now.millis().into(), version.into()],
        )
        .await?
    };
    Ok(written.rows_affected() == 1)
}
