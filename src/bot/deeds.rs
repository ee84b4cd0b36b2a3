//! What a turn changes in the books: one flow each, and what is shown of its outcome.
//!
//! Everything here may run twice for one update, after a crash between the deed and its answer:
//! orders are keyed by their draft, the other deeds say "already so".

mod after;
mod asking;
mod desk;
mod operators;
mod own_data;
mod people;
mod promoter;
mod weighty;

use super::Bot;
use super::dialogue::{
    Answer, At, Deed, Dialogue, Facts, Listening, Note, OperatorView, Turn, View, Where, afresh,
    after_consent, after_vain_search,
};
use super::error::BotError;
use super::pricing;
use crate::catalog::product::Stock;
use crate::flows::close_order::{self, Ended};
use crate::flows::may_order::Closed;
use crate::flows::new_payment::{self, Switched};
use crate::flows::order_again::{self, Again};
use crate::flows::place_order::{self, PlaceOrder, PlaceOrderError, Placed};
use crate::flows::resend_report::{self, Resent};
use crate::flows::show_payment::{self, Shown};
use crate::flows::{accept_privacy, change_language, change_news, check_payment, report_page};
use crate::kernel::ids::{OrderNo, Sku};
use crate::kernel::locale::Locale;
use crate::kernel::switch::Switch;
use crate::orders::{self, Actor, Order, OrderStatus};
use crate::payments::STARS;
use crate::users::User;

/// Who wants the deed, and where the talk stands.
pub(super) struct Doing<'a> {
    pub(super) bot: &'a Bot,
    pub(super) facts: Facts<'a>,
    pub(super) user: User,
    /// The message that the answer would replace.
    pub(super) place: Option<i64>,
    pub(super) dialogue: Dialogue,
}

/// What is shown of it; nothing where the worker shows it.
#[derive(Debug)]
pub(super) struct Shows {
    pub(super) view: Option<View>,
    pub(super) place: Where,
    pub(super) toast: Option<&'static str>,
}

impl Shows {
    fn view(view: View) -> Self {
        Self { view: Some(view), place: Where::InPlace, toast: None }
    }

    fn fresh(view: View) -> Self {
        Self { view: Some(view), place: Where::Fresh, toast: None }
    }

    fn toast(toast: &'static str) -> Self {
        Self { view: None, place: Where::InPlace, toast: Some(toast) }
    }

    fn operator(text: String, order: &OrderNo) -> Self {
        Self::view(View::Operator(OperatorView::Outcome { text, order: Some(order.clone()) }))
    }
}

