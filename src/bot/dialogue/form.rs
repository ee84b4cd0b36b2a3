//! A form on its way from the first question to the check card.

mod questions;

use serde::{Deserialize, Serialize};

use self::questions::{asks_place, complaint, open, reopen};
use super::birth::{Ask, BirthDraft, Part, Step};
use super::button::{BACK, CONFIRM, CONFIRM_STARS, COUPON, LEAVE, NO_COUPON, SKIP};
use super::note::Note;
use super::people::{BIRTHDAY, PublicBirthday, SAVE, is_back};
use super::typed;
use crate::catalog::Product;
use crate::catalog::answers::{Answer, FormAnswers, Gender};
use crate::catalog::form::FieldKind;
use crate::catalog::rules;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::Sku;
use crate::kernel::money::Money;
use crate::users::profiles::ProfileKind;

/// Answers that are not an order yet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::bot) struct Draft {
    /// One draft gives one order, however often it is confirmed.
    pub(in crate::bot) id: String,
    pub(in crate::bot) sku: Sku,
    pub(in crate::bot) answers: FormAnswers,
    pub(in crate::bot) at: At,
    /// What is being changed from the check card, to which the way leads back.
    #[serde(default)]
    pub(in crate::bot) editing: Option<Editing>,
    /// The code of the coupon that counts on the check card.
    #[serde(default)]
    pub(in crate::bot) coupon: Option<String>,
    /// What is to be paid by the check card that the buyer has before him.
    #[serde(default)]
    pub(in crate::bot) seen_price: Option<Money>,
    /// The same in Stars, where they are a second way to pay.
    #[serde(default)]
    pub(in crate::bot) seen_stars: Option<Money>,
    /// What Telegram was asked about the person, if it was.
    #[serde(default)]
    pub(in crate::bot) birthday: Option<PublicBirthday>,
}

/// Where the form stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bot) enum At {
    Field {
        key: String,
    },
    Birth {
        key: String,
        birth: BirthDraft,
        ask: Ask,
    },
    Check,
    /// The code of a coupon, asked from the check card.
    Coupon,
    /// For whom the birth of this field is to be kept, asked from the check card.
    Save {
        key: String,
    },
    /// Under which name.
    SaveName {
        key: String,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bot) enum Editing {
    Field,
    Birth(Part),
}

/// What a press or a word did to the form.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Moved {
    /// The form stands where it should; the note, if any, goes before the question.
    Here(Option<Note>),
    /// Back from the first question.
    Out,
    Leave,
    Confirm,
    /// The same, to be paid in Stars.
    ConfirmForStars,
    /// A coupon's code was typed.
    Coupon(String),
    /// The birth with this id answers the question.
    Use(String),
    /// The birth of this field is to be kept.
    Save {
        field: String,
        kind: ProfileKind,
        name: Option<String>,
    },
    /// The button belongs to another question.
    Old,
}

impl Draft {
    pub(in crate::bot) fn begin(id: String, product: &Product) -> Self {
        let mut draft = Self {
            id,
            sku: product.sku.clone(),
            answers: FormAnswers::default(),
            at: At::Check,
            editing: None,
            coupon: None,
            seen_price: None,
            seen_stars: None,
            birthday: None,
        };
        draft.go_on(product);
        draft
    }

    /// A short name of the question, which its buttons carry.
    pub(in crate::bot) fn tag(&self, product: &Product) -> String {
        let index = |key: &str| {
            let place = product.form.iter().position(|field| field.key == key);
            place.map_or_else(String::new, |place| place.to_string())
        };
        match &self.at {
            At::Field { key } => index(key),
            At::Birth { key, ask, .. } => format!("{}{}", index(key), ask.letter()),
            At::Check => "k".to_owned(),
            At::Coupon => "c".to_owned(),
            At::Save { .. } => "s".to_owned(),
            At::SaveName { .. } => "n".to_owned(),
        }
    }

    /// The number of the question, counted from 1.
    pub(in crate::bot) fn place(&self, product: &Product) -> usize {
        let key = match &self.at {
            At::Field { key } | At::Birth { key, .. } => key,
            At::Check | At::Coupon | At::Save { .. } | At::SaveName { .. } => {
                return product.form.len();
            }
        };
        let place = product.form.iter().position(|field| field.key == *key);
        place.map_or(product.form.len(), |place| place.saturating_add(1))
    }

