//! What operators' commands and buttons mean.

use super::button::Press;
use super::turn::{Answer, Deed, OperatorView, Turn, View, Where};
use super::{Confirming, DeskCard, DeskDeed, DeskView, Dialogue, Facts, Refunding, Wanted, desk};
use crate::bot::command::{self, Command};
use crate::flows::alert_buttons::AlertDeed;
use crate::kernel::ids::OrderNo;

pub(super) fn commanded(next: Dialogue, command: Command, rest: &str) -> Turn {
    let number = command::order_number(rest);
    let usage = |key| Answer::Show(View::Operator(OperatorView::Usage(key)));
    let with = |deed: fn(OrderNo) -> Answer, key: &'static str| match number {
        Some(no) => deed(no),
        None => usage(key),
    };
    let prepare = |wanted: Option<Wanted>, key: &'static str| match wanted {
        Some(wanted) => Answer::Do(Deed::Prepare(wanted)),
        None => usage(key),
    };
    let answer = match command {
        Command::Admin => return desk::opened(next, rest),
        Command::Stats => Answer::Show(View::Operator(OperatorView::Stats("today"))),
        Command::Order => {
            with(|no| Answer::Show(View::Operator(OperatorView::Order(no))), "operator-usage-order")
        }
        Command::Retry => with(|no| Answer::Do(Deed::Retry(no)), "operator-usage-retry"),
        Command::Resend => with(|no| Answer::Do(Deed::OperatorResend(no)), "operator-usage-resend"),
        Command::Refund => {
            prepare(Refunding::read(rest).map(Wanted::Refund), "operator-usage-refund")
        }
        Command::Confirm => {
            prepare(Confirming::read(rest).map(Wanted::Confirm), "operator-usage-confirm")
        }
        Command::Coupon if rest.is_empty() => usage("operator-usage-coupon"),
        Command::Coupon => Answer::Show(View::Operator(OperatorView::Coupon(rest.to_owned()))),
        Command::Start
        | Command::Products
        | Command::Orders
        | Command::Cancel
        | Command::Help
        | Command::Language
        | Command::Affiliate
        | Command::Privacy
        | Command::MyData
        | Command::Forget
        | Command::Profiles
        | Command::PaySupport
        | Command::Terms => Answer::Show(View::Help),
    };
    Turn { dialogue: next, answer, place: Where::Fresh, toast: None, leaves: None }
}

/// The alert stays as it is.
fn from_alert(next: Dialogue, (deed, no): (AlertDeed, &OrderNo), facts: &Facts<'_>) -> Turn {
    let press = match deed {
        AlertDeed::Open => Press::OperatorOpen(no.clone()),
        // What is advised in the alert itself.
        AlertDeed::Retry => return Turn::perform(next, Deed::Retry(no.clone())).fresh(),
        AlertDeed::Confirm => Press::OperatorConfirm(no.clone()),
        AlertDeed::Request => {
            let view = View::Operator(OperatorView::Desk(DeskView::Request(no.clone())));
            return Turn::show(next, view).fresh();
        }
    };
    pressed(next, &press, facts).fresh()
}

/// The card of a refund of everything.
fn give_back(no: &OrderNo) -> Answer {
    let wanted = Refunding { named: no.to_string(), ..Refunding::default() };
    Answer::Do(Deed::Prepare(Wanted::Refund(wanted)))
}

pub(super) fn pressed(mut next: Dialogue, press: &Press, facts: &Facts<'_>) -> Turn {
    if let Press::FromAlert(deed, no) = press {
        return from_alert(next, (*deed, no), facts);
    }
    let view = |view| Answer::Show(View::Operator(view));
    let card = |next, deed| desk::card(next, DeskCard { id: facts.fresh_id.clone(), deed });
    let answer = match press {
        Press::OperatorOpen(no) => view(OperatorView::Order(no.clone())),
        Press::OperatorRetry(no) => return card(next, DeskDeed::Retry(no.clone())),
        Press::OperatorResend(no) => return card(next, DeskDeed::Resend(no.clone())),
        Press::OperatorRefund(no) => give_back(no),
        Press::OperatorConfirm(no) => {
            let wanted = Confirming { named: no.to_string(), statement: None };
            Answer::Do(Deed::Prepare(Wanted::Confirm(wanted)))
        }
        Press::OperatorSurely(card, no) => Answer::Do(Deed::Surely(card.clone(), no.clone())),
        Press::Stats(period) => view(OperatorView::Stats(period)),
        Press::OperatorKeep(card, _no) => {
            next.weighty.take_if(|weighty| weighty.card == *card);
            Answer::Show(View::Say("operator-kept"))
        }
        Press::FromAlert(..)
        | Press::Desk(_)
        | Press::News(_)
        | Press::Home
        | Press::Products
        | Press::Product(_)
        | Press::Begin(_)
        | Press::Agree
        | Press::PrivacyFull
        | Press::Decline
        | Press::Resume
        | Press::Restart
        | Press::Forget
        | Press::ForgetSurely
        | Press::ForgetKeep
        | Press::Help
        | Press::Support
        | Press::Affiliate(_)
        | Press::Profiles(_)
        | Press::After(..)
        | Press::Languages
        | Press::Language(_)
        | Press::Form(_)
        | Press::Orders(_)
        | Press::OrderOpen(_)
        | Press::OrderReceipt(_)
        | Press::OrderAgain(_)
        | Press::OrderResend(_)
        | Press::OrderUnlink(_)
        | Press::PayShow(_)
        | Press::PayCheck(_)
        | Press::PayCancel(_)
        | Press::PayMethods(_)
        | Press::PayBy(..)
        | Press::CancelFor(..)
        | Press::CancelKeep(_) => Answer::Show(View::Home),
    };
    Turn { dialogue: next, answer, place: Where::InPlace, toast: None, leaves: None }
}
