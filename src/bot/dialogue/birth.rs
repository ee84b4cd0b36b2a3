//! The parts of a birth, asked one after the other: calendar, date, hour, place, summer time.

mod places;
mod press;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

pub(in crate::bot) use self::places::{FoundPlace, find_places, place_in_words};
use super::note::Note;
use super::typed;
use crate::bazi;
use crate::catalog::answers::{
    BirthAnswer, BirthHour, BirthPlace, Calendar, DayStart, Gender, SummerTime,
};
use crate::flows::read_birth;
use crate::kernel::clock::Timestamp;

/// What is known of a birth so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::bot) struct BirthDraft {
    pub(in crate::bot) calendar: Option<Calendar>,
    /// The first year of the decade that was tapped.
    pub(in crate::bot) decade: Option<i32>,
    pub(in crate::bot) year: Option<i32>,
    pub(in crate::bot) month: Option<u32>,
    #[serde(default)]
    pub(in crate::bot) leap_month: bool,
    pub(in crate::bot) day: Option<u32>,
    pub(in crate::bot) hour: Option<BirthHour>,
    pub(in crate::bot) place: Option<PlaceAnswer>,
    pub(in crate::bot) summer_time: Option<SummerTime>,
    pub(in crate::bot) day_start: Option<DayStart>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bot) enum PlaceAnswer {
    Skipped,
    At(BirthPlace),
}

/// A question about one part of a birth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bot) enum Ask {
    Calendar,
    Decade,
    Year,
    Month,
    Day,
    Hour,
    ExactTime,
    /// What the report will lack without the hour.
    HourUnknown,
    /// On which side of midnight.
    Zi,
    /// Which school decides about the hour before midnight.
    DayStart,
    /// The results of the last search stand below the question.
    Place {
        query: Option<String>,
    },
    SummerTime,
}

/// What can be changed from the check card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bot) enum Part {
    Date,
    Hour,
    Place,
}

/// What an answer to a part did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// The part is there.
    Next,
    /// Another question first, or the same one again with a word about what was said.
    To(Ask, Option<Note>),
    /// No answer to this question.
    Refused,
}

impl Ask {
    /// Stands in button data: never changes.
    pub(super) fn letter(&self) -> char {
        match self {
            Self::Calendar => 'c',
            Self::Decade => 'e',
            Self::Year => 'y',
            Self::Month => 'm',
            Self::Day => 'd',
            Self::Hour => 'h',
            Self::ExactTime => 't',
            Self::HourUnknown => 'u',
            Self::Zi => 'z',
            Self::DayStart => 's',
            Self::Place { .. } => 'p',
            Self::SummerTime => 'x',
        }
    }

    pub(super) fn place() -> Self {
        Self::Place { query: None }
    }

    /// The question with which a birth begins.
    pub(in crate::bot) fn is_first(&self) -> bool {
        *self == Self::Calendar
    }
}

impl Part {
    pub(in crate::bot) fn word(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Hour => "hour",
            Self::Place => "place",
        }
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        [Self::Date, Self::Hour, Self::Place].into_iter().find(|part| part.word() == word)
    }

    /// Whether changing this part begins with the question: the way back leads to the check card.
    pub(super) fn begins_with(self, ask: &Ask) -> bool {
        match self {
            Self::Date => *ask == Ask::Calendar,
            Self::Hour => *ask == Ask::Hour,
            Self::Place => matches!(ask, Ask::Place { .. }),
        }
    }
}

impl BirthDraft {
    /// The answer with one part taken out, to be asked again.
    pub(super) fn without(answer: &BirthAnswer, part: Part) -> Self {
        let mut birth = Self::of(answer);
        if !birth.needs_day_start() {
            // Never asked: what is changed may make it matter.
            birth.day_start = None;
        }
        birth.summer_time = None;
        match part {
            Part::Date => birth.forget_date(),
            Part::Hour => birth.forget_hour(),
            Part::Place => birth.place = None,
        }
        birth
    }

    /// The answer, opened at its last question.
    pub(super) fn reopened(answer: &BirthAnswer, asks_place: bool) -> (Self, Ask) {
        let part = if asks_place { Part::Place } else { Part::Hour };
        let birth = Self::without(answer, part);
        let ask = birth.missing(asks_place).unwrap_or(Ask::Hour);
        (birth, ask)
    }

    fn of(answer: &BirthAnswer) -> Self {
        Self {
            calendar: Some(answer.calendar),
            decade: Some(decade_of(answer.year)),
            year: Some(answer.year),
            month: Some(answer.month),
            leap_month: answer.leap_month,
            day: Some(answer.day),
            hour: Some(answer.hour),
            place: Some(answer.place.clone().map_or(PlaceAnswer::Skipped, PlaceAnswer::At)),
            summer_time: Some(answer.summer_time),
            day_start: Some(answer.day_start),
        }
    }

    fn forget_date(&mut self) {
        self.calendar = None;
        self.decade = None;
        self.year = None;
        self.month = None;
        self.leap_month = false;
        self.day = None;
    }

    fn forget_hour(&mut self) {
        self.hour = None;
        self.day_start = None;
    }

