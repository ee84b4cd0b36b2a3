//! `events.sinks`: where domain events are delivered. A list of tables in the file, or the same as
//! JSON in the environment.

use std::fmt;
use std::fs;
use std::net::IpAddr;

use http::Uri;
use secrecy::{ExposeSecret, SecretString};
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde_json::Value;

/// Keys whose values are never shown.
pub(super) const SECRET_KEYS: [&str; 3] = ["secret", "secrets", "api_key"];
/// What a mistake in the list is told against.
pub(super) const EXPECTED: &str = "sinks as docs/events.md describes them";

/// What stands at the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SinkKind {
    /// Standard Webhooks.
    Webhook,
    /// NATS JetStream.
    Nats,
}

/// One sink.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sink {
    /// Names its deliveries for ever: lower-case letters, digits, `-` and `_`.
    pub name: String,
    pub kind: SinkKind,
    /// Secret because its path or query may be one.
    #[serde(skip_serializing, deserialize_with = "text")]
    pub url: SecretString,
    /// Signs webhooks (`whsec_…`); for NATS the user's password, or a token without a user.
    #[serde(skip_serializing, default, deserialize_with = "some_text")]
    pub secret: Option<SecretString>,
    /// The file that holds `secret`.
    #[serde(default)]
    pub secret_file: Option<String>,
    /// While a webhook's secret is changed: the new one and the old one. All of them sign.
    #[serde(skip_serializing, default, deserialize_with = "texts")]
    pub secrets: Vec<SecretString>,
    /// `order.paid`, `order.*` or `*`.
    #[serde(default = "every_type")]
    pub types: Vec<String>,
    #[serde(default)]
    pub user: Option<String>,
    /// NATS: events go to `{subject_prefix}.{type}`.
    #[serde(default)]
    pub subject_prefix: Option<String>,
    /// NATS: the stream that must take them.
    #[serde(default)]
    pub stream: Option<String>,
    /// NATS: create the stream when it is missing.
    #[serde(default)]
    pub create_stream: bool,
}

fn every_type() -> Vec<String> {
    vec!["*".to_owned()]
}

impl Sink {
    /// The subject prefix, or its default.
    pub fn prefix(&self) -> &str {
        self.subject_prefix.as_deref().unwrap_or("mingshu")
    }

    /// The stream's name, or its default.
    pub fn stream(&self) -> &str {
        self.stream.as_deref().unwrap_or("MINGSHU")
    }

    /// All secrets, the newest first, files read.
    ///
    /// # Errors
    /// In words for the operator, when the file cannot be read.
    pub fn all_secrets(&self) -> Result<Vec<SecretString>, String> {
        let mut all: Vec<SecretString> = self.secret.iter().cloned().collect();
        if let Some(path) = &self.secret_file {
            let text = fs::read_to_string(path);
            let text =
                text.map_err(|fault| format!("secret_file {path} cannot be read: {fault}"))?;
            all.push(text.trim_end_matches(['\r', '\n']).into());
        }
        all.extend(self.secrets.iter().cloned());
        Ok(all)
    }

    /// What is wrong with it, without any secret.
    pub(super) fn mistakes(&self) -> Vec<String> {
        let mut mistakes = Vec::new();
        let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let plain = |byte: u8| word(byte) || matches!(byte, b'-' | b'_');
        if self.name.is_empty() || self.name.len() > 40 || !self.name.bytes().all(plain) {
            mistakes.push("its name is not 1 to 40 of a-z, 0-9, - and _".to_owned());
        }
        if self.types.is_empty() {
            mistakes.push("its types are empty: it would get nothing".to_owned());
        }
        mistakes.extend(self.wrong_secrets());
        match self.kind {
            SinkKind::Webhook => mistakes.extend(self.wrong_webhook()),
            SinkKind::Nats => mistakes.extend(self.wrong_nats()),
        }
        mistakes
    }

