//! The process that does the background work: claims jobs, runs them, draws the nets below them.
//!
//! It wakes at the bell that rings after a commit with a job in it, when a sleeping job becomes
//! due, and every second to see what other processes left (on Postgres they ring the bell too).
//!
//! Where to look: [`registry`] for who does what, [`jobs_of_the_shop`] for the list itself,
//! `attend` for one run, `leases` for whose it is, `slots` for how many at once, `errands` for what is not a job.

mod attend;
mod errands;
mod gauges;
mod leases;
mod list;
pub mod registry;
mod slots;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use sea_orm::DbErr;
use tokio_util::sync::CancellationToken;
use tokio_util::task::{AbortOnDropHandle, TaskTracker};

use crate::flows::base::Base;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;
use crate::platform::jobs::store::Lane;
use crate::platform::jobs::{listen, presence, store};
use crate::platform::lifecycle::Phases;
use leases::Leases;
use registry::Registry;
use slots::Slots;

pub use list::jobs_of_the_shop;

/// Jobs at once that are done in a moment: links, cards, refunds, alerts.
const QUICK_AT_ONCE: u32 = 16;
/// The longest time between two looks at the queue.
const POLL: Duration = Duration::from_secs(1);
/// The longest time between two looks for jobs of dead workers.
const REAP: Duration = Duration::from_secs(5);
/// What it takes to give back the jobs that did not reach a checkpoint.
const GIVING_BACK: Duration = Duration::from_secs(2);
/// Between two looks at once when a job is due that another worker is just taking.
const BREATH: Duration = Duration::from_millis(5);

/// Section `worker` of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct WorkerSettings {
    /// Jobs at once.
    pub concurrency: u32,
    pub sweep: Duration,
    /// How long a job stays ours without a sign of life.
    pub lease: Duration,
    /// How long running jobs may go on towards a checkpoint when the program stops.
    pub grace: Duration,
}

impl Default for WorkerSettings {
    fn default() -> Self {
        Self {
            concurrency: 32,
            sweep: Duration::from_secs(30),
            lease: Duration::from_secs(60),
            grace: Duration::from_secs(30),
        }
    }
}

/// How long running jobs may go on when the whole program may take `limit` to stop: jobs that did
/// not reach a checkpoint must be given back before the program is cut off, or they wait for the end
/// of their leases.
pub fn grace(limit: Duration) -> Duration {
    limit.saturating_sub(GIVING_BACK)
}

/// The worker. Cheap to clone; clones are the same worker.
#[derive(Clone)]
pub struct Worker(Arc<Crew>);

/// What every run shares.
struct Crew {
    base: Base,
    registry: Registry,
    settings: WorkerSettings,
    /// Who claims: this process, this start of it.
    owner: String,
    /// For jobs that take minutes, such as reports.
    slow: Slots,
    /// For everything else: a queue of reports must not hold up a payment.
    quick: Slots,
    /// Asks handlers to end at their next checkpoint.
    stop: CancellationToken,
    /// Ends handlers where they are.
    cut_off: CancellationToken,
    pulse: Arc<AtomicI64>,
    leases: Leases,
}

impl Worker {
    /// `pulse` is told when the worker last looked at the queue, in milliseconds since 1970.
    pub fn new(
        base: Base,
        registry: Registry,
        settings: WorkerSettings,
        pulse: Arc<AtomicI64>,
    ) -> Self {
        Self(Arc::new(Crew {
            base,
            registry,
            settings,
            owner: format!("{}-{}", std::process::id(), ids::crockford(8)),
            slow: Slots::new(settings.concurrency),
            quick: Slots::new(QUICK_AT_ONCE),
            stop: CancellationToken::new(),
            cut_off: CancellationToken::new(),
            pulse,
            leases: Leases::new(settings.lease),
        }))
    }

    /// [`Self::run`] until draining; when the program stops at once, what runs is given back at once.
    pub async fn run_within(self, phases: Phases) -> anyhow::Result<()> {
        let crew = Arc::clone(&self.0);
        let work = self.run(phases.draining);
        tokio::pin!(work);
        tokio::select! {
            ended = &mut work => return ended,
            () = phases.stopping.cancelled() => crew.cut_off.cancel(),
        }
        work.await
    }

    /// Works until `stop`, then lets running jobs reach a checkpoint and gives back what is left.
    pub async fn run(self, stop: CancellationToken) -> anyhow::Result<()> {
        let crew = &self.0;
        let presence = presence::announce(&crew.base.db).await?;
        if presence.is_alone() {
            // Whatever runs, runs nowhere: its worker is dead.
            crew.reap(Timestamp(i64::MAX)).await?;
            presence.let_others_in();
        }
        let keeper = Arc::clone(crew);
        let leases = AbortOnDropHandle::new(tokio::spawn(async move {
            keeper.leases.keep(&keeper.base, &keeper.owner).await
        }));
        let tasks = TaskTracker::new();
        let beside = stop.child_token();
        tasks.spawn(listen::run(crew.base.db.clone(), beside.clone()));
        tasks.spawn(keep_house(Arc::clone(crew), beside.clone()));
        errands::start(crew, &tasks, &beside);
        tasks.close();
        tokio::join!(
            crew.work(Lane::Only(crew.registry.slow()), &crew.slow, &stop),
            crew.work(Lane::Without(crew.registry.slow()), &crew.quick, &stop),
        );
        beside.cancel();
        crew.stop.cancel();
        if !crew.all_free(crew.settings.grace).await {
            tracing::warn!("running jobs did not reach a checkpoint in time and are given back");
            crew.cut_off.cancel();
            crew.all_free(POLL).await;
        }
        tasks.wait().await;
        drop((leases, presence));
        Ok(())
    }

