//! One turn of the talk: what an input means where the talk stands. Every branch is here.

use std::sync::Arc;

use super::button::{AffiliateButton, FormButton, Press};
use super::form::{Draft, Moved};
use super::note::Note;
use super::people::{self, ProfileDeed, ProfileView};
use super::turn::{Deed, Turn, View};
use super::{Dialogue, Listening, after, desk, operator};
use crate::affiliates::rules;
use crate::bot::command::{Command, Line};
use crate::catalog::{Catalog, Product};
use crate::flows::may_order::{Closed, SwitchedOff};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku};
use crate::promotions::CouponCode;

/// What a person did.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) enum Input {
    Command(Line),
    Text(String),
    NotText,
    /// A button, or data that no button of ours carries.
    Press {
        press: Option<Press>,
        message: Option<i64>,
    },
}

/// What the talk depends on besides its state.
pub(in crate::bot) struct Facts<'a> {
    pub(in crate::bot) catalog: &'a Catalog,
    pub(in crate::bot) now: Timestamp,
    pub(in crate::bot) consented: bool,
    pub(in crate::bot) operator: bool,
    /// What operators have switched off.
    pub(in crate::bot) off: SwitchedOff,
    /// For a draft that may begin now.
    pub(in crate::bot) fresh_id: String,
}

impl Facts<'_> {
    /// A product that this person may buy.
    fn for_sale(&self, sku: &Sku) -> Option<&Arc<Product>> {
        let product = self.catalog.find(sku).filter(|product| product.on_sale)?;
        // More questions are bought below a report.
        (product.pack.is_none() && (self.operator || !product.test)).then_some(product)
    }
}

pub(in crate::bot) fn step(dialogue: &Dialogue, input: &Input, facts: &Facts<'_>) -> Turn {
    let next = dialogue.clone();
    match input {
        Input::Command(line) => commanded(next, line, facts).fresh(),
        Input::Text(text) => typed(next, text, facts),
        Input::NotText => not_text(next, facts),
        Input::Press { press: None, .. } => old_button(next, facts),
        Input::Press { press: Some(press), .. } if press.is_operators() && !facts.operator => {
            old_button(next, facts)
        }
        Input::Press { press: Some(press), message } => pressed(next, (press, *message), facts),
    }
}

fn commanded(mut next: Dialogue, line: &Line, facts: &Facts<'_>) -> Turn {
    let known = line.command.filter(|command| facts.operator || !command.is_operators());
    let Some(command) = known else { return Turn::show(next, View::Say("unknown-command")) };
    next.desk.asks = None;
    if command.is_operators() {
        return operator::commanded(next, command, &line.rest);
    }
    if command == Command::Cancel {
        return cancel(next);
    }
    if command != Command::Help {
        next.listens = Listening::Nothing;
    }
    match command {
        Command::Start => started(next, &line.rest),
        Command::Products => Turn::show(next, View::Products),
        Command::Orders => Turn::show(next, View::Orders { page: 0 }),
        Command::Language => Turn::show(next, View::Languages),
        Command::Affiliate => Turn::perform(next, Deed::BecomeAffiliate),
        Command::Privacy => Turn::show(next, View::Privacy { asking: false }),
        Command::MyData => Turn::perform(next, Deed::ExportData),
        Command::Forget => Turn::show(next, View::Forget { sure: false }),
        Command::Profiles => Turn::show(next, View::Profiles(ProfileView::List(None))),
        Command::PaySupport => Turn::show(next, View::PaySupport),
        Command::Terms => Turn::show(next, View::Terms),
        Command::Help
        | Command::Cancel
        | Command::Admin
        | Command::Stats
        | Command::Order
        | Command::Retry
        | Command::Resend
        | Command::Refund
        | Command::Confirm
        | Command::Coupon => Turn::show(next, View::Help),
    }
}

/// A link may carry a coupon's code: kept for the next purchase, looked at on its check card.
fn started(mut next: Dialogue, payload: &str) -> Turn {
    let code = payload.strip_prefix("cp_").and_then(CouponCode::parse);
    if let Some(code) = code {
        next.coupon = Some(code.as_str().to_owned());
    }
    Turn::show(next, View::Home)
}

