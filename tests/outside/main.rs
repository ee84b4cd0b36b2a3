//! mingshu as a stranger sees it: the binary, its environment variables, its database. Telegram,
//! PingPong, Yuanfenju and DeepSeek are played in `world`, written from the references; nothing of
//! the crate is used. Every scenario runs on SQLite and, where there is one, on Postgres.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a scenario that cannot go on stops, and says where it runs"
)]

mod binary;
mod buyer;
mod callbacks;
mod chapter_kills;
mod charts;
mod chat_faults;
mod commands;
mod crashes;
mod database;
mod dice;
mod drawing;
mod errands;
mod events;
mod flood;
mod forgotten;
mod late_money;
mod model_faults;
mod operators;
mod patience;
mod settings;
mod shop;
mod whole_purchase;
mod words;
mod world;

use std::future::Future;

use database::Kind;
use tokio::task::JoinSet;

/// Plays a scenario on every database, side by side.
async fn on_every_database<F>(scenario: impl Fn(Kind) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let mut plays = JoinSet::new();
    for kind in database::kinds().await {
        plays.spawn(scenario(kind));
    }
    while let Some(played) = plays.join_next().await {
        played.unwrap();
    }
}
