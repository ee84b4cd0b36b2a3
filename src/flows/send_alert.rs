//! Operators hear what needs them, in their own language: in the chat, and by mail. Each way is a job
//! of its own.

use super::jobs::{AlertKind, MailAlert, SendAlert};
use super::tools::Tools;
use super::{alert_buttons, retry_order};
use crate::alerts::ports::{LeftOut, Mail, MailError};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::SendError;
use crate::notifications::sender::Priority;
use crate::platform::jobs::store::Claimed;
use crate::platform::jobs::{Job, JobError};
use crate::platform::texts::{self, Args};

#[tracing::instrument(name = "job.alert.send", skip_all, fields(alert.kind = ?job.kind))]
pub async fn run(tools: &Tools, job: SendAlert, claimed: &Claimed) -> Result<(), JobError> {
    if claimed.attempt == 1 {
        tracing::error!(alert.subject = %job.subject, alert.note = %job.note, "alert");
        metrics::counter!("mingshu_alerts_total", "kind" => job.kind.as_str()).increment(1);
    }
    let Some(chat) = tools.operators.alert_chat else { return Ok(()) };
    let order = order_of(tools, &job).await?;
    let buttons = alert_buttons::below(tools, (job.kind, chat), order.as_ref());
    let card = OutgoingMessage::html(card(tools, &job, order.as_ref())).with_keyboard(buttons);
    match tools.sender.send(Priority::Normal, chat, &card).await {
        Ok(_id) => {
            count("telegram", "sent");
            Ok(())
        }
        Err(SendError::TooFast(pause)) => {
            count("telegram", "not_sent");
            Err(JobError::Retry { cause: SendError::TooFast(pause).into(), after: Some(pause) })
        }
        Err(error @ (SendError::NotSent(_) | SendError::Unknown(_))) => {
            count("telegram", "not_sent");
            Err(JobError::retry(error))
        }
        Err(
            error @ (SendError::Unreachable(_)
            | SendError::Markup(_)
            | SendError::NotEditable(_)
            | SendError::Refused { .. }),
        ) => {
            count("telegram", "refused");
            Err(JobError::discard(error))
        }
    }
}

#[tracing::instrument(name = "job.alert.mail", skip_all, fields(alert.kind = ?job.kind))]
pub async fn run_mail(tools: &Tools, MailAlert(job): MailAlert) -> Result<(), JobError> {
    let Some(mailer) = &tools.mailer else { return Ok(()) };
    let order = order_of(tools, &job).await?;
    match mailer.send(&mail(tools, &job, order.as_ref())).await {
        Ok(left_out) => {
            count("mail", "sent");
            note_left_out(&left_out);
            Ok(())
        }
        Err(error @ (MailError::NotSent(_) | MailError::Unknown)) => {
            count("mail", "not_sent");
            Err(JobError::retry(error))
        }
        Err(error @ MailError::Refused(_)) => {
            count("mail", "refused");
            tracing::error!("an alert cannot be mailed: see `mingshu alerts test`");
            Err(JobError::discard(error))
        }
    }
}

/// An address that is refused keeps no other from hearing; whoever reads the log may look.
fn note_left_out(left_out: &[LeftOut]) {
    if !left_out.is_empty() {
        count("mail", "left_out");
        tracing::warn!(mail.left_out = left_out.len(), "some addresses did not get an alert");
    }
}

fn count(channel: &'static str, outcome: &'static str) {
    metrics::counter!("mingshu_alert_messages_total", "channel" => channel, "outcome" => outcome)
        .increment(1);
}

/// Read when it is told, not when it is raised: only here there is time for it.
async fn order_of(tools: &Tools, job: &SendAlert) -> Result<Option<OrderNo>, JobError> {
    retry_order::order_of(&tools.till.base, &job.subject).await.map_err(JobError::retry)
}

fn card(tools: &Tools, job: &SendAlert, order: Option<&OrderNo>) -> String {
    let locale = tools.operators.locale;
    let line = |key: &str, args: Args| tools.format(locale, key, &args);
    let mut details = Vec::new();
    if let Some(order) = order {
        details.push(line("alert-order", Args::new().text("order_no", order.as_str())));
    }
    if order.is_none_or(|order| order.as_str() != job.subject) {
        details.push(line("alert-number", Args::new().escaped("subject", &job.subject)));
    }
    if !job.note.is_empty() {
        details.push(line("alert-note", Args::new().escaped("note", &job.note)));
    }
    if job.missed > 0 {
        details.push(line("alert-missed", Args::new().number("times", job.missed)));
    }
    let word = |part: &str| tools.text(locale, &format!("alert-{part}-{}", job.kind.as_str()));
    let args = Args::new()
        .text("title", word("title"))
        .text("advice", word("advice"))
        .text("details", details.join("\n"));
    tools.format(locale, "alert-card", &args)
}

fn mail(tools: &Tools, job: &SendAlert, order: Option<&OrderNo>) -> Mail {
    let locale = tools.operators.locale;
    let at = Timestamp(job.bucket);
    let number = order.map_or(job.subject.as_str(), OrderNo::as_str);
    let title = tools.text(locale, &format!("alert-title-{}", job.kind.as_str()));
    let subject = Args::new().text("title", title).text("number", one_line(number));
    // The words of the card, without its markup.
    let card = OutgoingMessage::html(card(tools, job, order)).without_markup().text;
    let time = texts::date_time(locale, at, tools.till.money.time_zone);
    let body = Args::new().text("card", card).text("time", time);
    Mail {
        id: mail_id(&job.dedupe_key()),
        subject: tools.format(locale, "alert-mail-subject", &subject),
        body: tools.format(locale, "alert-mail-body", &body),
        at,
    }
}

/// For a header: a subject may be a foreign word.
fn one_line(text: &str) -> String {
    text.chars().map(|it| if it.is_control() { ' ' } else { it }).take(80).collect()
}

fn mail_id(key: &str) -> String {
    let plain = |it: char| if it.is_ascii_alphanumeric() || it == '-' { it } else { '_' };
    key.chars().map(plain).collect()
}

impl AlertKind {
    /// The word in text keys and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::PaymentConflict => "payment_conflict",
            Self::OrphanCallback => "orphan_callback",
            Self::CallbackNotApplied => "callback_not_applied",
            Self::UnknownProviderWord => "unknown_provider_word",
            Self::SecondCharge => "second_charge",
            Self::BadSignatures => "bad_signatures",
            Self::PaymentUnavailable => "payment_unavailable",
            Self::RefundedTwice => "refunded_twice",
            Self::LateMoney => "late_money",
            Self::ProofMissing => "proof_missing",
            Self::ProofContradicts => "proof_contradicts",
            Self::RefundProblem => "refund_problem",
            Self::OrderFailed => "order_failed",
            Self::JobParked => "job_parked",
            Self::UpdateParked => "update_parked",
            Self::ChartDisagreement => "chart_disagreement",
            Self::ChartFallback => "chart_fallback",
            Self::ModelStopped => "model_stopped",
            Self::ReportHeld => "report_held",
            Self::StockLow => "stock_low",
            Self::EventSinkDisabled => "event_sink_disabled",
            Self::BooksUnsound => "books_unsound",
            Self::PayoutRequested => "payout_requested",
            Self::RefundRequested => "refund_requested",
            Self::PictureFailed => "picture_failed",
            Self::SellingPaused => "selling_paused",
            Self::BalanceLow => "balance_low",
        }
    }
}
