//! What stands below an alert that is about an order: the next step, by one tap. The words of the
//! buttons are shared with the bot, which reads them.

use super::jobs::AlertKind;
use super::tools::Tools;
use crate::kernel::ids::{OrderNo, UserId};
use crate::notifications::message::{Button, Keyboard};

/// What a tap below an alert does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlertDeed {
    /// Shows the order's card.
    Open,
    /// Runs everything of the order again that is parked.
    Retry,
    /// Shows how the payment that does not match would be confirmed.
    Confirm,
    /// Shows the buyer's request for a refund.
    Request,
}

impl AlertDeed {
    pub const ALL: [Self; 4] = [Self::Open, Self::Retry, Self::Confirm, Self::Request];

    /// The word in the button's data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Retry => "retry",
            Self::Confirm => "confirm",
            Self::Request => "request",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|deed| deed.as_str() == word)
    }

    /// What the button carries; only operators may press it.
    pub fn data(self, order: &OrderNo) -> String {
        format!("op:alert.{}:{order}", self.as_str())
    }

    fn label(self) -> &'static str {
        match self {
            Self::Open => "btn-operator-open",
            Self::Retry => "btn-operator-retry",
            Self::Confirm => "btn-operator-confirm",
            Self::Request => "btn-operator-request",
        }
    }
}

/// The buttons of an alert. None in a group: its members are not heard there.
pub(super) fn below(
    tools: &Tools,
    (kind, chat): (AlertKind, UserId),
    order: Option<&OrderNo>,
) -> Keyboard {
    let Some(order) = order.filter(|_order| chat.0 > 0) else { return Keyboard::new() };
    let button = |deed: &AlertDeed| {
        let label = tools.text(tools.operators.locale, deed.label());
        Button::callback(label, deed.data(order))
    };
    vec![deeds(kind).iter().map(button).collect()]
}

fn deeds(kind: AlertKind) -> &'static [AlertDeed] {
    use AlertDeed::{Confirm, Open, Request, Retry};
    match kind {
        AlertKind::PaymentConflict => &[Confirm, Open],
        AlertKind::RefundRequested => &[Request, Open],
        AlertKind::JobParked
        | AlertKind::LateMoney
        | AlertKind::ProofContradicts
        | AlertKind::PaymentUnavailable
        | AlertKind::ModelStopped
        | AlertKind::ReportHeld => &[Retry, Open],
        AlertKind::OrphanCallback
        | AlertKind::CallbackNotApplied
        | AlertKind::UnknownProviderWord
        | AlertKind::SecondCharge
        | AlertKind::BadSignatures
        | AlertKind::RefundedTwice
        | AlertKind::ProofMissing
        | AlertKind::RefundProblem
        | AlertKind::OrderFailed
        | AlertKind::UpdateParked
        | AlertKind::ChartDisagreement
        | AlertKind::ChartFallback
        | AlertKind::StockLow
        | AlertKind::EventSinkDisabled
        | AlertKind::BooksUnsound
        | AlertKind::PayoutRequested
        | AlertKind::PictureFailed
        | AlertKind::SellingPaused
        | AlertKind::BalanceLow => &[Open],
    }
}
