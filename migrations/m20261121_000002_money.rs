//! The money side: promotions, the money book, reconciliation, sinks of events, operators' deeds,
//! and a database that refuses to rewrite history (spec.md §4, §12).

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for room in [PAYMENTS, PROMOTIONS, LEDGER, RECONCILIATION, EVENTS, DEEDS] {
            crate::run(manager, room).await?;
        }
        for table in APPEND_ONLY {
            crate::forbid_rewriting(manager, table).await?;
        }
        Ok(())
    }
}

/// Nothing that is written here is ever changed or deleted.
const APPEND_ONLY: [&str; 4] =
    ["order_history", "payment_log", "ledger_transfers", "operator_actions"];

const PAYMENTS: &str = "
ALTER TABLE payments ADD COLUMN notify_url TEXT;
ALTER TABLE payments ADD COLUMN queries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE payments ADD COLUMN next_query_at BIGINT;
ALTER TABLE payments ADD COLUMN last_query_at BIGINT;
ALTER TABLE payments ADD COLUMN last_query_word TEXT;
ALTER TABLE payments ADD COLUMN reminded_at BIGINT;
ALTER TABLE payments ADD COLUMN stated_minor BIGINT;
ALTER TABLE payments ADD COLUMN stated_currency TEXT;
CREATE INDEX payments_to_query ON payments (next_query_at) WHERE next_query_at IS NOT NULL;
CREATE INDEX payments_created ON payments (created_at);
CREATE INDEX payments_paid ON payments (paid_at) WHERE paid_at IS NOT NULL;
CREATE INDEX payments_in_doubt ON payments (updated_at) WHERE status = 'conflicted';
ALTER TABLE refunds ADD COLUMN manual_reference TEXT;
CREATE INDEX refunds_open ON refunds (updated_at)
  WHERE status IN ('requested', 'processing', 'unknown');
CREATE INDEX refunds_done ON refunds (updated_at) WHERE status = 'succeeded'
";

const PROMOTIONS: &str = "
ALTER TABLE orders ADD COLUMN discounts TEXT NOT NULL DEFAULT '[]';
ALTER TABLE orders ADD COLUMN coupon_code TEXT;
ALTER TABLE products ADD COLUMN low_stock_told_at BIGINT;
CREATE TABLE coupons (
  code TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  percent INTEGER,
  amount_minor BIGINT,
  currency TEXT,
  minimum_minor BIGINT NOT NULL DEFAULT 0,
  cap_minor BIGINT,
  skus TEXT NOT NULL DEFAULT '[]',
  starts_at BIGINT,
  ends_at BIGINT,
  total_limit BIGINT,
  per_user_limit BIGINT,
  used BIGINT NOT NULL DEFAULT 0,
  active INTEGER NOT NULL DEFAULT 1,
  created_by TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  CHECK (used >= 0),
  CHECK (total_limit IS NULL OR used <= total_limit)
);
CREATE TABLE coupon_redemptions (
  order_no TEXT PRIMARY KEY,
  code TEXT NOT NULL,
  user_id BIGINT NOT NULL,
  discount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  status TEXT NOT NULL,
  at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX coupon_redemptions_code ON coupon_redemptions (code, user_id)
";

const LEDGER: &str = "
CREATE TABLE ledger_transfers (
  id {{ID}},
  transfer_key TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  debit TEXT NOT NULL,
  credit TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  order_no TEXT,
  payment_no TEXT,
  refund_no TEXT,
  note TEXT NOT NULL DEFAULT '',
  at BIGINT NOT NULL,
  CHECK (amount_minor > 0),
  CHECK (debit <> credit)
);
CREATE INDEX ledger_transfers_order ON ledger_transfers (order_no);
CREATE INDEX ledger_transfers_debit ON ledger_transfers (debit, currency, amount_minor);
CREATE INDEX ledger_transfers_credit ON ledger_transfers (credit, currency, amount_minor);
CREATE INDEX ledger_transfers_at ON ledger_transfers (at)
";

const RECONCILIATION: &str = "
CREATE TABLE reconciliation_runs (
  id {{ID}},
  provider TEXT NOT NULL,
  day TEXT NOT NULL,
  source TEXT NOT NULL,
  status TEXT NOT NULL,
  checked BIGINT NOT NULL DEFAULT 0,
  differences BIGINT NOT NULL DEFAULT 0,
  last_error TEXT,
  started_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX reconciliation_runs_day ON reconciliation_runs (provider, day);
CREATE TABLE reconciliation_differences (
  id {{ID}},
  provider TEXT NOT NULL,
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  reference TEXT NOT NULL,
  order_no TEXT,
  payment_no TEXT,
  refund_no TEXT,
  ours TEXT NOT NULL DEFAULT '',
  theirs TEXT NOT NULL DEFAULT '',
  status TEXT NOT NULL DEFAULT 'open',
  found_at BIGINT NOT NULL,
  resolved_at BIGINT,
  resolved_by TEXT,
  note TEXT,
  UNIQUE (provider, day, kind, reference)
);
CREATE INDEX reconciliation_differences_open ON reconciliation_differences (found_at)
  WHERE status = 'open'
";

const EVENTS: &str = "
ALTER TABLE outbox ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX outbox_created ON outbox (created_at);
CREATE TABLE event_sinks (
  sink TEXT PRIMARY KEY,
  status TEXT NOT NULL DEFAULT 'active',
  failing_since_at BIGINT,
  last_error TEXT,
  updated_at BIGINT NOT NULL
);
CREATE TABLE event_deliveries (
  event_id TEXT NOT NULL,
  sink TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'waiting',
  attempts INTEGER NOT NULL DEFAULT 0,
  next_attempt_at BIGINT NOT NULL,
  last_error TEXT,
  delivered_at BIGINT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (event_id, sink)
);
CREATE INDEX event_deliveries_waiting ON event_deliveries (sink, next_attempt_at)
  WHERE status = 'waiting';
CREATE INDEX event_deliveries_failed ON event_deliveries (sink, event_id) WHERE status = 'failed'
";

const DEEDS: &str = "
CREATE TABLE operator_actions (
  id {{ID}},
  operator TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  order_no TEXT,
  details TEXT NOT NULL DEFAULT '{}',
  at BIGINT NOT NULL
);
CREATE INDEX operator_actions_order ON operator_actions (order_no, id);
CREATE INDEX operator_actions_at ON operator_actions (at)
";
