//! "There is a job" for other processes, on Postgres. It is told behind the commit and by a task of its own:
//! of all transactions with a `NOTIFY` in them only one at a time is committed, and the others wait until it
//! is on the disk (Postgres 15, `PreCommit_Notify` in `async.c`). A process that dies in between has told
//! nobody; every worker looks at the queue by itself, too.

use std::time::Duration;

use sea_orm::{ConnectionTrait, DatabaseConnection};
use tokio::sync::mpsc;

use super::JOBS_CHANNEL;

/// After a word was told: whoever has another one meanwhile shares the next.
const PAUSE: Duration = Duration::from_millis(5);

#[derive(Clone)]
pub(super) struct Herald {
    door: mpsc::Sender<()>,
}

impl Herald {
    /// Its task ends with the last of its copies.
    pub(super) fn start(pool: DatabaseConnection) -> Self {
        let (door, words) = mpsc::channel(1);
        tokio::spawn(tell(pool, words));
        Self { door }
    }

    /// Waits for nobody: a word that stands at the door already is this one, too.
    pub(super) fn announce(&self) {
        if self.door.try_send(()).is_err() {
            tracing::trace!("other processes are about to be told already");
        }
    }
}

async fn tell(pool: DatabaseConnection, mut words: mpsc::Receiver<()>) {
    while words.recv().await.is_some() {
        if let Err(error) = pool.execute_unprepared(&format!("NOTIFY {JOBS_CHANNEL}")).await {
            tracing::debug!(
                error = &error as &dyn std::error::Error,
                "other processes were not told of a job"
            );
        }
        tokio::time::sleep(PAUSE).await;
    }
}
