//! One person of the check card: the birth in words, and the chart that comes of it.

use chrono::{Datelike, NaiveDate};

use crate::bazi::{self, BirthMoment, Chart, LunarDate};
use crate::bot::dialogue::{BirthDraft, place_in_words, this_year};
use crate::bot::speech::{Speech, escaped, lines, paragraphs};
use crate::catalog::answers::{BirthAnswer, BirthHour, Calendar, DayStart, Gender, PersonAnswer};
use crate::catalog::form::{Field, FieldKind};
use crate::flows::read_birth;
use crate::platform::texts::Args;

pub(super) struct Person<'a> {
    speech: Speech<'a>,
    told: PersonAnswer<'a>,
    /// An error where no chart can be made of the birth.
    chart: Result<Chart, bazi::BirthError>,
}

impl<'a> Person<'a> {
    pub(super) fn of(speech: Speech<'a>, told: PersonAnswer<'a>) -> Self {
        let input = read_birth::input(told.gender.unwrap_or(Gender::Male), told.birth);
        let moment = input.and_then(|input| input.normalise());
        let chart = moment.and_then(|moment| bazi::chart(&moment, this_year(speech.now)));
        Self { speech, told, chart }
    }

    /// The key of the birth's field.
    pub(super) fn field(&self) -> &str {
        self.told.field
    }

    pub(super) fn told(&self) -> PersonAnswer<'a> {
        self.told
    }

    pub(super) fn has_chart(&self) -> bool {
        self.chart.is_ok()
    }

    pub(super) fn birth_in_words(&self, field: &Field) -> String {
        let (speech, birth) = (&self.speech, self.told.birth);
        let date = Args::new().text("value", stated_date(speech, birth));
        let hour = match hour_in_words(speech, birth.hour) {
            Some(value) => speech.say("check-hour", &Args::new().text("value", value)),
            None => speech.word("check-hour-unknown"),
        };
        lines([
            speech.say("check-date", &date),
            self.other_date(birth),
            hour,
            self.school(birth),
            self.place(birth, field),
            self.corrections(),
        ])
    }

    /// The same day in the other calendar.
    fn other_date(&self, birth: &BirthAnswer) -> String {
        let Some(moment) = self.moment() else { return String::new() };
        let date = moment.clock.date();
        let (key, value) = match birth.calendar {
            Calendar::Lunar => ("check-date-solar", solar(&self.speech, date)),
            Calendar::Solar => match LunarDate::of(date) {
                Some(LunarDate { year, month, leap, day }) => {
                    ("check-date-lunar", lunar(&self.speech, (year, month, day), leap))
                }
                None => return String::new(),
            },
        };
        self.speech.say(key, &Args::new().text("value", value))
    }

    /// Which school decides, where it matters.
    fn school(&self, birth: &BirthAnswer) -> String {
        let before_midnight = self.moment().is_some_and(BirthMoment::is_before_midnight);
        match birth.day_start {
            _ if !before_midnight => String::new(),
            DayStart::AtTwentyThree => self.speech.word("check-sect-next-day"),
            DayStart::AtMidnight => self.speech.word("check-sect-same-day"),
        }
    }

    fn place(&self, birth: &BirthAnswer, field: &Field) -> String {
        match (&birth.place, &field.kind) {
            (Some(place), _) => {
                let name = place_in_words(self.speech.locale, place);
                self.speech.say("check-place", &Args::new().escaped("value", &name))
            }
            (None, FieldKind::Birth { ask_place: true }) => self.speech.word("check-place-skipped"),
            (
                None,
                FieldKind::Birth { ask_place: false }
                | FieldKind::Text { .. }
                | FieldKind::Choice { .. }
                | FieldKind::Gender
                | FieldKind::Number { .. },
            ) => String::new(),
        }
    }

    /// What was taken off the clock.
    fn corrections(&self) -> String {
        let Some(moment) = self.moment() else { return String::new() };
        let summer =
            if moment.summer_minutes > 0 { self.speech.word("check-dst") } else { String::new() };
        let solar = if moment.uses_solar_time() {
            let value = moment.reckoned.format("%H:%M").to_string();
            self.speech.say("check-solar-time", &Args::new().text("value", value))
        } else if moment.place.is_some() {
            self.speech.word("check-solar-time-unknown")
        } else {
            String::new()
        };
        lines([summer, solar])
    }

    fn moment(&self) -> Option<&BirthMoment> {
        self.chart.as_ref().ok().map(|chart| &chart.birth)
    }

    /// Pillars, the 大运 that rules now, and what makes them uncertain.
    pub(super) fn chart_in_words(&self) -> String {
        match &self.chart {
            Err(_impossible) => self.speech.word("error-chart"),
            Ok(chart) => {
                let warnings = chart.notes.iter().filter_map(|note| self.warning(note));
                let facts = lines([self.pillars(chart), self.luck(chart)]);
                paragraphs([facts, lines(warnings)])
            }
        }
    }

    fn pillars(&self, chart: &Chart) -> String {
        let bare = chart.pillars.bare();
        let args = Args::new()
            .text("year", bare.year.to_string())
            .text("month", bare.month.to_string())
            .text("day", bare.day.to_string());
        match bare.hour {
            Some(hour) => self.speech.say("check-pillars", &args.text("hour", hour.to_string())),
            None => self.speech.say("check-pillars-three", &args),
        }
    }

    /// Needs the gender, which decides the direction.
    fn luck(&self, chart: &Chart) -> String {
        if self.told.gender.is_none() {
            return String::new();
        }
        let year = this_year(self.speech.now);
        if let Some(decade) = chart.luck.decade_in(year) {
            let args = Args::new()
                .text("pillar", decade.pillar.to_string())
                .number("from", decade.start_year.into())
                .number("to", decade.end_year.into());
            return self.speech.say("check-luck", &args);
        }
        let first = chart.luck.decades.first().filter(|decade| decade.start_year > year);
        first.map_or_else(String::new, |decade| {
            let args = Args::new().number("year", decade.start_year.into());
            self.speech.say("check-luck-not-yet", &args)
        })
    }

    fn warning(&self, note: &bazi::Note) -> Option<String> {
        let minutes =
            |key, minutes: i64| Some(self.speech.say(key, &Args::new().number("minutes", minutes)));
        match note {
            bazi::Note::NearTerm { .. } => minutes("check-near-term", 10),
            bazi::Note::NearHourChange { minutes: left } => {
                minutes("check-near-hour", left.saturating_add(1))
            }
            bazi::Note::HourUnknown
            | bazi::Note::TermOnBirthDay { .. }
            | bazi::Note::SummerTimeRemoved { .. }
            | bazi::Note::SummerTimePossible
            | bazi::Note::SolarTimeUsed { .. }
            | bazi::Note::SolarTimeNotUsed
            | bazi::Note::ForeignZone { .. } => None,
        }
    }
}

