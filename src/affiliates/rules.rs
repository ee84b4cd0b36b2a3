//! Who may be attributed, and how much a commission is. Pure.
#![warn(clippy::arithmetic_side_effects)]

use crate::kernel::ids::UserId;
use crate::kernel::money::{Money, MoneyError};

/// The prefix of the start payload in an invitation link: `aff_CODE`.
const START_PREFIX: &str = "aff_";

/// The promoter's code in a `/start` payload.
pub fn code_in_start_payload(payload: &str) -> Option<&str> {
    let code = payload.strip_prefix(START_PREFIX)?;
    let wellformed = !code.is_empty()
        && code.len() <= 32
        && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    wellformed.then_some(code)
}

/// The start payload that [`code_in_start_payload`] reads.
pub fn start_payload(code: &str) -> String {
    format!("{START_PREFIX}{code}")
}

/// Why an invitation counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribution {
    Counts,
    /// Nobody earns on their own purchases.
    OwnLink,
    /// The person was here before the link: only new people count.
    KnownBefore,
}

pub fn attribution(promoter: UserId, visitor: UserId, visitor_is_new: bool) -> Attribution {
    if promoter == visitor {
        Attribution::OwnLink
    } else if visitor_is_new {
        Attribution::Counts
    } else {
        Attribution::KnownBefore
    }
}

/// `percent` of what was really paid, rounded down to whole minor units.
pub fn commission(paid: Money, percent: u32) -> Result<Money, MoneyError> {
    paid.percent(percent.min(100))
}

/// How much of a commission is to be taken back in all when `refunded` of `paid` has gone back:
/// pro rata, rounded up, so that nobody earns on money that was returned.
pub fn reversal(commission: i64, paid: i64, refunded: i64) -> i64 {
    if paid <= 0 || refunded <= 0 {
        return 0;
    }
    let refunded = refunded.min(paid);
    let exact = i128::from(commission).saturating_mul(i128::from(refunded));
    let paid = i128::from(paid);
    let rounded_up =
        exact.saturating_add(paid.saturating_sub(1)).checked_div(paid).unwrap_or(exact);
    i64::try_from(rounded_up).unwrap_or(commission).min(commission)
}

/// How much may be paid out, in minor units: what is confirmed, less what was paid out or is asked
/// for. Nothing while refunds after a payout are not earned back.
pub fn available(confirmed: i64, paid_out: i64) -> i64 {
    confirmed.saturating_sub(paid_out).max(0)
}

/// The longest words by which a promoter says where the money is to go, in characters.
pub const LONGEST_DESTINATION: usize = 200;

/// Those words as they are kept; `None`: they say nothing, or too much.
pub fn destination(typed: &str) -> Option<&str> {
    let words = typed.trim();
    let readable = !words.is_empty() && words.chars().count() <= LONGEST_DESTINATION;
    (readable && !words.chars().any(|letter| letter.is_control() && letter != '\n'))
        .then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Currency;
    use proptest::prelude::*;

    #[test]
    fn a_start_payload_carries_the_code() {
        assert_eq!(code_in_start_payload("aff_7F3K9QX2"), Some("7F3K9QX2"));
        assert_eq!(code_in_start_payload(&start_payload("ABC")), Some("ABC"));
        for other in ["", "aff_", "aff_a b", "x_ABC", "aff_ABC-1"] {
            assert_eq!(code_in_start_payload(other), None, "{other}");
        }
    }

    #[test]
    fn only_new_people_of_others_count() {
        let (promoter, other) = (UserId(1), UserId(2));
        assert_eq!(attribution(promoter, promoter, true), Attribution::OwnLink);
        assert_eq!(attribution(promoter, other, true), Attribution::Counts);
        assert_eq!(attribution(promoter, other, false), Attribution::KnownBefore);
    }

    #[test]
    fn a_commission_is_a_whole_number_of_minor_units() {
        let paid = Money::new(1999, Currency::CNY);
        assert_eq!(commission(paid, 20).unwrap().minor, 399);
        assert_eq!(commission(paid, 0).unwrap().minor, 0);
        assert_eq!(commission(paid, 500).unwrap().minor, 1999);
    }

    #[test]
    fn what_is_available_is_never_less_than_nothing() {
        assert_eq!(available(1_000, 0), 1_000);
        assert_eq!(available(1_000, 400), 600);
        assert_eq!(available(300, 400), 0);
    }

    #[test]
    fn a_destination_is_a_few_readable_words() {
        assert_eq!(
            destination("  支付宝 138 0000 0000\n张三 "),
            Some("支付宝 138 0000 0000\n张三")
        );
        for nothing in ["", " \n ", "a\u{7}b", "长".repeat(201).as_str()] {
            assert_eq!(destination(nothing), None, "{nothing:?}");
        }
    }

    proptest! {
        #[test]
        fn a_reversal_never_exceeds_the_commission_and_grows_with_the_refund(
            paid in 1_i64..10_000_000, percent in 0_u32..=100, first in 0_i64..10_000_000, more in 0_i64..10_000_000,
        ) {
            let earned = commission(Money::new(paid, Currency::CNY), percent).unwrap().minor;
            let small = reversal(earned, paid, first);
            let large = reversal(earned, paid, first.saturating_add(more));
            prop_assert!(0 <= small && small <= large && large <= earned);
            prop_assert_eq!(reversal(earned, paid, paid), earned);
        }
    }
}
