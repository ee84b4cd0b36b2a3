//! Durable background work. A job is a row that is written in the transaction of its cause and
//! run at least once by some worker.
//!
//! ```text
//! ready ─► running ─► done
//!   ▲        │  └───► parked   (attempts used up, or discarded: a person must look)
//!   └────────┘        (retry, snooze, the lease of a dead worker ran out, or rung meanwhile)
//! ```
//!
//! Invariants:
//! - `dedupe_key` is unique for ever: the same cause never makes two jobs.
//! - A run is fenced by its lease: who lost it changes nothing (`store::finish` and friends name
//!   owner and attempt).
//! - Who wakes a job that runs at that moment is not forgotten: however the run ends, the job runs
//!   once more (`rung_at`), because the run may have looked before the news came.
//! - A handler is idempotent; a panic in it counts as a retry.

mod census;
mod lease;
pub mod listen;
pub mod presence;
pub mod store;

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::kernel::ids;

/// A kind of job. The payload holds ids, never personal data.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Kept in rows: never changes once released.
    const KIND: &'static str;
    /// Runs without progress before the job is parked.
    const MAX_ATTEMPTS: i32;

    /// The same cause gives the same key.
    fn dedupe_key(&self) -> String;
}

/// What a handler says when it could not finish.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// May pass: run again after the given time, or after the usual back-off.
    #[error("{cause:#}")]
    Retry { cause: anyhow::Error, after: Option<Duration> },
    /// Will not pass by itself: a person must look.
    #[error("{0:#}")]
    Discard(anyhow::Error),
    /// Nothing wrong, only too early; costs no attempt.
    #[error("too early, again in {} s", .0.as_secs())]
    Snooze(Duration),
}

impl JobError {
    pub fn retry(cause: impl Into<anyhow::Error>) -> Self {
        Self::Retry { cause: cause.into(), after: None }
    }

    pub fn discard(cause: impl Into<anyhow::Error>) -> Self {
        Self::Discard(cause.into())
    }
}

/// Exponential back-off with full jitter on its upper half: 1, 2, 4 … seconds, at most `cap`.
pub fn backoff(attempt: i32, cap: Duration) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1).clamp(0, 16)).unwrap_or(0);
    let full = Duration::from_secs(1).saturating_mul(1 << doublings).min(cap);
    let half = full / 2;
    let half_millis = u64::try_from(half.as_millis()).unwrap_or(u64::MAX);
    half + Duration::from_millis(ids::random_below(half_millis.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_and_stays_below_the_cap() {
        let cap = Duration::from_secs(60);
        for attempt in 1..40 {
            let wait = backoff(attempt, cap);
            assert!(wait <= cap, "{attempt}: {wait:?}");
            assert!(wait >= Duration::from_millis(500), "{attempt}: {wait:?}");
        }
        assert!(backoff(6, cap) >= Duration::from_secs(16));
    }
}
