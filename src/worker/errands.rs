//! Errands: work that is a table of its own and not a job, such as events on their way to a sink.
//! Each has a task to itself, so that none holds up another or the jobs. It is done at start, after
//! every commit that rings the bell, when it says it is due, and every second.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::registry::Errand;
use super::{BREATH, Crew, POLL};

/// Lets a burst of commits gather before it is looked at.
const GATHER: Duration = Duration::from_millis(20);
/// What is in hand when the worker stops may go on for so long.
const LAST_CALL: Duration = Duration::from_secs(10);

/// Starts every errand under `tasks`, until `stop`.
pub(super) fn start(crew: &Arc<Crew>, tasks: &TaskTracker, stop: &CancellationToken) {
    for errand in crew.registry.errands() {
        tasks.spawn(go(Arc::clone(crew), errand.clone(), stop.clone()));
    }
}

async fn go(crew: Arc<Crew>, errand: Errand, stop: CancellationToken) {
    while !stop.is_cancelled() {
        // Listening begins before looking, so that no bell is missed in between.
        let bell = crew.base.db.bell().notified();
        tokio::pin!(bell);
        bell.as_mut().enable();
        let pause = tokio::select! {
            pause = errand.run() => pause.clamp(BREATH, POLL),
            () = last_call(&stop, crew.settings.grace) => return,
        };
        let woken = async {
            bell.await;
            tokio::time::sleep(GATHER).await;
        };
        tokio::select! {
            () = stop.cancelled() => {}
            () = woken => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn last_call(stop: &CancellationToken, grace: Duration) {
    stop.cancelled().await;
    tokio::time::sleep(LAST_CALL.min(grace)).await;
}
