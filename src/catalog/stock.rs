//! Every statement on `products` and `stock_movements`: reserve → confirm → release (spec.md §4
//! rule 13). The movement's key is unique, so each happens at most once per order; the counters
//! change by conditional updates and never become negative.

use sea_orm::DbErr;

use super::product::Stock;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku};
use crate::platform::db::{WriteTx, execute};

/// Takes one piece for an order. `false`: there is none left.
///
/// `day` is today in the shop's time zone, as `2026-11-21`.
pub async fn reserve(
    tx: &WriteTx,
    (sku, order): (&Sku, &OrderNo),
    stock: Stock,
    day: &str,
    now: Timestamp,
) -> Result<bool, DbErr> {
    open_row(tx, sku, now).await?;
    let limit = match stock {
        Stock::Unlimited => i64::MAX,
        Stock::Counted(limit) => i64::from(limit),
        Stock::Daily(limit) => {
            start_day(tx, sku, day).await?;
            i64::from(limit)
        }
    };
    if !movement(tx, (sku, order), "reserve", now).await? {
        return Ok(true);
    }
    let taken = execute(
        tx.conn(),
        "UPDATE products SET reserved = reserved + 1, updated_at = $2 \
         WHERE sku = $1 AND reserved + sold < $3",
        vec![sku.as_str().into(), now.millis().into(), limit.into()],
    )
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(true);
    }
    forget(tx, (sku, order), "reserve").await?;
    Ok(false)
}

/// The reserved piece is sold.
pub async fn confirm(
    tx: &WriteTx,
    (sku, order): (&Sku, &OrderNo),
    now: Timestamp,
) -> Result<(), DbErr> {
    if movement(tx, (sku, order), "confirm", now).await? {
        execute(
            tx.conn(),
            "UPDATE products SET reserved = CASE WHEN reserved > 0 THEN reserved - 1 ELSE 0 END, \
             sold = sold + 1, updated_at = $2 WHERE sku = $1",
            vec![sku.as_str().into(), now.millis().into()],
        )
        .await?;
    }
    Ok(())
}

/// The reserved piece is free again; the order may reserve anew later.
pub async fn release(
    tx: &WriteTx,
    (sku, order): (&Sku, &OrderNo),
    now: Timestamp,
) -> Result<(), DbErr> {
    if forget(tx, (sku, order), "reserve").await? {
        execute(
            tx.conn(),
            "UPDATE products SET reserved = CASE WHEN reserved > 0 THEN reserved - 1 ELSE 0 END, \
             updated_at = $2 WHERE sku = $1",
            vec![sku.as_str().into(), now.millis().into()],
        )
        .await?;
    }
    Ok(())
}

async fn open_row(tx: &WriteTx, sku: &Sku, now: Timestamp) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "INSERT INTO products (sku, updated_at) VALUES ($1, $2) ON CONFLICT (sku) DO NOTHING",
        vec![sku.as_str().into(), now.millis().into()],
    )
    .await?;
    Ok(())
}

/// A new day starts with nothing sold; what is reserved stays reserved.
async fn start_day(tx: &WriteTx, sku: &Sku, day: &str) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "UPDATE products SET sold = 0, stock_day = $2 \
         WHERE sku = $1 AND (stock_day IS NULL OR stock_day < $2)",
        vec![sku.as_str().into(), day.into()],
    )
    .await?;
    Ok(())
}

async fn movement(
    tx: &WriteTx,
    (sku, order): (&Sku, &OrderNo),
    reason: &str,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let written = execute(
        tx.conn(),
        "INSERT INTO stock_movements (order_no, sku, reason, quantity, at) \
         VALUES ($1, $2, $3, 1, $4) ON CONFLICT (order_no, sku, reason) DO NOTHING",
        vec![order.as_str().into(), sku.as_str().into(), reason.into(), now.millis().into()],
    )
    .await?;
    Ok(written.rows_affected() == 1)
}

async fn forget(tx: &WriteTx, (sku, order): (&Sku, &OrderNo), reason: &str) -> Result<bool, DbErr> {
    let gone = execute(
        tx.conn(),
        "DELETE FROM stock_movements WHERE order_no = $1 AND sku = $2 AND reason = $3 \
         AND NOT EXISTS (SELECT 1 FROM stock_movements sold WHERE sold.order_no = $1 \
         AND sold.sku = $2 AND sold.reason = 'confirm')",
        vec![order.as_str().into(), sku.as_str().into(), reason.into()],
    )
    .await?;
    Ok(gone.rows_affected() == 1)
}
