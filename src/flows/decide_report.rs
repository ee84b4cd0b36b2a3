//! A person decides over a report that the quality gate holds back: it goes out as it is, or the
//! order fails and its money goes back. To have it written again is `retry_order`.

use serde_json::json;

use super::base::Base;
use super::fulfil_order::{Failure, fail_order};
use super::jobs::FulfilOrder;
use crate::audit::{self, AuditError, NewAction};
use crate::catalog::ProductSnapshot;
use crate::kernel::ids::OrderNo;
use crate::orders::{self, Actor, Order, OrderError, OrderStatus, Step};
use crate::platform::db::WriteTx;
use crate::platform::jobs::{Job, store as jobs};
use crate::reports::chapters::{Chapter, ChapterBody};
use crate::reports::draft::Draft;
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
    let held = reports::checks::held(tx.conn(), order_no).await?;
    let is_open = order.status == OrderStatus::Generating && order.step == Step::Report;
    if held.is_empty() || !is_open {
        return Ok(Decided::NothingHeld(order.status));
    }
    let job = FulfilOrder { order_no: order_no.clone() };
    let known = jobs::find(tx.conn(), &job.dedupe_key()).await?;
    if known.is_some_and(|row| row.status == "running") {
        return Ok(Decided::Running);
    }
    write_down(&tx, &order, (decision, operator), now).await?;
    match decision {
        Decision::Release => {
            for part in held {
                release(base, &tx, (&order, part)).await?;
            }
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

/// The last text of a part becomes the report, or a chapter of it.
async fn release(
    base: &Base,
    tx: &WriteTx,
    (order, part): (&Order, i64),
) -> Result<(), DecideError> {
    let (keyring, number, now) = (&base.keyring, &order.order_no, base.now());
    let held = reports::checks::last_text(tx.conn(), keyring, number, part).await?;
    let Some((text, made)) = held else { return Ok(()) };
    if part == WHOLE {
        reports::repo::save_text(tx, keyring, number, (&text, &made), now).await?;
        return Ok(());
    }
    let place = usize::try_from(part.saturating_sub(1)).unwrap_or(usize::MAX);
    let product: ProductSnapshot = order.product(keyring)?;
    let Some(plan) = product.chapters.get(place) else { return Ok(()) };
    let Draft { markdown, summary } = Draft::read(&text);
    let body = ChapterBody { title: plan.title.get(order.locale).to_owned(), markdown, summary };
    let position = i32::try_from(place).unwrap_or(i32::MAX);
    let chapter = Chapter { key: plan.key.clone(), position, body };
    reports::chapters::save(tx, keyring, (number, &chapter), now).await?;
    Ok(())
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
