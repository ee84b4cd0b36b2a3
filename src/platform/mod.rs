//! What the program stands on. Knows no business.

pub mod assets;
pub mod crypto;
pub mod db;
pub mod http;
pub mod jobs;
pub mod lifecycle;
pub mod outbox;
pub mod pages;
pub mod qr;
pub mod reseal;
pub mod schema;
pub mod telemetry;
pub mod texts;
pub mod web;

/// An error with all its causes in one line, for logs.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        line.push_str(": ");
        line.push_str(&inner.to_string());
        cause = inner.source();
    }
    line
}
