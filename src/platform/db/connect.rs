//! How connections are opened, and with which promises about the disk.

use std::time::Duration;

use sea_orm::{ConnectOptions, DbErr};

use super::DbOptions;

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
    use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

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
                .pragma("journal_size_limit", "67108864");
            if read_only { options.pragma("query_only", "on") } else { options }
        });
    connect
}

pub(super) fn create_folder(url: &str) -> Result<(), DbErr> {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    let path = path.split('?').next().unwrap_or(path);
    let Some(folder) = std::path::Path::new(path).parent() else { return Ok(()) };
    std::fs::create_dir_all(folder).map_err(|cause| {
        DbErr::Custom(format!("cannot create the folder {}: {cause}", folder.display()))
    })
}
