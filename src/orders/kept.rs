//! What buyers have answered, and its end: on their wish, or with time. Amounts and states stay.

use sea_orm::prelude::*;
use sea_orm::sea_query::Expr;
use sea_orm::{QueryOrder, QuerySelect};

use super::OrderError;
use super::entity::order;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, UserId};
use crate::platform::db::WriteTx;

type Column = order::Column;

/// Which ended orders are meant where old answers are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    Unpaid,
    /// Also free ones: they were delivered.
    Paid,
}

/// Forgets what the user answered in all orders. Not guarded by the version: nothing else writes
/// the column.
pub async fn erase_forms(tx: &WriteTx, user: UserId, now: Timestamp) -> Result<(), OrderError> {
    order::Entity::update_many()
        .col_expr(Column::FormSealed, Expr::value(Option::<String>::None))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::UserId.eq(user.0))
        .filter(Column::FormSealed.is_not_null())
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Forgets what was answered in one order.
pub async fn erase_form(tx: &WriteTx, no: &OrderNo, now: Timestamp) -> Result<(), OrderError> {
    order::Entity::update_many()
        .col_expr(Column::FormSealed, Expr::value(Option::<String>::None))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::OrderNo.eq(no.as_str()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Orders that have ended, were placed before `before`, and whose answers are still there; the
/// oldest first.
pub async fn before(
    db: &impl ConnectionTrait,
    class: Kept,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<OrderNo>, OrderError> {
    // Word for word the condition of the index `orders_kept`; a bound value would not meet it.
    let ended = "form_sealed IS NOT NULL \
        AND status IN ('closed', 'cancelled', 'failed', 'completed', 'refunded')";
    let query = order::Entity::find()
        .select_only()
        .column(Column::OrderNo)
        .filter(Expr::cust(ended))
        .filter(Column::CreatedAt.lt(before.millis()))
        .filter(match class {
            Kept::Unpaid => Column::PaidAt.is_null(),
            Kept::Paid => Column::PaidAt.is_not_null(),
        });
    let numbers: Vec<String> =
        query.order_by_asc(Column::CreatedAt).limit(limit).into_tuple().all(db).await?;
    Ok(numbers.into_iter().map(OrderNo).collect())
}
