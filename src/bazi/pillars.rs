//! 四柱: the four pairs of a moment, and what is read off each of them.

use chrono::{Datelike, NaiveDateTime, TimeDelta, Timelike};
use serde::{Deserialize, Serialize};

use super::almanac::TermInstant;
use super::birth::{BirthMoment, Sect};
use super::gods::{LifeStage, TenGod};
use super::sexagenary::{Branch, Nayin, Pillar, Stem};

/// The bare pillars; the hour's is missing when the hour is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FourPillars {
    pub year: Pillar,
    pub month: Pillar,
    pub day: Pillar,
    pub hour: Option<Pillar>,
}

impl FourPillars {
    /// The pillars of a birth whose month began with the 节 `began`.
    pub(super) fn of(birth: &BirthMoment, began: TermInstant) -> Self {
        let year = Pillar::of_year(year_of_pillar(birth.term_time, began));
        let day = day_pillar(birth.reckoned, birth.sect);
        Self {
            year,
            month: month_pillar(year.stem(), began),
            day,
            hour: birth.time.is_known().then(|| hour_pillar(birth.reckoned)),
        }
    }

    /// Year, month, day and, where known, hour.
    pub fn known(self) -> impl Iterator<Item = Pillar> {
        [self.year, self.month, self.day].into_iter().chain(self.hour)
    }

    pub fn day_master(self) -> Stem {
        self.day.stem()
    }
}

/// The year that began at the last 立春. Terms from 立春 on belong to the year they lie in; 小寒,
/// and 大雪 seen from January, to the one before.
fn year_of_pillar(moment: NaiveDateTime, began: TermInstant) -> i32 {
    let early = began.term.index() < super::almanac::SolarTerm::LiChun.index();
    let before_new_year = began.at.year() < moment.year();
    if early || before_new_year { moment.year() - 1 } else { moment.year() }
}

/// 五虎遁: the year's stem decides the stem of 寅, the first month.
fn month_pillar(year: Stem, began: TermInstant) -> Pillar {
    let branch = (began.term.index() + 1) / 2;
    first_month_onwards(year, branch)
}

/// The pillar of a branch that is counted from the 寅 of a year.
pub(super) fn first_month_onwards(year: Stem, branch: i64) -> Pillar {
    let from_tiger = (branch - Branch::Yin.index()).rem_euclid(12);
    Pillar::at(year.index() * 12 + Branch::Yin.index() + from_tiger)
}

fn day_number(moment: NaiveDateTime) -> i64 {
    // The 14 makes 1 January 2000 a 戊午.
    i64::from(moment.num_days_from_ce()) + 14
}

fn day_pillar(moment: NaiveDateTime, sect: Sect) -> Pillar {
    match sect {
        Sect::LateZiNextDay => Pillar::at(day_number(moment + TimeDelta::hours(1))),
        Sect::LateZiSameDay => Pillar::at(day_number(moment)),
    }
}

/// 五鼠遁. From 23:00 on the next day's stem decides, in both schools.
fn hour_pillar(moment: NaiveDateTime) -> Pillar {
    let day = Pillar::at(day_number(moment + TimeDelta::hours(1)));
    Pillar::at(day.stem().index() * 12 + Branch::of_hour(moment.hour()).index())
}

/// 藏干 and its 十神.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct HiddenStem {
    pub stem: Stem,
    pub ten_god: TenGod,
}

/// A pillar with what is read off it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PillarReading {
    pub pillar: Pillar,
    /// 主星; `None` on the day pillar, whose stem is the day master himself.
    pub ten_god: Option<TenGod>,
    /// The main stem first.
    pub hidden: Vec<HiddenStem>,
    pub nayin: Nayin,
    /// 空亡.
    pub void: [Branch; 2],
    /// 星运: the day master on this branch.
    pub life_stage: LifeStage,
    /// 自坐: the pillar's own stem on its own branch.
    pub own_life_stage: LifeStage,
}

/// The four pillars with their readings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PillarReadings {
    pub year: PillarReading,
    pub month: PillarReading,
    pub day: PillarReading,
    pub hour: Option<PillarReading>,
}

impl PillarReadings {
    pub(super) fn of(pillars: FourPillars) -> Self {
        let day_master = pillars.day_master();
        let other = |pillar: Pillar| {
            let ten_god = Some(TenGod::of(day_master, pillar.stem()));
            PillarReading { ten_god, ..PillarReading::of(day_master, pillar) }
        };
        Self {
            year: other(pillars.year),
            month: other(pillars.month),
            day: PillarReading::of(day_master, pillars.day),
            hour: pillars.hour.map(other),
        }
    }

    /// Year, month, day and, where known, hour.
    pub fn known(&self) -> impl Iterator<Item = &PillarReading> {
        [&self.year, &self.month, &self.day].into_iter().chain(&self.hour)
    }

    pub fn bare(&self) -> FourPillars {
        FourPillars {
            year: self.year.pillar,
            month: self.month.pillar,
            day: self.day.pillar,
            hour: self.hour.as_ref().map(|reading| reading.pillar),
        }
    }
}

