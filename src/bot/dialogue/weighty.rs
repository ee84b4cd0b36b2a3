//! Deeds of operators that move money: typed in one line, done by a second tap on a card that is
//! bound to the person and to what it showed.

use serde::{Deserialize, Serialize};

use crate::kernel::ids::{OrderNo, PaymentNo};
use crate::kernel::money::Money;
use crate::orders::OrderStatus;
use crate::payments::PaymentStatus;

/// The longest reference, note or reason.
const LONGEST: usize = 200;

/// What an operator typed behind `/confirm` or `/refund`, before any row was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) enum Wanted {
    Confirm(Confirming),
    Refund(Refunding),
}

/// `/confirm NUMBER [REFERENCE NOTE]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) struct Confirming {
    /// Of an order or a payment.
    pub(in crate::bot) named: String,
    /// Reference and note; without them the card says how to write them.
    pub(in crate::bot) statement: Option<(String, String)>,
}

/// `/refund NUMBER [AMOUNT] [by-hand=REFERENCE] [REASON]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::bot) struct Refunding {
    pub(in crate::bot) named: String,
    /// As it was typed; `None`: everything that is left.
    pub(in crate::bot) amount: Option<String>,
    pub(in crate::bot) by_hand: Option<String>,
    pub(in crate::bot) reason: Option<String>,
}

/// A card that waits for its second tap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::bot) struct Weighty {
    pub(in crate::bot) card: String,
    pub(in crate::bot) order_no: OrderNo,
    pub(in crate::bot) asked: Asked,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bot) enum Asked {
    Confirm {
        payment_no: PaymentNo,
        reference: String,
        note: String,
        seen: Seen,
    },
    Refund {
        amount: Money,
        reason: String,
        by_hand: Option<String>,
        /// The card said that the product's time for refunds is over.
        beyond_window: bool,
    },
}

/// What the card showed; a second tap counts while it is still so.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::bot) struct Seen {
    pub(in crate::bot) order: OrderStatus,
    pub(in crate::bot) payment: PaymentStatus,
    pub(in crate::bot) stated: Option<Money>,
}

impl Confirming {
    /// `None`: it is not written like that.
    pub(super) fn read(rest: &str) -> Option<Self> {
        let mut words = rest.splitn(3, char::is_whitespace).map(str::trim);
        let named = words.next().filter(|word| !word.is_empty())?.to_ascii_uppercase();
        let Some(reference) = words.next() else { return Some(Self { named, statement: None }) };
        let note = words.next()?;
        let fits = |text: &str| !text.is_empty() && text.chars().count() <= LONGEST;
        let statement = (reference.to_owned(), note.to_owned());
        (fits(reference) && fits(note)).then_some(Self { named, statement: Some(statement) })
    }
}

impl Refunding {
    /// `None`: it is not written like that.
    pub(super) fn read(rest: &str) -> Option<Self> {
        let (named, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let mut wanted = Self { named: named.to_ascii_uppercase(), ..Self::default() };
        let mut words: Vec<&str> = rest.split_whitespace().collect();
        if let Some(place) = words.iter().position(|word| word.starts_with("by-hand=")) {
            let reference = words.remove(place).trim_start_matches("by-hand=");
            wanted.by_hand = Some(reference).filter(|text| !text.is_empty()).map(str::to_owned);
            wanted.by_hand.as_ref()?;
        }
        let (amount, reason) = words.split_at_checked(amount_words(&words)).unwrap_or_default();
        wanted.amount = (!amount.is_empty()).then(|| amount.concat());
        let reason = reason.join(" ");
        if named.is_empty() || reason.chars().count() > LONGEST {
            return None;
        }
        wanted.reason = (!reason.is_empty()).then_some(reason);
        Some(wanted)
    }
}

/// How many words at the front are an amount: `5.00`, `¥5`, `CNY 5`, `5 CNY`.
fn amount_words(words: &[&str]) -> usize {
    let number = |word: &str| word.starts_with(|first: char| first.is_ascii_digit());
    let code =
        |word: &str| word.len() == 3 && word.bytes().all(|letter| letter.is_ascii_uppercase());
    match words {
        [first, second, ..]
            if (code(first) && number(second)) || (number(first) && code(second)) =>
        {
            2
        }
        [first, ..] if number(first) || first.starts_with(['¥', '￥']) => 1,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_needs_reference_and_note_together() {
        let read = |text: &str| Confirming::read(text).map(|one| (one.named, one.statement));
        let words = ("BANK-1".to_owned(), "seen on the statement".to_owned());
        let whole = read("p1 BANK-1 seen on the statement");
        assert_eq!(whole, Some(("P1".to_owned(), Some(words))));
        assert_eq!(read("m1"), Some(("M1".to_owned(), None)));
        for text in ["", "M1 BANK-1", "M1 BANK-1 ", &format!("M1 B {}", "x".repeat(201))] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_refund_may_name_amount_means_and_reason() {
        let read = |text| {
            let wanted = Refunding::read(text).unwrap();
            (wanted.amount, wanted.by_hand, wanted.reason)
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(read("M1"), (None, None, None));
        assert_eq!(read("M1 5.00"), (some("5.00"), None, None));
        assert_eq!(read("M1 CNY 5 too slow"), (some("CNY5"), None, some("too slow")));
        assert_eq!(read("M1 ¥5 by-hand=CASH-1"), (some("¥5"), some("CASH-1"), None));
        assert_eq!(read("M1 it was late"), (None, None, some("it was late")));
        assert_eq!(Refunding::read(""), None);
        assert_eq!(Refunding::read("M1 by-hand="), None);
    }
}