/// Leaves the step; what was filled in is dropped, and its message says so.
fn cancel(mut next: Dialogue) -> Turn {
    let form = next.draft.take().is_some();
    next.listens = Listening::Nothing;
    let left = next.anchor.take().filter(|_message| form);
    Turn { leaves: left, ..Turn::show(next, View::Left { form }) }
}

fn typed(mut next: Dialogue, text: &str, facts: &Facts<'_>) -> Turn {
    if let Some(asks) = next.desk.asks.take().filter(|_asks| facts.operator) {
        return desk::typed(next, asks, text, facts);
    }
    match next.listens {
        Listening::Nothing => Turn::show(next, View::Say("unknown-text")).fresh(),
        Listening::Consent => Turn::show(next, View::Consent).fresh(),
        Listening::Payout => match rules::destination(text) {
            Some(words) => {
                next.listens = Listening::Nothing;
                Turn::perform(next, Deed::RequestPayout(words.to_owned())).fresh()
            }
            None => Turn::show(next, View::PayoutAsk).fresh(),
        },
        Listening::Awaited => {
            next.listens = Listening::Nothing;
            match next.awaits.take() {
                Some(awaited) => after::typed(next, awaited, text),
                None => lost(next),
            }
        }
        Listening::Form => {
            let Some(mut draft) = next.draft.take() else { return lost(next) };
            let Some(product) = facts.for_sale(&draft.sku) else { return gone(next, draft.sku) };
            let moved = draft.typed(product, text, facts.now);
            next.draft = Some(draft);
            after_move(next, moved, facts)
        }
    }
}

fn not_text(next: Dialogue, facts: &Facts<'_>) -> Turn {
    match next.listens {
        Listening::Form if next.draft.is_some() => {
            resume(next, Some(Note::new("form-text-not-text")), facts)
        }
        Listening::Payout => Turn::show(next, View::PayoutAsk).fresh(),
        Listening::Awaited => Turn::show(next, View::Say("form-text-not-text")).fresh(),
        Listening::Nothing | Listening::Consent | Listening::Form => {
            Turn::show(next, View::Say("unknown-text")).fresh()
        }
    }
}

fn shown_again(next: Dialogue, no: &OrderNo) -> Turn {
    Turn::perform(next, Deed::ShowPayment(no.clone()))
}

fn pressed(mut next: Dialogue, (press, message): (&Press, Option<i64>), facts: &Facts<'_>) -> Turn {
    next.desk.asks = None;
    if let Press::Form(button) = press {
        return form_button(next, (button, message), facts);
    }
    // Whatever else is opened, typed words no longer answer a question that is out of sight.
    next.listens = Listening::Nothing;
    match press {
        Press::News(wish) => Turn::perform(next, Deed::News(*wish)).fresh(),
        Press::Desk(press) => desk::pressed(next, press, facts),
        Press::Begin(sku) => begin(next, sku, facts),
        Press::Agree => Turn::perform(next, Deed::Consent),
        Press::Decline => Turn::show(next, View::ConsentDeclined),
        Press::PrivacyFull => whole_notice(next, facts),
        Press::Resume => resume(next, None, facts),
        Press::Restart => match next.draft.take() {
            Some(draft) => begin(next, &draft.sku, facts),
            None => Turn::show(next, View::Products),
        },
        Press::Home => Turn::show(next, View::Home),
        Press::Products => Turn::show(next, View::Products),
        Press::Product(sku) => product(next, sku, facts),
        Press::Forget => Turn::show(next, View::Forget { sure: true }),
        Press::ForgetSurely => Turn::perform(next, Deed::ForgetMe),
        Press::ForgetKeep => Turn::show(next, View::Say("forget-kept")),
        Press::Profiles(press) => people::pressed(next, press),
        Press::After(press, no) => after::pressed(next, (*press, no), &facts.fresh_id),
        Press::Help => Turn::show(next, View::Help),
        Press::Support => Turn::show(next, View::PaySupport).fresh(),
        Press::Affiliate(button) => affiliate_button(next, *button),
        Press::Languages => Turn::show(next, View::Languages),
        Press::Language(locale) => Turn::perform(next, Deed::ChangeLanguage(*locale)),
        Press::Orders(page) => Turn::show(next, View::Orders { page: *page }),
        Press::OrderOpen(no) => Turn::show(next, View::Order(no.clone())),
        Press::OrderReceipt(no) => Turn::show(next, View::Receipt(no.clone())),
        Press::OrderAgain(no) => Turn::perform(next, Deed::OrderAgain(no.clone())),
        Press::OrderResend(no) => Turn::perform(next, Deed::Resend(no.clone())),
        Press::OrderUnlink(no) => Turn::perform(next, Deed::Unlink(no.clone())),
        Press::PayShow(no) | Press::CancelKeep(no) => shown_again(next, no),
        Press::PayCheck(no) => Turn::perform(next, Deed::CheckPaid(no.clone())),
        Press::PayCancel(no) => Turn::show(next, View::CancelReason(no.clone())),
        Press::PayMethods(no) => Turn::show(next, View::PayMethods(no.clone())),
        Press::PayBy(no, method) => {
            Turn::perform(next, Deed::SwitchMethod(no.clone(), method.clone()))
        }
        Press::CancelFor(no, reason) => Turn::perform(next, Deed::CancelOrder(no.clone(), reason)),
        Press::Form(_)
        | Press::OperatorOpen(_)
        | Press::FromAlert(..)
        | Press::OperatorRetry(_)
        | Press::OperatorResend(_)
        | Press::OperatorRefund(_)
        | Press::OperatorConfirm(_)
        | Press::OperatorSurely(..)
        | Press::OperatorKeep(..)
        | Press::Stats(_) => operator::pressed(next, press, facts),
    }
}

