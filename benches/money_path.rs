//! How fast money becomes a report: the callback's answer, the start of a job after the commit of
//! its cause, and the way from the callback to the words "payment received". What the figures mean
//! is in docs/performance.md.
//!
//! - `cargo bench --bench money_path` measures on a SQLite file in a temporary folder;
//!   `MINGSHU_BENCH_DATABASE=postgres://…` on an empty Postgres database.
//! - `cargo bench --bench money_path -- throughput` measures how many callbacks are taken, beside
//!   what the same machine can do at the same moment (`pgbench` on Postgres).
//! - `cargo bench --bench money_path -- taps` measures how long 200 buyers who tap once a second wait
//!   for their answers.
//! - `cargo bench --bench money_path -- waiting` fills the whole program with 1,000 paid orders
//!   (`MINGSHU_BENCH_ORDERS`) while the model writes slowly, and looks at memory and timers.
//! - `cargo bench --bench money_path -- drawing` draws 1,000 reports (`MINGSHU_BENCH_REPORTS`) in one
//!   process, and looks at memory and processor time.
//! - `MINGSHU_BENCH_FOLDER`: where the SQLite files lie, and so which disk is measured.
//! - `MINGSHU_BENCH_STORED`: how many paid orders are there before (1,000).
//! - `MINGSHU_BENCH_SECONDS`, `MINGSHU_BENCH_ROUNDS`: how long and how often each point of the
//!   throughput is measured (2 seconds, 3 rounds; the medians are printed).
//! - `MINGSHU_BENCH_PYTHON`: an interpreter with benches/python/requirements.txt, to measure the
//!   design that this program replaces.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::cast_precision_loss,
    reason = "a benchmark prints and may stop"
)]

mod drawing;
mod support;
mod taps;
mod throughput;
mod waiting;

use std::sync::Arc;
use std::time::{Duration, Instant};

use mingshu::flows::base::Base;
use mingshu::platform::jobs::{Job, JobError, store};
use mingshu::worker::registry::Registry;
use mingshu::worker::{Worker, WorkerSettings};
use support::{Bench, Figures};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Callbacks per second of the open loop (issue 2, "How it is judged" 6).
const RATE: u32 = 200;
const CALLBACKS: usize = 2_000;
const JOBS: usize = 500;
const PURCHASES: usize = 200;

fn main() {
    let asked = |what: &str| std::env::args().any(|word| word == what);
    if asked("throughput") {
        return throughput::measure();
    }
    if asked("drawing") {
        return drawing::measure();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    if asked(waiting::SHOP) {
        return runtime.block_on(waiting::serve());
    }
    if asked("waiting") {
        return runtime.block_on(async { waiting::measure(&Bench::start().await).await });
    }
    if asked("taps") {
        return runtime.block_on(async { taps::measure(&Bench::start().await).await });
    }
    runtime.block_on(async {
        let bench = Bench::start().await;
        println!("database: {}", bench.database);
        job_start(&bench).await.print("job start after the commit of its cause");
        success_message(&bench).await.print("callback sent to success message sent");
        callbacks(&bench).await.print(&format!("callback answered, {RATE} per second"));
    });
}

/// A job whose handler says when it began.
#[derive(serde::Serialize, serde::Deserialize)]
struct Probe {
    number: usize,
}

impl Job for Probe {
    const KIND: &'static str = "bench_probe";
    const MAX_ATTEMPTS: i32 = 1;

    fn dedupe_key(&self) -> String {
        format!("probe:{}", self.number)
    }
}

async fn job_start(bench: &Bench) -> Figures {
    let (told, mut began) = mpsc::unbounded_channel();
    let tools = Arc::new(told);
    let registry = Registry::default().with(&tools, |told, _job: Probe, _run| async move {
        told.send(Instant::now()).map_err(JobError::discard)
    });
    let stop = CancellationToken::new();
    let worker = worker(&bench.base, registry);
    let running = tokio::spawn(worker.run(stop.clone()));
    let mut figures = Figures::default();
    for number in 0..JOBS {
        let now = bench.base.clock.now();
        let tx = bench.base.db.begin_write().await.unwrap();
        store::enqueue(&tx, &Probe { number }, now).await.unwrap();
        tx.commit().await.unwrap();
        let committed = Instant::now();
        figures.add(began.recv().await.unwrap().saturating_duration_since(committed));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    stop.cancel();
    running.await.unwrap().unwrap();
    figures
}

/// Callbacks at a fixed rate, whether or not the earlier ones were answered; each is timed from
/// the moment it was due.
async fn callbacks(bench: &Bench) -> Figures {
    let payments = bench.place_orders(CALLBACKS).await;
    let start = Instant::now();
    let mut calls = Vec::with_capacity(payments.len());
    for (number, payment) in (0_u32..).zip(payments) {
        let due = start + Duration::from_secs(1) * number / RATE;
        tokio::time::sleep_until(due.into()).await;
        let call = bench.callback(&payment);
        calls.push(tokio::spawn(async move {
            call.await;
            due.elapsed()
        }));
    }
    let mut figures = Figures::default();
    for call in calls {
        figures.add(call.await.unwrap());
    }
    figures
}

/// One purchase after another on an idle machine, with the provider's second proof in between.
async fn success_message(bench: &Bench) -> Figures {
    let payments = bench.place_orders(PURCHASES).await;
    let stop = CancellationToken::new();
    let worker = worker(&bench.base, mingshu::worker::jobs_of_the_shop(bench.tools()));
    let running = tokio::spawn(worker.run(stop.clone()));
    bench.until_cards_are_out(PURCHASES).await;
    let mut figures = Figures::default();
    for payment in payments {
        let told = bench.next_success_message();
        let sent = Instant::now();
        bench.callback(&payment).await;
        told.await;
        figures.add(sent.elapsed());
    }
    stop.cancel();
    running.await.unwrap().unwrap();
    figures
}

fn worker(base: &Base, registry: Registry) -> Worker {
    let settings = WorkerSettings { grace: Duration::from_secs(1), ..WorkerSettings::default() };
    Worker::new(base.clone(), registry, settings, Arc::default())
}
