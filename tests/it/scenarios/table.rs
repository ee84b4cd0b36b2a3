//! docs/reliability.md tells what becomes of all forty scenarios; here it is held to that.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

const SCENARIOS: u32 = 40;
/// What the table says where no test is needed; the reason follows.
const NOT_OURS: &str = "does not apply:";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The names of all tests of the suite.
fn tests(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests(&path, found);
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        for marked in text.split("#[tokio::test").skip(1).chain(text.split("#[test]").skip(1)) {
            let name = marked.split_once("fn ").map(|(_marks, rest)| rest);
            let name = name.and_then(|rest| rest.split(['(', '<']).next());
            found.extend(name.map(str::to_owned));
        }
    }
}

/// What the table's last column says of each number.
fn table() -> BTreeMap<u32, String> {
    let page = fs::read_to_string(root().join("docs/reliability.md")).unwrap();
    let mut rows = BTreeMap::new();
    for line in page.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [number, _name, told] = cells[..] else { continue };
        let Ok(number) = number.parse() else { continue };
        assert_eq!(rows.insert(number, told.to_owned()), None, "{number} stands there twice");
    }
    rows
}

/// The words in backquotes.
fn quoted(cell: &str) -> impl Iterator<Item = &str> {
    cell.split('`').skip(1).step_by(2)
}

#[test]
fn all_forty_scenarios_have_a_test_or_a_reason() {
    let mut names = BTreeSet::new();
    tests(&root().join("tests"), &mut names);
    let table = table();
    assert_eq!(table.keys().copied().collect::<Vec<_>>(), (1..=SCENARIOS).collect::<Vec<_>>());
    for (number, told) in &table {
        let missing: Vec<_> = quoted(told).filter(|name| !names.contains(*name)).collect();
        assert!(missing.is_empty(), "{number}: there is no test {missing:?}");
        let own = format!("scenario_{number:02}_");
        let reason = told.strip_prefix(NOT_OURS).is_some_and(|why| why.len() > 20);
        assert!(reason || quoted(told).any(|name| name.starts_with(&own)), "{number}: {told}");
    }
    for name in names.iter().filter(|name| name.starts_with("scenario_")) {
        let told = table.values().any(|told| quoted(told).any(|word| word == name));
        assert!(told, "{name} is not in the table");
    }
}
