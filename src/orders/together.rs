//! What callbacks that arrive together do to orders, in a few statements for all of them. One by one
//! it is [`super::repo::change`].

use sea_orm::{IdenStatic as _, Iterable as _};

use super::entity::order;
use super::repo::{HISTORY, Note, history_row};
use super::rules::{self, Next};
use super::{Actor, Change, Order, OrderError};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::PaymentNo;
use crate::platform::db::group::GroupTx;
use crate::platform::db::rows::{self, Columns, Kind, Rows};

/// The orders of `payments`, locked, always in the same order; without what was sold and what the buyer
/// answered, which nobody opens here.
pub async fn orders_of(
    tx: &GroupTx<'_>,
    payments: &[&PaymentNo],
) -> Result<Vec<Order>, OrderError> {
    let open: Vec<_> = order::Column::iter()
        .map(|column| match column.as_str() {
            "form_sealed" => "NULL AS form_sealed",
            open => open,
        })
        .collect();
    let lock = if tx.can_lock() { "ORDER BY order_no FOR UPDATE OF orders" } else { "" };
    let sql = format!(
        "SELECT {} FROM orders, {{given}} \
         WHERE order_no = (SELECT order_no FROM payments WHERE payment_no = given.no) {lock}",
        open.join(", ")
    );
    let numbers = payments.iter().map(|no| [no.as_str().into()]).collect();
    let orders = tx.ask::<order::Model>(&[("no", Kind::Text)], numbers, &sql).await?;
    orders.into_iter().map(|order| Order::try_from((order, None))).collect()
}

/// [`super::repo::change`] by [`Change::PaymentSucceeded`] for many orders at once. `false`: one of them was
/// changed meanwhile, and the caller must roll back.
pub async fn pay_all(
    tx: &GroupTx<'_>,
    orders: &mut [&mut Order],
    (actor, reason): (&Actor, &str),
    now: Timestamp,
) -> Result<bool, OrderError> {
    let (mut updates, mut notes) = (Rows::default(), Rows::default());
    for order in orders.iter_mut() {
        let next = rules::next(order.status, order.paid_at.is_some(), Change::PaymentSucceeded)?;
        let Next::To(to) = next else { return Ok(false) };
        let (no, seen) = (order.order_no.as_str(), order.version);
        updates.push([no.into(), to.as_str().into(), now.millis().into(), seen.into()]);
        let note = Note { from: Some(order.status), to, actor, reason };
        notes.push(history_row(&order.order_no, &note, now));
        order.status = to;
        order.paid_at = Some(now);
        order.updated_at = now;
        order.version = order.version.saturating_add(1);
    }
    let wanted = updates.len();
    let written = tx.write(
        UPDATE,
        updates,
        "UPDATE orders SET status = given.to_status, paid_at = given.at, updated_at = given.at, \
         version = version + 1 FROM {given} \
         WHERE order_no = given.no AND version = given.seen",
    );
    let written = written?;
    if usize::try_from(written) != Ok(wanted) {
        metrics::counter!("mingshu_version_conflicts_total", "table" => "orders").increment(1);
        return Ok(false);
    }
    rows::insert(tx, "order_history", HISTORY, notes).await?;
    Ok(true)
}

const UPDATE: &Columns = &[
    ("no", Kind::Text),
    ("to_status", Kind::Text),
    ("at", Kind::Integer),
    ("seen", Kind::Integer),
];
