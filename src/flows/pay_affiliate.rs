//! A promoter asks for what was earned, and an operator pays it by other means than ours, or
//! refuses. Each word stands in the books and in the audit trail together with its deed.

use sea_orm::DbErr;
use serde_json::json;

use super::base::Base;
use super::jobs::{AlertKind, TellPromoter};
use super::{keep_books, raise_alert};
use crate::affiliates::payouts::{self, NewPayout, Payout, PayoutStatus};
use crate::affiliates::{self, AffiliateError};
use crate::audit::{self, AuditError, NewAction};
use crate::kernel::ids::{PayoutNo, UserId};
use crate::kernel::money::Money;
use crate::orders::Actor;
use crate::payments::PaymentError;
use crate::platform::jobs::store as jobs;

#[derive(Debug, thiserror::Error)]
pub enum PayoutError {
    #[error("the promoter's rows cannot be used")]
    Affiliate(#[from] AffiliateError),
    #[error("the money book cannot be written")]
    Book(#[from] PaymentError),
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// What became of the wish to be paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requested {
    /// One payout for each currency in which enough is available.
    Now(Vec<Payout>),
    /// An earlier wish still waits.
    Waiting,
    /// Less than the shop pays out at once is available.
    TooLittle,
}

/// Asks for everything that is available, to be sent to `destination`. `minimum`: the least amount
/// that the shop pays out, in major units of any currency.
pub async fn request(
    base: &Base,
    user: UserId,
    (destination, minimum): (&str, u32),
) -> Result<Requested, PayoutError> {
    let now = base.now();
    let Some(own) = affiliates::repo::find_by_user(base.db.read(), user).await? else {
        return Ok(Requested::TooLittle);
    };
    let tx = base.db.begin_write().await?;
    affiliates::repo::lock(&tx, &own.code).await?;
    let known = payouts::list_of(tx.conn(), &own.code, 1).await?;
    if known.iter().any(|one| one.status == PayoutStatus::Requested) {
        return Ok(Requested::Waiting);
    }
    let mut made = Vec::new();
    for balance in affiliates::repo::balances(tx.conn(), &own.code, now).await? {
        if !is_enough(balance.available, minimum) {
            continue;
        }
        let (payout_no, amount) = (PayoutNo::generate(now), balance.available);
        let new = NewPayout { payout_no: payout_no.clone(), code: &own.code, amount, destination };
        if !payouts::request(&tx, &base.keyring, &new, now).await? {
            return Ok(Requested::Waiting);
        }
        let note = format!("{amount}");
        let about = (payout_no.as_str(), note.as_str());
        raise_alert::run(&tx, AlertKind::PayoutRequested, about, now).await?;
        made.extend(payouts::find(tx.conn(), &payout_no).await?);
    }
    if made.is_empty() {
        return Ok(Requested::TooLittle);
    }
    tx.commit().await?;
    Ok(Requested::Now(made))
}

/// Whether so much is paid out at all.
pub fn is_enough(available: Money, minimum: u32) -> bool {
    let least = Money::parse_major(&minimum.to_string(), available.currency);
    available.minor > 0 && least.is_ok_and(|least| available.minor >= least.minor)
}

/// What an operator says about a wish that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision<'a> {
    /// The money was sent; this proves it.
    Paid { reference: &'a str },
    /// It is not sent, and available again.
    Rejected { why: &'a str },
}

/// What became of the operator's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    Now(Payout),
    /// It was decided before.
    Before(Payout),
    Unknown,
}

pub async fn decide(
    base: &Base,
    payout_no: &PayoutNo,
    decision: Decision<'_>,
    operator: &Actor,
) -> Result<Decided, PayoutError> {
    let now = base.now();
    let (to, words, action) = match decision {
        Decision::Paid { reference } => (PayoutStatus::Paid, reference, "payout.pay"),
        Decision::Rejected { why } => (PayoutStatus::Rejected, why, "payout.reject"),
    };
    let operator = operator.to_string();
    let tx = base.db.begin_write().await?;
    let moved = payouts::decide(&tx, payout_no, (to, words, &operator), now).await?;
    let Some(payout) = payouts::find(tx.conn(), payout_no).await? else {
        return Ok(Decided::Unknown);
    };
    if !moved {
        return Ok(Decided::Before(payout));
    }
    if to == PayoutStatus::Paid {
        keep_books::commission_paid(&tx, &payout, now).await?;
    }
    let deed = NewAction {
        operator: &operator,
        action,
        subject: payout_no.as_str(),
        order_no: None,
        details: json!({
            "amount": payout.amount.to_major(),
            "currency": payout.amount.currency,
            "affiliate": payout.code,
            "words": words,
        }),
    };
    audit::repo::record(&tx, &deed, now).await?;
    jobs::enqueue(&tx, &TellPromoter { payout_no: payout_no.clone() }, now).await?;
    tx.commit().await?;
    Ok(Decided::Now(payout))
}
