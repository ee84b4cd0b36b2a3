//! What callbacks that arrive together do to orders, in a few statements for all of them. One by one
//! it is [`super::repo::change`].

use super::entity::order;
use super::repo::{HISTORY, Note, history_row};
use super::rules::{self, Next};
use super::{Actor, Change, Order, OrderError};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::PaymentNo;
use crate::platform::db::WriteTx;
use crate::platform::db::rows::{self, Answer, Columns, Kind, Questions, Rows};

/// Asks for the orders of `payments` and, on Postgres, locks their rows, always in the same order.
pub fn ask_for_orders(questions: &mut Questions, payments: &[&PaymentNo]) {
    let lock = if questions.can_lock() { "ORDER BY order_no FOR UPDATE" } else { "" };
    let numbers = payments.iter().map(|no| [no.as_str().into()]).collect();
    questions.add(&[("no", Kind::Text)], numbers, |given| {
        format!(
            "SELECT * FROM orders WHERE order_no IN (SELECT payments.order_no FROM {given} \
             JOIN payments ON payments.payment_no = given.no) {lock}"
        )
    });
}

/// The answer to [`ask_for_orders`].
pub fn read_orders(answer: &Answer) -> Result<Vec<Order>, OrderError> {
    answer.read::<order::Model>()?.into_iter().map(Order::try_from).collect()
}

/// [`super::repo::change`] by [`Change::PaymentSucceeded`] for many orders at once. `false`: one of them was
/// changed meanwhile, and the caller must roll back.
pub async fn pay_all(
    tx: &WriteTx,
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
    let written = rows::write(tx, UPDATE, updates, |given| {
        format!(
            "UPDATE orders SET status = given.to_status, paid_at = given.at, \
             updated_at = given.at, version = version + 1 FROM {given} \
             WHERE orders.order_no = given.no AND orders.version = given.seen"
        )
    });
    if usize::try_from(written.await?) != Ok(wanted) {
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
