//! Settings as an operator writes them: files, environment, aliases, secrets in files, mistakes.
//! No test touches the environment of this process.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail")]

mod commands;
mod coupons;
mod mistakes;
mod reading;
mod showing;
mod sinks;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use mingshu::config::{Config, SettingsFile, Sources};

const KEY: &str = "k1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// The least that a shop needs.
const ENOUGH: &[(&str, &str)] = &[
    ("WEBHOOK_URL", "https://shop.example"),
    ("TELEGRAM_BOT_TOKEN", "123:abc"),
    ("DEEPSEEK_API_KEY", "sk-deepseek"),
    ("MINGSHU_PINGPONG__BASE_URL", "https://pay.example"),
    ("MINGSHU_PINGPONG__ACC_ID", "2018092714313010016291"),
    ("MINGSHU_PINGPONG__CLIENT_ID", "2018092714313010016"),
    ("MINGSHU_PINGPONG__SALT", "F78BC96A55548B2319EE68E0"),
    ("MINGSHU_SECURITY__ENCRYPTION_KEYS", KEY),
];

fn environment(variables: &[(&str, &str)]) -> BTreeMap<String, String> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// Enough settings, and `more` on top.
fn enough_and(more: &[(&str, &str)]) -> Sources {
    let mut variables = environment(ENOUGH);
    variables.extend(environment(more));
    Sources { file: SettingsFile::None, environment: variables }
}

fn enough_without(name: &str) -> Sources {
    let mut sources = enough_and(&[]);
    sources.environment.remove(name).unwrap();
    sources
}

fn load(more: &[(&str, &str)]) -> Config {
    Config::load(&enough_and(more)).unwrap()
}

fn problems(sources: &Sources) -> Vec<String> {
    let problems = Config::load(sources).unwrap_err();
    let lines = problems.to_string().lines().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(lines.len(), problems.0.len(), "one line each: {lines:#?}");
    lines
}

/// The only problem, which must contain all of `parts`.
fn problem(sources: &Sources, parts: &[&str]) {
    let lines = problems(sources);
    let [line] = lines.as_slice() else { panic!("not one problem: {lines:#?}") };
    for part in parts {
        assert!(line.contains(part), "`{part}` is missing in: {line}");
    }
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

fn with_file(text: &str) -> (Folder, Sources) {
    let folder = Folder::new();
    let file = SettingsFile::Named(folder.file("shop.toml", text));
    let sources = Sources { file, ..enough_and(&[]) };
    (folder, sources)
}
