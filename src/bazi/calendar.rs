//! Dates of the two calendars, checked before anything is reckoned from them.

use std::fmt;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::almanac::{self, LunarMonth};
use super::birth::{FIRST_YEAR, LAST_YEAR};
use super::error::BirthError;

/// A date as a person states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "calendar", rename_all = "lowercase")]
pub enum CalendarDate {
    Solar { year: i32, month: u32, day: u32 },
    Lunar { year: i32, month: u32, leap: bool, day: u32 },
}

/// A day of the lunar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LunarDate {
    /// The year that begins at the Spring Festival.
    pub year: i32,
    pub month: u32,
    pub leap: bool,
    pub day: u32,
}

impl CalendarDate {
    /// The Gregorian day.
    ///
    /// # Errors
    /// The exact part that does not exist, with the nearest that does.
    pub fn gregorian(self) -> Result<NaiveDate, BirthError> {
        match self {
            Self::Solar { year, month, day } => solar_day(year, month, day),
            Self::Lunar { year, month, leap, day } => lunar_day(year, month, leap, day),
        }
    }
}

/// The leap month of a lunar year, if it has one. Years outside of the range have none.
pub fn leap_month(year: i32) -> Option<u32> {
    almanac::lunar_months(year).iter().find(|month| month.leap).map(|month| month.month)
}

/// How many days a lunar month has; `None` when the year has no such month.
pub fn lunar_month_days(year: i32, month: u32, leap: bool) -> Option<u32> {
    find_month(year, month, leap).map(|month| month.days)
}

/// How many days a Gregorian month has; `None` when there is no such month.
pub fn solar_month_days(year: i32, month: u32) -> Option<u32> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    let next = first.checked_add_months(chrono::Months::new(1))?;
    u32::try_from((next - first).num_days()).ok()
}

fn check_year_and_month(year: i32, month: u32) -> Result<(), BirthError> {
    if !(FIRST_YEAR..=LAST_YEAR).contains(&year) {
        return Err(BirthError::YearOutOfRange(year));
    }
    if !(1..=12).contains(&month) {
        return Err(BirthError::NoSuchMonth(month));
    }
    Ok(())
}

fn solar_day(year: i32, month: u32, day: u32) -> Result<NaiveDate, BirthError> {
    check_year_and_month(year, month)?;
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| {
        let last = solar_month_days(year, month).unwrap_or(28);
        BirthError::NoSuchDay { year, month, day, last }
    })
}

fn lunar_day(year: i32, month: u32, leap: bool, day: u32) -> Result<NaiveDate, BirthError> {
    check_year_and_month(year, month)?;
    let found = find_month(year, month, leap).ok_or_else(|| BirthError::NoSuchLeapMonth {
        year,
        month,
        actual: leap_month(year),
    })?;
    let no_such_day = || BirthError::NoSuchLunarDay { year, month, leap, day, last: found.days };
    if !(1..=found.days).contains(&day) {
        return Err(no_such_day());
    }
    let after_first = chrono::Days::new(u64::from(day - 1));
    found.first_day.checked_add_days(after_first).ok_or_else(no_such_day)
}

fn find_month(year: i32, month: u32, leap: bool) -> Option<&'static LunarMonth> {
    almanac::lunar_months(year).iter().find(|found| found.month == month && found.leap == leap)
}

impl LunarDate {
    /// The lunar day of a Gregorian one; `None` outside of the tables.
    pub fn of(day: NaiveDate) -> Option<Self> {
        [day.year(), day.year() - 1].into_iter().find_map(|year| {
            let month = almanac::lunar_months(year).iter().rfind(|month| month.first_day <= day)?;
            let day = u32::try_from((day - month.first_day).num_days()).ok()? + 1;
            Some(Self { year, month: month.month, leap: month.leap, day })
        })
    }

    /// Like `一九九〇年四月廿六`.
    pub fn zh(self) -> String {
        let year: String = self
            .year
            .to_string()
            .chars()
            .filter_map(|digit| numeral(digit.to_digit(10)?))
            .collect();
        let leap = if self.leap { "闰" } else { "" };
        format!("{year}年{leap}{}{}", month_name(self.month), day_name(self.day))
    }
}

impl fmt::Display for LunarDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.zh())
    }
}

fn numeral(digit: u32) -> Option<char> {
    "〇一二三四五六七八九".chars().nth(usize::try_from(digit).ok()?)
}

