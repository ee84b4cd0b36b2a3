//! The facts of a report: everything that whoever writes it may state as true, typed, versioned,
//! and each block with its source. What is not in here is not known (spec.md §5: the model never
//! computes the chart).
//!
//! Date, time and place of the birth are left out: the chart says all that a text needs. The stored
//! form is described by docs/facts/chart.v1.json and docs/facts/day.v1.json, and held to them by
//! tests/facts.rs; the rules and their books are in docs/facts.md.

mod blocks;
mod build;
mod day;
mod relations;
mod stars;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use self::blocks::{ALWAYS, BLOCKS, select};
pub use self::build::{Asked, chart_facts};
pub use self::day::{DayFacts, day_facts};
pub use self::relations::{Member, Position, Relation, RelationKind, Sign};
pub use self::stars::{Star, StarNames};

use super::between::Between;
use super::chart::{ChartSource, DayMaster};
use super::cross_check::Check;
use super::elements::{PerElement, Preferences, Strength, YinYang};
use super::gods::{LifeStage, TenGod};
use super::luck::Direction;
use super::naming::named;
use super::pillars::{DerivedPillars, FourPillars, PillarReading};
use super::sexagenary::{Branch, Nayin, Pillar, Zodiac};
use crate::bazi::SolarTerm;

/// The version of the stored form. A change that old readers would misread raises it.
pub const FACTS_VERSION: u32 = 1;

/// What a report is about.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Facts {
    /// A person's chart.
    Chart(Box<ChartFacts>),
    /// Two people's charts, and what they are to each other.
    Pair(Box<PairFacts>),
    /// The day on which the text is written.
    Day(DayFacts),
}

/// Of a form that asks about two people.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PairFacts {
    pub version: u32,
    pub this_year: i32,
    pub people: Vec<PersonOfPair>,
    /// What the first chart and the second are to each other.
    pub between: Option<Between>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PersonOfPair {
    /// The key of the birth's field.
    pub field: String,
    pub chart: ChartFacts,
}

impl Facts {
    /// Reads stored facts; `None` for those that were stored before facts had a version.
    pub fn read(stored: &serde_json::Value) -> Option<Self> {
        Self::deserialize(stored).ok()
    }

    /// The chart, when it is one person's alone.
    pub fn chart(&self) -> Option<&ChartFacts> {
        match self {
            Self::Chart(chart) => Some(chart),
            Self::Pair(_) | Self::Day(_) => None,
        }
    }
}

/// Where a block comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "lowercase")]
pub enum Source {
    /// Our own engine: calendar and cycles.
    Local,
    Yuanfenju,
    /// A rule of the art, named with the book that it stands in.
    Rule {
        rule: String,
    },
}

impl Source {
    pub(super) fn rule(name: &str) -> Self {
        Self::Rule { rule: name.to_owned() }
    }
}

impl From<ChartSource> for Source {
    fn from(source: ChartSource) -> Self {
        match source {
            ChartSource::Local => Self::Local,
            ChartSource::Yuanfenju => Self::Yuanfenju,
        }
    }
}

/// All that may be said of a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChartFacts {
    pub version: u32,
    pub person: Person,
    pub pillars: PillarFacts,
    pub derived: DerivedFacts,
    pub elements: ElementFacts,
    pub relations: RelationFacts,
    pub luck: LuckFacts,
    pub years: YearFacts,
    /// The months of the year that was asked for.
    pub months: Option<MonthFacts>,
    pub terms: TermFacts,
    pub stars: StarFacts,
    /// 格局; only an outside service says it.
    pub pattern: Option<PatternFacts>,
    pub birth_time: BirthTimeFacts,
    /// How our chart compared with the outside service's; `None` when nobody was asked.
    pub check: Option<Check>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub source: Source,
    /// 乾造 or 坤造.
    pub sex: String,
    /// 生肖 of the year pillar.
    pub zodiac: Zodiac,
    pub day_master: DayMaster,
}

/// 四柱 with 十神, 藏干, 纳音, 空亡 and 长生十二宫.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PillarFacts {
    pub source: Source,
    pub year: PillarReading,
    pub month: PillarReading,
    pub day: PillarReading,
    /// `None` when the hour is unknown.
    pub hour: Option<PillarReading>,
}

impl PillarFacts {
    pub fn bare(&self) -> FourPillars {
        FourPillars {
            year: self.year.pillar,
            month: self.month.pillar,
            day: self.day.pillar,
            hour: self.hour.as_ref().map(|reading| reading.pillar),
        }
    }
}

/// 胎元, 胎息, 命宫, 身宫.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DerivedFacts {
    pub source: Source,
    #[serde(flatten)]
    pub pillars: DerivedPillars,
}

named! {
    /// What an element is in the season of the birth.
    SeasonState { Prosperous = "旺", Rising = "相", Resting = "休", Captive = "囚", Dead = "死" }
}

