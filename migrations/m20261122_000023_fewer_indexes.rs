//! Every callback writes to nine tables and to all their indexes, each of which costs a page of the log.
//! Those go that nobody asks: events are told in the order of their ids, which begin with their instant;
//! money in doubt, which hardly ever is, gets an index of its own rows.
//!
//! On SQLite, besides, a movement of stock stands in its index instead of beside it, and records that only
//! grow are numbered by their rows: `AUTOINCREMENT` writes another page, to promise what holds anyhow where
//! nothing is deleted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{DbBackend, Statement};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, INDEXES).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            return Ok(());
        }
        crate::run(manager, MOVEMENTS).await?;
        crate::forbid_rewriting(manager, "stock_movements").await?;
        for table in RECORDS {
            number_by_row(manager, table).await?;
        }
        Ok(())
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const INDEXES: &str = "
DROP INDEX stock_movements_sku;
DROP INDEX outbox_created;
DROP INDEX ledger_transfers_at;
DROP INDEX ledger_transfers_debit;
DROP INDEX ledger_transfers_credit;
CREATE INDEX ledger_transfers_doubt ON ledger_transfers (payment_no)
  WHERE debit = 'doubt' OR credit = 'doubt'
";

const MOVEMENTS: &str = "
ALTER TABLE stock_movements RENAME TO stock_movements_before;
CREATE TABLE stock_movements (
  order_no TEXT NOT NULL,
  sku TEXT NOT NULL,
  reason TEXT NOT NULL,
  quantity BIGINT NOT NULL,
  at BIGINT NOT NULL,
  day TEXT,
  PRIMARY KEY (order_no, sku, reason)
) WITHOUT ROWID;
INSERT INTO stock_movements (order_no, sku, reason, quantity, at, day)
  SELECT order_no, sku, reason, quantity, at, day FROM stock_movements_before;
DROP TABLE stock_movements_before
";

/// Whose rows stay for ever.
const RECORDS: [&str; 4] = ["callback_inbox", "payment_log", "ledger_transfers", "order_history"];

/// Makes `table` anew, with its rows, indexes and triggers.
async fn number_by_row(manager: &SchemaManager<'_>, table: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let sql = format!(
        "SELECT sql FROM sqlite_schema WHERE tbl_name = '{table}' AND sql IS NOT NULL \
         ORDER BY type <> 'table'"
    );
    let rows = db.query_all_raw(Statement::from_string(DbBackend::Sqlite, sql)).await?;
    let parts =
        rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<Vec<String>, _>>()?;
    let Some((made, others)) = parts.split_first() else { return Ok(()) };
    for step in [
        format!("ALTER TABLE {table} RENAME TO {table}_before"),
        made.replace(" AUTOINCREMENT", ""),
        format!("INSERT INTO {table} SELECT * FROM {table}_before"),
        format!("DROP TABLE {table}_before"),
    ] {
        db.execute_unprepared(&step).await?;
    }
    for part in others {
        db.execute_unprepared(part).await?;
    }
    Ok(())
}
