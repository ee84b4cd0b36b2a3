//! An operator says that money is there: because the provider's callbacks and answers failed us, or
//! because money that did not match is accepted all the same. It goes through the one door to
//! "paid", with a reference, a note and a row of what was done (spec.md §4 rule 18).

use super::base::Base;
use super::settle_payment::{self, MoneyRules, SettleError};
use crate::kernel::ids::PaymentNo;
use crate::kernel::money::Money;
use crate::orders::{self, Actor, Order, OrderStatus};
use crate::payments::inbox::{self, Judgement};
use crate::payments::ports::{Observation, Outcome, Source, StatedAmount};
use crate::payments::repo as payments;
use crate::payments::{Payment, PaymentStatus, refunds};

/// What an operator states.
#[derive(Debug, Clone, Copy)]
pub struct Statement<'a> {
    /// The provider's number of the charge, a bank's reference: what proves it later.
    pub reference: &'a str,
    /// Why a person had to decide.
    pub note: &'a str,
}

/// What would be confirmed: shown before the second confirmation.
#[derive(Debug)]
pub struct Confirmable {
    pub order: Order,
    pub payment: Payment,
    /// What arrived, where it is not what was agreed.
    pub stated: Option<Money>,
}

/// What became of the confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// The payment succeeded; the order is in this state now.
    Now(PaymentNo, OrderStatus),
    /// It had succeeded before.
    Before(PaymentNo),
    /// No payment of the order can be confirmed.
    NothingToConfirm,
    /// This reference proves another payment.
    ReferenceUsed,
    /// The evidence is kept, but could not be applied: see the alert.
    NotApplied,
}

/// The payment that a confirmation of `named` would be about: the payment itself; of an order one
/// whose money is in doubt, else the latest that has not succeeded. `None`: there is none, or
/// nothing of that number.
pub async fn look(base: &Base, named: &str) -> Result<Option<Confirmable>, SettleError> {
    let db = base.db.read();
    let meant = payments::find(db, &PaymentNo::from(named)).await?;
    let order_no = meant.as_ref().map_or_else(|| named.into(), |payment| payment.order_no.clone());
    let Some(order) = orders::repo::find(db, &order_no).await? else { return Ok(None) };
    let mut attempts = Vec::new();
    for payment in payments::list_of_order(db, &order_no).await? {
        if !refunds::all_goes_back(db, &payment).await? {
            attempts.push(payment);
        }
    }
    let payment = match meant {
        Some(meant) => attempts.into_iter().find(|one| {
            one.payment_no == meant.payment_no && one.status != PaymentStatus::Succeeded
        }),
        None => payment_of(&order, &attempts),
    };
    let Some(payment) = payment else { return Ok(None) };
    Ok(Some(Confirmable { stated: payment.stated, order, payment }))
}

fn payment_of(order: &Order, attempts: &[Payment]) -> Option<Payment> {
    let doubtful = attempts.iter().find(|payment| payment.status == PaymentStatus::Conflicted);
    let waiting = |payment: &&Payment| payment.status != PaymentStatus::Succeeded;
    let unpaid = attempts.iter().rfind(waiting).filter(|_latest| order.paid_at.is_none());
    doubtful.or(unpaid).cloned()
}

/// Confirms what [`look`] found. The same reference twice is one confirmation.
pub async fn run(
    base: &Base,
    money: &MoneyRules,
    (named, operator): (&str, &Actor),
    statement: &Statement<'_>,
) -> Result<Confirmed, SettleError> {
    let db = base.db.read();
    let Some(found) = look(base, named).await? else {
        let payment = payments::find(db, &PaymentNo::from(named)).await?;
        return match payment {
            Some(one) if was_stated(base, &one, statement).await? => {
                Ok(Confirmed::Before(one.payment_no))
            }
            Some(_) | None => Ok(Confirmed::NothingToConfirm),
        };
    };
    let payment = found.payment;
    if payments::knows_provider_ref(db, &payment.provider, statement.reference).await?
        && payment.provider_ref.as_deref() != Some(statement.reference)
    {
        return Ok(Confirmed::ReferenceUsed);
    }
    let observation = observation(&payment, operator, statement);
    let raw = format!("{operator}: {}: {}", statement.reference, statement.note);
    let judgement = settle_payment::run(base, money, &observation, raw.as_bytes()).await?;
    let order = orders::repo::get(db, &payment.order_no).await?;
    Ok(match judgement {
        Judgement::Applied | Judgement::Recorded => {
            Confirmed::Now(payment.payment_no, order.status)
        }
        Judgement::OldNews => Confirmed::Before(payment.payment_no),
        Judgement::Orphan | Judgement::Mismatch | Judgement::NeedsQuery | Judgement::NotApplied => {
            Confirmed::NotApplied
        }
    })
}

/// Whether the payment was confirmed with this reference, or is known by it.
async fn was_stated(
    base: &Base,
    payment: &Payment,
    statement: &Statement<'_>,
) -> Result<bool, SettleError> {
    let key = evidence_key(payment, statement);
    let stated = inbox::find(base.db.read(), &payment.provider, &key).await?;
    let known = payment.provider_ref.as_deref() == Some(statement.reference);
    Ok(known || matches!(stated, Some(Judgement::Applied | Judgement::Recorded)))
}

fn evidence_key(payment: &Payment, statement: &Statement<'_>) -> String {
    format!("operator:{}:{}", payment.payment_no, statement.reference)
}

fn observation(payment: &Payment, operator: &Actor, statement: &Statement<'_>) -> Observation {
    let amount = payment.amount;
    Observation {
        provider: payment.provider.clone(),
        source: Source::Operator,
        evidence_key: evidence_key(payment, statement),
        payment_no: payment.payment_no.clone(),
        provider_ref: Some(statement.reference.to_owned()),
        outcome: Outcome::Paid,
        // The operator's word is that the order counts as paid in full.
        stated: Some(StatedAmount {
            amount: amount.to_major(),
            currency: Some(amount.currency.to_string()),
        }),
        merchant_matches: true,
        actor: Some(operator.to_string()),
        note: Some(format!("{} ({})", statement.note, statement.reference)),
    }
}
