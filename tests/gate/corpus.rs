//! The clean texts: chapters and paragraphs over six charts in three languages, in `clean/`.

use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use mingshu::bazi::{self, BirthInput, BirthTime, CalendarDate, Chart, Sect, Sex, SummerTime};
use mingshu::flows::fulfil_order::known;
use mingshu::kernel::locale::Locale;
use mingshu::reports::gate::Known;

/// The year in which the texts are read.
pub(crate) const THIS_YEAR: i32 = 2026;

#[derive(Clone)]
pub(crate) struct Unit {
    /// File and number: `a.zh-Hans/3`.
    pub(crate) name: String,
    pub(crate) locale: Locale,
    pub(crate) is_chapter: bool,
    pub(crate) text: String,
    pub(crate) chart: Chart,
    pub(crate) known: Known,
}

impl Unit {
    /// What a product's plan would ask of a chapter like this one.
    pub(crate) fn length(&self) -> Option<RangeInclusive<usize>> {
        let bounds = match self.locale {
            Locale::En => 90..=260,
            Locale::ZhHans | Locale::ZhHant => 220..=520,
        };
        self.is_chapter.then_some(bounds)
    }

    pub(crate) fn headings(&self) -> Vec<String> {
        let heading = self.text.lines().find(|line| line.starts_with("## "));
        heading.map(|line| line.trim_start_matches('#').trim().to_owned()).into_iter().collect()
    }
}

/// Year, month, day, hour and minute; sex; `None` for an unknown hour.
type Birth = ((i32, u32, u32), Option<(u32, u32)>, Sex);

fn birth(letter: &str) -> Birth {
    match letter {
        "a" => ((1990, 5, 20), Some((7, 15)), Sex::Female),
        "b" => ((1992, 10, 21), Some((9, 40)), Sex::Male),
        "c" => ((1985, 1, 15), Some((22, 30)), Sex::Female),
        "d" => ((2001, 8, 8), None, Sex::Male),
        "e" => ((1978, 12, 3), Some((3, 10)), Sex::Male),
        "f" => ((1968, 6, 30), Some((13, 45)), Sex::Female),
        other => panic!("no birth for {other}"),
    }
}

fn chart(letter: &str) -> Chart {
    let ((year, month, day), time, sex) = birth(letter);
    let input = BirthInput {
        sex,
        sect: Sect::default(),
        date: CalendarDate::Solar { year, month, day },
        time: time.map_or(BirthTime::Unknown, |(hour, minute)| BirthTime::Exact { hour, minute }),
        place: None,
        summer_time: SummerTime::NotIncluded,
    };
    bazi::chart(&input.normalise().unwrap(), THIS_YEAR).unwrap()
}

pub(crate) fn clean() -> Vec<Unit> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate/clean");
    let mut paths: Vec<_> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.iter().flat_map(|path| units(path)).collect()
}

fn units(path: &Path) -> Vec<Unit> {
    let file = path.file_stem().unwrap().to_str().unwrap();
    let (letter, language) = file.split_once('.').unwrap();
    let text = fs::read_to_string(path).unwrap();
    let blocks = text.split("%% ").filter(|block| !block.trim().is_empty());
    let read = |(number, block): (usize, &str)| {
        let (kind, text) = block.split_once('\n').unwrap();
        unit(letter, language, (format!("{file}/{number}"), kind.trim()), text.trim())
    };
    blocks.enumerate().map(read).collect()
}

fn unit(letter: &str, language: &str, (name, kind): (String, &str), text: &str) -> Unit {
    let locale = match language {
        "zh-Hans" => Locale::ZhHans,
        "zh-Hant" => Locale::ZhHant,
        "en" => Locale::En,
        other => panic!("no language {other}"),
    };
    let chart = chart(letter);
    // The years that the facts of a long report list: this one and three more.
    let known = known::of_chart(&chart, THIS_YEAR..=THIS_YEAR + 3, (THIS_YEAR, &[]));
    Unit { name, locale, is_chapter: kind == "chapter", text: text.to_owned(), chart, known }
}

/// Lines of `chart|language|sentence`.
pub(crate) fn held_out(file: &str) -> Vec<Unit> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/gate/held_out").join(file);
    let text = fs::read_to_string(path).unwrap();
    let line = |line: &str| {
        let mut parts = line.splitn(3, '|');
        let (letter, language) = (parts.next().unwrap(), parts.next().unwrap());
        unit(letter, language, (letter.to_owned(), "paragraph"), parts.next().unwrap())
    };
    text.lines().map(line).collect()
}

/// The six charts.
pub(crate) fn charts() -> Vec<Chart> {
    ["a", "b", "c", "d", "e", "f"].map(chart).to_vec()
}
