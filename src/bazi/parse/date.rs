//! Typed dates.

use super::western::{self, Western};
use super::{numerals, plain};
use crate::bazi::{BirthError, CalendarDate};

const LUNAR_PREFIXES: [&str; 7] = ["农历", "阴历", "旧历", "農曆", "陰曆", "舊曆", "lunar"];
const SOLAR_PREFIXES: [&str; 11] =
    ["公历", "阳历", "新历", "西历", "国历", "公曆", "陽曆", "新曆", "西曆", "國曆", "solar"];

/// Reads `1990-05-20`, `1990/5/20`, `1990年5月20日`, `19900520`, `20 May 1990`, `20/5/1990`,
/// `农历1990年闰五月廿六`, …
///
/// Without a word about the calendar a date is Gregorian, unless it is written as only lunar
/// dates are: 闰, 正月, 冬月, 腊月, 初八, 廿六.
///
/// # Errors
/// [`BirthError::NotADate`], [`BirthError::AmbiguousDate`] (`5/6/1990`), or the exact part that does not exist in that calendar.
pub fn parse_date(text: &str) -> Result<CalendarDate, BirthError> {
    let date = read(text)?;
    date.gregorian()?;
    Ok(date)
}

fn shortened(text: &str) -> String {
    text.trim().chars().take(super::MAX_CHARACTERS).collect()
}

fn read(text: &str) -> Result<CalendarDate, BirthError> {
    let unreadable = || BirthError::NotADate(shortened(text));
    let plain = plain(text).ok_or_else(unreadable)?;
    let (lunar_said, rest) = strip(&plain, &LUNAR_PREFIXES);
    let (solar_said, rest) = if lunar_said { (false, rest) } else { strip(rest, &SOLAR_PREFIXES) };
    let words = match western::read(rest) {
        Western::Date(numbers) => Words { numbers: numbers.to_vec(), ..Words::default() },
        Western::Ambiguous => return Err(BirthError::AmbiguousDate(shortened(text))),
        Western::NotADate => Words::read(rest).ok_or_else(unreadable)?,
    };
    if solar_said && (words.lunar || words.leap) {
        return Err(unreadable());
    }
    dated(&words, lunar_said).ok_or_else(unreadable)
}

fn dated(words: &Words, lunar_said: bool) -> Option<CalendarDate> {
    let [year, month, day] = *<&[u32; 3]>::try_from(words.numbers.as_slice()).ok()?;
    let year = i32::try_from(year).ok()?;
    Some(if lunar_said || words.lunar {
        CalendarDate::Lunar { year, month, leap: words.leap, day }
    } else {
        CalendarDate::Solar { year, month, day }
    })
}

fn strip<'a>(text: &'a str, prefixes: &[&str]) -> (bool, &'a str) {
    prefixes
        .iter()
        .find_map(|prefix| text.strip_prefix(prefix))
        .map_or((false, text), |rest| (true, rest.trim_start_matches([' ', ':', '：'])))
}

/// The numbers of a date and what their spelling says about the calendar.
#[derive(Default)]
struct Words {
    numbers: Vec<u32>,
    lunar: bool,
    leap: bool,
}

