//! The program as a whole: real flows, real worker, a migrated database of its own for every test,
//! fakes at the ports, and a clock that moves when told.
//!
//! Each story runs on SQLite, and on Postgres where a server answers (`support::database`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may stop at the first surprise"
)]

mod after;
mod alerts;
mod assortment;
mod audit;
mod books;
mod broadcasts;
mod callbacks;
mod capacity;
mod cards;
mod chapters;
mod charts;
mod coupons;
mod crashes;
mod crowds;
mod doubts;
mod events;
mod every_moment;
mod gate;
mod groups;
mod keys;
mod live_drafts;
mod metrics;
mod money;
mod order_audit;
mod orders;
mod payouts;
mod pictures;
mod pipeline;
mod plans;
mod privacy;
mod questions;
mod reconciliation;
mod recovery;
mod scenarios;
mod simulation;
mod stars;
mod stock;
mod support;
mod worker;
