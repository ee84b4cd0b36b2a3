//! What may come into the program: one TLS stack, one copy of what must be one, licences that go
//! with ours. `deny.toml` says the same to cargo-deny, which not every machine has.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may fail")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Not even as an option that somebody could switch on: rustls with ring is the TLS stack.
const NEVER: &[&str] = &["openssl-sys", "native-tls", "aws-lc-sys", "aws-lc-rs"];

/// Two versions would mean two pools, two sets of trust anchors, or types that do not fit.
const ONCE: &[&str] =
    &["sqlx-core", "libsqlite3-sys", "rustls", "reqwest", "ring", "axum", "tokio", "hyper"];

const LICENCES: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "Zlib",
];

/// MPL-2.0 binds the files of the crate itself, which we ship unchanged.
const EXCEPTIONS: &[(&str, &str)] = &[("colored", "MPL-2.0")];

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Locked versions by crate.
fn locked() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(here().join("Cargo.lock")).unwrap_or_default();
    let lock: toml::Table = text.parse().unwrap_or_default();
    let packages = lock.get("package").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for package in packages {
        let field = |name: &str| package.get(name).and_then(toml::Value::as_str).map(str::to_owned);
        if let (Some(name), Some(version)) = (field("name"), field("version")) {
            versions.entry(name).or_default().push(version);
        }
    }
    versions
}

#[test]
fn there_is_one_tls_stack() {
    let locked = locked();
    assert!(locked.contains_key("rustls"), "Cargo.lock was not read");
    let found: Vec<_> = NEVER.iter().filter(|name| locked.contains_key(**name)).collect();
    assert!(found.is_empty(), "{found:?} came in: `cargo tree -i` tells through whom");
}

#[test]
fn what_must_be_one_is_one() {
    let locked = locked();
    for name in ONCE {
        assert_eq!(locked[*name].len(), 1, "{name}: {:?}", locked[*name]);
    }
}

#[test]
fn every_licence_that_we_ship_goes_with_ours() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1"])
        .args(["--filter-platform", &host()])
        .current_dir(here())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let shipped = shipped(&metadata);
    assert!(shipped.contains("ring"), "the graph was not read");
    let mut wrong = Vec::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let licence = package["license"].as_str().unwrap_or("none");
        let fine = fits(licence) || EXCEPTIONS.contains(&(name, licence));
        if shipped.contains(name) && !fine {
            wrong.push(format!("{name}: {licence}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The platform of this compiler.
fn host() -> String {
    let version = Command::new("rustc").arg("-vV").output().unwrap().stdout;
    let version = String::from_utf8_lossy(&version).into_owned();
    version.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

/// Names of the crates that end up in the program: no helpers of build or test.
fn shipped(metadata: &Value) -> BTreeSet<String> {
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let mut open = vec![metadata["resolve"]["root"].clone()];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if !seen.insert(id.to_string()) {
            continue;
        }
        let node = nodes.iter().find(|node| node["id"] == id).unwrap();
        for dependency in node["deps"].as_array().unwrap() {
            let kinds = dependency["dep_kinds"].as_array().unwrap();
            if kinds.iter().any(|kind| kind["kind"].is_null()) {
                open.push(dependency["pkg"].clone());
            }
        }
    }
    let packages = metadata["packages"].as_array().unwrap();
    let of_graph = packages.iter().filter(|package| seen.contains(&package["id"].to_string()));
    of_graph.map(|package| package["name"].as_str().unwrap().to_owned()).collect()
}

/// Whether an SPDX expression can be met with [`LICENCES`] alone.
fn fits(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ").replace(['(', ')'], "");
    expression
        .split(" AND ")
        .all(|part| part.split(" OR ").any(|licence| LICENCES.contains(&licence.trim())))
}

#[test]
fn licence_expressions_are_understood() {
    for good in
        ["MIT", "MIT/Apache-2.0", "(MIT OR GPL-3.0) AND Unicode-3.0", "Apache-2.0 OR GPL-2.0-only"]
    {
        assert!(fits(good), "{good}");
    }
    for wrong in ["", "none", "GPL-3.0", "MIT AND GPL-3.0", "(MIT OR ISC) AND MPL-2.0"] {
        assert!(!fits(wrong), "{wrong}");
    }
}
