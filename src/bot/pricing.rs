//! What the check card says about money: the price as it is now, and what became of the coupon.

use chrono::NaiveDate;

use super::Bot;
use super::dialogue::{At, Dialogue, Draft, Note};
use super::error::BotError;
use crate::catalog::Product;
use crate::flows::quote_price::{self, Quote};
use crate::flows::ways_to_pay;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::kernel::money::Currency;
use crate::orders::pace::{self, Line, Pace};
use crate::promotions::{self, Claim, CouponCode, Refusal};

/// A longer line is told as this one.
const LINE_SHOWN: u64 = 1_000;

/// The price on the check card.
#[derive(Debug, Clone)]
pub(super) struct PriceCard {
    pub(super) quote: Quote,
    /// Why the coupon does not count any more.
    pub(super) refused: Option<Note>,
    pub(super) stars: Option<StarsPrice>,
    /// How long recent buyers waited for the report.
    pub(super) pace: Pace,
    /// Who is served before.
    pub(super) line: Line,
}

/// The second price, where a product is sold for Stars, too.
#[derive(Debug, Clone)]
pub(super) struct StarsPrice {
    pub(super) quote: Quote,
    /// The coupon in the hand takes something off this price as well.
    pub(super) with_coupon: bool,
}

/// Reckons the price that the check card is going to show, and keeps it in the draft: another one is
/// not silently paid. A coupon that does not count leaves the draft. `None`: no check card is due.
pub(super) async fn price_card(
    bot: &Bot,
    dialogue: &mut Dialogue,
    user: UserId,
) -> Result<Option<PriceCard>, BotError> {
    let draft = dialogue.draft.as_mut().filter(|draft| draft.at == At::Check);
    let Some(draft) = draft else { return Ok(None) };
    let Some(product) = bot.catalog.find(&draft.sku) else { return Ok(None) };
    let mut refused = None;
    let mut quote = quote_price::plain(&bot.till.money, product, bot.till.base.now());
    if let Some(code) = draft.coupon.clone() {
        match with_coupon(bot, product, (&code, user)).await? {
            Ok(better) => quote = better,
            Err(refusal) => {
                draft.coupon = None;
                refused = Some(note(bot, &refusal, &code));
            }
        }
    }
    let offer = product.stars.and_then(|_price| product.in_stars());
    let stars = match offer {
        // Whoever cannot get an invoice now is not sent to ask for one.
        Some(_offer) if troubled(bot, Currency::XTR).await? => None,
        Some(offer) if !quote.total.is_zero() => Some(in_stars(bot, &offer, (draft, user)).await?),
        Some(_) | None => None,
    };
    draft.seen_price = Some(quote.total);
    draft.seen_stars = stars.as_ref().map(|stars| stars.quote.total);
    let pace = pace::of_product(bot.till.base.db.read(), &product.sku).await?;
    let pace = pace.unwrap_or_else(|| Pace::of_minutes(product.report.expected_minutes));
    let line = pace::line(bot.till.base.db.read(), LINE_SHOWN).await?;
    Ok(Some(PriceCard { quote, refused, stars, pace, line }))
}

/// Whether nobody got a link for the only method of this currency lately.
async fn troubled(bot: &Bot, currency: Currency) -> Result<bool, BotError> {
    let Some(method) = bot.till.default_method(currency) else { return Ok(false) };
    Ok(ways_to_pay::troubled(&bot.till, currency).await?.contains(method))
}

async fn in_stars(
    bot: &Bot,
    offer: &Product,
    (draft, user): (&Draft, UserId),
) -> Result<StarsPrice, BotError> {
    let claim = match &draft.coupon {
        Some(code) => claim(bot, code, user).await?,
        None => None,
    };
    let now = bot.till.base.now();
    let (quote, with_coupon) = quote_price::in_stars(&bot.till.money, offer, claim.as_ref(), now);
    Ok(StarsPrice { quote, with_coupon })
}

/// The coupon whose code was typed; `None`: nobody has given it out.
async fn claim(bot: &Bot, typed: &str, user: UserId) -> Result<Option<Claim>, BotError> {
    let Some(code) = CouponCode::parse(typed) else { return Ok(None) };
    Ok(promotions::repo::find_claim(bot.till.base.db.read(), &code, user).await?)
}

/// The price with the coupon whose code was typed.
pub(super) async fn with_coupon(
    bot: &Bot,
    product: &Product,
    (typed, user): (&str, UserId),
) -> Result<Result<Quote, Refusal>, BotError> {
    let claim = claim(bot, typed, user).await?;
    let now = bot.till.base.now();
    Ok(quote_price::with_coupon(&bot.till.money, product, claim.as_ref(), now))
}

/// Exactly why a coupon does not count.
pub(super) fn note(bot: &Bot, refusal: &Refusal, code: &str) -> Note {
    let day = |at: Timestamp| -> NaiveDate { bot.till.money.date(at) };
    let note = match *refusal {
        Refusal::Unknown => Note::new("coupon-unknown"),
        Refusal::Disabled => Note::new("coupon-disabled"),
        Refusal::NotYet(starts) => Note::new("coupon-not-yet").day("day", day(starts)),
        Refusal::Expired { last } => Note::new("coupon-expired").day("day", day(last)),
        Refusal::OtherProduct => Note::new("coupon-other-product"),
        Refusal::OtherCurrency(_) => Note::new("coupon-other-currency"),
        Refusal::BelowMinimum(minimum) => {
            Note::new("coupon-below-minimum").money("minimum", minimum)
        }
        Refusal::UsedUp => Note::new("coupon-used-up"),
        Refusal::UsedByYou => Note::new("coupon-used-by-you"),
        Refusal::NothingToDiscount => Note::new("coupon-nothing"),
    };
    note.text("code", code.trim())
}
