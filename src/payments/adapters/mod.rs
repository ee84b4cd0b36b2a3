//! One room per provider and dialect. Each is the only code that knows its wire format.
//!
//! `exchange` and `reading` are what the dialects share: how a call over HTTP ends in the words of
//! the port, and how a provider's loosely typed JSON is read.

mod exchange;
pub mod outlook;
pub mod pingpong_hmac;
pub mod pingpong_v4;
mod reading;
pub mod telegram_stars;
