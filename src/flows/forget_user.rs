//! A person wants to be forgotten (spec.md §12): answers, charts, reports and their messages are
//! erased; orders, payments and refunds stay as numbers and amounts, because bookkeeping needs them.
//! The talk itself is the bot's own row and is emptied there.
//!
//! Not while an order is being paid or made: its answers are what the report is written from, and
//! its buyer must be told how it ends.

use sea_orm::DbErr;

use super::base::Base;
use super::keep_profile;
use crate::affiliates::{self, AffiliateError, payouts};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, UserId};
use crate::orders::{self, OrderError};
use crate::payments::{PaymentError, inbox, requests};
use crate::platform::db::WriteTx;
use crate::reports::{self, ReportError};
use crate::users::{self, UserError};

/// More orders than anybody has.
const ALL: u64 = 100_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Forgotten {
    Done,
    /// This order must come to its end first.
    NotWhile(OrderNo),
}

#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    #[error("the orders cannot be read")]
    Order(#[from] OrderError),
    #[error("what was said about payments cannot be erased")]
    Payment(#[from] PaymentError),
    #[error("the reports cannot be erased")]
    Report(#[from] ReportError),
    #[error("the payouts cannot be erased")]
    Affiliate(#[from] AffiliateError),
    #[error("the user cannot be written")]
    User(#[from] UserError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

pub async fn run(base: &Base, user: UserId) -> Result<Forgotten, ForgetError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let all = orders::repo::list_of_user(tx.conn(), user, ALL).await?;
    for order in &all {
        // Under lock: a payment that is being settled wins or loses as a whole.
        let order = orders::repo::lock(&tx, &order.order_no).await?;
        if order.status.is_under_way() {
            return Ok(Forgotten::NotWhile(order.order_no));
        }
        forget_order(&tx, &order.order_no, now).await?;
    }
    orders::kept::erase_forms(&tx, user, now).await?;
    if let Some(own) = affiliates::repo::find_by_user(tx.conn(), user).await? {
        payouts::erase_destinations(&tx, &own.code).await?;
    }
    keep_profile::forget(&tx, user).await?;
    users::repo::forget(&tx, user, now).await?;
    tx.commit().await?;
    metrics::counter!("mingshu_users_forgotten_total").increment(1);
    tracing::info!(orders.count = all.len(), "a person was forgotten");
    Ok(Forgotten::Done)
}

/// Everything personal about an order but its buyer's answers.
pub(super) async fn forget_order(
    tx: &WriteTx,
    number: &OrderNo,
    now: Timestamp,
) -> Result<(), ForgetError> {
    reports::repo::erase(tx, number, now).await?;
    reports::checks::erase(tx, number).await?;
    reports::deliveries::erase(tx, number).await?;
    reports::ratings::erase_words(tx, number).await?;
    reports::rewrites::erase(tx, number).await?;
    reports::questions::erase(tx, number).await?;
    requests::erase_words(tx, number).await?;
    reports::chapters::erase(tx, number).await?;
    reports::calls::erase(tx, number).await?;
    reports::links::erase(tx, number).await?;
    inbox::erase_bodies(tx, number).await?;
    Ok(())
}
