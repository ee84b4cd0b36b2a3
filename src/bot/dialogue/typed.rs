//! Words that were typed where a part of a birth is asked: a date in any usual shape, with its
//! time and place if people say all at once, or just the number that is asked for.

use super::birth::{Ask, BirthDraft, Step, decade_of, find_places, this_year, today};
use super::note::Note;
use crate::bazi::{self, BirthError, BirthTime, CalendarDate};
use crate::catalog::answers::{BirthHour, Calendar};
use crate::kernel::clock::Timestamp;

/// Longer texts are no answer to any of these questions.
const LONGEST: usize = 60;
const CALENDAR_WORDS: [(&str, Calendar); 17] = [
    ("农历", Calendar::Lunar),
    ("阴历", Calendar::Lunar),
    ("農曆", Calendar::Lunar),
    ("陰曆", Calendar::Lunar),
    ("旧历", Calendar::Lunar),
    ("舊曆", Calendar::Lunar),
    ("lunar", Calendar::Lunar),
    ("公历", Calendar::Solar),
    ("阳历", Calendar::Solar),
    ("公曆", Calendar::Solar),
    ("陽曆", Calendar::Solar),
    ("國曆", Calendar::Solar),
    ("新历", Calendar::Solar),
    ("新曆", Calendar::Solar),
    ("西历", Calendar::Solar),
    ("西曆", Calendar::Solar),
    ("solar", Calendar::Solar),
];
/// Said along with a birth, asked elsewhere.
const GENDERS: [&str; 6] = ["男", "女", "男性", "女性", "male", "female"];

/// Takes what was typed as an answer to `ask`.
pub(super) fn understand(birth: &mut BirthDraft, ask: &Ask, text: &str, now: Timestamp) -> Step {
    let text: String = text.trim().chars().take(LONGEST).collect();
    match ask {
        Ask::Calendar | Ask::Decade | Ask::Year | Ask::Month | Ask::Day => {
            understand_date(birth, ask, &text, now)
        }
        Ask::Hour | Ask::ExactTime | Ask::HourUnknown | Ask::Zi => {
            understand_time(birth, ask, &text)
        }
        Ask::Place { .. } => understand_place(&text),
        Ask::DayStart | Ask::SummerTime => Step::Refused,
    }
}

fn understand_date(birth: &mut BirthDraft, ask: &Ask, text: &str, now: Timestamp) -> Step {
    if let Some(step) = understand_number(birth, ask, text, now) {
        return step;
    }
    match read_date(birth, text) {
        Ok((date, rest)) => {
            let taken = take_date(birth, date, now);
            if taken == Step::Next { take_rest(birth, rest) } else { taken }
        }
        Err(error) => {
            let valid = keep_what_exists(birth, &error);
            let (back_to, note) = complaint(&error, text, now);
            // An unreadable text leaves the question as it was.
            Step::To(if valid { back_to } else { ask.clone() }, Some(note))
        }
    }
}

/// `农历`, or the bare number that is asked for: `1990`, `5月`, `20日`.
fn understand_number(
    birth: &mut BirthDraft,
    ask: &Ask,
    text: &str,
    now: Timestamp,
) -> Option<Step> {
    let said = CALENDAR_WORDS.iter().find(|(word, _)| text.to_lowercase() == *word);
    if let (Ask::Calendar, Some((_, calendar))) = (ask, said) {
        birth.calendar = Some(*calendar);
        return Some(Step::Next);
    }
    let digits = text.trim_end_matches(['年', '月', '日', '号', '號']).trim();
    let number: i32 = digits.parse().ok().filter(|_number| digits.len() <= 4)?;
    match ask {
        Ask::Decade | Ask::Year if digits.len() == 4 => {
            let step = birth.press(&Ask::Year, digits, now);
            Some(match step {
                Step::Refused => Step::To(Ask::Decade, Some(year_range(now))),
                step @ (Step::Next | Step::To(..)) => {
                    birth.decade = Some(decade_of(number));
                    step
                }
            })
        }
        Ask::Month => Some(match birth.press(ask, digits, now) {
            Step::Refused => {
                let note = Note::new("birth-date-month-range").number("month", number);
                Step::To(Ask::Month, Some(note))
            }
            step @ (Step::Next | Step::To(..)) => step,
        }),
        Ask::Day => Some(birth.press(ask, digits, now)),
        Ask::Calendar
        | Ask::Decade
        | Ask::Year
        | Ask::Hour
        | Ask::ExactTime
        | Ask::HourUnknown
        | Ask::Zi
        | Ask::DayStart
        | Ask::Place { .. }
        | Ask::SummerTime => None,
    }
}

