//! A finished report is sent once more: on the buyer's or an operator's wish, or to a buyer who had
//! blocked us when it was ready.

use std::time::Duration;

use sea_orm::DbErr;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::base::Base;
use super::deliver_report::{ATTEMPTS, Delivery, Stopped};
use super::jobs::ResendReport;
use super::mark_unreachable;
use super::tools::Tools;
use crate::audit::{self, AuditError, NewAction};
use crate::kernel::ids::{OrderNo, UserId};
use crate::orders::{self, Actor, OrderError, OrderStatus};
use crate::platform::db::WriteTx;
use crate::platform::jobs::store::{self as jobs, Claimed};
use crate::platform::jobs::{Job, JobError};
use crate::reports::{ReportError, deliveries};

/// How often the report of one order is sent again within [`A_DAY`]; the first messages are still in
/// the chat.
const PER_DAY: i64 = 3;
const A_DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many orders back an undelivered report is looked for.
const LOOK_BACK: u64 = 20;

/// What became of the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resent {
    Started,
    /// It is on its way already; a second tap does not send it twice.
    UnderWay,
    /// It was sent again often enough for a day.
    Enough,
    /// There is no report, or none to be had any more.
    NothingToSend(OrderStatus),
}

#[derive(Debug, thiserror::Error)]
pub enum ResendError {
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the report cannot be read")]
    Report(#[from] ReportError),
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// Plans a new round of the same messages. The caller has made sure that `actor` may ask for it.
pub async fn start(base: &Base, order_no: &OrderNo, actor: &Actor) -> Result<Resent, ResendError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, order_no).await?;
    let last = deliveries::last_round(tx.conn(), order_no).await?.unwrap_or(0);
    // The newest text: a later round may hold another version.
    let parts = deliveries::list(tx.conn(), &base.keyring, (order_no, last)).await?;
    if order.status != OrderStatus::Completed || parts.is_empty() {
        return Ok(Resent::NothingToSend(order.status));
    }
    if is_under_way(&tx, (order_no, last)).await? {
        return Ok(Resent::UnderWay);
    }
    if deliveries::resent_since(tx.conn(), order_no, now.minus(A_DAY)).await? >= PER_DAY {
        return Ok(Resent::Enough);
    }
    let job = ResendReport { order_no: order_no.clone(), round: last.saturating_add(1) };
    deliveries::plan(&tx, &base.keyring, (order_no, job.round), &parts, now).await?;
    jobs::enqueue(&tx, &job, now).await?;
    if let Actor::Operator(_) = actor {
        let operator = actor.to_string();
        let deed = NewAction {
            operator: &operator,
            action: "report.resend",
            subject: order_no.as_str(),
            order_no: Some(order_no),
            details: json!({ "round": job.round }),
        };
        audit::repo::record(&tx, &deed, now).await?;
    }
    tx.commit().await?;
    tracing::info!(order.id = %order_no, actor = %actor, "the report is sent again");
    Ok(Resent::Started)
}

/// The newest order of the user whose report never reached the chat completely.
pub async fn undelivered(base: &Base, user: UserId) -> Result<Option<OrderNo>, ResendError> {
    let db = base.db.read();
    for order in orders::repo::list_of_user(db, user, LOOK_BACK).await? {
        if order.status != OrderStatus::Completed {
            continue;
        }
        let Some(round) = deliveries::last_round(db, &order.order_no).await? else { continue };
        let (sent, all) = deliveries::count(db, (&order.order_no, round)).await?;
        if sent < all {
            return Ok(Some(order.order_no));
        }
    }
    Ok(None)
}

async fn is_under_way(
    tx: &WriteTx,
    (order_no, round): (&OrderNo, i32),
) -> Result<bool, ResendError> {
    if round == 0 {
        // The pipeline's own delivery: the order is completed, so it is over.
        return Ok(false);
    }
    let key = ResendReport { order_no: order_no.clone(), round }.dedupe_key();
    let job = jobs::find(tx.conn(), &key).await?;
    Ok(job.is_some_and(|job| job.status == "ready" || job.status == "running"))
}

#[tracing::instrument(name = "job.report.resend", skip_all, fields(order.id = %job.order_no))]
pub async fn run(
    tools: &Tools,
    job: ResendReport,
    (claimed, stop): (&Claimed, &CancellationToken),
) -> Result<(), JobError> {
    let db = tools.till.base.db.read();
    let order = orders::repo::get(db, &job.order_no).await.map_err(JobError::retry)?;
    let delivery = Delivery { tools, order: &order, round: job.round, claimed, stop };
    let (sent, outcome) = delivery.run().await;
    match outcome {
        Ok(()) => Ok(()),
        // Offered again when the buyer comes back.
        Err(Stopped::Unreachable) => {
            mark_unreachable::run(&tools.till.base, order.user).await.map_err(JobError::retry)
        }
        Err(Stopped::Passing(cause, after)) if sent > 0 || claimed.failures < ATTEMPTS => {
            Err(JobError::Retry { cause, after })
        }
        Err(Stopped::Passing(cause, _) | Stopped::Lasting(cause)) => Err(JobError::Discard(cause)),
        Err(Stopped::Asked) => Err(JobError::Snooze(Duration::ZERO)),
        Err(Stopped::LeaseLost) => Err(JobError::retry(anyhow::anyhow!("the lease was lost"))),
    }
}
