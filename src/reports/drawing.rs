//! What is drawn: plain words and numbers, every word already in the reader's language.
//!
//! Templates read these as JSON (docs/templates.md lists the members), so names are part of what
//! operators' templates rely on. A sheet has what its picture shows and nothing else: the share card
//! has no member that could hold a birth.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::manuscript::Chapter;
use crate::kernel::locale::Locale;

/// Paper or night.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    #[default]
    Light,
    Dark,
}

/// One thing that is drawn of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    Chart,
    Luck,
    /// Two people's charts, and what they are to each other.
    Pair,
    Share,
    Book,
}

impl Piece {
    pub const ALL: [Self; 5] = [Self::Chart, Self::Luck, Self::Pair, Self::Share, Self::Book];

    /// The template, and the beginning of the file's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Luck => "luck",
            Self::Pair => "pair",
            Self::Share => "share",
            Self::Book => "report",
        }
    }

    pub fn extension(self) -> &'static str {
        match self {
            Self::Chart | Self::Luck | Self::Pair | Self::Share => "png",
            Self::Book => "pdf",
        }
    }

    pub fn content_type(self) -> &'static str {
        match self {
            Self::Chart | Self::Luck | Self::Pair | Self::Share => "image/png",
            Self::Book => "application/pdf",
        }
    }
}

/// One of the five, as templates call their colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Hue {
    Wood,
    Fire,
    Earth,
    Metal,
    Water,
}

/// A stem or a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sign {
    /// The character.
    pub c: String,
    pub wx: Hue,
    /// Its name in the reader's language.
    pub name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HiddenSign {
    pub sign: Sign,
    pub god: String,
}

/// One pillar; of an hour that is not known everything is `None` or empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    pub label: String,
    /// Whether it is the day's.
    pub day: bool,
    pub god: String,
    pub stem: Option<Sign>,
    pub branch: Option<Sign>,
    pub hidden: Vec<HiddenSign>,
    pub life: Option<String>,
    pub void: Option<String>,
    pub nayin: Option<String>,
    pub stars: Vec<String>,
}

/// Shares of 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shares {
    pub wood: f64,
    pub fire: f64,
    pub earth: f64,
    pub metal: f64,
    pub water: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fact {
    pub label: String,
    pub value: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    pub label: String,
    pub value: String,
    pub wx: Option<Hue>,
}

/// Whose chart it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Subject {
    pub line: String,
    pub facts: Vec<Fact>,
}

/// One 大运.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DecadeCell {
    pub gz: Vec<Sign>,
    pub age: String,
    pub year: i32,
    pub god: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Point {
    pub year: i32,
    /// From −100 to 100 (`bazi::support`).
    pub support: i32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct YearCell {
    pub year: i32,
    pub gz: Vec<Sign>,
    pub god: String,
    pub support: i32,
    /// `with`, `even` or `against`: the key of a label.
    pub word: &'static str,
}

/// 大运 and 流年.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LuckSheet {
    pub start: String,
    pub decades: Vec<DecadeCell>,
    /// Which of the decades it is now.
    pub current: Option<usize>,
    /// The year it is now.
    pub now: i32,
    pub points: Vec<Point>,
    /// Ten years from now on.
    pub years: Vec<YearCell>,
}

/// Everything about a chart.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ChartSheet {
    pub subject: Subject,
    pub pillars: Vec<Column>,
    pub elements: Shares,
    pub summary: Vec<Verdict>,
    pub notes: Vec<String>,
    pub luck: LuckSheet,
}

/// One of two people.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PersonSheet {
    /// What the reader calls them.
    pub who: String,
    #[serde(flatten)]
    pub sheet: ChartSheet,
}

/// What two signs do with each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BondWord {
    pub text: String,
    /// `draw`, `rub` or `same`.
    pub kind: &'static str,
}

/// A sign of the first and one of the second. Days and years have a label for the row, other places
/// one for each sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BondRow {
    pub label: String,
    pub first_at: String,
    pub second_at: String,
    pub first: Sign,
    pub second: Sign,
    /// Empty: they leave each other alone.
    pub words: Vec<BondWord>,
}

/// Elements that one has and the other lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Gift {
    pub label: String,
    pub elements: Vec<Sign>,
}

/// What a year is to one person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaning {
    pub god: String,
    pub support: i32,
    pub word: &'static str,
}

/// A year for both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairYear {
    pub year: i32,
    pub gz: Vec<Sign>,
    pub people: Vec<Leaning>,
}

/// Everything about two charts.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairSheet {
    pub people: Vec<PersonSheet>,
    pub roles: Vec<Fact>,
    pub bonds: Vec<BondRow>,
    pub gifts: Vec<Gift>,
    pub years: Vec<PairYear>,
}

/// What may be shown to anybody: no date, no place, no pillar but the day's stem.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ShareSheet {
    pub sign: Sign,
    /// The day's stem of the second person, where there is one.
    pub partner: Option<Sign>,
    pub title: String,
    pub image: String,
    pub tags: Vec<String>,
    pub elements: Shares,
    pub verse: Vec<String>,
    /// Rows of `0` and `1`.
    pub qr: Option<Vec<String>>,
    /// `@name` of the shop's chat.
    pub handle: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MadeOn {
    pub year: i32,
    pub month: u32,
    pub day: u32,
    pub text: String,
}

/// The whole report.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BookSheet {
    pub title: String,
    pub order_no: String,
    pub date: MadeOn,
    #[serde(flatten)]
    pub about: BookCharts,
    pub chapters: Vec<Chapter>,
}

/// What a book's first pages show.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum BookCharts {
    One(Box<ChartSheet>),
    /// With the member `people`, by which a template tells the two.
    Two(Box<PairSheet>),
}

#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Sheet {
    Chart(Box<ChartSheet>),
    Luck(Box<ChartSheet>),
    Pair(Box<PairSheet>),
    Share(Box<ShareSheet>),
    Book(Box<BookSheet>),
}

/// A sheet with what all sheets have.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Drawing {
    pub lang: Locale,
    pub theme: Theme,
    pub labels: BTreeMap<&'static str, String>,
    #[serde(flatten)]
    pub sheet: Sheet,
}

impl Drawing {
    pub fn piece(&self) -> Piece {
        match self.sheet {
            Sheet::Chart(_) => Piece::Chart,
            Sheet::Luck(_) => Piece::Luck,
            Sheet::Pair(_) => Piece::Pair,
            Sheet::Share(_) => Piece::Share,
            Sheet::Book(_) => Piece::Book,
        }
    }
}
