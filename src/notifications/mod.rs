//! Words to people: messages, the chat they go through, the pace at which they go.
pub mod format;

pub mod adapters;
pub mod message;
pub mod ports;
pub mod sender;
