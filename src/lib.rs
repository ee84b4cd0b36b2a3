//! mingshu 命书: sells AI-written BaZi reports inside a Telegram chat.

pub mod affiliates;
pub mod alerts;
pub mod app;
pub mod audit;
pub mod bazi;
pub mod bot;
pub mod broadcasts;
pub mod callback;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod events;
pub mod flows;
pub mod kernel;
pub mod notifications;
pub mod orders;
pub mod payments;
pub mod platform;
pub mod promotions;
pub mod reader;
pub mod reports;
pub mod sandbox;
pub mod shop;
pub mod users;
pub mod worker;
