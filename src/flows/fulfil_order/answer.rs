//! A question about a delivered report is answered from what is stored: the facts, the report, and
//! what was asked before. The answer is read by the same gate as the report, kept, and then sent; one
//! that cannot be written gives the question back. The order stays as it is.

use serde_json::json;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::judge::{again, codes};
use super::live::Kind;
use super::progress::{Growth, Told};
use super::report::for_prompt;
use super::writing::{Desk, expected, mistaken};
use super::{Case, Failure, LONGEST_PAUSE, Trouble};
use crate::flows::jobs::{AnswerQuestion, News, TellBuyer};
use crate::flows::tools::Tools;
use crate::orders::{self, OrderStatus};
use crate::platform::jobs::store::{self as jobs, Claimed};
use crate::platform::jobs::{JobError, backoff};
use crate::reports::calls::{Call, CallOutcome};
use crate::reports::gate::{Expected, Finding};
use crate::reports::ports::ModelRequest;
use crate::reports::questions::{self, Question, QuestionStatus};
use crate::reports::reply::{LONGEST, Reply};
use crate::reports::repo as reports;

/// Tokens of an answer: as much as one message holds in every language.
const MOST_TOKENS: u32 = 1_000;
/// Of the questions before, so many of the newest are told to the model.
const REMEMBERED: usize = 5;

/// What answering ended with.
struct Answer {
    reply: Reply,
    call: Call,
}

#[tracing::instrument(name = "job.question.answer", skip_all,
    fields(order.id = %job.order_no, question.number = job.number))]
pub async fn run(
    tools: &Tools,
    job: AnswerQuestion,
    (claimed, stop): (&Claimed, &CancellationToken),
) -> Result<(), JobError> {
    let opened = Case::open(tools, (claimed, stop), &job.order_no).await;
    let case = opened.map_err(JobError::retry)?;
    match case.answer(job.number).await {
        Ok(()) => Ok(()),
        Err(Trouble::Passing(_, why, asked)) if case.may_try_again() => {
            let usual = backoff(claimed.failures.saturating_add(1), LONGEST_PAUSE);
            Err(JobError::Retry { cause: why, after: Some(asked.unwrap_or_default().max(usual)) })
        }
        Err(Trouble::Passing(_, why, _) | Trouble::Lasting(_, why)) => {
            tracing::warn!(error = format!("{why:#}"), "a question was not answered");
            case.give_back(job.number).await.map_err(Trouble::into_job_error)
        }
        Err(trouble) => Err(trouble.into_job_error()),
    }
}

