//! What callbacks that arrive together do to the stock, in a few statements for all of them. One by
//! one it is [`super::stock::confirm`].

use std::collections::BTreeMap;

use sea_orm::DbErr;

use super::movements::Reason;
use super::stock::{MOVEMENT, Piece, can_follow, day_of, movement, movement_of};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::db::WriteTx;
use crate::platform::db::rows::{self, Answer, Columns, Kind, Questions, Rows};

/// What orders did with their pieces so far, by product and order.
pub struct Made(BTreeMap<(String, String), Movements>);

/// Movements of one piece with their days, in the order of happening.
type Movements = Vec<(Reason, Option<String>)>;

/// Asks what these orders did with their pieces so far.
pub fn ask_for_movements(questions: &mut Questions, orders: &[&OrderNo]) {
    let numbers = orders.iter().map(|no| [no.as_str().into()]).collect();
    questions.add(&[("no", Kind::Text)], numbers, |given| {
        format!(
            "SELECT sku, order_no, reason, day FROM stock_movements \
             WHERE order_no IN (SELECT no FROM {given})"
        )
    });
}

/// The answer to [`ask_for_movements`].
pub fn read_movements(Answer(rows): &Answer) -> Result<Made, DbErr> {
    let mut made = BTreeMap::<_, Vec<_>>::new();
    for row in rows {
        let piece = (row.try_get("", "sku")?, row.try_get("", "order_no")?);
        made.entry(piece).or_default().push(movement_of(row)?);
    }
    for movements in made.values_mut() {
        movements.sort_by_key(|(reason, _)| reason.sequence());
    }
    Ok(Made(made))
}

/// [`super::stock::confirm`] for many orders at once, of which `made` is known.
pub async fn confirm_all(
    tx: &WriteTx,
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
    count_all(tx, ("stock_days", "AND stock_days.day = given.day"), &of_days, now).await?;
    count_all(tx, ("products", ""), &of_products, now).await
}

/// So many pieces are sold now that were reserved before, by product and day.
async fn count_all(
    tx: &WriteTx,
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
    rows::write(tx, COUNTED, sold.iter().map(row).collect(), |given| {
        // Floored, as for one piece.
        format!(
            "UPDATE {table} SET \
             reserved = CASE WHEN reserved + more_reserved > 0 THEN reserved + more_reserved ELSE 0 END, \
             sold = CASE WHEN sold + more_sold > 0 THEN sold + more_sold ELSE 0 END, \
             updated_at = given.at FROM {given} WHERE {table}.sku = given.sku {of_day}"
        )
    })
    .await?;
    Ok(())
}

const COUNTED: &Columns = &[
    ("sku", Kind::Text),
    ("day", Kind::Text),
    ("more_reserved", Kind::Integer),
    ("more_sold", Kind::Integer),
    ("at", Kind::Integer),
];
