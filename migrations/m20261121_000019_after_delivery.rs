//! What buyers say after the delivery: ratings, wishes for another version, requests for money back.
//! And how long recent orders of a product took.

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
CREATE TABLE ratings (
  order_no TEXT PRIMARY KEY,
  sku TEXT NOT NULL,
  stars BIGINT NOT NULL CHECK (stars BETWEEN 1 AND 5),
  words_sealed TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX ratings_updated ON ratings (updated_at);
CREATE TABLE rewrites (
  order_no TEXT NOT NULL,
  number BIGINT NOT NULL,
  status TEXT NOT NULL,
  wish_sealed TEXT,
  requested_at BIGINT NOT NULL,
  done_at BIGINT,
  PRIMARY KEY (order_no, number)
);
CREATE TABLE refund_requests (
  request_id TEXT PRIMARY KEY,
  order_no TEXT NOT NULL,
  status TEXT NOT NULL,
  reason_sealed TEXT,
  answer_sealed TEXT,
  requested_at BIGINT NOT NULL,
  decided_at BIGINT,
  decided_by TEXT
);
CREATE UNIQUE INDEX refund_requests_open ON refund_requests (order_no) WHERE status = 'open';
CREATE INDEX refund_requests_order ON refund_requests (order_no, requested_at);
CREATE INDEX refund_requests_waiting ON refund_requests (requested_at) WHERE status = 'open';
CREATE INDEX orders_pace ON orders (sku, completed_at) WHERE completed_at IS NOT NULL
";
