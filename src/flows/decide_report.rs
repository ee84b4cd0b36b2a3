//! A person decides over a report that the quality gate holds back: it goes out as it is, or the
//! order fails and its money goes back. To have it written again is `retry_order`.

use serde_json::json;

use super::base::Base;
use super::fulfil_order::{Failure, fail_order};
use super::jobs::FulfilOrder;
use crate::audit::{self, AuditError, NewAction};
use crate::kernel::ids::OrderNo;
use crate::orders::{self, Actor, Order, OrderError, OrderStatus, Step};
use crate::platform::db::WriteTx;
use crate::platform::jobs::{Job, store as jobs};
use crate::reports::{self, ReportError};

/// The part number of a report that is written in one piece.
const WHOLE: i64 = 0;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// The last text that was held back is delivered.
    Release,
    /// The order fails.
    GiveUp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    Done,
    /// It is being worked on at this moment.
    Running,
    /// No text of this order is held back.
    NothingHeld(OrderStatus),
}

#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    #[error("the order cannot be read")]
    Order(#[from] OrderError),
    #[error("the report cannot be read")]
    Report(#[from] ReportError),
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the order cannot fail")]
    Fail(#[source] anyhow::Error),
    #[error("the database failed")]
    Db(#[from] sea_orm::DbErr),
}

/// `operator` is the Telegram user who decides; 0 for the shell.
pub async fn run(
    base: &Base,
    order_no: &OrderNo,
    (decision, operator): (Decision, i64),
) -> Result<Decided, DecideError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let mut order = orders::repo::lock(&tx, order_no).await?;
    let held = reports::checks::last_text(tx.conn(), &base.keyring, order_no, WHOLE).await?;
    let is_open = order.status == OrderStatus::Generating && order.step == Step::Report;
    let Some((text, provenance)) = held.filter(|_| is_open) else {
        return Ok(Decided::NothingHeld(order.status));
    };
    let job = FulfilOrder { order_no: order_no.clone() };
    let known = jobs::find(tx.conn(), &job.dedupe_key()).await?;
    if known.is_some_and(|row| row.status == "running") {
        return Ok(Decided::Running);
    }
    write_down(&tx, &order, (decision, operator), now).await?;
    match decision {
        Decision::Release => {
            let what = (text.as_str(), &provenance);
            reports::repo::save_text(&tx, &base.keyring, order_no, what, now).await?;
            jobs::enqueue_again(&tx, &job, now).await?;
        }
        Decision::GiveUp => {
            let reason = "model: the quality gate refuses the report, and an operator gave up";
            let actor = Actor::Operator(operator);
            fail_order(&tx, &mut order, (Failure::Model, reason, &actor), now)
                .await
                .map_err(DecideError::Fail)?;
        }
    }
    tx.commit().await?;
    tracing::info!(order.id = %order_no, actor = %Actor::Operator(operator), "an operator decided over a held report");
    Ok(Decided::Done)
}

async fn write_down(
    tx: &WriteTx,
    order: &Order,
    (decision, operator): (Decision, i64),
    now: crate::kernel::clock::Timestamp,
) -> Result<(), AuditError> {
    let operator = Actor::Operator(operator).to_string();
    let deed = NewAction {
        operator: &operator,
        action: match decision {
            Decision::Release => "report.release",
            Decision::GiveUp => "report.give_up",
        },
        subject: order.order_no.as_str(),
        order_no: Some(&order.order_no),
        details: json!({ "status": order.status, "step": order.step.as_str() }),
    };
    audit::repo::record(tx, &deed, now).await
}
