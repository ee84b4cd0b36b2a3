//! What happened to money is written into the money book, in the transaction in which it happened.
//! The only way into the book (`payments::ledger` has the rules).

use crate::affiliates::payouts::Payout;
use crate::affiliates::repo::NewCommission;
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use crate::orders::Order;
use crate::payments::ledger::rules::{Back, Charge, Means, received_key, settled_key, unnamed_key};
use crate::payments::ledger::{Doubt, Fact, Settled, postings, repo as book};
use crate::payments::ports::{Observation, Source};
use crate::payments::repo as payments;
use crate::payments::rules::stated_money;
use crate::payments::{Payment, PaymentError, PaymentStatus, Refund, refunds};
use crate::platform::db::WriteTx;
use crate::platform::db::group::GroupTx;

/// A payment's money is there: the agreed amount, or what was accepted instead. Gives what of the
/// payment stays in doubt: other charges of it.
pub(super) async fn payment_succeeded(
    tx: &WriteTx,
    payment: &Payment,
    observation: &Observation,
    now: Timestamp,
) -> Result<Vec<Doubt>, PaymentError> {
    let standing = book::doubts_of(tx.conn(), payment).await?;
    let (proved, others) = proved_by(payment, observation, standing);
    // What an operator accepts is what came, not what was agreed.
    let (charge, amount) = (charge(payment), payment.received());
    write(tx, &Fact::PaymentSucceeded { charge, amount, proved }, now).await?;
    Ok(others)
}

/// Which of the doubtful charges was this money, and which stay in doubt: the one that is named,
/// else the newest that was accepted or cannot be told apart, and what nobody gave a name.
fn proved_by(
    payment: &Payment,
    observation: &Observation,
    standing: Vec<Doubt>,
) -> (Vec<Doubt>, Vec<Doubt>) {
    let newest = match observation.source {
        Source::Operator => accepted_of(payment, observation, &standing).cloned(),
        Source::Callback | Source::Query | Source::Statement => {
            cannot_be_told_apart(observation, &standing).cloned()
        }
    };
    let told = observation.provider_ref.as_deref();
    standing.into_iter().partition(|doubt| {
        let unnamed = doubt.charge_ref.is_none();
        unnamed || doubt.charge_ref.as_deref() == told || newest.as_ref() == Some(doubt)
    })
}

/// A message that names no charge, where every charge that we know has a name, is about the newest.
fn cannot_be_told_apart<'a>(told: &Observation, standing: &'a [Doubt]) -> Option<&'a Doubt> {
    let all_named = standing.iter().all(|doubt| doubt.charge_ref.is_some());
    standing.last().filter(|_newest| told.provider_ref.is_none() && all_named)
}

/// The charge in doubt that an operator accepts: the one with the number that is stated, else the
/// newest of the amount that is known of.
fn accepted_of<'a>(
    payment: &Payment,
    observation: &Observation,
    standing: &'a [Doubt],
) -> Option<&'a Doubt> {
    let told = observation.provider_ref.as_deref();
    let named = standing.iter().find(|doubt| doubt.charge_ref.as_deref() == told);
    let fits = |doubt: &&Doubt| doubt.amount == payment.received();
    named.or_else(|| standing.iter().rfind(fits))
}

/// [`accepted_of`] what stands in doubt of the payment now.
pub(super) async fn accepted_charge(
    tx: &WriteTx,
    payment: &Payment,
    observation: &Observation,
) -> Result<Option<Doubt>, PaymentError> {
    let standing = book::doubts_of(tx.conn(), payment).await?;
    Ok(accepted_of(payment, observation, &standing).cloned())
}

