//! `init`, `config check` and `config show` as the shell sees them.

use std::process::{Command, Output};

use super::{ENOUGH, Folder};

/// Runs the program in `folder` with nothing in its environment but `variables`.
fn mingshu(folder: &Folder, arguments: &str, variables: &[(&str, &str)]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mingshu"))
        .args(arguments.split(' '))
        .current_dir(folder.0.path())
        .env_clear()
        .envs(variables.iter().copied())
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn a_good_configuration_is_said_to_be_good() {
    let checked = mingshu(&Folder::new(), "config check", ENOUGH);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));
    assert_eq!(text(&checked.stdout), "configuration is good\n");
}

#[test]
fn a_bad_configuration_ends_with_code_two_and_one_line_for_each_mistake() {
    let variables =
        [ENOUGH, &[("MINGSHU_WORKER__CONCURRENCY", "0"), ("MINGSHU_X__Y", "1")]].concat();
    let checked = mingshu(&Folder::new(), "config check", &variables);
    assert_eq!(checked.status.code(), Some(2));
    assert_eq!(text(&checked.stderr).lines().count(), 2, "{}", text(&checked.stderr));
    let json = mingshu(&Folder::new(), "config check --json", &variables);
    assert_eq!(json.status.code(), Some(2));
    let answer: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(answer["ok"], false);
    assert_eq!(answer["problems"].as_array().unwrap().len(), 2);
}

#[test]
fn a_fresh_file_needs_only_what_nobody_but_the_operator_knows() {
    let folder = Folder::new();
    let made = mingshu(&folder, "init", &[]);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let file = folder.0.path().join("Config.toml");
    let before = std::fs::read_to_string(&file).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let known: Vec<_> =
        ENOUGH.iter().copied().filter(|(name, _)| !name.contains("ENCRYPTION")).collect();
    let webhook = [known.as_slice(), &[("MINGSHU_TELEGRAM__MODE", "webhook")]].concat();
    let checked = mingshu(&folder, "config check", &webhook);
    assert_eq!(checked.status.code(), Some(0), "{}", text(&checked.stderr));

    let again = mingshu(&folder, "init", &[]);
    assert_eq!(again.status.code(), Some(1));
    assert_eq!(std::fs::read_to_string(&file).unwrap(), before, "it was not overwritten");
}

#[test]
fn settings_are_listed_with_origins_and_without_secrets() {
    let shown = mingshu(&Folder::new(), "config show --origin", ENOUGH);
    let list = text(&shown.stdout);
    assert_eq!(shown.status.code(), Some(0), "{}", text(&shown.stderr));
    assert!(list.contains("worker.concurrency = 32  # built-in default\n"), "{list}");
    let token = "telegram.token = (set)  # environment variable TELEGRAM_BOT_TOKEN\n";
    assert!(list.contains(token), "{list}");
    for (name, value) in ENOUGH.iter().filter(|(name, _)| name.contains("KEY")) {
        assert!(!list.contains(value), "{name} is shown");
    }
}

#[test]
fn commands_of_the_books_need_the_settings_of_the_books_only() {
    let folder = Folder::new();
    let keys: Vec<_> =
        ENOUGH.iter().copied().filter(|(name, _)| name.contains("ENCRYPT")).collect();
    let early = mingshu(&folder, "orders list", &keys);
    assert_eq!(early.status.code(), Some(1));
    assert!(text(&early.stderr).contains("mingshu migrate"), "{}", text(&early.stderr));
    assert!(!folder.0.path().join("data").exists(), "looking makes no file");

    let migrated = mingshu(&folder, "migrate", &[]);
    assert_eq!(migrated.status.code(), Some(0), "{}", text(&migrated.stderr));
    let listed = mingshu(&folder, "orders list", &keys);
    assert_eq!(text(&listed.stdout), "there are no orders\n", "{}", text(&listed.stderr));
    let listed = mingshu(&folder, "orders list --json", &keys);
    assert_eq!(text(&listed.stdout).trim(), "[]");
    let without_keys = mingshu(&folder, "orders list", &[]);
    assert_eq!(without_keys.status.code(), Some(2));
    assert!(text(&without_keys.stderr).starts_with("security.encryption_keys"));
}