/// The date at the beginning of the text, and what follows it. Without a word about the calendar
/// the one that was chosen counts.
fn read_date<'a>(birth: &BirthDraft, text: &'a str) -> Result<(CalendarDate, &'a str), BirthError> {
    let says = CALENDAR_WORDS.iter().any(|(word, _)| text.to_lowercase().starts_with(word));
    let lunar = birth.is_lunar() && !says;
    let read = |part: &str| {
        if lunar { bazi::parse_date(&format!("农历{part}")) } else { bazi::parse_date(part) }
    };
    let whole = read(text);
    if !matches!(whole, Err(BirthError::NotADate(_))) {
        return whole.map(|date| (date, ""));
    }
    let ends = text.char_indices().map(|(at, _)| at).skip(1);
    let mut fallback = whole;
    for end in ends.collect::<Vec<_>>().into_iter().rev() {
        let Some((date, rest)) = text.split_at_checked(end) else { continue };
        let found = read(date);
        if matches!(found, Err(BirthError::NotADate(_))) {
            continue;
        }
        let first = rest.split_whitespace().next().unwrap_or_default();
        match found {
            _ if !follows_a_date(first) => {}
            Ok(date) => return Ok((date, rest)),
            Err(exact) => fallback = Err(exact),
        }
    }
    fallback.map(|date| (date, ""))
}

/// A time of day, or something that is no part of a date at all.
fn follows_a_date(word: &str) -> bool {
    let readable = !matches!(bazi::parse_time(word), Err(BirthError::NotATime(_)));
    readable || GENDERS.contains(&word.to_lowercase().as_str()) || is_a_place(word)
}

fn is_a_place(word: &str) -> bool {
    word.chars().nth(1).is_some() && !find_places(word).is_empty()
}

fn take_date(birth: &mut BirthDraft, date: CalendarDate, now: Timestamp) -> Step {
    let (calendar, (year, month, day), leap) = match date {
        CalendarDate::Solar { year, month, day } => (Calendar::Solar, (year, month, day), false),
        CalendarDate::Lunar { year, month, leap, day } => {
            (Calendar::Lunar, (year, month, day), leap)
        }
    };
    if date.gregorian().is_ok_and(|date| date > today(now)) {
        let ask = if birth.calendar.is_some() { Ask::Decade } else { Ask::Calendar };
        // An older answer must not shine through the buttons that follow.
        (birth.decade, birth.year, birth.month, birth.day) = (None, None, None, None);
        birth.leap_month = false;
        return Step::To(ask, Some(Note::new("birth-date-future")));
    }
    birth.calendar = Some(calendar);
    birth.decade = Some(decade_of(year));
    birth.year = Some(year);
    birth.month = Some(month);
    birth.leap_month = leap;
    birth.day = Some(day);
    birth.summer_time = None;
    Step::Next
}

/// Time and place, when they were said along with the date. What is not understood is asked.
fn take_rest(birth: &mut BirthDraft, rest: &str) -> Step {
    let mut query = None;
    for word in rest.split_whitespace() {
        match bazi::parse_time(word) {
            Ok(time) if birth.hour.is_none() => match hour_of(time) {
                BirthHour::Unknown => return Step::To(Ask::HourUnknown, None),
                hour @ (BirthHour::Exact { .. } | BirthHour::Branch { .. }) => {
                    birth.hour = Some(hour);
                }
            },
            Err(BirthError::AmbiguousMidnight) => return Step::To(Ask::Zi, None),
            Ok(_second) => {}
            Err(_no_time) if !GENDERS.contains(&word.to_lowercase().as_str()) => {
                query = query.or(Some(word));
            }
            Err(_no_time) => {}
        }
    }
    match query {
        Some(query) if matches!(birth.missing(true), Some(Ask::Place { .. })) => {
            understand_place(query)
        }
        Some(_) | None => Step::Next,
    }
}

/// After an exact refusal the parts that do exist are kept, so that the buttons below the question
/// are the nearest valid choices. `false`: nothing was understood.
fn keep_what_exists(birth: &mut BirthDraft, error: &BirthError) -> bool {
    let lunar =
        matches!(error, BirthError::NoSuchLeapMonth { .. } | BirthError::NoSuchLunarDay { .. });
    let (year, month) = match *error {
        BirthError::NoSuchDay { year, month, .. } => (year, Some((month, false))),
        BirthError::NoSuchLunarDay { year, month, leap, .. } => (year, Some((month, leap))),
        BirthError::NoSuchLeapMonth { year, .. } => (year, None),
        BirthError::NotADate(_)
        | BirthError::AmbiguousDate(_)
        | BirthError::NotATime(_)
        | BirthError::AmbiguousMidnight
        | BirthError::YearOutOfRange(_)
        | BirthError::NoSuchMonth(_)
        | BirthError::NoSuchHour(_)
        | BirthError::NoSuchMinute(_)
        | BirthError::LongitudeOutOfRange(_)
        | BirthError::NoSuchZone(_)
        | BirthError::InFuture => return false,
    };
    birth.calendar = Some(if lunar { Calendar::Lunar } else { Calendar::Solar });
    birth.decade = Some(decade_of(year));
    birth.year = Some(year);
    birth.month = month.map(|(month, _leap)| month);
    birth.leap_month = month.is_some_and(|(_month, leap)| leap);
    birth.day = None;
    true
}

