//! Buttons below the questions about a birth, and the way back from each question.

use super::{Ask, BirthDraft, PlaceAnswer, Step, decade_of, find_places, number, this_year, today};
use crate::bazi;
use crate::bot::dialogue::button::SKIP;
use crate::bot::dialogue::note::Note;
use crate::bot::dialogue::typed;
use crate::catalog::answers::{BirthHour, Calendar, DayStart, SummerTime};
use crate::kernel::clock::Timestamp;

impl BirthDraft {
    /// Takes the value of a button below `ask`.
    pub(in crate::bot::dialogue) fn press(
        &mut self,
        ask: &Ask,
        value: &str,
        now: Timestamp,
    ) -> Step {
        match ask {
            Ask::Calendar => self.press_calendar(value),
            Ask::Decade => number(value).map_or(Step::Refused, |decade: i32| {
                self.decade = Some(decade_of(decade));
                Step::Next
            }),
            Ask::Year => self.press_year(value, now),
            Ask::Month => self.press_month(value),
            Ask::Day => self.press_day(value, now),
            Ask::Hour => self.press_hour(value),
            Ask::ExactTime => Step::Refused,
            Ask::HourUnknown => self.take_hour((value == "y").then_some(BirthHour::Unknown)),
            Ask::Zi => {
                let index = number(value).filter(|index| matches!(index, 0 | 12));
                self.take_hour(index.map(|index| BirthHour::Branch { index }))
            }
            Ask::DayStart => self.press_day_start(value),
            Ask::Place { query } => self.press_place(query.as_deref(), value),
            Ask::SummerTime => self.press_summer_time(value),
        }
    }

    fn press_calendar(&mut self, value: &str) -> Step {
        self.calendar = match value {
            "s" => Some(Calendar::Solar),
            "l" => Some(Calendar::Lunar),
            _ => return Step::Refused,
        };
        Step::Next
    }

    fn press_year(&mut self, value: &str, now: Timestamp) -> Step {
        let last = this_year(now);
        match number(value).filter(|year| (bazi::FIRST_YEAR..=last).contains(year)) {
            Some(year) => {
                self.year = Some(year);
                Step::Next
            }
            None => Step::Refused,
        }
    }

    /// `5`, or `L5` for the leap month after the fifth.
    fn press_month(&mut self, value: &str) -> Step {
        let leap = value.starts_with('L');
        let month = number(value.trim_start_matches('L')).filter(|month| (1..=12).contains(month));
        let Some((month, year)) = month.zip(self.year) else { return Step::Refused };
        if leap && (!self.is_lunar() || bazi::leap_month(year) != Some(month)) {
            return Step::Refused;
        }
        self.month = Some(month);
        self.leap_month = leap;
        Step::Next
    }

    fn press_day(&mut self, value: &str, now: Timestamp) -> Step {
        let Some(day) = number(value) else { return Step::Refused };
        let before = self.day.replace(day);
        match self.gregorian() {
            Ok(date) if date > today(now) => {
                self.day = before;
                Step::To(Ask::Day, Some(Note::new("birth-date-future")))
            }
            Ok(_date) => Step::Next,
            Err(error) => {
                let (back_to, note) = typed::complaint(&error, &self.date_text(), now);
                self.day = before;
                Step::To(back_to, Some(note))
            }
        }
    }

    fn press_hour(&mut self, value: &str) -> Step {
        match value {
            "e" => Step::To(Ask::ExactTime, None),
            "u" => Step::To(Ask::HourUnknown, None),
            "0" => Step::To(Ask::Zi, None),
            value => {
                let index = number(value).filter(|index| (1..=11).contains(index));
                self.take_hour(index.map(|index| BirthHour::Branch { index }))
            }
        }
    }

    fn press_day_start(&mut self, value: &str) -> Step {
        self.day_start = match value {
            "1" => Some(DayStart::AtTwentyThree),
            "2" => Some(DayStart::AtMidnight),
            _ => return Step::Refused,
        };
        Step::Next
    }

    fn press_place(&mut self, query: Option<&str>, value: &str) -> Step {
        if value == SKIP {
            self.place = Some(PlaceAnswer::Skipped);
            return Step::Next;
        }
        let found = query.map(find_places).unwrap_or_default();
        let chosen = number::<usize>(value).and_then(|index| found.into_iter().nth(index));
        match chosen {
            Some(place) => {
                self.take_place(place);
                Step::Next
            }
            None => Step::Refused,
        }
    }

    fn press_summer_time(&mut self, value: &str) -> Step {
        self.summer_time = match value {
            "c" | "?" => Some(SummerTime::ClockTime),
            "s" => Some(SummerTime::StandardTime),
            _ => return Step::Refused,
        };
        Step::Next
    }

    /// The question before `ask`, whose answer is forgotten; `None` before the first.
    pub(in crate::bot::dialogue) fn back(&mut self, ask: &Ask) -> Option<Ask> {
        match ask {
            Ask::Calendar => None,
            Ask::Decade => {
                self.calendar = None;
                Some(Ask::Calendar)
            }
            Ask::Year => {
                self.decade = None;
                Some(Ask::Decade)
            }
            Ask::Month => {
                self.decade = self.year.take().map(decade_of);
                Some(Ask::Year)
            }
            Ask::Day => {
                self.month = None;
                self.leap_month = false;
                Some(Ask::Month)
            }
            Ask::Hour => {
                self.day = None;
                Some(Ask::Day)
            }
            Ask::ExactTime | Ask::HourUnknown | Ask::Zi => Some(Ask::Hour),
            Ask::Place { query: Some(_searched) } => Some(Ask::place()),
            Ask::DayStart if self.summer_time.take().is_some() => Some(Ask::SummerTime),
            Ask::SummerTime | Ask::DayStart if self.place.take().is_some() => Some(Ask::place()),
            Ask::DayStart | Ask::Place { query: None } | Ask::SummerTime => {
                self.forget_hour();
                Some(Ask::Hour)
            }
        }
    }
}
