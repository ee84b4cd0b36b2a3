//! Typed times of day.

use super::{numerals, plain};
use crate::bazi::{BirthError, BirthTime, Branch};

const UNKNOWN: [&str; 9] =
    ["不知道", "不知", "不详", "不詳", "未知", "不清楚", "忘了", "不记得", "unknown"];

/// The part of the day that people put before the hour.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Period {
    /// Twelve means midnight.
    Small,
    Morning,
    Noon,
    Afternoon,
    Night,
    NotSaid,
}

const PERIODS: [(&str, Period); 19] = [
    ("凌晨", Period::Small),
    ("清晨", Period::Morning),
    ("早上", Period::Morning),
    ("早晨", Period::Morning),
    ("上午", Period::Morning),
    ("中午", Period::Noon),
    ("正午", Period::Noon),
    ("下午", Period::Afternoon),
    ("傍晚", Period::Afternoon),
    ("晚上", Period::Night),
    ("晚间", Period::Night),
    ("晚間", Period::Night),
    ("夜里", Period::Night),
    ("夜裡", Period::Night),
    ("夜晚", Period::Night),
    ("深夜", Period::Night),
    ("半夜", Period::Night),
    ("am", Period::Small),
    ("pm", Period::Afternoon),
];

/// Reads `07:15`, `7点15`, `早上七点半`, `下午3点一刻`, `3:20 pm`, `辰时`, `晚子时`, `不知道`, …
///
/// # Errors
/// [`BirthError::NotATime`], an hour or a minute that does not exist, or
/// [`BirthError::AmbiguousMidnight`] where the stated date may be meant or the next.
pub fn parse_time(text: &str) -> Result<BirthTime, BirthError> {
    let not_a_time = || {
        let shortened = text.trim().chars().take(super::MAX_CHARACTERS).collect();
        BirthError::NotATime(shortened)
    };
    let plain: String =
        plain(text).ok_or_else(not_a_time)?.chars().filter(|c| !c.is_whitespace()).collect();
    if UNKNOWN.contains(&plain.as_str()) {
        return Ok(BirthTime::Unknown);
    }
    if let Some(double_hour) = double_hour(&plain) {
        return double_hour;
    }
    let (period, clock) = split_period(&plain);
    let (hour, minute) = hour_and_minute(clock).ok_or_else(not_a_time)?;
    if hour > 23 {
        return Err(BirthError::NoSuchHour(hour));
    }
    if minute > 59 {
        return Err(BirthError::NoSuchMinute(minute));
    }
    let hour = hour_of_day(period, hour)?.ok_or_else(not_a_time)?;
    Ok(BirthTime::Exact { hour, minute })
}

/// `辰时`, `辰時`, `辰`; 子 has to say on which side of midnight it is.
fn double_hour(text: &str) -> Option<Result<BirthTime, BirthError>> {
    let name = text.strip_suffix(['时', '時']).unwrap_or(text);
    let double_hour = |branch| Ok(BirthTime::DoubleHour { branch });
    match name {
        "子" => Some(Err(BirthError::AmbiguousMidnight)),
        "早子" => Some(double_hour(Branch::Zi)),
        "晚子" | "夜子" => Some(Ok(BirthTime::LateZi)),
        name => Branch::from_zh(name).map(double_hour),
    }
}

fn split_period(text: &str) -> (Period, &str) {
    let before =
        PERIODS.iter().find_map(|(word, period)| Some((*period, text.strip_prefix(word)?)));
    let after =
        || PERIODS.iter().find_map(|(word, period)| Some((*period, text.strip_suffix(word)?)));
    before.or_else(after).unwrap_or((Period::NotSaid, text))
}

fn hour_and_minute(clock: &str) -> Option<(u32, u32)> {
    if clock.len() == 4 && clock.bytes().all(|byte| byte.is_ascii_digit()) {
        let (hour, minute) = clock.split_at_checked(2)?;
        return Some((hour.parse().ok()?, minute.parse().ok()?));
    }
    let end = clock.find(|character| !numerals::is_part(character)).unwrap_or(clock.len());
    let (hour, rest) = clock.split_at_checked(end)?;
    let hour = numerals::read(hour)?;
    let mut rest = rest.chars();
    let minute = match (rest.next(), rest.as_str()) {
        // "3pm" has lost its suffix by now; a bare number is no time.
        (Some(':' | '.'), minute) => numerals::read(minute)?,
        (Some('点' | '點' | '时' | '時' | 'h'), minute) => spoken_minute(minute)?,
        (..) => return None,
    };
    Some((hour, minute))
}

