//! Names of places for people who read traditional characters, and what they type.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use super::{FoundPlace, entries};

const NAMES: &str = include_str!("../../../templates/places/traditional.tsv");

impl FoundPlace {
    /// `廣州市`.
    pub fn traditional_name(self) -> &'static str {
        in_traditional(self.name)
    }

    /// `廣東省`, `美國`.
    pub fn traditional_region(self) -> &'static str {
        in_traditional(self.region)
    }
}

fn in_traditional(name: &'static str) -> &'static str {
    tables().names.get(name).copied().unwrap_or(name)
}

/// What was typed, in the characters of the tables: `臺北`, `廣州` → `台北`, `广州`.
pub(super) fn simplified(query: &str) -> String {
    let characters = &tables().characters;
    query.chars().map(|one| characters.get(&one).copied().unwrap_or(one)).collect()
}

struct Tables {
    /// By the simplified name or region.
    names: HashMap<&'static str, &'static str>,
    /// Simplified by traditional.
    characters: HashMap<char, char>,
}

fn tables() -> &'static Tables {
    static TABLES: OnceLock<Tables> = OnceLock::new();
    TABLES.get_or_init(|| {
        let names: HashMap<_, _> = NAMES.lines().filter_map(|line| line.split_once('\t')).collect();
        let found = entries().iter().flat_map(|entry| [entry.found.name, entry.found.region]);
        let own: HashSet<char> = found.flat_map(str::chars).collect();
        let pairs = names.iter().flat_map(|(simple, other)| other.chars().zip(simple.chars()));
        // A character that simplified names use as well stays what it is: 乾县.
        let mut characters: HashMap<_, _> =
            pairs.filter(|(other, _)| !own.contains(other)).collect();
        characters.insert('臺', '台');
        Tables { names, characters }
    })
}

#[cfg(test)]
mod tests {
    use super::super::search;
    use super::*;

    #[test]
    fn traditional_names_are_shown_and_understood() {
        for (typed, name, region) in [
            ("廣州", "廣州市", "廣東省"),
            ("臺北", "台北", "台灣"),
            ("紐約", "紐約", "美國"),
            ("乾县", "乾縣", "陝西省咸陽市"),
            ("成都", "成都市", "四川省"),
            ("四川綿陽", "綿陽市", "四川省"),
        ] {
            let found = search(typed, 1);
            let told = found.first().map(|one| (one.traditional_name(), one.traditional_region()));
            assert_eq!(told, Some((name, region)), "{typed}");
        }
    }

    #[test]
    fn a_name_has_as_many_characters_in_both_scripts() {
        assert!(tables().names.len() > 3_000);
        for (simple, other) in &tables().names {
            assert_eq!(simple.chars().count(), other.chars().count(), "{simple} {other}");
        }
    }
}
