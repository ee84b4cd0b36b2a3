//! The questions of a form.

use super::{Scene, birth, check, grid, message, plain};
use crate::bot::dialogue::{At, Draft, FormButton, Note, Press, button, this_year};
use crate::bot::speech::{escaped, lines, paragraphs};
use crate::catalog::Product;
use crate::catalog::form::{Field, FieldKind};
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::platform::texts::Args;

/// Ranges of at most so many numbers are offered as buttons.
const NUMBERS_SHOWN: i64 = 12;

/// One question with the draft that it belongs to.
pub(super) struct Question<'a> {
    pub(super) scene: &'a Scene<'a>,
    pub(super) draft: &'a Draft,
    pub(super) product: &'a Product,
}

/// What is asked, and the buttons that answer it.
pub(super) struct Asked {
    pub(super) text: String,
    pub(super) keyboard: Keyboard,
}

/// The draft's question or check card, after a word about what was just said.
pub(super) fn show(scene: &Scene<'_>, note: Option<&Note>) -> OutgoingMessage {
    let Some((draft, product)) = scene.draft() else { return plain::text(scene, "step-lost") };
    let question = Question { scene, draft, product };
    let note = note.map(|note| scene.speech.note(note)).unwrap_or_default();
    let asked = match &draft.at {
        At::Check => {
            let asked = check::ask(&question);
            let refused = scene.price.and_then(|price| price.refused.as_ref());
            let refused = refused.map(|note| scene.speech.note(note)).unwrap_or_default();
            return message(paragraphs([note, refused, asked.text]), asked.keyboard);
        }
        At::Coupon => Asked { text: scene.speech.word("coupon-ask"), keyboard: Keyboard::new() },
        At::Field { key } => match product.field(key) {
            Some(field) => question.field(field),
            None => return plain::text(scene, "step-lost"),
        },
        At::Birth { key, birth, ask } => {
            let optional = product.field(key).is_some_and(|field| !field.required);
            birth::ask(&question, (birth, ask), optional)
        }
    };
    let own_words = question.own_words();
    // A coupon is no question of the form.
    let head = if draft.at == At::Coupon { String::new() } else { question.head() };
    let text = paragraphs([note, head, own_words, asked.text]);
    let mut keyboard = asked.keyboard;
    keyboard.push(vec![
        question.button("btn-back", button::BACK),
        question.button("btn-form-leave", button::LEAVE),
    ]);
    message(text, keyboard)
}

impl Question<'_> {
    /// A button that answers this question.
    pub(super) fn button(&self, key: &str, value: &str) -> Button {
        self.labelled(self.scene.speech.word(key), value)
    }

    pub(super) fn labelled(&self, label: String, value: &str) -> Button {
        let press = Press::Form(FormButton {
            draft: self.draft.id.clone(),
            question: self.draft.tag(self.product),
            value: value.to_owned(),
        });
        Button::callback(label, press.data())
    }

    /// Which product, which step of how many.
    fn head(&self) -> String {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let args = Args::new()
            .escaped("product", self.product.name.get(self.scene.speech.locale))
            .number("step", count(self.draft.place(self.product)))
            .number("total", count(self.product.form.len()));
        self.scene.speech.say("form-step", &args)
    }

    /// What the product's file says before the parts of a birth are asked.
    fn own_words(&self) -> String {
        let At::Birth { key, ask, .. } = &self.draft.at else { return String::new() };
        if !ask.is_first() {
            return String::new();
        }
        let question = self.product.field(key).and_then(|field| field.question.as_ref());
        question.map(|text| escaped(text.get(self.scene.speech.locale))).unwrap_or_default()
    }

    fn field(&self, field: &Field) -> Asked {
        let speech = &self.scene.speech;
        let question = match &field.question {
            Some(text) => escaped(text.get(speech.locale)),
            None => speech.word("gender-ask"),
        };
        let (hint, mut keyboard) = self.answers(field);
        let mut optional = String::new();
        if !field.required {
            optional = speech.word("form-optional");
            keyboard.push(vec![self.button("btn-skip", button::SKIP)]);
        }
        Asked { text: paragraphs([question, lines([hint, optional])]), keyboard }
    }

    fn answers(&self, field: &Field) -> (String, Keyboard) {
        let speech = &self.scene.speech;
        match &field.kind {
            FieldKind::Text { max_length } => {
                let args = Args::new().number("max", (*max_length).into());
                (speech.say("form-typed-hint", &args), Keyboard::new())
            }
            FieldKind::Choice { options } => {
                let label = |option: &crate::catalog::form::ChoiceOption| {
                    self.labelled(option.label.get(speech.locale).to_owned(), &option.value)
                };
                let buttons = options.iter().map(label).collect();
                (speech.word("form-choice-hint"), grid(buttons, 2))
            }
            FieldKind::Gender | FieldKind::Birth { .. } => {
                let male = self.button("btn-gender-male", "m");
                (String::new(), vec![vec![male, self.button("btn-gender-female", "f")]])
            }
            FieldKind::Number { min, max } => {
                let args = Args::new().number("min", *min).number("max", *max);
                let numbers = self.likely_numbers(*min, *max);
                let button = |number: i64| self.labelled(number.to_string(), &number.to_string());
                let buttons = numbers.into_iter().map(button).collect();
                (speech.say("form-number-hint", &args), grid(buttons, 3))
            }
        }
    }

    /// A short range as it is; of a long one that holds this year, this year and the next two.
    fn likely_numbers(&self, min: i64, max: i64) -> Vec<i64> {
        if max.saturating_sub(min) < NUMBERS_SHOWN {
            return (min..=max).collect();
        }
        let year = i64::from(this_year(self.scene.speech.now));
        (year..=year.saturating_add(2)).filter(|year| (min..=max).contains(year)).collect()
    }
}
