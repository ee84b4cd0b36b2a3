//! The program under load: what `mingshu serve` starts, and beside it a timer that is looked at.

use std::sync::Arc;
use std::time::Duration;

use mingshu::app::parts::Parts;
use mingshu::app::serve::{self as processes, Extras, Role};
use mingshu::config::{Config, Sources};
use mingshu::kernel::clock::SystemClock;
use mingshu::platform::lifecycle::Lifecycle;
use mingshu::platform::telemetry;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::support::Figures;

/// The word that makes this benchmark the shop.
pub(crate) const SHOP: &str = "waiting-shop";
const SECOND: Duration = Duration::from_secs(1);

/// Serves until it is told to stop; the settings come from the environment.
pub(crate) async fn serve() {
    let config = Config::load(&Sources::of_this_process(None)).unwrap();
    telemetry::start_logging(config.log.format, &config.log.level).unwrap();
    let metrics = telemetry::start_metrics().unwrap();
    let parts = Parts::assemble(config, Arc::new(SystemClock), false).await.unwrap();
    let lifecycle = Lifecycle::new(processes::shutdown_limit(&parts));
    let stop = lifecycle.phases().draining;
    let extras = Extras { metrics: Some(metrics), ..Extras::default() };
    processes::start(&parts, Role::All, extras, &lifecycle).await.unwrap();
    let timer = tokio::spawn(watch_timer(stop));
    lifecycle.run().await.unwrap();
    timer.await.unwrap().print("a timer of one second was late by");
}

/// How late each second came, reckoned from the start: a timer that drifts is later every time.
async fn watch_timer(stop: CancellationToken) -> Figures {
    let start = Instant::now();
    let mut figures = Figures::default();
    for second in 1.. {
        let due = start + SECOND * second;
        tokio::select! {
            () = stop.cancelled() => break,
            () = tokio::time::sleep_until(due) => figures.add(due.elapsed()),
        }
    }
    figures
}
