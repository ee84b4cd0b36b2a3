//! What was sold moves out of the order's row, which is written at every change of state.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, CHANGES).await
    }
}

const CHANGES: &str = "
CREATE TABLE order_products (
  order_no TEXT PRIMARY KEY,
  product_sealed TEXT NOT NULL
);
INSERT INTO order_products (order_no, product_sealed) SELECT order_no, product_sealed FROM orders;
ALTER TABLE orders DROP COLUMN product_sealed
";
