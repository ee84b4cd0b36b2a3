//! `/health`, `/health/live`, `/health/ready`: what a load balancer, a container and an operator
//! ask (spec.md §7). Readiness needs the database and a working worker; Telegram and the age of
//! the queue are told but take nobody out of service.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use crate::kernel::clock::{Clock, Timestamp};
use crate::platform::db::{Db, query_one};
use crate::platform::jobs::store;
use crate::shop;

/// The worker's heart beats at least this often when it is well.
const WORKER_SILENCE: Duration = Duration::from_secs(60);
/// Long polls take up to 50 s; silence beyond this is told as a fault.
const TELEGRAM_SILENCE: Duration = Duration::from_secs(180);

/// When a part of the program last showed that it works; 0 is never.
#[derive(Clone, Default)]
pub struct Pulse(Arc<AtomicI64>);

impl Pulse {
    /// The shared cell, for the part that beats.
    pub fn cell(&self) -> Arc<AtomicI64> {
        Arc::clone(&self.0)
    }

    fn age(&self, now: Timestamp) -> Option<Duration> {
        let last = self.0.load(Ordering::Relaxed);
        (last > 0).then(|| now.since(Timestamp(last)))
    }
}

#[derive(Clone)]
pub struct Health {
    pub db: Db,
    pub clock: Arc<dyn Clock>,
    /// `None` when this process runs no worker.
    pub worker: Option<Pulse>,
    /// `None` when this process runs no bot.
    pub telegram: Option<Pulse>,
}

pub fn router(health: Health) -> Router {
    Router::new()
        .route("/health", get(full))
        .route("/health/ready", get(full))
        .route("/health/live", get(live))
        .with_state(health)
}

async fn live() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

async fn full(State(health): State<Health>) -> (StatusCode, Json<Value>) {
    let now = health.clock.now();
    let database = query_one(health.db.read(), "SELECT 1", vec![]).await.is_ok();
    let worker = health.worker.as_ref().map(|pulse| part(pulse, now, WORKER_SILENCE));
    let telegram = health.telegram.as_ref().map(|pulse| part(pulse, now, TELEGRAM_SILENCE));
    let worker_works = worker.as_ref().is_none_or(|(works, _)| *works);
    let ready = database && worker_works;
    let body = json!({
        "status": if ready { "ok" } else { "unavailable" },
        "version": env!("CARGO_PKG_VERSION"),
        "database": { "ok": database },
        "worker": worker.map(|(_, told)| told),
        "telegram": telegram.map(|(_, told)| told),
        "queue": queue(&health, now).await,
        "maintenance": maintenance(&health).await,
    });
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, Json(body))
}

fn part(pulse: &Pulse, now: Timestamp, silence: Duration) -> (bool, Value) {
    let age = pulse.age(now);
    let works = age.is_some_and(|age| age < silence);
    (works, json!({ "ok": works, "age_seconds": age.map(|age| age.as_secs()) }))
}

/// Since when no orders are taken; the shop is healthy all the same.
async fn maintenance(health: &Health) -> Value {
    match shop::repo::find_maintenance(health.db.read()).await {
        Ok(Some(on)) => json!({ "since": on.since }),
        Ok(None) | Err(_) => Value::Null,
    }
}

async fn queue(health: &Health, now: Timestamp) -> Value {
    let Ok((jobs, oldest)) = store::backlog(&health.db).await else { return Value::Null };
    let age = oldest.filter(|due| *due <= now).map(|due| now.since(due).as_secs());
    json!({ "jobs": jobs, "oldest_due_seconds": age.unwrap_or(0) })
}