/// 五行旺相休囚死.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Season {
    #[serde(rename = "木")]
    pub wood: SeasonState,
    #[serde(rename = "火")]
    pub fire: SeasonState,
    #[serde(rename = "土")]
    pub earth: SeasonState,
    #[serde(rename = "金")]
    pub metal: SeasonState,
    #[serde(rename = "水")]
    pub water: SeasonState,
}

/// 五行 and 喜用神.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementFacts {
    pub source: Source,
    pub counts: PerElement,
    pub scores: PerElement,
    pub season: Season,
    pub own_party: u32,
    pub other_party: u32,
    pub strength: Strength,
    pub preferences: Preferences,
    pub yin_yang: YinYang,
}

/// 合冲刑害破会 among the pillars of the chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RelationFacts {
    pub source: Source,
    pub list: Vec<Relation>,
}

/// The time from the birth to the first 大运, to the month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartAge {
    pub years: u32,
    pub months: u32,
}

/// A month of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CalendarMonth {
    pub year: i32,
    pub month: u32,
}

/// 大运.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LuckFacts {
    pub source: Source,
    pub direction: Direction,
    /// 起运: the full age at which the first one begins.
    pub starts_at_age: StartAge,
    /// When that is.
    pub starts_in: CalendarMonth,
    /// The hour of the birth is unknown: the start may be off by two months.
    pub estimated: bool,
    pub decades: Vec<DecadeFacts>,
    /// The number of the one that rules the first of the years; `None` before the first and after
    /// the last.
    pub ruling: Option<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecadeFacts {
    /// From 1.
    pub number: u8,
    pub pillar: Pillar,
    pub ten_god: TenGod,
    /// 十神 of the main stem hidden in the branch.
    pub branch_god: TenGod,
    pub life_stage: LifeStage,
    pub nayin: Nayin,
    /// 虚岁.
    pub start_age: i32,
    pub end_age: i32,
    pub start_year: i32,
    pub end_year: i32,
    /// With the pillars of the chart.
    pub relations: Vec<Relation>,
}

/// 流年 of the span that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearFacts {
    pub source: Source,
    /// The year it is while the report is made.
    pub this_year: i32,
    pub list: Vec<YearFact>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct YearFact {
    /// The year that begins at its 立春.
    pub year: i32,
    /// 虚岁.
    pub age: i32,
    pub pillar: Pillar,
    pub ten_god: TenGod,
    /// 十神 of the main stem hidden in the branch.
    pub branch_god: TenGod,
    pub life_stage: LifeStage,
    pub nayin: Nayin,
    /// The 大运 that rules it.
    pub decade: Option<Pillar>,
    /// With the pillars of the chart and with the 大运.
    pub relations: Vec<Relation>,
}

/// 流月 of one year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthFacts {
    pub source: Source,
    pub year: i32,
    pub list: Vec<MonthFact>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthFact {
    /// From 1, the month of 寅.
    pub number: u8,
    pub pillar: Pillar,
    pub ten_god: TenGod,
    /// 十神 of the main stem hidden in the branch.
    pub branch_god: TenGod,
    /// The terms that begin and end it, and their days in UTC+8.
    pub from: SolarTerm,
    pub from_day: Option<NaiveDate>,
    pub to: SolarTerm,
    pub to_day: Option<NaiveDate>,
    /// With the pillars of the chart.
    pub relations: Vec<Relation>,
}

/// A solar term, and how many whole days it is away from the birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermDistance {
    pub term: SolarTerm,
    pub days: i64,
}

/// The solar terms around the birth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermFacts {
    pub source: Source,
    /// 月令: the branch of the month.
    pub month_branch: Branch,
    /// The 节 before the birth.
    pub month_began: TermDistance,
    /// The 节 after it.
    pub month_ends: TermDistance,
    /// The last term of all 24.
    pub current: SolarTerm,
}

/// 神煞.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StarFacts {
    pub source: Source,
    #[serde(flatten)]
    pub names: StarNames,
}

/// 格局.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatternFacts {
    pub source: Source,
    pub name: String,
}

/// How well the time of the birth is known, and what follows from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BirthTimeFacts {
    pub source: Source,
    pub precision: Precision,
    /// The clock time was taken to true solar time.
    pub solar_time: bool,
    /// A small error of the stated time would change a pillar.
    pub near_boundary: bool,
    /// What a reader has to be told; empty when nothing is in doubt.
    pub notes: Vec<QualityNote>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// To the minute.
    Exact,
    /// To the 时辰.
    DoubleHour,
    Unknown,
}

/// A remark on the certainty of the chart, without date and time of the birth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityNote {
    pub kind: Doubt,
    /// One sentence in simplified Chinese.
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// The month pillar changes within minutes, at 立春 the year pillar too.
    NearTerm,
    /// The hour pillar changes within minutes.
    NearHourChange,
    /// There is no hour pillar.
    HourUnknown,
    /// The month changed within the span that is known of the time.
    TermOnBirthDay,
    /// Summer time may be hidden in the stated time.
    SummerTimePossible,
    /// Born in the hour before midnight, about whose day pillar the schools differ.
    BeforeMidnight,
}
