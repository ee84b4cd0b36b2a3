//! Every statement on `questions`: what a buyer asks about a delivered report, and what the answer is.
//! And how many are left, which is reckoned from them.
//!
//! Invariants: a question is a row before anybody works on it; the same tap asks once, however often
//! its update comes; a question ends once.

use sea_orm::ConnectionTrait;

use super::ReportError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_all, query_one};
use crate::platform::reseal::{Key, SealedColumn};

/// So many refusals of one order cost no question; those that follow do, because each is a request to
/// the model that we pay for.
pub const FREE_REFUSALS: i64 = 3;

/// The words of the column `questions.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum QuestionStatus {
    Asked,
    Answered,
    /// The facts do not say it, or it is nothing to be said.
    Refused,
    /// No answer could be written, or it was not wanted any more: the buyer has the question back.
    Failed,
}

impl QuestionStatus {
    const ALL: [Self; 4] = [Self::Asked, Self::Answered, Self::Refused, Self::Failed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Answered => "answered",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// One question with its answer; `None` where the words were erased or are not there yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub number: i64,
    pub status: QuestionStatus,
    pub words: Option<String>,
    pub answer: Option<String>,
    pub asked_at: Timestamp,
    pub done_at: Option<Timestamp>,
}

/// How many questions of one order came to what.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    pub asked: i64,
    pub answered: i64,
    pub refused: i64,
    pub failed: i64,
}

impl Tally {
    /// What they cost of the questions that were given.
    pub fn used(&self) -> i64 {
        let refused = self.refused.saturating_sub(FREE_REFUSALS).max(0);
        self.asked.saturating_add(self.answered).saturating_add(refused)
    }

    /// What is left of `given`.
    pub fn left(&self, given: i64) -> i64 {
        given.saturating_sub(self.used()).max(0)
    }
}

/// No key of a chapter has a dot.
const CHAPTER: &str = "question.";

/// The sealed columns of `questions`.
pub const SEALED: [SealedColumn; 2] = [
    SealedColumn {
        table: "questions",
        column: "question_sealed",
        key: &[Key::Text("order_no"), Key::Number("number")],
        context: "'questions.question:' || order_no || ':' || number",
    },
    SealedColumn {
        table: "questions",
        column: "answer_sealed",
        key: &[Key::Text("order_no"), Key::Number("number")],
        context: "'questions.answer:' || order_no || ':' || number",
    },
];

/// What `model_calls.chapter` says of the requests for an answer.
pub fn chapter(number: i64) -> String {
    format!("{CHAPTER}{number}")
}

/// Whether a request was for an answer, by its chapter.
pub fn is_chapter(chapter: &str) -> bool {
    chapter.starts_with(CHAPTER)
}

fn context(column: &str, (order, number): (&OrderNo, i64)) -> String {
    format!("questions.{column}:{order}:{number}")
}

