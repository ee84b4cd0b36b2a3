//! 大运: when the ten-year pillars begin, which way they run, and the years within them.

use chrono::{Datelike, Days, Months, NaiveDateTime, TimeDelta, Timelike};
use serde::{Deserialize, Serialize};

use super::almanac::TermInstant;
use super::birth::{BirthMoment, Sex};
use super::gods::{LifeStage, TenGod};
use super::naming::named;
use super::pillars::FourPillars;
use super::sexagenary::{Nayin, Pillar, Polarity, Stem};

/// How many 大运 a chart lists.
pub const DECADES: u8 = 10;

named! {
    /// Which way the ten-year pillars run from the month pillar.
    Direction { Forward = "顺行", Backward = "逆行" }
}

/// The time from birth to the first 大运.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StartOffset {
    pub years: u32,
    pub months: u32,
    pub days: u32,
    pub hours: u32,
}

impl StartOffset {
    /// Three days are a year: 4320 minutes a year, 360 a month, 12 a day, one two hours.
    fn of_minutes(minutes: i64) -> Self {
        let part = |value: i64| u32::try_from(value).unwrap_or(0);
        Self {
            years: part(minutes / 4_320),
            months: part(minutes % 4_320 / 360),
            days: part(minutes % 360 / 12),
            hours: part(minutes % 12 * 2),
        }
    }

    /// Years and months clamp to the end of a shorter month.
    fn after(self, birth: NaiveDateTime) -> Option<NaiveDateTime> {
        birth
            .checked_add_months(Months::new(self.years * 12))?
            .checked_add_months(Months::new(self.months))?
            .checked_add_days(Days::new(u64::from(self.days)))?
            .checked_add_signed(TimeDelta::hours(i64::from(self.hours)))
    }

    /// Like `5年8个月11天10小时`.
    pub fn zh(self) -> String {
        format!("{}年{}个月{}天{}小时", self.years, self.months, self.days, self.hours)
    }
}

/// One 大运.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decade {
    /// From 1.
    pub number: u8,
    pub pillar: Pillar,
    pub ten_god: TenGod,
    pub life_stage: LifeStage,
    pub nayin: Nayin,
    /// 虚岁.
    pub start_age: i32,
    pub end_age: i32,
    pub start_year: i32,
    pub end_year: i32,
}

/// 大运 of a chart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Luck {
    pub direction: Direction,
    pub starts_after: StartOffset,
    /// 交运, on the clock that the day and the hour are reckoned with.
    pub starts_at: NaiveDateTime,
    pub decades: Vec<Decade>,
}

impl Direction {
    /// Yang years carry men forward, yin years women.
    pub fn of(sex: Sex, year: Stem) -> Self {
        match (year.polarity(), sex) {
            (Polarity::Yang, Sex::Male) | (Polarity::Yin, Sex::Female) => Self::Forward,
            (Polarity::Yang, Sex::Female) | (Polarity::Yin, Sex::Male) => Self::Backward,
        }
    }

    fn steps(self, number: u8) -> i64 {
        match self {
            Self::Forward => i64::from(number),
            Self::Backward => -i64::from(number),
        }
    }
}

impl Luck {
    /// The minute rule of reference/bazi-local.md §4.3, between the birth and the 节 before it
    /// (`began`) or after it (`ends`); `None` when the start lies beyond the calendar.
    pub(super) fn of(
        birth: &BirthMoment,
        pillars: FourPillars,
        (began, ends): (TermInstant, TermInstant),
    ) -> Option<Self> {
        let direction = Direction::of(birth.sex, pillars.year.stem());
        let moment = whole_minute(birth.term_time);
        let minutes = match direction {
            Direction::Forward => whole_minute(ends.at) - moment,
            Direction::Backward => moment - whole_minute(began.at),
        }
        .num_minutes();
        let starts_after = StartOffset::of_minutes(minutes);
        let starts_at = starts_after.after(birth.reckoned)?;
        let start = Start { year: starts_at.year(), birth_year: birth.year() };
        let decade = |number| start.decade(number, direction, pillars);
        Some(Self {
            direction,
            starts_after,
            starts_at,
            decades: (1..=DECADES).map(decade).collect(),
        })
    }

    /// The same decades with other pillars.
    pub(super) fn with_pillars(mut self, pillars: &[Pillar], day_master: Stem) -> Self {
        for (decade, pillar) in self.decades.iter_mut().zip(pillars) {
            decade.pillar = *pillar;
            decade.ten_god = TenGod::of(day_master, pillar.stem());
            decade.life_stage = LifeStage::of(day_master, pillar.branch());
            decade.nayin = pillar.nayin();
        }
        self
    }

    /// 虚岁 at which the first 大运 begins.
    pub fn start_age(&self) -> i32 {
        self.decades.first().map_or(0, |decade| decade.start_age)
    }

