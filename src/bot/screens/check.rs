//! The check card: the input in words, the chart that comes of it, the price. Before any money.

mod person;

use self::person::Person;
pub(super) use self::person::{birth_in_short, date_in_words};
use super::form::{Asked, Question};
use super::grid;
use crate::bot::dialogue::{Part, SAVE, button};
use crate::bot::pricing::StarsPrice;
use crate::bot::speech::{Speech, escaped, lines, paragraphs};
use crate::catalog::answers::{Answer, Gender};
use crate::catalog::form::{self, Field, FieldKind};
use crate::catalog::product::ReportKind;
use crate::flows::keep_profile::Saved;
use crate::flows::price_words;
use crate::flows::quote_price::{self, Quote};
use crate::notifications::message::{Button, Keyboard};
use crate::platform::texts::Args;

pub(super) fn ask(question: &Question<'_>) -> Asked {
    let card = Card::of(question);
    let speech = &question.scene.speech;
    let product = question.product;
    let title = Args::new().escaped("product", product.name.get(speech.locale));
    let told = [speech.say("check-title", &title)].into_iter().chain(card.told());
    let text = paragraphs(told.chain([card.price_in_words(), speech.word("check-ask")]));
    Asked { text, keyboard: card.keyboard() }
}

/// So few before oneself need no words.
const SHORT_LINE: i64 = 5;

/// The card with the charts of the births on it.
struct Card<'a> {
    question: &'a Question<'a>,
    people: Vec<Person<'a>>,
    quote: Quote,
}

impl<'a> Card<'a> {
    fn of(question: &'a Question<'a>) -> Self {
        let scene = question.scene;
        let told = question.draft.answers.people();
        let people = told.into_iter().map(|told| Person::of(scene.speech, told)).collect();
        let quote = match scene.price {
            Some(price) => price.quote.clone(),
            None => quote_price::plain(&scene.bot.till.money, question.product, scene.speech.now),
        };
        Self { question, people, quote }
    }

