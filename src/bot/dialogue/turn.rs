//! What a turn of the talk leads to: something to show, or something to do first.

use super::{
    AfterDeed, AfterView, DeskView, Dialogue, Note, Preparing, ProfileDeed, ProfileView, Wanted,
};
use crate::flows::broadcast::Steer;
use crate::kernel::ids::{OrderNo, Sku};
use crate::kernel::locale::Locale;
use crate::kernel::switch::Switch;

/// The next state and the answer.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) struct Turn {
    pub(in crate::bot) dialogue: Dialogue,
    pub(in crate::bot) answer: Answer,
    pub(in crate::bot) place: Where,
    /// The key of the few words that float over the chat when a button was pressed.
    pub(in crate::bot) toast: Option<&'static str>,
    /// The message of a form that was left: it loses its buttons.
    pub(in crate::bot) leaves: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) enum Answer {
    Show(View),
    /// What is shown depends on how it ends.
    Do(Deed),
}

/// Where the answer appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::bot) enum Where {
    /// In the message whose button was pressed, or in the anchor when words were typed.
    InPlace,
    /// As a new message, which becomes the anchor.
    Fresh,
    /// In the message of an operator's desk.
    Desk,
}

/// What a message says. Filled with what the rows know when it is written out.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) enum View {
    Home,
    Products,
    Product(Sku),
    /// The product cannot be bought: the key of the reason.
    NotForSale {
        sku: Sku,
        why: &'static str,
    },
    Consent,
    Privacy {
        asking: bool,
    },
    ConsentDeclined,
    /// The draft's question or check card, with a word about what was just said.
    Form(Option<Note>),
    /// A step was left; an unpaid order is offered to be kept or cancelled.
    Left {
        form: bool,
    },
    Orders {
        page: usize,
    },
    Order(OrderNo),
    /// What was paid, when, and by what number.
    Receipt(OrderNo),
    /// One text about an order, with the buttons that its state allows.
    AboutOrder {
        no: OrderNo,
        key: &'static str,
    },
    CancelReason(OrderNo),
    /// The ways to pay an order.
    PayMethods(OrderNo),
    Languages,
    LanguageSet,
    Affiliate,
    /// What the promoter's link brought on the last days.
    AffiliateDays,
    /// Where a promoter's money is to go.
    PayoutAsk,
    /// What became of the wish to be paid: the key, above the latest payouts.
    Payouts(&'static str),
    /// What is erased; the second time there is no way back.
    Forget {
        sure: bool,
    },
    Profiles(ProfileView),
    /// A question about a delivered order.
    After(AfterView, OrderNo),
    Help,
    Terms,
    PaySupport,
    /// News of the shop are sent from now on, or not any more.
    News(Switch),
    /// One text without values and a way home.
    Say(&'static str),
    Operator(OperatorView),
}

/// What only operators see.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) enum OperatorView {
    Stats(&'static str),
    Order(OrderNo),
    /// How a command is written.
    Usage(&'static str),
    /// The card above a second tap, or how the command is written; `named`: the payment.
    ConfirmCard {
        named: String,
    },
    RefundCard,
    /// The figures of a coupon, as its code was typed.
    Coupon(String),
    Desk(DeskView),
    /// The outcome of an operator's deed, already in words.
    Outcome {
        text: String,
        order: Option<OrderNo>,
    },
}

/// Something that changes the books; always a flow.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) enum Deed {
    /// The privacy notice was accepted.
    Consent,
    ChangeLanguage(Locale),
    /// The draft becomes an order.
    PlaceOrder,
    /// The draft becomes an order in Stars.
    PlaceOrderForStars,
    /// A coupon's code was typed at the check card.
    UseCoupon(String),
    /// A button of a draft that is gone: it may have become an order.
    LookForOrder {
        draft: String,
    },
    CheckPaid(OrderNo),
    ShowPayment(OrderNo),
    CancelOrder(OrderNo, &'static str),
    /// Pay an order by another method.
    SwitchMethod(OrderNo, String),
    OrderAgain(OrderNo),
    Resend(OrderNo),
    /// Close the links to the page of a report.
    Unlink(OrderNo),
    BecomeAffiliate,
    /// The promoter's link as a picture.
    SendInvitation,
    /// A promoter asks to be paid what was earned, in this place.
    RequestPayout(String),
    /// Everything that we keep about the person goes into the chat as a file.
    ExportData,
    ForgetMe,
    Profile(ProfileDeed),
    After(AfterDeed, OrderNo),
    Retry(OrderNo),
    OperatorResend(OrderNo),
    /// Shows the card whose second tap does it.
    Prepare(Wanted),
    /// The second tap on a card.
    Surely(String, OrderNo),
    /// Reads the rows for a card of the desk, and shows it.
    DeskPrepare(Preparing),
    /// The second tap on a card of the desk.
    DeskSurely(String),
    /// Pauses a broadcast, or lets it go on.
    Steer(Steer, String),
    /// Whether news of the shop are wanted.
    News(Switch),
}

impl Turn {
    pub(super) fn show(dialogue: Dialogue, view: View) -> Self {
        Self {
            dialogue,
            answer: Answer::Show(view),
            place: Where::InPlace,
            toast: None,
            leaves: None,
        }
    }

    pub(super) fn perform(dialogue: Dialogue, deed: Deed) -> Self {
        Self {
            dialogue,
            answer: Answer::Do(deed),
            place: Where::InPlace,
            toast: None,
            leaves: None,
        }
    }

    pub(super) fn fresh(mut self) -> Self {
        self.place = Where::Fresh;
        self
    }

    pub(super) fn with_toast(mut self, toast: &'static str) -> Self {
        self.toast = Some(toast);
        self
    }
}
