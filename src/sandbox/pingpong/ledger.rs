//! What truly happened at the played provider: payments, money, refunds, notices. Tests and the
//! reconciliation of a demo compare the shop's books with it. No clock, no network, no faults.

use std::collections::BTreeMap;

use super::seal::SignType;
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;

/// In which dialect a payment was opened; its notices speak the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    V4(SignType),
    Hmac,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Nobody tried to pay yet.
    Open,
    /// An attempt failed; another one may follow (V4 only).
    AttemptFailed,
    /// The payer has paid, the bank has not confirmed yet.
    Confirming,
    Paid,
    /// For good.
    Failed,
    Cancelled,
    /// The time to pay ran out.
    Closed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundState {
    Pending,
    Succeeded,
    Failed,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct Refund {
    pub refund_no: String,
    /// The provider's own number.
    pub reference: String,
    pub amount: Money,
    pub state: RefundState,
    /// When the money went back.
    pub done_at: Option<Timestamp>,
    pub notify_url: Option<String>,
}

/// One try to tell the shop something.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Told {
    pub what: &'static str,
    pub at: Timestamp,
    /// The shop's HTTP status; `None` when nobody answered.
    pub answer: Option<u16>,
}

#[derive(Debug, Clone, serde::Serialize)]
pub struct Payment {
    pub payment_no: String,
    pub dialect: Dialect,
    /// The provider's own number.
    pub reference: String,
    /// The secret part of the cashier's address.
    pub token: String,
    pub amount: Money,
    pub subject: String,
    pub method: String,
    pub notify_url: String,
    pub return_url: String,
    pub cancel_url: String,
    pub expires_at: Timestamp,
    /// As it was left; [`Payment::state_at`] says what it is now.
    pub state: State,
    /// When the money came.
    pub paid_at: Option<Timestamp>,
    pub refunds: Vec<Refund>,
    pub told: Vec<Told>,
}

/// Why the provider does not do what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("no such payment")]
    NoSuchPayment,
    #[error("the payment is {0:?} and cannot be paid")]
    NotPayable(State),
    #[error("the number is taken")]
    Duplicate,
    #[error("the payment is not paid")]
    NotPaid,
    #[error("more than was paid")]
    TooMuch,
}

/// Every payment by its number.
#[derive(Debug, Clone, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Ledger(BTreeMap<String, Payment>);

impl Payment {
    /// The state at `now`: what is unpaid at its deadline is closed.
    pub fn state_at(&self, now: Timestamp) -> State {
        let payable = matches!(self.state, State::Open | State::AttemptFailed);
        if payable && now >= self.expires_at { State::Closed } else { self.state }
    }

    /// Minor units that went or are going back to the payer.
    pub fn refunded_minor(&self) -> i64 {
        let alive = self.refunds.iter().filter(|refund| refund.state != RefundState::Failed);
        alive.map(|refund| refund.amount.minor).fold(0, i64::saturating_add)
    }
}

impl Ledger {
    /// Opens `payment`. Opened again with the same number and amount, it stays what it is.
    pub(super) fn open(&mut self, payment: Payment) -> Result<&Payment, Refusal> {
        let (amount, dialect) = (payment.amount, payment.dialect);
        let kept = self.0.entry(payment.payment_no.clone()).or_insert(payment);
        let same = kept.amount == amount && kept.dialect == dialect;
        if same { Ok(kept) } else { Err(Refusal::Duplicate) }
    }

    /// Finds a payment by its number or by the token of its cashier.
    pub fn find(&self, key: &str) -> Option<&Payment> {
        self.0.get(key).or_else(|| self.0.values().find(|payment| payment.token == key))
    }

    pub fn payments(&self) -> impl Iterator<Item = &Payment> {
        self.0.values()
    }

