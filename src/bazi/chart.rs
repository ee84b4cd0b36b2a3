//! The chart: everything that is reckoned from a birth, ready to be stored and to be told.

use std::ops::RangeInclusive;

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::almanac::{self, TermInstant};
use super::birth::{BirthMoment, Sex};
use super::calendar::LunarDate;
use super::cross_check::{Check, TheirReadings};
use super::elements::ElementBalance;
use super::error::BirthError;
use super::luck::{self, FlowYear, Luck};
use super::notes::{self, Note};
use super::pillars::{DerivedPillars, FourPillars, PillarReadings};
use super::sexagenary::{Element, Pillar, Polarity, Stem, Zodiac};

/// The version of the stored form. A change that old readers would misread raises it.
pub const CHART_VERSION: u32 = 1;
/// The years before and after now that a chart lists by itself.
const YEARS_BEFORE: i32 = 1;
const YEARS_AFTER: i32 = 10;

/// Who reckoned the pillars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChartSource {
    Local,
    Yuanfenju,
}

/// 日主.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayMaster {
    pub stem: Stem,
    pub element: Element,
    pub polarity: Polarity,
}

impl DayMaster {
    fn of(stem: Stem) -> Self {
        Self { stem, element: stem.element(), polarity: stem.polarity() }
    }
}

/// The solar terms around a birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TermContext {
    /// The 节 that began the month of the birth.
    pub month_began: TermInstant,
    /// The 节 that ended it.
    pub month_ended: TermInstant,
    /// The last term of all 24.
    pub current: TermInstant,
}

/// What only the outside service tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extras {
    /// 格局, such as 偏印格.
    pub pattern: Option<String>,
    /// 神煞 of year, month, day and hour.
    pub stars: Vec<Vec<String>>,
}

/// A BaZi chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    pub version: u32,
    pub source: ChartSource,
    pub birth: BirthMoment,
    pub lunar: LunarDate,
    /// The lunar date as it is written: `一九九〇年四月廿六`.
    pub lunar_text: String,
    pub pillars: PillarReadings,
    pub day_master: DayMaster,
    /// 生肖 of the year pillar.
    pub zodiac: Zodiac,
    /// 生肖 of the lunar year; another one between New Year and 立春.
    pub zodiac_by_new_year: Zodiac,
    pub elements: ElementBalance,
    pub derived: DerivedPillars,
    pub luck: Luck,
    /// 流年 around the year in which the chart was made.
    pub years: Vec<FlowYear>,
    pub terms: TermContext,
    pub notes: Vec<Note>,
    pub extras: Option<Extras>,
    /// How it compared with another engine's; `None` when only one was asked.
    #[serde(default)]
    pub check: Option<Check>,
}

/// Reckons the chart of a birth. `now_year` is the middle of the listed 流年.
///
/// # Errors
/// [`BirthError::YearOutOfRange`] when the moment was not made by [`super::BirthInput::normalise`].
pub fn chart(birth: &BirthMoment, now_year: i32) -> Result<Chart, BirthError> {
    let beyond = || BirthError::YearOutOfRange(birth.term_time.year());
    let terms = almanac::month_terms_around(birth.term_time).ok_or_else(beyond)?;
    let current = almanac::term_at(birth.term_time).ok_or_else(beyond)?;
    let lunar = LunarDate::of(birth.reckoned.date()).ok_or_else(beyond)?;
    let bare = FourPillars::of(birth, terms.0);
    let luck = Luck::of(birth, bare, terms).ok_or_else(beyond)?;
    let mut chart = Chart {
        version: CHART_VERSION,
        source: ChartSource::Local,
        birth: birth.clone(),
        lunar,
        lunar_text: lunar.zh(),
        pillars: PillarReadings::of(bare),
        day_master: DayMaster::of(bare.day_master()),
        zodiac: bare.year.branch().zodiac(),
        zodiac_by_new_year: Zodiac::at(i64::from(lunar.year) - 4),
        elements: ElementBalance::of(bare),
        derived: DerivedPillars::of(bare),
        luck,
        years: Vec::new(),
        terms: TermContext { month_began: terms.0, month_ended: terms.1, current },
        notes: notes::notes(birth, terms),
        extras: None,
        check: None,
    };
    let first = now_year.saturating_sub(YEARS_BEFORE);
    chart.years = chart.flow_years(first..=now_year.saturating_add(YEARS_AFTER));
    Ok(chart)
}

