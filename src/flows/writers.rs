//! Who writes the texts: the first provider and those that stand in for it, each with its prices,
//! its budget for a day and what is remembered about its health.

use std::sync::{Arc, Mutex, PoisonError};

use crate::kernel::clock::Timestamp;
use crate::reports::breaker::Breaker;
use crate::reports::cost::Prices;
use crate::reports::ports::{Accounts, LanguageModel};

/// One provider of texts.
pub struct Writer {
    /// As the configuration calls it; stands in rows and metrics.
    pub name: String,
    pub model: Arc<dyn LanguageModel>,
    /// `None`: the cost is not known and kept as zero.
    pub prices: Option<Prices>,
    /// Millionths of the prices' currency that a day may cost; `None`: no limit.
    pub daily_budget_micros: Option<i64>,
    /// `None`: nobody asks for the balance.
    pub purse: Option<Purse>,
    breaker: Mutex<Breaker>,
}

/// Where our money at a provider is asked for.
pub struct Purse {
    pub account: Arc<dyn Accounts>,
    /// Operators hear when less is left, in millionths of the currency.
    pub low_micros: i64,
}

impl Writer {
    pub fn new(name: &str, model: Arc<dyn LanguageModel>) -> Self {
        Self {
            name: name.to_owned(),
            model,
            prices: None,
            daily_budget_micros: None,
            purse: None,
            breaker: Mutex::default(),
        }
    }

    #[must_use]
    pub fn priced(self, prices: Prices, daily_budget_micros: Option<i64>) -> Self {
        Self { prices: Some(prices), daily_budget_micros, ..self }
    }

    #[must_use]
    pub fn with_purse(self, purse: Option<Purse>) -> Self {
        Self { purse, ..self }
    }

    /// Until when it is left alone; `None`: it is well.
    pub fn rests_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).rests_until(now)
    }

    /// Whether it is not resting.
    pub fn is_well(&self, now: Timestamp) -> bool {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).allows(now)
    }

    pub(super) fn learn(&self, lesson: impl FnOnce(&mut Breaker)) {
        lesson(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Which of the writers is asked, by their places: the first from `rank` on that is well, else the
/// first well one, else whoever is left from `rank` on, for one that rests is better than none.
/// `spent` have no budget left today or refused this text already.
pub(super) fn choose(well: &[bool], spent: &[usize], rank: usize) -> Option<usize> {
    let count = well.len();
    let order = || (rank.min(count.saturating_sub(1))..count).chain(0..rank.min(count));
    let left = |place: &usize| !spent.contains(place);
    let is_well = |place: &usize| well.get(*place).copied().unwrap_or(false);
    order().filter(left).find(is_well).or_else(|| order().find(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_well_writer_from_the_rank_on_is_asked() {
        assert_eq!(choose(&[true, true], &[], 0), Some(0));
        assert_eq!(choose(&[true, true], &[], 1), Some(1));
        assert_eq!(choose(&[true, true], &[], 7), Some(1));
        assert_eq!(choose(&[false, true], &[], 0), Some(1));
        assert_eq!(choose(&[true, false], &[], 1), Some(0));
        assert_eq!(choose(&[true, true], &[0], 0), Some(1));
        assert_eq!(choose(&[false, false], &[], 0), Some(0));
        assert_eq!(choose(&[true], &[0], 0), None);
    }
}
