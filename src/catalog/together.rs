//! What callbacks that arrive together do to the stock, in a few statements for all of them. One by
//! one it is [`super::stock::confirm`].

use std::collections::BTreeMap;

use sea_orm::DbErr;
use serde::Deserialize;

use super::movements::Reason;
use super::stock::{self, MOVEMENT, Piece, can_follow, day_of, movement};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::db::group::GroupTx;
use crate::platform::db::rows::{self, Columns, Kind, Rows};

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

/// What these orders did with their pieces so far.
pub async fn movements_of(tx: &GroupTx<'_>, orders: &[&OrderNo]) -> Result<Made, DbErr> {
    let numbers = orders.iter().map(|no| [no.as_str().into()]).collect();
    let sql = "SELECT sku, order_no, reason, day FROM stock_movements, {given} \
               WHERE order_no = given.no";
    let mut made = BTreeMap::<_, Vec<_>>::new();
    for Row { sku, order_no, reason, day } in tx.ask(&[("no", Kind::Text)], numbers, sql).await? {
        made.entry((sku, order_no)).or_default().push((stock::reason(&reason)?, day));
    }
    for movements in made.values_mut() {
        movements.sort_by_key(|(reason, _)| reason.sequence());
    }
    Ok(Made(made))
}

/// [`super::stock::confirm`] for many orders at once, of which `made` is known.
pub async fn confirm_all(
    tx: &GroupTx<'_>,
    (pieces, Made(made)): (&[Piece<'_>], &Made),
    now: Timestamp,
) -> Result<(), DbErr> {
    let mut movements = Rows::default();
    let (mut of_products, mut of_days) = (BTreeMap::new(), BTreeMap::new());
    for (sku, order) in pieces {
        let Some(made) = made.get(&(sku.0.clone(), order.0.clone())) else { continue };
        if !can_follow(made, Reason::Confirm) {
            continue;
        }
        let day = day_of(made);
        movements.push(movement((sku, order), (Reason::Confirm, day), now));
        *of_products.entry((sku.as_str(), None)).or_insert(0) += 1;
        if day.is_some() {
            *of_days.entry((sku.as_str(), day)).or_insert(0) += 1;
        }
    }
    rows::insert(tx, "stock_movements", MOVEMENT, movements).await?;
    count_all(tx, ("stock_days", "AND stock_days.day = given.day"), &of_days, now)?;
    count_all(tx, ("products", ""), &of_products, now)
}

/// So many pieces are sold now that were reserved before, by product and day.
fn count_all(
    tx: &GroupTx<'_>,
    (table, of_day): (&str, &str),
    sold: &BTreeMap<(&str, Option<&str>), i64>,
    now: Timestamp,
) -> Result<(), DbErr> {
    let (reserved, confirmed) = Reason::Confirm.effect();
    let row = |((sku, day), pieces): (&(&str, Option<&str>), &i64)| {
        let (reserved, sold) =
            (reserved.saturating_mul(*pieces), confirmed.saturating_mul(*pieces));
        [(*sku).into(), (*day).into(), reserved.into(), sold.into(), now.millis().into()]
    };
    // Floored, as for one piece.
    let sql = format!(
        "UPDATE {table} SET \
         reserved = CASE WHEN reserved + given.more_reserved > 0 \
         THEN reserved + given.more_reserved ELSE 0 END, \
         sold = CASE WHEN sold + given.more_sold > 0 THEN sold + given.more_sold ELSE 0 END, \
         updated_at = given.at FROM {{given}} WHERE {table}.sku = given.sku {of_day}"
    );
    tx.write(COUNTED, sold.iter().map(row).collect(), &sql)?;
    Ok(())
}

const COUNTED: &Columns = &[
    ("sku", Kind::Text),
    ("day", Kind::Text),
    ("more_reserved", Kind::Integer),
    ("more_sold", Kind::Integer),
    ("at", Kind::Integer),
];