/// The four pillars and 大运 alone: what the batch mode needs, in microseconds.
///
/// # Errors
/// As [`chart`].
pub fn pillars_and_luck(birth: &BirthMoment) -> Result<(FourPillars, Luck), BirthError> {
    let beyond = || BirthError::YearOutOfRange(birth.term_time.year());
    let terms = almanac::month_terms_around(birth.term_time).ok_or_else(beyond)?;
    let bare = FourPillars::of(birth, terms.0);
    let luck = Luck::of(birth, bare, terms).ok_or_else(beyond)?;
    Ok((bare, luck))
}

/// What an outside service says about a birth.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) source: ChartSource,
    pub(super) sex: Sex,
    pub(super) pillars: FourPillars,
    /// 大运, the first first.
    pub(super) decades: Vec<Pillar>,
    pub(super) extras: Extras,
    /// What it reads off the pillars, to be compared.
    pub(super) readings: TheirReadings,
}

impl Chart {
    /// Our chart of a birth with everything that `told` says put in its place, and all that
    /// follows from pillars reckoned again. What the service does not say stays ours.
    pub(super) fn corrected_by(mut self, told: Told) -> Self {
        let bare = told.pillars;
        let stem = bare.day_master();
        self.source = told.source;
        self.birth.sex = told.sex;
        self.pillars = PillarReadings::of(bare);
        self.day_master = DayMaster::of(stem);
        self.zodiac = bare.year.branch().zodiac();
        self.elements = ElementBalance::of(bare);
        self.derived = DerivedPillars::of(bare);
        self.luck = self.luck.with_pillars(&told.decades, stem);
        self.extras = Some(told.extras);
        self.check = Some(Check::agreed(told.source, told.readings.differences(&self)));
        if let (Some(first), Some(last)) = (self.years.first(), self.years.last()) {
            self.years = self.flow_years(first.year..=last.year);
        }
        self
    }

    /// 流年 of any span; at most 200 years, none before the birth.
    pub fn flow_years(&self, span: RangeInclusive<i32>) -> Vec<FlowYear> {
        let birth_year = self.birth.year();
        let last = (*span.end()).min(birth_year.saturating_add(199));
        luck::flow_years(&self.luck, self.day_master.stem, birth_year, *span.start()..=last)
    }

