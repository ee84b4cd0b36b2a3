//! A message of the shop to many: an operator begins and steers it, the worker gathers who belongs
//! to its segment and sends, a few messages a second.
//!
//! Here the beginning and the steering; `audience` knows who belongs to a segment, `send` does the
//! work, `progress` tells the operator.

mod audience;
pub mod progress;
mod send;

use sea_orm::DbErr;
use serde_json::json;

pub use audience::count;
pub use send::{AT_ONCE, PAUSE, run};

use super::base::Base;
use super::jobs::SendBroadcast;
use crate::audit::{self, AuditError, NewAction};
use crate::broadcasts::repo::{self, NewBroadcast};
use crate::broadcasts::{Broadcast, BroadcastStatus};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::orders::{Actor, OrderError};
use crate::platform::db::WriteTx;
use crate::platform::jobs::store as jobs;
use crate::users::UserError;

/// What an operator does with a broadcast that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Steer {
    Pause,
    Resume,
    /// For good.
    Stop,
}

#[derive(Debug, thiserror::Error)]
pub enum BroadcastError {
    #[error("the readers cannot be read")]
    User(#[from] UserError),
    #[error("the buyers cannot be read")]
    Order(#[from] OrderError),
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// Begins it; the worker does the rest. `false`: it was begun before.
pub async fn start(base: &Base, new: &NewBroadcast<'_>) -> Result<bool, BroadcastError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    if !repo::insert(&tx, new, now).await? {
        return Ok(false);
    }
    let details =
        json!({ "segment": new.segment.as_str(), "characters": new.body.chars().count() });
    write_down(&tx, ("broadcast.start", new.no, details), new.operator, now).await?;
    jobs::enqueue(&tx, &SendBroadcast { broadcast_no: new.no.to_owned() }, now).await?;
    tx.commit().await?;
    Ok(true)
}

/// `false`: it cannot be steered so any more.
pub async fn steer(
    base: &Base,
    (no, steer): (&str, Steer),
    operator: UserId,
) -> Result<bool, BroadcastError> {
    use BroadcastStatus::{Paused, Running, Stopped};
    let (before, to, action): (&[BroadcastStatus], _, _) = match steer {
        Steer::Pause => (&[Running], Paused, "broadcast.pause"),
        Steer::Resume => (&[Paused], Running, "broadcast.resume"),
        Steer::Stop => (&[Running, Paused], Stopped, "broadcast.stop"),
    };
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let changed = repo::change(&tx, no, (before, to), now).await?;
    if changed {
        write_down(&tx, (action, no, json!({})), operator, now).await?;
        // The worker shows the operator how it stands.
        jobs::enqueue_again(&tx, &SendBroadcast { broadcast_no: no.to_owned() }, now).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// A broadcast, with how many of its recipients are in which state.
pub async fn look(
    base: &Base,
    no: &str,
) -> Result<Option<(Broadcast, progress::Counts)>, BroadcastError> {
    let db = base.db.read();
    let Some(broadcast) = repo::find(db, no).await? else { return Ok(None) };
    let counts = progress::Counts::of(&repo::counts(db, no).await?);
    Ok(Some((broadcast, counts)))
}

async fn write_down(
    tx: &WriteTx,
    (action, no, details): (&str, &str, serde_json::Value),
    operator: UserId,
    now: Timestamp,
) -> Result<(), AuditError> {
    let operator = Actor::Operator(operator.0).to_string();
    let deed = NewAction { operator: &operator, action, subject: no, order_no: None, details };
    audit::repo::record(tx, &deed, now).await
}
