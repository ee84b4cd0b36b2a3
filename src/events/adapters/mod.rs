//! The kinds of sinks, one file for each.

pub mod nats;
pub mod webhook;
