//! The sky: instants of the solar terms and the months of the lunar calendar, years 1898 to 2103.
//!
//! The only room that asks `tyme4rs`. That library panics on years and months that do not exist,
//! keeps its schools in private globals, and takes a millisecond for a chart; therefore it is asked
//! only for one whole year at a time, with a checked year, and each answer is kept for good. A test
//! asks every year that can ever be asked.

use std::sync::OnceLock;

use chrono::{Datelike, NaiveDate, NaiveDateTime};
use tyme4rs::tyme::lunar::LunarYear;
use tyme4rs::tyme::solar::SolarTerm as TymeTerm;

use super::naming::named;

named! {
    /// 二十四节气, counted from the winter solstice before New Year.
    SolarTerm {
        DongZhi = "冬至", XiaoHan = "小寒", DaHan = "大寒", LiChun = "立春", YuShui = "雨水",
        JingZhe = "惊蛰", ChunFen = "春分", QingMing = "清明", GuYu = "谷雨", LiXia = "立夏",
        XiaoMan = "小满", MangZhong = "芒种", XiaZhi = "夏至", XiaoShu = "小暑", DaShu = "大暑",
        LiQiu = "立秋", ChuShu = "处暑", BaiLu = "白露", QiuFen = "秋分", HanLu = "寒露",
        ShuangJiang = "霜降", LiDong = "立冬", XiaoXue = "小雪", DaXue = "大雪",
    }
}

impl SolarTerm {
    /// 节: the twelve terms with which the months of the pillars begin.
    pub fn begins_month(self) -> bool {
        self.index() % 2 == 1
    }
}

/// A solar term and when it happens, in UTC+8, to the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TermInstant {
    pub term: SolarTerm,
    pub at: NaiveDateTime,
}

/// A month of the lunar calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LunarMonth {
    pub(super) month: u32,
    pub(super) leap: bool,
    pub(super) first_day: NaiveDate,
    pub(super) days: u32,
}

const FIRST_TABLE_YEAR: i32 = 1898;
const TABLE_YEARS: usize = 206;

static TERMS: [OnceLock<Vec<TermInstant>>; TABLE_YEARS] = [const { OnceLock::new() }; TABLE_YEARS];
static MONTHS: [OnceLock<Vec<LunarMonth>>; TABLE_YEARS] = [const { OnceLock::new() }; TABLE_YEARS];

fn place_of(year: i32) -> Option<usize> {
    usize::try_from(year.checked_sub(FIRST_TABLE_YEAR)?).ok()
}

/// The 24 terms from the winter solstice before `year` to 大雪 in it; empty outside of the tables.
pub(super) fn terms(year: i32) -> &'static [TermInstant] {
    place_of(year)
        .and_then(|place| TERMS.get(place))
        .map_or(&[], |cell| cell.get_or_init(|| terms_by_tyme(year)))
}

/// The 12 or 13 months of a lunar year; empty outside of the tables.
pub(super) fn lunar_months(year: i32) -> &'static [LunarMonth] {
    place_of(year)
        .and_then(|place| MONTHS.get(place))
        .map_or(&[], |cell| cell.get_or_init(|| months_by_tyme(year)))
}

fn terms_by_tyme(year: i32) -> Vec<TermInstant> {
    let year = isize::try_from(year).unwrap_or(0);
    let instant = |term: &SolarTerm| {
        let index = isize::try_from(term.index()).unwrap_or(0);
        let time = TymeTerm::from_index(year, index).get_julian_day().get_solar_time();
        let day = naive_date(time.get_year(), time.get_month(), time.get_day())?;
        let at = day.and_hms_opt(
            u32::try_from(time.get_hour()).ok()?,
            u32::try_from(time.get_minute()).ok()?,
            u32::try_from(time.get_second()).ok()?,
        )?;
        Some(TermInstant { term: *term, at })
    };
    SolarTerm::ALL.iter().filter_map(instant).collect()
}

fn months_by_tyme(year: i32) -> Vec<LunarMonth> {
    let year = LunarYear::from_year(isize::try_from(year).unwrap_or(0));
    let read = |month: tyme4rs::tyme::lunar::LunarMonth| {
        let first = month.get_first_julian_day().get_solar_day();
        Some(LunarMonth {
            month: u32::try_from(month.get_month()).ok()?,
            leap: month.is_leap(),
            first_day: naive_date(first.get_year(), first.get_month(), first.get_day())?,
            days: u32::try_from(month.get_day_count()).ok()?,
        })
    };
    year.get_months().into_iter().filter_map(read).collect()
}

fn naive_date(year: isize, month: usize, day: usize) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        u32::try_from(month).ok()?,
        u32::try_from(day).ok()?,
    )
}

/// The 节 at or before a moment of UTC+8 and the one after it; `None` outside of the tables.
pub(super) fn month_terms_around(moment: NaiveDateTime) -> Option<(TermInstant, TermInstant)> {
    let year = moment.year();
    let mut before = None;
    for term in [year - 1, year, year + 1].into_iter().flat_map(terms) {
        if !term.term.begins_month() {
            continue;
        }
        if term.at > moment {
            return before.map(|before| (before, *term));
        }
        before = Some(*term);
    }
    None
}

/// The term, of all 24, in which a moment of UTC+8 lies; `None` outside of the tables.
pub(super) fn term_at(moment: NaiveDateTime) -> Option<TermInstant> {
    let year = moment.year();
    [year, year + 1].into_iter().flat_map(terms).rfind(|term| term.at <= moment).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_year_of_the_tables_is_whole_and_in_order() {
        let last = FIRST_TABLE_YEAR + i32::try_from(TABLE_YEARS).unwrap() - 1;
        assert_eq!(last, 2103);
        let mut next_new_year: Option<NaiveDate> = None;
        let mut previous = None;
        for year in FIRST_TABLE_YEAR..=last {
            assert_eq!(terms(year).len(), 24, "{year}");
            for term in terms(year) {
                assert!(previous.is_none_or(|before| before < term.at), "{year} {term:?}");
                previous = Some(term.at);
            }
            let months = lunar_months(year);
            assert!(months.len() == 12 || months.len() == 13, "{year}");
            for month in months {
                assert!((29..=30).contains(&month.days), "{year} {month:?}");
                assert!(next_new_year.is_none_or(|day| day == month.first_day), "{month:?}");
                next_new_year =
                    month.first_day.checked_add_days(chrono::Days::new(u64::from(month.days)));
            }
        }
        assert!(terms(1897).is_empty() && lunar_months(2104).is_empty());
    }

    #[test]
    fn spring_festival_of_1954_is_on_the_third_of_february() {
        // tyme4rs 1.5.0 says the fourth: reference/bazi-local.md §4.1.
        let first = lunar_months(1954).first().unwrap().first_day;
        assert_eq!(first, NaiveDate::from_ymd_opt(1954, 2, 3).unwrap());
    }

    #[test]
    fn the_first_day_of_spring_2026_is_known_to_the_second() {
        let spring = terms(2026).iter().find(|term| term.term == SolarTerm::LiChun).unwrap();
        assert_eq!(spring.at.to_string(), "2026-02-04 04:02:08");
        let (before, after) = month_terms_around(spring.at).unwrap();
        assert_eq!((before.term, after.term), (SolarTerm::LiChun, SolarTerm::JingZhe));
        let (before, after) =
            month_terms_around(spring.at - chrono::TimeDelta::seconds(1)).unwrap();
        assert_eq!((before.term, after.term), (SolarTerm::XiaoHan, SolarTerm::LiChun));
    }
}