impl Doing<'_> {
    pub(super) async fn perform(&mut self, deed: &Deed) -> Result<Shows, BotError> {
        match deed {
            Deed::Consent => self.consent().await,
            Deed::ChangeLanguage(locale) => self.change_language(*locale).await,
            Deed::PlaceOrder => self.place_order(None).await,
            Deed::PlaceOrderForStars => self.place_order(Some(STARS)).await,
            Deed::UseCoupon(typed) => self.use_coupon(typed).await,
            Deed::LookForOrder { draft } => self.look_for_order(draft).await,
            Deed::CheckPaid(no) => self.check_paid(no).await,
            Deed::ShowPayment(no) => self.show_payment(no).await,
            Deed::CancelOrder(no, reason) => self.cancel_order(no, reason).await,
            Deed::SwitchMethod(no, method) => self.switch_method(no, method).await,
            Deed::OrderAgain(no) => self.order_again(no).await,
            Deed::Resend(no) => self.resend(no).await,
            Deed::Unlink(no) => self.unlink(no).await,
            Deed::BecomeAffiliate => self.become_affiliate().await,
            Deed::SendInvitation => self.send_invitation().await,
            Deed::RequestPayout(destination) => self.request_payout(destination).await,
            Deed::ExportData => self.export_data().await,
            Deed::ForgetMe => self.forget_me().await,
            Deed::Profile(deed) => self.profile(deed).await,
            Deed::After(deed, no) => self.after(deed, no).await,
            Deed::Retry(no) => self.retry(no).await,
            Deed::OperatorResend(no) => self.operator_resend(no).await,
            Deed::Prepare(wanted) => self.prepare(wanted).await,
            Deed::Surely(card, no) => self.surely(card, no).await,
            Deed::DeskPrepare(what) => self.desk_prepare(what).await,
            Deed::Steer(steer, no) => self.steer(*steer, no).await,
            Deed::News(wish) => self.change_news(*wish).await,
            Deed::DeskSurely(card) => self.desk_surely(card).await,
        }
    }

    async fn consent(&mut self) -> Result<Shows, BotError> {
        accept_privacy::run(&self.bot.till.base, self.user.id).await?;
        self.facts.consented = true;
        let turn = after_consent(self.dialogue.clone(), &self.facts);
        Ok(self.take(turn))
    }

    /// Goes on with a turn that has nothing to do any more.
    fn take(&mut self, turn: Turn) -> Shows {
        self.dialogue = turn.dialogue;
        let view = match turn.answer {
            Answer::Show(view) => Some(view),
            Answer::Do(_) => None,
        };
        Shows { view, place: turn.place, toast: turn.toast }
    }

    async fn change_language(&mut self, locale: Locale) -> Result<Shows, BotError> {
        change_language::run(&self.bot.till.base, self.user.id, locale).await?;
        self.user.locale = locale;
        Ok(Shows::view(View::LanguageSet))
    }

    /// `method`: chosen with the button; the provider's default when missing.
    async fn place_order(&mut self, method: Option<&str>) -> Result<Shows, BotError> {
        let Some(draft) = self.dialogue.draft.clone() else {
            return Ok(Shows::view(View::Say("step-lost")));
        };
        let seen = if method == Some(STARS) { draft.seen_stars } else { draft.seen_price };
        if seen.is_none() {
            return Ok(self.check_card(None));
        }
        let request = PlaceOrder {
            user: self.user.id,
            draft_id: draft.id,
            sku: draft.sku.clone(),
            locale: self.user.locale,
            answers: draft.answers,
            method: method.map(str::to_owned),
            anchor_message: self.place,
            coupon: draft.coupon,
            seen_total: seen,
            about: None,
        };
        match place_order::run(&self.bot.till, &self.bot.catalog, request).await {
            Ok(Placed::Ordered(_)) => {
                // The worker may have put the payment card there already: leave the message alone.
                self.dialogue.coupon = None;
                self.hand_over();
                Ok(Shows::toast("toast-working"))
            }
            Ok(Placed::AlreadyPlaced(order)) => {
                self.hand_over();
                self.made_before(&order).await
            }
            Ok(Placed::PriceChanged(quote)) => {
                let note = Note::new("product-price-changed").money("price", quote.total);
                Ok(self.check_card(Some(note)))
            }
            // The new card says why the coupon does not count any more.
            Ok(Placed::CouponRefused(_)) => Ok(self.check_card(None)),
            Ok(refused) => Ok(self.refused(&refused, &draft.sku)),
            Err(PlaceOrderError::Answers) => {
                self.ask_what_changed();
                Ok(Shows::view(View::Form(None)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// The check card once more, with the price of now.
    pub(super) fn check_card(&mut self, note: Option<Note>) -> Shows {
        self.dialogue.listens = Listening::Form;
        let before = self.dialogue.noted.take();
        self.dialogue.noted = note.as_ref().map(|note| note.key.to_owned());
        // The same edit again would change nothing that can be seen.
        let is_repeated = note.is_some() && before == self.dialogue.noted;
        let shows = Shows::view(View::Form(note));
        if is_repeated { Shows { place: Where::Fresh, ..shows } } else { shows }
    }

    /// Looks at the code now; it is used when the order is placed.
    async fn use_coupon(&mut self, typed: &str) -> Result<Shows, BotError> {
        let product = self.dialogue.draft.as_ref().map(|draft| &draft.sku);
        let product = product.and_then(|sku| self.bot.catalog.find(sku));
        let (Some(product), Some(draft)) = (product, &mut self.dialogue.draft) else {
            return Ok(Shows::view(View::Say("step-lost")));
        };
        let looked = pricing::with_coupon(self.bot, product, (typed, self.user.id)).await?;
        let note = match looked {
            Ok(quote) => {
                draft.coupon = quote.lines.into_iter().find_map(|line| line.code);
                draft.at = At::Check;
                None
            }
            Err(refusal) => Some(pricing::note(self.bot, &refusal, typed)),
        };
        Ok(self.check_card(note))
    }

    /// From here on the message belongs to the order and its news.
    fn hand_over(&mut self) {
        self.dialogue.draft = None;
        self.dialogue.listens = Listening::Nothing;
        self.dialogue.anchor = None;
    }

    /// The product's questions changed while the form was filled in.
    fn ask_what_changed(&mut self) {
        if let Some(draft) = &mut self.dialogue.draft
            && let Some(product) = self.bot.catalog.find(&draft.sku)
        {
            draft.go_on(product);
            self.dialogue.listens = Listening::Form;
        }
    }

    /// A double tap, or a repeat after a crash: the worker has shown its state by now, or will.
    async fn made_before(&self, order: &Order) -> Result<Shows, BotError> {
        if order.status == OrderStatus::PendingPayment {
            let whose = (self.user.id, &order.order_no);
            show_payment::run(&self.bot.till, whose, order.anchor_message).await?;
        }
        Ok(Shows::toast("toast-done"))
    }

    fn refused(&mut self, placed: &Placed, sku: &Sku) -> Shows {
        let why = match placed {
            Placed::SoldOut => {
                let product = self.bot.catalog.find(sku);
                match product.map(|product| product.stock) {
                    Some(Stock::Daily(_)) => "product-sold-out-today",
                    Some(Stock::Counted(_) | Stock::Unlimited) | None => "product-sold-out",
                }
            }
            Placed::FreeLimitReached => "product-free-limit",
            Placed::Closed(Closed::Maintenance) => "shop-maintenance",
            Placed::Closed(Closed::Paused) => "product-paused",
            Placed::Closed(Closed::Busy) => "shop-busy",
            Placed::NotOnSale
            | Placed::Closed(Closed::Blocked)
            | Placed::Ordered(_)
            | Placed::AlreadyPlaced(_)
            | Placed::PriceChanged(_)
            | Placed::CouponRefused(_) => "product-gone",
        };
        self.dialogue.listens = Listening::Nothing;
        Shows::view(View::NotForSale { sku: sku.clone(), why })
    }

    async fn look_for_order(&mut self, draft: &str) -> Result<Shows, BotError> {
        let found = orders::repo::find_by_draft(self.bot.till.base.db.read(), draft).await?;
        match found.filter(|order| order.user == self.user.id) {
            // A second tap: the message shows the order's state already.
            Some(order) if order.anchor_message.is_some() && order.anchor_message == self.place => {
                Ok(Shows::toast("toast-done"))
            }
            Some(order) => Ok(Shows::fresh(View::Order(order.order_no))),
            None => {
                let turn = after_vain_search(self.dialogue.clone(), &self.facts);
                Ok(self.take(turn))
            }
        }
    }

    async fn own_order(&self, no: &OrderNo) -> Result<Option<Order>, BotError> {
        let order = orders::repo::find(self.bot.till.base.db.read(), no).await?;
        Ok(order.filter(|order| order.user == self.user.id))
    }

    async fn check_paid(&self, no: &OrderNo) -> Result<Shows, BotError> {
        let Some(order) = self.own_order(no).await? else {
            return Ok(Shows::toast("toast-not-yours"));
        };
        if check_payment::ask_now(&self.bot.till, (self.user.id, no)).await? {
            return Ok(Shows::toast("toast-pay-checking"));
        }
        let paid = order.paid_at.is_some();
        Ok(Shows::toast(if paid { "toast-pay-already" } else { "toast-pay-over" }))
    }

    /// The worker puts the payment card in the place of the pressed message.
    async fn show_payment(&self, no: &OrderNo) -> Result<Shows, BotError> {
        let whose = (self.user.id, no);
        Ok(match show_payment::run(&self.bot.till, whose, self.place).await? {
            Shown::Soon(_) => Shows::toast("toast-working"),
            Shown::Over(order) => Shows::view(View::Order(order.order_no)),
            Shown::NotTheirs => Shows::toast("toast-not-yours"),
        })
    }

    /// The worker puts the new payment's card in the place of the pressed message.
    async fn switch_method(&self, no: &OrderNo, method: &str) -> Result<Shows, BotError> {
        let whose = (self.user.id, no);
        Ok(match new_payment::switch(&self.bot.till, whose, method, self.place).await? {
            Switched::Soon => Shows::toast("toast-working"),
            Switched::Same(order) => self.show_payment(&order.order_no).await?,
            Switched::Over(order) => Shows::view(View::Order(order.order_no)),
            Switched::NotThatWay => Shows::toast("toast-pay-not-that-way"),
            Switched::NotTheirs => Shows::toast("toast-not-yours"),
        })
    }

    async fn cancel_order(&self, no: &OrderNo, reason: &str) -> Result<Shows, BotError> {
        if self.own_order(no).await?.is_none() {
            return Ok(Shows::toast("toast-not-yours"));
        }
        let about = |key| Shows::view(View::AboutOrder { no: no.clone(), key });
        Ok(match close_order::cancel(&self.bot.till.base, (self.user.id, no), reason).await? {
            Ended::Now => about("pay-cancelled"),
            Ended::Before => Shows::view(View::Order(no.clone())),
            Ended::Paid => about("pay-cancel-too-late"),
            Ended::NotTheirs => Shows::toast("toast-not-yours"),
        })
    }

    /// The new order's card comes as a message of its own: receipts and reports stay.
    async fn order_again(&mut self, no: &OrderNo) -> Result<Shows, BotError> {
        let wish = (self.user.id, no, self.user.locale);
        let again = order_again::run(&self.bot.till, &self.bot.catalog, wish).await?;
        Ok(match again {
            Again::Placed(Placed::Ordered(_)) => Shows::toast("toast-working"),
            Again::Placed(Placed::AlreadyPlaced(order)) => self.made_before(&order).await?,
            Again::Placed(refused) => {
                let sku = self.own_order(no).await?.map(|order| order.sku);
                let shows = self.refused(&refused, &sku.unwrap_or_else(|| Sku::from("")));
                Shows { place: Where::Fresh, ..shows }
            }
            Again::StillPayable(order) => self.show_payment(&order.order_no).await?,
            Again::AnswersGone => Shows::fresh(View::Say("reorder-impossible")),
            Again::FormAfresh(sku) => {
                let turn = afresh(self.dialogue.clone(), &sku, &self.facts);
                self.take(turn)
            }
            Again::NotTheirs => Shows::toast("toast-not-yours"),
        })
    }

    async fn resend(&self, no: &OrderNo) -> Result<Shows, BotError> {
        if self.own_order(no).await?.is_none() {
            return Ok(Shows::toast("toast-not-yours"));
        }
        let about = |key| Shows::fresh(View::AboutOrder { no: no.clone(), key });
        Ok(match resend_report::start(&self.bot.till.base, no, &Actor::Buyer).await? {
            Resent::Started | Resent::UnderWay => Shows::toast("toast-working"),
            Resent::Enough => about("report-resent-enough"),
            Resent::NothingToSend(OrderStatus::Completed) => about("report-gone"),
            Resent::NothingToSend(OrderStatus::Paid | OrderStatus::Generating) => {
                about("report-not-ready")
            }
            Resent::NothingToSend(
                OrderStatus::PendingPayment
                | OrderStatus::Failed
                | OrderStatus::Cancelled
                | OrderStatus::Closed
                | OrderStatus::Refunding
                | OrderStatus::Refunded,
            ) => Shows::view(View::Order(no.clone())),
        })
    }

    /// The closing message keeps its buttons: the one to the page leads nowhere from now on.
    async fn unlink(&self, no: &OrderNo) -> Result<Shows, BotError> {
        let closed = report_page::revoke(&self.bot.till.base, self.user.id, no).await?;
        Ok(Shows::toast(match closed {
            None => "toast-not-yours",
            Some(0) => "report-page-none",
            Some(_) => "report-page-revoked",
        }))
    }

    async fn change_news(&self, wish: Switch) -> Result<Shows, BotError> {
        change_news::run(&self.bot.till.base, self.user.id, wish).await?;
        Ok(Shows::fresh(View::News(wish)))
    }
}
