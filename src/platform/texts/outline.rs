//! What messages a Fluent file defines and which values each of them needs.
//!
//! Reads the source line by line instead of the syntax tree, which the bundle keeps to itself. It
//! is only asked about files that the Fluent parser has accepted.

use std::collections::{BTreeMap, BTreeSet};

/// One message or term.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// `$name` of every value, without the sign.
    pub values: BTreeSet<String>,
    /// Messages whose text is put into this one.
    pub references: BTreeSet<String>,
}

/// The entries of one source by key. Terms keep their leading `-`.
pub(super) fn outline(source: &str) -> BTreeMap<String, Entry> {
    let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in source.lines() {
        let body = match definition(line) {
            Some((key, rest)) => {
                current = Some(key.to_owned());
                rest
            }
            None if line.starts_with(' ') || line.is_empty() => line,
            None => {
                current = None;
                continue;
            }
        };
        if let Some(key) = &current {
            collect(body, entries.entry(key.clone()).or_default());
        }
    }
    entries
}

/// The values of `key` and of everything it refers to.
pub(super) fn values_of(entries: &BTreeMap<String, Entry>, key: &str) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    let mut seen = BTreeSet::new();
    let mut waiting = vec![key.to_owned()];
    while let Some(next) = waiting.pop() {
        let Some(entry) = entries.get(&next) else { continue };
        if seen.insert(next) {
            values.extend(entry.values.iter().cloned());
            waiting.extend(entry.references.iter().cloned());
        }
    }
    values
}

fn definition(line: &str) -> Option<(&str, &str)> {
    let (key, rest) = line.split_once('=')?;
    let key = key.trim_end();
    let name = key.strip_prefix('-').unwrap_or(key);
    (name.starts_with(|letter: char| letter.is_ascii_alphabetic()) && name.chars().all(in_name))
        .then_some((key, rest))
}

fn collect(body: &str, entry: &mut Entry) {
    for placeable in body.split('{').skip(1) {
        let inner = placeable.split(['}', '-', ',', ')']).next().unwrap_or_default();
        match inner.trim_start().strip_prefix('$') {
            Some(value) => {
                entry.values.insert(value.chars().take_while(|c| in_name(*c)).collect());
            }
            None => entry.references.extend(reference(placeable)),
        }
    }
}

fn reference(placeable: &str) -> Option<String> {
    let (inner, _) = placeable.split_once('}')?;
    let inner = inner.trim();
    let name = inner.strip_prefix('-').unwrap_or(inner);
    (!name.is_empty() && name.chars().all(in_name)).then(|| inner.to_owned())
}

fn in_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '-' || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_found_in_lines_selectors_and_references() {
        let source = "\
# a comment = no message
-shop = Shop
hello = Hello { $name } from { -shop }
month = { $month ->
    [1] first
   *[other] { $month }
}
leap =
    leap { month },
    { $year }
";
        let entries = outline(source);
        let keys: Vec<_> = entries.keys().map(String::as_str).collect();
        assert_eq!(keys, ["-shop", "hello", "leap", "month"]);
        assert_eq!(values_of(&entries, "hello"), BTreeSet::from(["name".to_owned()]));
        let leap = values_of(&entries, "leap");
        assert_eq!(leap, BTreeSet::from(["month".to_owned(), "year".to_owned()]));
    }

    #[test]
    fn messages_that_name_each_other_do_not_hang() {
        let entries = outline("a = { b } { $x }\nb = { a } { $y }\n");
        assert_eq!(values_of(&entries, "a").len(), 2);
    }
}