/// The long form of the notice, which can be agreed to where the short one is being asked.
fn whole_notice(mut next: Dialogue, facts: &Facts<'_>) -> Turn {
    let asking = next.draft.is_some() && !facts.consented;
    if asking {
        next.listens = Listening::Consent;
    }
    Turn::show(next, View::Privacy { asking })
}

fn affiliate_button(mut next: Dialogue, button: AffiliateButton) -> Turn {
    match button {
        AffiliateButton::Card => Turn::show(next, View::Affiliate),
        AffiliateButton::Days => Turn::show(next, View::AffiliateDays),
        AffiliateButton::Picture => Turn::perform(next, Deed::SendInvitation).fresh(),
        AffiliateButton::Payout => {
            next.listens = Listening::Payout;
            Turn::show(next, View::PayoutAsk)
        }
    }
}

fn product(next: Dialogue, sku: &Sku, facts: &Facts<'_>) -> Turn {
    match facts.for_sale(sku) {
        None => gone(next, sku.clone()),
        Some(product) if facts.off.closes(product).is_some() => closed(next, product, facts),
        Some(_) => Turn::show(next, View::Product(sku.clone())),
    }
}

/// A fresh form, behind the privacy notice when it was not accepted yet.
fn begin(mut next: Dialogue, sku: &Sku, facts: &Facts<'_>) -> Turn {
    let Some(product) = facts.for_sale(sku) else { return gone(next, sku.clone()) };
    let mut draft = Draft::begin(facts.fresh_id.clone(), product);
    draft.coupon.clone_from(&next.coupon);
    next.draft = Some(draft);
    resume(next, None, facts)
}

/// Shows where the draft stands.
fn resume(mut next: Dialogue, note: Option<Note>, facts: &Facts<'_>) -> Turn {
    let Some(draft) = &next.draft else { return Turn::show(next, View::Products) };
    let Some(product) = facts.for_sale(&draft.sku) else {
        let sku = draft.sku.clone();
        return gone(next, sku);
    };
    if facts.off.closes(product).is_some() {
        return closed(next, product, facts);
    }
    if facts.consented {
        next.listens = Listening::Form;
        let before = next.noted.take();
        next.noted = note.as_ref().map(|note| note.key.to_owned());
        let is_repeated = note.is_some() && next.noted == before;
        let turn = Turn::show(next, View::Form(note));
        if is_repeated { turn.fresh() } else { turn }
    } else {
        next.listens = Listening::Consent;
        Turn::show(next, View::Consent)
    }
}

