//! How a question begins, how one that was answered opens again, and what is wrong with an answer.

use super::At;
use crate::bot::dialogue::birth::{Ask, BirthDraft};
use crate::bot::dialogue::note::Note;
use crate::catalog::Product;
use crate::catalog::answers::{Answer, FormAnswers};
use crate::catalog::form::{Field, FieldKind};
use crate::catalog::rules::AnswerError;

/// The beginning of a question.
pub(super) fn open(field: &Field) -> At {
    let key = field.key.clone();
    match field.kind {
        FieldKind::Birth { .. } => {
            At::Birth { key, birth: BirthDraft::default(), ask: Ask::Calendar }
        }
        FieldKind::Text { .. }
        | FieldKind::Choice { .. }
        | FieldKind::Gender
        | FieldKind::Number { .. } => At::Field { key },
    }
}

/// A question that was answered before: a birth opens at its last part.
pub(super) fn reopen(field: &Field, answers: &FormAnswers) -> At {
    match answers.get(&field.key) {
        Some(Answer::Birth(answer)) => {
            let (birth, ask) = BirthDraft::reopened(answer, asks_of(field));
            At::Birth { key: field.key.clone(), birth, ask }
        }
        Some(
            Answer::Text(_)
            | Answer::Choice(_)
            | Answer::Gender(_)
            | Answer::Number(_)
            | Answer::Skipped,
        )
        | None => open(field),
    }
}

pub(super) fn asks_place(product: &Product, key: &str) -> bool {
    product.field(key).is_some_and(asks_of)
}

fn asks_of(field: &Field) -> bool {
    matches!(field.kind, FieldKind::Birth { ask_place: true })
}

pub(super) fn complaint(field: &Field, error: &AnswerError, typed: &str) -> Note {
    match error {
        AnswerError::Empty => Note::new("form-text-empty"),
        AnswerError::TooLong { length, max } => Note::new("form-text-too-long")
            .number("length", i64::try_from(*length).unwrap_or(i64::MAX))
            .number("max", *max),
        AnswerError::NotANumber => {
            let note = Note::new("form-number-unreadable").text("value", typed);
            match field.kind {
                FieldKind::Number { min, max } => note.number("min", min).number("max", max),
                FieldKind::Text { .. }
                | FieldKind::Choice { .. }
                | FieldKind::Gender
                | FieldKind::Birth { .. } => note,
            }
        }
        AnswerError::OutOfRange { value, min, max } => Note::new("form-number-out-of-range")
            .number("value", *value)
            .number("min", *min)
            .number("max", *max),
        AnswerError::UnknownChoice => Note::new("form-choice-unknown").text("value", typed),
        AnswerError::Required | AnswerError::WrongKind | AnswerError::ImpossibleBirth => {
            Note::new("form-use-buttons")
        }
    }
}
