//! A sink is called at once with an event that means nothing, to see whether it can be reached and
//! agrees about secrets. Nothing is written.

use serde_json::json;

use super::post::Post;
use crate::events::ports::{NotTaken, Parcel};
use crate::events::{Event, Sink, TEST_TYPE};
use crate::kernel::ids;

/// What the sink answered.
pub async fn run(post: &Post, sink: &Sink) -> Result<String, NotTaken> {
    let now = post.now();
    let event = Event {
        id: ids::event_id(now),
        kind: TEST_TYPE.to_owned(),
        version: 1,
        subject: sink.name.clone(),
        data: json!({ "sink": sink.name, "test": true }).to_string(),
        occurred_at: now,
    };
    let body = event.envelope().map_err(|error| NotTaken::failed(error.to_string()))?;
    sink.carrier.deliver(&Parcel { id: event.id, kind: event.kind, body }, now).await
}
