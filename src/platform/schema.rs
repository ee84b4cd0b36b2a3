//! The database's shape: brought up to date at the start, after a backup, never downwards.

use std::path::{Path, PathBuf};

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait as _, DbBackend, DbErr, TransactionTrait};

use super::db::{Db, execute};

/// Replicas that start together wait for each other with this number (any constant of ours).
const LOCK: i64 = 0x6d69_6e67;

#[derive(Debug, thiserror::Error)]
pub enum SchemaError {
    #[error("this database has no tables yet: run `mingshu migrate`")]
    Empty,
    #[error("this database is of an older version: run `mingshu migrate`")]
    Older,
    #[error("the database was made by a newer version of this program")]
    Newer(#[source] DbErr),
    #[error("the backup before the migration failed")]
    Backup(#[source] DbErr),
    #[error("the migration failed")]
    Migration(#[source] DbErr),
}

/// What a migration did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrated {
    /// Names of the changes, oldest first; empty when there was nothing to do.
    pub applied: Vec<String>,
    /// Where the database as it was before has been kept; SQLite only.
    pub backup: Option<PathBuf>,
}

/// Applies what is missing. A SQLite file with data in it is copied first, beside itself;
/// Postgres has tools of its own for that.
pub async fn migrate(db: &Db, sqlite_file: Option<&Path>) -> Result<Migrated, SchemaError> {
    let lock = lock(db).await.map_err(SchemaError::Migration)?;
    let pending = pending(db).await?;
    if pending.is_empty() {
        return Ok(Migrated { applied: pending, backup: None });
    }
    let backup = backup(db, sqlite_file, &pending).await?;
    Migrator::up(db.write(), None).await.map_err(SchemaError::Migration)?;
    if let Some(lock) = lock {
        lock.commit().await.map_err(SchemaError::Migration)?;
    }
    Ok(Migrated { applied: pending, backup })
}

/// Refuses a database that is not of this version.
pub async fn check(db: &Db) -> Result<(), SchemaError> {
    let pending = pending(db).await?;
    if pending.len() == Migrator::migrations().len() {
        return Err(SchemaError::Empty);
    }
    if pending.is_empty() { Ok(()) } else { Err(SchemaError::Older) }
}

/// The changes that are not applied yet.
pub async fn pending(db: &Db) -> Result<Vec<String>, SchemaError> {
    let pending = Migrator::get_pending_migrations(db.write()).await.map_err(newer)?;
    Ok(pending.iter().map(|migration| migration.name().to_owned()).collect())
}

/// The library complains about a change that was applied and that we do not know.
fn newer(error: DbErr) -> SchemaError {
    if matches!(error, DbErr::Custom(_)) {
        SchemaError::Newer(error)
    } else {
        SchemaError::Migration(error)
    }
}

async fn lock(db: &Db) -> Result<Option<sea_orm::DatabaseTransaction>, DbErr> {
    if db.backend() != DbBackend::Postgres {
        return Ok(None);
    }
    #[expect(clippy::disallowed_methods, reason = "holds a Postgres lock, writes nothing")]
    let tx = db.write().begin().await?;
    execute(&tx, "SELECT pg_advisory_xact_lock($1)", vec![LOCK.into()]).await?;
    Ok(Some(tx))
}

async fn backup(
    db: &Db,
    sqlite_file: Option<&Path>,
    pending: &[String],
) -> Result<Option<PathBuf>, SchemaError> {
    let Some(file) = sqlite_file else { return Ok(None) };
    let applied = Migrator::get_applied_migrations(db.write()).await.map_err(newer)?;
    let Some(first) = pending.first().filter(|_name| !applied.is_empty()) else { return Ok(None) };
    let copy = file.with_extension(format!("before-{first}.db"));
    if copy.exists() {
        return Ok(Some(copy)); // from an earlier try of the same migration: the older one is right
    }
    let target = copy.display().to_string().replace('\'', "''");
    db.write()
        .execute_unprepared(&format!("VACUUM INTO '{target}'"))
        .await
        .map_err(SchemaError::Backup)?;
    Ok(Some(copy))
}

/// The file behind a `sqlite://` address.
pub fn sqlite_file(url: &str) -> Option<PathBuf> {
    let path = url.strip_prefix("sqlite:")?.trim_start_matches("//");
    let path = path.split('?').next().unwrap_or(path);
    (!path.is_empty() && path != ":memory:").then(|| PathBuf::from(path))
}