    /// The four pillars in one line, `----` for an unknown hour: `壬申 庚戌 庚午 辛巳`.
    pub fn pillars_zh(&self) -> String {
        let bare = self.pillars.bare();
        let hour = bare.hour.map_or_else(|| "----".to_owned(), |hour| hour.to_string());
        format!("{} {} {} {hour}", bare.year, bare.month, bare.day)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::bazi::test_births::{birth, female, input};
    use crate::bazi::{BirthInput, BirthTime, CalendarDate, Place, Sect, SummerTime, Zone};

    #[test]
    fn a_chart_reads_back_as_it_was_stored() {
        let chart = chart(&female("1990-05-20 07:15"), 2026).unwrap();
        let stored = serde_json::to_string(&chart).unwrap();
        assert_eq!(serde_json::from_str::<Chart>(&stored).unwrap(), chart);
        assert!(stored.contains("\"pillar\":\"庚午\""), "{stored}");
        assert_eq!(chart.lunar_text, "一九九〇年四月廿六");
        assert_eq!(chart.zodiac.zh(), "马");
        assert_eq!(chart.years.first().unwrap().year, 2025);
        assert_eq!(chart.years.len(), 12);
    }

    #[test]
    fn between_new_year_and_spring_the_zodiacs_differ() {
        // Spring Festival 2000 was on 5 February, 立春 on the 4th.
        let chart = chart(&birth("2000-02-04 23:00", Sect::LateZiSameDay), 2026).unwrap();
        assert_eq!(chart.zodiac.zh(), "龙");
        assert_eq!(chart.zodiac_by_new_year.zh(), "兔");
    }

    #[test]
    fn an_unknown_hour_gives_three_pillars_and_says_so() {
        let mut input = input("1990-05-20 07:15");
        input.time = BirthTime::Unknown;
        let chart = chart(&input.normalise().unwrap(), 2026).unwrap();
        assert!(chart.pillars.hour.is_none());
        assert!(chart.derived.life_palace.is_none() && chart.derived.body_palace.is_none());
        assert_eq!(chart.notes, [Note::HourUnknown]);
        assert_eq!(chart.pillars_zh(), "庚午 辛巳 乙酉 ----");
        input.date = CalendarDate::Solar { year: 1990, month: 5, day: 6 };
        let near = super::chart(&input.normalise().unwrap(), 2026).unwrap();
        assert!(matches!(near.notes.first(), Some(Note::TermOnBirthDay { .. })));
    }

    #[test]
    fn uncertain_times_are_noted() {
        // 立春 2026 is 04:02:08.
        let near = chart(&birth("2026-02-04 03:58", Sect::default()), 2026).unwrap();
        assert!(near.notes.iter().any(|note| note.zh().contains("年柱亦然")), "{:?}", near.notes);
        let far = chart(&birth("2026-02-04 03:50", Sect::default()), 2026).unwrap();
        assert!(far.notes.is_empty(), "{:?}", far.notes);
        let mut vague = input("2026-02-04 04:00");
        vague.time = BirthTime::DoubleHour { branch: crate::bazi::Branch::Yin };
        let vague = chart(&vague.normalise().unwrap(), 2026).unwrap().notes;
        assert!(matches!(vague.as_slice(), [Note::TermOnBirthDay { .. }]), "{vague:?}");
        let hour = chart(&birth("2026-03-04 06:58", Sect::default()), 2026).unwrap();
        assert_eq!(hour.notes, [Note::NearHourChange { minutes: 2 }]);
    }

    #[test]
    fn corrections_are_told_with_before_and_after() {
        let mut input = input("1990-05-20 07:15");
        let zone = Zone::CHINA;
        input.place = Some(Place { name: "成都".to_owned(), longitude: 104.07, zone });
        input.summer_time = SummerTime::Included;
        let notes = chart(&input.normalise().unwrap(), 2026).unwrap().notes;
        let text: Vec<_> = notes.iter().map(Note::zh).collect();
        assert_eq!(text[0], "出生时实行夏令时，已减去 60 分钟");
        assert_eq!(text[1], "已按出生地经度换算真太阳时：1990-05-20 07:15 → 1990-05-20 05:14");
        assert_eq!(text.len(), 2);
    }

    prop_compose! {
        fn any_input()(
            male in any::<bool>(), late in any::<bool>(), lunar in any::<bool>(),
            leap in any::<bool>(), year in 1890_i32..2110, month in 0_u32..14, day in 0_u32..33,
            kind in 0_u32..4, hour in 0_u32..26, minute in 0_u32..62,
            placed in any::<bool>(), longitude in -190.0_f64..190.0,
            zone in prop::sample::select(vec![
                "Asia/Shanghai", "America/New_York", "Pacific/Kiritimati", "Pacific/Apia",
                "Europe/Dublin", "Asia/Taipei", "Africa/Monrovia",
            ]),
            summer in prop::sample::select(vec![
                SummerTime::NotAsked, SummerTime::Included, SummerTime::NotIncluded,
            ]),
        ) -> BirthInput {
            let time = match kind {
                0 => BirthTime::Unknown,
                1 => BirthTime::DoubleHour { branch: crate::bazi::Branch::at(i64::from(hour)) },
                2 => BirthTime::LateZi,
                _ => BirthTime::Exact { hour, minute },
            };
            BirthInput {
                sex: if male { Sex::Male } else { Sex::Female },
                sect: if late { Sect::LateZiNextDay } else { Sect::LateZiSameDay },
                date: if lunar {
                    CalendarDate::Lunar { year, month, leap, day }
                } else {
                    CalendarDate::Solar { year, month, day }
                },
                time,
                place: placed.then(|| Place {
                    name: "某地".to_owned(), longitude, zone: Zone::parse(zone).unwrap(),
                }),
                summer_time: summer,
            }
        }
    }

    proptest! {
        #[test]
        fn every_stated_birth_is_charted_or_refused(input in any_input()) {
            match input.normalise() {
                Ok(moment) => {
                    let chart = chart(&moment, 2026).unwrap();
                    prop_assert_eq!(chart.luck.decades.len(), 10);
                    prop_assert!((1..=12).contains(&chart.luck.start_age()));
                    prop_assert_eq!(chart.pillars.hour.is_some(), moment.time.is_known());
                    let (bare, luck) = pillars_and_luck(&moment).unwrap();
                    prop_assert_eq!(bare, chart.pillars.bare());
                    prop_assert_eq!(luck, chart.luck);
                }
                Err(error) => prop_assert!(!error.zh().is_empty()),
            }
        }

        #[test]
        fn a_stored_moment_from_anywhere_never_panics(
            seconds in any::<i64>(), year in any::<i32>()
        ) {
            let mut moment = birth("2000-01-01 12:00", Sect::default());
            let Some(time) = chrono::DateTime::from_timestamp(seconds >> 20, 0) else {
                return Ok(());
            };
            moment.reckoned = time.naive_utc();
            moment.term_time = time.naive_utc();
            let known = chart(&moment, year).is_ok();
            prop_assert!(!known || (1898..=2103).contains(&moment.term_time.year()));
        }
    }
}
