//! Affiliates 推广员: who brought whom, and what they earn by it.
//!
//! A commission is booked when the order completes and taken back when its money goes back
//! (seed 000 step 38; spec.md §4 rule 12). What the hold period has confirmed may be paid out
//! ([`payouts`]).

pub mod days;
mod entity;
pub mod payouts;
pub mod repo;
pub mod rules;

use sea_orm::DbErr;

use crate::kernel::ids::{AffiliateCode, UserId};
use crate::kernel::money::{Money, MoneyError};

#[derive(Debug, Clone)]
pub struct Affiliate {
    pub code: AffiliateCode,
    pub user: UserId,
    /// Overrides the configured rate.
    pub rate_percent: Option<u32>,
    pub clicks: i64,
}

/// What a promoter has earned, per currency.
#[derive(Debug, Clone)]
pub struct Earnings {
    pub orders: i64,
    /// Less what was taken back; a refund may still take more.
    pub pending: Money,
    /// Less what was taken back; the time for refunds is over.
    pub confirmed: Money,
    /// What refunds took back.
    pub reversed: Money,
}

/// What a promoter has earned and may be paid, per currency.
#[derive(Debug, Clone)]
pub struct Balance {
    pub earned: Earnings,
    /// Paid out, or asked for.
    pub taken: Money,
    /// May be paid out now.
    pub available: Money,
}

#[derive(Debug, thiserror::Error)]
pub enum AffiliateError {
    #[error("the row {0} is damaged")]
    Damaged(String),
    #[error("the commission cannot be computed")]
    Money(#[from] MoneyError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}
