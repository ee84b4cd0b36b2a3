//! How operators are told what needs them: how often the same thing is said, and the way by mail.
//! What is said stands in the flows, the chat in `notifications`.
//!
//! Invariant: of equal alerts (kind and subject) one is told in an hour, and the others are counted;
//! the next one that is told says how many there were. Nothing is counted that was rolled back.

pub mod adapters;
pub mod ports;
pub mod repo;

use crate::kernel::clock::Timestamp;

/// Equal alerts within this many seconds are told once (spec.md §13).
pub const QUIET_SECONDS: u64 = 3600;

/// An alert that is to be told now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Telling {
    /// The beginning of its quiet time: with kind and subject its name for ever.
    pub at: Timestamp,
    /// How many equal ones were not told since the one before.
    pub missed: i64,
}
