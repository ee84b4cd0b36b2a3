//! What the program tells about itself: logs and metrics.
//!
//! Logs go to standard error, so that standard output stays free for results. A bot's token is part
//! of every address of Telegram's API; whatever line it turns up in, it does not reach the log.

use std::borrow::Cow;
use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Libraries that talk too much, below the operator's own directives. SQL is never logged.
const QUIET: &str = "hyper=info,hyper_util=info,reqwest=info,rustls=info,sea_orm=warn,sqlx=warn";
const UPKEEP: Duration = Duration::from_secs(5);
/// From a callback's answer to a report's minutes.
const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
    120.0, 300.0, 900.0,
];

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Pretty,
    Json,
}

#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("the log filter cannot be read")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    #[error("another logger is already at work")]
    Installed(#[from] tracing_subscriber::util::TryInitError),
    #[error("the metrics cannot be set up")]
    Metrics(#[from] BuildError),
}

/// Starts logging for the whole process, once.
pub fn start_logging(format: LogFormat, level: &str) -> Result<(), TelemetryError> {
    let builder = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(format!("{QUIET},{level}"))?)
        .with_writer(Redacted(io::stderr));
    match format {
        LogFormat::Pretty => {
            let colours = io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
            builder.with_ansi(colours).finish().try_init()?;
        }
        LogFormat::Json => builder.json().flatten_event(true).finish().try_init()?,
    }
    Ok(())
}

/// Whether `level` is a level, or directives with targets. The filter itself would take a
/// misspelt level for the name of a target and then log nothing.
pub fn is_filter(level: &str) -> bool {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let known = |word: &str| LEVELS.contains(&word.to_ascii_lowercase().as_str());
    let readable = |directive: &str| match directive.rsplit_once('=') {
        Some((target, level)) => !target.is_empty() && known(level),
        None => known(directive),
    };
    level.split(',').all(readable) && EnvFilter::try_new(level).is_ok()
}

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

/// Every metric with its labels; spec.md §13 asks for them.
fn describe() {
    describe_counter!("mingshu_orders_total", "Orders that reached a state, by `status`");
    describe_counter!(
        "mingshu_payments_total",
        "Payments that reached a state, by `provider`, `status`"
    );
    describe_counter!("mingshu_callbacks_total", "Callbacks answered, by `provider`, `answer`");
    describe_counter!(
        "mingshu_callback_signature_failures_total",
        "Callbacks whose sender was not proved, by `provider`"
    );
    describe_counter!(
        "mingshu_transition_failures_total",
        "Steps that the rules refused, by `object`"
    );
    describe_counter!("mingshu_stale_writes_total", "Writes that lost a race, by `object`");
    describe_counter!("mingshu_jobs_total", "Runs of jobs, by `kind`, `outcome`");
    describe_counter!("mingshu_outside_calls_total", "Calls to others, by `system`, `outcome`");
    describe_counter!("mingshu_telegram_messages_total", "Messages sent, by `outcome`");
    describe_counter!("mingshu_model_tokens_total", "Tokens bought, by `model`, `kind`");
    describe_counter!(
        "mingshu_model_cost_micros_total",
        "Cost of texts in millionths, by `model`, `currency`"
    );
    describe_counter!("mingshu_alerts_total", "Alerts raised, by `kind`");
    describe_counter!(
        "mingshu_http_requests_total",
        "Requests answered, by `route`, `method`, `status`"
    );
    describe_gauge!("mingshu_callbacks_in_flight", "Callbacks being answered now");
    describe_gauge!(
        "mingshu_queue_age_seconds",
        Unit::Seconds,
        "How long the oldest due job waits"
    );
    describe_gauge!("mingshu_queue_jobs", "Jobs, by `status`");
    describe_histogram!(
        "mingshu_callback_seconds",
        Unit::Seconds,
        "Answering a callback, by `provider`"
    );
    describe_histogram!(
        "mingshu_http_request_seconds",
        Unit::Seconds,
        "Answering a request, by `route`"
    );
    describe_histogram!("mingshu_job_seconds", Unit::Seconds, "One run of a job, by `kind`");
    describe_histogram!("mingshu_outside_call_seconds", Unit::Seconds, "One call, by `system`");
}

