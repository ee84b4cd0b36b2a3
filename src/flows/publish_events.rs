//! Events are handed to every sink that takes them, in the same transaction that notes that they
//! were: none is passed by, none is handed on twice, whatever commits meanwhile.
//!
//! A sink that is switched off gets nothing new; "resend" gives it what it missed.

use sea_orm::DbErr;

use super::post::Post;
use crate::events::{Event, repo as events, sinks};
use crate::platform::outbox;

/// Events at once: a transaction that holds up nobody.
const BATCH: u32 = 100;

/// Hands on the oldest events that were not. `true`: there may be more.
pub async fn run(post: &Post) -> Result<bool, DbErr> {
    let now = post.now();
    let tx = post.db.begin_write().await?;
    let fresh = events::unpublished(&tx, BATCH).await?;
    if fresh.is_empty() {
        return Ok(false); // dropped: nothing was written
    }
    let off = sinks::disabled(tx.conn()).await?;
    for sink in post.sinks.iter().filter(|sink| !off.contains(&sink.name)) {
        let wanted = fresh.iter().filter(|event| sink.takes(&event.kind));
        let ids: Vec<&str> = wanted.map(|event| event.id.as_str()).collect();
        events::add(&tx, &sink.name, &ids, now).await?;
    }
    let all: Vec<&str> = fresh.iter().map(|event: &Event| event.id.as_str()).collect();
    events::mark_published(&tx, &all, now).await?;
    outbox::announce(&tx);
    tx.commit().await?;
    Ok(u32::try_from(fresh.len()).is_ok_and(|count| count == BATCH))
}

/// Whether anything was not handed on, asked without taking the write lock.
pub async fn is_due(post: &Post) -> Result<bool, DbErr> {
    events::has_unpublished(post.db.read()).await
}
