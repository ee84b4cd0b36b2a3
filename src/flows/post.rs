//! What the flows that bring events to the outside need.

use std::sync::Arc;

use crate::events::Sink;
use crate::kernel::clock::{Clock, Timestamp};
use crate::platform::db::Db;

/// The shop's way to whoever listens.
#[derive(Clone)]
pub struct Post {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub sinks: Arc<[Sink]>,
}

impl Post {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn sink(&self, name: &str) -> Option<&Sink> {
        self.sinks.iter().find(|sink| sink.name == name)
    }
}