/// A writer of log lines that takes bots' tokens out.
struct Redacted<M>(M);

impl<'a, M: MakeWriter<'a>> MakeWriter<'a> for Redacted<M> {
    type Writer = RedactedLine<M::Writer>;

    fn make_writer(&'a self) -> Self::Writer {
        RedactedLine(self.0.make_writer())
    }
}

struct RedactedLine<W>(W);

impl<W: Write> Write for RedactedLine<W> {
    /// Called with whole lines: the subscriber writes each event at once.
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.write_all(redact(&String::from_utf8_lossy(line)).as_bytes())?;
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// `text` with `bot<digits>:<token>` cut to `bot<digits>:***`; the number alone is public.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut clean = String::new();
    let mut rest = text;
    while let Some((before, token)) = next_token(rest) {
        clean.push_str(before);
        clean.push_str("***");
        rest = token;
    }
    if clean.is_empty() {
        return Cow::Borrowed(text);
    }
    clean.push_str(rest);
    Cow::Owned(clean)
}

/// What stands up to and including the colon of the first token, and what stands behind the token.
fn next_token(text: &str) -> Option<(&str, &str)> {
    text.match_indices("bot").find_map(|(start, word)| {
        let number = start.saturating_add(word.len());
        let behind_number = text.get(number..)?.trim_start_matches(|c: char| c.is_ascii_digit());
        let has_number = behind_number.len() < text.len().saturating_sub(number);
        let token =
            behind_number.strip_prefix(':').or_else(|| behind_number.strip_prefix("%3A"))?;
        let of_token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        let behind = token.trim_start_matches(of_token);
        let before = text.get(..text.len().saturating_sub(token.len()))?;
        (has_number && behind.len() < token.len()).then_some((before, behind))
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[test]
    fn a_bots_token_is_cut_out_wherever_it_stands() {
        for (text, clean) in [
            (
                "https://t.example/bot123:AA_b-9/getMe failed",
                "https://t.example/bot123:***/getMe failed",
            ),
            (
                r#"{"url":"bot1:x","again":"bot2%3Ay"}"#,
                r#"{"url":"bot1:***","again":"bot2%3A***"}"#,
            ),
            ("robot: 3, bot:abc, bot12 :x, bot12:", "robot: 3, bot:abc, bot12 :x, bot12:"),
            ("付款 bot7:秘密 bot7:abc", "付款 bot7:秘密 bot7:***"),
            ("", ""),
        ] {
            assert_eq!(redact(text), clean);
        }
    }

    #[test]
    fn a_log_line_is_redacted_before_it_is_written() {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let kept = lines.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_writer(Redacted(move || Kept(kept.clone())))
            .json()
            .finish();
        tracing::subscriber::with_default(subscriber, || {
            tracing::warn!(error = "http://127.0.0.1/bot42:SECRET/getMe", "call failed");
        });
        let written = String::from_utf8(lines.lock().unwrap().clone()).unwrap();
        assert!(written.contains("bot42:***/getMe"), "{written}");
        assert!(!written.contains("SECRET"), "{written}");
    }

    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_misspelt_level_is_not_a_filter() {
        for good in ["info", "WARN", "off", "info,mingshu::worker=debug", "mingshu=trace"] {
            assert!(is_filter(good), "{good}");
        }
        for wrong in ["", "loud", "info,", "mingshu=loud", "mingshu", "=debug"] {
            assert!(!is_filter(wrong), "{wrong}");
        }
    }

    #[test]
    fn described_metrics_are_rendered_with_buckets_that_show_fifty_milliseconds() {
        let recorder = recorder().unwrap().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            describe();
            metrics::histogram!("mingshu_callback_seconds", "provider" => "pingpong").record(0.04);
        });
        let rendered = handle.render();
        assert!(rendered.contains("# HELP mingshu_callback_seconds"), "{rendered}");
        assert!(
            rendered
                .contains(r#"mingshu_callback_seconds_bucket{provider="pingpong",le="0.05"} 1"#),
            "{rendered}"
        );
    }
}
