//! The money book catches up with what happened before it was kept; commissions remember their
//! rate; a run of the reconciliation remembers its sums (spec.md §4 rules 16, 17).

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for room in [COLUMNS, RECEIVED, REFUNDED, REVENUE, COMMISSIONS] {
            crate::run(manager, room).await?;
        }
        Ok(())
    }
}

const COLUMNS: &str = "
ALTER TABLE commissions ADD COLUMN rate_percent INTEGER;
ALTER TABLE reconciliation_runs ADD COLUMN totals TEXT NOT NULL DEFAULT '[]';
CREATE INDEX payments_created_by ON payments (provider, created_at)
";

// The keys and accounts are those of src/payments/ledger/rules.rs.
const RECEIVED: &str = "
INSERT INTO ledger_transfers (transfer_key, kind, debit, credit, amount_minor, currency, order_no,
  payment_no, note, at)
SELECT 'received:' || payment_no, 'received', 'provider:' || provider, 'orders:owed', amount_minor,
  currency, order_no, payment_no, 'carried over', COALESCE(paid_at, updated_at)
FROM payments WHERE status = 'succeeded' AND amount_minor > 0
ORDER BY COALESCE(paid_at, updated_at), payment_no
ON CONFLICT (transfer_key) DO NOTHING
";

const REFUNDED: &str = "
INSERT INTO ledger_transfers (transfer_key, kind, debit, credit, amount_minor, currency, order_no,
  payment_no, refund_no, note, at)
SELECT 'refunded:' || r.refund_no, 'refunded', 'orders:owed', 'provider:' || p.provider,
  r.amount_minor, r.currency, r.order_no, r.payment_no, r.refund_no, 'carried over', r.updated_at
FROM refunds r JOIN payments p ON p.payment_no = r.payment_no
WHERE r.status = 'succeeded' ORDER BY r.updated_at, r.refund_no
ON CONFLICT (transfer_key) DO NOTHING
";

// What is left of the first payment of a delivered order.
const REVENUE: &str = "
INSERT INTO ledger_transfers (transfer_key, kind, debit, credit, amount_minor, currency, order_no,
  payment_no, note, at)
SELECT 'revenue:' || order_no, 'adjustment', 'orders:owed', 'revenue', left_minor, currency,
  order_no, payment_no, 'carried over', completed_at
FROM (
  SELECT o.order_no, p.payment_no, p.currency, o.completed_at,
    p.amount_minor - COALESCE((SELECT CAST(SUM(r.amount_minor) AS BIGINT) FROM refunds r
      WHERE r.payment_no = p.payment_no AND r.status = 'succeeded'), 0) AS left_minor
  FROM orders o JOIN payments p ON p.payment_no = (
    SELECT first.payment_no FROM payments first
    WHERE first.order_no = o.order_no AND first.status = 'succeeded'
    ORDER BY first.paid_at, first.payment_no LIMIT 1)
  WHERE o.completed_at IS NOT NULL
) delivered
WHERE left_minor > 0 ORDER BY completed_at, order_no
ON CONFLICT (transfer_key) DO NOTHING
";

const COMMISSIONS: &str = "
INSERT INTO ledger_transfers (transfer_key, kind, debit, credit, amount_minor, currency, order_no,
  note, at)
SELECT 'commission:' || order_no, 'commission', 'commission:expense', 'commission:payable',
  amount_minor, currency, order_no, 'carried over', created_at
FROM commissions WHERE amount_minor > 0 ORDER BY created_at, order_no
ON CONFLICT (transfer_key) DO NOTHING;
INSERT INTO ledger_transfers (transfer_key, kind, debit, credit, amount_minor, currency, order_no,
  note, at)
SELECT 'commission:' || order_no || ':carried', 'commission', 'commission:payable',
  'commission:expense', reversed_minor, currency, order_no, 'carried over', updated_at
FROM commissions WHERE reversed_minor > 0 ORDER BY updated_at, order_no
ON CONFLICT (transfer_key) DO NOTHING
";
