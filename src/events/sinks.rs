//! Every statement on `event_sinks`: which sinks fail, and which are switched off.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult};

use super::rules::Failing;
use crate::kernel::clock::Timestamp;
use crate::platform::db::{WriteTx, execute, query_all, query_one};

/// What is kept about a sink.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SinkState {
    pub sink: String,
    pub disabled: bool,
    pub failing: Failing,
    pub last_error: Option<String>,
}

/// Everything that is kept about sinks; one that never failed has no row.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<SinkState>, DbErr> {
    let sql = "SELECT sink, status, failing_since_at, failing_again_at, last_error \
               FROM event_sinks ORDER BY sink";
    query_all(db, sql, vec![]).await?.iter().map(sink_state).collect()
}

/// The names of the sinks that are switched off.
pub async fn disabled(db: &impl ConnectionTrait) -> Result<BTreeSet<String>, DbErr> {
    let off = list(db).await?.into_iter().filter(|state| state.disabled);
    Ok(off.map(|state| state.sink).collect())
}

/// What is kept about `sink`, held until the end of the transaction.
pub async fn lock(tx: &WriteTx, sink: &str, now: Timestamp) -> Result<SinkState, DbErr> {
    let there = "INSERT INTO event_sinks (sink, updated_at) VALUES ($1, $2) \
                 ON CONFLICT (sink) DO NOTHING";
    execute(tx.conn(), there, vec![sink.into(), now.millis().into()]).await?;
    let lock =
        if tx.conn().get_database_backend() == DbBackend::Postgres { "FOR UPDATE" } else { "" };
    let sql = format!(
        "SELECT sink, status, failing_since_at, failing_again_at, last_error \
         FROM event_sinks WHERE sink = $1 {lock}"
    );
    let row = query_one(tx.conn(), &sql, vec![sink.into()]).await?;
    let state = row.as_ref().map(sink_state).transpose()?;
    Ok(state.unwrap_or_else(|| SinkState { sink: sink.to_owned(), ..SinkState::default() }))
}

pub async fn save(tx: &WriteTx, state: &SinkState, now: Timestamp) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "UPDATE event_sinks SET status = $2, failing_since_at = $3, failing_again_at = $4, \
         last_error = $5, updated_at = $6 WHERE sink = $1",
        vec![
            state.sink.as_str().into(),
            if state.disabled { "disabled" } else { "active" }.into(),
            state.failing.since.map(Timestamp::millis).into(),
            state.failing.again.map(Timestamp::millis).into(),
            state.last_error.as_deref().into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

fn sink_state(row: &QueryResult) -> Result<SinkState, DbErr> {
    let status: String = row.try_get_by_index(1)?;
    let (since, again): (Option<i64>, Option<i64>) =
        (row.try_get_by_index(2)?, row.try_get_by_index(3)?);
    Ok(SinkState {
        sink: row.try_get_by_index(0)?,
        disabled: status == "disabled",
        failing: Failing { since: since.map(Timestamp), again: again.map(Timestamp) },
        last_error: row.try_get_by_index(4)?,
    })
}
