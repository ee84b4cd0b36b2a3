//! Settings shown to the operator, and the file that the repository ships.

use std::collections::BTreeMap;

use mingshu::config::{Config, EXAMPLE, Shown, Sources, show};

use super::{enough_and, load, with_file};

fn values(settings: Vec<Shown>) -> BTreeMap<String, String> {
    settings.into_iter().map(|setting| (setting.key, setting.value)).collect()
}

#[test]
fn the_shipped_file_says_exactly_the_defaults() {
    let (_folder, with_example) = with_file(EXAMPLE);
    Config::load(&with_example).unwrap();
    let shown = |sources: &Sources| values(show(sources).unwrap());
    assert_eq!(shown(&with_example), shown(&enough_and(&[])));
}

#[test]
fn the_shipped_file_names_every_key() {
    for key in values(show(&Sources::default()).unwrap()).into_keys() {
        let (section, name) = key.rsplit_once('.').unwrap();
        let part = EXAMPLE.split(&format!("[{section}]\n")).nth(1).unwrap_or_default();
        let part = part.split("\n[").next().unwrap();
        let named = |line: &str| {
            let line = line.strip_prefix("# ").unwrap_or(line);
            line.split(" = ").next() == Some(name)
        };
        let inline = key.starts_with("payments.proof.") && EXAMPLE.contains("# proof = { pingpong");
        assert!(inline || part.lines().any(named), "{key} is not in Config.toml");
    }
}

#[test]
fn the_list_of_settings_tells_origins_and_no_secret() {
    let (_folder, mut sources) = with_file("[orders]\npayment_ttl_minutes = 45\n");
    sources.environment.insert("DATABASE_URL".into(), "postgres://shop:hunter2@db/shop".into());
    let settings = show(&sources).unwrap();
    let find = |key: &str| settings.iter().find(|setting| setting.key == key).unwrap();
    let ttl = find("orders.payment_ttl_minutes");
    assert_eq!(ttl.value, "45");
    assert!(ttl.origin.starts_with("file ") && ttl.origin.ends_with("shop.toml"), "{}", ttl.origin);
    let token = find("telegram.token");
    assert_eq!(token.value, "(set)");
    assert_eq!(token.origin, "environment variable TELEGRAM_BOT_TOKEN");
    assert_eq!(find("database.url").value, "\"postgres://shop:***@db/shop\"");
    assert_eq!(find("yuanfenju.api_key").value, "(not set)");
    assert_eq!(find("server.bind").value, "\"127.0.0.1:8080\"");
    assert_eq!(find("server.bind").origin, "built-in default");
    let all = format!("{settings:?}");
    for secret in ["123:abc", "sk-deepseek", "F78BC96A", "AAECAwQF", "hunter2"] {
        assert!(!all.contains(secret), "{secret} is shown");
    }
}

#[test]
fn debug_output_of_settings_shows_no_secret() {
    let shown = format!("{:?}", load(&[("DATABASE_URL", "postgres://shop:hunter2@db/shop")]));
    for secret in ["123:abc", "sk-deepseek", "F78BC96A", "AAECAwQF", "hunter2"] {
        assert!(!shown.contains(secret), "{secret} is shown");
    }
}
