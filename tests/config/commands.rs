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
