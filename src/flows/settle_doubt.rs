//! An operator says what became of money that stands in doubt: it went back outside of our refunds,
//! stays with the shop, or was never there. The last word on it, with a reference, a note and a row
//! of what was done; a line of the money book that nobody can rewrite.

use serde_json::json;

use super::base::Base;
use super::settle_payment::SettleError;
use super::{close_order, keep_books};
use crate::audit::{self, NewAction};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo};
use crate::kernel::money::Money;
use crate::orders::{self, Actor};
use crate::payments::ledger::{Doubt, Settled, repo as book};
use crate::payments::repo as payments;
use crate::payments::{Payment, PaymentStatus, Refund, RefundStatus, refunds};
use crate::platform::db::WriteTx;

/// What an operator states.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    pub settled: Settled,
    pub amount: Money,
    /// The provider's number of the charge; may be left out where only one fits.
    pub charge: Option<&'a str>,
    /// What proves it later: the provider's number of the refund, a letter.
    pub reference: &'a str,
    pub note: &'a str,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// So much of the payment still stands in doubt.
    Now(Vec<Doubt>),
    /// This reference said so before.
    Before,
    /// The order has no such payment.
    NoSuchPayment,
    /// Not so much stands in doubt, or several charges fit: these stand in doubt.
    Which(Vec<Doubt>),
    /// A refund of this payment has not ended: nobody knows yet what will stand in doubt.
    RefundUnderWay,
}

/// What of a payment stands in doubt; `None`: the order has no such payment.
pub async fn look(
    base: &Base,
    (order_no, payment_no): (&OrderNo, &PaymentNo),
) -> Result<Option<(Payment, Vec<Doubt>)>, SettleError> {
    let db = base.db.read();
    let found = payments::find(db, payment_no).await?;
    let Some(payment) = found.filter(|one| one.order_no == *order_no) else { return Ok(None) };
    let doubts = book::doubts_of(db, &payment).await?;
    Ok(Some((payment, doubts)))
}

pub async fn run(
    base: &Base,
    (order_no, payment_no): (&OrderNo, &PaymentNo),
    operator: &Actor,
    statement: &Statement<'_>,
) -> Result<Outcome, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let mut order = orders::repo::lock(&tx, order_no).await?;
    let found = payments::find(tx.conn(), payment_no).await?;
    let Some(payment) = found.filter(|one| one.order_no == *order_no) else {
        return Ok(Outcome::NoSuchPayment);
    };
    let mut payment = payments::lock(&tx, &payment.payment_no).await?;
    if keep_books::is_settled(&tx, &payment, statement.reference).await? {
        return Ok(Outcome::Before);
    }
    let standing = book::doubts_of(tx.conn(), &payment).await?;
    let Some(charge) = charge_meant(&standing, statement) else {
        return Ok(Outcome::Which(standing));
    };
    let refunds = refunds_of(&tx, &payment).await?;
    if refunds.iter().any(|refund| !refund.status.is_final()) {
        return Ok(Outcome::RefundUnderWay);
    }
    let doubt = Doubt { amount: statement.amount, ..charge.clone() };
    let word = (&doubt, statement.settled, statement.reference);
    keep_books::doubt_settled(&tx, &payment, word, now).await?;
    write_down(&tx, &payment, (operator, statement), now).await?;
    let left = book::doubts_of(tx.conn(), &payment).await?;
    // What was given back stays counted against what was stated.
    if payment.status == PaymentStatus::Conflicted && refunds.is_empty() {
        payments::save_stated(&tx, &mut payment, left.last().map(|doubt| doubt.amount)).await?;
        if left.is_empty() {
            close_order::without_its_money(&tx, &mut order, operator, now).await?;
        }
    }
    tx.commit().await?;
    Ok(Outcome::Now(left))
}

/// The charge that is named, else the only one that has as much, else the only one that fits.
fn charge_meant<'a>(standing: &'a [Doubt], statement: &Statement<'_>) -> Option<&'a Doubt> {
    let amount = statement.amount;
    let fits = |doubt: &&Doubt| {
        let named = statement.charge.is_none_or(|name| doubt.charge_ref.as_deref() == Some(name));
        let same_currency = doubt.amount.currency == amount.currency;
        named && same_currency && amount.minor > 0 && amount.minor <= doubt.amount.minor
    };
    let fitting: Vec<&Doubt> = standing.iter().filter(fits).collect();
    let exact: Vec<&Doubt> =
        fitting.iter().copied().filter(|doubt| doubt.amount == amount).collect();
    match (fitting.as_slice(), exact.as_slice()) {
        (&[one], _) | (_, &[one]) => Some(one),
        _ => None,
    }
}

/// Refunds of the payment that did not fail.
async fn refunds_of(tx: &WriteTx, payment: &Payment) -> Result<Vec<Refund>, SettleError> {
    let mut all = refunds::list_of_order(tx.conn(), &payment.order_no).await?;
    let failed = RefundStatus::Failed;
    all.retain(|one| one.payment_no == payment.payment_no && one.status != failed);
    Ok(all)
}

async fn write_down(
    tx: &WriteTx,
    payment: &Payment,
    (operator, statement): (&Actor, &Statement<'_>),
    now: Timestamp,
) -> Result<(), SettleError> {
    let operator = operator.to_string();
    let deed = NewAction {
        operator: &operator,
        action: "doubt.settle",
        subject: payment.payment_no.as_str(),
        order_no: Some(&payment.order_no),
        details: json!({
            "kind": statement.settled.as_str(),
            "amount": statement.amount.to_major(),
            "currency": statement.amount.currency,
            "charge": statement.charge,
            "reference": statement.reference,
            "note": statement.note,
        }),
    };
    Ok(audit::repo::record(tx, &deed, now).await?)
}
