//! A fresh attempt to pay an order: with the order itself, and again when the buyer chooses another
//! way or the provider refused to open the last one. The order and its deadline stay (seed 002).

use super::jobs::OpenPayment;
use super::settle_payment::SettleError;
use super::till::Till;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo, UserId};
use crate::orders::{self, Order, OrderStatus};
use crate::payments::repo::{self as payments, Evidence};
use crate::payments::{Fact, NewPayment, Payment};
use crate::platform::db::WriteTx;
use crate::platform::jobs::store as jobs;

/// More attempts at one order are no buyer's wish.
pub(super) const MOST_ATTEMPTS: usize = 20;

/// What became of the wish to pay another way.
#[derive(Debug)]
pub enum Switched {
    /// The card of the new payment is on its way.
    Soon,
    /// That is the way already.
    Same(Box<Order>),
    /// Nothing is left to pay.
    Over(Box<Order>),
    /// The provider has no such method, or it was tried too often.
    NotThatWay,
    /// Another person's order, or none.
    NotTheirs,
}

/// The buyer pays by `method` from now on. Money that still comes by the old way is taken all the
/// same. `place`: the message that becomes the payment card.
pub async fn switch(
    till: &Till,
    (user, order_no): (UserId, &OrderNo),
    method: &str,
    place: Option<i64>,
) -> Result<Switched, SettleError> {
    let now = till.base.now();
    let tx = till.base.db.begin_write().await?;
    let order = match orders::repo::find(tx.conn(), order_no).await? {
        Some(order) if order.user == user => orders::repo::lock(&tx, order_no).await?,
        Some(_) | None => return Ok(Switched::NotTheirs),
    };
    if order.status != OrderStatus::PendingPayment || now > order.expires_at {
        return Ok(Switched::Over(Box::new(order)));
    }
    let known = till
        .counter_for(order.total.currency)
        .is_some_and(|counter| counter.methods.iter().any(|offered| offered == method));
    let attempts = payments::list_of_order(tx.conn(), order_no).await?;
    if !known || attempts.len() >= MOST_ATTEMPTS {
        return Ok(Switched::NotThatWay);
    }
    let open = |payment: &&Payment| payment.status.is_open();
    if attempts.iter().rfind(open).is_some_and(|payment| payment.method == method) {
        return Ok(Switched::Same(Box::new(order)));
    }
    for payment in attempts.iter().filter(open) {
        let mut payment = payments::lock(&tx, &payment.payment_no).await?;
        let note = "the buyer chose another way";
        let evidence = Evidence { source: "buyer", evidence_key: None, note };
        payments::apply(&tx, &mut payment, Fact::GivenUp, &evidence, now).await?;
    }
    if place.is_some() {
        orders::repo::save_anchor(&tx, order_no, place).await?;
    }
    write(till, &tx, (&order, Some(method)), now).await?;
    tx.commit().await?;
    Ok(Switched::Soon)
}

/// Writes the payment in `init` and the job that opens it. `None` as method: the default.
pub(super) async fn write(
    till: &Till,
    tx: &WriteTx,
    (order, method): (&Order, Option<&str>),
    now: Timestamp,
) -> Result<(), SettleError> {
    let provider = till.provider_for(order.total.currency);
    let counter =
        till.counter(provider).ok_or_else(|| SettleError::NoProvider(provider.to_owned()))?;
    let method = method.unwrap_or(&counter.default_method);
    let own_end = till.method_ttl.get(method).map(|ttl| now.plus(*ttl));
    let new = NewPayment {
        payment_no: PaymentNo::generate(now),
        order_no: order.order_no.clone(),
        provider: provider.to_owned(),
        dialect: counter.gateway.dialect().to_owned(),
        method: method.to_owned(),
        amount: order.total,
        expires_at: own_end.map_or(order.expires_at, |end| end.min(order.expires_at)),
    };
    payments::insert(tx, &new, now).await?;
    jobs::enqueue(tx, &OpenPayment { payment_no: new.payment_no }, now).await?;
    Ok(())
}
