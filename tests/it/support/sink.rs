//! A sink of events that dies with the rest.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use mingshu::events::ports::{Carrier, NotTaken, Parcel};
use mingshu::kernel::clock::Timestamp;

use super::crash::Crash;

/// Somebody who hears of events.
pub(crate) struct FakeSink {
    crash: Arc<Crash>,
    heard: Mutex<Vec<String>>,
}

impl FakeSink {
    pub(crate) fn new(crash: Arc<Crash>) -> Self {
        Self { crash, heard: Mutex::default() }
    }

    /// The ids of all events that came, as often as they came.
    pub(crate) fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

/// The sink as its carrier knows it.
pub(crate) struct FakeCarrier(pub(crate) Arc<FakeSink>);

#[async_trait]
impl Carrier for FakeCarrier {
    fn kind(&self) -> &'static str {
        "fake"
    }

    async fn deliver(&self, parcel: &Parcel, _now: Timestamp) -> Result<String, NotTaken> {
        let sink = &self.0;
        sink.crash.around(|| sink.heard.lock().unwrap().push(parcel.id.clone())).await;
        Ok("200".to_owned())
    }
}
