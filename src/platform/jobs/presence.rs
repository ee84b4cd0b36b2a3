//! Whether we are the only worker on a SQLite database.
//!
//! Every worker holds a shared lock on a file beside the database for as long as it lives; the
//! system drops it with the process, however it dies. Whoever can have the lock alone knows that
//! no other worker is left, and need not wait for the leases of the dead. On Postgres, where
//! workers live on other machines, the leases decide.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use sea_orm::{DbBackend, DbErr};

use crate::platform::db::{Db, query_one};

/// Shows that a worker lives, until it is dropped.
#[must_use = "dropped, it says that the worker is gone"]
pub struct Presence {
    /// `None` where nobody looks: on Postgres, in memory, or where no file can be locked.
    lock: Option<File>,
    alone: bool,
}

impl Presence {
    /// Whether no other worker lives. None can begin before [`Presence::let_others_in`].
    pub fn is_alone(&self) -> bool {
        self.alone
    }

    pub fn let_others_in(&self) {
        let shared = self.lock.as_ref().map_or(Ok(()), File::lock_shared);
        if let Err(error) = shared {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "other workers cannot begin while this one lives");
        }
    }
}

/// Announces this worker, and looks whether there is another one. Waits while another one that
/// found itself alone tidies up.
pub async fn announce(db: &Db) -> Result<Presence, DbErr> {
    const UNSEEN: Presence = Presence { lock: None, alone: false };
    let Some(path) = lock_path(db).await? else { return Ok(UNSEEN) };
    match tokio::task::spawn_blocking(move || lock(&path)).await {
        Ok(Ok(presence)) => Ok(presence),
        Ok(Err(error)) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "a worker cannot show its presence; leases decide");
            Ok(UNSEEN)
        }
        Err(_cancelled) => Ok(UNSEEN),
    }
}

fn lock(path: &Path) -> std::io::Result<Presence> {
    let file = File::options().create(true).append(true).open(path)?;
    let alone = match file.try_lock() {
        Ok(()) => true,
        Err(TryLockError::WouldBlock) => {
            file.lock_shared()?;
            false
        }
        Err(TryLockError::Error(error)) => return Err(error),
    };
    Ok(Presence { lock: Some(file), alone })
}

/// `mingshu.db.worker` beside `mingshu.db`.
async fn lock_path(db: &Db) -> Result<Option<PathBuf>, DbErr> {
    if db.backend() != DbBackend::Sqlite {
        return Ok(None);
    }
    let row = query_one(db.read(), "PRAGMA database_list", vec![]).await?;
    let file: Option<String> = row.map(|row| row.try_get_by_index(2)).transpose()?;
    Ok(file.filter(|file| !file.is_empty()).map(|file| PathBuf::from(format!("{file}.worker"))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_first_and_the_last_worker_are_alone() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("x.db.worker");
        let first = lock(&path).unwrap();
        assert!(first.is_alone());
        first.let_others_in();
        let second = lock(&path).unwrap();
        assert!(!second.is_alone());
        drop(first);
        let third = lock(&path).unwrap();
        assert!(!third.is_alone(), "the second still lives");
        drop((second, third));
        assert!(lock(&path).unwrap().is_alone());
    }
}
