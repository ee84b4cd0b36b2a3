//! The plan of a report that is written chapter by chapter: the `[[chapter]]` entries of a product.
//!
//! Each chapter is a request of its own. It gets the facts it asks for and the summaries of the
//! chapters it comes `after`; chapters that wait for nobody are written at the same time. Which
//! facts there are is not known here: whoever loads the catalogue checks their names.

use std::collections::BTreeSet;

use super::local_text::LocalText;
use super::node::{Section, Value};
use crate::kernel::locale::Locale;

const LONGEST_TITLE: usize = 60;
const MOST_CHAPTERS: usize = 20;
const LONGEST_KEY: usize = 24;
const LONGEST_COVERS: usize = 1_200;
/// Letters of English prose that say as much as ten characters of Chinese, without spaces: of plain
/// and of wordy prose.
const ENGLISH_LETTERS_FOR_TEN: (u32, u32) = (24, 32);
/// Words of English prose that say as much as ten characters of Chinese.
const ENGLISH_WORDS_FOR_TEN: u32 = 6;

/// One chapter of a report, as it is ordered from the model. Stored with orders: names must not
/// change, and new members need a serde default.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChapterPlan {
    /// The name under which the finished chapter is kept.
    pub key: String,
    pub title: LocalText,
    /// What it has to say; told to the model.
    pub covers: String,
    /// Of Chinese; see [`ChapterPlan::bounds`].
    pub min_characters: u32,
    pub max_characters: u32,
    /// The blocks of the facts that it needs beside those that every chapter gets.
    pub facts: Vec<String>,
    /// The keys of earlier chapters that it has to agree with.
    pub after: Vec<String>,
}

impl ChapterPlan {
    /// The fewest and the most characters in a language, without white space.
    pub fn bounds(&self, locale: Locale) -> (u32, u32) {
        let scaled = |count: u32, letters: u32| match locale {
            Locale::ZhHans | Locale::ZhHant => count,
            Locale::En => count.saturating_mul(letters) / 10,
        };
        let (plain, wordy) = ENGLISH_LETTERS_FOR_TEN;
        (scaled(self.min_characters, plain), scaled(self.max_characters, wordy))
    }

    /// The length in the unit of the language, such as `300–500 字` or `180–300 words`.
    pub fn length(&self, locale: Locale) -> String {
        let words = |count: u32| count.saturating_mul(ENGLISH_WORDS_FOR_TEN) / 10;
        let (min, max) = (self.min_characters, self.max_characters);
        match locale {
            Locale::ZhHans | Locale::ZhHant => format!("{min}–{max} 字"),
            Locale::En => format!("{}–{} words", words(min), words(max)),
        }
    }

    /// How many characters `text` has, without white space, when they are too few. Models count
    /// badly: a tenth less than was asked for is still what was sold.
    pub fn falls_short(&self, text: &str, locale: Locale) -> Option<usize> {
        let written = text.chars().filter(|character| !character.is_whitespace()).count();
        let least = u64::from(self.bounds(locale).0).saturating_mul(9).div_ceil(10);
        u64::try_from(written).is_ok_and(|written| written < least).then_some(written)
    }
}

/// Reads the `[[chapter]]` entries; a product without any is written with one request.
pub(super) fn read_chapters(value: Option<&Value<'_>>) -> Vec<ChapterPlan> {
    let Some(value) = value else { return Vec::new() };
    let entries = value.list().unwrap_or_default();
    if entries.len() > MOST_CHAPTERS {
        value.wrong(format!("plans {} chapters, at most {MOST_CHAPTERS} fit", entries.len()));
    }
    let mut keys = BTreeSet::new();
    let mut chapters = Vec::new();
    for entry in &entries {
        let Some(chapter) = entry.table().map(|table| read_chapter(table, &keys)) else {
            continue;
        };
        if !chapter.key.is_empty() && !keys.insert(chapter.key.clone()) {
            entry.wrong(format!("the key `{}` is used twice", chapter.key));
        }
        chapters.push(chapter);
    }
    chapters
}

fn read_chapter(table: Section<'_>, earlier: &BTreeSet<String>) -> ChapterPlan {
    let key = table.get("key", "a short name such as career");
    let title = table.get("title", "a table of languages");
    let covers = table.get("covers", "what the chapter has to say");
    let length = |key| {
        let value = table.get(key, "a number of characters");
        value.and_then(|value| value.count(10..=20_000)).unwrap_or_default()
    };
    let chapter = ChapterPlan {
        key: key.map(|value| read_key(&value)).unwrap_or_default(),
        title: LocalText::read(title.as_ref(), LONGEST_TITLE),
        covers: covers.map(|value| read_covers(&value)).unwrap_or_default(),
        min_characters: length("min_characters"),
        max_characters: length("max_characters"),
        facts: read_names(table.find("facts").as_ref(), |_name| true),
        after: read_names(table.find("after").as_ref(), |name| earlier.contains(name)),
    };
    if chapter.min_characters > chapter.max_characters {
        table.whole().wrong("min_characters is greater than max_characters");
    }
    table.finish();
    chapter
}

fn read_covers(value: &Value<'_>) -> String {
    let text = value.text().map(str::trim).unwrap_or_default();
    let length = text.chars().count();
    if text.is_empty() || length > LONGEST_COVERS {
        value.wrong(format!("has {length} characters, expected 1 to {LONGEST_COVERS}"));
    }
    text.to_owned()
}

/// A list of names; `known` says whether one may stand there.
fn read_names(value: Option<&Value<'_>>, known: impl Fn(&str) -> bool) -> Vec<String> {
    let items = value.and_then(Value::list).unwrap_or_default();
    let mut names = Vec::new();
    for item in &items {
        let Some(name) = item.text() else { continue };
        if known(name) {
            names.push(name.to_owned());
        } else {
            item.wrong(format!("\"{name}\" is not the key of an earlier chapter"));
        }
    }
    names
}

fn read_key(value: &Value<'_>) -> String {
    let Some(text) = value.text() else { return String::new() };
    let good = text.starts_with(|letter: char| letter.is_ascii_lowercase())
        && text.len() <= LONGEST_KEY
        && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if !good {
        value.wrong(format!(
            "\"{text}\" is not a name, expected at most {LONGEST_KEY} of a-z, 0-9 and _, a letter first"
        ));
    }
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chapter() -> ChapterPlan {
        ChapterPlan {
            key: "career".to_owned(),
            title: LocalText::default(),
            covers: "事业".to_owned(),
            min_characters: 300,
            max_characters: 500,
            facts: Vec::new(),
            after: Vec::new(),
        }
    }

    #[test]
    fn each_language_has_its_length() {
        let chapter = chapter();
        assert_eq!(chapter.length(Locale::ZhHant), "300–500 字");
        assert_eq!(chapter.length(Locale::En), "180–300 words");
        assert_eq!(chapter.bounds(Locale::ZhHans), (300, 500));
        assert_eq!(chapter.bounds(Locale::En), (720, 1_600));
    }

    #[test]
    fn a_tenth_less_is_still_what_was_sold() {
        let chapter = chapter();
        assert_eq!(chapter.falls_short(&"字 ".repeat(270), Locale::ZhHans), None);
        assert_eq!(chapter.falls_short(&"字 ".repeat(269), Locale::ZhHans), Some(269));
        assert_eq!(chapter.falls_short(&"word ".repeat(162), Locale::En), None);
        assert_eq!(chapter.falls_short(&"word ".repeat(161), Locale::En), Some(644));
    }
}
