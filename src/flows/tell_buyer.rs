//! The buyer hears what happened to an order outside the conversation. News that is stale by the
//! time it goes out stays unsaid.

mod answer;
mod card;
mod words;

use super::jobs::{News, TellBuyer};
use super::mark_unreachable;
use super::purchase_message;
use super::tools::Tools;
use crate::kernel::ids::{RefundNo, UserId};
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::SendError;
use crate::notifications::sender::Priority;
use crate::orders::{self, Order, OrderStatus};
use crate::payments::refunds;
use crate::platform::jobs::JobError;
use crate::platform::jobs::store::Claimed;
use crate::platform::texts::{self, Args};
use crate::users;

#[tracing::instrument(name = "job.buyer.tell", skip_all,
    fields(order.id = %job.order_no, news = ?job.news))]
pub async fn run(tools: &Tools, job: TellBuyer, claimed: &Claimed) -> Result<(), JobError> {
    let db = tools.till.base.db.read();
    let order = orders::repo::get(db, &job.order_no).await.map_err(JobError::retry)?;
    if is_stale(job.news, &order) {
        return Ok(());
    }
    let told = match job.news {
        News::PaymentReady => card::show(tools, &order).await?,
        News::QuestionAnswered | News::QuestionFailed => {
            let message = answer::message(tools, &order, &job).await.map_err(JobError::retry)?;
            // Erased meanwhile: there is nothing to say any more.
            let Some(message) = message else { return Ok(()) };
            tools.sender.send(Priority::Urgent, order.user, &message).await.map(|_id| ())
        }
        News::PaymentUnavailable
        | News::AttemptFailed
        | News::PaymentFailed
        | News::PaymentInDoubt
        | News::NotPaidYet
        | News::Reminder
        | News::Closed
        | News::LateMoneyReturns
        | News::LateMoneyHeld
        | News::SurplusReturns
        | News::OrderFailed
        | News::RefundStarted
        | News::RefundSucceeded
        | News::RefundFailed
        | News::RefundRefused
        | News::RewriteFailed => {
            let message = words::message(tools, &order, &job).await.map_err(JobError::retry)?;
            let sent = tools.sender.send(Priority::Urgent, order.user, &message).await;
            if ends(job.news) {
                purchase_message::show_end(tools, &order.order_no).await;
            }
            tell_operator(tools, &order, &job).await;
            sent.map(|_id| ())
        }
    };
    match told {
        Ok(()) => Ok(()),
        Err(error) => untold(tools, &order, (error, claimed)).await,
    }
}

/// The operator who pressed the button hears how it ended. Only a courtesy: the row says it, too.
async fn tell_operator(tools: &Tools, order: &Order, job: &TellBuyer) {
    let key = match job.news {
        News::RefundSucceeded => "refund-result-succeeded",
        News::RefundFailed => "refund-result-failed",
        News::PaymentReady
        | News::PaymentUnavailable
        | News::AttemptFailed
        | News::PaymentFailed
        | News::PaymentInDoubt
        | News::NotPaidYet
        | News::Reminder
        | News::Closed
        | News::LateMoneyReturns
        | News::LateMoneyHeld
        | News::SurplusReturns
        | News::OrderFailed
        | News::RefundStarted
        | News::RefundRefused
        | News::RewriteFailed
        | News::QuestionAnswered
        | News::QuestionFailed => return,
    };
    let db = tools.till.base.db.read();
    let Ok(refund) = refunds::get(db, &RefundNo(job.about.clone())).await else { return };
    let pressed = refund.actor.strip_prefix("operator:").and_then(|id| id.parse().ok());
    // The shell has no chat.
    let Some(operator) = pressed.filter(|id: &i64| *id > 0).map(UserId) else { return };
    let known = users::repo::find(db, operator).await.ok().flatten();
    let locale = known.map_or(tools.operators.locale, |user| user.locale);
    let args = Args::new()
        .text("refund_no", refund.refund_no.as_str())
        .text("order_no", order.order_no.as_str())
        .text("amount", texts::money(locale, refund.amount))
        .escaped("error", refund.last_error.as_deref().unwrap_or("–"));
    let message = OutgoingMessage::html(tools.format(locale, key, &args));
    if let Err(error) = tools.sender.send(Priority::Normal, operator, &message).await {
        let error = &error as &dyn std::error::Error;
        tracing::info!(error, "the operator did not hear of the refund");
    }
}

/// About an order that must still be paid, and is not waiting for it any more.
fn is_stale(news: News, order: &Order) -> bool {
    let pending = order.status == OrderStatus::PendingPayment;
    match news {
        News::PaymentReady
        | News::PaymentUnavailable
        | News::AttemptFailed
        | News::NotPaidYet
        | News::Reminder => !pending,
        News::Closed => order.status != OrderStatus::Closed,
        News::PaymentFailed
        | News::PaymentInDoubt
        | News::LateMoneyReturns
        | News::LateMoneyHeld
        | News::SurplusReturns
        | News::OrderFailed
        | News::RefundStarted
        | News::RefundSucceeded
        | News::RefundFailed
        | News::RefundRefused
        | News::RewriteFailed
        | News::QuestionAnswered
        | News::QuestionFailed => false,
    }
}

/// News after which the purchase's message must not look as if something went on, or as if it
/// could still be paid.
fn ends(news: News) -> bool {
    match news {
        News::PaymentFailed
        | News::PaymentInDoubt
        | News::Closed
        | News::LateMoneyReturns
        | News::OrderFailed
        | News::RefundStarted
        | News::RefundSucceeded
        | News::RefundFailed => true,
        News::PaymentReady
        | News::PaymentUnavailable
        | News::AttemptFailed
        | News::NotPaidYet
        | News::Reminder
        | News::LateMoneyHeld
        | News::SurplusReturns
        | News::RefundRefused
        | News::RewriteFailed
        | News::QuestionAnswered
        | News::QuestionFailed => false,
    }
}

async fn untold(
    tools: &Tools,
    order: &Order,
    (error, claimed): (SendError, &Claimed),
) -> Result<(), JobError> {
    match error {
        SendError::Unreachable(_) => {
            mark_unreachable::run(&tools.till.base, order.user).await.map_err(JobError::retry)
        }
        // It may have arrived: said twice at most.
        SendError::Unknown(_) if claimed.failures > 0 => Ok(()),
        SendError::TooFast(pause) => {
            Err(JobError::Retry { cause: error.into(), after: Some(pause) })
        }
        SendError::NotSent(_) | SendError::Unknown(_) => Err(JobError::retry(error)),
        SendError::Markup(_) | SendError::NotEditable(_) | SendError::Refused { .. } => {
            Err(JobError::discard(error))
        }
    }
}
