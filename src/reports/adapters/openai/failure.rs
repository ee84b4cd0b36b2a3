//! What a server says when it does not write → the classes of spec.md §5
//! (reference/deepseek.md §5).

use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::reports::ports::{ModelError, ModelRequest};

/// Characters of a server's explanation that we keep.
const MESSAGE_LIMIT: usize = 200;
/// A longer wait is not a wait but an outage.
const LONGEST_WAIT: u64 = 3600;

pub(super) fn retry(reason: impl Into<String>) -> ModelError {
    ModelError::Retry { reason: reason.into(), retry_after: None }
}

/// Knows what must not appear in an explanation.
pub(super) struct Explainer<'a> {
    pub(super) api_key: &'a SecretString,
    pub(super) request: &'a ModelRequest,
}

impl Explainer<'_> {
    /// An answer with a status other than 2xx.
    pub(super) fn status(&self, status: u16, retry_after: Option<&str>, body: &str) -> ModelError {
        let explanation = serde_json::from_str(body).unwrap_or_else(|_plain| Value::from(body));
        self.class(status, retry_after, explanation.get("error").unwrap_or(&explanation))
    }

    /// An error in the middle of a stream. Its code may be a number, a text or missing.
    pub(super) fn event(&self, error: &Value) -> ModelError {
        let number = |field: &Value| {
            let number = field.as_u64().or_else(|| field.as_str()?.parse().ok())?;
            u16::try_from(number).ok()
        };
        let status = ["code", "status"].iter().find_map(|name| error.get(name).and_then(number));
        self.class(status.unwrap_or(500), None, error)
    }

    fn class(&self, status: u16, retry_after: Option<&str>, error: &Value) -> ModelError {
        let message = self.message(error);
        match status {
            408 | 409 | 429 | 500..=599 => ModelError::Retry {
                reason: format!("status {status}: {message}"),
                retry_after: retry_after.and_then(wait),
            },
            _ if is_moderation(error) => ModelError::Refused,
            _ => ModelError::Stop { status, message },
        }
    }

    /// The server's own words: short, without our key, and withheld when they repeat the prompt.
    fn message(&self, error: &Value) -> String {
        let words = ["message", "detail"].iter().find_map(|name| error.get(name)).unwrap_or(error);
        let words = words.as_str().map_or_else(|| words.to_string(), str::to_owned);
        let lines = self.request.system.lines().chain(self.request.user.lines()).map(str::trim);
        if lines.filter(|line| line.chars().count() >= 8).any(|line| words.contains(line)) {
            return "(the explanation repeats the prompt and is withheld)".to_owned();
        }
        let key = self.api_key.expose_secret();
        let words = if key.is_empty() { words } else { words.replace(key, "[key]") };
        words.chars().filter(|c| !c.is_control()).take(MESSAGE_LIMIT).collect()
    }
}

/// DeepSeek refuses content with status 400, and only these words tell it from our own mistakes;
/// other servers have a code for it.
fn is_moderation(error: &Value) -> bool {
    let says = |field, word| {
        error
            .get(field)
            .and_then(Value::as_str)
            .is_some_and(|text| text.to_lowercase().contains(word))
    };
    says("message", "content exists risk")
        || error.as_str().is_some_and(|text| text.to_lowercase().contains("content exists risk"))
        || says("code", "content_filter")
        || says("code", "content_policy")
}

/// `Retry-After` in seconds; its other form, a date, is read as no advice.
fn wait(header: &str) -> Option<Duration> {
    let seconds: u64 = header.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(LONGEST_WAIT)))
}
