//! A draft becomes an order: order, payment, stock and events in one transaction (spec.md §2 step
//! 1). The provider is asked afterwards, by a job that was written with the order.

use std::sync::Arc;

use sea_orm::DbErr;

use super::new_payment;
use super::settle_payment::{self, SettleError, order_event};
use super::till::Till;
use crate::catalog::answers::FormAnswers;
use crate::catalog::{Catalog, Product, rules, stock};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::orders::{self, NewOrder, Order, OrderError};
use crate::platform::db::WriteTx;
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
    /// `wechat`, `alipay`, `bank`; the provider's default when missing.
    pub method: Option<String>,
    /// The chat message that goes on being edited in place.
    pub anchor_message: Option<i64>,
}

#[derive(Debug)]
pub enum Placed {
    Ordered(Box<Order>),
    /// This draft has become an order before.
    AlreadyPlaced(Box<Order>),
    SoldOut,
    NotOnSale,
    /// The product is free and the user has had enough of it today.
    FreeLimitReached,
}

#[derive(Debug, thiserror::Error)]
pub enum PlaceOrderError {
    #[error("the answers do not fit the form any more")]
    Answers,
    #[error("the order cannot be written")]
    Order(#[from] OrderError),
    #[error("the user cannot be read")]
    User(#[from] users::UserError),
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
    let product = match catalog.find(&request.sku) {
        Some(product) if product.on_sale => Arc::clone(product),
        Some(_) | None => return Ok(Placed::NotOnSale),
    };
    if rules::next_question(&product.form, &request.answers).is_some() {
        return Err(PlaceOrderError::Answers);
    }
    let now = till.base.now();
    let tx = till.base.db.begin_write().await?;
    if let Some(order) = orders::repo::find_by_draft(tx.conn(), &request.draft_id).await? {
        return Ok(Placed::AlreadyPlaced(Box::new(order)));
    }
    if free_limit_reached(till, &tx, (&product, request.user), now).await? {
        return Ok(Placed::FreeLimitReached);
    }
    let number = OrderNo::generate(now);
    let what = (&product.sku, &number);
    if !stock::reserve(&tx, what, product.stock, &till.money.day(now), now).await? {
        return Ok(Placed::SoldOut);
    }
    let order = write(till, &tx, (&product, &request, number), now).await?;
    tx.commit().await?;
    metrics::counter!("mingshu_orders_total", "sku" => order.sku.0.clone()).increment(1);
    tracing::info!(order.id = %order.order_no, product.sku = %order.sku, "order placed");
    Ok(Placed::Ordered(Box::new(order)))
}

async fn write(
    till: &Till,
    tx: &WriteTx,
    (product, request, number): (&Product, &PlaceOrder, OrderNo),
    now: Timestamp,
) -> Result<Order, PlaceOrderError> {
    let new = new_order(till, tx, (product, request, number), now).await?;
    if !orders::repo::insert(tx, &till.base.keyring, &new, now).await? {
        // Two replicas confirmed one draft at once: the other one won, and ours rolls back.
        return Err(OrderError::Stale(new.order_no).into());
    }
    let mut order = orders::repo::lock(tx, &new.order_no).await?;
    order_event(tx, "order.created", &order, now).await?;
    if order.total.is_zero() {
        settle_payment::nothing_to_pay(tx, &mut order, now).await?;
    } else {
        new_payment::write(till, tx, (&order, request.method.as_deref()), now).await?;
    }
    Ok(order)
}

async fn new_order(
    till: &Till,
    tx: &WriteTx,
    (product, request, order_no): (&Product, &PlaceOrder, OrderNo),
    now: Timestamp,
) -> Result<NewOrder, PlaceOrderError> {
    let method = request.method.as_deref().or_else(|| till.default_method()).unwrap_or_default();
    let ttl = till.time_to_pay(product.payment_ttl, method);
    let user = users::repo::find(tx.conn(), request.user).await?;
    Ok(NewOrder {
        order_no,
        draft_id: request.draft_id.clone(),
        user: request.user,
        sku: product.sku.clone(),
        locale: request.locale,
        price: product.price,
        discount: Money::zero(product.price.currency),
        total: product.price,
        test: till.test || product.test,
        affiliate: user.and_then(|user| user.referred_by),
        anchor_message: request.anchor_message,
        expires_at: now.plus(ttl),
        product: serde_json::to_value(product.snapshot())?,
        form: serde_json::to_value(&request.answers)?,
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
