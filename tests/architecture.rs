//! Who may know whom (src/ARCHITECTURE.md): held, edge by edge, by reading the sources.
//!
//! A new edge is a decision: change the table in `architecture/rules.rs` and say why in the commit.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "helpers of tests may fail"
)]

#[path = "architecture/monitoring.rs"]
mod monitoring;
#[path = "architecture/patches.rs"]
mod patches;
#[path = "architecture/planted.rs"]
mod planted;
#[path = "architecture/reader.rs"]
mod reader;
#[path = "architecture/rules.rs"]
mod rules;
#[path = "architecture/texts.rs"]
mod texts;

use std::fs;
use std::path::{Path, PathBuf};

use reader::Program;

fn sources() -> Program {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    let mut folders: Vec<PathBuf> = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below_root = path.strip_prefix(&root).unwrap().display().to_string();
                files.push((below_root, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    files.sort();
    Program::read(files)
}

#[test]
fn the_code_follows_the_table() {
    let faults = rules::faults(&sources());
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_reader_sees_the_edges_that_are_surely_there() {
    let program = sources();
    let names = |file: &str, own_crate: bool, path: &str| {
        let file = program.files.iter().find(|known| known.path == file).unwrap();
        let seen = file.code().any(|named| {
            named.own_crate == own_crate && named.segments.join("::").starts_with(path)
        });
        assert!(seen, "{path} is not seen in {}", file.path);
    };
    names("callback/payment.rs", true, "flows::take_notification");
    names("flows/take_notification.rs", true, "flows::settle_payment");
    names("flows/settle_payment/mod.rs", true, "orders");
    names("orders/repo.rs", false, "sea_orm");
    names("platform/web.rs", false, "axum");
    names("platform/http.rs", false, "reqwest");
    names("cli/config.rs", true, "config::Config");
    let reached = rules::reached(&program, "callback");
    for file in ["flows/settle_payment/case.rs", "orders/rules.rs", "payments/repo.rs"] {
        assert!(reached.contains_key(file), "{file} is not reached from the callback");
    }
}

#[test]
fn every_metric_is_described() {
    let program = sources();
    let described = "platform/telemetry/metrics.rs";
    let table = &program.files.iter().find(|file| file.path == described).unwrap().text;
    let mut names = 0;
    for file in &program.files {
        for kind in ["counter!(", "gauge!(", "histogram!("] {
            for call in file.text.split(kind).skip(1) {
                let Some(name) = call.trim_start().strip_prefix('"') else { continue };
                let name = name.split('"').next().unwrap();
                assert!(name.starts_with("mingshu_"), "{name} in {}", file.path);
                assert!(table.contains(&format!("(\"{name}\",")), "{name} is not in {described}");
                names += 1;
            }
        }
    }
    assert!(names > 10, "the metrics were not found");
}

#[test]
fn every_text_is_spoken_by_some_code() {
    let silent = texts::silent(&sources());
    assert!(silent.is_empty(), "nobody says {}: say them or drop them", silent.join(", "));
}

#[test]
fn every_computed_text_key_is_computed_somewhere() {
    let program = sources();
    for (prefix, written) in texts::COMPUTED {
        let is_there = program.files.iter().any(|file| file.text.contains(written));
        assert!(is_there, "no code writes `{written}` any more: take `{prefix}` off the list");
    }
}