impl PillarReading {
    fn of(day_master: Stem, pillar: Pillar) -> Self {
        let hidden = pillar.branch().hidden_stems().iter();
        Self {
            pillar,
            ten_god: None,
            hidden: hidden
                .map(|stem| HiddenStem { stem: *stem, ten_god: TenGod::of(day_master, *stem) })
                .collect(),
            nayin: pillar.nayin(),
            void: pillar.void(),
            life_stage: LifeStage::of(day_master, pillar.branch()),
            own_life_stage: LifeStage::of(pillar.stem(), pillar.branch()),
        }
    }
}

/// 胎元, 胎息, 命宫, 身宫: four more pairs derived from the pillars.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DerivedPillars {
    /// 胎元.
    pub conception: Pillar,
    /// 胎息.
    pub womb_breath: Pillar,
    /// 命宫; needs the hour.
    pub life_palace: Option<Pillar>,
    /// 身宫; needs the hour.
    pub body_palace: Option<Pillar>,
}

impl DerivedPillars {
    /// 身宫 by reference/bazi-local.md §4.2; the others as every almanac does.
    pub(super) fn of(pillars: FourPillars) -> Self {
        let month = pillars.month;
        let month_branch = month.branch().index();
        let palace = |offset: fn(i64, i64) -> i64| {
            let hour = pillars.hour?.branch().index();
            Some(first_month_onwards(pillars.year.stem(), offset(month_branch, hour)))
        };
        let pair = |stem: Stem, branch: Branch| Pillar::of(stem, branch).unwrap_or(month);
        let day = pillars.day;
        Self {
            conception: pair(month.stem().step(1), month.branch().step(3)),
            womb_breath: pair(day.stem().step(5), Branch::at(1 - day.branch().index())),
            life_palace: palace(|month, hour| 29 - month - hour),
            body_palace: palace(|month, hour| month + hour + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bazi::test_births::{birth, moment};
    use crate::bazi::{Sect, chart};

    fn pillars(clock: &str, sect: Sect) -> String {
        let bare = chart(&birth(clock, sect), 2026).unwrap().pillars.bare();
        bare.known().map(|pillar| pillar.to_string()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_published_example_has_its_pillars() {
        // reference/yuanfenju.md §4.1.
        assert_eq!(pillars("1992-10-21 09:40", Sect::LateZiNextDay), "壬申 庚戌 庚午 辛巳");
    }

    #[test]
    fn the_schools_differ_only_before_midnight() {
        let (next, same) = (Sect::LateZiNextDay, Sect::LateZiSameDay);
        assert_eq!(pillars("2000-01-01 22:59", next), pillars("2000-01-01 22:59", same));
        assert_eq!(pillars("2000-01-01 23:30", next), "己卯 丙子 己未 甲子");
        assert_eq!(pillars("2000-01-01 23:30", same), "己卯 丙子 戊午 甲子");
        assert_eq!(pillars("2000-01-02 00:30", next), pillars("2000-01-02 00:30", same));
    }

    #[test]
    fn the_year_begins_at_the_second_of_spring() {
        // 立春 2026 is 04:02:08.
        assert!(pillars("2026-02-04 04:02", Sect::default()).starts_with("乙巳 己丑"));
        assert!(pillars("2026-02-04 04:03", Sect::default()).starts_with("丙午 庚寅"));
        assert!(pillars("2026-01-03 12:00", Sect::default()).starts_with("乙巳 戊子"));
        assert!(pillars("2026-12-31 12:00", Sect::default()).starts_with("丙午 庚子"));
    }

    #[test]
    fn derived_pillars_are_those_of_the_example() {
        let derived = DerivedPillars::of(
            chart(&birth("1992-10-21 09:40", Sect::default()), 2026).unwrap().pillars.bare(),
        );
        assert_eq!(derived.conception.to_string(), "辛丑");
        assert_eq!(derived.womb_breath.to_string(), "乙未");
        assert_eq!(derived.life_palace.unwrap().to_string(), "壬寅");
        assert_eq!(derived.body_palace.unwrap().to_string(), "甲辰");
    }

    #[test]
    fn pillars_agree_with_the_almanac_library_across_a_century() {
        use tyme4rs::tyme::eightchar::provider::{DefaultEightCharProvider, EightCharProvider};
        use tyme4rs::tyme::solar::SolarTime;
        let first = moment("1950-01-01 00:17");
        for step in 0..400_i64 {
            let clock = first + TimeDelta::minutes(step * 131_071);
            let (year, month) = (isize::try_from(clock.year()).unwrap(), clock.month() as usize);
            let time = SolarTime::from_ymd_hms(
                year,
                month,
                clock.day() as usize,
                clock.hour() as usize,
                clock.minute() as usize,
                0,
            );
            let theirs = DefaultEightCharProvider::new().get_eight_char(time.get_lunar_hour());
            let text = clock.format("%Y-%m-%d %H:%M").to_string();
            assert_eq!(pillars(&text, Sect::LateZiNextDay), theirs.to_string(), "{text}");
        }
    }
}
