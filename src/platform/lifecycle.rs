//! Start together, stop together.
//!
//! The program's processes run side by side. When one of them ends unasked, by return, error or
//! panic, all end and the program fails: half a shop is worse than a restart.
//!
//! Stopping has two phases. *Draining*: servers accept no more, the worker claims no more, and what
//! is in hand is finished. When everybody is done, or the time limit is reached, or a second signal
//! comes: *stopping*, at once.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// What a process that ignores [`Phases::stopping`] gets before it is abandoned.
const LAST_MOMENT: Duration = Duration::from_secs(2);

/// Why the program ends as a failure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LifecycleError {
    #[error("{} ended without being asked", .0.join(", "))]
    Ended(Vec<&'static str>),
    #[error("work in hand was cut off")]
    CutOff,
    #[error("the system's signals cannot be heard")]
    Deaf,
}

/// The two words that a process listens for.
#[derive(Debug, Clone, Default)]
pub struct Phases {
    /// Take on nothing new, finish what is in hand, then return.
    pub draining: CancellationToken,
    /// Return now.
    pub stopping: CancellationToken,
}

/// All processes of the program.
#[derive(Debug)]
pub struct Lifecycle {
    phases: Phases,
    tasks: TaskTracker,
    ended: Arc<Mutex<Vec<&'static str>>>,
    limit: Duration,
}

impl Lifecycle {
    /// `limit` is how long draining may take (`worker.shutdown_seconds`).
    pub fn new(limit: Duration) -> Self {
        Self { phases: Phases::default(), tasks: TaskTracker::new(), ended: Arc::default(), limit }
    }

    pub fn phases(&self) -> Phases {
        self.phases.clone()
    }

    /// The start failed: what was started before ends quietly, so that the cause is what is read.
    pub async fn call_off(self) {
        self.phases.draining.cancel();
        self.phases.stopping.cancel();
        self.tasks.close();
        tokio::time::timeout(LAST_MOMENT, self.tasks.wait()).await.ok();
    }

    /// Starts a process, which runs until it is asked to drain.
    pub fn start<F>(&self, name: &'static str, process: impl FnOnce(Phases) -> F)
    where
        F: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let watch = Watch {
            name,
            draining: self.phases.draining.clone(),
            ended: self.ended.clone(),
            well: false,
        };
        let work = process(self.phases());
        self.tasks.spawn(async move {
            let mut watch = watch;
            match work.await {
                Ok(()) => watch.well = true,
                Err(fault) => {
                    tracing::error!(process.name = name, "process failed: {fault:#}");
                }
            }
        });
    }

    /// Runs until the system asks us to end, or a process ends; then drains and stops.
    pub async fn run(self) -> Result<(), LifecycleError> {
        let mut signals = Signals::listen().map_err(|_refused| LifecycleError::Deaf)?;
        self.run_with(async || signals.next().await).await
    }

    /// [`Self::run`] with another source of signals.
    async fn run_with(self, mut signal: impl AsyncFnMut()) -> Result<(), LifecycleError> {
        tokio::select! {
            () = self.phases.draining.cancelled() => {}
            () = signal() => tracing::info!("asked to stop: finishing what is in hand"),
        }
        self.phases.draining.cancel();
        self.tasks.close();
        let done = tokio::select! {
            () = self.tasks.wait() => true,
            () = tokio::time::sleep(self.limit) => false,
            () = signal() => false,
        };
        self.phases.stopping.cancel();
        let done = done || tokio::time::timeout(LAST_MOMENT, self.tasks.wait()).await.is_ok();
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match (ended.is_empty(), done) {
            (false, _) => Err(LifecycleError::Ended(ended)),
            (true, false) => Err(LifecycleError::CutOff),
            (true, true) => Ok(()),
        }
    }
}

/// Notices the end of a process, however it comes.
struct Watch {
    name: &'static str,
    draining: CancellationToken,
    ended: Arc<Mutex<Vec<&'static str>>>,
    well: bool,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.well && self.draining.is_cancelled() {
            tracing::info!(process.name = self.name, "process ended");
        } else {
            tracing::error!(process.name = self.name, "process ended unasked: stopping all");
            self.ended.lock().unwrap_or_else(PoisonError::into_inner).push(self.name);
        }
        self.draining.cancel();
    }
}

