//! How texts are written and read: providers that stand in for the first (`ai.fallbacks`), and the
//! quality gate (`[report]`).

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserializer, de::Error as _};

use super::outside::{Continuation, Prices, Thinking};
use super::sinks;
use super::values::{self, BaseUrl};

pub(super) const EXPECTED: &str =
    "a list of tables [[ai.fallbacks]], each with name, base_url, api_key and model";

/// A provider that writes when those before it cannot.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fallback {
    /// Stands in reports, alerts and metrics.
    pub name: String,
    pub base_url: BaseUrl,
    /// May be empty for a server of one's own.
    #[serde(skip_serializing, default, deserialize_with = "sinks::text")]
    pub api_key: SecretString,
    pub model: String,
    #[serde(default = "omit")]
    pub thinking: Thinking,
    #[serde(default = "ask")]
    pub continuation: Continuation,
    #[serde(default)]
    pub prices: Option<Prices>,
    /// In the prices' currency; `""`: no limit.
    #[serde(default, deserialize_with = "values::decimal_or_nothing")]
    pub daily_budget: String,
    /// In the account's currency; `""`: nobody asks.
    #[serde(default, deserialize_with = "values::decimal_or_nothing")]
    pub low_balance: String,
}

fn omit() -> Thinking {
    Thinking::Omit
}

fn ask() -> Continuation {
    Continuation::Ask
}

impl Fallback {
    /// What is wrong with it, without its key.
    pub(super) fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
        if self.name.is_empty() || self.name.len() > 40 || !self.name.bytes().all(plain) {
            mistakes.push("its name is not 1 to 40 of a-z, 0-9, - and _".to_owned());
        }
        if self.name == FIRST {
            mistakes.push("its name is that of the provider in [ai] itself".to_owned());
        }
        if self.model.trim().is_empty() {
            mistakes.push("it names no model".to_owned());
        }
        let key = self.api_key.expose_secret();
        if key.is_empty() && !self.base_url.is_loopback() {
            mistakes.push("it has no api_key".to_owned());
        }
        if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            mistakes.push("its api_key is not one printable word".to_owned());
        }
        if !self.daily_budget.is_empty() && self.prices.is_none() {
            mistakes.push("it has a daily_budget and no prices".to_owned());
        }
        mistakes
    }
}

/// The name of the provider that `[ai]` itself describes.
pub const FIRST: &str = "main";

/// The list, or the same as JSON text.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Fallback>, D::Error> {
    let one = |(index, value): (usize, serde_json::Value)| {
        let name = value.get("name").and_then(serde_json::Value::as_str).map(str::to_owned);
        let name = name.unwrap_or_else(|| format!("number {}", index.saturating_add(1)));
        serde_json::from_value(value).map_err(|fault| format!("fallback {name}: {fault}"))
    };
    let items = sinks::values_of(deserializer)?;
    items.into_iter().enumerate().map(one).collect::<Result<_, _>>().map_err(D::Error::custom)
}

/// How strict the quality gate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GateMode {
    Enforce,
    Warn,
    Off,
}

/// `[report]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Report {
    pub gate: GateMode,
    /// How many texts of one order the gate may refuse before a person decides.
    pub attempts: u32,
}

impl Default for Report {
    fn default() -> Self {
        Self { gate: GateMode::Enforce, attempts: 3 }
    }
}
