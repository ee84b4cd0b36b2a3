//! Operators hear: in the chat, by mail, once, and never not at all.

mod mail;
mod ways;
