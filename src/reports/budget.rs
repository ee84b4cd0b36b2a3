//! What one order may cost us: so many tokens, and so much money. Pure.

use super::cost::{self, Prices};
use super::ports::TokenUsage;

/// Tokens that a hundred characters of a prompt make, at most: Chinese is counted here, English
/// makes fewer (reference/deepseek.md §1.3).
const TOKENS_PER_HUNDRED: u64 = 80;

/// The limits of one order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    pub tokens: u64,
    /// In millionths of the prices' currency; `None`: no limit.
    pub cost_micros: Option<i64>,
}

/// What was spent, or may be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Load {
    pub tokens: u64,
    pub cost_micros: i64,
}

impl Load {
    pub fn of(usage: &TokenUsage, cost_micros: i64) -> Self {
        let prompt = usage.prompt_cache_hit.saturating_add(usage.prompt_cache_miss);
        Self { tokens: prompt.saturating_add(usage.completion), cost_micros }
    }

    /// What a request may come to: its prompt, unknown to the provider's cache, and a text of the
    /// greatest length that was asked for.
    pub fn expected(prompt_characters: usize, characters: u32, prices: Option<&Prices>) -> Self {
        let count = u64::try_from(prompt_characters).unwrap_or(u64::MAX);
        let usage = TokenUsage {
            prompt_cache_miss: count.saturating_mul(TOKENS_PER_HUNDRED) / 100,
            completion: u64::from(characters),
            ..TokenUsage::default()
        };
        Self::of(&usage, prices.map(|prices| cost::cost_micros(&usage, prices)).unwrap_or_default())
    }

    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            cost_micros: self.cost_micros.saturating_add(other.cost_micros),
        }
    }
}

/// A question may cost one part in so many of what the report may.
const QUESTION_SHARE: u64 = 4;

impl Budget {
    /// What the report and so many questions about it may cost.
    #[must_use]
    pub fn with_questions(self, questions: u64) -> Self {
        let more = self.tokens.saturating_mul(questions) / QUESTION_SHARE;
        let cost_micros = self.cost_micros.map(|most| {
            let times = i64::try_from(questions).unwrap_or(i64::MAX);
            most.saturating_add(most.saturating_mul(times) / QUESTION_SHARE.cast_signed())
        });
        Self { tokens: self.tokens.saturating_add(more), cost_micros }
    }

    /// Whether there is room for all of it.
    pub fn holds(&self, load: Load) -> bool {
        load.tokens <= self.tokens && self.cost_micros.is_none_or(|most| load.cost_micros <= most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prices() -> Prices {
        Prices {
            currency: "USD".parse().unwrap(),
            cache_hit: "0".parse().unwrap(),
            cache_miss: "1".parse().unwrap(),
            completion: "2".parse().unwrap(),
        }
    }

    #[test]
    fn a_budget_holds_up_to_its_limits() {
        let budget = Budget { tokens: 1_000, cost_micros: Some(500) };
        let load = |tokens, cost_micros| Load { tokens, cost_micros };
        assert!(budget.holds(load(1_000, 500)));
        assert!(!budget.holds(load(1_001, 0)));
        assert!(!budget.holds(load(0, 501)));
        assert!(Budget { cost_micros: None, ..budget }.holds(load(0, i64::MAX)));
        assert_eq!(load(u64::MAX, i64::MAX).plus(load(1, 1)), load(u64::MAX, i64::MAX));
    }

    #[test]
    fn each_question_widens_the_budget() {
        let budget = Budget { tokens: 1_000, cost_micros: Some(400) };
        assert_eq!(budget.with_questions(0), budget);
        let wider = Budget { tokens: 1_500, cost_micros: Some(600) };
        assert_eq!(budget.with_questions(2), wider);
        let open = Budget { cost_micros: None, ..budget };
        assert_eq!(open.with_questions(4), Budget { tokens: 2_000, cost_micros: None });
    }

    #[test]
    fn what_a_request_may_come_to_is_reckoned_from_its_length() {
        let expected = Load::expected(5_000, 600, Some(&prices()));
        assert_eq!(expected, Load { tokens: 4_600, cost_micros: 5_200 });
        assert_eq!(Load::expected(5_000, 600, None).cost_micros, 0);
    }
}
