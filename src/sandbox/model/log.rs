//! What the model was asked, for tests that count.

use std::sync::{Mutex, PoisonError};

use crate::sandbox::faults::Fault;

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Still being written, or the client hung up.
    Open,
    /// Handed over to its last byte with the finish reason `stop`.
    Finished,
    /// A switched-on misfortune.
    Fault(Fault),
    /// Refused with this status because the request was wrong.
    Refused(u16),
}

/// One request and its answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The request's `user_id`; empty when there was none.
    pub mark: String,
    pub outcome: Outcome,
    /// Whether it carries on a text that was cut before.
    pub continues: bool,
}

/// All requests since the start.
#[derive(Debug, Default)]
pub struct ModelLog(Mutex<Vec<Answer>>);

impl ModelLog {
    pub fn answers(&self) -> Vec<Answer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many texts this user mark was given to the end.
    pub fn finished(&self, mark: &str) -> usize {
        let finished =
            |answer: &&Answer| answer.mark == mark && answer.outcome == Outcome::Finished;
        self.answers().iter().filter(finished).count()
    }

    /// How many texts were given to the end, whoever asked.
    pub fn finished_in_all(&self) -> usize {
        self.answers().iter().filter(|answer| answer.outcome == Outcome::Finished).count()
    }

    /// Notes a request and says its number.
    pub(super) fn open(&self, mark: &str, continues: bool) -> usize {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers.push(Answer { mark: mark.to_owned(), outcome: Outcome::Open, continues });
        answers.len().saturating_sub(1)
    }

    pub(super) fn close(&self, number: usize, outcome: Outcome) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = answers.get_mut(number) {
            answer.outcome = outcome;
        }
    }
}
