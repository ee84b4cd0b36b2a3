//! What happened to money is written into the money book, in the transaction in which it happened.
//! The only way into the book (`payments::ledger` has the rules).

use crate::affiliates::repo::NewCommission;
use crate::kernel::clock::Timestamp;
use crate::kernel::money::{Currency, Money};
use crate::orders::Order;
use crate::payments::ledger::rules::Charge;
use crate::payments::ledger::{Fact, postings, repo as book};
use crate::payments::ports::Observation;
use crate::payments::repo as payments;
use crate::payments::{Payment, PaymentError, PaymentStatus, Refund};
use crate::platform::db::WriteTx;

/// A payment's money is there: the agreed amount, or what was accepted instead.
pub(super) async fn payment_succeeded(
    tx: &WriteTx,
    payment: &Payment,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let in_doubt = book::in_doubt(tx.conn(), payment).await?;
    let charge = charge(payment);
    // What an operator accepts is what came, not what was agreed.
    let amount = payment.received();
    write(tx, &Fact::PaymentSucceeded { charge, amount, in_doubt }, now).await
}

/// Money arrived that does not match. Of a payment that succeeded before, it is only a rumour,
/// unless the provider speaks of another charge.
pub(super) async fn money_in_doubt(
    tx: &WriteTx,
    payment: &Payment,
    observation: &Observation,
    now: Timestamp,
) -> Result<(), PaymentError> {
    if payment.status == PaymentStatus::Succeeded {
        let known = payment.provider_ref.is_none() || observation.provider_ref.is_none();
        if known || payment.provider_ref == observation.provider_ref {
            return Ok(());
        }
        return second_charge(tx, payment, observation, now).await;
    }
    let Some(stated) = stated(observation) else { return Ok(()) };
    write(tx, &Fact::MoneyInDoubt { charge: charge(payment), stated }, now).await
}

/// The provider charged a payment that had succeeded before once more.
pub(super) async fn second_charge(
    tx: &WriteTx,
    payment: &Payment,
    observation: &Observation,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let Some(provider_ref) = observation.provider_ref.clone() else { return Ok(()) };
    let stated = stated(observation).unwrap_or(payment.amount);
    write(tx, &Fact::SecondCharge { charge: charge(payment), provider_ref, stated }, now).await
}

/// Money went back to its payer, and with it what a promoter had earned by it.
pub(super) async fn refund_succeeded(
    tx: &WriteTx,
    refund: &Refund,
    taken_back: Option<Money>,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let payment = payments::get(tx.conn(), &refund.payment_no).await?;
    let fact = Fact::RefundSucceeded {
        charge: charge(&payment),
        refund_no: refund.refund_no.clone(),
        amount: refund.amount,
        standing: book::standing(tx.conn(), &payment).await?,
    };
    write(tx, &fact, now).await?;
    let Some(amount) = taken_back else { return Ok(()) };
    let (order_no, refund_no) = (refund.order_no.clone(), refund.refund_no.clone());
    write(tx, &Fact::CommissionTakenBack { order_no, refund_no, amount }, now).await
}

/// The order was delivered: what was paid for it is earned. Money of a second payment, which goes
/// back, is not.
pub(super) async fn order_completed(
    tx: &WriteTx,
    order: &Order,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let attempts = payments::list_of_order(tx.conn(), &order.order_no).await?;
    let succeeded = attempts.iter().filter(|one| one.status == PaymentStatus::Succeeded);
    let Some(payment) = succeeded.min_by_key(|one| one.paid_at) else { return Ok(()) };
    let owed = book::standing(tx.conn(), payment).await?.owed;
    let charge = charge(payment);
    write(tx, &Fact::OrderCompleted { charge, total: order.total, owed }, now).await
}

pub(super) async fn commission_booked(
    tx: &WriteTx,
    commission: &NewCommission,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let (order_no, amount) = (commission.order_no.clone(), commission.amount);
    write(tx, &Fact::CommissionBooked { order_no, amount }, now).await
}

/// A provider's statement names what the provider kept of a charge.
pub(super) async fn fee(
    tx: &WriteTx,
    payment: &Payment,
    (reference, amount): (&str, Money),
    now: Timestamp,
) -> Result<(), PaymentError> {
    let (charge, reference) = (charge(payment), reference.to_owned());
    write(tx, &Fact::Fee { charge, reference, amount }, now).await
}

async fn write(tx: &WriteTx, fact: &Fact, now: Timestamp) -> Result<(), PaymentError> {
    Ok(book::write(tx, &postings(fact), now).await?)
}

fn charge(payment: &Payment) -> Charge {
    Charge {
        provider: payment.provider.clone(),
        payment_no: payment.payment_no.clone(),
        order_no: payment.order_no.clone(),
    }
}

/// The stated amount, when it can be read as money.
fn stated(observation: &Observation) -> Option<Money> {
    let stated = observation.stated.as_ref()?;
    let currency: Currency = stated.currency.as_deref()?.parse().ok()?;
    Money::parse_major(&stated.amount, currency).ok()
}