    pub(super) fn find_mut(&mut self, key: &str) -> Result<&mut Payment, Refusal> {
        let number = self.find(key).map(|payment| payment.payment_no.clone());
        number.and_then(|number| self.0.get_mut(&number)).ok_or(Refusal::NoSuchPayment)
    }

    /// Brings an unpaid payment to `state`, if the payer may still act on it at `now`.
    pub(super) fn act(
        &mut self,
        key: &str,
        state: State,
        now: Timestamp,
    ) -> Result<Payment, Refusal> {
        let payment = self.find_mut(key)?;
        match payment.state_at(now) {
            State::Open | State::AttemptFailed => {
                payment.state = state;
                payment.paid_at = (state == State::Paid).then_some(now);
                Ok(payment.clone())
            }
            other @ (State::Confirming
            | State::Paid
            | State::Failed
            | State::Cancelled
            | State::Closed) => Err(Refusal::NotPayable(other)),
        }
    }

    /// Confirms all payments that the bank had not confirmed, and gives them.
    pub(super) fn confirm_all(&mut self, now: Timestamp) -> Vec<Payment> {
        let waiting = self.0.values_mut().filter(|payment| payment.state == State::Confirming);
        let confirmed = waiting.map(|payment| {
            payment.state = State::Paid;
            payment.paid_at = Some(now);
            payment.clone()
        });
        confirmed.collect()
    }

    /// Books `refund` on a paid payment.
    pub(super) fn refund(&mut self, payment_no: &str, refund: Refund) -> Result<Refund, Refusal> {
        if self.find_refund(&refund.refund_no).is_some() {
            return Err(Refusal::Duplicate);
        }
        let payment = self.0.get_mut(payment_no).ok_or(Refusal::NoSuchPayment)?;
        if payment.state != State::Paid {
            return Err(Refusal::NotPaid);
        }
        let all = payment.refunded_minor().saturating_add(refund.amount.minor);
        let same_currency = refund.amount.currency == payment.amount.currency;
        if all > payment.amount.minor || refund.amount.minor <= 0 || !same_currency {
            return Err(Refusal::TooMuch);
        }
        payment.refunds.push(refund.clone());
        Ok(refund)
    }

    pub(super) fn find_refund(&self, refund_no: &str) -> Option<(&Payment, &Refund)> {
        let mut all = self
            .0
            .values()
            .flat_map(|payment| payment.refunds.iter().map(move |refund| (payment, refund)));
        all.find(|(_, refund)| refund.refund_no == refund_no)
    }

