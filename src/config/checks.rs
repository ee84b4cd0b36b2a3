//! What no type can say: values that must be set, fit a range, or fit each other.

use std::ops::RangeInclusive;

use secrecy::{ExposeSecret, SecretString};

use super::problems::Problem;
use super::reading::Merged;
use super::{BaseUrl, BaziProvider, Config, Dialect, TelegramMode};
use super::{sinks, writing};
use crate::platform::crypto::Keyring;
use crate::platform::telemetry;

/// Ports that Telegram sends updates to (reference/telegram.md §B.3).
/// Our templates and fonts with the longest report take half of it (docs/performance.md).
const LEAST_TO_DRAW: u32 = 256;
const TELEGRAM_PORTS: [u16; 4] = [443, 80, 88, 8443];
/// The one method of `[stars]`.
const STARS: &str = "stars";
const TELEGRAM_HOST: &str = "api.telegram.org";

/// All mistakes in settings that could be read.
pub(super) fn check(config: &Config, merged: &Merged) -> Vec<Problem> {
    let mut checks = Checks { merged, problems: Vec::new() };
    checks.server(config);
    checks.telegram(config);
    checks.pingpong(config);
    checks.bazi(config);
    checks.ai(config);
    checks.fallbacks(config);
    checks.ranges(config);
    checks.method_ttl(config);
    checks.security(config);
    checks.rest(config);
    checks.sinks(config);
    checks.alerts(config);
    checks.problems
}

struct Checks<'a> {
    merged: &'a Merged,
    problems: Vec<Problem>,
}

