//! Products and days count the pieces that are taken, be they reserved or sold: that is what the limit is
//! compared with, and it stays the same when an order is paid. So nobody who brings money waits for the one
//! row that all buyers of a product share. How many of them are sold is in the record of movements.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, CHANGES).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

// SQLite drops no column that a rule of the table names.
const CHANGES: &str = "
ALTER TABLE products RENAME TO products_before;
CREATE TABLE products (
  sku TEXT PRIMARY KEY,
  on_sale INTEGER NOT NULL DEFAULT 1,
  taken BIGINT NOT NULL DEFAULT 0,
  low_stock_told_at BIGINT,
  updated_at BIGINT NOT NULL,
  CHECK (taken >= 0)
);
INSERT INTO products (sku, on_sale, taken, low_stock_told_at, updated_at)
  SELECT sku, on_sale, reserved + sold, low_stock_told_at, updated_at FROM products_before;
DROP TABLE products_before;
ALTER TABLE stock_days RENAME TO stock_days_before;
CREATE TABLE stock_days (
  sku TEXT NOT NULL,
  day TEXT NOT NULL,
  taken BIGINT NOT NULL DEFAULT 0,
  low_stock_told_at BIGINT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (sku, day),
  CHECK (taken >= 0)
);
INSERT INTO stock_days (sku, day, taken, low_stock_told_at, updated_at)
  SELECT sku, day, reserved + sold, low_stock_told_at, updated_at FROM stock_days_before;
DROP TABLE stock_days_before
";
