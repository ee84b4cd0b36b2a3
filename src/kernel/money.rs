//! Money: whole minor units and a currency. No floating point anywhere near it.
//!
//! Sources: spec.md §1 (money is an `i64` of minor units), §4 rule 5 (how a provider's amount is
//! compared), reference/pingpong.md §6.1 (decimals per currency).

#![warn(clippy::arithmetic_side_effects)]

use std::fmt;
use std::str::FromStr;

/// A currency: an ISO 4217 code, or `XTR` for Telegram Stars.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

/// Currencies without minor units (reference/pingpong.md §6.1; `XTR` by telegram.md §A.8).
const NO_DECIMALS: &[&str] = &[
    "BIF", "XOF", "XAF", "XPF", "CLP", "KMF", "DJF", "VND", "PYG", "GNF", "ISK", "RWF", "UGX",
    "UYI", "VUV", "KRW", "JPY", "XTR",
];
/// Currencies with three decimals (same source).
const THREE_DECIMALS: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
/// Currencies with four decimals (same source).
const FOUR_DECIMALS: &[&str] = &["CLF"];

/// Fraction digits that we read from a provider before we refuse to understand a number.
const MAX_FRACTION_DIGITS: usize = 18;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    #[error("`{0}` is not a currency code of three capital letters")]
    Currency(String),
    #[error("`{0}` is not an amount of money")]
    Amount(String),
    #[error("the amount `{0}` has more decimals than {1} has")]
    TooPrecise(String, Currency),
    #[error("the amount is too large")]
    Overflow,
    #[error("{0} and {1} cannot be added")]
    Mixed(Currency, Currency),
}

impl Currency {
    pub const CNY: Self = Self(*b"CNY");
    pub const USD: Self = Self(*b"USD");
    /// Telegram Stars.
    pub const XTR: Self = Self(*b"XTR");

    pub fn as_str(&self) -> &str {
        // Only ASCII letters get in through `from_str`.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// How many decimals the currency's major unit has.
    pub fn exponent(self) -> u32 {
        let code = self.as_str();
        if NO_DECIMALS.contains(&code) {
            0
        } else if THREE_DECIMALS.contains(&code) {
            3
        } else if FOUR_DECIMALS.contains(&code) {
            4
        } else {
            2
        }
    }
}

impl FromStr for Currency {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        match text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|byte| byte.is_ascii_uppercase()) => {
                Ok(Self([*a, *b, *c]))
            }
            _ => Err(MoneyError::Currency(text.to_owned())),
        }
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// An amount of money: `minor` units (fen, cents, whole Stars) of `currency`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub struct Money {
    pub minor: i64,
    pub currency: Currency,
}

/// How a provider's decimal text compares with an amount of ours (spec.md §4 rule 5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AmountMatch {
    Same,
    Different,
    /// Not a number that we can read.
    Unreadable,
}

impl Money {
    pub fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    pub fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    pub fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Reads a price such as `19.90`: major units, no more decimals than the currency has.
    pub fn parse_major(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let decimal = Decimal::parse(text).ok_or_else(|| MoneyError::Amount(text.to_owned()))?;
        let minor = decimal
            .exact_minor(currency.exponent())
            .ok_or_else(|| MoneyError::TooPrecise(text.to_owned(), currency))?;
        Ok(Self {
            minor: i64::try_from(minor).map_err(|_too_large| MoneyError::Overflow)?,
            currency,
        })
    }

    /// Reads what a person types: `50`, `50.00`, `¥50`, `CNY 50` or `50 CNY`. A currency that is
    /// named must be the one that is meant.
    pub fn parse_typed(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let text = text.trim();
        let code = currency.as_str();
        let upper = text.to_ascii_uppercase();
        let named = upper.strip_prefix(code).or_else(|| upper.strip_suffix(code));
        let signed = text.strip_prefix(['¥', '￥']).filter(|_rest| matches!(code, "CNY" | "JPY"));
        let bare = named.or(signed).map_or(text, str::trim);
        let unread = |error| match error {
            // The words as they were typed.
            MoneyError::Amount(_) => MoneyError::Amount(text.to_owned()),
            error @ (MoneyError::Currency(_)
            | MoneyError::TooPrecise(..)
            | MoneyError::Overflow
            | MoneyError::Mixed(..)) => error,
        };
        Self::parse_major(bare, currency).map_err(unread)
    }