/// `正月` to `腊月`.
pub fn month_name(month: u32) -> String {
    match month {
        1 => "正月".to_owned(),
        10 => "十月".to_owned(),
        11 => "冬月".to_owned(),
        12 => "腊月".to_owned(),
        month => numeral(month).map(|name| format!("{name}月")).unwrap_or_default(),
    }
}

/// `初一` to `三十`.
pub fn day_name(day: u32) -> String {
    match day {
        10 => "初十".to_owned(),
        20 => "二十".to_owned(),
        30 => "三十".to_owned(),
        day => {
            let tens = match day / 10 {
                0 => "初",
                1 => "十",
                _ => "廿",
            };
            numeral(day % 10).map(|unit| format!("{tens}{unit}")).unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn solar(year: i32, month: u32, day: u32) -> Result<NaiveDate, BirthError> {
        CalendarDate::Solar { year, month, day }.gregorian()
    }

    fn lunar(year: i32, month: u32, leap: bool, day: u32) -> Result<NaiveDate, BirthError> {
        CalendarDate::Lunar { year, month, leap, day }.gregorian()
    }

    #[test]
    fn a_day_that_does_not_exist_is_named_with_the_last_that_does() {
        assert_eq!(solar(1990, 2, 30).unwrap_err().zh(), "2 月没有 30 日，最后一天是 28 日");
        assert_eq!(
            solar(1990, 2, 29).unwrap_err().zh(),
            "1990 年不是闰年，2 月没有 29 日，最后一天是 28 日"
        );
        assert!(solar(2000, 2, 29).is_ok());
        assert_eq!(solar(1990, 13, 1).unwrap_err(), BirthError::NoSuchMonth(13));
        assert_eq!(solar(1899, 12, 31).unwrap_err(), BirthError::YearOutOfRange(1899));
        assert_eq!(solar(1990, 4, 0).unwrap_err().zh(), "4 月没有 0 日，最后一天是 30 日");
    }

    #[test]
    fn a_leap_month_that_does_not_exist_is_answered_with_the_one_that_does() {
        assert_eq!(
            lunar(1990, 4, true, 1).unwrap_err().zh(),
            "农历 1990 年没有闰四月，这一年闰的是五月"
        );
        assert_eq!(
            lunar(1991, 4, true, 1).unwrap_err().zh(),
            "农历 1991 年没有闰四月，这一年没有闰月"
        );
        assert_eq!(
            lunar(1990, 5, true, 30).unwrap_err().zh(),
            "农历 1990 年闰五月只有 29 天，没有第 30 天"
        );
        assert_eq!(leap_month(1990), Some(5));
    }

    #[test]
    fn lunar_dates_are_the_known_days() {
        assert_eq!(lunar(1990, 4, false, 26).unwrap().to_string(), "1990-05-20");
        assert_eq!(lunar(1990, 5, true, 1).unwrap().to_string(), "1990-06-23");
        assert_eq!(lunar(2023, 12, false, 30).unwrap().to_string(), "2024-02-09");
        let day = NaiveDate::from_ymd_opt(1990, 5, 20).unwrap();
        assert_eq!(LunarDate::of(day).unwrap().zh(), "一九九〇年四月廿六");
        let leap = NaiveDate::from_ymd_opt(2020, 5, 23).unwrap();
        assert_eq!(LunarDate::of(leap).unwrap().zh(), "二〇二〇年闰四月初一");
    }

    proptest! {
        #[test]
        fn lunar_days_lead_back_to_their_gregorian_days(offset in 0_u64..73_000) {
            let first = NaiveDate::from_ymd_opt(1900, 2, 1).unwrap();
            let day = first.checked_add_days(chrono::Days::new(offset)).unwrap();
            let LunarDate { year, month, leap, day: lunar_day } = LunarDate::of(day).unwrap();
            prop_assert_eq!(lunar(year, month, leap, lunar_day).unwrap(), day);
        }

        #[test]
        fn no_numbers_make_the_calendar_panic(
            year in any::<i32>(), month in any::<u32>(), day in any::<u32>(), leap in any::<bool>()
        ) {
            let known = solar(year, month, day).is_ok() || lunar(year, month, leap, day).is_ok();
            prop_assert!(!known || (FIRST_YEAR..=LAST_YEAR).contains(&year));
            let year = 1900 + year.rem_euclid(201);
            let (month, day) = (month % 14, day % 33);
            let days = lunar_month_days(year, month, leap).unwrap_or(0);
            prop_assert_eq!(lunar(year, month, leap, day).is_ok(), (1..=days).contains(&day));
        }
    }
}