    /// Lets the pending refunds that `chosen` picks succeed, and gives them with their payments.
    pub(super) fn finish_refunds(
        &mut self,
        chosen: impl Fn(&Refund) -> bool,
        now: Timestamp,
    ) -> Vec<(Payment, Refund)> {
        let mut finished = Vec::new();
        for payment in self.0.values_mut() {
            let pending = |refund: &&mut Refund| refund.state == RefundState::Pending;
            for refund in payment.refunds.iter_mut().filter(pending) {
                if chosen(refund) {
                    refund.state = RefundState::Succeeded;
                    refund.done_at = Some(now);
                    finished.push((payment.payment_no.clone(), refund.clone()));
                }
            }
        }
        let with_payment = |(number, refund)| Some((self.0.get(&number).cloned()?, refund));
        finished.into_iter().filter_map(with_payment).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Currency;

    const DEADLINE: Timestamp = Timestamp(1_000);

    fn cny(minor: i64) -> Money {
        Money::new(minor, Currency::CNY)
    }

    fn payment(number: &str) -> Payment {
        Payment {
            payment_no: number.into(),
            dialect: Dialect::Hmac,
            reference: format!("T-{number}"),
            token: format!("token-{number}"),
            amount: cny(1990),
            subject: "report".into(),
            method: "wechat".into(),
            notify_url: "http://127.0.0.1/n".into(),
            return_url: "http://127.0.0.1/r".into(),
            cancel_url: "http://127.0.0.1/c".into(),
            expires_at: DEADLINE,
            state: State::Open,
            paid_at: None,
            refunds: Vec::new(),
            told: Vec::new(),
        }
    }

    fn refund(number: &str, minor: i64) -> Refund {
        Refund {
            refund_no: number.into(),
            reference: format!("RF-{number}"),
            amount: cny(minor),
            state: RefundState::Pending,
            done_at: None,
            notify_url: None,
        }
    }

    fn ledger() -> Ledger {
        let mut ledger = Ledger::default();
        ledger.open(payment("P1")).unwrap();
        ledger
    }

    #[test]
    fn opening_again_changes_nothing() {
        let mut ledger = ledger();
        let again = Payment { token: "other".into(), ..payment("P1") };
        assert_eq!(ledger.open(again).unwrap().token, "token-P1");
        let dearer = Payment { amount: cny(1), ..payment("P1") };
        assert_eq!(ledger.open(dearer).unwrap_err(), Refusal::Duplicate);
    }

    #[test]
    fn a_payment_is_paid_once_and_before_its_deadline() {
        let mut ledger = ledger();
        let late = ledger.act("P1", State::Paid, DEADLINE).unwrap_err();
        assert_eq!(late, Refusal::NotPayable(State::Closed));
        let now = Timestamp(999);
        assert_eq!(ledger.act("token-P1", State::AttemptFailed, now).unwrap().payment_no, "P1");
        assert!(ledger.act("P1", State::Paid, now).is_ok());
        let again = ledger.act("P1", State::Paid, now).unwrap_err();
        assert_eq!(again, Refusal::NotPayable(State::Paid));
        assert_eq!(ledger.find("P1").unwrap().state_at(DEADLINE), State::Paid);
        assert_eq!(ledger.act("P2", State::Paid, now).unwrap_err(), Refusal::NoSuchPayment);
    }

    #[test]
    fn no_more_goes_back_than_came_in() {
        let mut ledger = ledger();
        let book = |ledger: &mut Ledger, refund| ledger.refund("P1", refund).map(|_| ());
        assert_eq!(book(&mut ledger, refund("R1", 1)), Err(Refusal::NotPaid));
        ledger.act("P1", State::Paid, Timestamp(0)).unwrap();
        assert_eq!(book(&mut ledger, refund("R1", 1000)), Ok(()));
        assert_eq!(book(&mut ledger, refund("R1", 1)), Err(Refusal::Duplicate));
        assert_eq!(book(&mut ledger, refund("R2", 991)), Err(Refusal::TooMuch));
        assert_eq!(book(&mut ledger, refund("R2", 0)), Err(Refusal::TooMuch));
        let failed = Refund { state: RefundState::Failed, ..refund("R2", 990) };
        assert_eq!(book(&mut ledger, failed), Ok(()));
        assert_eq!(book(&mut ledger, refund("R3", 990)), Ok(()));
        assert_eq!(ledger.find("P1").unwrap().refunded_minor(), 1990);
        assert_eq!(ledger.finish_refunds(|refund| refund.refund_no == "R3", DEADLINE).len(), 1);
        assert_eq!(ledger.find_refund("R3").unwrap().1.state, RefundState::Succeeded);
        assert_eq!(ledger.find_refund("R1").unwrap().1.state, RefundState::Pending);
    }

    #[test]
    fn what_the_bank_confirms_late_is_paid_after_the_deadline() {
        let mut ledger = ledger();
        ledger.act("P1", State::Confirming, Timestamp(0)).unwrap();
        assert_eq!(ledger.find("P1").unwrap().state_at(DEADLINE), State::Confirming);
        assert_eq!(ledger.confirm_all(DEADLINE).len(), 1);
        assert!(ledger.confirm_all(DEADLINE).is_empty());
        let paid = ledger.find("P1").unwrap();
        assert_eq!((paid.state, paid.paid_at), (State::Paid, Some(DEADLINE)));
    }
}
