//! Every statement on `coupons` and `coupon_redemptions`.
//!
//! A use is counted by one conditional update of the coupon's row, which also is the lock under
//! which a user's own uses are counted. Whoever locks an order, a product and a coupon locks them
//! in this sequence.

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{Condition, QueryOrder, QueryResult};

use super::entity::{coupon, redemption};
use super::{
    Claim, Coupon, CouponCode, Mismatch, NewCoupon, NewRedemption, PromotionError, Redemption,
    RedemptionStatus, Refusal, Worth,
};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku, UserId};
use crate::kernel::money::{Currency, Money};
use crate::platform::db::{WriteTx, query_all};

/// Writes a new coupon. `false`: the code is taken, and nothing was written.
pub async fn insert(
    tx: &WriteTx,
    new: &NewCoupon,
    created_by: &str,
    now: Timestamp,
) -> Result<bool, PromotionError> {
    let (kind, percent, amount) = match new.worth {
        Worth::Percent(percent) => ("percent", i32::try_from(percent).ok(), None),
        Worth::Amount(amount) => ("amount", None, Some(amount.minor)),
    };
    let skus: Vec<&str> = new.skus.iter().map(Sku::as_str).collect();
    let row = coupon::ActiveModel {
        code: Set(new.code.as_str().to_owned()),
        kind: Set(kind.to_owned()),
        percent: Set(percent),
        amount_minor: Set(amount),
        currency: Set(new.currency.map(|currency| currency.as_str().to_owned())),
        minimum_minor: Set(new.minimum_minor),
        cap_minor: Set(new.cap_minor),
        skus: Set(serde_json::json!(skus).to_string()),
        starts_at: Set(new.starts_at.map(Timestamp::millis)),
        ends_at: Set(new.ends_at.map(Timestamp::millis)),
        total_limit: Set(new.total_limit),
        per_user_limit: Set(new.per_user_limit),
        used: Set(0),
        active: Set(1),
        created_by: Set(created_by.to_owned()),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    let written = coupon::Entity::insert(row)
        .on_conflict(OnConflict::column(coupon::Column::Code).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(written == 1)
}

/// Switches a coupon off. `false`: it was off before.
pub async fn disable(
    tx: &WriteTx,
    code: &CouponCode,
    now: Timestamp,
) -> Result<bool, PromotionError> {
    let done = coupon::Entity::update_many()
        .col_expr(coupon::Column::Active, Expr::value(0))
        .col_expr(coupon::Column::UpdatedAt, Expr::value(now.millis()))
        .filter(coupon::Column::Code.eq(code.as_str()))
        .filter(coupon::Column::Active.eq(1))
        .exec(tx.conn())
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn find(
    db: &impl ConnectionTrait,
    code: &CouponCode,
) -> Result<Option<Coupon>, PromotionError> {
    let row = coupon::Entity::find_by_id(code.as_str().to_owned()).one(db).await?;
    row.map(Coupon::try_from).transpose()
}

/// All coupons, newest first.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<Coupon>, PromotionError> {
    let query = coupon::Entity::find()
        .order_by_desc(coupon::Column::CreatedAt)
        .order_by_asc(coupon::Column::Code);
    query.all(db).await?.into_iter().map(Coupon::try_from).collect()
}

/// The coupon in the hand of `user`; `None` when there is no such code.
pub async fn find_claim(
    db: &impl ConnectionTrait,
    code: &CouponCode,
    user: UserId,
) -> Result<Option<Claim>, PromotionError> {
    let Some(coupon) = find(db, code).await? else { return Ok(None) };
    let used_by_user = count_of_user(db, code.as_str(), user).await?;
    Ok(Some(Claim { coupon, used_by_user }))
}

/// Uses the coupon for an order. A refusal means that somebody was faster: the caller rolls back.
pub async fn redeem(
    tx: &WriteTx,
    coupon: &Coupon,
    new: &NewRedemption<'_>,
    now: Timestamp,
) -> Result<Result<(), Refusal>, PromotionError> {
    let code = &coupon.terms.code;
    if !count_use(tx, code.as_str(), now).await? {
        let active = find(tx.conn(), code).await?.is_some_and(|coupon| coupon.active);
        return Ok(Err(if active { Refusal::UsedUp } else { Refusal::Disabled }));
    }
    let used = count_of_user(tx.conn(), code.as_str(), new.user).await?;
    if coupon.terms.per_user_limit.is_some_and(|limit| used >= limit) {
        return Ok(Err(Refusal::UsedByYou));
    }
    let row = redemption::ActiveModel {
        order_no: Set(new.order_no.0.clone()),
        code: Set(code.as_str().to_owned()),
        user_id: Set(new.user.0),
        discount_minor: Set(new.discount.minor),
        currency: Set(new.discount.currency.as_str().to_owned()),
        status: Set(RedemptionStatus::Redeemed.as_str().to_owned()),
        at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    redemption::Entity::insert(row).exec_without_returning(tx.conn()).await?;
    Ok(Ok(()))
}

/// The order was given up or failed: its coupon is free again. An order without one stays as it is.
pub async fn give_back(tx: &WriteTx, order: &OrderNo, now: Timestamp) -> Result<(), DbErr> {
    let Some(row) = redemption::Entity::find_by_id(order.0.clone()).one(tx.conn()).await? else {
        return Ok(());
    };
    let (redeemed, returned) = (RedemptionStatus::Redeemed, RedemptionStatus::Returned);
    if !turn(tx, order, (redeemed, returned), now).await? {
        turn(tx, order, (RedemptionStatus::Honoured, returned), now).await?;
        return Ok(());
    }
    count_less(tx, &row.code, now).await
}

/// Late money pays an order whose coupon was given back: it is used again where the limits allow; the
/// agreed price stays in any case.
pub async fn take_again(tx: &WriteTx, order: &OrderNo, now: Timestamp) -> Result<(), DbErr> {
    let row = redemption::Entity::find_by_id(order.0.clone()).one(tx.conn()).await?;
    let returned = RedemptionStatus::Returned;
    let Some(row) = row.filter(|row| row.status == returned.as_str()) else { return Ok(()) };
    // Dates and the switch are for new orders: this price was agreed when they allowed it.
    let mut room = count_room(tx, &row.code, now).await?;
    // Counted before, for that locks the coupon: nobody redeems it between question and deed.
    if room && has_had_enough(tx, &row).await? {
        count_less(tx, &row.code, now).await?;
        room = false;
    }
    let to = if room { RedemptionStatus::Redeemed } else { RedemptionStatus::Honoured };
    turn(tx, order, (returned, to), now).await?;
    Ok(())
}

/// Whether the buyer has used the coupon as often as one may, with other orders.
async fn has_had_enough(tx: &WriteTx, row: &redemption::Model) -> Result<bool, DbErr> {
    let coupon = coupon::Entity::find_by_id(row.code.clone()).one(tx.conn()).await?;
    let Some(limit) = coupon.and_then(|coupon| coupon.per_user_limit) else { return Ok(false) };
    Ok(count_of_user(tx.conn(), &row.code, UserId(row.user_id)).await? >= limit)
}

/// The coupon that an order has used.
pub async fn find_redemption(
    db: &impl ConnectionTrait,
    order: &OrderNo,
) -> Result<Option<Redemption>, PromotionError> {
    let row = redemption::Entity::find_by_id(order.0.clone()).one(db).await?;
    row.map(Redemption::try_from).transpose()
}

/// Compares every `used` with the redemptions, as one statement and so at one moment. Empty: they
/// agree.
pub async fn audit(db: &impl ConnectionTrait) -> Result<Vec<Mismatch>, DbErr> {
    let rows = query_all(
        db,
        "SELECT code, used, redeemed FROM (SELECT coupons.code AS code, coupons.used AS used, \
         (SELECT COUNT(*) FROM coupon_redemptions uses WHERE uses.code = coupons.code \
         AND uses.status = 'redeemed') AS redeemed FROM coupons) counted \
         WHERE used <> redeemed ORDER BY code",
        vec![],
    )
    .await?;
    let read = |row: &QueryResult| {
        Ok(Mismatch {
            code: row.try_get("", "code")?,
            used: row.try_get("", "used")?,
            redeemed: row.try_get("", "redeemed")?,
        })
    };
    rows.iter().map(read).collect()
}

/// One more use of an active coupon, if its limit allows.
async fn count_use(tx: &WriteTx, code: &str, now: Timestamp) -> Result<bool, DbErr> {
    let update = one_more(code, now).filter(coupon::Column::Active.eq(1));
    Ok(update.exec(tx.conn()).await?.rows_affected == 1)
}

async fn count_room(tx: &WriteTx, code: &str, now: Timestamp) -> Result<bool, DbErr> {
    Ok(one_more(code, now).exec(tx.conn()).await?.rows_affected == 1)
}

async fn count_less(tx: &WriteTx, code: &str, now: Timestamp) -> Result<(), DbErr> {
    coupon::Entity::update_many()
        .col_expr(coupon::Column::Used, Expr::col(coupon::Column::Used).sub(1))
        .col_expr(coupon::Column::UpdatedAt, Expr::value(now.millis()))
        .filter(coupon::Column::Code.eq(code))
        .filter(coupon::Column::Used.gt(0))
        .exec(tx.conn())
        .await?;
    Ok(())
}

fn one_more(code: &str, now: Timestamp) -> sea_orm::UpdateMany<coupon::Entity> {
    let (used, limit) = (coupon::Column::Used, coupon::Column::TotalLimit);
    let room = Condition::any().add(limit.is_null()).add(Expr::col(used).lt(Expr::col(limit)));
    coupon::Entity::update_many()
        .col_expr(used, Expr::col(used).add(1))
        .col_expr(coupon::Column::UpdatedAt, Expr::value(now.millis()))
        .filter(coupon::Column::Code.eq(code))
        .filter(room)
}

async fn count_of_user(db: &impl ConnectionTrait, code: &str, user: UserId) -> Result<i64, DbErr> {
    let count = redemption::Entity::find()
        .filter(redemption::Column::Code.eq(code))
        .filter(redemption::Column::UserId.eq(user.0))
        .filter(redemption::Column::Status.ne(RedemptionStatus::Returned.as_str()))
        .count(db)
        .await?;
    Ok(i64::try_from(count).unwrap_or(i64::MAX))
}

async fn turn(
    tx: &WriteTx,
    order: &OrderNo,
    (from, to): (RedemptionStatus, RedemptionStatus),
    now: Timestamp,
) -> Result<bool, DbErr> {
    let turned = redemption::Entity::update_many()
        .col_expr(redemption::Column::Status, Expr::value(to.as_str()))
        .col_expr(redemption::Column::UpdatedAt, Expr::value(now.millis()))
        .filter(redemption::Column::OrderNo.eq(order.as_str()))
        .filter(redemption::Column::Status.eq(from.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(turned.rows_affected == 1)
}

impl TryFrom<coupon::Model> for Coupon {
    type Error = PromotionError;

    fn try_from(row: coupon::Model) -> Result<Self, PromotionError> {
        let damaged = |what| PromotionError::Damaged { code: row.code.clone(), what };
        let currency = row.currency.as_deref().map(str::parse::<Currency>).transpose();
        let currency = currency.map_err(|_word| damaged("currency"))?;
        let percent = row.percent.and_then(|percent| u32::try_from(percent).ok());
        let worth = match (row.kind.as_str(), percent, row.amount_minor, currency) {
            ("percent", Some(percent), _, _) => Worth::Percent(percent),
            ("amount", _, Some(minor), Some(currency)) => {
                Worth::Amount(Money::new(minor, currency))
            }
            _ => return Err(damaged("kind")),
        };
        let skus: Vec<String> = serde_json::from_str(&row.skus).map_err(|_bad| damaged("skus"))?;
        let terms = NewCoupon {
            code: CouponCode::parse(&row.code).ok_or_else(|| damaged("code"))?,
            worth,
            currency,
            minimum_minor: row.minimum_minor,
            cap_minor: row.cap_minor,
            skus: skus.into_iter().map(Sku).collect(),
            starts_at: row.starts_at.map(Timestamp),
            ends_at: row.ends_at.map(Timestamp),
            total_limit: row.total_limit,
            per_user_limit: row.per_user_limit,
        };
        let (active, created_at) = (row.active != 0, Timestamp(row.created_at));
        Ok(Self { terms, used: row.used, active, created_by: row.created_by, created_at })
    }
}

impl TryFrom<redemption::Model> for Redemption {
    type Error = PromotionError;

    fn try_from(row: redemption::Model) -> Result<Self, PromotionError> {
        let damaged = |what| PromotionError::Damaged { code: row.code.clone(), what };
        let currency: Currency = row.currency.parse().map_err(|_word| damaged("currency"))?;
        let status = RedemptionStatus::parse(&row.status).ok_or_else(|| damaged("status"))?;
        let discount = Money::new(row.discount_minor, currency);
        Ok(Self {
            order_no: OrderNo(row.order_no),
            code: row.code,
            discount,
            status,
            at: Timestamp(row.at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}
