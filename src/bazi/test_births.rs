//! Births for the tests of this capability.

use chrono::{Datelike, NaiveDateTime, Timelike};

use super::{BirthInput, BirthMoment, BirthTime, CalendarDate, Sect, Sex, SummerTime};

pub(super) fn moment(text: &str) -> NaiveDateTime {
    NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap()
}

/// A man, no place, summer time already settled.
pub(super) fn input(text: &str) -> BirthInput {
    let clock = moment(text);
    BirthInput {
        sex: Sex::Male,
        sect: Sect::default(),
        date: CalendarDate::Solar { year: clock.year(), month: clock.month(), day: clock.day() },
        time: BirthTime::Exact { hour: clock.hour(), minute: clock.minute() },
        place: None,
        summer_time: SummerTime::NotIncluded,
    }
}

pub(super) fn birth(text: &str, sect: Sect) -> BirthMoment {
    BirthInput { sect, ..input(text) }.normalise().unwrap()
}

pub(super) fn female(text: &str) -> BirthMoment {
    BirthInput { sex: Sex::Female, ..input(text) }.normalise().unwrap()
}