    fn speech(&self) -> &Speech<'a> {
        &self.question.scene.speech
    }

    /// The answers and what comes of them; of two people, one after the other.
    fn told(&self) -> Vec<String> {
        let fields = || self.question.product.form.iter();
        if !self.question.asks_about_two() {
            let answers = lines(fields().map(|field| self.answer(field)));
            let chart = self.people.first().map(Person::chart_in_words);
            return [answers].into_iter().chain(chart).collect();
        }
        let about_nobody =
            |field: &&Field| !matches!(field.kind, FieldKind::Gender | FieldKind::Birth { .. });
        let mut told: Vec<String> =
            form::people(&self.question.product.form).map(|asked| self.person(asked)).collect();
        told.push(lines(fields().filter(about_nobody).map(|field| self.answer(field))));
        told
    }

    fn person(&self, asked: form::Person<'_>) -> String {
        let chart = self.told_as(asked.birth).map(Person::chart_in_words).unwrap_or_default();
        lines([
            self.question.whose(asked.birth),
            asked.gender.map(|gender| self.answer(gender)).unwrap_or_default(),
            self.answer(asked.birth),
            chart,
        ])
    }

    fn told_as(&self, field: &Field) -> Option<&Person<'a>> {
        self.people.iter().find(|person| person.field() == field.key)
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
            Some(Answer::Birth(_)) => {
                self.told_as(field).map(|told| told.birth_in_words(field)).unwrap_or_default()
            }
        }
    }

    /// The price, each discount, and what is left to pay.
    fn price_in_words(&self) -> String {
        let (speech, quote) = (self.speech(), &self.quote);
        if quote.price.is_zero() {
            return lines([speech.word("check-free"), self.wait_in_words()]);
        }
        let promise = lines([self.wait_in_words(), speech.word("check-promise")]);
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

    /// How long the report takes, by those before; a short text needs no words.
    fn wait_in_words(&self) -> String {
        let Some(price) = self.question.scene.price else { return String::new() };
        if self.question.product.report.kind == ReportKind::Short {
            return String::new();
        }
        let (usual, most) = (price.pace.median_minutes, price.pace.most_minutes);
        // Those who are paid for and wait know better than those who were served.
        let waited = price.line.oldest.map(|oldest| self.speech().now.since(oldest).as_secs() / 60);
        let most = most.max(i64::try_from(waited.unwrap_or(0)).unwrap_or(i64::MAX));
        let args = Args::new().number("minutes", usual).number("most", most);
        let key = if usual < most { "check-wait-between" } else { "check-wait" };
        let wait = self.speech().say(key, &args);
        if price.line.waiting < SHORT_LINE {
            return wait;
        }
        let line = Args::new().number("waiting", price.line.waiting);
        lines([wait, self.speech().say("check-line", &line)])
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
        if self.people.iter().all(Person::has_chart) {
            keyboard.push(vec![self.question.button(confirm, button::CONFIRM)]);
            keyboard.extend(self.stars_button().map(|button| vec![button]));
        }
        keyboard.extend(self.coupon_button().map(|button| vec![button]));
        let fields = self.question.product.form.iter().enumerate();
        let edits: Vec<Button> =
            fields.flat_map(|(index, field)| self.edits(index, field)).collect();
        keyboard.extend(grid(edits, 2));
        let saves = self.question.product.form.iter().enumerate();
        keyboard.extend(saves.filter_map(|asked| self.save(asked)).map(|button| vec![button]));
        keyboard.push(vec![self.question.button("btn-form-leave", button::LEAVE)]);
        keyboard
    }

    /// Keeps a birth for the next form, unless it is kept already.
    fn save(&self, (index, field): (usize, &Field)) -> Option<Button> {
        let told = self.told_as(field)?.told();
        let is_kept =
            |kept: &Saved| kept.body.birth == *told.birth && kept.body.gender == told.gender;
        if self.question.scene.kept.iter().any(is_kept) {
            return None;
        }
        let value = format!("{SAVE}{index}");
        if !self.question.asks_about_two() {
            return Some(self.question.button("btn-profile-save", &value));
        }
        let args = Args::new().text("label", field.label.get(self.speech().locale));
        let label = self.speech().say("btn-profile-save-of", &args);
        Some(self.question.labelled(label, &value))
    }

    fn edits(&self, index: usize, field: &Field) -> Vec<Button> {
        let whole = format!("e{index}");
        match field.kind {
            FieldKind::Gender if !self.question.asks_about_two() => {
                vec![self.question.button("btn-check-edit-gender", &whole)]
            }
            FieldKind::Birth { ask_place } if self.told_as(field).is_some() => {
                let mut parts = vec![Part::Date, Part::Hour];
                if ask_place {
                    parts.push(Part::Place);
                }
                parts.into_iter().map(|part| self.edit_part((index, field), part)).collect()
            }
            FieldKind::Gender
            | FieldKind::Birth { .. }
            | FieldKind::Text { .. }
            | FieldKind::Choice { .. }
            | FieldKind::Number { .. } => {
                let label = field.label.get(self.speech().locale);
                let args = Args::new().text("label", label);
                vec![self.question.labelled(self.speech().say("btn-check-edit", &args), &whole)]
            }
        }
    }

    /// Says whose birth it is, where there are two.
    fn edit_part(&self, (index, field): (usize, &Field), part: Part) -> Button {
        let (key, of_two) = match part {
            Part::Date => ("btn-check-edit-date", "btn-check-edit-date-of"),
            Part::Hour => ("btn-check-edit-hour", "btn-check-edit-hour-of"),
            Part::Place => ("btn-check-edit-place", "btn-check-edit-place-of"),
        };
        let value = format!("{}.{index}", part.word());
        if !self.question.asks_about_two() {
            return self.question.button(key, &value);
        }
        let args = Args::new().text("label", field.label.get(self.speech().locale));
        self.question.labelled(self.speech().say(of_two, &args), &value)
    }
}
