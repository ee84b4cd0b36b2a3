//! The history of the database, one change per file. A released file is never edited: the next
//! change is a new file (src/ARCHITECTURE.md).
//!
//! The statements are SQL that SQLite and Postgres both read; instants are `BIGINT` milliseconds
//! since 1970 UTC (columns `…_at`), words of a status are text, sealed columns hold ciphertext.

mod m20261121_000001_first_tables;
mod m20261121_000002_money;
mod m20261121_000003_stock;
mod m20261121_000004_events;
mod m20261121_000005_books;
mod m20261121_000006_refusals;
mod m20261121_000008_robust;
mod m20261121_000009_alerts;
mod m20261121_000010_charges;
mod m20261121_000012_desk;
mod m20261121_000013_payouts;
mod m20261121_000014_retention;
mod m20261121_000015_chapters;
mod m20261121_000016_report_links;
mod m20261121_000017_checks;
mod m20261121_000018_profiles;
mod m20261121_000019_after_delivery;
mod m20261121_000020_questions;
mod m20261122_000021_order_products;
mod m20261122_000022_taken;
mod m20261122_000023_fewer_indexes;

pub use sea_orm_migration::MigratorTrait;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_first_tables::Migration),
            Box::new(m20261121_000002_money::Migration),
            Box::new(m20261121_000003_stock::Migration),
            Box::new(m20261121_000004_events::Migration),
            Box::new(m20261121_000005_books::Migration),
            Box::new(m20261121_000006_refusals::Migration),
            Box::new(m20261121_000008_robust::Migration),
            Box::new(m20261121_000009_alerts::Migration),
            Box::new(m20261121_000010_charges::Migration),
            Box::new(m20261121_000012_desk::Migration),
            Box::new(m20261121_000013_payouts::Migration),
            Box::new(m20261121_000014_retention::Migration),
            Box::new(m20261121_000015_chapters::Migration),
            Box::new(m20261121_000016_report_links::Migration),
            Box::new(m20261121_000017_checks::Migration),
            Box::new(m20261121_000018_profiles::Migration),
            Box::new(m20261121_000019_after_delivery::Migration),
            Box::new(m20261121_000020_questions::Migration),
            Box::new(m20261122_000021_order_products::Migration),
            Box::new(m20261122_000022_taken::Migration),
            Box::new(m20261122_000023_fewer_indexes::Migration),
        ]
    }
}

/// Runs statements separated by `;`, with `{{ID}}` standing for a number that counts itself up.
pub(crate) async fn run(manager: &SchemaManager<'_>, statements: &str) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let postgres = manager.get_database_backend() == DbBackend::Postgres;
    let counting =
        if postgres { "BIGSERIAL PRIMARY KEY" } else { "INTEGER PRIMARY KEY AUTOINCREMENT" };
    for statement in statements.split(';').map(str::trim).filter(|text| !text.is_empty()) {
        db.execute_unprepared(&statement.replace("{{ID}}", counting)).await?;
    }
    Ok(())
}

/// Lets the database itself refuse to change or delete rows of `table`.
pub(crate) async fn forbid_rewriting(
    manager: &SchemaManager<'_>,
    table: &str,
) -> Result<(), DbErr> {
    let db = manager.get_connection();
    if manager.get_database_backend() == DbBackend::Postgres {
        db.execute_unprepared(
            "CREATE OR REPLACE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$",
        )
        .await?;
        let trigger = format!(
            "CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} \
             FOR EACH ROW EXECUTE FUNCTION refuse_rewriting()"
        );
        db.execute_unprepared(&trigger).await?;
        return Ok(());
    }
    for deed in ["UPDATE", "DELETE"] {
        let trigger = format!(
            "CREATE TRIGGER {table}_no_{deed} BEFORE {deed} ON {table} BEGIN \
             SELECT RAISE(ABORT, '{table} is append-only'); END"
        );
        db.execute_unprepared(&trigger).await?;
    }
    Ok(())
}
