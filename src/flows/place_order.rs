//! A draft becomes an order: order, payment, stock, coupon and events in one transaction (spec.md
//! §2 step 1). The price is reckoned there once more: nobody pays another one than the card showed.
//! The provider is asked afterwards, by a job that was written with the order.

use std::sync::Arc;

use sea_orm::DbErr;

use super::hold_goods;
use super::may_order::{self, Closed, MayOrderError};
use super::more_questions::{self, Offered};
use super::new_payment;
use super::quote_price::{self, Quote};
use super::settle_payment::{self, SettleError, order_event};
use super::till::Till;
use crate::catalog::answers::FormAnswers;
use crate::catalog::product::Supply;
use crate::catalog::{Catalog, Product, rules};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::orders::packs::{self, NewPack};
use crate::orders::{self, DiscountKind, NewOrder, Order, OrderError};
use crate::payments::STARS;
use crate::platform::db::WriteTx;
use crate::promotions::{self, Claim, CouponCode, NewRedemption, PromotionError, Refusal};
use crate::users;

/// What a buyer has confirmed on the check card.
#[derive(Debug, Clone)]
pub struct PlaceOrder {
    pub user: UserId,
    /// One draft gives one order, however often it is confirmed.
    pub draft_id: String,
    pub sku: Sku,
    pub locale: Locale,
    pub answers: FormAnswers,
    /// `wechat`, `alipay`, `bank`; the provider's default when missing. [`STARS`]: the order is made
    /// in Stars, at the product's price in Stars.
    pub method: Option<String>,
    /// The chat message that goes on being edited in place.
    pub anchor_message: Option<i64>,
    /// The code of a coupon, as it was typed.
    pub coupon: Option<String>,
    /// What the check card said is to be paid; `None`: no card was shown.
    pub seen_total: Option<Money>,
    /// The delivered order that more questions are bought for; for such a product alone.
    pub about: Option<OrderNo>,
}

impl PlaceOrder {
    fn in_stars(&self) -> bool {
        self.method.as_deref() == Some(STARS)
    }
}

#[derive(Debug)]
pub enum Placed {
    Ordered(Box<Order>),
    /// This draft has become an order before.
    AlreadyPlaced(Box<Order>),
    SoldOut,
    NotOnSale,
    /// Operators have switched something off.
    Closed(Closed),
    /// The product is free and the user has had enough of it today.
    FreeLimitReached,
    /// The card showed another price: the buyer decides anew.
    PriceChanged(Quote),
    CouponRefused(Refusal),
}

