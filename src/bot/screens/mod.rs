//! How the conversation looks: one message for every [`View`], with what the rows know filled in.
//!
//! Nothing here changes anything. Conclusion first, one emoji per line at most.

mod affiliate;
mod after;
mod asking;
mod birth;
mod check;
mod coupon;
mod desk;
mod form;
mod my_orders;
mod operator;
mod plain;
mod privacy;
mod profiles;
mod shop;
mod weighty;

use super::Bot;
use super::dialogue::{Dialogue, Press, View};
use super::error::BotError;
use super::pricing::PriceCard;
use super::speech::Speech;
use crate::catalog::{Product, ProductSnapshot};
use crate::flows::greet_user::Invitation;
use crate::flows::keep_profile::Saved;
use crate::flows::may_order::SwitchedOff;
use crate::flows::{price_words, quote_price};
use crate::kernel::ids::OrderNo;
use crate::kernel::money::Money;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::{self, DiscountLine, Order};
use crate::platform::texts::Args;
use crate::users::User;

/// Whom we speak to, and where the talk stands.
pub(super) struct Scene<'a> {
    pub(super) bot: &'a Bot,
    pub(super) user: &'a User,
    pub(super) new: bool,
    pub(super) invitation: Option<Invitation>,
    pub(super) dialogue: &'a Dialogue,
    /// Where the check card is shown.
    pub(super) price: Option<&'a PriceCard>,
    /// Births that were kept, where a form's question or check card has use for them.
    pub(super) kept: &'a [Saved],
    pub(super) operator: bool,
    /// What operators have switched off.
    pub(super) off: &'a SwitchedOff,
    pub(super) speech: Speech<'a>,
}

/// Writes the message of a view.
pub(super) async fn show(scene: &Scene<'_>, view: &View) -> Result<OutgoingMessage, BotError> {
    Ok(match view {
        View::Home => shop::home(scene).await?,
        View::Products => shop::products(scene).await?,
        View::Product(sku) => shop::product(scene, sku).await?,
        View::NotForSale { sku, why } => shop::not_for_sale(scene, sku, why),
        View::Consent => privacy::notice(scene),
        View::Privacy { asking } => privacy::whole(scene, *asking),
        View::ConsentDeclined => privacy::declined(scene),
        View::Form(note) => form::show(scene, note.as_ref()),
        View::Left { form } => my_orders::left(scene, *form).await?,
        View::Orders { page } => my_orders::list(scene, *page).await?,
        View::Order(no) => my_orders::card(scene, no).await?,
        View::Receipt(no) => my_orders::receipt(scene, no).await?,
        View::AboutOrder { no, key } => my_orders::about(scene, no, key).await?,
        View::CancelReason(no) => my_orders::cancel_reason(scene, no).await?,
        View::PayMethods(no) => my_orders::pay_methods(scene, no).await?,
        View::Languages => plain::languages(scene),
        View::LanguageSet => plain::language_set(scene),
        View::Affiliate => affiliate::card(scene).await?,
        View::AffiliateDays => affiliate::by_day(scene).await?,
        View::PayoutAsk => affiliate::ask_for_destination(scene).await?,
        View::Payouts(key) => affiliate::payouts(scene, key).await?,
        View::Forget { sure } => privacy::forget(scene, *sure),
        View::After(view, no) => after::show(scene, (*view, no)).await?,
        View::Profiles(view) => profiles::show(scene, view).await?,
        View::Help => plain::help(scene).await?,
        View::Terms => plain::text(scene, "terms"),
        View::PaySupport => plain::pay_support(scene),
        View::News(wish) => plain::news(scene, *wish),
        View::Say(key) => plain::text(scene, key),
        View::Operator(view) => operator::show(scene, view).await?,
    })
}

impl Scene<'_> {
    fn button(&self, key: &str, press: &Press) -> Button {
        self.speech.button(key, press)
    }

    /// One button in a row of its own.
    fn row(&self, key: &str, press: &Press) -> Vec<Button> {
        vec![self.button(key, press)]
    }

    /// The way home, below everything that has no better one.
    fn way_home(&self) -> Vec<Button> {
        vec![
            self.button("btn-products", &Press::Products),
            self.button("btn-orders", &Press::Orders(0)),
        ]
    }

    /// The draft and its product, if both are there.
    fn draft(&self) -> Option<(&super::dialogue::Draft, &Product)> {
        let draft = self.dialogue.draft.as_ref()?;
        Some((draft, self.bot.catalog.find(&draft.sku)?))
    }

    /// The person's own order; `None` for another's or none.
    async fn order(&self, no: &OrderNo) -> Result<Option<Order>, BotError> {
        let order = orders::repo::find(self.bot.till.base.db.read(), no).await?;
        Ok(order.filter(|order| order.user == self.user.id))
    }

    /// What a product costs now; in HTML the old price is struck out.
    fn price(&self, product: &Product) -> String {
        let quote = quote_price::plain(&self.bot.till.money, product, self.speech.now);
        let now = self.speech.price(quote.total);
        if quote.lines.is_empty() {
            return now;
        }
        let args = Args::new().text("list", self.speech.money(quote.price)).text("now", now);
        self.speech.say("price-sale", &args)
    }

    /// The same for a button, whose label is plain text.
    fn plain_price(&self, product: &Product) -> String {
        let quote = quote_price::plain(&self.bot.till.money, product, self.speech.now);
        self.speech.price(quote.total)
    }

    /// List price and discounts, line by line; nothing where there are none.
    fn price_lines(&self, priced: (Money, &[DiscountLine])) -> Vec<String> {
        price_words::with_list_price(self.speech.texts, self.speech.locale, priced)
    }

    /// The product's name as it was when the order was made.
    fn product_name(&self, order: &Order) -> String {
        let snapshot: Result<ProductSnapshot, _> = order.product(&self.bot.till.base.keyring);
        match snapshot {
            Ok(snapshot) => snapshot.name.get(self.speech.locale).to_owned(),
            Err(_erased) => order.sku.to_string(),
        }
    }

    /// What every message about an order can speak of.
    fn about(&self, order: &Order) -> Args {
        Args::new()
            .escaped("product", &self.product_name(order))
            .text("amount", self.speech.price(order.total))
            .text("order_no", order.order_no.as_str())
            .text("deadline", self.speech.deadline(order.expires_at))
    }
}

fn message(text: impl Into<String>, keyboard: Keyboard) -> OutgoingMessage {
    OutgoingMessage::html(text).with_keyboard(keyboard)
}

/// Buttons in rows of at most `columns`.
fn grid(buttons: Vec<Button>, columns: usize) -> Keyboard {
    let mut rows = Keyboard::new();
    for button in buttons {
        match rows.last_mut() {
            Some(row) if row.len() < columns => row.push(button),
            Some(_) | None => rows.push(vec![button]),
        }
    }
    rows
}
