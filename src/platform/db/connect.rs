//! How connections are opened, and with which promises about the disk.

use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, DbErr};

use super::DbOptions;

/// So many pages of SQLite's log, 16 MiB, and whoever commits copies them into the file. Most are copied
/// before (`group/checkpoint.rs`), and fewer are left the later this comes: many pages are written often.
pub(super) const LONGEST_LOG: u32 = 4_000;

fn quiet(options: &mut ConnectOptions) -> &mut ConnectOptions {
    options
        .sqlx_logging(false)
        .connect_timeout(Duration::from_secs(10))
        .acquire_timeout(Duration::from_secs(10))
}

pub(super) fn postgres(options: &DbOptions) -> ConnectOptions {
    let mut connect = ConnectOptions::new(options.url.clone());
    quiet(&mut connect)
        .max_connections(options.max_connections.max(2))
        .min_connections(1)
        // Our statements take less time than compiling one: fifty milliseconds were measured.
        .map_sqlx_postgres_opts(|options| options.options([("jit", "off")]));
    connect
}

pub(super) fn sqlite(url: &str, connections: u32, read_only: bool) -> ConnectOptions {
    let mut connect = ConnectOptions::new(url.to_owned());
    quiet(&mut connect)
        .max_connections(connections.max(1))
        .min_connections(1)
        .test_before_acquire(false)
        .map_sqlx_sqlite_opts(move |options| {
            let options = options
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: a callback that was answered 200 must survive a power cut (stack.md §2.3).
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .pragma("wal_autocheckpoint", LONGEST_LOG.to_string())
                .pragma("journal_size_limit", "67108864");
            if read_only { reader(options) } else { options }
        });
    connect
}

/// Readers are several, and what they read lies in the system's memory anyway: half a MiB of pages each,
/// a quarter of the usual.
fn reader(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options.pragma("query_only", "on").pragma("cache_size", "-512")
}

pub(super) fn create_folder(url: &str) -> Result<(), DbErr> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or(path);
    let Some(folder) = std::path::Path::new(path).parent() else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|cause| {
        DbErr::Custom(format!("cannot create the folder {}: {cause}", folder.display()))
    })
}
