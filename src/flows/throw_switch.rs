//! What operators switch on and off: the sale of a product, the shop as a whole, a person's way in.
//! Each deed says what is to be so afterwards and is written down when it changed something.

use sea_orm::DbErr;
use serde_json::json;

use crate::audit::{self, AuditError, NewAction};
use crate::catalog::shelf;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{Sku, UserId};
use crate::kernel::switch::Switch;
use crate::orders::Actor;
use crate::platform::db::{Db, WriteTx};
use crate::shop;
use crate::users::{self, UserError};

#[derive(Debug, thiserror::Error)]
pub enum SwitchError {
    #[error("the user cannot be written")]
    User(#[from] UserError),
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// Sells a product, or pauses it; orders that were placed go on. `false`: it was so before.
pub async fn product(
    db: &Db,
    (sku, wish): (&Sku, Switch),
    operator: &Actor,
    now: Timestamp,
) -> Result<bool, SwitchError> {
    let tx = db.begin_write().await?;
    let changed = shelf::switch(&tx, (sku, wish), now).await?;
    if changed {
        let action = if wish.is_on() { "product.sell" } else { "product.pause" };
        write_down(&tx, (action, sku.as_str()), operator, now).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// Closes the shop for new orders (`On`), or opens it. `false`: it was so before.
pub async fn maintenance(
    db: &Db,
    wish: Switch,
    operator: &Actor,
    now: Timestamp,
) -> Result<bool, SwitchError> {
    let tx = db.begin_write().await?;
    let changed = match wish {
        Switch::On => shop::repo::insert_maintenance(&tx, &operator.to_string(), now).await?,
        Switch::Off => shop::repo::end_maintenance(&tx).await?,
    };
    if changed {
        let action = if wish.is_on() { "maintenance.on" } else { "maintenance.off" };
        write_down(&tx, (action, "shop"), operator, now).await?;
    }
    tx.commit().await?;
    tracing::info!(maintenance = wish.as_str(), changed, "maintenance was switched");
    Ok(changed)
}

/// Turns a person away (`On`), or lets them in again. What they paid for is delivered all the same.
/// `false`: it was so before, or nobody knows the person.
pub async fn block(
    db: &Db,
    (user, wish): (UserId, Switch),
    operator: &Actor,
    now: Timestamp,
) -> Result<bool, SwitchError> {
    let tx = db.begin_write().await?;
    let changed = users::repo::save_block(&tx, (user, wish), now).await?;
    if changed {
        let action = if wish.is_on() { "user.block" } else { "user.unblock" };
        write_down(&tx, (action, &user.to_string()), operator, now).await?;
    }
    tx.commit().await?;
    Ok(changed)
}

/// The one sentence that a person who is turned away gets. `true`: say it now. It counts as said
/// before it is sent: rather never than twice.
pub async fn may_tell_blocked(db: &Db, user: UserId, now: Timestamp) -> Result<bool, SwitchError> {
    let tx = db.begin_write().await?;
    let first = users::repo::save_told(&tx, user, now).await?;
    tx.commit().await?;
    Ok(first)
}

async fn write_down(
    tx: &WriteTx,
    (action, subject): (&str, &str),
    operator: &Actor,
    now: Timestamp,
) -> Result<(), AuditError> {
    let operator = operator.to_string();
    let deed =
        NewAction { operator: &operator, action, subject, order_no: None, details: json!({}) };
    audit::repo::record(tx, &deed, now).await
}
