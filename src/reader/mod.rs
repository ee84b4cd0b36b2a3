//! The process at the reader's end: pages of reports for those who have the link.
//!
//! Read only, and nothing but pages: no session, no form, no script. Whoever guesses learns nothing
//! and is slowed down; whoever has a link is never turned away for the guesses of others.

mod page;

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use chrono_tz::Tz;
use tokio::sync::Semaphore;

use crate::flows::base::Base;
use crate::flows::report_page::PATH;
use crate::kernel::clock::Timestamp;
use crate::platform::pages::Pages;
use crate::platform::texts::Texts;

/// Pages that are made at once.
const MAX_IN_FLIGHT: usize = 32;
/// Wrong addresses in one [`WINDOW`] that are answered in full.
const MISSES: u32 = 60;
const WINDOW: Duration = Duration::from_secs(60);

/// What this process knows.
#[derive(Clone)]
pub struct ReaderState {
    base: Base,
    texts: Arc<Texts>,
    pages: Arc<Pages>,
    zone: Tz,
    chat_url: Arc<OnceLock<String>>,
    in_flight: Arc<Semaphore>,
    misses: Arc<Misses>,
}

impl ReaderState {
    /// `chat_url` is `https://t.me/<bot>`, known once Telegram has told it.
    pub fn new(
        base: Base,
        (texts, pages): (Arc<Texts>, Arc<Pages>),
        zone: Tz,
        chat_url: Arc<OnceLock<String>>,
    ) -> Self {
        let in_flight = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        Self { base, texts, pages, zone, chat_url, in_flight, misses: Arc::default() }
    }
}

/// `GET /r/{token}`.
pub fn router(state: ReaderState) -> Router {
    Router::new().route(&format!("{PATH}/{{token}}"), get(page::show)).with_state(state)
}

/// How often a wrong address was asked for lately.
#[derive(Debug, Default)]
struct Misses(Mutex<Option<(Timestamp, u32)>>);

impl Misses {
    /// Notes one more; `true` when there are too many.
    fn note(&self, now: Timestamp) -> bool {
        let mut window = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (begun, count) = window
            .filter(|(begun, _)| now.since(*begun) < WINDOW)
            .map_or((now, 1), |(begun, count)| (begun, count.saturating_add(1)));
        *window = Some((begun, count));
        count > MISSES
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn guesses_are_too_many_for_a_minute_only() {
        let misses = Misses::default();
        let begun = Timestamp(1_000_000);
        assert!((0..MISSES).all(|_| !misses.note(begun)));
        assert!(misses.note(begun.plus(Duration::from_secs(59))));
        assert!(!misses.note(begun.plus(WINDOW)));
    }
}
