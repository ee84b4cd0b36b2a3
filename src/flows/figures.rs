//! The shop in numbers since a moment, for `/stats`.

use sea_orm::DbErr;

use super::base::Base;
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use crate::orders::repo::Milestones;
use crate::orders::{self, OrderError, OrderStatus};
use crate::payments::{self, PaymentError};
use crate::platform::jobs::store::{self, Counts};
use crate::reports::ReportError;
use crate::reports::ratings::{self, RatingSums};
use crate::users::{self, UserError};

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Figures {
    pub since: Timestamp,
    /// Orders that were placed since then, by the status they have now.
    pub orders: Vec<(OrderStatus, i64)>,
    /// How far they came; a refund takes nothing of it back.
    pub reached: Milestones,
    /// One sum for each currency.
    pub received: Vec<Money>,
    pub refunded: Vec<Money>,
    pub new_users: u64,
    /// What buyers gave to delivered orders.
    pub ratings: RatingSums,
    /// The queue as it is now.
    pub jobs: Counts,
}

#[derive(Debug, thiserror::Error)]
pub enum FiguresError {
    #[error("the orders cannot be counted")]
    Orders(#[from] OrderError),
    #[error("the money cannot be counted")]
    Payments(#[from] PaymentError),
    #[error("the ratings cannot be counted")]
    Reports(#[from] ReportError),
    #[error("the users cannot be counted")]
    Users(#[from] UserError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

impl Figures {
    /// How many orders have one of these states.
    pub fn count(&self, statuses: &[OrderStatus]) -> i64 {
        let counted = self.orders.iter().filter(|(status, _)| statuses.contains(status));
        counted.fold(0_i64, |sum, (_, count)| sum.saturating_add(*count))
    }

    pub fn placed(&self) -> i64 {
        self.count(&OrderStatus::ALL)
    }
}

pub async fn since(base: &Base, since: Timestamp) -> Result<Figures, FiguresError> {
    let db = base.db.read();
    Ok(Figures {
        since,
        orders: orders::repo::count_by_status(db, since).await?,
        reached: orders::repo::milestones(db, since).await?,
        received: payments::repo::received_since(db, since).await?,
        refunded: payments::refunds::refunded_since(db, since).await?,
        new_users: users::repo::count(db, since).await?,
        ratings: ratings::sums_since(db, since).await?,
        jobs: store::counts(db).await?,
    })
}
