//! Which sink takes which event, when a failed delivery is tried again, and when a sink is given
//! up. The ladder and the five days follow Svix, on whose practice Standard Webhooks rests
//! (reference/payments-anchors.md §A11).

use std::time::Duration;

use crate::kernel::clock::Timestamp;

/// The longest that one attempt may take, connection included.
pub const CALL_LIMIT: Duration = Duration::from_secs(15);

/// How long a claimed delivery belongs to its attempt. Longer than any attempt takes; who died on
/// the way is repeated after it.
pub const CLAIM: Duration = Duration::from_secs(60);

/// The pauses after the first, second, … failed attempt.
const LADDER: [Duration; 9] = [
    Duration::from_secs(5),
    Duration::from_secs(5 * 60),
    Duration::from_secs(30 * 60),
    Duration::from_secs(2 * HOUR),
    Duration::from_secs(5 * HOUR),
    Duration::from_secs(10 * HOUR),
    Duration::from_secs(14 * HOUR),
    Duration::from_secs(20 * HOUR),
    Duration::from_secs(24 * HOUR),
];
const HOUR: u64 = 3600;

/// A sink that wants to be left alone for longer is not believed.
const LONGEST_WISH: Duration = Duration::from_secs(24 * HOUR);

/// A sink that failed for so long is given up,
const GIVEN_UP_AFTER: Duration = Duration::from_secs(5 * 24 * HOUR);
/// but only when it also failed at two moments this far apart, so that it is not the fault of a
/// shop that was itself off for a week.
const APART: Duration = Duration::from_secs(12 * HOUR);

/// Which types of events a sink takes: `order.paid`, `order.*` or `*`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    All,
    /// The part before `.*`.
    Family(String),
    One(String),
}

impl Pattern {
    /// `None`: not a pattern.
    pub fn parse(text: &str) -> Option<Self> {
        let word = |text: &str| {
            !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        match text.split_once('.') {
            None => (text == "*").then_some(Self::All),
            Some((family, "*")) => word(family).then(|| Self::Family(family.to_owned())),
            Some((family, rest)) => {
                (word(family) && word(rest)).then(|| Self::One(text.to_owned()))
            }
        }
    }

    pub fn matches(&self, kind: &str) -> bool {
        match self {
            Self::All => true,
            Self::Family(family) => kind.split('.').next() == Some(family),
            Self::One(one) => kind == one,
        }
    }
}

/// When a delivery that failed at its `attempt`th time is tried again; `None`: not by itself.
/// `luck`, 0 to 99, spreads what failed together over a tenth of the pause; `wish` is the sink's
/// own `Retry-After`.
pub fn next_attempt(attempt: i32, luck: u32, wish: Option<Duration>) -> Option<Duration> {
    let rung = usize::try_from(attempt.max(1)).unwrap_or(usize::MAX).saturating_sub(1);
    let pause = LADDER.get(rung).copied()?;
    let jitter = pause.saturating_mul(luck.min(99)) / 1000;
    let wish = wish.unwrap_or_default().min(LONGEST_WISH);
    Some(pause.saturating_add(jitter).max(wish))
}

/// What is known of a sink that does not take events.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Failing {
    /// The first failure after the last success.
    pub since: Option<Timestamp>,
    /// The first failure that came at least twelve hours later.
    pub again: Option<Timestamp>,
}

impl Failing {
    /// The same after one more failure.
    #[must_use]
    pub fn failed(self, now: Timestamp) -> Self {
        let since = self.since.unwrap_or(now);
        let again = self.again.or_else(|| (now.since(since) >= APART).then_some(now));
        Self { since: Some(since), again }
    }

    /// Whether the sink is given up.
    pub fn is_hopeless(self, now: Timestamp) -> bool {
        let (Some(since), Some(again)) = (self.since, self.again) else { return false };
        now.since(since) >= GIVEN_UP_AFTER && now.since(again) >= APART
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const START: Timestamp = Timestamp(1_795_234_380_000);

    fn hours(count: u64) -> Duration {
        Duration::from_secs(count * HOUR)
    }

    #[test]
    fn patterns_say_what_they_match() {
        for (pattern, yes, no) in [
            ("*", "order.paid", ""),
            ("order.*", "order.paid", "orders.paid"),
            ("order.paid", "order.paid", "order.paid_late"),
            ("stock.low", "stock.low", "stock"),
        ] {
            let parsed = Pattern::parse(pattern).unwrap();
            assert!(parsed.matches(yes), "{pattern} {yes}");
            assert!(no.is_empty() || !parsed.matches(no), "{pattern} {no}");
        }
        for wrong in
            ["", "order", "order.", ".paid", "*.paid", "order.*.x", "Order.paid", "order.p*"]
        {
            assert_eq!(Pattern::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn ten_attempts_take_a_little_over_three_days() {
        let pauses: Vec<Duration> =
            (1..=20).map_while(|attempt| next_attempt(attempt, 0, None)).collect();
        assert_eq!(pauses.len(), 9);
        assert_eq!(pauses[..3], [5, 300, 1800].map(Duration::from_secs));
        assert_eq!(pauses[3..], [2, 5, 10, 14, 20, 24].map(hours));
        assert_eq!(pauses.iter().sum::<Duration>(), hours(75) + Duration::from_secs(2105));
    }

    #[test]
    fn a_sinks_wish_only_makes_the_pause_longer() {
        let wish = |seconds| Some(Duration::from_secs(seconds));
        assert_eq!(next_attempt(1, 0, wish(60)), wish(60));
        assert_eq!(next_attempt(2, 0, wish(60)), wish(300));
        assert_eq!(next_attempt(1, 0, wish(u64::MAX)), Some(hours(24)));
        assert_eq!(next_attempt(10, 0, wish(60)), None);
    }

    proptest! {
        #[test]
        fn jitter_stays_below_a_tenth(attempt in 1..10_i32, luck in 0..1000_u32) {
            let plain = next_attempt(attempt, 0, None).unwrap();
            let pause = next_attempt(attempt, luck, None).unwrap();
            prop_assert!(pause >= plain && pause < plain + plain / 10);
        }
    }

    #[test]
    fn a_sink_is_given_up_after_five_days_of_failures() {
        let mut failing = Failing::default();
        for hour in [0, 1, 3, 8, 18, 32, 52, 76, 100] {
            failing = failing.failed(START.plus(hours(hour)));
            assert!(!failing.is_hopeless(START.plus(hours(hour))), "{hour}");
        }
        assert_eq!(failing.again, Some(START.plus(hours(18))));
        let later = START.plus(hours(120));
        assert!(failing.failed(later).is_hopeless(later));
    }

    #[test]
    fn a_shop_that_was_off_for_a_week_does_not_give_up_at_its_first_call() {
        let mut failing = Failing::default().failed(START);
        for hour in [168, 169, 179] {
            failing = failing.failed(START.plus(hours(hour)));
            assert!(!failing.is_hopeless(START.plus(hours(hour))), "{hour}");
        }
        assert!(failing.is_hopeless(START.plus(hours(180))));
    }
}
