//! Stock as a record that only grows: every movement of a piece is a row that stays, each day's
//! supply has counters of its own, and both can be compared at any time (spec.md §4 rules 13, 16).
//!
//! From here on `products.reserved` and `products.sold` count all days together, so they equal the
//! movements; `products.stock_day` is used no more.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, STOCK).await?;
        crate::forbid_rewriting(manager, "stock_movements").await
    }
}

const STOCK: &str = "
ALTER TABLE stock_movements ADD COLUMN day TEXT;
CREATE INDEX stock_movements_sku ON stock_movements (sku, day);
CREATE TABLE stock_days (
  sku TEXT NOT NULL,
  day TEXT NOT NULL,
  reserved BIGINT NOT NULL DEFAULT 0,
  sold BIGINT NOT NULL DEFAULT 0,
  low_stock_told_at BIGINT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (sku, day),
  CHECK (reserved >= 0),
  CHECK (sold >= 0)
);
UPDATE products SET
  sold = (SELECT COUNT(*) FROM stock_movements moved
          WHERE moved.sku = products.sku AND moved.reason = 'confirm'),
  reserved = (SELECT COUNT(*) FROM stock_movements moved
              WHERE moved.sku = products.sku AND moved.reason = 'reserve'
              AND NOT EXISTS (SELECT 1 FROM stock_movements sold
                              WHERE sold.order_no = moved.order_no AND sold.sku = moved.sku
                              AND sold.reason = 'confirm'))
";
