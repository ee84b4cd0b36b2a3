//! The parts of a birth: grids to tap, and what may be typed instead.

use super::form::{Asked, Question};
use super::grid;
use crate::bazi;
use crate::bot::dialogue::{Ask, BirthDraft, button, decade_of, find_places, this_year};
use crate::bot::speech::paragraphs;
use crate::catalog::answers::BirthHour;
use crate::notifications::message::{Button, Keyboard};
use crate::platform::texts::Args;

/// The decades that have buttons; older years are typed.
const DECADES_SHOWN: i32 = 10;

pub(super) fn ask(
    question: &Question<'_>,
    (birth, ask): (&BirthDraft, &Ask),
    optional: bool,
) -> Asked {
    let asking = Asking { question, birth };
    let mut asked = match ask {
        Ask::Calendar => asking.calendar(),
        Ask::Decade => asking.decade(),
        Ask::Year => asking.year(),
        Ask::Month => asking.month(),
        Ask::Day => asking.day(),
        Ask::Hour => asking.hour(),
        Ask::ExactTime => asking.plain("birth-time-ask", Vec::new()),
        Ask::HourUnknown => {
            asking.plain("birth-hour-unknown-ask", vec![("btn-hour-unknown-go", "y")])
        }
        Ask::Zi => asking.plain("birth-zi-ask", vec![("btn-zi-early", "0"), ("btn-zi-late", "12")]),
        Ask::DayStart => {
            let schools = vec![("btn-sect-next-day", "1"), ("btn-sect-same-day", "2")];
            asking.plain("birth-sect-ask", schools)
        }
        Ask::Place { query } => asking.place(query.as_deref()),
        Ask::SummerTime => asking.summer_time(),
    };
    if optional && *ask == Ask::Calendar {
        asked.keyboard.push(vec![question.button("btn-skip", button::SKIP)]);
    }
    asked
}

struct Asking<'a> {
    question: &'a Question<'a>,
    birth: &'a BirthDraft,
}

