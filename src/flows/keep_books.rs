//! What happened to money is written into the money book, in the transaction in which it happened.
//! The only way into the book (`payments::ledger` has the rules).

use crate::affiliates::repo::NewCommission;
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use crate::orders::Order;
use crate::payments::ledger::rules::{Back, Charge, Means};
use crate::payments::ledger::{Fact, postings, repo as book};
use crate::payments::ports::Observation;
use crate::payments::repo as payments;
use crate::payments::rules::stated_money;
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
    // What another merchant got is not ours, and money that cannot be read is no amount.
    let ours = observation.stated.as_ref().filter(|_stated| observation.merchant_matches);
    let Some(stated) = ours.and_then(stated_money) else { return Ok(()) };
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
    let stated = observation.stated.as_ref().and_then(stated_money).unwrap_or(payment.amount);
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
    let by_hand = refund.manual_reference.is_some();
    let means = if by_hand { Means::ByHand } else { Means::Provider };
    let fact = Fact::RefundSucceeded {
        charge: charge(&payment),
        refund: Back { refund_no: refund.refund_no.clone(), amount: refund.amount, means },
        standing: book::standing(tx.conn(), &payment).await?,
    };
    write(tx, &fact, now).await?;
    let Some(amount) = taken_back else { return Ok(()) };
    let (order_no, refund_no) = (refund.order_no.clone(), Some(refund.refund_no.clone()));
    write(tx, &Fact::CommissionTakenBack { order_no, refund_no, amount }, now).await
}

/// The order was delivered: what was paid for it is earned. Money of a second payment, which goes
/// back, is not. Gives the payment that paid, if there was one.
pub(super) async fn order_completed(
    tx: &WriteTx,
    order: &Order,
    now: Timestamp,
) -> Result<Option<Payment>, PaymentError> {
    let attempts = payments::list_of_order(tx.conn(), &order.order_no).await?;
    let succeeded = attempts.into_iter().filter(|one| one.status == PaymentStatus::Succeeded);
    let Some(payment) = succeeded.min_by_key(|one| one.paid_at) else { return Ok(None) };
    let owed = book::standing(tx.conn(), &payment).await?.owed;
    let (charge, total) = (charge(&payment), paid_for(order, &payment));
    write(tx, &Fact::OrderCompleted { charge, total, owed }, now).await?;
    Ok(Some(payment))
}

/// What of a payment was for the order: more than its price is still owed to the buyer.
pub(super) fn paid_for(order: &Order, payment: &Payment) -> Money {
    let received = payment.received();
    let same_currency = received.currency == order.total.currency;
    if same_currency && order.total.minor < received.minor { order.total } else { received }
}

pub(super) async fn commission_booked(
    tx: &WriteTx,
    commission: &NewCommission,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let (order_no, amount) = (commission.order_no.clone(), commission.amount);
    write(tx, &Fact::CommissionBooked { order_no, amount }, now).await
}

/// What had gone back before the commission was booked.
pub(super) async fn commission_reduced(
    tx: &WriteTx,
    commission: &NewCommission,
    amount: Money,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let order_no = commission.order_no.clone();
    write(tx, &Fact::CommissionTakenBack { order_no, refund_no: None, amount }, now).await
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
