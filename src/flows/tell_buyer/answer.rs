//! The answer to a question, with how many are left; or that it has none, and is given back.

use crate::flows::ask_question::{self, QuestionError};
use crate::flows::deliver_report::ask_button;
use crate::flows::jobs::{News, TellBuyer};
use crate::flows::purchase_message;
use crate::flows::tools::Tools;
use crate::notifications::format::{self, SEGMENT_LIMIT};
use crate::notifications::message::{Button, OutgoingMessage};
use crate::orders::Order;
use crate::reports::questions::{self, FREE_REFUSALS, Question, QuestionStatus};

/// `None`: it was erased.
pub(super) async fn message(
    tools: &Tools,
    order: &Order,
    job: &TellBuyer,
) -> Result<Option<OutgoingMessage>, QuestionError> {
    let base = &tools.till.base;
    let all = questions::list(base.db.read(), &base.keyring, &order.order_no).await?;
    let question = all.iter().find(|question| question.number.to_string() == job.about);
    let Some((question, words)) = question.and_then(|it| Some((it, it.words.as_deref()?))) else {
        return Ok(None);
    };
    let standing = ask_question::standing(base, order).await?;
    let left = standing.as_ref().map_or(0, ask_question::Standing::left);
    let open = standing.filter(|standing| !standing.is_over(tools.now()));
    let args = purchase_message::about(tools, order)
        .number("number", question.number)
        .number("left", left)
        .escaped("question", words);
    let text = if job.news == News::QuestionAnswered {
        let Some(answer) = said(question) else { return Ok(None) };
        let head = tools.format(order.locale, "question-answered", &args);
        let foot = tools.format(order.locale, foot(question, &all, left), &args);
        format!("{head}\n\n{answer}\n\n{foot}")
    } else {
        tools.format(order.locale, "question-failed", &args)
    };
    let mut row = Vec::new();
    if open.is_some_and(|open| left > 0 || open.plan.more.is_some()) {
        row.push(ask_button(tools, order, left));
    }
    let card = tools.text(order.locale, "btn-order-card");
    row.push(Button::callback(card, format!("after:card:{}", order.order_no)));
    Ok(Some(OutgoingMessage::html(text).with_keyboard(vec![row])))
}

/// The answer as the chat shows it.
fn said(question: &Question) -> Option<String> {
    let segments = format::segments(question.answer.as_deref()?, SEGMENT_LIMIT);
    segments.into_iter().next().map(|segment| segment.html)
}

/// How many are left; a polite no says whether it cost one.
fn foot(question: &Question, all: &[Question], left: i64) -> &'static str {
    let refused =
        |it: &&Question| it.status == QuestionStatus::Refused && it.number <= question.number;
    let refusals = i64::try_from(all.iter().filter(refused).count()).unwrap_or(i64::MAX);
    if question.status == QuestionStatus::Refused && refusals <= FREE_REFUSALS {
        "question-left-kept"
    } else if left == 0 {
        "question-left-none"
    } else {
        "question-left"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::clock::Timestamp;

    fn question(number: i64, status: QuestionStatus) -> Question {
        let at = Timestamp(0);
        let (words, answer) = (Some("问".to_owned()), Some("答".to_owned()));
        Question { number, status, words, answer, asked_at: at, done_at: Some(at) }
    }

    #[test]
    fn a_polite_no_costs_nothing_until_there_were_several() {
        let all: Vec<_> = (1..=4).map(|it| question(it, QuestionStatus::Refused)).collect();
        let below = |place: usize, left| foot(&all[place], &all, left);
        assert_eq!([below(0, 3), below(2, 3)], ["question-left-kept"; 2]);
        assert_eq!([below(3, 2), below(3, 0)], ["question-left", "question-left-none"]);
        let answered = question(5, QuestionStatus::Answered);
        assert_eq!(foot(&answered, &all, 0), "question-left-none");
    }
}
