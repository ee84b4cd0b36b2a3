//! What the stories stand on.

pub(crate) mod bank;
pub(crate) mod builders;
pub(crate) mod crash;
pub(crate) mod database;
pub(crate) mod door;
pub(crate) mod fakes;
pub(crate) mod pen;
pub(crate) mod post_office;
pub(crate) mod sink;
pub(crate) mod street;
pub(crate) mod studio;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use mingshu::alerts::ports::Mailer;
use mingshu::catalog::Catalog;
use mingshu::events::Sink;
use mingshu::flows::base::Base;
use mingshu::flows::till::Counter;
use mingshu::flows::tools::{Charts, Tools, Writing};
use mingshu::kernel::clock::{Clock, ManualClock, Timestamp};
use mingshu::kernel::ids::OrderNo;
use mingshu::orders::{self, Order};
use mingshu::platform::db::{Db, DbOptions};
use mingshu::platform::jobs::store;
use mingshu::reports::deliveries;
use mingshu::worker::{Worker, WorkerSettings, jobs_of_the_shop};

use crash::Crash;
use database::Database;
use fakes::{FakeCharts, FakeGateway, FakeMessenger, FakeModel};
use studio::FakeRenderer;

pub(crate) use database::everywhere;

/// 2026-11-21 04:13 UTC.
const START: Timestamp = Timestamp(1_795_234_380_000);
/// Longer than any lease.
pub(crate) const LONG_AFTER_THE_LEASE: Duration = Duration::from_secs(120);

/// A shop without its doors: everything but HTTP and the chat's other end.
pub(crate) struct TestApp {
    pub(crate) base: Base,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) messenger: Arc<FakeMessenger>,
    pub(crate) model: Arc<FakeModel>,
    pub(crate) gateway: Arc<FakeGateway>,
    /// Stops everything at a chosen call to the outside.
    pub(crate) crash: Arc<Crash>,
    pub(crate) tools: Tools,
    pub(crate) worker: Worker,
    database: DbOptions,
}

impl TestApp {
    pub(crate) fn start(database: &Database) -> Self {
        let clock = Arc::new(ManualClock::new(START));
        let crash = Arc::new(Crash::default());
        let db = database.db.clone().witnessed_by(Arc::clone(&crash) as _);
        let base = builders::base(db, Arc::clone(&clock));
        let messenger = Arc::new(FakeMessenger::new(Arc::clone(&crash)));
        let model = Arc::new(FakeModel::new(Arc::clone(&crash)));
        let gateway = Arc::new(FakeGateway::new(Arc::clone(&crash)));
        let tools = builders::tools(&base, (&messenger, &model, &gateway));
        let worker = worker(&base, &tools);
        let database = database.options.clone();
        Self { base, clock, messenger, model, gateway, crash, tools, worker, database }
    }

    /// The same shop once more, for a story that is told several times.
    pub(crate) fn again(&self) -> Self {
        Self {
            base: self.base.clone(),
            clock: Arc::clone(&self.clock),
            messenger: Arc::clone(&self.messenger),
            model: Arc::clone(&self.model),
            gateway: Arc::clone(&self.gateway),
            crash: Arc::clone(&self.crash),
            tools: self.tools.clone(),
            worker: self.worker.clone(),
            database: self.database.clone(),
        }
    }

    /// The same shop with another base: other keys.
    pub(crate) fn with_base(mut self, base: Base) -> Self {
        self.tools.till.base = base.clone();
        self.base = base;
        self.worker = worker(&self.base, &self.tools);
        self
    }

    /// Another worker on the same database, as after a restart or on a second machine.
    pub(crate) fn another_worker(&self) -> Worker {
        let sender = builders::sender(&self.messenger);
        worker(&self.base, &Tools { sender, ..self.tools.clone() })
    }

    /// A connection of its own to the same database.
    pub(crate) async fn another_connection(&self) -> Db {
        Db::connect(&self.database).await.unwrap()
    }

    /// The same shop with one more way to pay.
    pub(crate) fn with_counter(mut self, counter: Counter) -> Self {
        let mut counters = BTreeMap::clone(&self.tools.till.counters);
        counters.insert(counter.gateway.provider().to_owned(), counter);
        self.tools.till.counters = Arc::new(counters);
        self.worker = worker(&self.base, &self.tools);
        self
    }

