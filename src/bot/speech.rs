//! How we speak to one person: language, zone, and buttons with their words.

use chrono::{Datelike, NaiveDate};
use chrono_tz::Tz;

use super::dialogue::{Note, Press, Value};
use crate::kernel::clock::Timestamp;
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::notifications::message::Button;
use crate::platform::texts::{self, Args, Texts};

#[derive(Clone, Copy)]
pub(super) struct Speech<'a> {
    pub(super) texts: &'a Texts,
    pub(super) locale: Locale,
    pub(super) zone: Tz,
    pub(super) now: Timestamp,
}

impl Speech<'_> {
    pub(super) fn word(&self, key: &str) -> String {
        self.texts.get(self.locale, key)
    }

    pub(super) fn say(&self, key: &str, args: &Args) -> String {
        self.texts.format(self.locale, key, args)
    }

    pub(super) fn money(&self, money: Money) -> String {
        texts::money(self.locale, money)
    }

    /// The price of a product: `免费` when there is none.
    pub(super) fn price(&self, price: Money) -> String {
        if price.is_zero() { self.word("products-free") } else { self.money(price) }
    }

    /// `11 月 30 日`; with its year when that is another one.
    pub(super) fn day(&self, day: NaiveDate) -> String {
        let this_year = self.now.to_utc().with_timezone(&self.zone).year() == day.year();
        let args = Args::new()
            .number("year", day.year().into())
            .number("month", day.month().into())
            .number("day", day.day().into());
        self.say(if this_year { "day-of-year" } else { "date-solar" }, &args)
    }

    pub(super) fn date(&self, at: Timestamp) -> String {
        texts::date(at, self.zone)
    }

    pub(super) fn date_time(&self, at: Timestamp) -> String {
        texts::date_time(self.locale, at, self.zone)
    }

    pub(super) fn deadline(&self, at: Timestamp) -> String {
        texts::deadline(self.locale, at, self.now, self.zone)
    }

    pub(super) fn button(&self, key: &str, press: &Press) -> Button {
        Button::callback(self.word(key), press.data())
    }

    /// A month of the lunar calendar, by its name.
    pub(super) fn lunar_month(&self, month: u32, leap: bool) -> String {
        let key = if leap { "lunar-month-leap" } else { "lunar-month" };
        self.say(key, &Args::new().number("month", month.into()))
    }

    pub(super) fn note(&self, note: &Note) -> String {
        let args = note.values.iter().fold(Args::new(), |args, (name, value)| match value {
            Value::Text(text) => args.escaped(name, text),
            Value::Number(number) => args.number(name, *number),
            Value::LunarMonth { month, leap } => args.text(name, self.lunar_month(*month, *leap)),
            Value::Money(money) => args.text(name, self.money(*money)),
            Value::Day(day) => args.text(name, self.day(*day)),
        });
        self.say(note.key, &args)
    }
}

/// Text from outside inside one of our HTML messages.
pub(super) fn escaped(text: &str) -> String {
    texts::escape_html(text)
}

/// Paragraphs with an empty line between them, empty ones left out.
pub(super) fn paragraphs<I: IntoIterator<Item = String>>(parts: I) -> String {
    joined(parts, "\n\n")
}

/// Lines, empty ones left out.
pub(super) fn lines<I: IntoIterator<Item = String>>(parts: I) -> String {
    joined(parts, "\n")
}

fn joined(parts: impl IntoIterator<Item = String>, between: &str) -> String {
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}
