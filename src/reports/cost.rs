//! What a text cost us.

use std::str::FromStr;

use super::ports::TokenUsage;
use crate::kernel::money::Currency;

/// Digits after the point that a price may have; a price is kept in units of this size.
const DECIMALS: usize = 6;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a price per million tokens; write a decimal such as \"0.15\"")]
pub struct PriceError(String);

/// The price of a million tokens, exact to a millionth of the currency's major unit. Written as a
/// decimal text, never as a float.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PricePerMillion {
    micros: i64,
}

/// Reads a decimal such as `0.15` as millionths.
///
/// # Errors
/// When the text is no such decimal.
pub fn micros(text: &str) -> Result<i64, PriceError> {
    text.parse::<PricePerMillion>().map(|price| price.micros)
}

impl FromStr for PricePerMillion {
    type Err = PriceError;

    fn from_str(text: &str) -> Result<Self, PriceError> {
        let wrong = || PriceError(text.to_owned());
        let (whole, fraction) = match text.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return Err(wrong()),
            None => (text, ""),
        };
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty()
            || whole.len() > 9
            || fraction.len() > DECIMALS
            || !digits(whole)
            || !digits(fraction)
        {
            return Err(wrong());
        }
        let micros =
            format!("{whole}{fraction:0<DECIMALS$}").parse().map_err(|_overflow| wrong())?;
        Ok(Self { micros })
    }
}

impl<'de> serde::Deserialize<'de> for PricePerMillion {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A provider's price list (reference/deepseek.md §1.3). Where the provider has dearer hours,
/// write the dearer price: the figure is then an upper bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    pub currency: Currency,
    pub cache_hit: PricePerMillion,
    pub cache_miss: PricePerMillion,
    pub completion: PricePerMillion,
}

/// The cost in millionths of the price list's currency, rounded to the nearest; `i64::MAX` when it
/// does not fit. Reasoning tokens are part of `completion` and not counted again.
pub fn cost_micros(usage: &TokenUsage, prices: &Prices) -> i64 {
    let parts = [
        (usage.prompt_cache_hit, prices.cache_hit),
        (usage.prompt_cache_miss, prices.cache_miss),
        (usage.completion, prices.completion),
    ];
    let millionths: i128 = parts
        .iter()
        .map(|(tokens, price)| i128::from(*tokens).saturating_mul(i128::from(price.micros)))
        .fold(0, i128::saturating_add);
    i64::try_from(millionths.saturating_add(500_000) / 1_000_000).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn prices(hit: &str, miss: &str, completion: &str) -> Prices {
        Prices {
            currency: "USD".parse().unwrap(),
            cache_hit: hit.parse().unwrap(),
            cache_miss: miss.parse().unwrap(),
            completion: completion.parse().unwrap(),
        }
    }

    #[test]
    fn each_kind_of_token_has_its_price() {
        let usage = TokenUsage {
            prompt_cache_hit: 1_000_000,
            prompt_cache_miss: 2_000,
            completion: 6_000,
            reasoning: 5_000,
        };
        // 0.003 + 0.0003 + 0.0036 USD
        assert_eq!(cost_micros(&usage, &prices("0.003", "0.15", "0.60")), 6_900);
        assert_eq!(cost_micros(&TokenUsage::default(), &prices("1", "2", "3")), 0);
    }

    #[test]
    fn a_cost_is_rounded_to_the_nearest_millionth() {
        let one = TokenUsage { completion: 1, ..TokenUsage::default() };
        assert_eq!(cost_micros(&one, &prices("0", "0", "0.499999")), 0);
        assert_eq!(cost_micros(&one, &prices("0", "0", "0.5")), 1);
    }

    #[test]
    fn a_price_is_a_decimal_text_or_an_error() {
        for wrong in ["", ".", "1.", ".5", "-1", "+1", "1e3", "1,5", "0.1234567", " 1", "１"] {
            assert!(wrong.parse::<PricePerMillion>().is_err(), "{wrong}");
        }
        assert_eq!("0.15".parse(), Ok(PricePerMillion { micros: 150_000 }));
        assert_eq!("12".parse(), Ok(PricePerMillion { micros: 12_000_000 }));
    }

    proptest! {
        #[test]
        fn a_cost_never_overflows_or_is_negative(hit: u64, miss: u64, completion: u64) {
            let usage = TokenUsage { prompt_cache_hit: hit, prompt_cache_miss: miss, completion, reasoning: 0 };
            prop_assert!(cost_micros(&usage, &prices("999999999", "0.000001", "1")) >= 0);
        }
    }
}
