//! What can be wrong with a stated birth: each variant carries what an exact sentence needs.

use super::birth::{FIRST_YEAR, LAST_YEAR};

/// Why a stated birth is not a birth. [`BirthError::zh`] says it to the buyer, with the nearest
/// valid choice; `Display` says it to operators.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum BirthError {
    #[error("not a date: {0:?}")]
    NotADate(String),
    /// `5/6/1990`: day first or month first.
    #[error("a date that can be read in two ways: {0:?}")]
    AmbiguousDate(String),
    #[error("not a time of day: {0:?}")]
    NotATime(String),
    /// "晚上12点" and "子时" may be the beginning or the end of the stated date.
    #[error("the night hour may be at the beginning or at the end of the day")]
    AmbiguousMidnight,
    #[error("the year {0} is outside of {FIRST_YEAR} to {LAST_YEAR}")]
    YearOutOfRange(i32),
    #[error("there is no month {0}")]
    NoSuchMonth(u32),
    #[error("month {month} of {year} has {last} days, not {day}")]
    NoSuchDay { year: i32, month: u32, day: u32, last: u32 },
    /// `actual` is the month that is leap in this year, if any.
    #[error("lunar year {year} has no leap month {month}")]
    NoSuchLeapMonth { year: i32, month: u32, actual: Option<u32> },
    #[error("lunar month {month} (leap: {leap}) of {year} has {last} days, not {day}")]
    NoSuchLunarDay { year: i32, month: u32, leap: bool, day: u32, last: u32 },
    #[error("there is no hour {0}")]
    NoSuchHour(u32),
    #[error("there is no minute {0}")]
    NoSuchMinute(u32),
    #[error("the longitude {0} is outside of -180 to 180 degrees")]
    LongitudeOutOfRange(f64),
    #[error("{0:?} is not an IANA time zone")]
    NoSuchZone(String),
    #[error("the birth lies in the future")]
    InFuture,
}

impl BirthError {
    /// The sentence for the buyer, simplified Chinese.
    pub fn zh(&self) -> String {
        match self {
            Self::NotADate(text) => {
                format!(
                    "看不懂日期“{text}”，请写成 1990-05-20、1990年5月20日 或 农历1990年四月廿六"
                )
            }
            Self::AmbiguousDate(text) => {
                format!("“{text}”分不清哪个是日、哪个是月，请写成 1990-05-20")
            }
            Self::NotATime(text) => {
                format!("看不懂时间“{text}”，请写成 07:15、早上7点15 或 辰时")
            }
            Self::AmbiguousMidnight => {
                "半夜跨着两天：当天 00:00–00:59 请写 00:30 这样的时间或“早子时”，\
                 当天 23:00–23:59 请写 23:30 这样的时间或“晚子时”"
                    .to_owned()
            }
            Self::YearOutOfRange(year) => {
                format!("{year} 年超出范围，可用 {FIRST_YEAR} 至 {LAST_YEAR} 年")
            }
            Self::NoSuchMonth(month) => format!("没有 {month} 月，月份是 1 至 12"),
            Self::NoSuchDay { year, month: 2, day: 29, last } => {
                format!("{year} 年不是闰年，2 月没有 29 日，最后一天是 {last} 日")
            }
            Self::NoSuchDay { month, day, last, .. } => {
                format!("{month} 月没有 {day} 日，最后一天是 {last} 日")
            }
            Self::NoSuchLeapMonth { year, month, actual: Some(actual) } => {
                let (month, actual) = (lunar_month(*month), lunar_month(*actual));
                format!("农历 {year} 年没有闰{month}，这一年闰的是{actual}")
            }
            Self::NoSuchLeapMonth { year, month, actual: None } => {
                format!("农历 {year} 年没有闰{}，这一年没有闰月", lunar_month(*month))
            }
            Self::NoSuchLunarDay { year, month, leap, day, last } => {
                let leap = if *leap { "闰" } else { "" };
                let month = lunar_month(*month);
                format!("农历 {year} 年{leap}{month}只有 {last} 天，没有第 {day} 天")
            }
            Self::NoSuchHour(hour) => format!("没有 {hour} 点，小时是 0 至 23"),
            Self::NoSuchMinute(minute) => format!("没有 {minute} 分，分钟是 0 至 59"),
            Self::LongitudeOutOfRange(degrees) => {
                format!("经度 {degrees} 超出范围，可用 -180 至 180（东经为正）")
            }
            Self::NoSuchZone(zone) => format!("没有时区“{zone}”"),
            Self::InFuture => "出生时间还没有到，请检查年份".to_owned(),
        }
    }
}

/// `四月`, `冬月`.
fn lunar_month(month: u32) -> &'static str {
    const NAMES: [&str; 12] = [
        "正月", "二月", "三月", "四月", "五月", "六月", "七月", "八月", "九月", "十月", "冬月",
        "腊月",
    ];
    let index = usize::try_from(month).unwrap_or(0).saturating_sub(1);
    NAMES.get(index).copied().unwrap_or("月")
}
