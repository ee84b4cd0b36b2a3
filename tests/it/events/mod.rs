//! Domain events: their shapes as docs/events/ promises them, and their way to whoever listens.

mod receiver;
mod shapes;
mod streams;
mod ways;
mod webhooks;

use std::sync::Arc;

use mingshu::events::ports::Carrier;
use mingshu::events::rules::Pattern;
use mingshu::events::{Event, Sink, repo};
use mingshu::flows::post::Post;
use mingshu::flows::{deliver_events, publish_events};
use mingshu::kernel::clock::Clock as _;

use crate::support::TestApp;

fn sink(name: &str, types: &str, carrier: impl Carrier + 'static) -> Sink {
    let types = types.split(' ').map(|text| Pattern::parse(text).unwrap()).collect();
    Sink { name: name.to_owned(), types, carrier: Arc::new(carrier) }
}

/// Hands on every event and makes every attempt that is due now.
async fn deliver(post: &Post) {
    while publish_events::run(post).await.unwrap() {}
    for sink in post.sinks.iter() {
        while let Some(due) = deliver_events::run(post, sink).await.unwrap() {
            if due > post.now() {
                break;
            }
        }
    }
}

/// Lets time pass until the next attempt for `sink` is due, and makes it.
async fn deliver_next(app: &TestApp, sink: &str) {
    let due = repo::next_due(app.base.db.read(), sink).await.unwrap().expect("an event waits");
    app.clock.advance(due.since(app.clock.now()));
    deliver(&app.tools.post()).await;
}

/// Everything in the outbox, the oldest first.
async fn all_events(app: &TestApp) -> Vec<Event> {
    let mut all = repo::list(app.base.db.read(), &repo::Filter::default(), 10_000).await.unwrap();
    all.reverse();
    all
}

fn ids(events: &[Event]) -> Vec<String> {
    let mut ids: Vec<String> = events.iter().map(|event| event.id.clone()).collect();
    ids.sort();
    ids
}
