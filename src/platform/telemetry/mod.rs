//! What the program tells about itself: logs and metrics.
//!
//! Logs go to standard error, so that standard output stays free for results. A bot's token is part
//! of every address of Telegram's API; whatever line it turns up in, it does not reach the log.

mod metrics;
mod redaction;

use std::io::{self, IsTerminal as _};

use metrics_exporter_prometheus::BuildError;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::redaction::Redacted;

pub use self::metrics::{keep_metrics, start_metrics};
pub use self::redaction::redact;

/// Libraries that talk too much, below the operator's own directives. SQL is never logged.
const QUIET: &str = "hyper=info,hyper_util=info,reqwest=info,rustls=info,sea_orm=warn,sqlx=warn";

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_level_is_not_a_filter() {
        for good in ["info", "WARN", "off", "info,mingshu::worker=debug", "mingshu=trace"] {
            assert!(is_filter(good), "{good}");
        }
        for wrong in ["", "loud", "info,", "mingshu=loud", "mingshu", "=debug"] {
            assert!(!is_filter(wrong), "{wrong}");
        }
    }
}
