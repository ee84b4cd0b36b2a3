//! A buyer wants a report written once more, and says what to improve: as often as the product's file
//! allows, at our cost. The order stays `completed`; the work is done by
//! [`super::fulfil_order::rewrite`].

use sea_orm::DbErr;

use super::base::Base;
use super::jobs::RewriteReport;
use crate::catalog::ProductSnapshot;
use crate::kernel::ids::{OrderNo, UserId};
use crate::orders::{self, OrderError, OrderStatus};
use crate::platform::jobs::store as jobs;
use crate::reports::{ReportError, repo as reports, rewrites};

/// Characters of a wish.
pub const LONGEST_WISH: usize = 500;

/// What became of the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wished {
    Now,
    UnderWay,
    /// The product offers none, or no more.
    UsedUp,
    /// The order is not delivered, or its money goes back.
    NotNow,
    /// Report or answers were erased.
    Gone,
    NotTheirs,
}

#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the report cannot be read")]
    Report(#[from] ReportError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

pub async fn start(
    base: &Base,
    (user, no): (UserId, &OrderNo),
    wish: &str,
) -> Result<Wished, RewriteError> {
    let now = base.now();
    let order = orders::repo::find(base.db.read(), no).await?;
    if order.is_none_or(|order| order.user != user) {
        return Ok(Wished::NotTheirs);
    }
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, no).await?;
    if order.status != OrderStatus::Completed {
        return Ok(Wished::NotNow);
    }
    let product: ProductSnapshot = order.product(&base.keyring)?;
    let (asked, under_way) = rewrites::count(tx.conn(), no).await?;
    if under_way {
        return Ok(Wished::UnderWay);
    }
    if asked >= i64::from(product.report.rewrites) {
        return Ok(Wished::UsedUp);
    }
    let has_answers = order.form::<serde_json::Value>(&base.keyring).is_ok();
    let text = reports::find_text(tx.conn(), &base.keyring, no).await?;
    if text.is_none() || !has_answers {
        return Ok(Wished::Gone);
    }
    let number = rewrites::last_number(tx.conn(), no).await?.saturating_add(1);
    let wish: String = wish.trim().chars().take(LONGEST_WISH).collect();
    rewrites::insert(&tx, &base.keyring, (no, number), &wish, now).await?;
    jobs::enqueue(&tx, &RewriteReport { order_no: no.clone(), number }, now).await?;
    tx.commit().await?;
    metrics::counter!("mingshu_rewrites_total", "outcome" => "asked").increment(1);
    tracing::info!(order.id = %no, "a report is to be written once more");
    Ok(Wished::Now)
}

/// How many more the buyer may ask for now.
pub async fn left(base: &Base, order: &orders::Order) -> Result<i64, RewriteError> {
    if order.status != OrderStatus::Completed {
        return Ok(0);
    }
    let product: ProductSnapshot = order.product(&base.keyring)?;
    let (asked, _) = rewrites::count(base.db.read(), &order.order_no).await?;
    Ok(i64::from(product.report.rewrites).saturating_sub(asked).max(0))
}
