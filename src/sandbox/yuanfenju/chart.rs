//! What the played service knows about a person, straight from the almanac library.

use std::collections::HashMap;
use std::str::FromStr;

use tyme4rs::tyme::Tyme;
use tyme4rs::tyme::eightchar::provider::{
    DefaultEightCharProvider, EightCharProvider, LunarSect2EightCharProvider,
};
use tyme4rs::tyme::enums::YinYang;
use tyme4rs::tyme::sixtycycle::SixtyCycle;
use tyme4rs::tyme::solar::SolarTime;

pub(super) const DECADES: isize = 12;

/// The fields of one person (§3.1).
pub(super) struct Person {
    year: isize,
    month: usize,
    day: usize,
    hours: usize,
    minute: usize,
    /// 0 male, 1 female.
    sex: u8,
    sect: u8,
}

impl Person {
    /// `None` when a number is missing or is none.
    pub(super) fn read(form: &HashMap<String, String>) -> Option<Self> {
        fn number<N: FromStr>(form: &HashMap<String, String>, field: &str) -> Option<N> {
            form.get(field)?.parse().ok()
        }
        Some(Self {
            year: number(form, "year")?,
            month: number(form, "month")?,
            day: number(form, "day")?,
            hours: number(form, "hours")?,
            minute: number(form, "minute")?,
            sex: number(form, "sex").filter(|sex| *sex < 2)?,
            sect: number(form, "sect").unwrap_or(1),
        })
    }
}

pub(super) struct Chart {
    pub(super) male: bool,
    pub(super) birth: SolarTime,
    /// Year, month, day, hour.
    pub(super) pillars: [SixtyCycle; 4],
    pub(super) decades: Vec<SixtyCycle>,
    /// From the birth to the 节 that decides when 大运 begins.
    pub(super) interval_seconds: isize,
    pub(super) luck_begins: SolarTime,
}

impl Chart {
    /// `None` when the date does not exist. Checked before the library is asked, which panics on
    /// months that do not exist.
    pub(super) fn of(person: &Person) -> Option<Self> {
        let Person { year, month, day, hours, minute, .. } = *person;
        if !(1900..=2100).contains(&year) || !(1..=12).contains(&month) {
            return None;
        }
        let birth = SolarTime::new(year, month, day, hours, minute, 0).ok()?;
        let hour = birth.get_lunar_hour();
        let chart = if person.sect == 2 {
            LunarSect2EightCharProvider::new().get_eight_char(hour)
        } else {
            DefaultEightCharProvider::new().get_eight_char(hour)
        };
        let male = person.sex == 0;
        let yang = chart.get_year().get_heaven_stem().get_yin_yang() == YinYang::YANG;
        let forward = male == yang;
        let interval_seconds = seconds_to_term(birth, forward);
        let step = if forward { 1 } else { -1 };
        let month = chart.get_month();
        Some(Self {
            male,
            birth,
            decades: (1..=DECADES).map(|number| month.next(step * number)).collect(),
            pillars: [chart.get_year(), month, chart.get_day(), chart.get_hour()],
            interval_seconds,
            // Three days of the interval are a year: the rule of this endpoint (§6.1).
            luck_begins: birth.next(interval_seconds * 120),
        })
    }

    /// Makes the chart wrong in a way that looks right.
    pub(super) fn mistake_the_day(&mut self) {
        let [_, _, day, _] = &mut self.pillars;
        *day = day.next(1);
    }
}

fn seconds_to_term(birth: SolarTime, forward: bool) -> isize {
    let current = birth.get_term();
    let began = if current.is_jie() { current } else { current.next(-1) };
    let instant = |term: &tyme4rs::tyme::solar::SolarTerm| term.get_julian_day().get_solar_time();
    if forward { instant(&began.next(2)).subtract(birth) } else { birth.subtract(instant(&began)) }
}
