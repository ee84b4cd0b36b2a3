//! The operators' desk: what is switched off, pieces that were added to a supply, people who are
//! turned away or want no news, messages to many.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for room in [PEOPLE, GOODS, ORDERS, SHOP, BROADCASTS] {
            crate::run(manager, room).await?;
        }
        crate::forbid_rewriting(manager, "stock_additions").await
    }
}

const PEOPLE: &str = "
ALTER TABLE users ADD COLUMN blocked_at BIGINT;
ALTER TABLE users ADD COLUMN blocked_told_at BIGINT;
ALTER TABLE users ADD COLUMN news_off_at BIGINT;
ALTER TABLE users ADD COLUMN name_mark TEXT;
CREATE INDEX users_name_mark ON users (name_mark) WHERE name_mark IS NOT NULL
";

const GOODS: &str = "
CREATE TABLE stock_additions (
  addition_key TEXT PRIMARY KEY,
  sku TEXT NOT NULL,
  day TEXT,
  quantity BIGINT NOT NULL,
  operator TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX stock_additions_sku ON stock_additions (sku, day)
";

const ORDERS: &str = "
CREATE INDEX orders_status ON orders (status, created_at)
";

const SHOP: &str = "
CREATE TABLE shop_switches (
  name TEXT PRIMARY KEY,
  operator TEXT NOT NULL,
  since_at BIGINT NOT NULL
)
";

const BROADCASTS: &str = "
CREATE TABLE broadcasts (
  broadcast_no TEXT PRIMARY KEY,
  operator_id BIGINT NOT NULL,
  segment TEXT NOT NULL,
  body TEXT NOT NULL,
  status TEXT NOT NULL,
  cursor_id BIGINT,
  message_id BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX broadcasts_created ON broadcasts (created_at);
CREATE TABLE broadcast_recipients (
  broadcast_no TEXT NOT NULL,
  user_id BIGINT NOT NULL,
  status TEXT NOT NULL DEFAULT 'waiting',
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (broadcast_no, user_id)
);
CREATE INDEX broadcast_recipients_open ON broadcast_recipients (broadcast_no, status, user_id)
";
