//! An operator gives one charge of Telegram Stars back that paid for nothing: a second charge of a
//! payment that has its money. No refund of ours can stand for it, because refunds belong to what a
//! payment is agreed to be; what it is in our books is money in doubt.
//!
//! The wish is written down before Telegram is asked. What Telegram says is written down afterwards:
//! a yes settles the doubt in the same transaction, a no leaves it standing. To say it again does no
//! harm: Telegram gives a charge back once, and calls it done ever after.

use serde_json::{Value, json};

use super::base::Base;
use super::settle_doubt::{self, Statement};
use super::settle_payment::SettleError;
use super::till::Till;
use crate::audit::{self, Filter, NewAction};
use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo};
use crate::kernel::money::Money;
use crate::orders::{self, Actor, Order};
use crate::payments::ledger::rules::settled_key;
use crate::payments::ledger::{Doubt, Settled, repo as book};
use crate::payments::ports::{CallError, RefundAnswer, RefundOutcome, RefundRequest};
use crate::payments::{Payment, RefundStatus, STARS, refunds, repo as payments};
use crate::platform;
use crate::platform::db::WriteTx;

/// The word of the wish in the audit trail.
const ASKED: &str = "charge.return";
/// The word of a wish that came to nothing, or of which nobody knows.
const NOT_DONE: &str = "charge.return_failed";

/// Which charge, and why.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// Telegram's number of it, as the alert names it.
    pub charge: &'a str,
    pub note: &'a str,
}

/// A charge that can go back.
#[derive(Debug, Clone)]
pub struct Returnable {
    pub payment: Payment,
    /// So much of it stands in doubt.
    pub amount: Money,
}

/// Why a charge does not go back this way.
#[derive(Debug, Clone)]
pub enum Refused {
    /// It went back before.
    Before,
    /// It is the money of a payment of the order: a refund gives it back.
    IsThePayment(PaymentNo),
    /// Nothing stands in doubt under this number; what does, of the order's payments in Stars.
    NotInDoubt(Vec<Doubt>),
    /// A refund of the same payment has not ended.
    RefundUnderWay,
}

/// What became of the wish.
#[derive(Debug)]
pub enum Outcome {
    /// The Stars are back, and the books know it.
    Returned(Money),
    /// The Stars are back, but the books did not take it: somebody wrote something else meanwhile.
    ReturnedBesideTheBooks(settle_doubt::Outcome),
    Refused(Refused),
    /// Telegram did not do it, or nobody knows whether it did: say it again.
    NotDone(String),
}

/// What [`run`] would give back now; nothing is written.
///
/// # Errors
/// [`orders::OrderError::NotFound`] within: there is no such order.
pub async fn look(
    base: &Base,
    order_no: &OrderNo,
    charge: &str,
) -> Result<Result<Returnable, Refused>, SettleError> {
    // The same rules under the same lock; dropped without a change.
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, order_no).await?;
    find(&tx, &order, charge).await
}

pub async fn run(
    till: &Till,
    order_no: &OrderNo,
    operator: &Actor,
    wish: &Wish<'_>,
) -> Result<Outcome, SettleError> {
    let base = &till.base;
    let Some(counter) = till.counter(STARS) else {
        return Ok(Outcome::NotDone("stars.enabled is false".to_owned()));
    };
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, order_no).await?;
    let Returnable { payment, amount } = match find(&tx, &order, wish.charge).await? {
        Ok(found) => found,
        Err(refused) => return Ok(Outcome::Refused(refused)),
    };
    let asked = json!({
        "payment": payment.payment_no.as_str(),
        "amount": amount.to_major(),
        "currency": amount.currency,
        "note": wish.note,
    });
    note(&tx, base, (&order, operator), (ASKED, wish.charge, asked)).await?;
    tx.commit().await?;

    let answer = counter.gateway.refund(&request(till, (&order, &payment, amount), wish)).await;
    if let Some(why) = why_not(answer) {
        let tx = base.db.begin_write().await?;
        let said = json!({ "payment": payment.payment_no.as_str(), "error": why });
        note(&tx, base, (&order, operator), (NOT_DONE, wish.charge, said)).await?;
        tx.commit().await?;
        return Ok(Outcome::NotDone(why));
    }
    write_back(base, (&payment, amount), operator, wish).await
}

