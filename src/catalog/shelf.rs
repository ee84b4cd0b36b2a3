//! What operators change about a product while the shop runs: whether it is sold (the switch
//! `products.on_sale`), and pieces that are added to its supply (`stock_additions`, append-only).
//! Everything else is the product file's.
//!
//! A supply is what the file says and what was added: to the product for good, or to one day of a
//! per-day supply. Nothing counts the additions but their rows.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DbErr};

use super::product::Stock;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::Sku;
use crate::kernel::switch::Switch;
use crate::platform::db::{WriteTx, execute, query_all, query_one};

/// Pieces that an operator adds; a negative number takes back what was added too much.
#[derive(Debug, Clone, Copy)]
pub struct Addition<'a> {
    /// Unique for ever: the same wish twice adds once.
    pub key: &'a str,
    pub sku: &'a Sku,
    /// The day of a per-day supply, as `2026-11-21`.
    pub day: Option<&'a str>,
    pub quantity: i64,
    pub operator: &'a str,
}

/// The products that operators have paused.
pub async fn paused(db: &impl ConnectionTrait) -> Result<BTreeSet<Sku>, DbErr> {
    let rows = query_all(db, "SELECT sku FROM products WHERE on_sale = 0", vec![]).await?;
    rows.iter().map(|row| row.try_get_by_index(0).map(Sku)).collect()
}

/// Sells a product again, or pauses it. `false`: it was so before.
pub async fn switch(
    tx: &WriteTx,
    (sku, wish): (&Sku, Switch),
    now: Timestamp,
) -> Result<bool, DbErr> {
    let sql = "INSERT INTO products (sku, updated_at) VALUES ($1, $2) ON CONFLICT (sku) DO NOTHING";
    execute(tx.conn(), sql, vec![sku.as_str().into(), now.millis().into()]).await?;
    let sql = "UPDATE products SET on_sale = $2, updated_at = $3 WHERE sku = $1 AND on_sale <> $2";
    let values = vec![sku.as_str().into(), i32::from(wish.is_on()).into(), now.millis().into()];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

/// `false`: this wish was fulfilled before.
pub async fn add(tx: &WriteTx, new: &Addition<'_>, now: Timestamp) -> Result<bool, DbErr> {
    let sql = "INSERT INTO stock_additions (addition_key, sku, day, quantity, operator, at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (addition_key) DO NOTHING";
    let values = vec![
        new.key.into(),
        new.sku.as_str().into(),
        new.day.into(),
        new.quantity.into(),
        new.operator.into(),
        now.millis().into(),
    ];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

/// The stock of a product with what was added to it; `day` is today, as `2026-11-21`.
pub async fn with_additions(
    db: &impl ConnectionTrait,
    sku: &Sku,
    (stock, day): (Stock, &str),
) -> Result<Stock, DbErr> {
    Ok(match stock {
        Stock::Unlimited => Stock::Unlimited,
        Stock::Counted(limit) => Stock::Counted(more(limit, added(db, sku, None).await?)),
        Stock::Daily(limit) => Stock::Daily(more(limit, added(db, sku, Some(day)).await?)),
    })
}

/// Never below nothing, however much was taken back.
fn more(limit: u32, added: i64) -> u32 {
    let sum = i64::from(limit).saturating_add(added).max(0);
    u32::try_from(sum).unwrap_or(u32::MAX)
}

async fn added(db: &impl ConnectionTrait, sku: &Sku, day: Option<&str>) -> Result<i64, DbErr> {
    let (condition, day) = match day {
        None => ("day IS NULL", None),
        Some(day) => ("day = $2", Some(day.into())),
    };
    let sql = format!(
        "SELECT CAST(COALESCE(SUM(quantity), 0) AS BIGINT) FROM stock_additions \
         WHERE sku = $1 AND {condition}"
    );
    let values = std::iter::once(sku.as_str().into()).chain(day).collect();
    query_one(db, &sql, values).await?.map_or(Ok(0), |row| row.try_get_by_index(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supply_grows_and_never_falls_below_nothing() {
        for (limit, added, sum) in [(10, 0, 10), (10, 5, 15), (10, -4, 6), (10, -11, 0)] {
            assert_eq!(more(limit, added), sum, "{limit} {added}");
        }
        assert_eq!(more(u32::MAX, 1), u32::MAX);
        assert_eq!(more(1, i64::MIN), 0);
    }
}