    /// The amount in major units with the currency's decimals, such as `19.90`: what goes on the
    /// wire to providers.
    pub fn to_major(self) -> String {
        let exponent = self.currency.exponent() as usize;
        let sign = if self.minor < 0 { "-" } else { "" };
        let digits =
            format!("{:0>width$}", self.minor.unsigned_abs(), width = exponent.saturating_add(1));
        let (major, minor) = digits.split_at(digits.len().saturating_sub(exponent));
        if exponent == 0 { format!("{sign}{major}") } else { format!("{sign}{major}.{minor}") }
    }

    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }

    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Mixed(self.currency, other.currency));
        }
        let minor = self.minor.checked_sub(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, currency: self.currency })
    }

    /// `percent` hundredths of the amount, rounded down to whole minor units.
    pub fn percent(self, percent: u32) -> Result<Self, MoneyError> {
        let product = i128::from(self.minor).checked_mul(i128::from(percent));
        let minor =
            product.and_then(|value| value.checked_div_euclid(100)).ok_or(MoneyError::Overflow)?;
        Ok(Self {
            minor: i64::try_from(minor).map_err(|_too_large| MoneyError::Overflow)?,
            currency: self.currency,
        })
    }

    /// Compares with a provider's decimal text in the same currency. More zeros are the same
    /// amount; digits beyond the minor unit are the same amount when they round to it and differ
    /// by less than one hundredth of a major unit (spec.md §4 rule 5).
    pub fn matches_major(self, text: &str) -> AmountMatch {
        let Some(theirs) = Decimal::parse(text) else { return AmountMatch::Unreadable };
        match theirs.same_as(i128::from(self.minor), self.currency.exponent()) {
            Some(true) => AmountMatch::Same,
            Some(false) => AmountMatch::Different,
            None => AmountMatch::Unreadable,
        }
    }
}

impl fmt::Display for Money {
    /// `19.90 CNY`; what people read is formatted by the texts of their language.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.to_major(), self.currency)
    }
}

/// An exact decimal number: `digits / 10^scale`.
struct Decimal {
    digits: i128,
    scale: u32,
}

impl Decimal {
    fn parse(text: &str) -> Option<Self> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let readable = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let empty_fraction = unsigned.contains('.') && fraction.is_empty();
        if whole.is_empty()
            || whole.len() > 18
            || empty_fraction
            || !readable(whole)
            || !readable(fraction)
        {
            return None;
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.len() > MAX_FRACTION_DIGITS {
            return None;
        }
        let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
        let digits = if negative { digits.checked_neg()? } else { digits };
        Some(Self { digits, scale: u32::try_from(fraction.len()).ok()? })
    }

    /// The number in units of `10^-exponent`, if it is a whole number of them.
    fn exact_minor(&self, exponent: u32) -> Option<i128> {
        let missing = exponent.checked_sub(self.scale)?;
        self.digits.checked_mul(10_i128.checked_pow(missing)?)
    }