impl Words {
    fn read(text: &str) -> Option<Self> {
        if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
            let (year, rest) = text.split_at_checked(4)?;
            let (month, day) = rest.split_at_checked(2)?;
            let numbers = [year, month, day].map(str::parse);
            let numbers = numbers.into_iter().collect::<Result<_, _>>().ok()?;
            return Some(Self { numbers, ..Self::default() });
        }
        let mut words = Self::default();
        let mut word = String::new();
        for character in text.chars().chain(['日']) {
            match character {
                '-' | '/' | '.' | ',' | ' ' | '年' | '月' | '日' | '号' | '號' => {
                    words.end(&std::mem::take(&mut word))?;
                }
                '闰' | '閏' => {
                    words.end(&std::mem::take(&mut word))?;
                    // Only a month can be leap.
                    if words.leap || words.numbers.len() != 1 {
                        return None;
                    }
                    words.leap = true;
                    words.lunar = true;
                }
                part => word.push(part),
            }
        }
        Some(words)
    }

    /// Takes in a finished word; empty ones stand between two separators.
    fn end(&mut self, word: &str) -> Option<()> {
        let number = match (self.numbers.len(), word) {
            (_, "") => return Some(()),
            (0, year) => (year.chars().count() == 4).then(|| numerals::read(year)).flatten()?,
            (1, "正") => self.only_lunar(1),
            (1, "冬") => self.only_lunar(11),
            (1, "腊" | "臘") => self.only_lunar(12),
            (1, month) => numerals::read(month)?,
            (2, day) => self.day(day)?,
            (..) => return None,
        };
        self.numbers.push(number);
        Some(())
    }

    fn day(&mut self, word: &str) -> Option<u32> {
        if let Some(unit) = word.strip_prefix('初') {
            let unit = numerals::read(unit).filter(|unit| (1..=10).contains(unit))?;
            return Some(self.only_lunar(unit));
        }
        let number = numerals::read(word)?;
        let spelled_lunar = word.contains(['廿', '卅']);
        Some(if spelled_lunar { self.only_lunar(number) } else { number })
    }

    fn only_lunar(&mut self, number: u32) -> u32 {
        self.lunar = true;
        number
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn solar(year: i32, month: u32, day: u32) -> CalendarDate {
        CalendarDate::Solar { year, month, day }
    }

    fn lunar(month: u32, leap: bool, day: u32) -> CalendarDate {
        CalendarDate::Lunar { year: 1990, month, leap, day }
    }

    fn exists(date: CalendarDate) -> bool {
        date.gregorian().is_ok()
    }

    #[test]
    fn gregorian_dates_are_read_in_every_usual_spelling() {
        for text in [
            "1990-05-20",
            "1990-5-20",
            "1990/5/20",
            "1990.5.20",
            "1990年5月20日",
            "1990年05月20号",
            "1990 年 5 月 20 日",
            "19900520",
            "1990 5 20",
            "１９９０年５月２０日",
            "一九九〇年五月二十日",
            " 公历 1990-05-20 ",
            "阳历：1990年5月20",
            "國曆1990年5月20日",
            "西历 1990/5/20",
        ] {
            assert_eq!(parse_date(text), Ok(solar(1990, 5, 20)), "{text}");
        }
    }

    #[test]
    fn dates_are_read_as_they_are_written_elsewhere() {
        for text in [
            "20 May 1990",
            "20th May 1990",
            "20-May-1990",
            "May 20, 1990",
            "may 20th 1990",
            "MAY 20 1990",
            "1990 May 20",
            "20/5/1990",
            "20.05.1990",
            "5/20/1990",
        ] {
            assert_eq!(parse_date(text), Ok(solar(1990, 5, 20)), "{text}");
        }
        assert_eq!(parse_date("3 Sept 1990"), Ok(solar(1990, 9, 3)));
        assert_eq!(parse_date("5/5/1990"), Ok(solar(1990, 5, 5)));
        assert_eq!(parse_date("lunar 26 Apr 1990"), Ok(lunar(4, false, 26)));
        assert_eq!(
            parse_date("30 Feb 1990"),
            Err(BirthError::NoSuchDay { year: 1990, month: 2, day: 30, last: 28 })
        );
    }

    #[test]
    fn a_date_that_can_be_read_in_two_ways_is_not_guessed() {
        for text in ["5/6/1990", "05.06.1990", "12-1-1990"] {
            assert_eq!(parse_date(text), Err(BirthError::AmbiguousDate(text.to_owned())));
        }
    }

    #[test]
    fn lunar_dates_are_known_by_word_or_by_spelling() {
        for text in [
            "农历1990年四月廿六",
            "农历 1990-4-26",
            "阴历1990年4月26日",
            "農曆一九九〇年四月二十六",
            "1990年四月廿六",
            "lunar 1990/4/26",
        ] {
            assert_eq!(parse_date(text), Ok(lunar(4, false, 26)), "{text}");
        }
        assert_eq!(parse_date("农历1990年闰五月初八"), Ok(lunar(5, true, 8)));
        assert_eq!(parse_date("农历1990年闰5月8"), Ok(lunar(5, true, 8)));
        assert_eq!(parse_date("1990年正月初一"), Ok(lunar(1, false, 1)));
        assert_eq!(parse_date("1990年腊月三十"), Ok(lunar(12, false, 30)));
        assert_eq!(parse_date("1990年冬月初十"), Ok(lunar(11, false, 10)));
        assert_eq!(parse_date("1990年十一月卅"), parse_date("农历1990年11月30日"));
    }

    #[test]
    fn a_date_that_does_not_exist_is_refused_exactly() {
        assert_eq!(
            parse_date("1990年2月30日").unwrap_err().zh(),
            "2 月没有 30 日，最后一天是 28 日"
        );
        assert_eq!(
            parse_date("农历1990年闰四月初一").unwrap_err(),
            BirthError::NoSuchLeapMonth { year: 1990, month: 4, actual: Some(5) }
        );
        assert_eq!(parse_date("1890-01-01").unwrap_err(), BirthError::YearOutOfRange(1890));
    }

    #[test]
    fn other_texts_are_no_dates() {
        for text in [
            "",
            "你好",
            "90-5-20",
            "1990",
            "1990-05",
            "1990-05-20-01",
            "1990052",
            "公历1990年闰四月初一",
            "1990年闰闰四月初一",
            "闰1990年四月初一",
            "1990年四月闰初一",
            "1990年四月初廿",
            "32/5/1990",
            "20/13/1990",
            "20/5/90",
            "20 Ma 1990",
            "May 1990",
            "20 May 1990 7",
            "1990-05-20 07:15",
            "1990-05-20xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        ] {
            assert!(matches!(parse_date(text), Err(BirthError::NotADate(_))), "{text}");
        }
    }

    proptest! {
        #[test]
        fn written_dates_read_back(year in 1900_i32..=2100, month in 1_u32..=12, day in 1_u32..=28) {
            for text in [
                format!("{year}-{month:02}-{day:02}"),
                format!("{year}年{month}月{day}日"),
                format!("{year}{month:02}{day:02}"),
            ] {
                prop_assert_eq!(parse_date(&text), Ok(solar(year, month, day)));
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,50}") {
            prop_assert!(parse_date(&text).map_or(true, exists));
        }

        #[test]
        fn no_almost_date_makes_the_reader_panic(
            text in "[农历公闰年月日初正冬腊廿卅十一九〇0-9/ .-]{0,20}"
        ) {
            prop_assert!(parse_date(&text).map_or(true, exists));
        }
    }
}
