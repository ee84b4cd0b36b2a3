//! "There is a job" from other processes, on Postgres. What a broken connection swallows is found
//! by the worker's own look at the queue a second later.

use std::convert::Infallible;
use std::time::Duration;

use sea_orm::DbBackend;
use sea_orm::sqlx::{self, postgres::PgListener};
use tokio_util::sync::CancellationToken;

use crate::platform::db::{Db, JOBS_CHANNEL};

/// Before listening again after the connection was lost.
const PAUSE: Duration = Duration::from_secs(1);

/// Rings our bell whenever another process announces a job, until `stop`. Returns at once on
/// SQLite, where there is nothing to listen to.
pub async fn run(db: Db, stop: CancellationToken) {
    if db.backend() != DbBackend::Postgres {
        return;
    }
    loop {
        let outcome = tokio::select! {
            () = stop.cancelled() => return,
            outcome = hear(&db) => outcome,
        };
        match outcome {
            Ok(never) => match never {},
            Err(error) => tracing::warn!(
                error = &error as &dyn std::error::Error,
                "no longer hearing of jobs from other processes"
            ),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn hear(db: &Db) -> Result<Infallible, sqlx::Error> {
    let mut listener = PgListener::connect_with(db.write().get_postgres_connection_pool()).await?;
    listener.listen(JOBS_CHANNEL).await?;
    loop {
        // Also the first time: something may have been announced before we listened.
        db.bell().notify_waiters();
        listener.recv().await?;
    }
}