impl Asking<'_> {
    /// A text and a button below the other.
    fn plain(&self, key: &str, buttons: Vec<(&str, &str)>) -> Asked {
        let row = |(label, value): (&str, &str)| vec![self.question.button(label, value)];
        Asked {
            text: self.question.scene.speech.word(key),
            keyboard: buttons.into_iter().map(row).collect(),
        }
    }

    fn say(&self, key: &str, args: &Args) -> String {
        self.question.scene.speech.say(key, args)
    }

    fn date_hint(&self) -> String {
        let key = if self.birth.is_lunar() { "birth-date-hint-lunar" } else { "birth-date-hint" };
        self.question.scene.speech.word(key)
    }

    fn with_hint(&self, text: String, keyboard: Keyboard) -> Asked {
        Asked { text: paragraphs([text, self.date_hint()]), keyboard }
    }

    fn numbered(&self, label: (&str, &'static str), number: i64, value: &str) -> Button {
        let (key, name) = label;
        self.question.labelled(self.say(key, &Args::new().number(name, number)), value)
    }

    fn calendar(&self) -> Asked {
        let buttons = vec![
            self.question.button("btn-calendar-solar", "s"),
            self.question.button("btn-calendar-lunar", "l"),
        ];
        self.with_hint(self.question.scene.speech.word("birth-calendar-ask"), vec![buttons])
    }

    fn decade(&self) -> Asked {
        let last = decade_of(this_year(self.question.scene.speech.now));
        let buttons = (0..DECADES_SHOWN).rev().map(|back| {
            let decade = last.saturating_sub(back.saturating_mul(10));
            self.numbered(("btn-decade", "year"), decade.into(), &decade.to_string())
        });
        let text = self.question.scene.speech.word("birth-decade-ask");
        self.with_hint(text, grid(buttons.collect(), 2))
    }

    fn year(&self) -> Asked {
        let first = self.birth.decade.unwrap_or_else(|| self.birth.year.map_or(1990, decade_of));
        let last = first.saturating_add(9).min(this_year(self.question.scene.speech.now));
        let buttons = (first.max(bazi::FIRST_YEAR)..=last)
            .map(|year| self.numbered(("btn-year", "year"), year.into(), &year.to_string()));
        let key = if self.birth.is_lunar() { "birth-year-ask-lunar" } else { "birth-year-ask" };
        Asked { text: self.question.scene.speech.word(key), keyboard: grid(buttons.collect(), 5) }
    }

    fn month(&self) -> Asked {
        let year = self.birth.year.unwrap_or_default();
        let args = Args::new().number("year", year.into());
        if !self.birth.is_lunar() {
            let buttons = (1..=12_u32).map(|month| {
                self.numbered(("btn-month", "month"), month.into(), &month.to_string())
            });
            let text = self.say("birth-month-ask", &args);
            return Asked { text, keyboard: grid(buttons.collect(), 4) };
        }
        let leap_month = bazi::leap_month(year);
        let mut buttons = Vec::new();
        for month in 1..=12_u32 {
            let name = self.question.scene.speech.lunar_month(month, false);
            buttons.push(self.question.labelled(name, &month.to_string()));
            if leap_month == Some(month) {
                let name = self.question.scene.speech.lunar_month(month, true);
                buttons.push(self.question.labelled(name, &format!("L{month}")));
            }
        }
        Asked { text: self.say("birth-month-ask-lunar", &args), keyboard: grid(buttons, 4) }
    }

    fn day(&self) -> Asked {
        let (year, month) = (self.birth.year.unwrap_or_default(), self.birth.month.unwrap_or(1));
        let args = Args::new().number("year", year.into());
        if !self.birth.is_lunar() {
            let last = bazi::solar_month_days(year, month).unwrap_or(31);
            let buttons = (1..=last)
                .map(|day| self.numbered(("btn-day", "day"), day.into(), &day.to_string()));
            let text = self.say("birth-day-ask", &args.number("month", month.into()));
            return Asked { text, keyboard: grid(buttons.collect(), 7) };
        }
        let leap = self.birth.leap_month;
        let last = bazi::lunar_month_days(year, month, leap).unwrap_or(30);
        let buttons =
            (1..=last).map(|day| self.numbered(("lunar-day", "day"), day.into(), &day.to_string()));
        let name = self.question.scene.speech.lunar_month(month, leap);
        let text = self.say("birth-day-ask-lunar", &args.text("month", name));
        Asked { text, keyboard: grid(buttons.collect(), 5) }
    }

    fn hour(&self) -> Asked {
        let buttons = (0..12_u32).map(|branch| {
            self.numbered(("btn-hour", "branch"), branch.into(), &branch.to_string())
        });
        let mut keyboard = grid(buttons.collect(), 2);
        keyboard.push(vec![
            self.question.button("btn-hour-exact", "e"),
            self.question.button("btn-hour-unknown", "u"),
        ]);
        Asked { text: self.question.scene.speech.word("birth-hour-ask"), keyboard }
    }

    fn place(&self, query: Option<&str>) -> Asked {
        let speech = &self.question.scene.speech;
        let found = query.map(find_places).unwrap_or_default();
        let exact = matches!(self.birth.hour, Some(BirthHour::Exact { .. }));
        let text = if found.is_empty() {
            let use_of_it = if exact { "birth-place-exact" } else { "birth-place-hour" };
            paragraphs([speech.word("birth-place-ask"), speech.word(use_of_it)])
        } else {
            speech.word("birth-place-results")
        };
        let mut keyboard: Keyboard = found
            .iter()
            .enumerate()
            .map(|(index, found)| {
                let (name, region) = found.in_words(speech.locale);
                let key = if region.is_empty() { "btn-place-alone" } else { "btn-place" };
                let label = speech.say(key, &Args::new().text("name", name).text("region", region));
                vec![self.question.labelled(label, &index.to_string())]
            })
            .collect();
        keyboard.push(vec![self.question.button("btn-place-skip", button::SKIP)]);
        Asked { text, keyboard }
    }

    fn summer_time(&self) -> Asked {
        let date = super::check::date_in_words(&self.question.scene.speech, self.birth);
        let buttons = vec![
            vec![self.question.button("btn-dst-clock", "c")],
            vec![self.question.button("btn-dst-standard", "s")],
            vec![self.question.button("btn-dst-unsure", "?")],
        ];
        let text = self.say("birth-dst-ask", &Args::new().text("date", date));
        Asked { text, keyboard: buttons }
    }
}
