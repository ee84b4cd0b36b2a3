//! A buyer says how a delivered order was: one to five stars, and words if they like. Said again, the
//! newest counts.

use sea_orm::DbErr;

use super::base::Base;
use crate::kernel::ids::{OrderNo, UserId};
use crate::orders::{self, Order, OrderError, Step};
use crate::platform::db::WriteTx;
use crate::reports::ReportError;
use crate::reports::ratings::{self, Rating, Stars};

/// Characters of the words.
pub const LONGEST_WORDS: usize = 500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rated {
    Now,
    /// There is nothing to rate yet, or nothing to put the words to.
    NotYet,
    NotTheirs,
}

#[derive(Debug, thiserror::Error)]
pub enum RatingError {
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the rating cannot be written")]
    Report(#[from] ReportError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

pub async fn stars(
    base: &Base,
    whose: (UserId, &OrderNo),
    stars: Stars,
) -> Result<Rated, RatingError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let Some(order) = own(&tx, whose).await? else { return Ok(Rated::NotTheirs) };
    // The last message stands in the chat a moment before the order is completed.
    if order.completed_at.is_none() && order.step < Step::Deliver {
        return Ok(Rated::NotYet);
    }
    ratings::save_stars(&tx, (&order.order_no, &order.sku), stars, now).await?;
    tx.commit().await?;
    metrics::counter!("mingshu_ratings_total", "stars" => stars.count().to_string()).increment(1);
    tracing::info!(order.id = %order.order_no, rating.stars = stars.count(), "an order was rated");
    Ok(Rated::Now)
}

/// Words to stars that were given before.
pub async fn words(
    base: &Base,
    whose: (UserId, &OrderNo),
    words: &str,
) -> Result<Rated, RatingError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let Some(order) = own(&tx, whose).await? else { return Ok(Rated::NotTheirs) };
    let words: String = words.trim().chars().take(LONGEST_WORDS).collect();
    if !ratings::save_words(&tx, &base.keyring, &order.order_no, &words, now).await? {
        return Ok(Rated::NotYet);
    }
    tx.commit().await?;
    Ok(Rated::Now)
}

/// What was given to an order.
pub async fn find(base: &Base, no: &OrderNo) -> Result<Option<Rating>, RatingError> {
    Ok(ratings::find(base.db.read(), &base.keyring, no).await?)
}

async fn own(tx: &WriteTx, (user, no): (UserId, &OrderNo)) -> Result<Option<Order>, RatingError> {
    let order = orders::repo::find(tx.conn(), no).await?;
    Ok(order.filter(|order| order.user == user))
}