    /// The same shop with charts from a service; `fallback` is `bazi.fallback`.
    pub(crate) fn with_charts(mut self, service: Arc<FakeCharts>, fallback: bool) -> Self {
        self.tools.charts = Charts { service: Some(service), fallback };
        self.worker = worker(&self.base, &self.tools);
        self
    }

    /// The same shop with other settings for the model.
    pub(crate) fn with_writing(mut self, change: impl FnOnce(&mut Writing)) -> Self {
        change(&mut self.tools.writing);
        self.worker = worker(&self.base, &self.tools);
        self
    }

    /// The same shop with other products.
    pub(crate) fn with_catalog(mut self, catalog: Arc<Catalog>) -> Self {
        self.tools.catalog = catalog;
        self.worker = worker(&self.base, &self.tools);
        self
    }

    /// The same shop with somebody who draws, and with pages of reports.
    pub(crate) fn with_studio(mut self, studio: &Arc<FakeRenderer>) -> Self {
        self.tools.drawing.renderer = Some(Arc::clone(studio) as _);
        self.tools.drawing.pages = true;
        self.tools.drawing.chat_url.get_or_init(|| "https://t.me/mingshu_test_bot".to_owned());
        self.worker = worker(&self.base, &self.tools);
        self
    }

    /// The same shop with a mail server for its alerts.
    pub(crate) fn with_mailer(mut self, mailer: impl Mailer + 'static) -> Self {
        self.tools.mailer = Some(Arc::new(mailer));
        self.worker = worker(&self.base, &self.tools);
        self
    }

    /// The same shop with somebody to hear of its events.
    pub(crate) fn with_sinks(mut self, sinks: impl IntoIterator<Item = Sink>) -> Self {
        self.tools.sinks = sinks.into_iter().collect();
        self.worker = worker(&self.base, &self.tools);
        self
    }

    /// Runs every job that is due now; none may be left that is.
    pub(crate) async fn run_jobs(&self) -> usize {
        self.worker.run_until_idle().await.unwrap()
    }

    /// Runs jobs and lets time pass until nothing waits any more.
    pub(crate) async fn run_to_the_end(&self) {
        for _ in 0..200 {
            self.run_jobs().await;
            let Some(due) = store::next_due(&self.base.db, store::Lane::All).await.unwrap() else {
                return;
            };
            self.clock.advance(due.since(self.clock.now()));
        }
        panic!("the queue does not run dry");
    }

    pub(crate) async fn reload(&self, order_no: &OrderNo) -> Order {
        orders::repo::get(self.base.db.read(), order_no).await.unwrap()
    }

    /// The status of the job with this key, and its last error.
    pub(crate) async fn job(&self, key: &str) -> (String, String) {
        let row = store::find(self.base.db.read(), key).await.unwrap().expect("there is the job");
        (row.status, row.last_error.unwrap_or_default())
    }

    /// How many jobs there are whose key begins with `prefix`.
    pub(crate) async fn count_jobs(&self, prefix: &str) -> i64 {
        self.count("SELECT count(*) FROM jobs WHERE dedupe_key LIKE $1", &format!("{prefix}%"))
            .await
    }

    /// How often the order was completed, by its events.
    pub(crate) async fn count_completed(&self, order_no: &OrderNo) -> i64 {
        let sql = "SELECT count(*) FROM outbox WHERE kind = 'order.completed' AND subject = $1";
        self.count(sql, order_no.as_str()).await
    }

    /// How many messages of the report are marked as sent, and how many there are.
    pub(crate) async fn delivered(&self, order_no: &OrderNo) -> (i64, i64) {
        deliveries::count(self.base.db.read(), (order_no, 0)).await.unwrap()
    }

    /// How many rows a table has.
    pub(crate) async fn rows(&self, table: &str) -> i64 {
        self.count(&format!("SELECT count(*) FROM {table} WHERE $1 = ''"), "").await
    }

    async fn count(&self, sql: &str, value: &str) -> i64 {
        let row = mingshu::platform::db::query_one(self.base.db.read(), sql, vec![value.into()]);
        row.await.unwrap().unwrap().try_get_by_index(0).unwrap()
    }
}

fn worker(base: &Base, tools: &Tools) -> Worker {
    let registry = jobs_of_the_shop(tools.clone());
    Worker::new(base.clone(), registry, WorkerSettings::default(), Arc::new(AtomicI64::new(0)))
}
