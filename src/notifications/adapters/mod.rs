//! The chats that we know to speak to.

pub mod telegram;
