//! Metrics: collected in the process, rendered for Prometheus.

use std::time::Duration;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

use super::TelemetryError;

/// Every metric of the program (spec.md §13): its name, and what it says, by which labels.
const COUNTERS: &[(&str, &str)] = &[
    ("mingshu_users_total", "People who met the bot for the first time"),
    ("mingshu_users_forgotten_total", "People whose data were erased on their wish"),
    ("mingshu_orders_total", "Orders placed, by `sku`"),
    ("mingshu_orders_completed_total", "Orders delivered"),
    ("mingshu_pictures_left_out_total", "Messages of reports that went without a picture"),
    ("mingshu_report_page_misses_total", "Wrong addresses of report pages"),
    ("mingshu_orders_closed_total", "Orders that ran out of time unpaid"),
    ("mingshu_orders_failed_total", "Orders that could not be delivered, by `failure`"),
    ("mingshu_order_transition_failures_total", "Steps of orders that the rules refused"),
    ("mingshu_payments_total", "Payments decided, by `outcome`"),
    ("mingshu_payment_create_failures_total", "Payments that the provider did not open"),
    ("mingshu_payment_query_failures_total", "Questions to the provider without an answer"),
    ("mingshu_payment_transition_failures_total", "Steps of payments that the rules refused"),
    ("mingshu_late_payments_total", "Money for orders that were already closed"),
    ("mingshu_stars_checkouts_total", "Questions before a payment in Stars, by `answer`"),
    ("mingshu_refunds_total", "Refunds decided, by `outcome`"),
    ("mingshu_refund_requests_total", "Buyers who asked for money back"),
    ("mingshu_ratings_total", "Ratings of delivered orders, by `stars`"),
    ("mingshu_rewrites_total", "Reports to be written once more, by `outcome`"),
    ("mingshu_selling_paused", "1 while nothing is sold, by `why`"),
    ("mingshu_model_balance", "What is left with a provider of texts, by `provider`, `currency`"),
    ("mingshu_questions_total", "Questions about delivered reports, by `outcome`"),
    ("mingshu_orders_forgotten_total", "Orders whose data were erased on their buyer's wish"),
    ("mingshu_version_conflicts_total", "Writes that lost a race, by `table`"),
    ("mingshu_callbacks_total", "Callbacks answered, by `verdict`"),
    ("mingshu_callback_signature_failures_total", "Callbacks whose sender was not proved"),
    ("mingshu_jobs_total", "Runs of jobs, by `kind`, `outcome`"),
    ("mingshu_errand_failures_total", "Errands of the worker that failed"),
    ("mingshu_broadcast_messages_total", "Messages of broadcasts, by `outcome`"),
    ("mingshu_sweep_failures_total", "Safety nets that failed, by `sweep`"),
    ("mingshu_model_requests_total", "Requests to the model, by `outcome`"),
    ("mingshu_chapters_total", "Chapters that were written and stored"),
    ("mingshu_chart_differences_total", "Readings of charts that differ, by field"),
    ("mingshu_model_failures_total", "Texts that the model did not deliver"),
    ("mingshu_report_checks_total", "Texts that the quality gate read, by verdict"),
    ("mingshu_report_findings_total", "What the quality gate found, by code"),
    ("mingshu_model_tokens_total", "Tokens bought, by `kind`"),
    ("mingshu_model_cost_micros_total", "Cost of texts in millionths, by `currency`"),
    ("mingshu_telegram_updates_total", "Updates kept"),
    ("mingshu_telegram_updates_parked_total", "Updates that need a person"),
    ("mingshu_telegram_handled_total", "Updates handled, by `outcome`"),
    ("mingshu_telegram_bad_secrets_total", "Updates whose sender was not proved"),
    ("mingshu_events_delivered_total", "Events that sinks took, by `sink`"),
    ("mingshu_event_delivery_failures_total", "Attempts that sinks did not take, by `sink`"),
    ("mingshu_alerts_total", "Alerts raised, by `kind`"),
    ("mingshu_alert_messages_total", "Messages to operators, by `channel`, `outcome`"),
    ("mingshu_http_requests_total", "Requests answered, by `route`, `method`, `status`"),
];

