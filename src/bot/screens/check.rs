//! The check card: the input in words, the chart that comes of it, the price. Before any money.

use chrono::{Datelike, NaiveDate};

use super::form::{Asked, Question};
use super::grid;
use crate::bazi::{self, BirthMoment, Chart, LunarDate};
use crate::bot::dialogue::{BirthDraft, Part, button, place_in_words, this_year};
use crate::bot::pricing::StarsPrice;
use crate::bot::speech::{Speech, escaped, lines, paragraphs};
use crate::catalog::answers::{Answer, BirthAnswer, BirthHour, Calendar, DayStart, Gender};
use crate::catalog::form::{Field, FieldKind};
use crate::flows::quote_price::{self, Quote};
use crate::flows::{price_words, read_birth};
use crate::notifications::message::{Button, Keyboard};
use crate::platform::texts::Args;

pub(super) fn ask(question: &Question<'_>) -> Asked {
    let card = Card::of(question);
    let speech = &question.scene.speech;
    let product = question.product;
    let title = Args::new().escaped("product", product.name.get(speech.locale));
    let text = paragraphs([
        speech.say("check-title", &title),
        lines(product.form.iter().map(|field| card.answer(field))),
        card.chart_in_words(),
        card.price_in_words(),
        speech.word("check-ask"),
    ]);
    Asked { text, keyboard: card.keyboard() }
}

/// The card with the chart of the birth on it.
struct Card<'a> {
    question: &'a Question<'a>,
    birth: Option<&'a BirthAnswer>,
    /// `None` where no birth is asked; an error where no chart can be made of it.
    chart: Option<Result<Chart, bazi::BirthError>>,
    quote: Quote,
}

impl<'a> Card<'a> {
    fn of(question: &'a Question<'a>) -> Self {
        let birth = question.draft.answers.birth();
        let gender = question.draft.answers.gender().unwrap_or(Gender::Male);
        let year = this_year(question.scene.speech.now);
        let chart = birth.map(|birth| {
            let moment = read_birth::input(gender, birth)?.normalise()?;
            bazi::chart(&moment, year)
        });
        let scene = question.scene;
        let quote = match scene.price {
            Some(price) => price.quote.clone(),
            None => quote_price::plain(&scene.bot.till.money, question.product, scene.speech.now),
        };
        Self { question, birth, chart, quote }
    }