/// Keeps a question. `false`: this tap, or this number, has asked before.
pub async fn insert(
    tx: &WriteTx,
    keyring: &Keyring,
    which: (&OrderNo, i64),
    (key, words): (&str, &str),
    now: Timestamp,
) -> Result<bool, ReportError> {
    let sealed = keyring.seal_json(&context("question", which), &words)?;
    let written = execute(
        tx.conn(),
        "INSERT INTO questions (order_no, number, asked_key, status, question_sealed, asked_at) \
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
        vec![
            which.0.as_str().into(),
            which.1.into(),
            key.into(),
            QuestionStatus::Asked.as_str().into(),
            sealed.into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(written.rows_affected() == 1)
}

/// The number of the question that this tap asked.
pub async fn find_by_key(
    db: &impl ConnectionTrait,
    (order, key): (&OrderNo, &str),
) -> Result<Option<i64>, ReportError> {
    let sql = "SELECT number FROM questions WHERE order_no = $1 AND asked_key = $2";
    let row = query_one(db, sql, vec![order.as_str().into(), key.into()]).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// The number of the last one; 0 without any.
pub async fn last_number(db: &impl ConnectionTrait, order: &OrderNo) -> Result<i64, ReportError> {
    let sql = "SELECT coalesce(max(number), 0) FROM questions WHERE order_no = $1";
    let row = query_one(db, sql, vec![order.as_str().into()]).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

pub async fn tally(db: &impl ConnectionTrait, order: &OrderNo) -> Result<Tally, ReportError> {
    let sql = "SELECT status, count(*) FROM questions WHERE order_no = $1 GROUP BY status";
    let mut tally = Tally::default();
    for row in query_all(db, sql, vec![order.as_str().into()]).await? {
        let count: i64 = row.try_get_by_index(1)?;
        match status(order, &row.try_get_by_index::<String>(0)?)? {
            QuestionStatus::Asked => tally.asked = count,
            QuestionStatus::Answered => tally.answered = count,
            QuestionStatus::Refused => tally.refused = count,
            QuestionStatus::Failed => tally.failed = count,
        }
    }
    Ok(tally)
}

fn status(order: &OrderNo, word: &str) -> Result<QuestionStatus, ReportError> {
    let damaged = || ReportError::Damaged { order_no: order.0.clone(), what: "question" };
    QuestionStatus::parse(word).ok_or_else(damaged)
}

/// Every question of an order, the first first.
pub async fn list(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Vec<Question>, ReportError> {
    let sql = "SELECT number, status, question_sealed, answer_sealed, asked_at, done_at \
               FROM questions WHERE order_no = $1 ORDER BY number";
    let mut questions = Vec::new();
    for row in query_all(db, sql, vec![order.as_str().into()]).await? {
        let number: i64 = row.try_get_by_index(0)?;
        let word: String = row.try_get_by_index(1)?;
        let open = |column: &str, sealed: Option<String>| {
            let context = context(column, (order, number));
            sealed.map(|sealed| keyring.open_json(&context, &sealed)).transpose()
        };
        let done: Option<i64> = row.try_get_by_index(5)?;
        questions.push(Question {
            number,
            status: status(order, &word)?,
            words: open("question", row.try_get_by_index(2)?)?,
            answer: open("answer", row.try_get_by_index(3)?)?,
            asked_at: Timestamp::from_millis(row.try_get_by_index(4)?),
            done_at: done.map(Timestamp::from_millis),
        });
    }
    Ok(questions)
}

/// Keeps the answer. `false`: the question had ended before.
pub async fn answer(
    tx: &WriteTx,
    keyring: &Keyring,
    which: (&OrderNo, i64),
    (status, words): (QuestionStatus, &str),
    now: Timestamp,
) -> Result<bool, ReportError> {
    let sealed = keyring.seal_json(&context("answer", which), &words)?;
    let sql = "UPDATE questions SET status = $3, answer_sealed = $4, done_at = $5 \
               WHERE order_no = $1 AND number = $2 AND status = 'asked'";
    let (order, number) = which;
    let values = vec![
        order.as_str().into(),
        number.into(),
        status.as_str().into(),
        sealed.into(),
        now.millis().into(),
    ];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

/// The buyer has the question back. `false`: it had ended before.
pub async fn fail(
    tx: &WriteTx,
    (order, number): (&OrderNo, i64),
    now: Timestamp,
) -> Result<bool, ReportError> {
    let sql = "UPDATE questions SET status = 'failed', done_at = $3 \
               WHERE order_no = $1 AND number = $2 AND status = 'asked'";
    let values = vec![order.as_str().into(), number.into(), now.millis().into()];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

/// Forgets questions and answers; what waits for an answer is given up.
pub async fn erase(tx: &WriteTx, order: &OrderNo) -> Result<(), ReportError> {
    let sql = "UPDATE questions SET question_sealed = NULL, answer_sealed = NULL, \
               status = CASE WHEN status = 'asked' THEN 'failed' ELSE status END \
               WHERE order_no = $1";
    execute(tx.conn(), sql, vec![order.as_str().into()]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_costs_nothing_and_refusals_cost_after_a_few() {
        let tally = |asked, answered, refused, failed| Tally { asked, answered, refused, failed };
        assert_eq!(tally(0, 0, 0, 0).left(3), 3);
        assert_eq!(tally(1, 1, 0, 7).left(3), 1);
        assert_eq!(tally(0, 0, FREE_REFUSALS, 0).left(3), 3);
        assert_eq!(tally(0, 1, FREE_REFUSALS + 1, 0).left(3), 1);
        assert_eq!(tally(0, 5, 0, 0).left(3), 0, "a pack was given back meanwhile");
    }
}
