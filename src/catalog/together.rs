//! What callbacks that arrive together do to the stock, in a few statements for all of them. One by
//! one it is [`super::stock::confirm`].

use std::collections::BTreeMap;

use sea_orm::DbErr;
use serde::Deserialize;

use super::movements::Reason;
use super::stock::{self, MOVEMENT, Piece, can_follow, day_of, movement};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::PaymentNo;
use crate::platform::db::group::GroupTx;
use crate::platform::db::rows::{self, Kind, Rows};

/// What orders did with their pieces so far, by product and order.
pub struct Made(BTreeMap<(String, String), Movements>);

/// Movements of one piece with their days, in the order of happening.
type Movements = Vec<(Reason, Option<String>)>;

#[derive(Deserialize)]
struct Row {
    sku: String,
    order_no: String,
    reason: String,
    day: Option<String>,
}

/// What the orders of `payments` did with their pieces so far.
pub async fn movements_of(tx: &GroupTx<'_>, payments: &[&PaymentNo]) -> Result<Made, DbErr> {
    let numbers = payments.iter().map(|no| [no.as_str().into()]).collect();
    let sql = "SELECT sku, order_no, reason, day FROM stock_movements, {given} WHERE order_no = \
               (SELECT payments.order_no FROM payments WHERE payment_no = given.no)";
    let mut made = BTreeMap::<_, Vec<_>>::new();
    for Row { sku, order_no, reason, day } in tx.ask(&[("no", Kind::Text)], numbers, sql).await? {
        made.entry((sku, order_no)).or_default().push((stock::reason(&reason)?, day));
    }
    for movements in made.values_mut() {
        movements.sort_by_key(|(reason, _)| reason.sequence());
        // Two payments of one order bring them twice.
        movements.dedup();
    }
    Ok(Made(made))
}

/// [`super::stock::confirm`] for many orders at once, of which `made` is known. Their pieces were taken
/// before, and so no counter moves.
pub async fn confirm_all(
    tx: &GroupTx<'_>,
    (pieces, Made(made)): (&[Piece<'_>], &Made),
    now: Timestamp,
) -> Result<(), DbErr> {
    let mut movements = Rows::default();
    for (sku, order) in pieces {
        let Some(made) = made.get(&(sku.0.clone(), order.0.clone())) else { continue };
        if can_follow(made, Reason::Confirm) {
            movements.push(movement((sku, order), (Reason::Confirm, day_of(made)), now));
        }
    }
    rows::insert(tx, "stock_movements", MOVEMENT, movements).await?;
    Ok(())
}