    fn wrong_secrets(&self) -> Option<String> {
        let named = [self.secret.is_some(), self.secret_file.is_some(), !self.secrets.is_empty()];
        if named.iter().filter(|is_set| **is_set).count() > 1 {
            return Some("more than one of secret, secret_file and secrets is set".to_owned());
        }
        match self.all_secrets() {
            Err(fault) => Some(fault),
            Ok(all) if all.iter().any(|secret| secret.expose_secret().trim().is_empty()) => {
                Some("its secret is empty".to_owned())
            }
            Ok(all) if all.is_empty() && self.kind == SinkKind::Webhook => {
                Some("it has no secret; make one with: openssl rand -base64 32, and put whsec_ before it".to_owned())
            }
            Ok(_good) => None,
        }
    }

    fn wrong_webhook(&self) -> Vec<String> {
        let mut mistakes: Vec<String> =
            wrong_address(self.url.expose_secret(), ("https", "http")).into_iter().collect();
        let of_nats = [
            ("user", self.user.is_some()),
            ("subject_prefix", self.subject_prefix.is_some()),
            ("stream", self.stream.is_some()),
            ("create_stream", self.create_stream),
        ];
        let set = of_nats.iter().filter(|(_, is_set)| *is_set);
        mistakes.extend(set.map(|(key, _)| format!("{key} is only for kind = \"nats\"")));
        mistakes
    }

    fn wrong_nats(&self) -> Vec<String> {
        let addresses = self.url.expose_secret().split(',').map(str::trim);
        let mut mistakes: Vec<String> =
            addresses.filter_map(|address| wrong_address(address, ("tls", "nats"))).collect();
        if !self.secrets.is_empty() {
            mistakes.push("secrets is only for kind = \"webhook\"".to_owned());
        }
        let token = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let words =
            self.prefix().split('.').all(|part| !part.is_empty() && part.bytes().all(token));
        if !words {
            mistakes
                .push("its subject_prefix is not words with dots, such as shop.mingshu".to_owned());
        }
        if self.stream().is_empty() || !self.stream().bytes().all(token) {
            mistakes.push("its stream is not one word, such as MINGSHU".to_owned());
        }
        mistakes
    }
}

/// An address must be safe from eyes on the way unless it leads to a near place.
fn wrong_address(text: &str, (safe, plain): (&str, &str)) -> Option<String> {
    let form = Some(format!("its url is not an address such as {safe}://host, without user"));
    let Ok(uri) = text.parse::<Uri>() else { return form };
    let Some(host) = uri.host().filter(|host| !host.is_empty()) else { return form };
    if text.contains(['@', '#']) {
        return form;
    }
    match uri.scheme_str() {
        Some(scheme) if scheme == safe => None,
        Some(scheme) if scheme == plain && is_near(host) => None,
        Some(scheme) if scheme == plain => Some(format!(
            "its url must begin with {safe}:// because {host} is not in a private network"
        )),
        Some(_) | None => form,
    }
}

/// Whether a host is this machine, or inside a private network by its number or its name.
fn is_near(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<IpAddr>() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => {
            ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        Err(_name) => {
            let inside = [".localhost", ".local", ".internal", ".home.arpa"];
            !bare.contains('.') || inside.iter().any(|end| bare.ends_with(end))
        }
    }
}

/// The list: an array, or JSON text.
pub(super) fn list<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Sink>, D::Error> {
    let items = values_of(deserializer)?;
    items.into_iter().enumerate().map(one).collect::<Result<_, _>>().map_err(D::Error::custom)
}

/// The items of a list of tables, or of the same as JSON text.
pub(super) fn values_of<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Vec<Value>, D::Error> {
    struct List;
    impl<'de> Visitor<'de> for List {
        type Value = Vec<Value>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list of tables, or the same as JSON text")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(items))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            // The text holds secrets; the message of the parser holds only places.
            serde_json::from_str(if text.trim().is_empty() { "[]" } else { text })
                .map_err(|fault| E::custom(format!("not a JSON list: {fault}")))
        }
    }
    deserializer.deserialize_any(List)
}