/// SIGTERM and SIGINT (Ctrl-C).
#[cfg(unix)]
struct Signals {
    terminate: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    /// A source of as many signals as there are permits.
    fn signals(count: usize) -> (Arc<tokio::sync::Semaphore>, impl AsyncFnMut()) {
        let permits = Arc::new(tokio::sync::Semaphore::new(count));
        let source = permits.clone();
        let next = async move || match source.acquire().await {
            Ok(permit) => permit.forget(),
            Err(_closed) => std::future::pending().await,
        };
        (permits, next)
    }

    async fn until_drained(phases: Phases) -> anyhow::Result<()> {
        phases.draining.cancelled().await;
        Ok(())
    }

    #[tokio::test]
    async fn a_signal_ends_all_processes_well() {
        let lifecycle = Lifecycle::new(LONG);
        lifecycle.start("bot", until_drained);
        lifecycle.start("worker", until_drained);
        let (_permits, signal) = signals(1);
        assert_eq!(lifecycle.run_with(signal).await, Ok(()));
    }

    #[tokio::test]
    async fn a_process_that_fails_takes_all_down() {
        let lifecycle = Lifecycle::new(LONG);
        lifecycle.start("bot", until_drained);
        lifecycle.start("worker", |_phases| async { anyhow::bail!("no database") });
        let (_permits, signal) = signals(0);
        let ended = lifecycle.run_with(signal).await;
        assert_eq!(ended, Err(LifecycleError::Ended(vec!["worker"])));
    }

    #[tokio::test]
    async fn a_process_that_returns_unasked_takes_all_down() {
        let lifecycle = Lifecycle::new(LONG);
        lifecycle.start("bot", until_drained);
        lifecycle.start("worker", |_phases| async { Ok(()) });
        let (_permits, signal) = signals(0);
        let ended = lifecycle.run_with(signal).await;
        assert_eq!(ended, Err(LifecycleError::Ended(vec!["worker"])));
    }

    #[tokio::test]
    async fn a_process_that_panics_takes_all_down() {
        let lifecycle = Lifecycle::new(LONG);
        lifecycle.start("bot", until_drained);
        lifecycle.start("worker", |_phases| async { panic!("a bug") });
        let (_permits, signal) = signals(0);
        let ended = lifecycle.run_with(signal).await;
        assert_eq!(ended, Err(LifecycleError::Ended(vec!["worker"])));
    }

    #[tokio::test]
    async fn work_in_hand_may_finish_within_the_limit() {
        let lifecycle = Lifecycle::new(LONG);
        let (finished, mut outcome) = tokio::sync::mpsc::unbounded_channel();
        lifecycle.start("worker", |phases| async move {
            phases.draining.cancelled().await;
            tokio::task::yield_now().await;
            finished.send(phases.stopping.is_cancelled())?;
            Ok(())
        });
        let (_permits, signal) = signals(1);
        assert_eq!(lifecycle.run_with(signal).await, Ok(()));
        assert_eq!(outcome.recv().await, Some(false), "it was not cut off");
    }

    #[tokio::test]
    async fn after_the_limit_the_rest_is_told_to_stop_at_once() {
        let lifecycle = Lifecycle::new(Duration::ZERO);
        lifecycle.start("worker", |phases| async move {
            phases.stopping.cancelled().await;
            Ok(())
        });
        let (_permits, signal) = signals(1);
        assert_eq!(lifecycle.run_with(signal).await, Ok(()));
    }

    #[tokio::test]
    async fn a_second_signal_does_not_wait_for_the_limit() {
        let lifecycle = Lifecycle::new(LONG);
        lifecycle.start("worker", |phases| async move {
            phases.stopping.cancelled().await;
            Ok(())
        });
        let (_permits, signal) = signals(2);
        assert_eq!(lifecycle.run_with(signal).await, Ok(()));
    }
}