    /// Whether anything was answered yet.
    pub(in crate::bot) fn has_begun(&self) -> bool {
        match &self.at {
            At::Birth { birth, .. } => !self.answers.is_empty() || *birth != BirthDraft::default(),
            At::Field { .. } | At::Check | At::Coupon | At::Save { .. } | At::SaveName { .. } => {
                !self.answers.is_empty()
            }
        }
    }

    /// Moves to the first question without a fitting answer, or to the check card.
    pub(in crate::bot) fn go_on(&mut self, product: &Product) {
        self.editing = None;
        // A form that was changed meanwhile must not put a birth beside the other's gender.
        self.answers = rules::in_order(&product.form, &self.answers);
        let next = rules::next_question(&product.form, &self.answers);
        self.at = next.map_or(At::Check, open);
    }

    pub(super) fn press(
        &mut self,
        product: &Product,
        (question, value): (&str, &str),
        now: Timestamp,
    ) -> Moved {
        if question != self.tag(product) {
            return Moved::Old;
        }
        if let Some(moved) = self.used(product, value) {
            return moved;
        }
        if is_back(&self.at, value) {
            return self.back_from_saving();
        }
        match (value, &self.at) {
            (LEAVE, _) => Moved::Leave,
            (CONFIRM, At::Check) => Moved::Confirm,
            (CONFIRM_STARS, At::Check) => Moved::ConfirmForStars,
            (COUPON, At::Check) => self.turn_to(At::Coupon),
            (NO_COUPON, At::Check) => {
                self.coupon = None;
                self.turn_to(At::Check)
            }
            (BACK, At::Coupon) => self.turn_to(At::Check),
            (BACK, _) => self.back(product),
            (value, At::Check) => match value.strip_prefix(SAVE) {
                Some(number) => self.ask_for_name(product, number),
                None => self.edit(product, value),
            },
            (value, At::Save { .. }) => self.press_save(value),
            (value, At::Field { key }) => {
                let key = key.clone();
                self.press_field(product, (&key, value))
            }
            (value, At::Birth { .. }) => self.press_birth(product, value, now),
            (_, At::Coupon | At::SaveName { .. }) => Moved::Old,
        }
    }

    pub(super) fn typed(&mut self, product: &Product, text: &str, now: Timestamp) -> Moved {
        match &mut self.at {
            At::Check | At::Save { .. } => Moved::Here(Some(Note::new("form-use-buttons"))),
            At::SaveName { .. } => self.typed_name(text),
            At::Coupon => Moved::Coupon(text.to_owned()),
            At::Field { key } => {
                let Some(field) = product.field(key) else { return self.settled(product) };
                match rules::read_answer(field, text) {
                    Ok(answer) => self.answered(product, (&field.key, answer)),
                    Err(error) => Moved::Here(Some(complaint(field, &error, text))),
                }
            }
            At::Birth { birth, ask, .. } => match typed::understand(birth, ask, text, now) {
                Step::Next => self.birth_goes_on(product, now),
                Step::To(next, note) => {
                    *ask = next;
                    Moved::Here(note)
                }
                Step::Refused => Moved::Here(Some(Note::new("form-use-buttons"))),
            },
        }
    }

    fn turn_to(&mut self, at: At) -> Moved {
        self.at = at;
        Moved::Here(None)
    }

    fn press_field(&mut self, product: &Product, (key, value): (&str, &str)) -> Moved {
        let Some(field) = product.field(key) else { return self.settled(product) };
        let answer = match (&field.kind, value) {
            (_, SKIP) => Answer::Skipped,
            (FieldKind::Choice { .. }, value) => Answer::Choice(value.to_owned()),
            (FieldKind::Gender, "m") => Answer::Gender(Gender::Male),
            (FieldKind::Gender, "f") => Answer::Gender(Gender::Female),
            (FieldKind::Number { .. }, value) => {
                value.parse().map_or(Answer::Skipped, Answer::Number)
            }
            (FieldKind::Gender | FieldKind::Text { .. } | FieldKind::Birth { .. }, _) => {
                return Moved::Old;
            }
        };
        match rules::check_answer(field, &answer) {
            Ok(()) => self.answered(product, (&field.key, answer)),
            Err(_forged) => Moved::Old,
        }
    }

