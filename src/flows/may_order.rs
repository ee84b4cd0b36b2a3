//! Whether a person may order a product now: what operators have switched off stands in the way.

use std::collections::BTreeSet;

use sea_orm::DbErr;

use super::capacity::{self, CapacityError, Strain};
use super::till::Till;
use crate::catalog::{Product, shelf};
use crate::kernel::ids::{Sku, UserId};
use crate::platform::db::WriteTx;
use crate::shop::{self, Maintenance};
use crate::users::{self, UserError};

/// Why not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The whole shop is.
    Maintenance,
    /// This product is not sold for the time being.
    Paused,
    /// This person is turned away.
    Blocked,
    /// What is sold could not be written now.
    Busy,
}

#[derive(Debug, thiserror::Error)]
pub enum MayOrderError {
    #[error("nobody knows whether the shop can write")]
    Capacity(#[from] CapacityError),
    #[error("the user cannot be read")]
    User(#[from] UserError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// What is switched off, read once for a turn of the talk.
#[derive(Debug, Clone, Default)]
pub struct SwitchedOff {
    pub maintenance: Option<Maintenance>,
    pub paused: BTreeSet<Sku>,
    pub strain: Option<Strain>,
}

impl SwitchedOff {
    /// Test products are for operators, who try them while the shop is closed.
    pub fn closes(&self, product: &Product) -> Option<Closed> {
        if self.maintenance.is_some() && !product.test {
            return Some(Closed::Maintenance);
        }
        if self.paused.contains(&product.sku) {
            return Some(Closed::Paused);
        }
        self.strain.filter(|_strain| product.needs_writer()).map(|_strain| Closed::Busy)
    }
}

pub async fn look(till: &Till) -> Result<SwitchedOff, MayOrderError> {
    let db = till.base.db.read();
    let maintenance = shop::repo::find_maintenance(db).await?;
    let (paused, strain) = (shelf::paused(db).await?, capacity::look(till).await?);
    Ok(SwitchedOff { maintenance, paused, strain })
}

/// The same in the transaction of an order. `None`: nothing stands in the way.
pub(super) async fn ask(
    till: &Till,
    tx: &WriteTx,
    (product, user): (&Product, UserId),
) -> Result<Option<Closed>, MayOrderError> {
    if is_blocked(tx, user).await? {
        return Ok(Some(Closed::Blocked));
    }
    let maintenance = shop::repo::find_maintenance(tx.conn()).await?;
    let paused = shelf::paused(tx.conn()).await?;
    let strain = capacity::look_in(till, tx).await?;
    Ok(SwitchedOff { maintenance, paused, strain }.closes(product))
}

/// Whether something may be done now for an order that was paid before, of a `test` product or not.
pub(super) async fn serve(
    tx: &WriteTx,
    test: bool,
    user: UserId,
) -> Result<Option<Closed>, UserError> {
    if is_blocked(tx, user).await? {
        return Ok(Some(Closed::Blocked));
    }
    let maintenance = shop::repo::find_maintenance(tx.conn()).await?;
    Ok(maintenance.filter(|_closed| !test).map(|_closed| Closed::Maintenance))
}

async fn is_blocked(tx: &WriteTx, user: UserId) -> Result<bool, UserError> {
    let user = users::repo::find(tx.conn(), user).await?;
    Ok(user.is_some_and(|user| user.blocked_at.is_some()))
}