fn spoken_minute(text: &str) -> Option<u32> {
    match text {
        "" | "整" | "钟" | "鐘" => Some(0),
        "半" => Some(30),
        "一刻" => Some(15),
        "三刻" => Some(45),
        minute => numerals::read(minute.strip_suffix('分').unwrap_or(minute)),
    }
}

/// The hour from 0 to 23; `Ok(None)` for contradictions such as "上午13点".
fn hour_of_day(period: Period, hour: u32) -> Result<Option<u32>, BirthError> {
    Ok(match (period, hour) {
        (Period::Small, 12) => Some(0),
        (Period::NotSaid, _)
        | (Period::Small | Period::Morning, 0..=12)
        | (Period::Noon, 11..=14)
        | (Period::Afternoon, 12..)
        | (Period::Night, 13..) => Some(hour),
        (Period::Noon, 1..=2) | (Period::Afternoon, 1..=11) | (Period::Night, 5..=11) => {
            Some(hour + 12)
        }
        (Period::Night, _) => return Err(BirthError::AmbiguousMidnight),
        (Period::Small | Period::Morning | Period::Noon | Period::Afternoon, _) => None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn exact(text: &str) -> (u32, u32) {
        match parse_time(text) {
            Ok(BirthTime::Exact { hour, minute }) => (hour, minute),
            other => panic!("{text}: {other:?}"),
        }
    }

    fn exists(time: BirthTime) -> bool {
        !matches!(time, BirthTime::Exact { hour: 24.., .. } | BirthTime::Exact { minute: 60.., .. })
    }

    #[test]
    fn clock_times_are_read_in_every_usual_spelling() {
        for (text, time) in [
            ("07:15", (7, 15)),
            ("7:15", (7, 15)),
            ("７：１５", (7, 15)),
            ("0715", (7, 15)),
            ("7点15", (7, 15)),
            ("7点15分", (7, 15)),
            ("早上七点", (7, 0)),
            ("早上七点十五分", (7, 15)),
            ("七點半", (7, 30)),
            ("7时", (7, 0)),
            ("七点钟", (7, 0)),
            ("上午 11 点", (11, 0)),
            ("中午12点", (12, 0)),
            ("中午一点", (13, 0)),
            ("下午3点一刻", (15, 15)),
            ("下午两点零五分", (14, 5)),
            ("下午15:20", (15, 20)),
            ("晚上11点三刻", (23, 45)),
            ("晚上23点", (23, 0)),
            ("凌晨2点", (2, 0)),
            ("凌晨12点10分", (0, 10)),
            ("3:20 pm", (15, 20)),
            ("12:05AM", (0, 5)),
            ("二十三点五十九分", (23, 59)),
            ("00:00", (0, 0)),
        ] {
            assert_eq!(exact(text), time, "{text}");
        }
    }

    #[test]
    fn double_hours_and_not_knowing_are_answers_too() {
        let double_hour = |branch| Ok(BirthTime::DoubleHour { branch });
        assert_eq!(parse_time("辰时"), double_hour(Branch::Chen));
        assert_eq!(parse_time("午時"), double_hour(Branch::Wu));
        assert_eq!(parse_time("早子时"), double_hour(Branch::Zi));
        assert_eq!(parse_time("晚子时"), Ok(BirthTime::LateZi));
        assert_eq!(parse_time("不知道"), Ok(BirthTime::Unknown));
    }

    #[test]
    fn the_night_between_two_dates_has_to_be_said_exactly() {
        for text in ["子时", "晚上12点", "半夜1点", "夜里十二点半"] {
            assert_eq!(parse_time(text), Err(BirthError::AmbiguousMidnight), "{text}");
        }
    }

    #[test]
    fn times_that_do_not_exist_are_named() {
        assert_eq!(parse_time("24:00"), Err(BirthError::NoSuchHour(24)));
        assert_eq!(parse_time("7:60"), Err(BirthError::NoSuchMinute(60)));
        for text in ["", "7", "早上", "上午13点", "中午8点", "7点x分", "abc", "7:", "下午0点"]
        {
            assert!(matches!(parse_time(text), Err(BirthError::NotATime(_))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn written_times_read_back(hour in 0_u32..24, minute in 0_u32..60) {
            prop_assert_eq!(exact(&format!("{hour:02}:{minute:02}")), (hour, minute));
            prop_assert_eq!(exact(&format!("{hour}点{minute}分")), (hour, minute));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,50}") {
            prop_assert!(parse_time(&text).map_or(true, exists));
        }

        #[test]
        fn no_almost_time_makes_the_reader_panic(
            text in "[早上下午晚子辰时点半刻一两十分0-9:ampm ]{0,12}"
        ) {
            prop_assert!(parse_time(&text).map_or(true, exists));
        }
    }
}