    fn speech(&self) -> &Speech<'a> {
        &self.question.scene.speech
    }

    /// One answer in words.
    fn answer(&self, field: &Field) -> String {
        let speech = self.speech();
        let label = escaped(field.label.get(speech.locale));
        let plain = |value: String| {
            let args = Args::new().text("label", label.as_str()).text("value", value);
            speech.say("check-answer", &args)
        };
        match self.question.draft.answers.get(&field.key) {
            None | Some(Answer::Skipped) => {
                speech.say("check-answer-skipped", &Args::new().text("label", label.as_str()))
            }
            Some(Answer::Text(text)) => plain(escaped(text)),
            Some(Answer::Number(number)) => plain(number.to_string()),
            Some(Answer::Choice(value)) => {
                let option = field.option(value).map(|option| option.label.get(speech.locale));
                plain(escaped(option.unwrap_or(value)))
            }
            Some(Answer::Gender(gender)) => {
                let key = match gender {
                    Gender::Male => "gender-male",
                    Gender::Female => "gender-female",
                };
                speech.say("check-gender", &Args::new().text("value", speech.word(key)))
            }
            Some(Answer::Birth(birth)) => self.birth_in_words(birth, field),
        }
    }

    fn birth_in_words(&self, birth: &BirthAnswer, field: &Field) -> String {
        let speech = self.speech();
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
            Calendar::Lunar => ("check-date-solar", solar(self.speech(), date)),
            Calendar::Solar => match LunarDate::of(date) {
                Some(LunarDate { year, month, leap, day }) => {
                    ("check-date-lunar", lunar(self.speech(), (year, month, day), leap))
                }
                None => return String::new(),
            },
        };
        self.speech().say(key, &Args::new().text("value", value))
    }

    /// Which school decides, where it matters.
    fn school(&self, birth: &BirthAnswer) -> String {
        let before_midnight = self.moment().is_some_and(BirthMoment::is_before_midnight);
        match birth.day_start {
            _ if !before_midnight => String::new(),
            DayStart::AtTwentyThree => self.speech().word("check-sect-next-day"),
            DayStart::AtMidnight => self.speech().word("check-sect-same-day"),
        }
    }

    fn place(&self, birth: &BirthAnswer, field: &Field) -> String {
        match (&birth.place, &field.kind) {
            (Some(place), _) => {
                let name = place_in_words(self.speech().locale, place);
                self.speech().say("check-place", &Args::new().escaped("value", &name))
            }
            (None, FieldKind::Birth { ask_place: true }) => {
                self.speech().word("check-place-skipped")
            }
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
            if moment.summer_minutes > 0 { self.speech().word("check-dst") } else { String::new() };
        let solar = if moment.uses_solar_time() {
            let value = moment.reckoned.format("%H:%M").to_string();
            self.speech().say("check-solar-time", &Args::new().text("value", value))
        } else if moment.place.is_some() {
            self.speech().word("check-solar-time-unknown")
        } else {
            String::new()
        };
        lines([summer, solar])
    }

    fn moment(&self) -> Option<&BirthMoment> {
        self.chart.as_ref()?.as_ref().ok().map(|chart| &chart.birth)
    }

    /// Pillars, the 大运 that rules now, and what makes them uncertain.
    fn chart_in_words(&self) -> String {
        match &self.chart {
            None => String::new(),
            Some(Err(_impossible)) => self.speech().word("error-chart"),
            Some(Ok(chart)) => {
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
            Some(hour) => self.speech().say("check-pillars", &args.text("hour", hour.to_string())),
            None => self.speech().say("check-pillars-three", &args),
        }
    }

    /// Needs the gender, which decides the direction.
    fn luck(&self, chart: &Chart) -> String {
        if self.question.draft.answers.gender().is_none() {
            return String::new();
        }
        let year = this_year(self.speech().now);
        if let Some(decade) = chart.luck.decade_in(year) {
            let args = Args::new()
                .text("pillar", decade.pillar.to_string())
                .number("from", decade.start_year.into())
                .number("to", decade.end_year.into());
            return self.speech().say("check-luck", &args);
        }
        let first = chart.luck.decades.first().filter(|decade| decade.start_year > year);
        first.map_or_else(String::new, |decade| {
            let args = Args::new().number("year", decade.start_year.into());
            self.speech().say("check-luck-not-yet", &args)
        })
    }

    fn warning(&self, note: &bazi::Note) -> Option<String> {
        let minutes = |key, minutes: i64| {
            Some(self.speech().say(key, &Args::new().number("minutes", minutes)))
        };
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

    /// The price, each discount, and what is left to pay.
    fn price_in_words(&self) -> String {
        let (speech, quote) = (self.speech(), &self.quote);
        if quote.price.is_zero() {
            return speech.word("check-free");
        }
        let promise = speech.word("check-promise");
        let of = |key, money| speech.say(key, &Args::new().text("price", speech.money(money)));
        let stars = self.stars_in_words();
        if quote.lines.is_empty() {
            return lines([of("check-price", quote.total), stars, promise]);
        }
        let list = of("check-list-price", quote.price);
        let discounts = price_words::discounts(speech.texts, speech.locale, &quote.lines);
        let total = of("check-total", quote.total);
        lines([list].into_iter().chain(discounts).chain([total, stars, promise]))
    }

    /// What the same costs in Stars.
    fn stars_in_words(&self) -> String {
        let Some(stars) = self.stars() else { return String::new() };
        let args = Args::new().text("price", self.speech().money(stars.quote.total));
        let without_coupon = self.question.draft.coupon.is_some() && !stars.with_coupon;
        let key = if without_coupon { "check-stars-no-coupon" } else { "check-stars" };
        self.speech().say(key, &args)
    }

    fn stars(&self) -> Option<&'a StarsPrice> {
        self.question.scene.price?.stars.as_ref()
    }

    fn stars_button(&self) -> Option<Button> {
        let price = self.speech().money(self.stars()?.quote.total);
        let label = self.speech().say("btn-check-ok-stars", &Args::new().text("price", price));
        Some(self.question.labelled(label, button::CONFIRM_STARS))
    }

    /// A way to a coupon, or away from it; free products have none.
    fn coupon_button(&self) -> Option<Button> {
        if self.quote.price.is_zero() {
            return None;
        }
        match &self.question.draft.coupon {
            None => Some(self.question.button("btn-coupon", button::COUPON)),
            Some(code) => {
                let label =
                    self.speech().say("btn-coupon-remove", &Args::new().text("code", code.clone()));
                Some(self.question.labelled(label, button::NO_COUPON))
            }
        }
    }

    /// Confirm first; without a chart there is nothing to confirm.
    fn keyboard(&self) -> Keyboard {
        let free = self.quote.total.is_zero();
        let confirm = if free { "btn-check-ok-free" } else { "btn-check-ok" };
        let mut keyboard = Keyboard::new();
        if !matches!(self.chart, Some(Err(_))) {
            keyboard.push(vec![self.question.button(confirm, button::CONFIRM)]);
            keyboard.extend(self.stars_button().map(|button| vec![button]));
        }
        keyboard.extend(self.coupon_button().map(|button| vec![button]));
        let fields = self.question.product.form.iter().enumerate();
        let edits: Vec<Button> =
            fields.flat_map(|(index, field)| self.edits(index, field)).collect();
        keyboard.extend(grid(edits, 2));
        keyboard.push(vec![self.question.button("btn-form-leave", button::LEAVE)]);
        keyboard
    }

    fn edits(&self, index: usize, field: &Field) -> Vec<Button> {
        let whole = format!("e{index}");
        match field.kind {
            FieldKind::Gender => vec![self.question.button("btn-check-edit-gender", &whole)],
            FieldKind::Birth { ask_place } if self.birth.is_some() => {
                let part = |key, part: Part| self.question.button(key, part.word());
                let mut parts = vec![
                    part("btn-check-edit-date", Part::Date),
                    part("btn-check-edit-hour", Part::Hour),
                ];
                if ask_place {
                    parts.push(part("btn-check-edit-place", Part::Place));
                }
                parts
            }
            FieldKind::Birth { .. }
            | FieldKind::Text { .. }
            | FieldKind::Choice { .. }
            | FieldKind::Number { .. } => {
                let label = field.label.get(self.speech().locale);
                let args = Args::new().text("label", label);
                vec![self.question.labelled(self.speech().say("btn-check-edit", &args), &whole)]
            }
        }
    }
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
pub(super) fn date_in_words(speech: &Speech<'_>, birth: &BirthDraft) -> String {
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
