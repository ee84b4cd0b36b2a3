//! After the delivery: stars and words, a wish for another version, a request for money back, and the
//! end of one order's data. Whose order it is, is asked where something is shown or done.

use super::turn::{Deed, Turn, View};
use super::{Awaited, Dialogue, Listening};
use crate::kernel::ids::OrderNo;
use crate::reports::ratings::Stars;

/// A button about a delivered order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum AfterPress {
    /// The order's card, as a message of its own: below a report nothing is edited.
    Card,
    /// How many stars?
    Rate,
    Stars(Stars),
    /// Words to the stars are typed next.
    Words,
    /// What to improve is typed next.
    Rewrite,
    /// The reason is typed next.
    Refund,
    Erase,
    EraseSurely,
    /// A question about the report is typed next.
    Ask,
    /// More questions, as the pack with this number, so that a double tap buys one.
    Buy(u32, Purse),
}

/// What something is paid with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum Purse {
    Money,
    Stars,
}

/// What is asked or said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum AfterView {
    Rate,
    Rated,
    Words,
    Rewrite,
    Refund,
    Erase,
    Ask,
    /// The same, after too many words.
    TooLong,
    /// The question is on its way.
    Asked,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) enum AfterDeed {
    Stars(Stars),
    Words(String),
    Rewrite(String),
    Refund(String),
    Erase,
    /// The words, with the key of the tap that asked for them.
    Ask {
        key: String,
        words: String,
    },
    Buy(u32, Purse),
}

impl AfterPress {
    pub(super) fn data(self, no: &OrderNo) -> String {
        let word = match self {
            Self::Card => "card",
            Self::Rate => "rate",
            Self::Stars(stars) => return format!("after:rate.{}:{no}", stars.count()),
            Self::Words => "words",
            Self::Rewrite => "rewrite",
            Self::Refund => "refund",
            Self::Erase => "erase",
            Self::EraseSurely => "surely",
            Self::Ask => "ask",
            Self::Buy(pack, Purse::Money) => return format!("after:buy.{pack}:{no}"),
            Self::Buy(pack, Purse::Stars) => return format!("after:stars.{pack}:{no}"),
        };
        format!("after:{word}:{no}")
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        Some(match word {
            "card" => Self::Card,
            "rate" => Self::Rate,
            "words" => Self::Words,
            "rewrite" => Self::Rewrite,
            "refund" => Self::Refund,
            "erase" => Self::Erase,
            "surely" => Self::EraseSurely,
            "ask" => Self::Ask,
            word if word.starts_with("buy.") => {
                Self::Buy(word.strip_prefix("buy.")?.parse().ok()?, Purse::Money)
            }
            word if word.starts_with("stars.") => {
                Self::Buy(word.strip_prefix("stars.")?.parse().ok()?, Purse::Stars)
            }
            word => {
                let count = word.strip_prefix("rate.")?.parse().ok()?;
                Self::Stars(Stars::try_new(count)?)
            }
        })
    }
}

/// `fresh_id`: marks what is typed next, so that an update that comes again is known.
pub(super) fn pressed(
    mut next: Dialogue,
    (press, no): (AfterPress, &OrderNo),
    fresh_id: &str,
) -> Turn {
    let no = no.clone();
    let (view, awaited) = match press {
        AfterPress::Card => return Turn::show(next, View::Order(no)).fresh(),
        AfterPress::Rate => (AfterView::Rate, None),
        AfterPress::Stars(stars) => {
            return Turn::perform(next, Deed::After(AfterDeed::Stars(stars), no)).fresh();
        }
        AfterPress::Words => (AfterView::Words, Some(Awaited::RatingWords(no.clone()))),
        AfterPress::Rewrite => (AfterView::Rewrite, Some(Awaited::RewriteWish(no.clone()))),
        AfterPress::Refund => (AfterView::Refund, Some(Awaited::RefundReason(no.clone()))),
        AfterPress::Erase => (AfterView::Erase, None),
        AfterPress::EraseSurely => {
            return Turn::perform(next, Deed::After(AfterDeed::Erase, no));
        }
        AfterPress::Buy(pack, purse) => {
            return Turn::perform(next, Deed::After(AfterDeed::Buy(pack, purse), no));
        }
        AfterPress::Ask => {
            let key = fresh_id.to_owned();
            (AfterView::Ask, Some(Awaited::Question { order_no: no.clone(), key }))
        }
    };
    if awaited.is_some() {
        next.listens = Listening::Awaited;
        next.awaits = awaited;
    }
    let turn = Turn::show(next, View::After(view, no));
    // Below an answer or a report: nothing of it may be edited away.
    if view == AfterView::Ask { turn.fresh() } else { turn }
}

/// What was asked for is typed.
pub(super) fn typed(next: Dialogue, awaited: Awaited, text: &str) -> Turn {
    let words = text.trim().to_owned();
    let (deed, no) = match awaited {
        Awaited::ProfileName(id) => return super::people::named(next, id, text),
        Awaited::RatingWords(no) => (AfterDeed::Words(words), no),
        Awaited::RewriteWish(no) => (AfterDeed::Rewrite(words), no),
        Awaited::RefundReason(no) => (AfterDeed::Refund(words), no),
        Awaited::Question { order_no, key } => (AfterDeed::Ask { key, words }, order_no),
    };
    Turn::perform(next, Deed::After(deed, no)).fresh()
}
