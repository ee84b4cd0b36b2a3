//! The questions of a form.

use super::{Scene, birth, check, grid, message, plain, profiles};
use crate::bot::dialogue::{At, BIRTHDAY, Draft, FormButton, Note, Press, USE, button, this_year};
use crate::bot::speech::{escaped, lines, paragraphs};
use crate::catalog::Product;
use crate::catalog::form::{self, Field, FieldKind};
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::platform::texts::Args;
use crate::users::profiles::ProfileKind;

/// Ranges of at most so many numbers are offered as buttons.
const NUMBERS_SHOWN: i64 = 12;
/// Kept births that are offered; the others are older.
const OFFERED: usize = 6;

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
        At::Save { .. } => question.ask_whose(),
        At::SaveName { .. } => {
            Asked { text: scene.speech.word("profile-save-name"), keyboard: Keyboard::new() }
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
    let text = paragraphs([note, question.head(), own_words, asked.text]);
    let mut keyboard = question.suggestions();
    keyboard.extend(asked.keyboard);
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

    /// Births that answer the question with one tap.
    fn suggestions(&self) -> Keyboard {
        let mut keyboard = Keyboard::new();
        if self.draft.birth_wanted(self.product).is_none() {
            return keyboard;
        }
        let speech = &self.scene.speech;
        for kept in self.scene.kept.iter().take(OFFERED) {
            let label = speech.say("btn-profile-use", &profiles::plainly_named(speech, kept));
            keyboard.push(vec![self.labelled(label, &format!("{USE}{}", kept.id))]);
        }
        let birthday = self.draft.birthday.and_then(|known| known.date);
        if let Some(day) = birthday.filter(|_day| self.draft.wants_birthday(self.product)) {
            let label = speech.say("btn-birthday", &Args::new().text("day", speech.day(day)));
            keyboard.push(vec![self.labelled(label, BIRTHDAY)]);
        }
        keyboard
    }

    /// For whom a birth is to be kept.
    fn ask_whose(&self) -> Asked {
        let button = |kind: ProfileKind| {
            self.button(&format!("btn-profile-save-{}", kind.as_str()), kind.as_str())
        };
        let keyboard = grid(ProfileKind::ALL.into_iter().map(button).collect(), 2);
        Asked { text: self.scene.speech.word("profile-save-ask"), keyboard }
    }

    /// Which product, which step of how many; a coupon and a name are no questions of the form.
    fn head(&self) -> String {
        if !matches!(self.draft.at, At::Field { .. } | At::Birth { .. }) {
            return String::new();
        }
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let args = Args::new()
            .escaped("product", self.product.name.get(self.scene.speech.locale))
            .number("step", count(self.draft.place(self.product)))
            .number("total", count(self.product.form.len()));
        lines([self.scene.speech.say("form-step", &args), self.asked_about()])
    }

    /// Whom the question is about, where that may be one of two.
    fn asked_about(&self) -> String {
        let key = match &self.draft.at {
            At::Field { key } | At::Birth { key, .. } => key,
            At::Check | At::Coupon | At::Save { .. } | At::SaveName { .. } => {
                return String::new();
            }
        };
        let personal =
            |field: &&Field| matches!(field.kind, FieldKind::Gender | FieldKind::Birth { .. });
        let field = self.product.field(key).filter(personal);
        let field = field.filter(|_field| self.asks_about_two());
        field.map(|field| self.whose(field)).unwrap_or_default()
    }

    /// Whether the form asks about two people, so that each question has to say whom it means.
    pub(super) fn asks_about_two(&self) -> bool {
        form::people(&self.product.form).count() > 1
    }

    /// Whom the field is about.
    pub(super) fn whose(&self, field: &Field) -> String {
        let speech = &self.scene.speech;
        speech.say("form-whose", &Args::new().escaped("label", field.label.get(speech.locale)))
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
                let label = |option: &form::ChoiceOption| {
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
