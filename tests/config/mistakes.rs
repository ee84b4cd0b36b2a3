//! Mistakes: what the operator is told.

use mingshu::config::{Config, SettingsFile, Sources};

use super::{KEY, enough_and, enough_without, environment, load, problem, problems, with_file};

#[test]
fn a_secret_given_twice_is_refused() {
    let sources = enough_and(&[("DEEPSEEK_API_KEY_FILE", "/run/secrets/ai")]);
    problem(&sources, &["ai.api_key", "DEEPSEEK_API_KEY_FILE", "DEEPSEEK_API_KEY is set too"]);
}

#[test]
fn what_is_missing_is_named_with_the_ways_to_set_it() {
    for (name, key) in [
        ("WEBHOOK_URL", "server.public_url"),
        ("TELEGRAM_BOT_TOKEN", "telegram.token"),
        ("DEEPSEEK_API_KEY", "ai.api_key"),
        ("MINGSHU_PINGPONG__BASE_URL", "pingpong.base_url"),
        ("MINGSHU_PINGPONG__ACC_ID", "pingpong.acc_id"),
        ("MINGSHU_PINGPONG__CLIENT_ID", "pingpong.client_id"),
        ("MINGSHU_PINGPONG__SALT", "pingpong.salt"),
        ("MINGSHU_SECURITY__ENCRYPTION_KEYS", "security.encryption_keys"),
    ] {
        problem(&enough_without(name), &[key, "missing", "expected", "Config.toml", name]);
    }
}

#[test]
fn an_empty_secret_is_refused_with_its_origin() {
    for (name, key) in [
        ("TELEGRAM_BOT_TOKEN", "telegram.token"),
        ("DEEPSEEK_API_KEY", "ai.api_key"),
        ("MINGSHU_PINGPONG__SALT", "pingpong.salt"),
        ("PINGPONG_WEBHOOK_SECRET", "pingpong.webhook_secret"),
        ("YUANFENJU_API_KEY", "yuanfenju.api_key"),
        ("MINGSHU_TELEGRAM__WEBHOOK_SECRET", "telegram.webhook_secret"),
        ("MINGSHU_SECURITY__ENCRYPTION_KEYS", "security.encryption_keys"),
    ] {
        problem(&enough_and(&[(name, "")]), &[key, &format!("environment variable {name}")]);
    }
    let hmac = [("MINGSHU_PINGPONG__DIALECT", "hmac"), ("PINGPONG_WEBHOOK_SECRET", "  ")];
    problem(&enough_and(&hmac), &["pingpong.webhook_secret", "empty", "HMAC-SHA256"]);
}

#[test]
fn each_dialect_needs_its_own_secrets_only() {
    let hmac = Sources {
        file: SettingsFile::None,
        environment: environment(&[
            ("WEBHOOK_URL", "https://shop.example"),
            ("TELEGRAM_BOT_TOKEN", "123:abc"),
            ("DEEPSEEK_API_KEY", "sk"),
            ("MINGSHU_SECURITY__ENCRYPTION_KEYS", KEY),
            ("MINGSHU_PINGPONG__DIALECT", "hmac"),
            ("MINGSHU_PINGPONG__BASE_URL", "https://pay.example"),
        ]),
    };
    problem(&hmac, &["pingpong.webhook_secret", "missing", "PINGPONG_WEBHOOK_SECRET"]);
}

#[test]
fn unknown_keys_are_refused_wherever_they_stand() {
    let (_folder, sources) = with_file("[telegram]\ntokn = \"1:x\"\n");
    problem(&sources, &["telegram.tokn", "shop.toml", "unknown key", "api_url"]);
    let (_folder, sources) = with_file("[telegrm]\na = 1\n");
    problem(&sources, &["telegrm", "shop.toml", "unknown key", "pingpong"]);
    let sources = enough_and(&[("MINGSHU_WORKER__SPEED", "9")]);
    problem(
        &sources,
        &["worker.speed", "environment variable MINGSHU_WORKER__SPEED", "concurrency"],
    );
    let sources = enough_and(&[("MINGSHU_TELEGRAM_MODE", "webhook")]);
    problem(&sources, &["MINGSHU_TELEGRAM_MODE", "unknown key", "MINGSHU_TELEGRAM__MODE"]);
    let sources = enough_and(&[("MINGSHU_SERVER__BIND_FILE", "/x")]);
    problem(&sources, &["server.bind_file", "unknown key"]);
}

