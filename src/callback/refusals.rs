//! How many callbacks were not believed, and when that is worth a row or an alert. Anybody can send
//! such callbacks, so the books hear of them at most every few seconds.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::http::{HeaderMap, header};

use super::CallbackState;
use crate::flows::note_refusal;
use crate::kernel::clock::Timestamp;

/// Between two rows about the same.
const ROW_EVERY: Duration = Duration::from_secs(10);
/// So many within [`WINDOW`] are worth an alert.
const MANY: i64 = 5;
const WINDOW: Duration = Duration::from_secs(3600);

/// Refusals by provider and reason.
#[derive(Default)]
pub(super) struct Tally(Mutex<BTreeMap<(String, &'static str), Count>>);

#[derive(Clone, Copy)]
struct Count {
    unwritten: i64,
    written_at: Option<Timestamp>,
    in_window: i64,
    window_since: Timestamp,
}

/// What is to be written now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Due {
    count: i64,
    many: bool,
}

impl Tally {
    fn add(&self, provider: &str, reason: &'static str, now: Timestamp) -> Option<Due> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = Count { unwritten: 0, written_at: None, in_window: 0, window_since: now };
        let count = counts.entry((provider.to_owned(), reason)).or_insert(fresh);
        if now.since(count.window_since) > WINDOW {
            (count.in_window, count.window_since) = (0, now);
        }
        count.in_window = count.in_window.saturating_add(1);
        count.unwritten = count.unwritten.saturating_add(1);
        let recent = count.written_at.is_some_and(|at| now.since(at) < ROW_EVERY);
        if recent && count.in_window != MANY {
            return None;
        }
        let due = Due { count: count.unwritten, many: count.in_window >= MANY };
        (count.unwritten, count.written_at) = (0, Some(now));
        Some(due)
    }
}

/// Counts one callback whose sender was not proved. Our own doctor's look is none.
pub(super) async fn note(
    state: &CallbackState,
    provider: &str,
    (headers, reason): (&HeaderMap, &'static str),
) {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    if agent.is_some_and(|agent| agent.starts_with("mingshu/")) {
        return;
    }
    let Some(due) = state.refusals.add(provider, reason, state.base.now()) else { return };
    let about = (provider, reason);
    if let Err(error) = note_refusal::run(&state.base, about, (due.count, due.many)).await {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "refused callbacks could not be counted");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_becomes_a_row_now_and_then_and_one_alarm() {
        let tally = Tally::default();
        let at = |seconds: i64| Timestamp::from_millis(seconds.saturating_mul(1000));
        let add = |seconds| tally.add("pingpong", "the signature is wrong", at(seconds));
        assert_eq!(add(0), Some(Due { count: 1, many: false }));
        assert_eq!(add(1), None);
        assert_eq!(add(2), None);
        assert_eq!(add(3), None);
        assert_eq!(add(4), Some(Due { count: 4, many: true }), "the fifth");
        assert_eq!(add(5), None);
        assert_eq!(add(14), Some(Due { count: 2, many: true }));
        assert_eq!(add(5000), Some(Due { count: 1, many: false }), "a new hour");
        let other = tally.add("pingpong", "no signature", at(5001));
        assert_eq!(other, Some(Due { count: 1, many: false }));
    }
}
