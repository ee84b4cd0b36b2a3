//! Domain events on their way to the outside (spec.md §4 rule 15, §9 `events.sinks`).
//!
//! Where to look: [`rules`] for who gets what and when it is tried again, [`repo`] and
//! [`sinks`] for every statement on `event_deliveries` and `event_sinks`, [`ports`] for what a sink must do and
//! `adapters` for the wire formats. The events themselves are written by `platform::outbox` in the
//! transaction of their cause. docs/events.md is what the people at the other end read.
//!
//! Promises:
//! - At least once: an event goes to every sink that takes its type, until the sink says yes or the
//!   attempts are used up; then it waits for an operator's "resend". Its id never changes.
//! - Order is not promised, not even within one subject.
//! - One sink never holds up another, and none of them the shop.

pub mod adapters;
pub mod ports;
pub mod repo;
pub mod rules;
pub mod sinks;

use std::sync::Arc;

use sea_orm::DbErr;
use serde_json::value::RawValue;

use crate::kernel::clock::Timestamp;

/// Every type of event that the shop writes. docs/events/ has a schema for each.
pub const TYPES: [&str; 18] = [
    "order.created",
    "order.paid",
    "order.generating",
    "order.completed",
    "order.failed",
    "order.cancelled",
    "order.closed",
    "order.refunding",
    "order.refunded",
    "payment.succeeded",
    "payment.failed",
    "payment.conflicted",
    "refund.requested",
    "refund.processing",
    "refund.succeeded",
    "refund.failed",
    "refund.unknown",
    "stock.low",
];

/// What `mingshu events test` sends; never stored.
pub const TEST_TYPE: &str = "mingshu.test";

/// An event as the outbox has it.
#[derive(Debug, Clone)]
pub struct Event {
    /// UUID of version 7.
    pub id: String,
    pub kind: String,
    /// Version of the shape of `data`, by kind.
    pub version: i32,
    /// The number of the order, or the sku, that it is about.
    pub subject: String,
    /// A JSON object.
    pub data: String,
    pub occurred_at: Timestamp,
}

/// What goes over the wire. The same bytes at every attempt.
#[derive(serde::Serialize)]
struct Envelope<'a> {
    id: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    version: i32,
    occurred_at: String,
    subject: &'a str,
    data: &'a RawValue,
}

impl Event {
    /// The envelope as JSON text.
    pub fn envelope(&self) -> Result<String, serde_json::Error> {
        let data: &RawValue = serde_json::from_str(&self.data)?;
        let at = self.occurred_at.to_utc();
        serde_json::to_string(&Envelope {
            id: &self.id,
            kind: &self.kind,
            version: self.version,
            occurred_at: at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            subject: &self.subject,
            data,
        })
    }
}

/// One configured place that events go to.
#[derive(Clone)]
pub struct Sink {
    pub name: String,
    /// Which types it takes.
    pub types: Vec<rules::Pattern>,
    pub carrier: Arc<dyn ports::Carrier>,
}

impl Sink {
    pub fn takes(&self, kind: &str) -> bool {
        self.types.iter().any(|pattern| pattern.matches(kind))
    }
}

#[derive(Debug, thiserror::Error)]
pub enum EventError {
    #[error("there is no event {0}")]
    NotFound(String),
    #[error("event {0} is damaged")]
    Damaged(String, #[source] serde_json::Error),
    #[error("the row of event {id} is damaged: its status is `{status}`")]
    Status { id: String, status: String },
    #[error("the database failed")]
    Db(#[from] DbErr),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_envelope_is_the_same_whenever_it_is_made() {
        let event = Event {
            id: "019a".to_owned(),
            kind: "order.paid".to_owned(),
            version: 1,
            subject: "M20261121-7F3K9QX2".to_owned(),
            data: r#"{"sku":"letter","total":{"minor":2990}}"#.to_owned(),
            occurred_at: Timestamp(1_795_234_380_007),
        };
        let expected = r#"{"id":"019a","type":"order.paid","version":1,"occurred_at":"2026-11-21T04:13:00.007Z","subject":"M20261121-7F3K9QX2","data":{"sku":"letter","total":{"minor":2990}}}"#;
        assert_eq!(event.envelope().unwrap(), expected);
    }
}
