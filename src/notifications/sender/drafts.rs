//! When a live draft may be shown: one per chat in a few seconds, and none any more once the chat
//! service has said that it does not know them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::kernel::ids::UserId;
use crate::notifications::ports::SendError;

pub(super) struct Drafts {
    every: Duration,
    /// When the next one may be shown, of chats that saw one just now.
    next: Mutex<HashMap<UserId, Instant>>,
    unknown: AtomicBool,
}

impl Drafts {
    pub(super) fn new(every: Duration) -> Self {
        Self { every, next: Mutex::default(), unknown: AtomicBool::new(false) }
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.unknown.load(Ordering::Relaxed)
    }

    /// The moment from which a draft may be shown in this chat; the one after it waits for longer.
    pub(super) fn book(&self, to: UserId, now: Instant) -> Instant {
        let mut next = self.next();
        next.retain(|_, at| *at > now);
        let at = next.get(&to).copied().unwrap_or(now);
        next.insert(to, at + self.every);
        at
    }

    /// What a failure means for drafts to come.
    pub(super) fn learn(&self, to: UserId, error: &SendError, now: Instant) {
        if let SendError::TooFast(pause) = error {
            let mut next = self.next();
            let at = next.entry(to).or_insert(now);
            *at = (*at).max(now + *pause);
        }
        if is_of_a_strange_method(error) && !self.unknown.swap(true, Ordering::Relaxed) {
            tracing::warn!("the chat service does not know live drafts: none is shown any more");
        }
    }

    fn next(&self) -> MutexGuard<'_, HashMap<UserId, Instant>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Servers of the Bot API say it with 404, and some with words (reference/telegram.md §A.5).
fn is_of_a_strange_method(error: &SendError) -> bool {
    let SendError::Refused { code, description } = error else { return false };
    *code == 404 || description.to_ascii_lowercase().contains("method not found")
}
