//! Operators hear what needs them, in their own language.

use super::jobs::{AlertKind, SendAlert};
use super::tools::Tools;
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::SendError;
use crate::notifications::sender::Priority;
use crate::platform::jobs::JobError;
use crate::platform::texts::Args;

#[tracing::instrument(name = "job.alert.send", skip_all, fields(alert.kind = ?job.kind))]
pub async fn run(tools: &Tools, job: SendAlert) -> Result<(), JobError> {
    tracing::error!(alert.subject = %job.subject, alert.note = %job.note, "alert");
    metrics::counter!("mingshu_alerts_total", "kind" => job.kind.as_str()).increment(1);
    let Some(chat) = tools.operators.alert_chat else { return Ok(()) };
    let message = OutgoingMessage::html(text(tools, &job));
    match tools.sender.send(Priority::Normal, chat, &message).await {
        Ok(_id) => Ok(()),
        Err(SendError::TooFast(pause)) => {
            Err(JobError::Retry { cause: SendError::TooFast(pause).into(), after: Some(pause) })
        }
        Err(error @ (SendError::NotSent(_) | SendError::Unknown(_))) => Err(JobError::retry(error)),
        Err(
            error @ (SendError::Unreachable(_)
            | SendError::Markup(_)
            | SendError::NotEditable(_)
            | SendError::Refused { .. }),
        ) => Err(JobError::discard(error)),
    }
}

fn text(tools: &Tools, job: &SendAlert) -> String {
    let locale = tools.operators.locale;
    let word = |part: &str| tools.text(locale, &format!("alert-{part}-{}", job.kind.as_str()));
    let args = Args::new()
        .text("title", word("title"))
        .text("advice", word("advice"))
        .escaped("subject", &job.subject)
        .escaped("note", &job.note);
    tools.format(locale, "alert-card", &args)
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
            Self::StockLow => "stock_low",
            Self::EventSinkDisabled => "event_sink_disabled",
            Self::BooksUnsound => "books_unsound",
        }
    }
}
