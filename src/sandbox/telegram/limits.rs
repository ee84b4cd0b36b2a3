//! How much the played Telegram takes: new messages to one chat and to all chats. The real numbers
//! are unpublished; these are those of Telegram's own answers to questions (reference/telegram.md
//! §A.3). Edits, marks and answers to buttons are not counted.

use std::collections::{BTreeMap, VecDeque};

use crate::kernel::clock::Timestamp;

/// New messages to all chats within any second.
const ALL_IN_A_SECOND: usize = 30;
const SECOND_MS: i64 = 1_000;
/// One message a second in one chat, of which so many may come at once: "short bursts".
const BURST: i64 = 10;

#[derive(Default)]
pub(super) struct Intake {
    last: VecDeque<i64>,
    /// When each chat will have been silent for long enough, in milliseconds.
    rested_at: BTreeMap<i64, i64>,
    /// How many were refused so far.
    pub(super) refused: u64,
}

impl Intake {
    /// Counts a new message. `Err`: too fast, with the seconds to wait.
    pub(super) fn take(&mut self, chat: i64, now: Timestamp) -> Result<(), u64> {
        let now = now.millis();
        while self.last.front().is_some_and(|at| *at <= now.saturating_sub(SECOND_MS)) {
            self.last.pop_front();
        }
        let rested_at = self.rested_at.get(&chat).map_or(now, |at| now.max(*at));
        let tired = rested_at.saturating_sub(now) > SECOND_MS.saturating_mul(BURST - 1);
        if tired || self.last.len() >= ALL_IN_A_SECOND {
            self.refused = self.refused.saturating_add(1);
            return Err(1);
        }
        self.last.push_back(now);
        self.rested_at.insert(chat, rested_at.saturating_add(SECOND_MS));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_chat_may_be_told_ten_things_at_once_and_then_one_a_second() {
        let mut intake = Intake::default();
        let mut at = |ms| intake.take(7, Timestamp::from_millis(ms)).is_ok();
        assert!((0..10).all(|_| at(0)));
        assert!(!at(0) && !at(999));
        assert!(at(1_000) && !at(1_000));
        assert!((0..10).all(|_| at(60_000)) && !at(60_000));
    }

    #[test]
    fn all_chats_together_get_thirty_within_any_second() {
        let mut intake = Intake::default();
        let mut at = |chat, ms| intake.take(chat, Timestamp::from_millis(ms)).is_ok();
        assert!((0..30).all(|chat| at(chat, 500)));
        assert!(!at(99, 500) && !at(99, 1_499) && at(99, 1_500));
        assert_eq!(intake.refused, 2);
    }
}
