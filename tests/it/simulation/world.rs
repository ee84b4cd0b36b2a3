//! One database with a shop and a bank, used by one schedule after the other. Between two schedules
//! it forgets everything, so that a seed plays the same story alone and as one of ten thousand.

use std::sync::Arc;

use mingshu::flows::base::LatePayment;
use mingshu::flows::till::{Counter, Proof};
use mingshu::platform::db::{execute, query_all};
use sea_orm::DbBackend;

use super::dice::Dice;
use crate::support::bank::BANK;
use crate::support::database::Database;
use crate::support::street::Street;

pub(super) struct World {
    pub(super) street: Street,
    tables: Vec<String>,
    /// Keeps the folder.
    _database: Database,
}

impl World {
    pub(super) async fn create(database: Database) -> Self {
        let street = Street::open(&database);
        let tables = tables(&street).await;
        if street.base.db.backend() == DbBackend::Sqlite {
            // History may be rewritten by nobody but the end of a schedule.
            for name in
                names(&street, "SELECT name FROM sqlite_master WHERE type = 'trigger'").await
            {
                run(&street, &format!("DROP TRIGGER {name}")).await;
            }
        }
        Self { street, tables, _database: database }
    }

    /// An empty shop whose owner decided as the seed says.
    pub(super) async fn begin(&mut self, seed: u64) {
        self.forget().await;
        let mut dice = Dice::new(!seed);
        let proof = if dice.chance(60) { Proof::Query } else { Proof::Callback };
        let late = dice.weighed(&[
            (60, LatePayment::Fulfil),
            (20, LatePayment::Refund),
            (20, LatePayment::AskAdmin),
        ]);
        self.street.decide(|tools| {
            tools.till.money.late_payment = late;
            let known = tools.till.counter(BANK).cloned().unwrap();
            let counters = Arc::make_mut(&mut tools.till.counters);
            counters.insert(BANK.to_owned(), Counter { proof, ..known });
        });
    }

    async fn forget(&self) {
        let street = &self.street;
        street.bank.forget();
        street.messenger.forget();
        street.model.forget();
        street.crash.nowhere();
        if street.base.db.backend() == DbBackend::Postgres {
            run(street, &format!("TRUNCATE {}", self.tables.join(", "))).await;
            return;
        }
        let tx = street.base.db.begin_write().await.unwrap();
        for table in &self.tables {
            execute(tx.conn(), &format!("DELETE FROM {table}"), vec![]).await.unwrap();
        }
        tx.commit().await.unwrap();
    }
}

async fn tables(street: &Street) -> Vec<String> {
    let sql = match street.base.db.backend() {
        DbBackend::Postgres => {
            "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()"
        }
        _ => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    };
    let mut tables = names(street, sql).await;
    tables.retain(|name| name != "seaql_migrations");
    tables
}

async fn names(street: &Street, sql: &str) -> Vec<String> {
    let rows = query_all(street.base.db.read(), sql, vec![]).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn run(street: &Street, sql: &str) {
    let tx = street.base.db.begin_write().await.unwrap();
    execute(tx.conn(), sql, vec![]).await.unwrap();
    tx.commit().await.unwrap();
}
