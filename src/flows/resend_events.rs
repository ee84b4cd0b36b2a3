//! An operator has events sent again, delivered or not: after a receiver lost some, or to a sink
//! that was switched off or is new.

use super::post::Post;
use crate::events::rules::Pattern;
use crate::events::{Event, EventError, Sink, repo as events};
use crate::kernel::clock::Timestamp;
use crate::platform::outbox;

/// Events at once.
const BATCH: u32 = 200;

/// Which events, and to whom.
#[derive(Debug, Clone, Default)]
pub struct Wish {
    /// Only this type or family.
    pub kinds: Option<Pattern>,
    /// Only to this sink.
    pub sink: Option<String>,
}

/// One event again. Returns the names of the sinks that it goes to: those that take its type.
pub async fn one(post: &Post, id: &str, wish: &Wish) -> Result<Vec<String>, EventError> {
    let event = events::find(post.db.read(), id).await?;
    let event = event.ok_or_else(|| EventError::NotFound(id.to_owned()))?;
    again(post, wish, std::slice::from_ref(&event)).await?;
    Ok(wanted(post, wish)
        .filter(|sink| sink.takes(&event.kind))
        .map(|sink| sink.name.clone())
        .collect())
}

/// All events from `since` on again. Returns how many deliveries that makes.
pub async fn since(post: &Post, since: Timestamp, wish: &Wish) -> Result<u64, EventError> {
    let mut made = 0_u64;
    let mut last: Option<Event> = None;
    loop {
        let batch = events::list_since(post.db.read(), since, last.as_ref(), BATCH).await?;
        made = made.saturating_add(again(post, wish, &batch).await?);
        match batch.into_iter().next_back() {
            Some(event) => last = Some(event),
            None => return Ok(made),
        }
    }
}

async fn again(post: &Post, wish: &Wish, batch: &[Event]) -> Result<u64, EventError> {
    let now = post.now();
    let tx = post.db.begin_write().await?;
    let mut made = 0_u64;
    for sink in wanted(post, wish) {
        let asked = |event: &&Event| {
            sink.takes(&event.kind)
                && wish.kinds.as_ref().is_none_or(|kinds| kinds.matches(&event.kind))
        };
        let ids: Vec<&str> = batch.iter().filter(asked).map(|event| event.id.as_str()).collect();
        made = made.saturating_add(events::add_again(&tx, &sink.name, &ids, now).await?);
    }
    outbox::announce(&tx);
    tx.commit().await?;
    Ok(made)
}

fn wanted<'a>(post: &'a Post, wish: &'a Wish) -> impl Iterator<Item = &'a Sink> {
    let named = |sink: &&Sink| wish.sink.as_ref().is_none_or(|name| *name == sink.name);
    post.sinks.iter().filter(named)
}