    fn press_birth(&mut self, product: &Product, value: &str, now: Timestamp) -> Moved {
        let own = self.wants_birthday(product);
        let At::Birth { key, birth, ask } = &mut self.at else { return Moved::Old };
        let optional = product.field(key).is_some_and(|field| !field.required);
        if value == SKIP && optional && *ask == Ask::Calendar {
            let key = key.clone();
            return self.answered(product, (&key, Answer::Skipped));
        }
        let day = self.birthday.and_then(|known| known.date).filter(|_day| own);
        let step = match (value, day) {
            (BIRTHDAY, Some(day)) if *ask == Ask::Calendar => birth.take_day(day),
            _ => birth.press(ask, value, now),
        };
        match step {
            Step::Next => self.birth_goes_on(product, now),
            Step::To(next, note) => {
                *ask = next;
                Moved::Here(note)
            }
            Step::Refused => Moved::Old,
        }
    }

    /// The next part of the birth that is missing, or the end of this question.
    fn birth_goes_on(&mut self, product: &Product, now: Timestamp) -> Moved {
        let At::Birth { key, birth, ask } = &mut self.at else { return Moved::Old };
        if let Some(missing) = birth.missing(asks_place(product, key)) {
            *ask = missing;
            return Moved::Here(None);
        }
        match birth.finish(now) {
            Ok(answer) => {
                let key = key.clone();
                self.answered(product, (&key, Answer::Birth(answer)))
            }
            Err((back_to, note)) => {
                *ask = back_to;
                Moved::Here(Some(note))
            }
        }
    }

    fn answered(&mut self, product: &Product, (key, answer): (&str, Answer)) -> Moved {
        self.answers.set(key, answer);
        self.settled(product)
    }

    fn settled(&mut self, product: &Product) -> Moved {
        self.go_on(product);
        Moved::Here(None)
    }

    fn back(&mut self, product: &Product) -> Moved {
        if let At::Birth { birth, ask, .. } = &mut self.at
            && !matches!(self.editing, Some(Editing::Birth(part)) if part.begins_with(ask))
            && let Some(before) = birth.back(ask)
        {
            *ask = before;
            return Moved::Here(None);
        }
        if self.editing.is_some() {
            return self.settled(product);
        }
        let place = self.place(product);
        // The check card comes after the last question, the first question after the product.
        let before = if self.at == At::Check { place } else { place.saturating_sub(1) };
        match before.checked_sub(1).and_then(|index| product.form.get(index)) {
            Some(field) => {
                self.at = reopen(field, &self.answers);
                Moved::Here(None)
            }
            None => Moved::Out,
        }
    }

    /// Opens one answer of the check card again: a field by its number, or a part of a birth.
    fn edit(&mut self, product: &Product, what: &str) -> Moved {
        let (word, number) = what.split_once('.').unwrap_or((what, ""));
        if let Some(part) = Part::read(word) {
            return self.edit_birth(product, part, number);
        }
        let index = what.strip_prefix('e').and_then(|number| number.parse::<usize>().ok());
        let Some(field) = index.and_then(|index| product.form.get(index)) else {
            return Moved::Old;
        };
        self.at = open(field);
        self.editing = Some(Editing::Field);
        Moved::Here(None)
    }

    /// `number`: which field it is; a button of an older shop names none and means the first birth.
    fn edit_birth(&mut self, product: &Product, part: Part, number: &str) -> Moved {
        let meant = |at: usize| number.is_empty() || number.parse() == Ok(at);
        let mut fields = product.form.iter().enumerate().filter(|(at, _field)| meant(*at));
        let birth = fields.find_map(|(_at, field)| {
            let Some(Answer::Birth(answer)) = self.answers.get(&field.key) else { return None };
            Some((field, BirthDraft::without(answer, part)))
        });
        let Some((field, birth)) = birth else { return Moved::Old };
        let ask = birth.missing(asks_place(product, &field.key)).unwrap_or(Ask::Calendar);
        self.at = At::Birth { key: field.key.clone(), birth, ask };
        self.editing = Some(Editing::Birth(part));
        Moved::Here(None)
    }
}
