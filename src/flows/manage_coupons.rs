//! Operators give out coupons and switch them off; each deed is written down with it.

use sea_orm::DbErr;
use serde_json::json;

use crate::audit::{self, AuditError, NewAction};
use crate::kernel::clock::Timestamp;
use crate::orders::Actor;
use crate::platform::db::{Db, WriteTx};
use crate::promotions::{self, CouponCode, NewCoupon, PromotionError, Worth, rules};

/// What became of the wish for a new coupon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    Now,
    /// The code is in use.
    Exists,
    /// The terms make no sense; why, in words for the operator.
    Senseless(&'static str),
}

/// What became of the wish to switch one off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disabled {
    Now,
    Before,
    Unknown,
}

#[derive(Debug, thiserror::Error)]
pub enum CouponsError {
    #[error("the coupon cannot be written")]
    Coupon(#[from] PromotionError),
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

pub async fn create(
    db: &Db,
    new: &NewCoupon,
    operator: &Actor,
    now: Timestamp,
) -> Result<Created, CouponsError> {
    if let Some(mistake) = rules::mistake(new) {
        return Ok(Created::Senseless(mistake));
    }
    let tx = db.begin_write().await?;
    if !promotions::repo::insert(&tx, new, &operator.to_string(), now).await? {
        return Ok(Created::Exists);
    }
    note(&tx, ("coupon.create", &new.code, terms(new)), operator, now).await?;
    tx.commit().await?;
    Ok(Created::Now)
}

/// Orders that have used it keep their price.
pub async fn disable(
    db: &Db,
    code: &CouponCode,
    operator: &Actor,
    now: Timestamp,
) -> Result<Disabled, CouponsError> {
    let tx = db.begin_write().await?;
    let Some(coupon) = promotions::repo::find(tx.conn(), code).await? else {
        return Ok(Disabled::Unknown);
    };
    if !promotions::repo::disable(&tx, code, now).await? {
        return Ok(Disabled::Before);
    }
    let details = json!({ "used": coupon.used });
    note(&tx, ("coupon.disable", code, details), operator, now).await?;
    tx.commit().await?;
    Ok(Disabled::Now)
}

async fn note(
    tx: &WriteTx,
    (action, code, details): (&str, &CouponCode, serde_json::Value),
    operator: &Actor,
    now: Timestamp,
) -> Result<(), AuditError> {
    let operator = operator.to_string();
    let subject = code.as_str();
    let new = NewAction { operator: &operator, action, subject, order_no: None, details };
    audit::repo::record(tx, &new, now).await
}

fn terms(new: &NewCoupon) -> serde_json::Value {
    let (percent, amount) = match new.worth {
        Worth::Percent(percent) => (Some(percent), None),
        Worth::Amount(amount) => (None, Some(amount.to_major())),
    };
    json!({
        "percent": percent, "amount": amount, "currency": new.currency,
        "minimum_minor": new.minimum_minor, "cap_minor": new.cap_minor, "skus": new.skus,
        "starts_at": new.starts_at, "ends_at": new.ends_at,
        "total_limit": new.total_limit, "per_user_limit": new.per_user_limit,
    })
}
