//! Mistakes in the environment stop the start: exit code 2 and a clear line for each, naming key,
//! origin and expectation, without any secret (spec.md §9).

use super::binary::{Environment, run, written};
use super::database::Kind;
use super::shop::{Plan, settings_of};
use super::world::pingpong::Dialect;

/// What is changed in a good environment, and what must be said about it.
struct Mistake {
    name: &'static str,
    /// `None` takes the variable away.
    value: Option<&'static str>,
    key: &'static str,
}

const MISTAKES: &[Mistake] = &[
    Mistake { name: "TELEGRAM_BOT_TOKEN", value: None, key: "telegram.token" },
    Mistake { name: "TELEGRAM_BOT_TOKEN", value: Some(""), key: "telegram.token" },
    Mistake { name: "PINGPONG_WEBHOOK_SECRET", value: Some(""), key: "pingpong.webhook_secret" },
    Mistake { name: "PINGPONG_WEBHOOK_SECRET", value: None, key: "pingpong.webhook_secret" },
    Mistake {
        name: "MINGSHU_SECURITY__ENCRYPTION_KEYS",
        value: None,
        key: "security.encryption_keys",
    },
    Mistake {
        name: "MINGSHU_SECURITY__ENCRYPTION_KEYS",
        value: Some("[\"a:c2VjcmV0LXRoYXQtaXMtdG9vLXNob3J0\"]"),
        key: "security.encryption_keys",
    },
    Mistake { name: "MINGSHU_TELEGRAM__TOKNE", value: Some("typo"), key: "telegram.tokne" },
    Mistake { name: "MINGSHU_PINGPONG__DIALECT", value: Some("v5"), key: "pingpong.dialect" },
    Mistake { name: "MINGSHU_WORKER__CONCURRENCY", value: Some("many"), key: "worker.concurrency" },
    Mistake { name: "MINGSHU_WORKER__CONCURRENCY", value: Some("0"), key: "worker.concurrency" },
    Mistake {
        name: "MINGSHU_TELEGRAM__MODE",
        value: Some("webhook"),
        key: "telegram.webhook_secret",
    },
    Mistake { name: "MINGSHU_BAZI__PROVIDER", value: Some("yuanfenju"), key: "yuanfenju.api_key" },
    Mistake { name: "MINGSHU_AI__BASE_URL", value: Some("not an address"), key: "ai.base_url" },
    Mistake { name: "WEBHOOK_URL", value: None, key: "server.public_url" },
    Mistake { name: "DATABASE_URL", value: Some("mysql://root:geheim@db/x"), key: "database.url" },
];

fn good(folder: &std::path::Path) -> Environment {
    let books = format!("sqlite://{}/books.db", folder.display());
    settings_of(&Plan::new(Kind::Sqlite, Dialect::Hmac), &books)
}

#[test]
fn every_mistake_stops_the_start_with_a_clear_line() {
    for mistake in MISTAKES {
        let folder = tempfile::tempdir().unwrap();
        let mut environment = good(folder.path());
        match mistake.value {
            Some(value) => environment.insert(mistake.name.to_owned(), value.to_owned()),
            None => environment.remove(mistake.name),
        };
        for command in [&["serve"][..], &["config", "check"][..]] {
            let output = run(&environment, folder.path(), command);
            let said = written(&output);
            let about = format!("{command:?} with {}={:?}: {said}", mistake.name, mistake.value);
            assert_eq!(output.status.code(), Some(2), "{about}");
            let line = said.lines().find(|line| line.contains(mistake.key));
            let line = line.unwrap_or_else(|| panic!("the key is named: {about}"));
            if mistake.value.is_some()
                && !mistake.key.ends_with("_secret")
                && mistake.key != "yuanfenju.api_key"
            {
                assert!(line.contains(mistake.name), "the origin is named: {about}");
            }
            assert!(line.contains("expected"), "the expectation is named: {about}");
            no_secret_in(&said, &about);
            assert!(!folder.path().join("books.db").exists(), "nothing was begun: {about}");
        }
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = good(folder.path());
    for name in
        ["TELEGRAM_BOT_TOKEN", "PINGPONG_WEBHOOK_SECRET", "MINGSHU_SECURITY__ENCRYPTION_KEYS"]
    {
        environment.remove(name);
    }
    let said = written(&run(&environment, folder.path(), &["serve"]));
    for key in ["telegram.token", "pingpong.webhook_secret", "security.encryption_keys"] {
        assert!(said.contains(key), "{key} is told: {said}");
    }
}

#[test]
fn the_settings_in_force_are_shown_without_secrets() {
    let folder = tempfile::tempdir().unwrap();
    let environment = good(folder.path());
    for arguments in
        [&["config", "show", "--origin"][..], &["config", "show", "--origin", "--json"][..]]
    {
        let output = run(&environment, folder.path(), arguments);
        let said = written(&output);
        assert!(output.status.success(), "{said}");
        no_secret_in(&said, "config show");
        for word in
            ["token", "TELEGRAM_BOT_TOKEN", "WEBHOOK_URL", "MINGSHU_PINGPONG__DIALECT", "hmac"]
        {
            assert!(said.contains(word), "{word} is shown: {said}");
        }
    }
    let check = run(&environment, folder.path(), &["config", "check"]);
    assert!(check.status.success(), "{}", written(&check));
}

#[test]
fn a_secret_may_come_as_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut environment = good(folder.path());
    let token = environment.remove("TELEGRAM_BOT_TOKEN").unwrap();
    let file = folder.path().join("token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let name = "MINGSHU_TELEGRAM__TOKEN_FILE".to_owned();
    environment.insert(name.clone(), file.display().to_string());
    let check = run(&environment, folder.path(), &["config", "check"]);
    assert!(check.status.success(), "{}", written(&check));
    environment.insert(name, "/nowhere/token".to_owned());
    let check = run(&environment, folder.path(), &["config", "check"]);
    assert_eq!(check.status.code(), Some(2), "{}", written(&check));
}

fn no_secret_in(said: &str, about: &str) {
    let mut secrets = super::shop::secrets().to_vec();
    secrets.extend(["geheim", "c2VjcmV0LXRoYXQtaXMtdG9vLXNob3J0"]);
    for secret in secrets {
        assert!(!said.contains(secret), "`{secret}` is told: {about}");
    }
}
