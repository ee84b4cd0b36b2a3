//! What every flow stands on.

use std::sync::Arc;

use crate::kernel::clock::{Clock, Timestamp};
use crate::platform::crypto::Keyring;
use crate::platform::db::Db;

#[derive(Clone)]
pub struct Base {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    pub keyring: Arc<Keyring>,
}

impl Base {
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }
}

/// What to do with money that comes after an order was given up (spec.md §4 rule 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatePayment {
    /// Deliver if stock allows, else give the money back.
    Fulfil,
    Refund,
    AskAdmin,
}
