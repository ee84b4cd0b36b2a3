//! Every statement on `payouts`: what promoters are paid of what they have earned. A promoter asks
//! for all that is available; an operator pays it by other means and says so, or refuses it.
//!
//! Invariants:
//! - One request of a promoter in a currency waits at a time (a unique index of the database).
//! - What is asked for and what was paid out is never available again.

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{QueryOrder, QuerySelect};

use super::AffiliateError;
use super::entity::payout;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{AffiliateCode, PayoutNo};
use crate::kernel::money::{Currency, Money};
use crate::platform::crypto::Keyring;
use crate::platform::db::WriteTx;
use crate::platform::reseal::{Key, SealedColumn};

type Column = payout::Column;

/// The words of the column `payouts.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PayoutStatus {
    /// The promoter asks for it.
    Requested,
    /// An operator has sent the money.
    Paid,
    /// An operator has refused it; the money is available again.
    Rejected,
}

impl PayoutStatus {
    pub const ALL: [Self; 3] = [Self::Requested, Self::Paid, Self::Rejected];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Paid => "paid",
            Self::Rejected => "rejected",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payout {
    pub payout_no: PayoutNo,
    pub code: AffiliateCode,
    pub amount: Money,
    pub status: PayoutStatus,
    destination_sealed: Option<String>,
    /// What proves it, or why it was refused.
    pub reference: Option<String>,
    pub requested_at: Timestamp,
    pub decided_at: Option<Timestamp>,
    /// `operator:<id>`.
    pub decided_by: Option<String>,
}

impl Payout {
    /// Where the money is to go, in the promoter's words; `None` after they were erased.
    pub fn destination(&self, keyring: &Keyring) -> Result<Option<String>, AffiliateError> {
        let Some(sealed) = &self.destination_sealed else { return Ok(None) };
        let damaged = || AffiliateError::Damaged(self.payout_no.0.clone());
        let plain = keyring.open(&context(&self.payout_no), sealed).map_err(|_seal| damaged())?;
        String::from_utf8(plain).map(Some).map_err(|_bytes| damaged())
    }
}

/// The sealed column of `payouts`; its context is `context`.
pub const SEALED: SealedColumn = SealedColumn {
    table: "payouts",
    column: "destination_sealed",
    key: &[Key::Text("payout_no")],
    context: "'payouts.destination:' || payout_no",
};

fn context(no: &PayoutNo) -> String {
    format!("payouts.destination:{no}")
}

/// A wish to be paid.
#[derive(Debug, Clone)]
pub struct NewPayout<'a> {
    pub payout_no: PayoutNo,
    pub code: &'a AffiliateCode,
    pub amount: Money,
    pub destination: &'a str,
}

/// Writes a wish down. `false`: one in this currency waits already.
pub async fn request(
    tx: &WriteTx,
    keyring: &Keyring,
    new: &NewPayout<'_>,
    now: Timestamp,
) -> Result<bool, AffiliateError> {
    let sealed = keyring.seal(&context(&new.payout_no), new.destination.as_bytes());
    let row = payout::ActiveModel {
        payout_no: Set(new.payout_no.0.clone()),
        affiliate_code: Set(new.code.0.clone()),
        amount_minor: Set(new.amount.minor),
        currency: Set(new.amount.currency.as_str().to_owned()),
        status: Set(PayoutStatus::Requested.as_str().to_owned()),
        destination_sealed: Set(Some(sealed)),
        reference: Set(None),
        requested_at: Set(now.millis()),
        decided_at: Set(None),
        decided_by: Set(None),
    };
    let written = payout::Entity::insert(row)
        .on_conflict(OnConflict::new().do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(written == 1)
}

pub async fn find(
    db: &impl ConnectionTrait,
    no: &PayoutNo,
) -> Result<Option<Payout>, AffiliateError> {
    let row = payout::Entity::find_by_id(no.0.clone()).one(db).await?;
    row.map(Payout::try_from).transpose()
}

/// The newest payouts of a promoter.
pub async fn list_of(
    db: &impl ConnectionTrait,
    code: &AffiliateCode,
    limit: u64,
) -> Result<Vec<Payout>, AffiliateError> {
    let query = payout::Entity::find().filter(Column::AffiliateCode.eq(code.as_str()));
    let rows = query.order_by_desc(Column::RequestedAt).limit(limit).all(db).await?;
    rows.into_iter().map(Payout::try_from).collect()
}

/// What waits for an operator, the oldest first.
pub async fn waiting(db: &impl ConnectionTrait, limit: u64) -> Result<Vec<Payout>, AffiliateError> {
    // Word for word the condition of the index `payouts_waiting`.
    let query = payout::Entity::find().filter(Expr::cust("status = 'requested'"));
    let rows = query.order_by_asc(Column::RequestedAt).limit(limit).all(db).await?;
    rows.into_iter().map(Payout::try_from).collect()
}

/// What of a promoter's earnings was paid out or is asked for, one sum for each currency.
pub async fn taken(
    db: &impl ConnectionTrait,
    code: &AffiliateCode,
) -> Result<Vec<Money>, AffiliateError> {
    let rows: Vec<(String, i64)> = payout::Entity::find()
        .select_only()
        .column(Column::Currency)
        .expr_as(Expr::cust("CAST(SUM(amount_minor) AS BIGINT)"), "total")
        .filter(Column::AffiliateCode.eq(code.as_str()))
        .filter(Column::Status.ne(PayoutStatus::Rejected.as_str()))
        .group_by(Column::Currency)
        .into_tuple()
        .all(db)
        .await?;
    let sum = |(code, minor): (String, i64)| Ok(Money::new(minor, code.parse::<Currency>()?));
    rows.into_iter().map(sum).collect()
}

/// Ends a wish that waits. `false`: it does not wait any more.
pub async fn decide(
    tx: &WriteTx,
    no: &PayoutNo,
    (to, reference, operator): (PayoutStatus, &str, &str),
    now: Timestamp,
) -> Result<bool, AffiliateError> {
    let written = payout::Entity::update_many()
        .col_expr(Column::Status, Expr::value(to.as_str()))
        .col_expr(Column::Reference, Expr::value(reference))
        .col_expr(Column::DecidedAt, Expr::value(now.millis()))
        .col_expr(Column::DecidedBy, Expr::value(operator))
        .filter(Column::PayoutNo.eq(no.as_str()))
        .filter(Column::Status.eq(PayoutStatus::Requested.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(written.rows_affected == 1)
}

/// Erases where a promoter's money went; the amounts stay.
pub async fn erase_destinations(tx: &WriteTx, code: &AffiliateCode) -> Result<(), AffiliateError> {
    payout::Entity::update_many()
        .col_expr(Column::DestinationSealed, Expr::value(Option::<String>::None))
        .filter(Column::AffiliateCode.eq(code.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

impl TryFrom<payout::Model> for Payout {
    type Error = AffiliateError;

    fn try_from(row: payout::Model) -> Result<Self, AffiliateError> {
        let status = PayoutStatus::parse(&row.status);
        Ok(Self {
            status: status.ok_or_else(|| AffiliateError::Damaged(row.payout_no.clone()))?,
            payout_no: PayoutNo(row.payout_no),
            code: AffiliateCode(row.affiliate_code),
            amount: Money::new(row.amount_minor, row.currency.parse::<Currency>()?),
            destination_sealed: row.destination_sealed,
            reference: row.reference,
            requested_at: Timestamp(row.requested_at),
            decided_at: row.decided_at.map(Timestamp),
            decided_by: row.decided_by,
        })
    }
}
