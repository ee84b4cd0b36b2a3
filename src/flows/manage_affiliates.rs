//! Operators give a promoter a rate of their own, and a person back to the promoter who brought
//! them; each deed is written down with it.

use sea_orm::DbErr;
use serde_json::json;

use super::base::Base;
use crate::affiliates::{self, AffiliateError};
use crate::audit::{self, AuditError, NewAction};
use crate::kernel::ids::{AffiliateCode, UserId};
use crate::orders::Actor;
use crate::platform::db::WriteTx;
use crate::users::{self, UserError};

#[derive(Debug, thiserror::Error)]
pub enum AffiliatesError {
    #[error("the promoter cannot be used")]
    Affiliate(#[from] AffiliateError),
    #[error("the person cannot be used")]
    User(#[from] UserError),
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// Sets the rate for commissions to come; `None`: the configured one. `false`: no such promoter.
pub async fn set_rate(
    base: &Base,
    code: &AffiliateCode,
    percent: Option<u32>,
    operator: &Actor,
) -> Result<bool, AffiliatesError> {
    let tx = base.db.begin_write().await?;
    let Some(before) = affiliates::repo::lock(&tx, code).await? else { return Ok(false) };
    affiliates::repo::save_rate(&tx, code, percent).await?;
    let details = json!({ "from": before.rate_percent, "to": percent });
    note(base, &tx, ("affiliate.rate", code.as_str(), details), operator).await?;
    tx.commit().await?;
    Ok(true)
}

/// What became of giving a person to a promoter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Attached {
    Now,
    /// The person has this promoter already.
    Before,
    /// Nobody earns on their own purchases.
    Oneself,
    NoSuchPerson,
    NoSuchPromoter,
}

/// The person came by this promoter's link, though it was lost: orders to come count for them.
/// Orders that were placed before keep whoever they have.
pub async fn attach(
    base: &Base,
    (person, code): (UserId, &AffiliateCode),
    (why, operator): (&str, &Actor),
) -> Result<Attached, AffiliatesError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let Some(promoter) = affiliates::repo::find(tx.conn(), code.as_str()).await? else {
        return Ok(Attached::NoSuchPromoter);
    };
    let Some(user) = users::repo::find(tx.conn(), person).await? else {
        return Ok(Attached::NoSuchPerson);
    };
    if promoter.user == person {
        return Ok(Attached::Oneself);
    }
    if user.referred_by.as_ref() == Some(code) {
        return Ok(Attached::Before);
    }
    users::repo::replace_referral(&tx, person, code, now).await?;
    let details = json!({ "from": user.referred_by, "to": code, "note": why });
    let subject = person.to_string();
    note(base, &tx, ("affiliate.attach", &subject, details), operator).await?;
    tx.commit().await?;
    Ok(Attached::Now)
}

async fn note(
    base: &Base,
    tx: &WriteTx,
    (action, subject, details): (&'static str, &str, serde_json::Value),
    operator: &Actor,
) -> Result<(), AuditError> {
    let operator = operator.to_string();
    let deed = NewAction { operator: &operator, action, subject, order_no: None, details };
    audit::repo::record(tx, &deed, base.now()).await
}
