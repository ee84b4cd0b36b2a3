//! Statements on `orders` by who bought.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr};

use crate::kernel::ids::UserId;
use crate::kernel::money::Money;
use crate::orders::OrderError;
use crate::platform::db::{query_all, query_one};

/// What one person bought.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bought {
    /// Orders that were placed.
    pub orders: i64,
    /// Orders that were paid, whatever became of them.
    pub paid: i64,
    /// Paid for them, one sum for each currency; refunds take nothing of it back.
    pub sums: Vec<Money>,
}

/// Who of `users` has ever paid for something.
pub async fn among(
    db: &impl ConnectionTrait,
    users: &[UserId],
) -> Result<BTreeSet<UserId>, OrderError> {
    if users.is_empty() {
        return Ok(BTreeSet::new());
    }
    let numbers: Vec<String> = users.iter().map(|user| user.0.to_string()).collect();
    let sql = format!(
        "SELECT DISTINCT user_id FROM orders WHERE paid_at IS NOT NULL AND user_id IN ({})",
        numbers.join(", ")
    );
    let rows = query_all(db, &sql, vec![]).await?;
    let read = rows.iter().map(|row| row.try_get_by_index(0).map(UserId));
    Ok(read.collect::<Result<_, DbErr>>()?)
}

pub async fn bought(db: &impl ConnectionTrait, user: UserId) -> Result<Bought, OrderError> {
    let sql = "SELECT COUNT(*), COUNT(paid_at) FROM orders WHERE user_id = $1";
    let counts = query_one(db, sql, vec![user.0.into()]).await?;
    let counts =
        counts.map(|row| Ok::<_, DbErr>((row.try_get_by_index(0)?, row.try_get_by_index(1)?)));
    let (orders, paid) = counts.transpose()?.unwrap_or_default();
    let sql = "SELECT currency, CAST(SUM(total_minor) AS BIGINT) FROM orders \
               WHERE user_id = $1 AND paid_at IS NOT NULL AND total_minor > 0 \
               GROUP BY currency ORDER BY currency";
    let mut sums = Vec::new();
    for row in query_all(db, sql, vec![user.0.into()]).await? {
        let (currency, minor): (String, i64) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let damaged = |_unknown| DbErr::Custom(format!("`{currency}` is no currency"));
        sums.push(Money::new(minor, currency.parse().map_err(damaged)?));
    }
    Ok(Bought { orders, paid, sums })
}
