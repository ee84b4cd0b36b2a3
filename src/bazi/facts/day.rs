//! The facts of a text that needs no birth: the day on which it is written.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::{FACTS_VERSION, Source};
use crate::bazi::{
    self, BirthError, BirthInput, BirthTime, CalendarDate, LunarDate, Pillar, Sect, Sex, SolarTerm,
    SummerTime,
};

/// A day and its pillars at noon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFacts {
    pub version: u32,
    pub source: Source,
    pub year: Pillar,
    pub month: Pillar,
    pub day: Pillar,
    /// The term in which the day lies.
    pub term: SolarTerm,
    /// Like `二〇二六年十月十三`.
    pub lunar: Option<String>,
}

/// Reckons the facts of a day.
///
/// # Errors
/// When the day is outside of the years that the calendar knows.
pub fn day_facts(date: NaiveDate) -> Result<DayFacts, BirthError> {
    let (year, month, day) = (date.year(), date.month(), date.day());
    let noon = BirthInput {
        sex: Sex::Female,
        sect: Sect::default(),
        date: CalendarDate::Solar { year, month, day },
        time: BirthTime::Exact { hour: 12, minute: 0 },
        place: None,
        summer_time: SummerTime::NotIncluded,
    };
    let chart = bazi::chart(&noon.normalise()?, year)?;
    let pillars = chart.pillars.bare();
    Ok(DayFacts {
        version: FACTS_VERSION,
        source: Source::Local,
        year: pillars.year,
        month: pillars.month,
        day: pillars.day,
        term: chart.terms.current.term,
        lunar: LunarDate::of(date).map(LunarDate::zh),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_three_pillars_its_term_and_its_lunar_date() {
        let facts = day_facts(NaiveDate::from_ymd_opt(2026, 11, 21).unwrap()).unwrap();
        let pillars = [facts.year, facts.month, facts.day].map(|pillar| pillar.to_string());
        assert_eq!(pillars, ["丙午", "己亥", "己亥"]);
        assert_eq!(facts.term, SolarTerm::LiDong);
        assert_eq!(facts.lunar.as_deref(), Some("二〇二六年十月十三"));
        assert!(day_facts(NaiveDate::from_ymd_opt(2200, 1, 1).unwrap()).is_err());
    }
}
