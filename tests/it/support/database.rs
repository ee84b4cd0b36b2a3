//! A database of its own for every story: a file on SQLite, a schema on Postgres.
//!
//! What a story writes need not survive a power cut, so nothing waits for a disk: SQLite lives in
//! memory where the system has a folder for it, and Postgres acknowledges before it has flushed.
//! Locks, isolation and constraints are the real ones.
//!
//! `TEST_DATABASE=sqlite|postgres|both` chooses; without it, Postgres is used where `TEST_POSTGRES_URL`
//! names a server or one answers on 127.0.0.1:5432. `MINGSHU_TEST_REQUIRE=postgres` makes a missing
//! server a failure. What is run on is told once, past the test runner's capture.

use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use migrations::{Migrator, MigratorTrait};
use mingshu::kernel::ids;
use mingshu::platform::db::{Db, DbOptions, WriteTx, query_all};
use sea_orm::{ConnectionTrait, DbBackend};
use tempfile::TempDir;

use super::TestApp;

const LOCAL_POSTGRES: &str = "postgres://postgres@127.0.0.1:5432/postgres";

#[derive(Clone)]
pub(crate) struct Database {
    pub(crate) db: Db,
    pub(crate) name: &'static str,
    pub(crate) options: DbOptions,
    /// Removed at the end.
    _folder: Option<Arc<TempDir>>,
}

/// Where the suite runs.
#[derive(Debug, Clone)]
struct Plan {
    sqlite: bool,
    postgres: Option<String>,
}

/// Tells `story` on every database.
pub(crate) async fn everywhere(story: impl AsyncFn(TestApp)) {
    on_every_database(async |database: &Database| story(TestApp::start(database)).await).await;
}

/// The same for stories that need no shop.
pub(crate) async fn on_every_database(story: impl AsyncFn(&Database)) {
    on_databases_before("", story).await;
}

/// The same with databases as they were before the change of this name; empty: as they are now.
pub(crate) async fn on_databases_before(change: &str, story: impl AsyncFn(&Database)) {
    let plan = plan();
    if plan.sqlite {
        let database = sqlite(change).await;
        story(&database).await;
    }
    if let Some(server) = &plan.postgres {
        on_postgres((server, change), story).await;
    }
}

/// The same with two databases of a kind, side by side.
pub(crate) async fn on_two_databases(story: impl AsyncFn(&Database, &Database)) {
    let plan = plan();
    if plan.sqlite {
        story(&sqlite("").await, &sqlite("").await).await;
    }
    if let Some(server) = &plan.postgres {
        on_postgres((server, ""), async |one: &Database| {
            on_postgres((server, ""), async |other: &Database| story(one, other).await).await;
        })
        .await;
    }
}

async fn on_postgres((server, change): (&str, &str), story: impl AsyncFn(&Database)) {
    let name = format!("mingshu_test_{}", ids::crockford(12).to_lowercase());
    let database = postgres((server, &name), change).await;
    story(&database).await;
    database.db.close().await.unwrap();
    administer(server, &format!("DROP SCHEMA {name} CASCADE")).await;
}

pub(crate) async fn sqlite(before: &str) -> Database {
    let folder = in_memory();
    let url = format!("sqlite://{}/test.db", folder.path().display());
    let options = DbOptions { url, max_connections: 4 };
    let db = Db::connect(&options).await.unwrap();
    migrate(&options.url, before).await;
    Database { db, name: "SQLite", options, _folder: Some(Arc::new(folder)) }
}

/// A temporary folder that never waits for a disk, where there is one.
fn in_memory() -> TempDir {
    TempDir::new_in("/dev/shm").or_else(|_none| TempDir::new()).unwrap()
}