    /// Runs one due job. `false`: none is due. For tests and one-off work; never waits for work.
    pub async fn step(&self) -> Result<bool, DbErr> {
        let crew = &self.0;
        let Some(job) = crew.claim(Lane::All, 1).await?.pop() else { return Ok(false) };
        tokio::select! {
            () = crew.attend(&job) => {}
            never = crew.leases.keep(&crew.base, &crew.owner) => match never {},
        }
        Ok(true)
    }

    /// Runs due jobs until none is left that is due. Returns how many runs it took.
    pub async fn run_until_idle(&self) -> Result<usize, DbErr> {
        let mut runs = 0_usize;
        while self.step().await? {
            runs = runs.saturating_add(1);
        }
        Ok(runs)
    }

    /// Does every errand once.
    pub async fn run_errands(&self) {
        for errand in self.0.registry.errands() {
            errand.run().await;
        }
    }

    /// Brings the gauges of `/metrics` up to date.
    pub async fn read_gauges(&self) {
        gauges::read(&self.0.base).await;
    }

    /// Draws the nets once.
    pub async fn sweep(&self) -> Result<(), DbErr> {
        self.0.reap(self.0.base.now()).await?;
        self.0.registry.sweep().await;
        Ok(())
    }
}

impl Crew {
    async fn work(self: &Arc<Self>, lane: Lane<'_>, slots: &Slots, stop: &CancellationToken) {
        while !stop.is_cancelled() {
            // Listening begins before looking, so that no bell is missed in between.
            let bell = self.base.db.bell().notified();
            tokio::pin!(bell);
            bell.as_mut().enable();
            let waiting = match self.hand_out((lane, slots), stop).await {
                Ok(true) => continue,
                Ok(false) => self.until_work(lane).await,
                Err(error) => {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "the queue cannot be read");
                    POLL
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = bell => {}
                () = tokio::time::sleep(waiting) => {}
            }
        }
    }

    /// Gives due jobs to free slots. `true`: there may be more.
    async fn hand_out(
        self: &Arc<Self>,
        (lane, slots): (Lane<'_>, &Slots),
        stop: &CancellationToken,
    ) -> Result<bool, DbErr> {
        let slots = tokio::select! {
            () = stop.cancelled() => return Ok(true),
            slots = slots.take(POLL) => slots,
        };
        self.pulse.store(self.base.now().millis(), Ordering::Relaxed);
        if slots.is_empty() {
            return Ok(true);
        }
        let jobs = self.claim(lane, slots.len()).await?;
        let more = jobs.len() == slots.len();
        for (job, slot) in jobs.into_iter().zip(slots) {
            let crew = Arc::clone(self);
            tokio::spawn(async move {
                crew.attend(&job).await;
                drop(slot);
            });
        }
        Ok(more)
    }

    /// Waits until nothing runs, but not longer than `patience` for each kind of slot.
    async fn all_free(&self, patience: Duration) -> bool {
        let (slow, quick) =
            tokio::join!(self.slow.all_free(patience), self.quick.all_free(patience));
        slow && quick
    }

    async fn claim(&self, lane: Lane<'_>, limit: usize) -> Result<Vec<store::Claimed>, DbErr> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let owner = (self.owner.as_str(), self.settings.lease);
        store::claim(&self.base.db, owner, (lane, limit), self.base.now()).await
    }

    async fn until_work(&self, lane: Lane<'_>) -> Duration {
        match store::next_due(&self.base.db, lane).await {
            Ok(Some(due)) => due.since(self.base.now()).clamp(BREATH, POLL),
            Ok(None) => POLL,
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the next due job cannot be read");
                POLL
            }
        }
    }
}

/// Sweeps and reaps, at start and then at their times, until `stop`.
async fn keep_house(crew: Arc<Crew>, stop: CancellationToken) {
    let mut reap = tokio::time::interval((crew.settings.lease / 2).clamp(POLL, REAP));
    let mut sweep = tokio::time::interval(crew.settings.sweep.max(POLL));
    let mut gauges = tokio::time::interval(gauges::EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = reap.tick() => {
                if let Err(error) = crew.reap(crew.base.now()).await {
                    let error = &error as &dyn std::error::Error;
                    tracing::error!(error, "jobs of dead workers could not be given back");
                }
            }
            _ = sweep.tick() => crew.registry.sweep().await,
            _ = gauges.tick() => gauges::read(&crew.base).await,
        }
    }
}