#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    #[error("the answers do not fit the form any more")]
    Answers,
    #[error("the order cannot be written")]
    Order(#[from] OrderError),
    #[error("the user cannot be read")]
    User(#[from] users::UserError),
    #[error("nobody knows whether it may be ordered")]
    MayOrder(#[from] MayOrderError),
    #[error("the coupon cannot be used")]
    Coupon(#[from] PromotionError),
    #[error("the order cannot be settled")]
    Settle(#[from] SettleError),
    #[error("the product cannot be kept")]
    Snapshot(#[from] serde_json::Error),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// Places the order. Free products are `paid` at once; for the others a payment is opened.
pub async fn run(
    till: &Till,
    catalog: &Catalog,
    request: PlaceOrder,
) -> Result<Placed, PlaceOrderError> {
    let Some(product) = product_wanted(catalog, &request) else { return Ok(Placed::NotOnSale) };
    if rules::next_question(&product.form, &request.answers).is_some() {
        return Err(PlaceOrderError::Answers);
    }
    let now = till.base.now();
    let tx = till.base.db.begin_write().await?;
    if let Some(order) = orders::repo::find_by_draft(tx.conn(), &request.draft_id).await? {
        return Ok(Placed::AlreadyPlaced(Box::new(order)));
    }
    if let Some(closed) = may_order::ask(till, &tx, (&product, request.user)).await? {
        return Ok(Placed::Closed(closed));
    }
    let pack = match more_questions::offered(till, &tx, (&product, &request), now).await? {
        Offered::NoPack => None,
        Offered::Pack(pack) => Some(pack),
        Offered::Not => return Ok(Placed::NotOnSale),
    };
    if free_limit_reached(till, &tx, (&product, request.user), now).await? {
        return Ok(Placed::FreeLimitReached);
    }
    let (quote, claim) = match quote(till, &tx, (&product, &request), now).await? {
        Ok(quoted) => quoted,
        Err(refusal) => return Ok(Placed::CouponRefused(refusal)),
    };
    if request.seen_total.is_some_and(|seen| seen != quote.total) {
        return Ok(Placed::PriceChanged(quote));
    }
    let new = new_order(till, &tx, (&product, &request, &quote), now).await?;
    let method = request.method.as_deref();
    let wish = Wish { new, supply: product.supply(), claim, pack, method };
    let order = match write(till, &tx, &wish, now).await? {
        Written::Order(order) => order,
        Written::Refused(refused) => return Ok(refused), // dropped: nothing was written
    };
    tx.commit().await?;
    metrics::counter!("mingshu_orders_total", "sku" => order.sku.0.clone()).increment(1);
    tracing::info!(order.id = %order.order_no, product.sku = %order.sku, "order placed");
    Ok(Placed::Ordered(order))
}

/// What is on sale, in the currency that the buyer chose with the way to pay.
fn product_wanted(catalog: &Catalog, request: &PlaceOrder) -> Option<Arc<Product>> {
    let product = catalog.find(&request.sku).filter(|product| product.on_sale)?;
    if request.in_stars() {
        return product.in_stars().map(Arc::new);
    }
    Some(Arc::clone(product))
}

/// The price as it is in this transaction, and the coupon that makes it.
async fn quote(
    till: &Till,
    tx: &WriteTx,
    (product, request): (&Product, &PlaceOrder),
    now: Timestamp,
) -> Result<Result<(Quote, Option<Claim>), Refusal>, PlaceOrderError> {
    let Some(typed) = &request.coupon else {
        return Ok(Ok((quote_price::plain(&till.money, product, now), None)));
    };
    let claim = match CouponCode::parse(typed) {
        Some(code) => promotions::repo::find_claim(tx.conn(), &code, request.user).await?,
        None => None,
    };
    if request.in_stars() {
        let (quote, counts) = quote_price::in_stars(&till.money, product, claim.as_ref(), now);
        return Ok(Ok((quote, claim.filter(|_claim| counts))));
    }
    let quote = quote_price::with_coupon(&till.money, product, claim.as_ref(), now);
    Ok(quote.map(|quote| (quote, claim)))
}

/// What is to be written.
struct Wish<'a> {
    new: NewOrder,
    supply: Supply,
    claim: Option<Claim>,
    pack: Option<NewPack>,
    method: Option<&'a str>,
}

/// An order, or what stands in its way.
enum Written {
    Order(Box<Order>),
    Refused(Placed),
}

/// In the sequence in which everybody locks: order, product, coupon.
async fn write(
    till: &Till,
    tx: &WriteTx,
    wish: &Wish<'_>,
    now: Timestamp,
) -> Result<Written, PlaceOrderError> {
    let new = &wish.new;
    if !orders::repo::insert(tx, &till.base.keyring, new, now).await? {
        // Two replicas confirmed one draft at once: the other one won, and ours rolls back.
        return Err(OrderError::Stale(new.order_no.clone()).into());
    }
    if let Some(pack) = &wish.pack {
        packs::insert(tx, (&new.order_no, pack), now).await?;
    }
    if !hold_goods::take(tx, (&new.sku, &new.order_no), (wish.supply, &till.money.day(now)), now)
        .await?
    {
        return Ok(Written::Refused(Placed::SoldOut));
    }
    if let Some(claim) = &wish.claim
        && let Err(refusal) = redeem(tx, new, claim, now).await?
    {
        return Ok(Written::Refused(Placed::CouponRefused(refusal)));
    }
    let mut order = orders::repo::lock(tx, &new.order_no).await?;
    order_event(tx, "order.created", &order, now).await?;
    if order.total.is_zero() {
        settle_payment::nothing_to_pay(tx, &mut order, now).await?;
    } else {
        new_payment::write(till, tx, (&order, wish.method), now).await?;
    }
    Ok(Written::Order(Box::new(order)))
}

/// Uses the coupon; somebody may have been faster since the price was reckoned.
async fn redeem(
    tx: &WriteTx,
    new: &NewOrder,
    claim: &Claim,
    now: Timestamp,
) -> Result<Result<(), Refusal>, PlaceOrderError> {
    let coupon = new.discounts.iter().filter(|line| line.kind == DiscountKind::Coupon);
    let discount = coupon.map(|line| line.amount).next_back();
    let redemption = NewRedemption {
        order_no: &new.order_no,
        user: new.user,
        discount: discount.unwrap_or(Money::zero(new.price.currency)),
    };
    Ok(promotions::repo::redeem(tx, &claim.coupon, &redemption, now).await?)
}

async fn new_order(
    till: &Till,
    tx: &WriteTx,
    (product, request, quote): (&Product, &PlaceOrder, &Quote),
    now: Timestamp,
) -> Result<NewOrder, PlaceOrderError> {
    let default = || till.default_method(quote.total.currency);
    let method = request.method.as_deref().or_else(default).unwrap_or_default();
    let ttl = till.time_to_pay(product.payment_ttl, method);
    let user = users::repo::find(tx.conn(), request.user).await?;
    Ok(NewOrder {
        order_no: OrderNo::generate(now),
        draft_id: request.draft_id.clone(),
        user: request.user,
        sku: product.sku.clone(),
        locale: request.locale,
        price: quote.price,
        discount: quote.discount(),
        total: quote.total,
        discounts: quote.lines.clone(),
        coupon_code: quote.lines.iter().find_map(|line| line.code.clone()),
        test: till.test || product.test,
        affiliate: user.and_then(|user| user.referred_by),
        anchor_message: request.anchor_message,
        expires_at: now.plus(ttl),
        product: serde_json::to_value(product.snapshot())?,
        form: serde_json::to_value(rules::in_order(&product.form, &request.answers))?,
    })
}

async fn free_limit_reached(
    till: &Till,
    tx: &WriteTx,
    (product, user): (&Product, UserId),
    now: Timestamp,
) -> Result<bool, PlaceOrderError> {
    let Some(limit) = product.free_limit_per_day.filter(|_limit| product.is_free()) else {
        return Ok(false);
    };
    let since = till.money.start_of_day(now);
    let had = orders::repo::count_recent(tx.conn(), user, &product.sku, since).await?;
    Ok(had >= u64::from(limit))
}
