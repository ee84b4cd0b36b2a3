//! A promoter hears what an operator decided about a payout.

use super::jobs::TellPromoter;
use super::mark_unreachable;
use super::tools::Tools;
use crate::affiliates;
use crate::affiliates::payouts::{self, PayoutStatus};
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::SendError;
use crate::notifications::sender::Priority;
use crate::platform::jobs::JobError;
use crate::platform::jobs::store::Claimed;
use crate::platform::texts::{self, Args};
use crate::users;

#[tracing::instrument(name = "job.promoter.tell", skip_all, fields(payout.id = %job.payout_no))]
pub async fn run(tools: &Tools, job: TellPromoter, claimed: &Claimed) -> Result<(), JobError> {
    let db = tools.till.base.db.read();
    let payout = payouts::find(db, &job.payout_no).await.map_err(JobError::retry)?;
    let Some(payout) = payout else { return Ok(()) };
    let key = match payout.status {
        PayoutStatus::Requested => return Ok(()),
        PayoutStatus::Paid => "payout-paid",
        PayoutStatus::Rejected => "payout-rejected",
    };
    let own = affiliates::repo::find(db, payout.code.as_str()).await.map_err(JobError::retry)?;
    let Some(own) = own else { return Ok(()) };
    let user = users::repo::find(db, own.user).await.map_err(JobError::retry)?;
    let locale = user.map_or(tools.operators.locale, |user| user.locale);
    let args = Args::new()
        .text("payout_no", payout.payout_no.as_str())
        .text("amount", texts::money(locale, payout.amount))
        .escaped("words", payout.reference.as_deref().unwrap_or("–"));
    let message = OutgoingMessage::html(tools.format(locale, key, &args));
    match tools.sender.send(Priority::Normal, own.user, &message).await {
        Ok(_id) => Ok(()),
        Err(SendError::Unreachable(_)) => {
            mark_unreachable::run(&tools.till.base, own.user).await.map_err(JobError::retry)
        }
        // It may have arrived: said twice at most.
        Err(SendError::Unknown(_)) if claimed.failures > 0 => Ok(()),
        Err(error @ SendError::TooFast(pause)) => {
            Err(JobError::Retry { cause: error.into(), after: Some(pause) })
        }
        Err(error @ (SendError::NotSent(_) | SendError::Unknown(_))) => Err(JobError::retry(error)),
        Err(
            error @ (SendError::Markup(_) | SendError::NotEditable(_) | SendError::Refused { .. }),
        ) => Err(JobError::discard(error)),
    }
}