    /// Whether the number means `minor` units; `None` when it is too large to compare.
    fn same_as(&self, minor: i128, exponent: u32) -> Option<bool> {
        if let Some(exact) = self.exact_minor(exponent) {
            return Some(exact == minor);
        }
        let below = self.scale.checked_sub(exponent)?;
        let ours = minor.checked_mul(10_i128.checked_pow(below)?)?;
        let difference = self.digits.checked_sub(ours)?.checked_abs()?;
        let half_minor = 10_i128.checked_pow(below)?;
        let hundredth_major = 10_i128.checked_pow(self.scale)?;
        let rounds_to_ours = difference.checked_mul(2)? <= half_minor;
        Some(rounds_to_ours && difference.checked_mul(100)? < hundredth_major)
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "test data is small")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cny(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    #[test]
    fn prices_are_read_exactly_or_not_at_all() {
        assert_eq!(Money::parse_major("19.90", Currency::CNY), Ok(cny(1990)));
        assert_eq!(Money::parse_major("19.9", Currency::CNY), Ok(cny(1990)));
        assert_eq!(Money::parse_major("0", Currency::CNY), Ok(cny(0)));
        let jpy: Currency = "JPY".parse().unwrap();
        assert_eq!(Money::parse_major("100", jpy), Ok(Money::new(100, jpy)));
        for wrong in ["", "abc", "1.", ".5", "1,5", "1e3", "+1", " 1", "--1", "1.2.3"] {
            assert!(Money::parse_major(wrong, Currency::CNY).is_err(), "{wrong}");
        }
        assert!(matches!(
            Money::parse_major("1.999", Currency::CNY),
            Err(MoneyError::TooPrecise(..))
        ));
    }

    #[test]
    fn a_providers_amount_is_compared_by_value() {
        let cases = [
            ("19.9", AmountMatch::Same),
            ("19.90", AmountMatch::Same),
            ("19.900000", AmountMatch::Same),
            ("19.8999999", AmountMatch::Same),
            ("19.9000001", AmountMatch::Same),
            ("19.89", AmountMatch::Different),
            ("19.91", AmountMatch::Different),
            ("19.894", AmountMatch::Different),
            ("1990", AmountMatch::Different),
            ("-19.90", AmountMatch::Different),
            ("", AmountMatch::Unreadable),
            ("19,90", AmountMatch::Unreadable),
            ("1e1", AmountMatch::Unreadable),
        ];
        for (text, expected) in cases {
            assert_eq!(cny(1990).matches_major(text), expected, "{text}");
        }
    }

    #[test]
    fn currencies_know_their_decimals() {
        let decimals = |code: &str| code.parse::<Currency>().unwrap().exponent();
        assert_eq!(
            (decimals("CNY"), decimals("JPY"), decimals("KWD"), decimals("XTR")),
            (2, 0, 3, 0)
        );
        assert!("cny".parse::<Currency>().is_err());
        assert!("CNYY".parse::<Currency>().is_err());
    }

    #[test]
    fn an_amount_is_read_as_people_type_it() {
        let read = |text| Money::parse_typed(text, Currency::CNY).map(|money| money.minor);
        for text in ["50", "50.00", " 50 ", "¥50", "￥ 50.0", "CNY 50", "cny50", "50 CNY"] {
            assert_eq!(read(text), Ok(5000), "{text}");
        }
        for text in ["", "50 USD", "$50", "5,00", "fifty", "CNY", "50.001"] {
            assert!(read(text).is_err(), "{text}");
        }
        assert_eq!(read("$50"), Err(MoneyError::Amount("$50".to_owned())));
        assert!(Money::parse_typed("¥5", Currency::USD).is_err());
    }

    proptest! {
        #[test]
        fn what_we_write_we_read_again(minor in -1_000_000_000_i64..1_000_000_000, code in "CNY|JPY|KWD|CLF") {
            let currency: Currency = code.parse().unwrap();
            let money = Money::new(minor, currency);
            prop_assert_eq!(Money::parse_major(&money.to_major(), currency), Ok(money));
            prop_assert_eq!(money.matches_major(&money.to_major()), AmountMatch::Same);
        }

        #[test]
        fn one_minor_unit_is_never_tolerated(minor in 1_i64..1_000_000_000, code in "CNY|JPY|KWD|CLF") {
            let currency: Currency = code.parse().unwrap();
            let more = Money::new(minor + 1, currency).to_major();
            prop_assert_eq!(Money::new(minor, currency).matches_major(&more), AmountMatch::Different);
        }

        #[test]
        fn reading_never_panics(text in ".{0,40}") {
            cny(1).matches_major(&text);
            Money::parse_major(&text, Currency::CNY).ok();
        }
    }
}