#[test]
fn a_health_check_needs_no_secret() {
    let asked = mingshu(&Folder::new(), "healthcheck", &[("MINGSHU_SERVER__BIND", "127.0.0.1:9")]);
    assert_eq!(asked.status.code(), Some(1));
    assert!(text(&asked.stderr).contains("http://127.0.0.1:9/health/ready"));
    let asked = mingshu(&Folder::new(), "healthcheck", &[("MINGSHU_SERVER__BIND", "nowhere")]);
    assert_eq!(asked.status.code(), Some(2));
}

#[test]
fn a_database_without_tables_is_one_clear_sentence_and_nothing_is_made() {
    let folder = Folder::new();
    let variables = [ENOUGH, &[("MINGSHU_DATABASE__URL", "sqlite://nowhere.db")]].concat();
    for (arguments, code) in [
        ("orders list", 1),
        ("orders show M1", 1),
        ("doctor money", 2),
        ("doctor payments", 2),
        ("reconcile", 1),
        ("reconcile differences", 1),
        ("coupons list", 1),
        ("events list", 1),
        ("events sinks", 1),
        ("keys rotate", 1),
    ] {
        let told = mingshu(&folder, arguments, &variables);
        let words = text(&told.stderr);
        let sentence = "this database has no tables yet: run `mingshu migrate`";
        assert!(words.contains(sentence) && words.lines().count() == 1, "{arguments}: {words}");
        assert_eq!(told.status.code(), Some(code), "{arguments}: {words}");
        assert!(!folder.0.path().join("nowhere.db").exists(), "{arguments}");
    }
    let made = mingshu(&folder, "migrate", &variables);
    assert_eq!(made.status.code(), Some(0), "{}", text(&made.stderr));
    let told = mingshu(&folder, "orders list", &variables);
    assert_eq!(told.status.code(), Some(0), "{}", text(&told.stderr));
}

#[test]
fn a_test_of_the_alerts_tells_for_each_way_how_it_went() {
    let folder = Folder::new();
    let alerts_test = |more: &[(&str, &str)]| {
        let token = [("TELEGRAM_BOT_TOKEN", "123:abc")];
        mingshu(&folder, "alerts test", &[&token[..], more].concat())
    };
    let no_way = alerts_test(&[]);
    assert_eq!(no_way.status.code(), Some(2), "{}", text(&no_way.stderr));
    assert!(text(&no_way.stderr).contains("alerts.smtp_host"), "{}", text(&no_way.stderr));

    // Nobody listens there.
    let mail = [
        ("MINGSHU_ALERTS__SMTP_HOST", "127.0.0.1"),
        ("MINGSHU_ALERTS__SMTP_PORT", "1"),
        ("MINGSHU_ALERTS__SMTP_SECURITY", "none"),
        ("MINGSHU_ALERTS__SMTP_FROM", "mingshu <alerts@shop.example>"),
        ("MINGSHU_ALERTS__SMTP_TO", "me@shop.example"),
        ("MINGSHU_TELEGRAM__API_URL", "http://127.0.0.1:1"),
        ("MINGSHU_TELEGRAM__ALERT_CHAT_ID", "-100"),
    ];
    let failed = alerts_test(&mail);
    let told = text(&failed.stdout);
    assert_eq!(failed.status.code(), Some(1), "{told}{}", text(&failed.stderr));
    let lines: Vec<_> = told.lines().collect();
    assert!(lines[0].starts_with("telegram  failed  chat -100: "), "{told}");
    assert!(lines[1].starts_with("mail      failed  me@shop.example by 127.0.0.1:1: "), "{told}");
    assert!(!told.contains("123:abc"), "{told}");

    let far = [("MINGSHU_ALERTS__SMTP_HOST", "smtp.example"), mail[2], mail[3], mail[4]];
    let refused = alerts_test(&far);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).starts_with("alerts.smtp_security"), "{}", text(&refused.stderr));
}
