//! Where the talk with a person stands, and how it goes on. Pure: from a state, an input and the
//! facts to the next state and what is to be shown or done. No database, no chat, no clock.
//!
//! The state is sealed in the table `dialogues`; its words must not change, new members need a
//! serde default, and a state that cannot be read any more is a fresh start.

mod after;
mod birth;
pub(super) mod button;
mod desk;
mod form;
mod note;
mod operator;
mod people;
mod step;
mod turn;
mod typed;
mod weighty;

use serde::{Deserialize, Serialize};

use crate::kernel::ids::OrderNo;

pub(super) use self::after::{AfterDeed, AfterPress, AfterView, Purse};
pub(super) use self::birth::{
    Ask, BirthDraft, Part, decade_of, find_places, place_in_words, this_year,
};
pub(super) use self::button::{AffiliateButton, FormButton, Press};
pub(super) use self::desk::{
    About, Asks, Desk, DeskCard, DeskDeed, DeskPress, DeskView, Preparing,
};
pub(super) use self::form::{At, Draft};
pub(super) use self::note::{Note, Value};
pub(super) use self::people::{
    BIRTHDAY, ProfileDeed, ProfilePress, ProfileView, PublicBirthday, SAVE, USE,
};
pub(super) use self::step::{Facts, Input, afresh, after_consent, after_vain_search, step};
pub(super) use self::turn::{Answer, Deed, OperatorView, Turn, View, Where};
pub(super) use self::weighty::{Asked, Confirming, Refunding, Seen, Wanted, Weighty};

/// The state of one private chat.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Dialogue {
    /// The message that is edited in place.
    pub(super) anchor: Option<i64>,
    /// What typed words mean now.
    pub(super) listens: Listening,
    /// The form that is being filled in, or was left in the middle.
    pub(super) draft: Option<Draft>,
    /// The key of the note that stands in front of the question: the same words again would change
    /// nothing that can be seen.
    #[serde(default)]
    pub(super) noted: Option<String>,
    /// A coupon's code from a link, for the next purchase.
    #[serde(default)]
    pub(super) coupon: Option<String>,
    /// What an operator was asked to confirm by a second tap: the newest card only.
    #[serde(default)]
    pub(super) weighty: Option<Weighty>,
    /// An operator's desk.
    #[serde(default)]
    pub(super) desk: Desk,
    /// What the next typed words are, where [`Listening::Awaited`].
    #[serde(default)]
    pub(super) awaits: Option<Awaited>,
}

/// Words that were asked for outside of a form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Awaited {
    /// The new name of the kept birth with this id.
    ProfileName(String),
    /// What goes with the stars of this order.
    RatingWords(OrderNo),
    /// What is to be better about this order's report.
    RewriteWish(OrderNo),
    /// Why this order's money should go back.
    RefundReason(OrderNo),
    /// What the buyer wants to know about this order's report; the key is of the tap that asked.
    Question { order_no: OrderNo, key: String },
}

/// What the anchor asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Listening {
    /// Nothing that could be answered by typing.
    #[default]
    Nothing,
    /// Whether the privacy notice is accepted.
    Consent,
    /// The draft's question.
    Form,
    /// Where a promoter's money is to go.
    Payout,
    /// What [`Dialogue::awaits`] says.
    Awaited,
}

#[cfg(test)]
mod tests;