impl Checks<'_> {
    fn server(&mut self, config: &Config) {
        let expected = "the address of this shop that providers and browsers can reach, such as \
                        https://shop.example";
        self.set_address("server.public_url", &config.server.public_url, expected);
    }

    fn telegram(&mut self, config: &Config) {
        let telegram = &config.telegram;
        self.secret("telegram.token", &telegram.token, true, "the bot's token from @BotFather");
        let token = telegram.token.expose_secret();
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        if !token.bytes().all(|byte| plain(byte) || byte == b':') {
            let expected = "a token such as 123456:AAE…, without spaces and other characters";
            self.refuse("telegram.token", "characters that no token has", expected);
        }
        self.set_address("telegram.api_url", &telegram.api_url, "the address of a Bot API server");
        let webhook = telegram.mode == TelegramMode::Webhook;
        let expected = "1 to 256 of the characters A-Z, a-z, 0-9, _ and -, kept secret";
        self.secret("telegram.webhook_secret", &telegram.webhook_secret, webhook, expected);
        let secret = telegram.webhook_secret.expose_secret();
        if secret.len() > 256 || !secret.bytes().all(plain) {
            self.refuse("telegram.webhook_secret", "other characters, or too many", expected);
        }
        if webhook {
            self.webhook_address(config);
        }
    }

    /// Telegram's own server delivers updates only by TLS and to four ports; another Bot API
    /// server may do as it likes.
    fn webhook_address(&mut self, config: &Config) {
        let address = &config.server.public_url;
        if !address.is_set() || address.is_loopback() {
            return;
        }
        let telegrams_own = config.telegram.api_url.host() == TELEGRAM_HOST;
        if telegrams_own && !address.is_https() {
            let expected = "an https address, because telegram.mode is webhook";
            self.refuse("server.public_url", &format!("`{address}`"), expected);
        } else if telegrams_own && !TELEGRAM_PORTS.contains(&address.port()) {
            let expected = "port 443, 80, 88 or 8443, because telegram.mode is webhook";
            self.refuse("server.public_url", &format!("port {}", address.port()), expected);
        }
    }

    fn pingpong(&mut self, config: &Config) {
        let pingpong = &config.pingpong;
        if !pingpong.enabled {
            if !config.stars.enabled {
                let expected = "true, or stars.enabled = true: without either nobody can pay";
                self.refuse("pingpong.enabled", "`false`", expected);
            }
            return;
        }
        let v4 = pingpong.dialect == Dialect::V4;
        let dialect = if v4 { "v4" } else { "hmac" };
        let expected = format!("the provider's address, for pingpong.dialect = {dialect}");
        self.set_address("pingpong.base_url", &pingpong.base_url, &expected);
        let from_backend = "as the merchant's pages of PingPong show it";
        self.secret("pingpong.salt", &pingpong.salt, v4, &format!("the salt, {from_backend}"));
        let expected = "the HMAC-SHA256 key agreed with the provider";
        self.secret("pingpong.webhook_secret", &pingpong.webhook_secret, !v4, expected);
        if v4 {
            for (key, value) in
                [("pingpong.acc_id", &pingpong.acc_id), ("pingpong.client_id", &pingpong.client_id)]
            {
                self.text(key, value, &format!("the number {from_backend}"));
            }
        }
        if !["wechat", "alipay", "bank"].contains(&pingpong.method.as_str()) {
            let found = format!("`{}`", pingpong.method);
            self.refuse("pingpong.method", &found, "wechat, alipay or bank");
        }
    }

    fn bazi(&mut self, config: &Config) {
        if !(1..=2).contains(&config.bazi.sect) {
            self.refuse("bazi.sect", &format!("`{}`", config.bazi.sect), "1 or 2");
        }
        let asked = config.bazi.provider == BaziProvider::Yuanfenju;
        let expected = "the key of your Yuanfenju account, because bazi.provider is yuanfenju";
        self.secret("yuanfenju.api_key", &config.yuanfenju.api_key, asked, expected);
        self.header_safe("yuanfenju.api_key", &config.yuanfenju.api_key);
        self.set_address("yuanfenju.base_url", &config.yuanfenju.base_url, "Yuanfenju's address");
    }

    fn ai(&mut self, config: &Config) {
        let ai = &config.ai;
        self.set_address("ai.base_url", &ai.base_url, "the address of a language model's API");
        if !ai.base_url.is_loopback() {
            self.secret("ai.api_key", &ai.api_key, true, "the API key of the model's provider");
        }
        self.header_safe("ai.api_key", &ai.api_key);
        self.text("ai.model", &ai.model, "the name of a model, such as deepseek-flash");
        if !(0.0..=2.0).contains(&ai.temperature) {
            self.refuse("ai.temperature", &format!("`{}`", ai.temperature), "0 to 2");
        }
    }

    fn ranges(&mut self, config: &Config) {
        let (ai, worker, retention) = (&config.ai, &config.worker, &config.retention);
        let limits: &[(&str, u64, RangeInclusive<u64>)] = &[
            ("database.max_connections", config.database.max_connections.into(), 1..=500),
            ("telegram.messages_per_second", config.telegram.messages_per_second.into(), 1..=1000),
            ("orders.payment_ttl_minutes", config.orders.payment_ttl_minutes.into(), 1..=10_080),
            ("ai.max_tokens", ai.max_tokens.into(), 1..=1_000_000),
            ("ai.header_timeout_seconds", ai.header_timeout_seconds, 1..=3600),
            ("ai.idle_timeout_seconds", ai.idle_timeout_seconds, 1..=3600),
            ("ai.deadline_seconds", ai.deadline_seconds, 1..=7200),
            ("ai.max_continuations", ai.max_continuations.into(), 0..=10),
            ("orders.most_waiting", config.orders.most_waiting.into(), 0..=1_000_000),
            ("ai.attempts", ai.attempts.into(), 1..=10),
            ("ai.chapters_at_once", ai.chapters_at_once.into(), 1..=10),
            ("ai.tokens_per_order", ai.tokens_per_order.into(), 1_000..=10_000_000),
            ("report.attempts", config.report.attempts.into(), 1..=10),
            ("worker.concurrency", worker.concurrency.into(), 1..=1000),
            ("worker.sweep_seconds", worker.sweep_seconds, 1..=3600),
            ("worker.lease_seconds", worker.lease_seconds, 1..=3600),
            ("worker.max_attempts", worker.max_attempts.into(), 1..=100),
            ("worker.shutdown_seconds", worker.shutdown_seconds, 0..=3600),
            ("affiliate.rate_percent", config.affiliate.rate_percent.into(), 0..=100),
            ("affiliate.hold_days", config.affiliate.hold_days.into(), 0..=365),
            ("retention.unpaid_days", retention.unpaid_days.into(), 0..=36_500),
            ("retention.reports_days", retention.reports_days.into(), 0..=36_500),
            ("retention.callbacks_days", retention.callbacks_days.into(), 0..=36_500),
            ("retention.drafts_days", retention.drafts_days.into(), 0..=36_500),
            ("retention.profiles_days", retention.profiles_days.into(), 0..=36_500),
            ("affiliate.payout_minimum", config.affiliate.payout_minimum.into(), 0..=1_000_000),
        ];
        for (key, value, range) in limits {
            if !range.contains(value) {
                let expected = format!("{} to {}", range.start(), range.end());
                self.refuse(key, &format!("`{value}`"), &expected);
            }
        }
    }

    fn method_ttl(&mut self, config: &Config) {
        const KEY: &str = "orders.method_ttl_minutes";
        for (method, minutes) in &config.orders.method_ttl_minutes {
            let known = config.pingpong.method_names.contains_key(method) || method == STARS;
            if !known {
                let expected = "methods that pingpong.method_names knows, or stars";
                self.refuse(KEY, &format!("`{method}`"), expected);
            }
            if !(1..=10_080).contains(minutes) {
                self.refuse(KEY, &format!("`{minutes}`"), "1 to 10080");
            }
        }
    }

    fn security(&mut self, config: &Config) {
        const KEY: &str = "security.encryption_keys";
        const EXPECTED: &str =
            "a list of keys written id:base64(32 bytes); `mingshu init` makes one";
        let keys = &config.security.encryption_keys;
        if keys.is_empty() && self.merged.origin(KEY).is_none() {
            self.problems.push(Problem::missing(KEY, EXPECTED));
        } else if let Err(fault) = Keyring::parse(keys) {
            self.refuse(KEY, &fault.to_string(), EXPECTED);
        }
    }

    fn rest(&mut self, config: &Config) {
        // It stands in messages, which have a limit of their own.
        if config.shop.support.chars().count() > 200 {
            let expected = "at most 200 characters, such as @my_support";
            self.refuse("shop.support", "a longer text", expected);
        }
        let url = config.database.url.expose_secret();
        if !["sqlite:", "postgres://", "postgresql://"].iter().any(|start| url.starts_with(start)) {
            let expected =
                "an address such as sqlite://data/mingshu.db or postgres://user@host/name";
            self.refuse("database.url", "another kind of address", expected);
        }
        if !telemetry::is_filter(&config.log.level) {
            let found = format!("`{}`", config.log.level);
            self.refuse("log.level", &found, "error, warn, info, debug, trace or off");
        }
        if let Some(dir) = config.templates.dir.as_deref().filter(|dir| !dir.is_dir()) {
            let found = format!("`{}`", dir.display());
            self.refuse("templates.dir", &found, "a folder that is there");
        }
        if let Some(dir) = config.render.fonts_dir.as_deref().filter(|dir| !dir.is_dir()) {
            let found = format!("`{}`", dir.display());
            self.refuse("render.fonts_dir", &found, "a folder that is there");
        }
        if config.render.memory_mib < LEAST_TO_DRAW {
            let found = config.render.memory_mib.to_string();
            self.refuse("render.memory_mib", &found, "at least 256");
        }
    }

    fn fallbacks(&mut self, config: &Config) {
        const KEY: &str = "ai.fallbacks";
        let fallbacks = &config.ai.fallbacks;
        for (index, one) in fallbacks.iter().enumerate() {
            for mistake in one.mistakes() {
                self.refuse(KEY, &format!("fallback `{}`: {mistake}", one.name), writing::EXPECTED);
            }
            if fallbacks.iter().take(index).any(|before| before.name == one.name) {
                let found = format!("two fallbacks named `{}`", one.name);
                self.refuse(KEY, &found, "a name of its own for each");
            }
        }
    }

    fn sinks(&mut self, config: &Config) {
        const KEY: &str = "events.sinks";
        let sinks = &config.events.sinks;
        for (index, sink) in sinks.iter().enumerate() {
            for mistake in sink.mistakes() {
                self.refuse(KEY, &format!("sink `{}`: {mistake}", sink.name), sinks::EXPECTED);
            }
            if sinks.iter().take(index).any(|before| before.name == sink.name) {
                let found = format!("two sinks named `{}`", sink.name);
                self.refuse(KEY, &found, "a name of its own for each");
            }
        }
    }

    fn alerts(&mut self, config: &Config) {
        for (key, found, expected) in config.alerts.mistakes() {
            self.refuse(key, &found, expected);
        }
    }

    fn refuse(&mut self, key: &str, found: &str, expected: &str) {
        self.problems.push(Problem {
            key: key.to_owned(),
            origin: self.merged.origin(key),
            found: found.to_owned(),
            expected: expected.to_owned(),
        });
    }

    /// An empty secret is refused even where none is needed: who sets one, means one.
    fn secret(&mut self, key: &str, secret: &SecretString, required: bool, expected: &str) {
        if secret.expose_secret().trim().is_empty() {
            self.empty(key, required, expected);
        }
    }

    fn text(&mut self, key: &str, value: &str, expected: &str) {
        if value.trim().is_empty() {
            self.empty(key, true, expected);
        }
    }

    fn set_address(&mut self, key: &str, address: &BaseUrl, expected: &str) {
        if !address.is_set() {
            self.empty(key, true, expected);
        }
    }

    fn empty(&mut self, key: &str, required: bool, expected: &str) {
        if self.merged.origin(key).is_some() {
            self.refuse(key, "empty", expected);
        } else if required {
            self.problems.push(Problem::missing(key, expected));
        }
    }

    fn header_safe(&mut self, key: &str, secret: &SecretString) {
        if !secret.expose_secret().bytes().all(|byte| byte.is_ascii_graphic()) {
            self.refuse(key, "spaces or other characters that no key has", "the key alone");
        }
    }
}