/// Nothing when the Stars are back.
fn why_not(answer: Result<RefundAnswer, CallError>) -> Option<String> {
    match answer.map(|answer| answer.outcome) {
        Ok(RefundOutcome::Succeeded) => None,
        Ok(RefundOutcome::Failed(why)) => Some(why),
        Ok(RefundOutcome::Pending | RefundOutcome::NotFound) => Some("not yet".to_owned()),
        Err(error) => Some(platform::chain(&error)),
    }
}

/// The Stars are back: nothing of them stands in doubt any more.
async fn write_back(
    base: &Base,
    (payment, amount): (&Payment, Money),
    operator: &Actor,
    wish: &Wish<'_>,
) -> Result<Outcome, SettleError> {
    let statement = Statement {
        settled: Settled::ReturnedOutside,
        amount,
        charge: Some(wish.charge),
        reference: &reference(wish.charge),
        note: wish.note,
    };
    let about = (&payment.order_no, &payment.payment_no);
    Ok(match settle_doubt::run(base, about, operator, &statement).await? {
        settle_doubt::Outcome::Now(_) | settle_doubt::Outcome::Before => Outcome::Returned(amount),
        other @ (settle_doubt::Outcome::NoSuchPayment
        | settle_doubt::Outcome::Which(_)
        | settle_doubt::Outcome::RefundUnderWay) => Outcome::ReturnedBesideTheBooks(other),
    })
}

/// Whether an operator asked Telegram to give this charge back.
pub(super) async fn was_asked_for(base: &Base, charge: &str) -> Result<bool, SettleError> {
    let deed = Filter { subject: Some(charge), action: Some(ASKED), ..Filter::default() };
    Ok(!audit::repo::list(base.db.read(), &deed, 1).await?.is_empty())
}

/// The key of the line in the money book that says that this charge went back.
pub(super) fn key_of(payment_no: &PaymentNo, charge: &str) -> String {
    settled_key(payment_no, &reference(charge))
}

/// What proves it later: the method that Telegram was asked for, and its number of the charge.
fn reference(charge: &str) -> String {
    format!("refundStarPayment {charge}")
}

async fn find(
    tx: &WriteTx,
    order: &Order,
    charge: &str,
) -> Result<Result<Returnable, Refused>, SettleError> {
    let mut standing = Vec::new();
    for payment in payments::list_of_order(tx.conn(), &order.order_no).await? {
        if payment.provider != STARS {
            continue;
        }
        if payment.provider_ref.as_deref() == Some(charge) {
            return Ok(Err(Refused::IsThePayment(payment.payment_no)));
        }
        if book::knows(tx.conn(), &key_of(&payment.payment_no, charge)).await? {
            return Ok(Err(Refused::Before));
        }
        let doubts = book::doubts_of(tx.conn(), &payment).await?;
        let meant = doubts.iter().find(|doubt| doubt.charge_ref.as_deref() == Some(charge));
        let Some(amount) = meant.map(|doubt| doubt.amount) else {
            standing.extend(doubts);
            continue;
        };
        if is_going_back(tx, &payment).await? {
            return Ok(Err(Refused::RefundUnderWay));
        }
        return Ok(Ok(Returnable { payment, amount }));
    }
    Ok(Err(Refused::NotInDoubt(standing)))
}

/// The doubt could not be settled while a refund is on its way.
async fn is_going_back(tx: &WriteTx, payment: &Payment) -> Result<bool, SettleError> {
    let all = refunds::list_of_order(tx.conn(), &payment.order_no).await?;
    let mut of_payment = all.iter().filter(|one| one.payment_no == payment.payment_no);
    Ok(of_payment.any(|one| !RefundStatus::is_final(one.status)))
}

fn request(
    till: &Till,
    (order, payment, amount): (&Order, &Payment, Money),
    wish: &Wish<'_>,
) -> RefundRequest {
    RefundRequest {
        // Telegram is told no number of ours.
        refund_no: RefundNo::from(wish.charge),
        payer: order.user,
        payment_no: payment.payment_no.clone(),
        provider_ref: Some(wish.charge.to_owned()),
        amount,
        reason: wish.note.to_owned(),
        notify_url: till.notify_url(&payment.provider),
    }
}

async fn note(
    tx: &WriteTx,
    base: &Base,
    (order, operator): (&Order, &Actor),
    (action, charge, details): (&str, &str, Value),
) -> Result<(), SettleError> {
    let operator = operator.to_string();
    let order_no = Some(&order.order_no);
    let deed = NewAction { operator: &operator, action, subject: charge, order_no, details };
    Ok(audit::repo::record(tx, &deed, base.now()).await?)
}
