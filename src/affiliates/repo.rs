//! Every statement on `affiliates` and `commissions`.

use std::collections::BTreeMap;

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{QueryOrder, QuerySelect};

use super::entity::{affiliate, commission};
use super::{Affiliate, AffiliateError, Balance, Earnings, payouts, rules};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{AffiliateCode, OrderNo, UserId};
use crate::kernel::money::{Currency, Money};
use crate::platform::db::{WriteTx, query_all};

/// The promoter with this code.
pub async fn find(
    db: &impl ConnectionTrait,
    code: &str,
) -> Result<Option<Affiliate>, AffiliateError> {
    let row = affiliate::Entity::find_by_id(code.to_owned()).one(db).await?;
    Ok(row.map(Affiliate::from))
}

pub async fn find_by_user(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Option<Affiliate>, AffiliateError> {
    let row =
        affiliate::Entity::find().filter(affiliate::Column::UserId.eq(user.0)).one(db).await?;
    Ok(row.map(Affiliate::from))
}

/// Makes the user a promoter; one who is one already keeps the code.
pub async fn insert(
    tx: &WriteTx,
    code: &AffiliateCode,
    user: UserId,
    now: Timestamp,
) -> Result<(), AffiliateError> {
    let row = affiliate::ActiveModel {
        code: Set(code.0.clone()),
        user_id: Set(user.0),
        rate_percent: Set(None),
        clicks: Set(0),
        created_at: Set(now.millis()),
    };
    affiliate::Entity::insert(row)
        .on_conflict(OnConflict::column(affiliate::Column::UserId).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Promoters, the newest first, without the first `offset`.
pub async fn list(
    db: &impl ConnectionTrait,
    (offset, limit): (u64, u64),
) -> Result<Vec<Affiliate>, AffiliateError> {
    let newest = affiliate::Entity::find()
        .order_by_desc(affiliate::Column::CreatedAt)
        .order_by_asc(affiliate::Column::Code);
    let rows = newest.offset(offset).limit(limit).all(db).await?;
    Ok(rows.into_iter().map(Affiliate::from).collect())
}

/// Reads and, on Postgres, locks a promoter, so that two wishes to be paid follow each other.
pub async fn lock(tx: &WriteTx, code: &AffiliateCode) -> Result<Option<Affiliate>, AffiliateError> {
    let query = affiliate::Entity::find_by_id(code.0.clone()).lock_exclusive();
    Ok(query.one(tx.conn()).await?.map(Affiliate::from))
}

/// A rate of the promoter's own for commissions to come; `None`: the configured one.
pub async fn save_rate(
    tx: &WriteTx,
    code: &AffiliateCode,
    percent: Option<u32>,
) -> Result<(), AffiliateError> {
    let percent = percent.and_then(|percent| i32::try_from(percent).ok());
    affiliate::Entity::update_many()
        .col_expr(affiliate::Column::RatePercent, Expr::value(percent))
        .filter(affiliate::Column::Code.eq(code.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Counts one use of the invitation link.
pub async fn count_click(tx: &WriteTx, code: &AffiliateCode) -> Result<(), AffiliateError> {
    affiliate::Entity::update_many()
        .col_expr(affiliate::Column::Clicks, Expr::col(affiliate::Column::Clicks).add(1))
        .filter(affiliate::Column::Code.eq(code.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// A commission to be booked.
#[derive(Debug, Clone)]
pub struct NewCommission {
    pub order_no: OrderNo,
    pub code: AffiliateCode,
    /// What the buyer paid.
    pub base: Money,
    pub amount: Money,
    /// The rate that it was computed with, so that it can be checked later.
    pub rate_percent: u32,
    pub hold_until: Timestamp,
}

/// Books a commission, once per order.
pub async fn book(
    tx: &WriteTx,
    new: &NewCommission,
    now: Timestamp,
) -> Result<bool, AffiliateError> {
    let row = commission::ActiveModel {
        order_no: Set(new.order_no.0.clone()),
        affiliate_code: Set(new.code.0.clone()),
        status: Set("pending".to_owned()),
        base_minor: Set(new.base.minor),
        amount_minor: Set(new.amount.minor),
        reversed_minor: Set(0),
        rate_percent: Set(i32::try_from(new.rate_percent).ok()),
        currency: Set(new.amount.currency.as_str().to_owned()),
        hold_until_at: Set(new.hold_until.millis()),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    let written = commission::Entity::insert(row)
        .on_conflict(OnConflict::column(commission::Column::OrderNo).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(written == 1)
}

/// Takes back what belongs to `refunded` minor units in all of this order. `Some`: so much more
/// than before.
pub async fn reverse(
    tx: &WriteTx,
    order: &OrderNo,
    refunded: i64,
    now: Timestamp,
) -> Result<Option<Money>, AffiliateError> {
    let Some(row) = commission::Entity::find_by_id(order.0.clone()).one(tx.conn()).await? else {
        return Ok(None);
    };
    let reversed = rules::reversal(row.amount_minor, row.base_minor, refunded);
    let status = if reversed >= row.amount_minor { "reversed" } else { row.status.as_str() };
    commission::Entity::update_many()
        .col_expr(commission::Column::ReversedMinor, Expr::value(reversed))
        .col_expr(commission::Column::Status, Expr::value(status))
        .col_expr(commission::Column::UpdatedAt, Expr::value(now.millis()))
        .filter(commission::Column::OrderNo.eq(order.as_str()))
        .exec(tx.conn())
        .await?;
    let more = Money::new(reversed.saturating_sub(row.reversed_minor), row.currency.parse()?);
    Ok((more.minor > 0).then_some(more))
}

/// What a promoter has earned so far, one entry per currency.
pub async fn earnings(
    db: &impl ConnectionTrait,
    code: &AffiliateCode,
    now: Timestamp,
) -> Result<Vec<Earnings>, AffiliateError> {
    let rows = commission::Entity::find()
        .filter(commission::Column::AffiliateCode.eq(code.as_str()))
        .order_by_asc(commission::Column::Currency)
        .all(db)
        .await?;
    let mut sums: Vec<Earnings> = Vec::new();
    for row in rows {
        let currency: Currency = row.currency.parse()?;
        let left = Money::new(row.amount_minor.saturating_sub(row.reversed_minor), currency);
        if sums.last().is_none_or(|sum| sum.pending.currency != currency) {
            let zero = Money::zero(currency);
            sums.push(Earnings { orders: 0, pending: zero, confirmed: zero, reversed: zero });
        }
        let Some(sum) = sums.last_mut() else { continue };
        sum.orders = sum.orders.saturating_add(1);
        let part =
            if row.hold_until_at > now.millis() { &mut sum.pending } else { &mut sum.confirmed };
        *part = part.checked_add(left)?;
        sum.reversed = sum.reversed.checked_add(Money::new(row.reversed_minor, currency))?;
    }
    Ok(sums)
}

/// What a promoter has earned and may be paid, one entry per currency.
pub async fn balances(
    db: &impl ConnectionTrait,
    code: &AffiliateCode,
    now: Timestamp,
) -> Result<Vec<Balance>, AffiliateError> {
    let taken = payouts::taken(db, code).await?;
    let balance = |earned: Earnings| {
        let currency = earned.confirmed.currency;
        let known = taken.iter().find(|sum| sum.currency == currency);
        let taken = known.copied().unwrap_or(Money::zero(currency));
        let available = rules::available(earned.confirmed.minor, taken.minor);
        Balance { earned, taken, available: Money::new(available, currency) }
    };
    Ok(earnings(db, code, now).await?.into_iter().map(balance).collect())
}

/// [`earnings`] of several promoters, in one statement.
pub async fn earnings_of(
    db: &impl ConnectionTrait,
    codes: &[AffiliateCode],
    now: Timestamp,
) -> Result<BTreeMap<AffiliateCode, Vec<Earnings>>, AffiliateError> {
    let mut earned: BTreeMap<AffiliateCode, Vec<Earnings>> = BTreeMap::new();
    if codes.is_empty() {
        return Ok(earned);
    }
    let places: Vec<String> =
        (2..=codes.len().saturating_add(1)).map(|at| format!("${at}")).collect();
    let sql = format!(
        "SELECT affiliate_code, currency, COUNT(*), \
         CAST(SUM(CASE WHEN hold_until_at > $1 THEN amount_minor - reversed_minor ELSE 0 END) \
         AS BIGINT), CAST(SUM(CASE WHEN hold_until_at > $1 THEN 0 \
         ELSE amount_minor - reversed_minor END) AS BIGINT), \
         CAST(SUM(reversed_minor) AS BIGINT) FROM commissions WHERE affiliate_code IN ({}) \
         GROUP BY affiliate_code, currency ORDER BY affiliate_code, currency",
        places.join(", ")
    );
    let codes = codes.iter().map(|code| code.as_str().into());
    let values = std::iter::once(now.millis().into()).chain(codes).collect();
    for row in query_all(db, &sql, values).await? {
        let currency: Currency = row.try_get_by_index::<String>(1)?.parse()?;
        let sum = Earnings {
            orders: row.try_get_by_index(2)?,
            pending: Money::new(row.try_get_by_index(3)?, currency),
            confirmed: Money::new(row.try_get_by_index(4)?, currency),
            reversed: Money::new(row.try_get_by_index(5)?, currency),
        };
        earned.entry(AffiliateCode(row.try_get_by_index(0)?)).or_default().push(sum);
    }
    Ok(earned)
}

impl From<affiliate::Model> for Affiliate {
    fn from(row: affiliate::Model) -> Self {
        Self {
            code: AffiliateCode(row.code),
            user: UserId(row.user_id),
            rate_percent: row.rate_percent.and_then(|percent| u32::try_from(percent).ok()),
            clicks: row.clicks,
        }
    }
}
