//! Whether a person may order a product now: what operators have switched off stands in the way.

use std::collections::BTreeSet;

use sea_orm::DbErr;

use super::base::Base;
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
}

/// What is switched off, read once for a turn of the talk.
#[derive(Debug, Clone, Default)]
pub struct SwitchedOff {
    pub maintenance: Option<Maintenance>,
    pub paused: BTreeSet<Sku>,
}

impl SwitchedOff {
    /// Test products are for operators, who try them while the shop is closed.
    pub fn closes(&self, product: &Product) -> Option<Closed> {
        if self.maintenance.is_some() && !product.test {
            return Some(Closed::Maintenance);
        }
        self.paused.contains(&product.sku).then_some(Closed::Paused)
    }
}

pub async fn look(base: &Base) -> Result<SwitchedOff, DbErr> {
    let db = base.db.read();
    let maintenance = shop::repo::find_maintenance(db).await?;
    Ok(SwitchedOff { maintenance, paused: shelf::paused(db).await? })
}

/// The same in the transaction of an order. `None`: nothing stands in the way.
pub(super) async fn ask(
    tx: &WriteTx,
    product: &Product,
    user: UserId,
) -> Result<Option<Closed>, UserError> {
    let db = tx.conn();
    if users::repo::find(db, user).await?.is_some_and(|user| user.blocked_at.is_some()) {
        return Ok(Some(Closed::Blocked));
    }
    let maintenance = shop::repo::find_maintenance(db).await?;
    Ok(SwitchedOff { maintenance, paused: shelf::paused(db).await? }.closes(product))
}