#[test]
fn impossible_values_are_refused_with_key_origin_and_expectation() {
    for (name, value, parts) in [
        (
            "MINGSHU_TELEGRAM__MODE",
            "poling",
            ["telegram.mode", "`poling`", "`polling` or `webhook`"],
        ),
        ("MINGSHU_SERVER__BIND", "8080", ["server.bind", "`8080`", "127.0.0.1:8080"]),
        ("MINGSHU_SERVER__ADMIN_BIND", "x", ["server.admin_bind", "`x`", "127.0.0.1:8080"]),
        ("WEBHOOK_URL", "shop.example", ["server.public_url", "`shop.example`", "https://"]),
        ("MINGSHU_WORKER__CONCURRENCY", "many", ["worker.concurrency", "`many`", "whole number"]),
        ("MINGSHU_WORKER__CONCURRENCY", "-1", ["worker.concurrency", "`-1`", "whole number"]),
        ("MINGSHU_WORKER__CONCURRENCY", "0", ["worker.concurrency", "`0`", "1 to 1000"]),
        ("MINGSHU_ORDERS__PAYMENT_TTL_MINUTES", "0", ["payment_ttl_minutes", "`0`", "1 to 10080"]),
        ("MINGSHU_ORDERS__TIME_ZONE", "Mars", ["orders.time_zone", "`Mars`", "Asia/Shanghai"]),
        ("MINGSHU_ORDERS__LATE_PAYMENT", "keep", ["late_payment", "`keep`", "`ask_admin`"]),
        ("MINGSHU_AFFILIATE__RATE_PERCENT", "101", ["rate_percent", "`101`", "0 to 100"]),
        ("MINGSHU_AFFILIATE__ENABLED", "maybe", ["affiliate.enabled", "`maybe`", "true or false"]),
        ("MINGSHU_AI__TEMPERATURE", "3", ["ai.temperature", "`3`", "0 to 2"]),
        ("MINGSHU_AI__TEMPERATURE", "NaN", ["ai.temperature", "`NaN`", "a number"]),
        ("MINGSHU_AI__PRICES__OUTPUT", "1,2", ["ai.prices.output", "`1,2`", "decimal"]),
        ("MINGSHU_AI__PRICES__CURRENCY", "usd", ["ai.prices.currency", "`usd`", "USD"]),
        ("MINGSHU_AI__EXTRA_BODY", "{", ["ai.extra_body", "`{`", "JSON object"]),
        ("MINGSHU_BAZI__SECT", "3", ["bazi.sect", "`3`", "1 or 2"]),
        (
            "MINGSHU_PINGPONG__METHOD",
            "cash",
            ["pingpong.method", "`cash`", "wechat, alipay or bank"],
        ),
        ("MINGSHU_PINGPONG__SIGN_TYPE", "SHA1", ["pingpong.sign_type", "`SHA1`", "`SHA256`"]),
        ("MINGSHU_PINGPONG__SHOPPER_IP", "home", ["pingpong.shopper_ip", "`home`", "IP address"]),
        ("MINGSHU_PAYMENTS__PROOF", "trust", ["payments.proof", "`trust`", "callback, query"]),
        ("MINGSHU_TELEGRAM__ADMIN_IDS", "1,me", ["telegram.admin_ids", "`me`", "list"]),
        ("MINGSHU_EVENTS__SINKS", "nats", ["events.sinks", "not a JSON list", "docs/events.md"]),
        ("MINGSHU_LOG__LEVEL", "loud", ["log.level", "`loud`", "debug"]),
        ("MINGSHU_TEMPLATES__DIR", "/nowhere", ["templates.dir", "`/nowhere`", "folder"]),
        ("MINGSHU_RENDER__FONTS_DIR", "/nowhere", ["render.fonts_dir", "`/nowhere`", "folder"]),
        ("DATABASE_URL", "mysql://root:pw@db/shop", ["database.url", "another kind", "sqlite://"]),
        ("MINGSHU_TELEGRAM", "x", ["telegram", "`x`", "section"]),
    ] {
        let origin = format!("environment variable {name}");
        let sources = enough_and(&[(name, value)]);
        problem(&sources, &[parts[0], parts[1], parts[2], &origin, "expected"]);
    }
}

