//! Texts that people are to read, held against the code that says them. A text nobody says is a
//! promise nobody keeps.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::reader::Program;

/// Beginnings of keys that are put together while the program runs, and how the code writes them.
pub(crate) const COMPUTED: &[(&str, &str)] = &[
    ("alert-title-", "alert-{part}-{}"),
    ("alert-advice-", "alert-{part}-{}"),
    ("broadcast-segment-", "broadcast-segment-{"),
    ("broadcast-status-", "broadcast-status-{"),
    ("btn-broadcast-", "btn-broadcast-{"),
    ("btn-desk-doubt-", "btn-desk-doubt-{"),
    ("btn-method-", "btn-method-{"),
    ("btn-reason-", "btn-reason-{"),
    ("btn-profile-save-", "btn-profile-save-{"),
    ("command-", "command-{"),
    ("desk-doubt-", "desk-doubt-{"),
    ("failure-", "failure-{"),
    ("job-status-", "job-status-{"),
    ("language-", "language-{"),
    ("method-", "method-{"),
    ("order-card-request-", "order-card-request-{"),
    ("order-icon-", "order-icon-{"),
    ("order-status-", "order-status-{"),
    ("page-", "page-{"),
    ("picture-", "picture-{"),
    ("payment-status-", "{of}-status-{word}"),
    ("profile-kind-", "profile-kind-{"),
    ("refund-status-", "refund-status-{"),
    ("request-status-", "request-status-{"),
    ("stats-", "stats-{"),
    ("step-", "step-{"),
];

/// Keys that stand in no code, in no other text, and begin as no computed key does.
pub(crate) fn silent(program: &Program) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("templates/locales/zh-Hans");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let texts: Vec<String> = files.map(|path| fs::read_to_string(path).unwrap()).collect();
    let keys: BTreeSet<&str> = texts.iter().flat_map(|text| text.lines().filter_map(key)).collect();
    assert!(keys.len() > 300, "the texts were not found");
    let is_silent = |key: &&str| {
        let computed = COMPUTED.iter().any(|(prefix, _)| key.starts_with(prefix));
        let in_code = || {
            let quoted = format!("\"{key}\"");
            program.files.iter().any(|file| file.text.contains(&quoted))
        };
        let in_texts = || {
            let placed = format!("{{ {key} }}");
            texts.iter().any(|text| text.contains(&placed))
        };
        !computed && !in_code() && !in_texts()
    };
    keys.into_iter().filter(is_silent).map(str::to_owned).collect()
}

/// The key that a line begins; terms (`-shop`) are words inside texts.
fn key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(" =")?;
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_key =
        key.starts_with(|first: char| first.is_ascii_lowercase()) && key.bytes().all(letter);
    is_key.then_some(key)
}