impl Case<'_> {
    /// Every writer gets its attempts, as for a report.
    fn may_try_again(&self) -> bool {
        self.failures.saturating_add(1) < self.attempts_for(Failure::Model)
    }

    async fn answer(&self, number: i64) -> Result<(), Trouble> {
        let base = &self.tools.till.base;
        let no = &self.order.order_no;
        let report = reports::find_text(base.db.read(), &base.keyring, no).await?;
        let all = questions::list(base.db.read(), &base.keyring, no).await?;
        let this = all.iter().find(|question| question.number == number);
        let this = this.filter(|question| question.status == QuestionStatus::Asked);
        // Ended, given up, or erased: nothing may come back.
        let Some(question) = this.and_then(|question| question.words.as_deref()) else {
            return Ok(());
        };
        let Some(report) = report.filter(|_| self.order.status == OrderStatus::Completed) else {
            return self.give_back(number).await;
        };
        let mut desk = self.desk().await?;
        let file = self.tools.catalog.answer_prompt();
        desk.template =
            self.tools.writing.templates.get(&file.file, &file.text).map_err(mistaken)?;
        desk.questions = u64::try_from(all.len()).unwrap_or(u64::MAX);
        desk.form = json!({
            "report": report,
            "earlier": earlier(&all),
            "question": question,
        });
        let answer = self.write_answer(&desk, number).await?;
        self.keep_answer(number, answer).await
    }

    /// Asked for until it may be sent.
    async fn write_answer(&self, desk: &Desk<'_>, number: i64) -> Result<Answer, Trouble> {
        let plain = desk.request(None, None)?;
        let plain = ModelRequest { max_tokens: Some(MOST_TOKENS), ..plain };
        let mut request = plain.clone();
        let mut refused = 0_i64;
        loop {
            desk.afford(expected(&request, MOST_TOKENS, self.tools), self.tools)?;
            let chapter = questions::chapter(number);
            let (growth, _unseen) = watch::channel(Growth::default());
            let live = self.live();
            let told = Told::new(&growth, 0).watched_by(&live);
            let (completion, made) = tokio::select! {
                biased;
                asked = self.ask_model(desk, &chapter, (&request, &told)) => asked?,
                never = self.keep_typing() => match never {},
                never = self.show_live(desk, (&live, Kind::Answer)) => match never {},
            };
            let reply = Reply::read(&completion.text);
            let findings = self.wrong_with(desk, &reply).await?;
            let mut call = Call { chapter, outcome: CallOutcome::Kept, made, findings: Vec::new() };
            if findings.is_empty() {
                return Ok(Answer { reply, call });
            }
            call.outcome = CallOutcome::Rejected;
            call.findings = for_prompt(&findings, self.locale());
            self.record(&call).await?;
            refused = refused.saturating_add(1);
            if refused >= self.tools.writing.gate_attempts.max(1) {
                let why = anyhow::anyhow!("the gate refuses the answer: {}", codes(&findings));
                return Err(Trouble::Lasting(Failure::Model, why));
            }
            request.user = format!("{}\n\n{}", plain.user, again(&findings, self.locale()));
        }
    }

    /// What keeps an answer from being sent.
    async fn wrong_with(&self, desk: &Desk<'_>, reply: &Reply) -> Result<Vec<Finding>, Trouble> {
        if !reply.fits() {
            return Ok(vec![Finding::too_short(&format!("1–{LONGEST}"))]);
        }
        let expected = Expected { locale: self.locale(), length: None, headings: Vec::new() };
        self.grave_findings(desk, (&reply.text, &expected)).await
    }

    /// The answer is a row before it is a message.
    async fn keep_answer(&self, number: i64, answer: Answer) -> Result<(), Trouble> {
        let (keyring, now) = (&self.tools.till.base.keyring, self.tools.now());
        let no = &self.order.order_no;
        let tx = self.begin().await?;
        // Under lock: money that goes back, or data that is erased, wins or loses as a whole.
        let order = orders::repo::lock(&tx, no).await?;
        if order.status != OrderStatus::Completed {
            drop(tx);
            self.record(&answer.call).await?;
            return self.give_back(number).await;
        }
        let status =
            if answer.reply.declined { QuestionStatus::Refused } else { QuestionStatus::Answered };
        crate::reports::calls::record(&tx, keyring, (no, &answer.call), now).await?;
        let kept = (status, answer.reply.text.as_str());
        if questions::answer(&tx, keyring, (no, number), kept, now).await? {
            let about = number.to_string();
            let news = News::QuestionAnswered;
            jobs::enqueue(&tx, &TellBuyer { order_no: no.clone(), news, about }, now).await?;
        }
        tx.commit().await?;
        metrics::counter!("mingshu_questions_total", "outcome" => status.as_str()).increment(1);
        Ok(())
    }

    async fn give_back(&self, number: i64) -> Result<(), Trouble> {
        let now = self.tools.now();
        let no = &self.order.order_no;
        let tx = self.begin().await?;
        if !questions::fail(&tx, (no, number), now).await? {
            return Ok(());
        }
        let about = number.to_string();
        let news = TellBuyer { order_no: no.clone(), news: News::QuestionFailed, about };
        jobs::enqueue(&tx, &news, now).await?;
        tx.commit().await?;
        metrics::counter!("mingshu_questions_total", "outcome" => "failed").increment(1);
        Ok(())
    }
}

/// What was said before this question, so that "and what about that?" is understood.
fn earlier(all: &[Question]) -> Vec<serde_json::Value> {
    let said = all.iter().filter_map(|question| {
        let (words, answer) = (question.words.as_ref()?, question.answer.as_ref()?);
        Some(json!({ "question": words, "answer": answer }))
    });
    let said: Vec<_> = said.collect();
    let first = said.len().saturating_sub(REMEMBERED);
    said.into_iter().skip(first).collect()
}
