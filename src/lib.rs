//! mingshu 命书: sells AI-written BaZi reports inside a Telegram chat.

pub mod bazi;
pub mod cli;
pub mod config;
pub mod kernel;
pub mod notifications;
pub mod payments;
pub mod platform;
pub mod reports;
pub mod sandbox;
