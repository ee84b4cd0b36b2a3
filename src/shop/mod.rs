//! The shop as a whole: whether it takes orders now. Goods, people and money are rooms of their own.
//!
//! Invariant: a switch that is off has no row; who threw it on, and when, stands in it.

pub mod repo;

use crate::kernel::clock::Timestamp;

/// The shop takes no orders; what was paid is delivered all the same.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Maintenance {
    /// `operator:<telegram id>`, with 0 for the person at the shell.
    pub operator: String,
    pub since: Timestamp,
}