#[test]
fn a_wrong_secret_is_never_repeated_in_the_message() {
    for (name, value) in [
        ("TELEGRAM_BOT_TOKEN", "123:hunter2 "),
        ("DEEPSEEK_API_KEY", "hunter2\nhunter2"),
        ("YUANFENJU_API_KEY", "hunter2 hunter2"),
        ("MINGSHU_TELEGRAM__WEBHOOK_SECRET", "hunter2!"),
        ("MINGSHU_SECURITY__ENCRYPTION_KEYS", "hunter2"),
        ("MINGSHU_SECURITY__ENCRYPTION_KEYS", "a:hunter2"),
        ("MINGSHU_SECURITY__ENCRYPTION_KEYS__X", "hunter2"),
        ("DATABASE_URL", "mysql://root:hunter2@db"),
    ] {
        let lines = problems(&enough_and(&[(name, value)]));
        assert!(!lines.concat().contains("hunter2"), "{lines:?}");
        assert!(lines.concat().contains(name), "{lines:?}");
    }
    let (_folder, sources) = with_file("[telegram]\nwebhook_secret = 31337\n");
    let lines = problems(&sources);
    assert!(!lines.concat().contains("31337"), "{lines:?}");
}

#[test]
fn the_webhook_needs_a_secret_and_an_address_that_telegram_reaches() {
    let webhook = ("MINGSHU_TELEGRAM__MODE", "webhook");
    let secret = ("MINGSHU_TELEGRAM__WEBHOOK_SECRET", "abc_DEF-1");
    problem(&enough_and(&[webhook]), &["telegram.webhook_secret", "missing", "1 to 256"]);
    load(&[webhook, secret]);
    load(&[webhook, secret, ("WEBHOOK_URL", "http://127.0.0.1:8080")]);
    load(&[webhook, secret, ("WEBHOOK_URL", "https://shop.example:8443")]);
    let plain = ("WEBHOOK_URL", "http://shop.example");
    problem(&enough_and(&[webhook, secret, plain]), &["server.public_url", "https", "webhook"]);
    load(&[webhook, secret, plain, ("MINGSHU_TELEGRAM__API_URL", "http://bot-api:8081")]);
    load(&[secret, plain]);
    let odd = ("WEBHOOK_URL", "https://shop.example:9000");
    problem(&enough_and(&[webhook, secret, odd]), &["server.public_url", "port 9000", "8443"]);
    let long = "x".repeat(257);
    let sources = enough_and(&[webhook, ("MINGSHU_TELEGRAM__WEBHOOK_SECRET", &long)]);
    problem(&sources, &["telegram.webhook_secret", "1 to 256"]);
}

#[test]
fn yuanfenju_needs_its_key_only_when_it_is_asked() {
    let sources = enough_and(&[("MINGSHU_BAZI__PROVIDER", "yuanfenju")]);
    problem(&sources, &["yuanfenju.api_key", "missing", "YUANFENJU_API_KEY"]);
    load(&[("MINGSHU_BAZI__PROVIDER", "yuanfenju"), ("YUANFENJU_API_KEY", "abc")]);
}

#[test]
fn all_mistakes_are_told_at_once() {
    let (_folder, mut sources) = with_file("[telegram]\nmode = \"poling\"\ntokn = \"x\"\n[x]\n");
    sources.environment.remove("DEEPSEEK_API_KEY");
    sources.environment.insert("MINGSHU_WORKER__CONCURRENCY".into(), "0".into());
    sources.environment.insert("MINGSHU_TELEGRAM__ADMIN_IDS".into(), "a".into());
    let lines = problems(&sources);
    for key in
        ["telegram.mode", "telegram.tokn", "x (", "ai.api_key", "worker.concurrency", "admin_ids"]
    {
        assert!(lines.iter().any(|line| line.contains(key)), "{key} is missing in {lines:#?}");
    }
    assert_eq!(lines.len(), 6, "{lines:#?}");
}

#[test]
fn a_named_file_must_be_there_and_be_toml() {
    let missing =
        Sources { file: SettingsFile::Named("/nowhere/shop.toml".into()), ..enough_and(&[]) };
    problem(&missing, &["/nowhere/shop.toml", "cannot be read"]);
    let (_folder, broken) = with_file("[server]\nbind = \n");
    problem(&broken, &["shop.toml", "line 2", "TOML"]);
    let (_folder, too_long) = with_file("[pingpong]\nacc_id = 2018092714313010016291\n");
    problem(&too_long, &["shop.toml", "line 2"]);
}