/// [`payment_succeeded`] for payments of which nothing stood in doubt before.
pub(super) async fn payments_succeeded(
    tx: &GroupTx<'_>,
    payments: &[&Payment],
    now: Timestamp,
) -> Result<(), PaymentError> {
    let fact = |payment: &&Payment| Fact::PaymentSucceeded {
        charge: charge(payment),
        amount: payment.received(),
        proved: Vec::new(),
    };
    let lines: Vec<_> = payments.iter().map(fact).flat_map(|fact| postings(&fact)).collect();
    book::write(tx, &lines, now).await?;
    Ok(())
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
    let Some(amount) = ours.and_then(stated_money) else { return Ok(()) };
    let doubt = Doubt { charge_ref: observation.provider_ref.clone(), amount };
    let standing = book::doubts_of(tx.conn(), payment).await?;
    if standing.iter().any(|known| is_same_charge(known, &doubt)) {
        return Ok(());
    }
    write(tx, &Fact::MoneyInDoubt { charge: charge(payment), doubt }, now).await
}

/// A message that does not name its charge is about one that is known, and the other way round.
fn is_same_charge(known: &Doubt, told: &Doubt) -> bool {
    match (&known.charge_ref, &told.charge_ref) {
        (Some(known), Some(told)) => known == told,
        (Some(_) | None, None) => true,
        (None, Some(_)) => known.amount == told.amount,
    }
}

/// Whether the provider speaks of one more charge of a payment whose doubtful money is on its way
/// back: the payment is settled by that refund.
pub(super) async fn is_beside_what_goes_back(
    tx: &WriteTx,
    payment: &Payment,
    observation: &Observation,
) -> Result<bool, PaymentError> {
    let by_provider = observation.source != Source::Operator;
    let in_doubt = by_provider && payment.status == PaymentStatus::Conflicted;
    let Some(told) = observation.provider_ref.as_deref().filter(|_told| in_doubt) else {
        return Ok(false);
    };
    if refunds::refundable(tx.conn(), payment).await? == payment.received() {
        return Ok(false);
    }
    // The same charge with another amount is put right by this message; with this amount it was
    // told before, as one more.
    let before = book::amount_of(tx.conn(), &received_key(&payment.provider, told)).await?;
    // A doubt without a name may be this very charge.
    let unnamed = book::knows(tx.conn(), &unnamed_key(&payment.payment_no)).await?;
    Ok(before.map_or(!unnamed, |minor| minor == payment.amount.minor))
}

/// The provider charged a payment that had succeeded before once more.
pub(super) async fn second_charge(
    tx: &WriteTx,
    payment: &Payment,
    observation: &Observation,
    now: Timestamp,
) -> Result<(), PaymentError> {
    if observation.provider_ref.is_none() {
        return Ok(());
    }
    let stated = observation.stated.as_ref().and_then(stated_money).unwrap_or(payment.amount);
    let doubt = Doubt { charge_ref: observation.provider_ref.clone(), amount: stated };
    write(tx, &Fact::MoneyInDoubt { charge: charge(payment), doubt }, now).await
}

/// An operator says what became of money in doubt.
pub(super) async fn doubt_settled(
    tx: &WriteTx,
    payment: &Payment,
    (doubt, settled, reference): (&Doubt, Settled, &str),
    now: Timestamp,
) -> Result<(), PaymentError> {
    let (charge, doubt, reference) = (charge(payment), doubt.clone(), reference.to_owned());
    write(tx, &Fact::DoubtSettled { charge, doubt, settled, reference }, now).await
}

/// Whether this reference said what became of money of the payment.
pub(super) async fn is_settled(
    tx: &WriteTx,
    payment: &Payment,
    reference: &str,
) -> Result<bool, PaymentError> {
    Ok(book::knows(tx.conn(), &settled_key(&payment.payment_no, reference)).await?)
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
    let found = payments::find_that_paid(tx.conn(), &order.order_no).await?;
    let Some(payment) = found else { return Ok(None) };
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

/// A promoter was paid what was earned.
pub(super) async fn commission_paid(
    tx: &WriteTx,
    payout: &Payout,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let (payout_no, amount) = (payout.payout_no.clone(), payout.amount);
    write(tx, &Fact::CommissionPaid { payout_no, amount }, now).await
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
