//! The tables of the main job (spec.md §1 names them, §3 their states).

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for room in [PEOPLE, GOODS, ORDERS, MONEY, REPORTS, WORK, BOT] {
            crate::run(manager, room).await?;
        }
        Ok(())
    }
}

const PEOPLE: &str = "
CREATE TABLE users (
  id BIGINT PRIMARY KEY,
  language TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active',
  consented_at BIGINT,
  referred_by TEXT,
  referred_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX users_referred_by ON users (referred_by) WHERE referred_by IS NOT NULL;
CREATE TABLE affiliates (
  code TEXT PRIMARY KEY,
  user_id BIGINT NOT NULL UNIQUE,
  rate_percent INTEGER,
  clicks BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);
CREATE TABLE commissions (
  order_no TEXT PRIMARY KEY,
  affiliate_code TEXT NOT NULL,
  status TEXT NOT NULL,
  base_minor BIGINT NOT NULL,
  amount_minor BIGINT NOT NULL,
  reversed_minor BIGINT NOT NULL DEFAULT 0,
  currency TEXT NOT NULL,
  hold_until_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX commissions_affiliate ON commissions (affiliate_code)
";

const GOODS: &str = "
CREATE TABLE products (
  sku TEXT PRIMARY KEY,
  on_sale INTEGER NOT NULL DEFAULT 1,
  reserved BIGINT NOT NULL DEFAULT 0,
  sold BIGINT NOT NULL DEFAULT 0,
  stock_day TEXT,
  updated_at BIGINT NOT NULL,
  CHECK (reserved >= 0),
  CHECK (sold >= 0)
);
CREATE TABLE stock_movements (
  order_no TEXT NOT NULL,
  sku TEXT NOT NULL,
  reason TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (order_no, sku, reason)
)
";

const ORDERS: &str = "
CREATE TABLE orders (
  order_no TEXT PRIMARY KEY,
  draft_id TEXT NOT NULL UNIQUE,
  user_id BIGINT NOT NULL,
  sku TEXT NOT NULL,
  product_sealed TEXT NOT NULL,
  status TEXT NOT NULL,
  step TEXT NOT NULL,
  locale TEXT NOT NULL,
  price_minor BIGINT NOT NULL,
  discount_minor BIGINT NOT NULL DEFAULT 0,
  total_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  test INTEGER NOT NULL DEFAULT 0,
  form_sealed TEXT,
  affiliate_code TEXT,
  anchor_message_id BIGINT,
  failure TEXT,
  cancel_reason TEXT,
  expires_at BIGINT NOT NULL,
  paid_at BIGINT,
  completed_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX orders_user ON orders (user_id, created_at);
CREATE INDEX orders_waiting ON orders (expires_at) WHERE status = 'pending_payment';
CREATE INDEX orders_paid ON orders (paid_at) WHERE status IN ('paid', 'generating');
CREATE INDEX orders_created ON orders (created_at);
CREATE TABLE order_history (
  id {{ID}},
  order_no TEXT NOT NULL,
  from_status TEXT,
  to_status TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX order_history_order ON order_history (order_no, id)
";

const MONEY: &str = "
CREATE TABLE payments (
  payment_no TEXT PRIMARY KEY,
  order_no TEXT NOT NULL,
  provider TEXT NOT NULL,
  dialect TEXT NOT NULL,
  method TEXT NOT NULL,
  status TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  provider_ref TEXT,
  pay_url TEXT,
  qr_code TEXT,
  proven_at BIGINT,
  expires_at BIGINT NOT NULL,
  paid_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX payments_order ON payments (order_no);
CREATE INDEX payments_open ON payments (expires_at) WHERE status IN ('init', 'processing');
CREATE UNIQUE INDEX payments_provider_ref ON payments (provider, provider_ref)
  WHERE provider_ref IS NOT NULL;
CREATE TABLE payment_log (
  id {{ID}},
  payment_no TEXT NOT NULL,
  from_status TEXT,
  to_status TEXT NOT NULL,
  source TEXT NOT NULL,
  evidence_key TEXT,
  note TEXT NOT NULL,
  at BIGINT NOT NULL
);
CREATE INDEX payment_log_payment ON payment_log (payment_no, id);
CREATE TABLE callback_inbox (
  id {{ID}},
  provider TEXT NOT NULL,
  evidence_key TEXT NOT NULL,
  source TEXT NOT NULL,
  reference TEXT,
  body_sealed TEXT,
  verdict TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  UNIQUE (provider, evidence_key)
);
CREATE INDEX callback_inbox_reference ON callback_inbox (reference);
CREATE TABLE refunds (
  refund_no TEXT PRIMARY KEY,
  cause TEXT NOT NULL UNIQUE,
  order_no TEXT NOT NULL,
  payment_no TEXT NOT NULL,
  amount_minor BIGINT NOT NULL,
  currency TEXT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT NOT NULL,
  actor TEXT NOT NULL,
  order_status_before TEXT,
  provider_refund_ref TEXT,
  last_error TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1,
  CHECK (amount_minor > 0)
);
CREATE INDEX refunds_order ON refunds (order_no);
CREATE INDEX refunds_payment ON refunds (payment_no)
";

const REPORTS: &str = "
CREATE TABLE reports (
  order_no TEXT PRIMARY KEY,
  chart_sealed TEXT,
  facts_sealed TEXT,
  text_sealed TEXT,
  prompt_version TEXT,
  model TEXT,
  prompt_cache_hit_tokens BIGINT NOT NULL DEFAULT 0,
  prompt_cache_miss_tokens BIGINT NOT NULL DEFAULT 0,
  completion_tokens BIGINT NOT NULL DEFAULT 0,
  reasoning_tokens BIGINT NOT NULL DEFAULT 0,
  cost_micros BIGINT NOT NULL DEFAULT 0,
  cost_currency TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE TABLE deliveries (
  order_no TEXT NOT NULL,
  seq INTEGER NOT NULL,
  round INTEGER NOT NULL DEFAULT 0,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  body_sealed TEXT NOT NULL,
  message_id BIGINT,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (order_no, round, seq)
)
";

const WORK: &str = "
CREATE TABLE jobs (
  id {{ID}},
  kind TEXT NOT NULL,
  dedupe_key TEXT NOT NULL UNIQUE,
  payload TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'ready',
  run_at BIGINT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  failures INTEGER NOT NULL DEFAULT 0,
  max_attempts INTEGER NOT NULL,
  lease_owner TEXT,
  lease_until_at BIGINT,
  last_error TEXT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
CREATE INDEX jobs_ready ON jobs (run_at, id) WHERE status = 'ready';
CREATE INDEX jobs_running ON jobs (lease_until_at) WHERE status = 'running';
CREATE INDEX jobs_parked ON jobs (updated_at) WHERE status = 'parked';
CREATE INDEX jobs_done ON jobs (updated_at) WHERE status = 'done';
CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  published_at BIGINT
);
CREATE INDEX outbox_waiting ON outbox (id) WHERE published_at IS NULL;
CREATE INDEX outbox_subject ON outbox (subject)
";

const BOT: &str = "
CREATE TABLE telegram_updates (
  update_id BIGINT PRIMARY KEY,
  chat_id BIGINT NOT NULL,
  status TEXT NOT NULL DEFAULT 'waiting',
  body_sealed TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  lease_owner TEXT,
  lease_until_at BIGINT,
  received_at BIGINT NOT NULL,
  done_at BIGINT
);
CREATE INDEX telegram_updates_waiting ON telegram_updates (chat_id, update_id)
  WHERE status IN ('waiting', 'running');
CREATE INDEX telegram_updates_done ON telegram_updates (done_at) WHERE status = 'done';
CREATE TABLE dialogues (
  chat_id BIGINT PRIMARY KEY,
  state_sealed TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  version BIGINT NOT NULL DEFAULT 1
)
";