/// What was told of a birth, in a few lines and without a chart.
pub(in crate::bot::screens) fn birth_in_short(
    speech: &Speech<'_>,
    (gender, birth): (Option<Gender>, &BirthAnswer),
) -> String {
    let said = |key: &str, value: String| speech.say(key, &Args::new().text("value", value));
    let gender = match gender {
        Some(Gender::Male) => said("check-gender", speech.word("gender-male")),
        Some(Gender::Female) => said("check-gender", speech.word("gender-female")),
        None => String::new(),
    };
    let hour = match hour_in_words(speech, birth.hour) {
        Some(value) => said("check-hour", value),
        None => speech.word("check-hour-unknown"),
    };
    let place = birth
        .place
        .as_ref()
        .map(|place| said("check-place", escaped(&place_in_words(speech.locale, place))));
    lines([gender, said("check-date", stated_date(speech, birth)), hour, place.unwrap_or_default()])
}

fn hour_in_words(speech: &Speech<'_>, hour: BirthHour) -> Option<String> {
    match hour {
        BirthHour::Exact { hour, minute } => Some(format!("{hour:02}:{minute:02}")),
        BirthHour::Branch { index: 0 } => Some(speech.word("hour-zi-early")),
        BirthHour::Branch { index: 12 } => Some(speech.word("hour-zi-late")),
        BirthHour::Branch { index } => {
            Some(speech.say("btn-hour", &Args::new().number("branch", index.into())))
        }
        BirthHour::Unknown => None,
    }
}

fn stated_date(speech: &Speech<'_>, birth: &BirthAnswer) -> String {
    match birth.calendar {
        Calendar::Lunar => lunar(speech, (birth.year, birth.month, birth.day), birth.leap_month),
        Calendar::Solar => {
            let args = Args::new()
                .number("year", birth.year.into())
                .number("month", birth.month.into())
                .number("day", birth.day.into());
            speech.say("date-solar", &args)
        }
    }
}

/// The date of a birth that is still being asked, in the Gregorian calendar.
pub(in crate::bot::screens) fn date_in_words(speech: &Speech<'_>, birth: &BirthDraft) -> String {
    birth.gregorian().map_or_else(|_missing| String::new(), |date| solar(speech, date))
}

fn solar(speech: &Speech<'_>, date: NaiveDate) -> String {
    let args = Args::new()
        .number("year", date.year().into())
        .number("month", date.month().into())
        .number("day", date.day().into());
    speech.say("date-solar", &args)
}

fn lunar(speech: &Speech<'_>, (year, month, day): (i32, u32, u32), leap: bool) -> String {
    let day = speech.say("lunar-day", &Args::new().number("day", day.into()));
    let args = Args::new()
        .number("year", year.into())
        .text("month", speech.lunar_month(month, leap))
        .text("day", day);
    speech.say("date-lunar", &args)
}
