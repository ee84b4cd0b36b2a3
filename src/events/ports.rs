//! What we ask of a place that events go to.

use std::time::Duration;

use async_trait::async_trait;

use crate::kernel::clock::Timestamp;

/// One event, ready to go.
#[derive(Debug, Clone)]
pub struct Parcel {
    /// The event's id: equal for equal events, so that a receiver can tell a repeat.
    pub id: String,
    /// The event's type.
    pub kind: String,
    /// The envelope as JSON text.
    pub body: String,
}

/// Why a sink did not take an event. The words are shown to operators and kept in the rows: they
/// name no secret and no address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotTaken {
    /// It may take it later; `after` is when it asked to be tried again.
    #[error("{why}")]
    Failed { why: String, after: Option<Duration> },
    /// It wants no more events, ever.
    #[error("{why}")]
    Gone { why: String },
}

impl NotTaken {
    pub fn failed(why: impl Into<String>) -> Self {
        Self::Failed { why: why.into(), after: None }
    }
}

/// A kind of transport to one sink.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// `webhook`, `nats`.
    fn kind(&self) -> &'static str;

    /// Hands the parcel over and waits until the sink has it; never longer than
    /// [`super::rules::CALL_LIMIT`]. `Ok` is what the sink answered, for the eyes of an operator.
    async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Result<String, NotTaken>;
}