#[test]
fn mail_settings_that_do_not_fit_together_are_refused() {
    let mail = |more: &[(&'static str, &'static str)]| {
        let whole = [
            ("MINGSHU_ALERTS__SMTP_HOST", "smtp.example"),
            ("MINGSHU_ALERTS__SMTP_FROM", "mingshu <alerts@shop.example>"),
            ("MINGSHU_ALERTS__SMTP_TO", "me@shop.example,you@shop.example"),
        ];
        enough_and(&[&whole[..], more].concat())
    };
    assert!(Config::load(&mail(&[])).is_ok());
    let login =
        [("MINGSHU_ALERTS__SMTP_USER", "shop"), ("MINGSHU_ALERTS__SMTP_PASSWORD", "hunter2")];
    let config = Config::load(&mail(&login)).unwrap();
    assert_eq!((config.alerts.port(), config.alerts.smtp_to.len()), (587, 2));
    for (more, key) in [
        (&[("MINGSHU_ALERTS__SMTP_SECURITY", "none")][..], "alerts.smtp_security"),
        (&[("MINGSHU_ALERTS__SMTP_SECURITY", "ssl")], "alerts.smtp_security"),
        (&[("MINGSHU_ALERTS__SMTP_HOST", "smtp.example:465")], "alerts.smtp_host"),
        (&[("MINGSHU_ALERTS__SMTP_HOST", "https://smtp.example")], "alerts.smtp_host"),
        (&[("MINGSHU_ALERTS__SMTP_HOST", "")], "alerts.smtp_host"),
        (&[("MINGSHU_ALERTS__SMTP_PORT", "0")], "alerts.smtp_port"),
        (&[("MINGSHU_ALERTS__SMTP_PORT", "many")], "alerts.smtp_port"),
        (&[("MINGSHU_ALERTS__SMTP_FROM", "the shop")], "alerts.smtp_from"),
        (&[("MINGSHU_ALERTS__SMTP_FROM", "")], "alerts.smtp_from"),
        (&[("MINGSHU_ALERTS__SMTP_TO", "")], "alerts.smtp_to"),
        (&[("MINGSHU_ALERTS__SMTP_TO", "me@shop.example,you")], "alerts.smtp_to"),
        (&[("MINGSHU_ALERTS__SMTP_USER", "shop")], "alerts.smtp_password"),
        (&[("MINGSHU_ALERTS__SMTP_PASSWORD", "hunter2")], "alerts.smtp_user"),
        (&[("MINGSHU_ALERTS__SMTP_CA_FILE", "/nowhere/ca.pem")], "alerts.smtp_ca_file"),
    ] {
        let found = Config::load(&mail(more)).unwrap_err().to_string();
        assert!(found.starts_with(key), "{more:?}: {found}");
        assert_eq!(found.lines().count(), 1, "{more:?}: {found}");
        assert!(!found.contains("hunter2"), "{found}");
    }
}

#[test]
fn mail_without_tls_goes_no_further_than_this_machine() {
    for (host, fine) in
        [("localhost", true), ("127.0.0.1", true), ("::1", true), ("10.0.0.1", false)]
    {
        let sources = enough_and(&[
            ("MINGSHU_ALERTS__SMTP_HOST", host),
            ("MINGSHU_ALERTS__SMTP_SECURITY", "none"),
            ("MINGSHU_ALERTS__SMTP_FROM", "alerts@shop.example"),
            ("MINGSHU_ALERTS__SMTP_TO", "me@shop.example"),
        ]);
        assert_eq!(Config::load(&sources).is_ok(), fine, "{host}");
    }
}

#[test]
fn somebody_must_be_able_to_pay() {
    let off = [("MINGSHU_PINGPONG__ENABLED", "false")];
    problem(&enough_and(&off), &["pingpong.enabled", "`false`", "stars.enabled = true"]);
    let mut stars_alone = enough_and(&[off[0], ("MINGSHU_STARS__ENABLED", "true")]);
    stars_alone.environment.retain(|name, _| !name.ends_with("SALT") && !name.ends_with("_URL"));
    stars_alone.environment.insert("WEBHOOK_URL".into(), "https://shop.example".into());
    let config = Config::load(&stars_alone).unwrap();
    assert!(config.stars.enabled && !config.pingpong.enabled, "PingPong's keys are not asked for");
}