    pub(in crate::bot) fn is_lunar(&self) -> bool {
        self.calendar == Some(Calendar::Lunar)
    }

    /// The first part that is not known yet.
    pub(super) fn missing(&self, asks_place: bool) -> Option<Ask> {
        if self.calendar.is_none() {
            return Some(Ask::Calendar);
        }
        if self.year.is_none() {
            return Some(if self.decade.is_none() { Ask::Decade } else { Ask::Year });
        }
        if self.month.is_none() {
            return Some(Ask::Month);
        }
        if self.day.is_none() {
            return Some(Ask::Day);
        }
        if self.hour.is_none() {
            return Some(Ask::Hour);
        }
        if asks_place && self.place.is_none() {
            return Some(Ask::place());
        }
        if self.summer_time.is_none() && self.needs_summer_time() {
            return Some(Ask::SummerTime);
        }
        (self.day_start.is_none() && self.needs_day_start()).then_some(Ask::DayStart)
    }

    /// The schools differ only about the hour before midnight, by the time that the chart is
    /// reckoned from: summer time and longitude are taken off first.
    fn needs_day_start(&self) -> bool {
        let input = self.answer().and_then(|answer| read_birth::input(Gender::Male, &answer).ok());
        let moment = input.and_then(|input| input.normalise().ok());
        moment.is_some_and(|moment| moment.is_before_midnight())
    }

    /// Abroad the official clock is believed; of China's six summers many records know nothing.
    fn needs_summer_time(&self) -> bool {
        if let Some(PlaceAnswer::At(place)) = &self.place
            && place.zone != bazi::Zone::CHINA.name()
        {
            return false;
        }
        let input = self.answer().and_then(|answer| read_birth::input(Gender::Male, &answer).ok());
        input.is_some_and(|input| matches!(input.summer_time_question(), Ok(Some(_minutes))))
    }

    fn answer(&self) -> Option<BirthAnswer> {
        Some(BirthAnswer {
            calendar: self.calendar?,
            year: self.year?,
            month: self.month?,
            day: self.day?,
            leap_month: self.leap_month,
            hour: self.hour?,
            place: match &self.place {
                Some(PlaceAnswer::At(place)) => Some(place.clone()),
                Some(PlaceAnswer::Skipped) | None => None,
            },
            summer_time: self.summer_time.unwrap_or_default(),
            day_start: self.day_start.unwrap_or_default(),
        })
    }

    /// The whole answer, or the question to go back to.
    pub(super) fn finish(&self, now: Timestamp) -> Result<BirthAnswer, (Ask, Note)> {
        let Some(answer) = self.answer() else {
            return Err((Ask::Calendar, Note::new("form-use-buttons")));
        };
        let input = read_birth::input(Gender::Male, &answer);
        let checked = input.and_then(|input| {
            input.refuse_future(now.to_utc())?;
            input.normalise()
        });
        match checked {
            Ok(_moment) => Ok(answer),
            Err(error) => Err(typed::complaint(&error, &self.date_text(), now)),
        }
    }

    fn date_text(&self) -> String {
        let part = |number: Option<u32>| number.map_or_else(String::new, |n| format!("-{n}"));
        let year = self.year.map_or_else(String::new, |year| year.to_string());
        format!("{year}{}{}", part(self.month), part(self.day))
    }

    pub(in crate::bot) fn gregorian(&self) -> Result<NaiveDate, bazi::BirthError> {
        let (year, month) = (self.year.unwrap_or(0), self.month.unwrap_or(0));
        let day = self.day.unwrap_or(0);
        if self.is_lunar() {
            bazi::CalendarDate::Lunar { year, month, leap: self.leap_month, day }.gregorian()
        } else {
            bazi::CalendarDate::Solar { year, month, day }.gregorian()
        }
    }

    /// The day of the Gregorian calendar that was known before anybody typed.
    pub(super) fn take_day(&mut self, day: NaiveDate) -> Step {
        self.calendar = Some(Calendar::Solar);
        self.decade = Some(decade_of(day.year()));
        self.year = Some(day.year());
        self.month = Some(day.month());
        self.leap_month = false;
        self.day = Some(day.day());
        Step::Next
    }

    /// Keeps the hour; what depends on it is asked anew.
    pub(super) fn take_hour(&mut self, hour: Option<BirthHour>) -> Step {
        let Some(hour) = hour else { return Step::Refused };
        self.hour = Some(hour);
        self.day_start = None;
        self.summer_time = None;
        Step::Next
    }

    pub(super) fn take_place(&mut self, place: FoundPlace) {
        self.place = Some(PlaceAnswer::At(place.place));
        self.summer_time = None;
    }
}

pub(in crate::bot) fn decade_of(year: i32) -> i32 {
    year.saturating_sub(year.rem_euclid(10))
}

/// The latest date that it is anywhere: nobody was born after it.
pub(super) fn today(now: Timestamp) -> NaiveDate {
    now.to_utc().with_timezone(&chrono_tz::Tz::Pacific__Kiritimati).date_naive()
}

pub(in crate::bot) fn this_year(now: Timestamp) -> i32 {
    today(now).year()
}

fn number<T: std::str::FromStr>(value: &str) -> Option<T> {
    value.parse().ok()
}