/// A database is made and dropped in seconds, a schema in a moment.
async fn postgres((server, name): (&str, &str), before: &str) -> Database {
    administer(server, &format!("CREATE SCHEMA {name}")).await;
    let separator = if server.contains('?') { '&' } else { '?' };
    let options = format!("options[search_path]={name}&options[synchronous_commit]=off");
    let url = format!("{server}{separator}{options}");
    migrate(&url, before).await;
    let options = DbOptions { url, max_connections: 8 };
    let db = Db::connect(&options).await.unwrap();
    Database { db, name: "Postgres", options, _folder: None }
}

async fn migrate(url: &str, before: &str) {
    let db = sea_orm::Database::connect(url).await.unwrap();
    let place = Migrator::migrations().iter().position(|change| change.name() == before);
    Migrator::up(&db, place.map(|place| u32::try_from(place).unwrap())).await.unwrap();
    db.close().await.unwrap();
}

impl Database {
    /// Applies every change that is missing.
    pub(crate) async fn bring_up_to_date(&self) {
        mingshu::platform::schema::migrate(&self.db, None).await.unwrap();
    }
}

/// Statements that list tables, and triggers as `DROP TRIGGER` names them.
const OF_SQLITE: (&str, &str) = (
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    "SELECT name FROM sqlite_master WHERE type = 'trigger'",
);
const OF_POSTGRES: (&str, &str) = (
    "SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema()",
    "SELECT t.tgname || ' ON ' || c.relname FROM pg_trigger t \
     JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace \
     WHERE n.nspname = current_schema() AND NOT t.tgisinternal",
);

/// Empties every table, for whoever plays many stories on one database.
pub(crate) struct Broom(String);

impl Broom {
    /// From now on, history may be rewritten by everybody.
    pub(crate) async fn of(db: &Db) -> Self {
        let (tables, triggers) =
            if db.backend() == DbBackend::Postgres { OF_POSTGRES } else { OF_SQLITE };
        let tx = db.begin_write().await.unwrap();
        for trigger in names(db, triggers).await {
            tx.conn().execute_unprepared(&format!("DROP TRIGGER {trigger}")).await.unwrap();
        }
        tx.commit().await.unwrap();
        let mut tables = names(db, tables).await;
        tables.retain(|name| name != "seaql_migrations");
        Self(format!("DELETE FROM {}", tables.join("; DELETE FROM ")))
    }

    pub(crate) async fn sweep(&self, tx: &WriteTx) {
        tx.conn().execute_unprepared(&self.0).await.unwrap();
    }
}

async fn names(db: &Db, sql: &str) -> Vec<String> {
    let rows = query_all(db.read(), sql, vec![]).await.unwrap();
    rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
}

async fn administer(server: &str, sql: &str) {
    let db = sea_orm::Database::connect(server).await.unwrap();
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

fn plan() -> Plan {
    static PLAN: OnceLock<Plan> = OnceLock::new();
    PLAN.get_or_init(|| {
        let plan = make_plan();
        announce(&plan);
        plan
    })
    .clone()
}

fn make_plan() -> Plan {
    let wanted = std::env::var("TEST_DATABASE").unwrap_or_default();
    let named = std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    let found = named.or_else(|| answers().then(|| LOCAL_POSTGRES.to_owned()));
    let required = std::env::var("MINGSHU_TEST_REQUIRE").unwrap_or_default();
    let must = required.contains("postgres") || wanted == "postgres" || wanted == "both";
    assert!(found.is_some() || !must, "no Postgres answers, and the tests were told to use it");
    Plan { sqlite: wanted != "postgres", postgres: found.filter(|_url| wanted != "sqlite") }
}

fn answers() -> bool {
    let address = SocketAddr::from(([127, 0, 0, 1], 5432));
    TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok()
}

fn announce(plan: &Plan) {
    let told = match (plan.sqlite, &plan.postgres) {
        (true, Some(_)) => "on SQLite and on Postgres",
        (true, None) => "on SQLite only: no Postgres answers or is wanted",
        (false, _) => "on Postgres only",
    };
    // Not `eprintln!`, which the test runner swallows.
    let line = format!("the stories of tests/it are run {told}\n");
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}
