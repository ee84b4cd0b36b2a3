//! When a provider of texts is left alone for a while: after several failures in a row, and for
//! longer after it refused our account. A rested one is tried with one text.

use std::time::Duration;

use crate::kernel::clock::Timestamp;

/// Failures in a row after which a provider rests.
const FAILURES: u32 = 3;
const REST: Duration = Duration::from_secs(60);
/// A wrong key or an empty balance does not mend itself within a minute.
const LONG_REST: Duration = Duration::from_secs(600);

/// What is remembered about one provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Breaker {
    failures: u32,
    rests_until: Option<Timestamp>,
}

impl Breaker {
    /// Whether it may be asked now.
    pub fn allows(&self, now: Timestamp) -> bool {
        self.rests_until(now).is_none()
    }

    /// When it may be asked again; `None`: now.
    pub fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.rests_until.filter(|until| now < *until)
    }

    pub fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// It did not answer properly; may pass.
    pub fn failed(&mut self, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        if self.failures >= FAILURES {
            self.rests_until = Some(now.plus(REST));
        }
    }

    /// It refuses our account.
    pub fn stopped(&mut self, now: Timestamp) {
        self.failures = FAILURES;
        self.rests_until = Some(now.plus(LONG_REST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_failures_in_a_row_are_a_rest_and_a_success_forgets_them() {
        let at = |seconds: i64| Timestamp::from_millis(seconds * 1000);
        let mut breaker = Breaker::default();
        breaker.failed(at(0));
        breaker.failed(at(1));
        assert!(breaker.allows(at(1)));
        breaker.failed(at(2));
        assert!(!breaker.allows(at(61)) && breaker.allows(at(62)));
        // One failure after the rest is enough to rest again.
        breaker.failed(at(62));
        assert!(!breaker.allows(at(63)));
        breaker.succeeded();
        assert!(breaker.allows(at(63)));
        breaker.stopped(at(100));
        assert!(!breaker.allows(at(699)) && breaker.allows(at(700)));
    }
}
