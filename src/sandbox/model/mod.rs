//! Plays the DeepSeek streaming API (reference/deepseek.md): keep-alives, thoughts when they are
//! not switched off, content in small pieces, token counts, `[DONE]`, prefix continuation, and
//! the misfortunes of [`Fault`](super::faults::Fault) that begin with `Ai`.
//!
//! The answers are whole reports, written by hand and filled with the facts that the prompt
//! states, so that the demo shows what a buyer would read.

mod answer;
mod api;
mod chapter;
mod chart;
mod facts;
mod log;
mod mistakes;
mod stream;
#[cfg(test)]
mod tests;
mod traditional;
mod values;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::{get, post};

pub use self::log::{Answer, ModelLog, Outcome};
use super::faults::Faults;

/// How fast the model writes.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// Characters in one piece of the stream.
    pub characters: usize,
    /// The pause before each piece.
    pub pause: Duration,
}

impl Pace {
    /// As fast as it goes, for tests.
    pub fn instant() -> Self {
        Self { characters: 24, pause: Duration::ZERO }
    }

    /// A long report in some ten seconds, so that a person can watch it grow.
    pub fn watchable() -> Self {
        Self { characters: 9, pause: Duration::from_millis(30) }
    }
}

#[derive(Clone)]
struct State {
    faults: Arc<Faults>,
    log: Arc<ModelLog>,
    pace: Pace,
}

/// The routes of the API, to be nested wherever the sandbox wants them.
pub fn router(faults: Arc<Faults>, log: Arc<ModelLog>, pace: Pace) -> Router {
    Router::new()
        .route("/chat/completions", post(api::complete))
        .route("/v1/chat/completions", post(api::complete))
        .route("/beta/chat/completions", post(api::complete_beta))
        .route("/models", get(api::models))
        .route("/user/balance", get(api::balance))
        .with_state(State { faults, log, pace })
}
