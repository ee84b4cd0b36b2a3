//! The buyer hears what happened to an order outside the conversation. News that is stale by the
//! time it goes out stays unsaid.

mod card;
mod words;

use super::jobs::{News, TellBuyer};
use super::mark_unreachable;
use super::purchase_message;
use super::tools::Tools;
use crate::notifications::ports::SendError;
use crate::notifications::sender::Priority;
use crate::orders::{self, Order, OrderStatus};
use crate::platform::jobs::JobError;
use crate::platform::jobs::store::Claimed;

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
        | News::RefundFailed => {
            let message = words::message(tools, &order, &job).await.map_err(JobError::retry)?;
            let sent = tools.sender.send(Priority::Urgent, order.user, &message).await;
            if ends(job.news) {
                purchase_message::show_end(tools, &order.order_no).await;
            }
            sent.map(|_id| ())
        }
    };
    match told {
        Ok(()) => Ok(()),
        Err(error) => untold(tools, &order, (error, claimed)).await,
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
        | News::RefundFailed => false,
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
        | News::SurplusReturns => false,
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
