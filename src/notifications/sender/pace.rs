//! How fast we speak, in numbers.

use std::time::Duration;

use tokio::time::Instant;

/// The limits that the sender keeps. The defaults stay below what reference/telegram.md §A.3
/// reports of Telegram's unpublished ones.
#[derive(Debug, Clone)]
pub struct Pace {
    /// One new message per this time and chat, in the long run.
    pub per_chat_every: Duration,
    /// So many new messages of a conversation may follow each other at once, with words about
    /// money twice as many; bulk never does.
    pub per_chat_burst: u32,
    /// New messages to all chats together.
    pub messages_per_second: u32,
    /// Edits, answers to buttons and marks, all chats together: whoever taps is answered at once, also
    /// among hundreds who tap every second.
    pub gestures_per_second: u32,
    /// The distance between two edits of progress in one chat.
    pub progress_every: Duration,
    /// The distance between two live drafts in one chat.
    pub draft_every: Duration,
    /// The longest that a caller waits for turns, pauses included.
    pub patience: Duration,
    /// A longer `retry_after` than this silences us towards everybody.
    pub wide_block: Duration,
    /// How often a request is tried when the chat service cannot be reached.
    pub tries: u32,
    /// The first wait between such tries; it doubles, with jitter.
    pub back_off: Duration,
    /// So many requests may wait for one chat, and for all chats together.
    pub waiting_per_chat: usize,
    pub waiting: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            per_chat_every: Duration::from_secs(1),
            per_chat_burst: 4,
            messages_per_second: 25,
            gestures_per_second: 500,
            progress_every: Duration::from_secs(3),
            draft_every: Duration::from_secs(3),
            patience: Duration::from_secs(300),
            wide_block: Duration::from_secs(60),
            tries: 4,
            back_off: Duration::from_millis(500),
            waiting_per_chat: 100,
            waiting: 10_000,
        }
    }
}

/// What is more urgent goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Answers to buttons and words about money.
    Urgent,
    /// The conversation.
    Normal,
    /// Edits that show progress: the newest replaces a waiting one of the same message.
    Progress,
    /// Report segments and broadcasts. Callers send them one after the other, so that a broadcast
    /// and a report share the way fairly.
    Bulk,
}

impl Priority {
    pub(super) const ALL: [Self; 4] = [Self::Urgent, Self::Normal, Self::Progress, Self::Bulk];

    /// How many new messages of this kind may follow each other at once. Words about money find
    /// room even when a lively conversation has just used up its own.
    pub(super) fn burst(self, pace: &Pace) -> u32 {
        match self {
            Self::Urgent => pace.per_chat_burst.saturating_mul(2),
            Self::Normal => pace.per_chat_burst,
            Self::Progress | Self::Bulk => 1,
        }
    }
}

/// A token bucket, kept as the time at which it will be full again.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bucket {
    full_at: Instant,
}

impl Bucket {
    pub(super) fn full(now: Instant) -> Self {
        Self { full_at: now }
    }

    /// When the next token of a bucket of `burst` tokens, filled one per `every`, can be had.
    pub(super) fn ready_at(&self, now: Instant, every: Duration, burst: u32) -> Instant {
        let credit = every.saturating_mul(burst.saturating_sub(1));
        now + self.full_at.saturating_duration_since(now + credit)
    }

    pub(super) fn take(&mut self, now: Instant, every: Duration) {
        self.full_at = self.full_at.max(now) + every;
    }

    pub(super) fn is_full(&self, now: Instant) -> bool {
        self.full_at <= now
    }
}
