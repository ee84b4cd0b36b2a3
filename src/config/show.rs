//! All settings with their origins, for the operator's eyes: secrets are not among them.

use figment::value::{Num, Value};

use super::problems::ConfigProblems;
use super::reading::{BUILT_IN, Merged};
use super::sinks::SECRET_KEYS;
use super::sources::{SECRETS, Sources};

/// One setting as it may be shown.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Shown {
    pub key: String,
    /// As TOML would write it; for a secret only whether it is set.
    pub value: String,
    /// `built-in default`, `file …` or `environment variable …`.
    pub origin: String,
}

/// Every key, in the order of the alphabet, set or not. Mistakes in values do not matter here.
///
/// # Errors
/// When a source cannot be read at all.
pub fn show(sources: &Sources) -> Result<Vec<Shown>, ConfigProblems> {
    let (layers, problems) = sources.layers();
    if !problems.is_empty() {
        return Err(ConfigProblems(problems));
    }
    let merged = Merged::new(&layers);
    let mut shown = Vec::new();
    let values = merged.values();
    for (key, value) in &values {
        collect(key, value, &merged, &mut shown);
    }
    for secret in SECRETS {
        if !shown.iter().any(|setting| setting.key == *secret) {
            let value = "(not set)".to_owned();
            shown.push(Shown { key: (*secret).to_owned(), value, origin: BUILT_IN.to_owned() });
        }
    }
    shown.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(shown)
}

fn collect(key: &str, value: &Value, merged: &Merged, shown: &mut Vec<Shown>) {
    let inner = value.as_dict().filter(|inner| !inner.is_empty() && !SECRETS.contains(&key));
    if let Some(inner) = inner {
        for (name, value) in inner {
            collect(&format!("{key}.{name}"), value, merged, shown);
        }
        return;
    }
    if !key.contains('.') {
        return; // A section that nothing is set in.
    }
    shown.push(Shown {
        key: key.to_owned(),
        value: displayed(key, value),
        origin: merged.origin_of(value),
    });
}

fn displayed(key: &str, value: &Value) -> String {
    if matches!(key, "events.sinks" | "ai.fallbacks") {
        return sinks_text(value);
    }
    if !SECRETS.contains(&key) {
        return toml_text(value);
    }
    match value.as_str() {
        Some("") => "(empty)".to_owned(),
        Some(url) if key == "database.url" => quoted(&without_password(url)),
        _ => "(set)".to_owned(),
    }
}

/// The list without secrets; in the environment it is JSON text.
fn sinks_text(value: &Value) -> String {
    let parsed = match value.as_str() {
        None => return toml_text(&discreet(value.clone())),
        Some(text) => serde_json::from_str::<serde_json::Value>(text).map(Value::serialize),
    };
    match parsed {
        Ok(Ok(list)) => toml_text(&discreet(list)),
        Ok(Err(_)) | Err(_) => "(not readable)".to_owned(),
    }
}

/// Secrets are struck out, and of addresses the query and a password.
fn discreet(value: Value) -> Value {
    match value {
        Value::Array(tag, items) => Value::Array(tag, items.into_iter().map(discreet).collect()),
        Value::Dict(tag, entries) => {
            let shown = entries.into_iter().map(|(key, value)| {
                let value = match (key.as_str(), value.as_str()) {
                    (key, _) if SECRET_KEYS.contains(&key) => Value::from("***"),
                    ("url", Some(url)) => Value::from(without_password(url)),
                    (_, _) => value,
                };
                (key, value)
            });
            Value::Dict(tag, shown.collect())
        }
        other @ (Value::String(..)
        | Value::Char(..)
        | Value::Bool(..)
        | Value::Num(..)
        | Value::Empty(..)) => other,
    }
}

/// A database address without what stands between `user:` and `@`, and without its query, where
/// Postgres also takes a password.
fn without_password(url: &str) -> String {
    let address = url.split_once('?').map_or(url, |(address, _)| address);
    let Some((scheme, rest)) = address.split_once("://") else { return address.to_owned() };
    match rest.rsplit_once('@') {
        Some((who, place)) => {
            let user = who.split_once(':').map_or(who, |(user, _)| user);
            format!("{scheme}://{user}:***@{place}")
        }
        None => address.to_owned(),
    }
}

fn toml_text(value: &Value) -> String {
    match value {
        Value::String(_, text) => quoted(text),
        Value::Char(_, letter) => quoted(&letter.to_string()),
        Value::Bool(_, value) => value.to_string(),
        Value::Num(_, number) => number_text(*number),
        Value::Empty(..) => "(not set)".to_owned(),
        Value::Array(_, items) => {
            format!("[{}]", items.iter().map(toml_text).collect::<Vec<_>>().join(", "))
        }
        Value::Dict(_, entries) => {
            let entries =
                entries.iter().map(|(key, value)| format!("{key} = {}", toml_text(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn number_text(number: Num) -> String {
    if let Num::F32(number) = number {
        return number.to_string();
    }
    let whole = number.to_i128().map(|number| number.to_string());
    whole
        .or_else(|| number.to_u128().map(|number| number.to_string()))
        .or_else(|| number.to_f64().map(|number| number.to_string()))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_databases_password_is_never_shown() {
        for (url, shown) in [
            ("postgres://shop:p@ss:word@db:5432/shop", "postgres://shop:***@db:5432/shop"),
            ("postgres://db/shop?password=x", "postgres://db/shop"),
            ("sqlite://data/mingshu.db", "sqlite://data/mingshu.db"),
            ("sqlite::memory:", "sqlite::memory:"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
