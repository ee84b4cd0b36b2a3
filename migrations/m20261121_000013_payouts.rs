//! What promoters are paid of what they have earned, and what their links brought day by day.

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
CREATE TABLE payouts (
  payout_no TEXT PRIMARY KEY,
  affiliate_code TEXT NOT NULL,
  amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
  currency TEXT NOT NULL,
  status TEXT NOT NULL,
  destination_sealed TEXT,
  reference TEXT,
  requested_at BIGINT NOT NULL,
  decided_at BIGINT,
  decided_by TEXT
);
CREATE UNIQUE INDEX payouts_requested ON payouts (affiliate_code, currency) WHERE status = 'requested';
CREATE INDEX payouts_affiliate ON payouts (affiliate_code, requested_at);
CREATE INDEX payouts_waiting ON payouts (requested_at) WHERE status = 'requested';
CREATE TABLE affiliate_days (
  affiliate_code TEXT NOT NULL,
  day TEXT NOT NULL,
  clicks BIGINT NOT NULL DEFAULT 0,
  people BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (affiliate_code, day)
);
CREATE INDEX orders_affiliate ON orders (affiliate_code, created_at) WHERE affiliate_code IS NOT NULL
";
