//! How long the queues are and how long their first ones have waited, for `/metrics`.

use std::time::Duration;

use crate::events::repo as events;
use crate::flows::base::Base;
use crate::platform::jobs::store;

pub(super) const EVERY: Duration = Duration::from_secs(5);

pub(super) async fn read(base: &Base) {
    let (counts, backlog) = tokio::join!(store::counts(base.db.read()), store::backlog(&base.db));
    if let Ok(counts) = counts {
        for (status, count) in
            [("ready", counts.ready), ("running", counts.running), ("parked", counts.parked)]
        {
            let count = u32::try_from(count).unwrap_or(u32::MAX);
            metrics::gauge!("mingshu_queue_jobs", "status" => status).set(f64::from(count));
        }
    }
    if let Ok((_, oldest)) = backlog {
        let age = oldest.map(|due| base.now().since(due)).unwrap_or_default();
        metrics::gauge!("mingshu_queue_age_seconds").set(age.as_secs_f64());
    }
    if let Ok((waiting, oldest)) = events::backlog(base.db.read()).await {
        let age = oldest.map(|at| base.now().since(at)).unwrap_or_default();
        let waiting = u32::try_from(waiting).unwrap_or(u32::MAX);
        metrics::gauge!("mingshu_events_waiting").set(f64::from(waiting));
        metrics::gauge!("mingshu_events_oldest_waiting_seconds").set(age.as_secs_f64());
    }
}
