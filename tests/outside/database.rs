//! The database that a shop keeps its books in: a SQLite file, or a fresh database on Postgres.
//! Read by SQL, as an auditor would.

use std::path::Path;
use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, QueryResult, Statement};
use tokio::sync::OnceCell;

use super::world::stage::eventually;

/// Which database a scenario runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Sqlite,
    Postgres,
}

/// One shop's own database.
pub(crate) struct Database {
    pub(crate) kind: Kind,
    pub(crate) url: String,
    name: String,
    /// Opened at the first question, when the program has made the books.
    reader: OnceCell<DatabaseConnection>,
}

impl Database {
    pub(crate) async fn create(kind: Kind, folder: &Path) -> Self {
        let name = format!("mingshu_outside_{}", unique());
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}", folder.join("books.db").display()),
            Kind::Postgres => {
                let server = connect(&postgres_url("postgres")).await.unwrap();
                server.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
                postgres_url(&name)
            }
        };
        Self { kind, url, name, reader: OnceCell::new() }
    }

    pub(crate) async fn drop(self) {
        if let Some(reader) = self.reader.into_inner() {
            reader.close().await.unwrap();
        }
        if self.kind == Kind::Postgres {
            let server = connect(&postgres_url("postgres")).await.unwrap();
            let words = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            server.execute_unprepared(&words).await.unwrap();
        }
    }

    /// The first column of the first row, as a number.
    pub(crate) async fn number(&self, sql: &str) -> i64 {
        let row = self.rows(sql).await.into_iter().next().expect("a row");
        row.try_get_by_index(0).unwrap()
    }

    /// The first column of all rows, as texts.
    pub(crate) async fn texts(&self, sql: &str) -> Vec<String> {
        let rows = self.rows(sql).await;
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Every column of every table: table and name.
    pub(crate) async fn columns(&self) -> Vec<(String, String)> {
        let sql = match self.kind {
            Kind::Sqlite => {
                "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c \
                 WHERE t.type = 'table' ORDER BY 1, 2"
            }
            Kind::Postgres => {
                "SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) \
                 FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
            }
        };
        let column = |row: &QueryResult| {
            (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap())
        };
        self.rows(sql).await.iter().map(column).collect()
    }

    /// What stands in a column and is like `pattern`.
    pub(crate) async fn texts_like(
        &self,
        (table, column): &(String, String),
        pattern: &str,
    ) -> Vec<String> {
        let text = format!("CAST(\"{column}\" AS TEXT)");
        self.texts(&format!("SELECT {text} FROM \"{table}\" WHERE {text} LIKE '{pattern}'")).await
    }

    /// Waits until a count is nought.
    pub(crate) async fn becomes_zero(&self, sql: &str) {
        eventually(sql, Duration::from_secs(20), || async {
            (self.number(sql).await == 0).then_some(())
        })
        .await;
    }

    async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let reader = || async { connect(&self.url).await.unwrap() };
        let books = self.reader.get_or_init(reader).await;
        let backend = match self.kind {
            Kind::Sqlite => DbBackend::Sqlite,
            Kind::Postgres => DbBackend::Postgres,
        };
        books.query_all_raw(Statement::from_string(backend, sql)).await.unwrap()
    }
}

/// A transaction that nobody can write beside.
pub(crate) struct Held(DatabaseConnection);

impl Database {
    /// Takes the database's only pen until released.
    pub(crate) async fn hold(&self) -> Held {
        let books = connect(&self.url).await.unwrap();
        let words = match self.kind {
            Kind::Sqlite => "BEGIN IMMEDIATE",
            Kind::Postgres => {
                "BEGIN; LOCK TABLE callback_inbox, orders, payments IN ACCESS EXCLUSIVE MODE"
            }
        };
        books.execute_unprepared(words).await.unwrap();
        Held(books)
    }
}

impl Held {
    pub(crate) async fn release(self) {
        self.0.execute_unprepared("ROLLBACK").await.unwrap();
        self.0.close().await.unwrap();
    }
}

/// The databases that scenarios run on. Says so, and refuses to skip what is required.
pub(crate) async fn kinds() -> Vec<Kind> {
    match connect(&postgres_url("postgres")).await {
        Ok(_server) => {
            println!("databases: SQLite and Postgres");
            vec![Kind::Sqlite, Kind::Postgres]
        }
        Err(fault) => {
            let required = std::env::var("MINGSHU_TEST_REQUIRE").unwrap_or_default();
            assert!(!required.contains("postgres"), "Postgres is required: {fault}");
            println!("databases: SQLite alone; Postgres cannot be reached: {fault}");
            vec![Kind::Sqlite]
        }
    }
}

async fn connect(url: &str) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut options = sea_orm::ConnectOptions::new(url);
    options.max_connections(1).acquire_timeout(Duration::from_secs(60));
    sea_orm::Database::connect(options).await
}

fn postgres_url(database: &str) -> String {
    let server = std::env::var("TEST_POSTGRES_URL")
        .unwrap_or_else(|_unset| "postgres://postgres@127.0.0.1:5432/postgres".to_owned());
    let (server, _) = server.rsplit_once('/').expect("TEST_POSTGRES_URL ends with a database");
    format!("{server}/{database}")
}

/// Different for every call of every process.
fn unique() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}