/// See [`COUNTERS`].
const GAUGES: &[(&str, &str)] = &[
    ("mingshu_callbacks_in_flight", "Callbacks being answered now"),
    ("mingshu_events_waiting", "Deliveries of events that wait, retries included"),
    ("mingshu_events_oldest_waiting_seconds", "How long ago the oldest waiting event happened"),
    ("mingshu_money_in_doubt_minor", "Money that waits for a person, by `currency`"),
    ("mingshu_payments_in_doubt", "Payments whose money waits for a person"),
    ("mingshu_money_findings", "Broken rules of the books at the last nightly check, by `code`"),
    ("mingshu_refunds_open", "Refunds that have not ended, by `status`"),
    ("mingshu_reconciliation_differences", "Differences of the day compared last, by `provider`"),
    ("mingshu_reconciliation_open", "Differences that nobody has resolved, of all days"),
    ("mingshu_maintenance", "1 while the shop takes no orders"),
    ("mingshu_queue_age_seconds", "How long the oldest due job waits"),
    ("mingshu_queue_jobs", "Jobs, by `status`"),
    ("mingshu_telegram_pending_updates", "Updates that wait at Telegram"),
];

/// See [`COUNTERS`]; all in seconds.
const HISTOGRAMS: &[(&str, &str)] = &[
    ("mingshu_callback_seconds", "Answering a callback"),
    ("mingshu_http_request_seconds", "Answering a request, by `route`"),
    ("mingshu_job_start_seconds", "From a job's due time to its start"),
    ("mingshu_render_seconds", "Drawing a picture or book, by `piece`"),
    ("mingshu_step_seconds", "One step of the pipeline, by `step`"),
    ("mingshu_order_fulfilment_seconds", "From paid to delivered"),
    ("mingshu_telegram_update_seconds", "Handling an update"),
];

/// What is known before it happens, so that the first time is a change that an alert rule sees.
const FROM_ZERO: &[(&str, &str, &[&str])] = &[
    (
        "mingshu_payments_total",
        "outcome",
        &["succeeded", "failed", "expired", "cancelled", "conflicted"],
    ),
    ("mingshu_refunds_total", "outcome", &["succeeded", "failed"]),
    ("mingshu_version_conflicts_total", "table", &["orders", "payments"]),
];

const UPKEEP: Duration = Duration::from_secs(5);
/// From a callback's answer to a report's minutes.
const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    120.0, 300.0, 900.0,
];

/// Starts collecting metrics for the whole process, once; the handle renders them.
pub fn start_metrics() -> Result<PrometheusHandle, TelemetryError> {
    let handle = recorder()?.install_recorder()?;
    describe();
    Ok(handle)
}

/// Keeps the collected metrics small until `stop`.
pub async fn keep_metrics(handle: PrometheusHandle, stop: CancellationToken) {
    while stop.run_until_cancelled(tokio::time::sleep(UPKEEP)).await.is_some() {
        handle.run_upkeep();
    }
}

fn recorder() -> Result<PrometheusBuilder, BuildError> {
    PrometheusBuilder::new().set_buckets_for_metric(Matcher::Suffix("_seconds".into()), SECONDS)
}

fn describe() {
    for (name, says) in COUNTERS {
        describe_counter!(*name, *says);
        if !says.contains(", by `") {
            metrics::counter!(*name).increment(0);
        }
    }
    for (name, label, values) in FROM_ZERO {
        for value in *values {
            metrics::counter!(*name, *label => *value).increment(0);
        }
    }
    for (name, says) in GAUGES {
        describe_gauge!(*name, *says);
    }
    for (name, says) in HISTOGRAMS {
        describe_histogram!(*name, Unit::Seconds, *says);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn described_metrics_are_rendered_with_buckets_that_show_fifty_milliseconds() {
        let recorder = recorder().unwrap().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe();
            metrics::histogram!("mingshu_callback_seconds", "provider" => "pingpong").record(0.04);
        });
        let rendered = handle.render();
        for from_zero in [
            "mingshu_callback_signature_failures_total 0",
            "mingshu_payments_total{outcome=\"conflicted\"} 0",
        ] {
            assert!(rendered.contains(from_zero), "{from_zero} is not in {rendered}");
        }
        assert!(rendered.contains("# HELP mingshu_callback_seconds"), "{rendered}");
        assert!(
            rendered
                .contains(r#"mingshu_callback_seconds_bucket{provider="pingpong",le="0.05"} 1"#),
            "{rendered}"
        );
    }
}
