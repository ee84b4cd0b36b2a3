//! Something happened to an order, a payment or a refund: the event is written within the
//! transaction that causes it (spec.md §4 rule 15).
//!
//! The shapes are a promise to whoever listens: docs/events.md and the schemas in docs/events/
//! describe them, and tests/it/events.rs holds the two together. Numbers, states and amounts only:
//! never what a buyer told us, never who they are. A field may be added; whatever changes or takes
//! one away is version 2 of that event.

use serde_json::{Value, json};

use super::settle_payment::SettleError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::RefundNo;
use crate::kernel::money::Money;
use crate::orders::Order;
use crate::payments::ports::StatedAmount;
use crate::payments::{Payment, refunds};
use crate::platform::db::WriteTx;
use crate::platform::outbox::{self, NewEvent};

/// `order.…`
pub(super) async fn order(
    tx: &WriteTx,
    kind: &str,
    order: &Order,
    now: Timestamp,
) -> Result<(), sea_orm::DbErr> {
    outbox::write(tx, order_event(kind, order), now).await
}

/// [`order`], still to be written.
pub(super) fn order_event<'a>(kind: &'a str, order: &'a Order) -> NewEvent<'a> {
    let payload = json!({
        "order_no": order.order_no,
        "sku": order.sku,
        "status": order.status,
        "price": amount(order.price),
        "discount": amount(order.discount),
        "total": amount(order.total),
        "failure": failure_class(order),
        "test": order.test,
    });
    NewEvent { kind, subject: order.order_no.as_str(), payload }
}

/// `payment.…`; `stated` is what the provider says it took, when that is what the event is about.
pub(super) async fn payment(
    tx: &WriteTx,
    kind: &str,
    (order, payment, stated): (&Order, &Payment, Option<&StatedAmount>),
    now: Timestamp,
) -> Result<(), sea_orm::DbErr> {
    outbox::write(tx, payment_event(kind, (order, payment, stated)), now).await
}

/// [`payment`], still to be written.
pub(super) fn payment_event<'a>(
    kind: &'a str,
    (order, payment, stated): (&'a Order, &Payment, Option<&StatedAmount>),
) -> NewEvent<'a> {
    let payload = json!({
        "payment_no": payment.payment_no,
        "order_no": order.order_no,
        "sku": order.sku,
        "status": payment.status,
        "provider": payment.provider,
        "method": payment.method,
        "amount": amount(payment.amount),
        "stated": stated.map(|stated| {
            json!({ "decimal": stated.amount, "currency": stated.currency })
        }),
        "test": order.test,
    });
    NewEvent { kind, subject: order.order_no.as_str(), payload }
}

/// `refund.…`, as the refund's row stands now.
pub(super) async fn refund(
    tx: &WriteTx,
    kind: &str,
    (order, number): (&Order, &RefundNo),
    now: Timestamp,
) -> Result<(), SettleError> {
    let refund = refunds::get(tx.conn(), number).await?;
    let payload = json!({
        "refund_no": refund.refund_no,
        "payment_no": refund.payment_no,
        "order_no": order.order_no,
        "sku": order.sku,
        "status": refund.status,
        "order_status": order.status,
        "amount": amount(refund.amount),
        "initiator": initiator(&refund.actor),
        "test": order.test,
    });
    let event = NewEvent { kind, subject: order.order_no.as_str(), payload };
    outbox::write(tx, event, now).await?;
    Ok(())
}

fn amount(money: Money) -> Value {
    json!({ "minor": money.minor, "currency": money.currency, "decimal": money.to_major() })
}

/// The class before the colon; what follows it is for operators only.
fn failure_class(order: &Order) -> Option<&str> {
    let (class, _details) = order.failure.as_deref()?.split_once(':').unwrap_or(("payment", ""));
    Some(class)
}

/// Whether a person started it. Which person is nobody's business outside.
fn initiator(actor: &str) -> &'static str {
    if actor.starts_with("operator:") { "operator" } else { "system" }
}