fn form_button(
    mut next: Dialogue,
    (button, message): (&FormButton, Option<i64>),
    facts: &Facts<'_>,
) -> Turn {
    let Some(mut draft) = next.draft.take_if(|draft| draft.id == button.draft) else {
        let deed = Deed::LookForOrder { draft: button.draft.clone() };
        return Turn::perform(next, deed);
    };
    let Some(product) = facts.for_sale(&draft.sku) else { return gone(next, draft.sku) };
    let moved = draft.press(product, (&button.question, &button.value), facts.now);
    next.draft = Some(draft);
    if moved == Moved::Old && message != next.anchor {
        let note = Note::new("step-over");
        return resume(next, Some(note), facts).fresh().with_toast("toast-old-button");
    }
    after_move(next, moved, facts)
}

fn after_move(mut next: Dialogue, moved: Moved, facts: &Facts<'_>) -> Turn {
    match moved {
        Moved::Here(note) => resume(next, note, facts),
        // A second tap on the same message: the question after it is shown already.
        Moved::Old => resume(next, None, facts),
        Moved::Leave => {
            next.draft = None;
            next.listens = Listening::Nothing;
            Turn::show(next, View::Left { form: true })
        }
        Moved::Out => {
            next.listens = Listening::Nothing;
            let sku = next.draft.as_ref().map(|draft| draft.sku.clone());
            Turn::show(next, sku.map_or(View::Products, View::Product))
        }
        Moved::Confirm => confirm(next, Deed::PlaceOrder, facts),
        Moved::ConfirmForStars => confirm(next, Deed::PlaceOrderForStars, facts),
        Moved::Coupon(typed) => Turn::perform(next, Deed::UseCoupon(typed)),
        Moved::Use(id) => Turn::perform(next, Deed::Profile(ProfileDeed::Use(id))),
        Moved::Save { field, kind, name } => {
            Turn::perform(next, Deed::Profile(ProfileDeed::Save { field, kind, name }))
        }
    }
}

/// The draft becomes an order; whether the price is still the one on the check card is seen in the
/// order's own transaction.
fn confirm(next: Dialogue, deed: Deed, facts: &Facts<'_>) -> Turn {
    let Some(draft) = &next.draft else { return lost(next) };
    if facts.for_sale(&draft.sku).is_none() {
        let sku = draft.sku.clone();
        return gone(next, sku);
    }
    if !facts.consented {
        return resume(next, None, facts);
    }
    Turn::perform(next, deed)
}

fn gone(mut next: Dialogue, sku: Sku) -> Turn {
    next.draft.take_if(|draft| draft.sku == sku);
    next.listens = Listening::Nothing;
    Turn::show(next, View::NotForSale { sku, why: "product-gone" })
}

/// Not for sale at this moment; a form that was begun can be gone on with later.
fn closed(mut next: Dialogue, product: &Product, facts: &Facts<'_>) -> Turn {
    next.listens = Listening::Nothing;
    let why = match facts.off.closes(product) {
        Some(Closed::Maintenance) => "shop-maintenance",
        Some(Closed::Busy) => "shop-busy",
        Some(Closed::Paused | Closed::Blocked) | None => "product-paused",
    };
    Turn::show(next, View::NotForSale { sku: product.sku.clone(), why })
}

/// A button that we do not know, or know no more.
fn old_button(next: Dialogue, facts: &Facts<'_>) -> Turn {
    let turn = if next.draft.is_some() {
        resume(next, Some(Note::new("step-over")), facts)
    } else {
        Turn::show(next, View::Say("step-lost"))
    };
    turn.fresh().with_toast("toast-old-button")
}

fn lost(mut next: Dialogue) -> Turn {
    next.listens = Listening::Nothing;
    Turn::show(next, View::Say("step-lost")).fresh()
}

/// Where the talk goes on after the notice was accepted.
pub(in crate::bot) fn after_consent(dialogue: Dialogue, facts: &Facts<'_>) -> Turn {
    resume(dialogue, None, facts)
}

/// A form of this product from its beginning, because the answers of an order were refused.
pub(in crate::bot) fn afresh(dialogue: Dialogue, sku: &Sku, facts: &Facts<'_>) -> Turn {
    begin(dialogue, sku, facts).fresh()
}

/// A button of a draft that never became an order.
pub(in crate::bot) fn after_vain_search(dialogue: Dialogue, facts: &Facts<'_>) -> Turn {
    old_button(dialogue, facts)
}
