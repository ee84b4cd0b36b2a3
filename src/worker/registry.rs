//! Who does which kind of job, and which nets are drawn now and then. One list; the worker itself
//! knows no deed of the business.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio_util::sync::CancellationToken;

use crate::platform::jobs::store::Claimed;
use crate::platform::jobs::{Job, JobError};

/// One run of a job.
#[derive(Debug, Clone)]
pub struct Run {
    pub claimed: Claimed,
    /// Cancelled when the worker stops: whoever has several steps ends after the present one.
    pub stop: CancellationToken,
}

type Doing<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Handler = Arc<dyn Fn(Run) -> Doing<Result<(), JobError>> + Send + Sync>;
type Sweep = Arc<dyn Fn() -> Doing<anyhow::Result<()>> + Send + Sync>;
type Going = Arc<dyn Fn() -> Doing<anyhow::Result<Duration>> + Send + Sync>;

/// Work beside the jobs; see `errands`.
#[derive(Clone)]
pub(super) struct Errand {
    name: String,
    going: Going,
}

impl Errand {
    /// Does it once. Returns how long nothing is due; a failure is due again at the next look, and a
    /// panic is a failure: it must not end the errand for ever.
    pub(super) async fn run(&self) -> Duration {
        let gone = AssertUnwindSafe(async { (self.going)().await }).catch_unwind().await;
        let gone = gone.unwrap_or_else(|_panic| Err(anyhow::anyhow!("it panicked")));
        gone.unwrap_or_else(|error| {
            metrics::counter!("mingshu_errand_failures_total").increment(1);
            tracing::error!(errand.name = self.name, "an errand failed: {error:#}");
            Duration::MAX
        })
    }
}

/// The list.
#[derive(Clone, Default)]
pub struct Registry {
    handlers: BTreeMap<&'static str, Handler>,
    slow: Vec<&'static str>,
    sweeps: Vec<(&'static str, Sweep)>,
    errands: Vec<Errand>,
}

impl Registry {
    /// Jobs of kind `J` are done by `handler`, which gets `tools` with each of them.
    #[must_use]
    pub fn with<T, J, F, R>(mut self, tools: &Arc<T>, handler: F) -> Self
    where
        T: Send + Sync + 'static,
        J: Job,
        F: Fn(Arc<T>, J, Run) -> R + Send + Sync + 'static,
        R: Future<Output = Result<(), JobError>> + Send + 'static,
    {
        let tools = Arc::clone(tools);
        let handle = move |run: Run| -> Doing<Result<(), JobError>> {
            match serde_json::from_str::<J>(&run.claimed.payload) {
                Ok(job) => Box::pin(handler(Arc::clone(&tools), job, run)),
                Err(error) => Box::pin(std::future::ready(Err(JobError::discard(error)))),
            }
        };
        self.handlers.insert(J::KIND, Arc::new(handle));
        self
    }

    /// Jobs of kind `J` take minutes: they have slots of their own.
    #[must_use]
    pub fn slow_kind<J: Job>(mut self) -> Self {
        self.slow.push(J::KIND);
        self
    }

    pub(super) fn slow(&self) -> &[&'static str] {
        &self.slow
    }

    /// `sweep` is run at start and then every `worker.sweep_seconds`.
    #[must_use]
    pub fn with_sweep<T, F, R>(mut self, name: &'static str, tools: &Arc<T>, sweep: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(Arc<T>) -> R + Send + Sync + 'static,
        R: Future<Output = anyhow::Result<()>> + Send + 'static,
    {
        let tools = Arc::clone(tools);
        self.sweeps.push((name, Arc::new(move || Box::pin(sweep(Arc::clone(&tools))))));
        self
    }

    /// `going` is done in a task of its own, whenever something may be due; it answers how long
    /// nothing will be.
    #[must_use]
    pub fn with_errand<T, F, R>(mut self, name: String, tools: &Arc<T>, going: F) -> Self
    where
        T: Send + Sync + 'static,
        F: Fn(Arc<T>) -> R + Send + Sync + 'static,
        R: Future<Output = anyhow::Result<Duration>> + Send + 'static,
    {
        let tools = Arc::clone(tools);
        let going: Going = Arc::new(move || Box::pin(going(Arc::clone(&tools))));
        self.errands.push(Errand { name, going });
        self
    }

    pub(super) fn errands(&self) -> &[Errand] {
        &self.errands
    }

    pub(super) async fn run(&self, run: Run) -> Result<(), JobError> {
        match self.handlers.get(run.claimed.kind.as_str()) {
            Some(handler) => handler(run).await,
            None => Err(JobError::discard(anyhow::anyhow!("nobody does {}", run.claimed.kind))),
        }
    }

    /// Draws every net once; one that tears does not keep the others from being drawn.
    pub(super) async fn sweep(&self) {
        for (name, sweep) in &self.sweeps {
            // A panic here would silently end all sweeps and the reaping beside them, for ever.
            let drawn = AssertUnwindSafe(async { sweep().await }).catch_unwind().await;
            let drawn = drawn.unwrap_or_else(|_panic| Err(anyhow::anyhow!("it panicked")));
            if let Err(error) = drawn {
                metrics::counter!("mingshu_sweep_failures_total", "sweep" => *name).increment(1);
                tracing::error!(sweep.name = name, "a sweep failed: {error:#}");
            }
        }
    }
}
