//! The switchboard of the sandbox's faults: which misfortune happens next, and how often.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A misfortune. The kebab-case words are used by `demo --scenario` and by the sandbox page.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The callback comes only after the payment's deadline.
    LateCallback,
    /// The callback comes five times, some of them at once.
    DoubleCallback,
    /// The callback states another amount than the payment's.
    WrongAmount,
    /// A forged callback comes before the true one.
    BadSignature,
    /// The callback never comes; only a query tells.
    NoCallback,
    /// A failed attempt is reported before the successful one.
    FailedFirst,
    /// The payment fails for good.
    PaymentFailed,
    CreateTimeout,
    CreateError,
    QueryTimeout,
    RefundPending,
    RefundRefused,
    RefundTimeout,
    AiTimeout,
    AiRateLimit,
    AiServerError,
    AiTruncated,
    AiEmpty,
    AiLength,
    AiRefused,
    AiBadKey,
    /// The report names a wrong day master and a wrong pillar.
    AiWrongPillars,
    /// The report gives a year another year's pillar.
    AiWrongYears,
    /// The report foretells a death and promises money.
    AiBannedClaim,
    /// The report ends in the middle of a sentence, and the stream says that it is whole.
    AiUnfinished,
    BaziTimeout,
    BaziServerError,
    BaziWrongPillars,
    TelegramFlood,
    TelegramServerError,
    TelegramBlocked,
    TelegramBadMarkup,
}

impl Fault {
    pub const ALL: &'static [Self] = &[
        Self::LateCallback,
        Self::DoubleCallback,
        Self::WrongAmount,
        Self::BadSignature,
        Self::NoCallback,
        Self::FailedFirst,
        Self::PaymentFailed,
        Self::CreateTimeout,
        Self::CreateError,
        Self::QueryTimeout,
        Self::RefundPending,
        Self::RefundRefused,
        Self::RefundTimeout,
        Self::AiTimeout,
        Self::AiRateLimit,
        Self::AiServerError,
        Self::AiTruncated,
        Self::AiEmpty,
        Self::AiLength,
        Self::AiRefused,
        Self::AiBadKey,
        Self::AiWrongPillars,
        Self::AiWrongYears,
        Self::AiBannedClaim,
        Self::AiUnfinished,
        Self::BaziTimeout,
        Self::BaziServerError,
        Self::BaziWrongPillars,
        Self::TelegramFlood,
        Self::TelegramServerError,
        Self::TelegramBlocked,
        Self::TelegramBadMarkup,
    ];

    /// The kebab-case word, such as `late-callback`.
    pub fn word(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|word| word.as_str().map(str::to_owned))
            .unwrap_or_default()
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|fault| fault.word() == word)
    }
}

/// Faults that are still to happen, with how often.
#[derive(Debug, Default)]
pub struct Faults(Mutex<BTreeMap<Fault, u32>>);

impl Faults {
    /// Makes `fault` happen the next `times` times; 0 switches it off.
    pub fn set(&self, fault: Fault, times: u32) {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if times == 0 {
            pending.remove(&fault);
        } else {
            pending.insert(fault, times);
        }
    }

    /// Whether `fault` happens now; uses up one time.
    pub fn take(&self, fault: Fault) -> bool {
        let mut pending = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(times) = pending.get_mut(&fault) else { return false };
        *times = times.saturating_sub(1);
        if *times == 0 {
            pending.remove(&fault);
        }
        true
    }

    pub fn pending(&self) -> BTreeMap<Fault, u32> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_happens_as_often_as_it_was_set() {
        let faults = Faults::default();
        faults.set(Fault::AiEmpty, 2);
        assert!(faults.take(Fault::AiEmpty));
        assert!(faults.take(Fault::AiEmpty));
        assert!(!faults.take(Fault::AiEmpty));
        assert!(!faults.take(Fault::WrongAmount));
    }

    #[test]
    fn every_fault_has_a_word_that_reads_back() {
        for fault in Fault::ALL {
            assert_eq!(Fault::parse(&fault.word()), Some(*fault));
        }
        assert_eq!(Fault::LateCallback.word(), "late-callback");
    }
}