    /// The 大运 that rules a year; `None` before the first and after the last.
    pub fn decade_in(&self, year: i32) -> Option<&Decade> {
        self.decades.iter().find(|decade| (decade.start_year..=decade.end_year).contains(&year))
    }
}

/// Drops the seconds, as the outside service does with those of the term.
fn whole_minute(moment: NaiveDateTime) -> NaiveDateTime {
    moment - TimeDelta::seconds(i64::from(moment.second()))
}

struct Start {
    year: i32,
    birth_year: i32,
}

impl Start {
    fn decade(&self, number: u8, direction: Direction, pillars: FourPillars) -> Decade {
        let pillar = pillars.month.step(direction.steps(number));
        let start_year = self.year + 10 * (i32::from(number) - 1);
        let start_age = start_year - self.birth_year + 1;
        Decade {
            number,
            pillar,
            ten_god: TenGod::of(pillars.day_master(), pillar.stem()),
            life_stage: LifeStage::of(pillars.day_master(), pillar.branch()),
            nayin: pillar.nayin(),
            start_age,
            end_age: start_age + 9,
            start_year,
            end_year: start_year + 9,
        }
    }
}

/// 流年: one year in a life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FlowYear {
    /// The year that begins at its 立春.
    pub year: i32,
    /// 虚岁.
    pub age: i32,
    pub pillar: Pillar,
    pub ten_god: TenGod,
    pub life_stage: LifeStage,
    pub nayin: Nayin,
    /// The pillar of the 大运 that rules the year; `None` before the first and after the last.
    pub decade: Option<Pillar>,
}

/// The years of a span, from the birth on.
pub(super) fn flow_years(
    luck: &Luck,
    day_master: Stem,
    birth_year: i32,
    span: std::ops::RangeInclusive<i32>,
) -> Vec<FlowYear> {
    let first = birth_year.max(*span.start());
    let reading = |year| {
        let pillar = Pillar::of_year(year);
        FlowYear {
            year,
            age: year - birth_year + 1,
            pillar,
            ten_god: TenGod::of(day_master, pillar.stem()),
            life_stage: LifeStage::of(day_master, pillar.branch()),
            nayin: pillar.nayin(),
            decade: luck.decade_in(year).map(|decade| decade.pillar),
        }
    };
    (first..=*span.end()).map(reading).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bazi::test_births::{birth, female};
    use crate::bazi::{Sect, chart};

    #[test]
    fn the_published_example_begins_its_luck_as_published() {
        // reference/yuanfenju.md §4.3: 5年8个月11天后起运, 1998-07-02 19:40:00, 虚岁 7.
        let chart = chart(&birth("1992-10-21 09:40", Sect::default()), 2026).unwrap();
        assert_eq!(chart.luck.direction, Direction::Forward);
        assert_eq!(chart.luck.starts_after.zh(), "5年8个月11天10小时");
        assert_eq!(chart.luck.starts_at.to_string(), "1998-07-02 19:40:00");
        let first = chart.luck.decades.first().unwrap();
        assert_eq!(first.pillar.to_string(), "辛亥");
        assert_eq!((first.start_age, first.end_age), (7, 16));
        assert_eq!((first.start_year, first.end_year), (1998, 2007));
        assert_eq!(first.ten_god.zh(), "劫财");
        assert_eq!(first.life_stage.zh(), "病");
        assert_eq!(chart.luck.decades.len(), 10);
    }

    #[test]
    fn a_woman_of_a_yang_year_runs_backward() {
        let chart = chart(&female("1992-10-21 09:40"), 2026).unwrap();
        assert_eq!(chart.luck.direction, Direction::Backward);
        assert_eq!(chart.luck.decades.first().unwrap().pillar.to_string(), "己酉");
        assert_eq!(chart.luck.decades.get(1).unwrap().pillar.to_string(), "戊申");
    }

    #[test]
    fn flow_years_know_their_decade_and_age() {
        let chart = chart(&birth("1992-10-21 09:40", Sect::default()), 2026).unwrap();
        let years = chart.flow_years(1990..=2008);
        assert_eq!(years.first().unwrap().year, 1992);
        assert_eq!(years.first().unwrap().age, 1);
        let of = |year| years.iter().find(|flow| flow.year == year).unwrap();
        assert_eq!(of(1997).decade, None);
        assert_eq!(of(1998).decade.unwrap().to_string(), "辛亥");
        assert_eq!(of(2008).decade.unwrap().to_string(), "壬子");
        assert_eq!(of(1998).pillar.to_string(), "戊寅");
        assert_eq!(of(1998).ten_god.zh(), "偏印");
    }

    #[test]
    fn a_birth_on_the_29th_of_february_clamps() {
        let birth = birth("2000-02-29 12:00", Sect::default());
        let offset = StartOffset { years: 1, months: 0, days: 0, hours: 2 };
        assert_eq!(offset.after(birth.clock).unwrap().to_string(), "2001-02-28 14:00:00");
    }
}
