//! Every statement on `orders`, `order_products` and `order_history`.

use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, LockType, OnConflict};
use sea_orm::{ActiveValue::Set, QueryOrder, QuerySelect, SelectTwo};
use serde_json::Value as Json;

use super::entity::{history, order, product};
use super::row::{form_context, product_context};
use super::rules::{self, Next};
use super::{
    Actor, Change, DiscountLine, HistoryRow, NewOrder, Order, OrderError, OrderStatus, Step,
};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku, UserId};
use crate::platform::crypto::Keyring;
use crate::platform::db::rows::{self, Columns, Kind};
use crate::platform::db::{Page, WriteTx};

type Column = order::Column;

/// Writes a new order in `pending_payment` with its first history row. `false`: this draft has
/// become an order before, and nothing was written.
pub async fn insert(
    tx: &WriteTx,
    keyring: &Keyring,
    new: &NewOrder,
    now: Timestamp,
) -> Result<bool, OrderError> {
    let product_sealed = keyring.seal_json(&product_context(&new.order_no), &new.product)?;
    let form_sealed = keyring.seal_json(&form_context(&new.order_no), &new.form)?;
    let row = order::ActiveModel {
        order_no: Set(new.order_no.0.clone()),
        draft_id: Set(new.draft_id.clone()),
        user_id: Set(new.user.0),
        sku: Set(new.sku.0.clone()),
        status: Set(OrderStatus::PendingPayment.as_str().to_owned()),
        step: Set(Step::Accept.as_str().to_owned()),
        locale: Set(new.locale.as_str().to_owned()),
        price_minor: Set(new.price.minor),
        discount_minor: Set(new.discount.minor),
        total_minor: Set(new.total.minor),
        currency: Set(new.total.currency.as_str().to_owned()),
        discounts: Set(DiscountLine::write(&new.discounts)),
        coupon_code: Set(new.coupon_code.clone()),
        test: Set(i32::from(new.test)),
        form_sealed: Set(Some(form_sealed)),
        affiliate_code: Set(new.affiliate.clone().map(|code| code.0)),
        anchor_message_id: Set(new.anchor_message),
        failure: Set(None),
        cancel_reason: Set(None),
        expires_at: Set(new.expires_at.millis()),
        paid_at: Set(None),
        completed_at: Set(None),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
        version: Set(1),
    };
    let written = order::Entity::insert(row)
        .on_conflict(OnConflict::column(Column::DraftId).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    if written == 0 {
        return Ok(false);
    }
    let sold = product::ActiveModel {
        order_no: Set(new.order_no.0.clone()),
        product_sealed: Set(product_sealed),
    };
    product::Entity::insert(sold).exec_without_returning(tx.conn()).await?;
    let note = Note {
        from: None,
        to: OrderStatus::PendingPayment,
        actor: &Actor::Buyer,
        reason: "ordered",
    };
    write_history(tx, &new.order_no, &note, now).await?;
    Ok(true)
}

pub async fn find(db: &impl ConnectionTrait, no: &OrderNo) -> Result<Option<Order>, OrderError> {
    let row = with_products(order::Entity::find_by_id(no.0.clone())).one(db).await?;
    row.map(Order::try_from).transpose()
}

pub async fn get(db: &impl ConnectionTrait, no: &OrderNo) -> Result<Order, OrderError> {
    find(db, no).await?.ok_or_else(|| OrderError::NotFound(no.clone()))
}

/// Reads an order and, on Postgres, locks its row until the transaction ends. Whoever locks an
/// order and its payments locks the order first.
pub async fn lock(tx: &WriteTx, no: &OrderNo) -> Result<Order, OrderError> {
    let mut query = with_products(order::Entity::find_by_id(no.0.clone()));
    // Of the other table Postgres could lock nothing: a row might be missing there.
    QuerySelect::query(&mut query).lock_with_tables(LockType::Update, [order::Entity]);
    let row = query.one(tx.conn()).await?;
    row.map(Order::try_from).transpose()?.ok_or_else(|| OrderError::NotFound(no.clone()))
}

pub async fn find_by_draft(
    db: &impl ConnectionTrait,
    draft_id: &str,
) -> Result<Option<Order>, OrderError> {
    let query = order::Entity::find().filter(Column::DraftId.eq(draft_id));
    let row = with_products(query).one(db).await?;
    row.map(Order::try_from).transpose()
}

/// A user's orders, newest first.
pub async fn list_of_user(
    db: &impl ConnectionTrait,
    user: UserId,
    limit: u64,
) -> Result<Vec<Order>, OrderError> {
    let newest = order::Entity::find()
        .filter(Column::UserId.eq(user.0))
        .order_by_desc(Column::CreatedAt)
        .limit(limit);
    let rows = with_products(newest).all(db).await?;
    rows.into_iter().map(Order::try_from).collect()
}

/// Orders of all users, newest first, optionally of one status only; without the first `offset`.
pub async fn list(
    db: &impl ConnectionTrait,
    status: Option<OrderStatus>,
    (offset, limit): (u64, u64),
) -> Result<Vec<Order>, OrderError> {
    let newest = order::Entity::find().order_by_desc(Column::CreatedAt);
    let mut query = newest.order_by_desc(Column::OrderNo).offset(offset).limit(limit);
    if let Some(status) = status {
        query = query.filter(Column::Status.eq(status.as_str()));
    }
    let rows = with_products(query).all(db).await?;
    rows.into_iter().map(Order::try_from).collect()
}

/// Orders with what was sold. One without it is found all the same: its money is not.
fn with_products(orders: Select<order::Entity>) -> SelectTwo<order::Entity, product::Entity> {
    orders.find_also_related(product::Entity)
}

/// Paid orders whose work should long have begun, with the time of payment: the net below the job
/// queue.
pub async fn paid_before(
    db: &impl ConnectionTrait,
    before: Timestamp,
    page: &Page,
) -> Result<Vec<(String, i64)>, OrderError> {
    let query = page.of::<order::Entity>(Column::PaidAt, Column::OrderNo);
    // Word for word the condition of the index `orders_paid`; a bound value would not meet it.
    let query = query.filter(Expr::cust("status IN ('paid', 'generating')"));
    Ok(query.filter(Column::PaidAt.lt(before.millis())).into_tuple().all(db).await?)
}

/// Unpaid orders whose deadline has passed, with the deadline.
pub async fn overdue(
    db: &impl ConnectionTrait,
    now: Timestamp,
    page: &Page,
) -> Result<Vec<(String, i64)>, OrderError> {
    let query = page.of::<order::Entity>(Column::ExpiresAt, Column::OrderNo);
    let query = query.filter(Column::Status.eq("pending_payment"));
    Ok(query.filter(Column::ExpiresAt.lt(now.millis())).into_tuple().all(db).await?)
}

/// How many orders of `sku` the user placed since `since` that were not given up.
pub async fn count_recent(
    db: &impl ConnectionTrait,
    user: UserId,
    sku: &Sku,
    since: Timestamp,
) -> Result<u64, OrderError> {
    let count = order::Entity::find()
        .filter(Column::UserId.eq(user.0))
        .filter(Column::Sku.eq(sku.as_str()))
        .filter(Column::CreatedAt.gte(since.millis()))
        .filter(Column::Status.is_not_in(["failed", "cancelled", "closed"]))
        .count(db)
        .await?;
    Ok(count)
}

/// Applies `change` to the order as it was read: asks the rule, writes status and history, and
/// brings `order` up to date. [`Next::AlreadyThere`] writes nothing.
pub async fn change(
    tx: &WriteTx,
    order: &mut Order,
    change: Change,
    actor: &Actor,
    reason: &str,
    now: Timestamp,
) -> Result<Next, OrderError> {
    let next = rules::next(order.status, order.paid_at.is_some(), change).inspect_err(|refused| {
        metrics::counter!("mingshu_order_transition_failures_total").increment(1);
        tracing::warn!(order.id = %order.order_no, error = %refused, "order transition refused");
    })?;
    let Next::To(to) = next else { return Ok(next) };
    let mut update = order::Entity::update_many()
        .col_expr(Column::Status, Expr::value(to.as_str()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()));
    if change == Change::PaymentSucceeded {
        update = update.col_expr(Column::PaidAt, Expr::value(now.millis()));
        order.paid_at = Some(now);
    }
    if change == Change::Delivered {
        update = update.col_expr(Column::CompletedAt, Expr::value(now.millis()));
        order.completed_at = Some(now);
    }
    match change {
        Change::GaveUp | Change::PaymentFailedForGood => {
            update = update.col_expr(Column::Failure, Expr::value(reason));
            order.failure = Some(reason.to_owned());
        }
        Change::BuyerCancelled => {
            update = update.col_expr(Column::CancelReason, Expr::value(reason));
            order.cancel_reason = Some(reason.to_owned());
        }
        Change::PaymentSucceeded
        | Change::DeadlinePassed
        | Change::WorkStarted
        | Change::Delivered
        | Change::RefundStarted
        | Change::RefundSucceeded
        | Change::RefundRefused { .. } => {}
    }
    let written = update
        .filter(Column::OrderNo.eq(order.order_no.as_str()))
        .filter(Column::Version.eq(order.version))
        .exec(tx.conn())
        .await?;
    if written.rows_affected != 1 {
        metrics::counter!("mingshu_version_conflicts_total", "table" => "orders").increment(1);
        return Err(OrderError::Stale(order.order_no.clone()));
    }
    let note = Note { from: Some(order.status), to, actor, reason };
    write_history(tx, &order.order_no, &note, now).await?;
    order.status = to;
    order.updated_at = now;
    order.version = order.version.saturating_add(1);
    Ok(next)
}

/// Notes that `order.step` is done and the following one is next.
pub async fn advance(tx: &WriteTx, order: &mut Order, now: Timestamp) -> Result<(), OrderError> {
    let following = order.step.following();
    set_step(tx, order, following, now).await
}

/// Sets the next step of the pipeline: for an operator's "retry this step".
pub async fn set_step(
    tx: &WriteTx,
    order: &mut Order,
    step: Step,
    now: Timestamp,
) -> Result<(), OrderError> {
    let written = order::Entity::update_many()
        .col_expr(Column::Step, Expr::value(step.as_str()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::OrderNo.eq(order.order_no.as_str()))
        .filter(Column::Version.eq(order.version))
        .exec(tx.conn())
        .await?;
    if written.rows_affected != 1 {
        return Err(OrderError::Stale(order.order_no.clone()));
    }
    order.step = step;
    order.version = order.version.saturating_add(1);
    Ok(())
}

/// Remembers the message that is edited in place. Not guarded by the version: the last one wins.
pub async fn save_anchor(
    tx: &WriteTx,
    no: &OrderNo,
    message: Option<i64>,
) -> Result<(), OrderError> {
    order::Entity::update_many()
        .col_expr(Column::AnchorMessageId, Expr::value(message))
        .filter(Column::OrderNo.eq(no.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

pub async fn history(
    db: &impl ConnectionTrait,
    no: &OrderNo,
) -> Result<Vec<HistoryRow>, OrderError> {
    let rows = history::Entity::find()
        .filter(history::Column::OrderNo.eq(no.as_str()))
        .order_by_asc(history::Column::Id)
        .all(db)
        .await?;
    let row = |row: history::Model| HistoryRow {
        from: row.from_status,
        to: row.to_status,
        actor: row.actor,
        reason: row.reason,
        at: Timestamp(row.at),
    };
    Ok(rows.into_iter().map(row).collect())
}

/// How many orders were created since `since`, by status.
pub async fn count_by_status(
    db: &impl ConnectionTrait,
    since: Timestamp,
) -> Result<Vec<(OrderStatus, i64)>, OrderError> {
    let rows: Vec<(String, i64)> = order::Entity::find()
        .select_only()
        .column(Column::Status)
        .column_as(Column::OrderNo.count(), "count")
        .filter(Column::CreatedAt.gte(since.millis()))
        .group_by(Column::Status)
        .order_by_asc(Column::Status)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .filter_map(|(word, count)| Some((OrderStatus::parse(&word)?, count)))
        .collect())
}

/// How far orders that were created since `since` came, whatever became of them later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Milestones {
    pub paid: i64,
    pub delivered: i64,
}

pub async fn milestones(
    db: &impl ConnectionTrait,
    since: Timestamp,
) -> Result<Milestones, OrderError> {
    let (paid, delivered): (i64, i64) = order::Entity::find()
        .select_only()
        .column_as(Column::PaidAt.count(), "paid")
        .column_as(Column::CompletedAt.count(), "delivered")
        .filter(Column::CreatedAt.gte(since.millis()))
        .into_tuple()
        .one(db)
        .await?
        .unwrap_or_default();
    Ok(Milestones { paid, delivered })
}

pub(super) struct Note<'a> {
    pub(super) from: Option<OrderStatus>,
    pub(super) to: OrderStatus,
    pub(super) actor: &'a Actor,
    pub(super) reason: &'a str,
}

pub(super) const HISTORY: &Columns = &[
    ("order_no", Kind::Text),
    ("from_status", Kind::Text),
    ("to_status", Kind::Text),
    ("actor", Kind::Text),
    ("reason", Kind::Text),
    ("at", Kind::Integer),
];

pub(super) fn history_row(no: &OrderNo, note: &Note<'_>, now: Timestamp) -> [Json; 6] {
    [
        no.as_str().into(),
        note.from.map(OrderStatus::as_str).into(),
        note.to.as_str().into(),
        note.actor.to_string().into(),
        note.reason.into(),
        now.millis().into(),
    ]
}

async fn write_history(
    tx: &WriteTx,
    no: &OrderNo,
    note: &Note<'_>,
    now: Timestamp,
) -> Result<(), OrderError> {
    let rows = [history_row(no, note, now)].into_iter().collect();
    rows::insert(tx, "order_history", HISTORY, rows).await?;
    Ok(())
}