fn one((index, value): (usize, Value)) -> Result<Sink, String> {
    let name = value.get("name").and_then(Value::as_str).map(|name| format!("`{name}`"));
    let name = name.unwrap_or_else(|| format!("number {}", index.saturating_add(1)));
    serde_json::from_value(value).map_err(|fault| format!("sink {name}: {fault}"))
}

/// Text that no message repeats.
pub(super) fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SecretString, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text.into()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(D::Error::custom("an address or a secret is not text in quotes"))
        }
    }
}

fn some_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretString>, D::Error> {
    text(deserializer).map(Some)
}

fn texts<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<SecretString>, D::Error> {
    let items = Vec::<Value>::deserialize(deserializer)?;
    items.into_iter().map(text).collect::<Result<_, _>>().map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistakes(json: &str) -> String {
        let sinks = list(Value::String(json.to_owned()));
        match sinks {
            Ok(sinks) => sinks.iter().flat_map(Sink::mistakes).collect::<Vec<_>>().join("; "),
            Err(fault) => fault.to_string(),
        }
    }

    #[test]
    fn good_sinks_have_no_mistakes() {
        for good in [
            "",
            "[]",
            r#"[{"name":"crm","kind":"webhook","url":"https://a.example/x?k=1","secret":"whsec_x"}]"#,
            r#"[{"name":"crm","kind":"webhook","url":"http://10.0.0.7:8000","secrets":["a","b"]}]"#,
            r#"[{"name":"crm","kind":"webhook","url":"http://crm:8000/hook","secret":"a"}]"#,
            r#"[{"name":"bus","kind":"nats","url":"nats://127.0.0.1:4222,nats://[::1]:4222"}]"#,
            r#"[{"name":"bus","kind":"nats","url":"tls://nats.example","user":"u","secret":"p"}]"#,
        ] {
            assert_eq!(mistakes(good), "", "{good}");
        }
    }

    #[test]
    fn each_mistake_says_what_is_wrong_and_no_secret() {
        let with = |fields: &str| format!(r#"[{{"name":"crm",{fields}}}]"#);
        for (json, expected) in [
            ("{".to_owned(), "not a JSON list"),
            (with(r#""kind":"webhok","url":"https://a.example""#), "unknown variant `webhok`"),
            (with(r#""kind":"webhook","url":"https://a.example","key":1"#), "unknown field `key`"),
            (with(r#""kind":"webhook","url":"https://a.example""#), "it has no secret"),
            (with(r#""kind":"webhook","url":"https://a.example","secret":77007"#), "not text"),
            (with(r#""kind":"webhook","url":"http://a.example","secret":"hush""#), "https://"),
            (with(r#""kind":"webhook","url":"http://8.8.8.8","secret":"hush""#), "https://"),
            (
                with(r#""kind":"webhook","url":"https://u:p@a.example","secret":"hush""#),
                "without user",
            ),
            (with(r#""kind":"webhook","url":"ftp://a.example","secret":"hush""#), "not an address"),
            (
                with(r#""kind":"webhook","url":"https://a.example","secret":"hush","stream":"S""#),
                "only for kind",
            ),
            (
                with(
                    r#""kind":"webhook","url":"https://a.example","secret":"hush","secrets":["x"]"#,
                ),
                "more than one",
            ),
            (
                with(r#""kind":"webhook","url":"https://a.example","secret_file":"/no/such""#),
                "cannot be read",
            ),
            (
                with(r#""kind":"webhook","url":"https://a.example","secret":"hush","types":[]"#),
                "types are empty",
            ),
            (with(r#""kind":"nats","url":"nats://nats.example""#), "tls://"),
            (with(r#""kind":"nats","url":"nats://h","subject_prefix":"a..b""#), "subject_prefix"),
            (with(r#""kind":"nats","url":"nats://h","stream":"a.b""#), "stream"),
            (r#"[{"name":"A B","kind":"nats","url":"nats://h"}]"#.to_owned(), "name"),
        ] {
            let found = mistakes(&json);
            assert!(found.contains(expected), "{json}: {found}");
            assert!(!found.contains("hush") && !found.contains("77007"), "{found}");
        }
    }
}
