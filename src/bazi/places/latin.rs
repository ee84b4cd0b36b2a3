//! Names of places for people who do not read Chinese: pinyin, or the name that the world uses.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::{FoundPlace, entries};

const NAMES: &str = include_str!("../../../templates/places/latin_names.tsv");

impl FoundPlace {
    /// `Chengdu`, `Xi'an`, `Hong Kong`, `New York`.
    pub fn latin_name(self) -> String {
        match names().get(self.name) {
            Some(name) => (*name).to_owned(),
            None if is_pinyin(self.spelling) => joined(self.spelling),
            None => self.spelling.to_owned(),
        }
    }

    /// `Sichuan`, `Chengdu, Sichuan`, `Texas, USA`.
    pub fn latin_region(self) -> String {
        if self.region.is_ascii() {
            return self.region.to_owned();
        }
        if let Some(known) = names().get(self.region) {
            return (*known).to_owned();
        }
        let province = names().iter().find_map(|(chinese, latin)| {
            self.region.strip_prefix(*chinese).map(|city| (city, *latin))
        });
        let Some((city, province)) = province else { return self.region.to_owned() };
        let city = entries().iter().map(|entry| entry.found).find(|found| found.name == city);
        city.map_or_else(
            || province.to_owned(),
            |city| format!("{}, {province}", city.latin_name()),
        )
    }
}

fn names() -> &'static HashMap<&'static str, &'static str> {
    static NAMES_BY_CHINESE: OnceLock<HashMap<&'static str, &'static str>> = OnceLock::new();
    NAMES_BY_CHINESE.get_or_init(|| {
        let lines = NAMES.lines().filter(|line| !line.starts_with('#'));
        lines.filter_map(|line| line.split_once('\t')).collect()
    })
}

/// English names begin with a capital letter.
fn is_pinyin(spelling: &str) -> bool {
    spelling.starts_with(|letter: char| letter.is_ascii_lowercase())
}

/// One word with a capital; an apostrophe where two syllables could be read as one: `Xi'an`.
fn joined(pinyin: &str) -> String {
    let mut word = String::new();
    for syllable in pinyin.split(' ') {
        if !word.is_empty() && syllable.starts_with(['a', 'e', 'o']) {
            word.push('\'');
        }
        word.push_str(syllable);
    }
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{find, search};
    use super::*;

    #[test]
    fn places_have_names_in_latin_letters() {
        for (query, name, region) in [
            ("成都", "Chengdu", "Sichuan"),
            ("成都武侯区", "Wuhou", "Chengdu, Sichuan"),
            ("西安", "Xi'an", "Shaanxi"),
            ("北京", "Beijing", ""),
            ("哈尔滨", "Harbin", "Heilongjiang"),
            ("香港", "Hong Kong", ""),
            ("伦敦", "London", "UK"),
            ("new york", "New York", "USA"),
        ] {
            let found = search(query, 1)[0];
            assert_eq!(
                (found.latin_name().as_str(), found.latin_region().as_str()),
                (name, region)
            );
        }
    }

    #[test]
    fn no_place_is_left_in_chinese() {
        let chinese = |text: &str| text.chars().any(|letter| ('一'..='鿿').contains(&letter));
        for found in entries().iter().map(|entry| entry.found) {
            let shown = format!("{} {}", found.latin_name(), found.latin_region());
            assert!(!chinese(&shown), "{shown}");
            assert!(!found.latin_name().is_empty());
        }
    }

    #[test]
    fn a_place_is_found_again() {
        let found = search("武侯", 1)[0];
        assert_eq!(find(found.name, found.longitude), Some(found));
        assert_eq!(find("武侯区", 0.0), None);
    }
}
