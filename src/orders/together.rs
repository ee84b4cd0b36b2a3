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
use crate::platform::db::rows::{self, Rows};

/// The orders of `payments`, without what is sealed in them: nobody opens it here.
pub fn orders_of(tx: &GroupTx<'_>, payments: &[&PaymentNo]) -> Result<Vec<Order>, OrderError> {
    let open: Vec<_> = order::Column::iter()
        .map(|column| match column {
            order::Column::ProductSealed => "'' AS product_sealed".to_owned(),
            order::Column::FormSealed => "NULL AS form_sealed".to_owned(),
            open => open.as_str().to_owned(),
        })
        .collect();
    let sql = format!(
        "SELECT {} FROM orders \
         WHERE order_no = (SELECT order_no FROM payments WHERE payment_no = ?1)",
        open.join(", ")
    );
    let numbers = payments.iter().map(|no| [no.as_str().into()]).collect();
    tx.ask::<order::Model>(&sql, numbers)?.into_iter().map(Order::try_from).collect()
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
        "UPDATE orders SET status = ?2, paid_at = ?3, updated_at = ?3, version = version + 1 \
         WHERE order_no = ?1 AND version = ?4",
        updates,
    )?;
    if usize::try_from(written) != Ok(wanted) {
        metrics::counter!("mingshu_version_conflicts_total", "table" => "orders").increment(1);
        return Ok(false);
    }
    rows::insert(tx, "order_history", HISTORY, notes).await?;
    Ok(true)
}