fn understand_time(birth: &mut BirthDraft, ask: &Ask, text: &str) -> Step {
    match bazi::parse_time(text) {
        Ok(time) => match hour_of(time) {
            BirthHour::Unknown => Step::To(Ask::HourUnknown, None),
            hour @ (BirthHour::Exact { .. } | BirthHour::Branch { .. }) => {
                birth.take_hour(Some(hour))
            }
        },
        Err(BirthError::AmbiguousMidnight) => Step::To(Ask::Zi, None),
        Err(BirthError::NoSuchHour(_) | BirthError::NoSuchMinute(_)) => {
            Step::To(ask.clone(), Some(Note::new("birth-time-range").text("value", text)))
        }
        Err(_unreadable) => {
            Step::To(ask.clone(), Some(Note::new("birth-time-unreadable").text("value", text)))
        }
    }
}

fn hour_of(time: BirthTime) -> BirthHour {
    match time {
        BirthTime::Exact { hour, minute } => BirthHour::Exact { hour, minute },
        BirthTime::DoubleHour { branch } => {
            BirthHour::Branch { index: u32::try_from(branch.index()).unwrap_or(0) }
        }
        BirthTime::LateZi => BirthHour::Branch { index: 12 },
        BirthTime::Unknown => BirthHour::Unknown,
    }
}

fn understand_place(text: &str) -> Step {
    if find_places(text).is_empty() {
        let note = Note::new("birth-place-none").text("value", text);
        return Step::To(Ask::place(), Some(note));
    }
    Step::To(Ask::Place { query: Some(text.to_owned()) }, None)
}

fn year_range(now: Timestamp) -> Note {
    Note::new("birth-date-year-range").number("min", bazi::FIRST_YEAR).number("max", this_year(now))
}

/// What is wrong with a birth, and the question where it can be put right.
pub(super) fn complaint(error: &BirthError, typed: &str, now: Timestamp) -> (Ask, Note) {
    match *error {
        BirthError::YearOutOfRange(_) => (Ask::Decade, year_range(now)),
        BirthError::NoSuchMonth(month) => {
            (Ask::Month, Note::new("birth-date-month-range").number("month", month))
        }
        BirthError::NoSuchDay { year, month: 2, last, .. } => {
            (Ask::Day, Note::new("birth-date-february").number("year", year).number("days", last))
        }
        BirthError::NoSuchDay { month, day, .. } => {
            let note = Note::new("birth-date-no-such-day");
            (Ask::Day, note.number("month", month).number("day", day))
        }
        BirthError::NoSuchLeapMonth { year, month, actual } => {
            let note = match actual {
                None => Note::new("birth-lunar-no-leap-month"),
                Some(leap) => {
                    Note::new("birth-lunar-other-leap-month").lunar_month("leap", (leap, false))
                }
            };
            (Ask::Month, note.number("year", year).lunar_month("month", (month, false)))
        }
        BirthError::NoSuchLunarDay { year, month, leap, last, .. } => {
            let note = Note::new("birth-lunar-no-such-day").number("year", year);
            (Ask::Day, note.lunar_month("month", (month, leap)).number("days", last))
        }
        BirthError::InFuture => (Ask::Decade, Note::new("birth-date-future")),
        BirthError::NotATime(_) | BirthError::NoSuchHour(_) | BirthError::NoSuchMinute(_) => {
            (Ask::ExactTime, Note::new("birth-time-range").text("value", typed))
        }
        BirthError::AmbiguousMidnight => (Ask::Zi, Note::new("form-use-buttons")),
        BirthError::LongitudeOutOfRange(_) => {
            (Ask::place(), Note::new("birth-place-longitude-range"))
        }
        BirthError::NoSuchZone(_) => {
            (Ask::place(), Note::new("birth-place-none").text("value", typed))
        }
        BirthError::AmbiguousDate(_) => {
            (Ask::Calendar, Note::new("birth-date-ambiguous").text("value", typed))
        }
        BirthError::NotADate(_) => {
            (Ask::Calendar, Note::new("birth-date-unreadable").text("value", typed))
        }
    }
}
