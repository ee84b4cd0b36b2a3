//! The bank's own books, in integers. Nothing here asks the shop.

use std::collections::{BTreeMap, VecDeque};

use mingshu::kernel::ids::{PaymentNo, RefundNo};
use mingshu::kernel::money::Money;
use mingshu::payments::ports::{RefundOutcome, RefundRequest};

/// Money that the bank took from a payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Charge {
    pub(crate) no: String,
    pub(crate) payment_no: PaymentNo,
    pub(crate) amount: Money,
}

/// How a refund ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Succeeds,
    Fails,
    /// Under way, until [`super::Bank::end_refund`] or, after some questions, this.
    Lingers {
        succeeds: bool,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Returned {
    pub(crate) payment_no: PaymentNo,
    pub(crate) amount: Money,
    pub(crate) outcome: RefundOutcome,
    /// Questions about it until it ends by itself, and how.
    ends: Option<(u32, bool)>,
}

#[derive(Debug, Clone)]
struct Opened {
    due: Money,
    failed: bool,
}

/// Questions that find a lingering refund still under way.
const LINGERS_FOR: u32 = 2;

#[derive(Debug, Default)]
pub(crate) struct Books {
    opened: BTreeMap<PaymentNo, Opened>,
    charges: Vec<Charge>,
    refunds: BTreeMap<RefundNo, Returned>,
    pub(super) fates: VecDeque<Fate>,
    serial: u32,
}

impl Books {
    /// The same number again changes nothing.
    pub(super) fn open(&mut self, payment: &PaymentNo, due: Money) {
        self.opened.entry(payment.clone()).or_insert(Opened { due, failed: false });
    }

    pub(crate) fn is_open(&self, payment: &PaymentNo) -> bool {
        self.opened.get(payment).is_some_and(|opened| !opened.failed)
    }

    pub(crate) fn has_failed(&self, payment: &PaymentNo) -> bool {
        self.opened.get(payment).is_some_and(|opened| opened.failed)
    }

    pub(super) fn due(&self, payment: &PaymentNo) -> Option<Money> {
        self.opened.get(payment).map(|opened| opened.due)
    }

    pub(super) fn charge(&mut self, payment: &PaymentNo, amount: Money) -> Option<Charge> {
        if !self.is_open(payment) {
            return None;
        }
        self.serial += 1;
        let no = format!("T-{payment}-{}", self.serial);
        let charge = Charge { no, payment_no: payment.clone(), amount };
        self.charges.push(charge.clone());
        Some(charge)
    }

    pub(super) fn fail(&mut self, payment: &PaymentNo) -> bool {
        let paid = self.charges_of(payment).next().is_some();
        match self.opened.get_mut(payment) {
            Some(opened) if !paid => {
                opened.failed = true;
                true
            }
            Some(_) | None => false,
        }
    }

    pub(crate) fn charges_of(&self, payment: &PaymentNo) -> impl Iterator<Item = &Charge> {
        self.charges.iter().filter(move |charge| &charge.payment_no == payment)
    }

    pub(crate) fn refunds_of(
        &self,
        payment: &PaymentNo,
    ) -> impl Iterator<Item = (&RefundNo, &Returned)> {
        self.refunds.iter().filter(move |(_no, back)| &back.payment_no == payment)
    }

    pub(crate) fn refund(&self, refund: &RefundNo) -> Option<&Returned> {
        self.refunds.get(refund)
    }

    /// Minor units taken for a payment.
    pub(crate) fn taken(&self, payment: &PaymentNo) -> i64 {
        self.charges_of(payment).map(|charge| charge.amount.minor).sum()
    }

    /// Minor units of a payment that went back.
    pub(crate) fn returned(&self, payment: &PaymentNo) -> i64 {
        let done = |back: &&Returned| back.outcome == RefundOutcome::Succeeded;
        let all = self.refunds_of(payment).map(|(_no, back)| back);
        all.filter(done).map(|back| back.amount.minor).sum()
    }

    /// `Err`: refused, and nothing was done.
    pub(super) fn give_back(&mut self, request: &RefundRequest) -> Result<RefundOutcome, String> {
        if let Some(known) = self.refunds.get(&request.refund_no) {
            let same = known.payment_no == request.payment_no && known.amount == request.amount;
            return if same { Ok(known.outcome.clone()) } else { Err("number used".to_owned()) };
        }
        let alive = |back: &&Returned| !matches!(back.outcome, RefundOutcome::Failed(_));
        let all = self.refunds_of(&request.payment_no).map(|(_no, back)| back);
        let reserved: i64 = all.filter(alive).map(|back| back.amount.minor).sum();
        if reserved + request.amount.minor > self.taken(&request.payment_no) {
            return Err("more than was paid".to_owned());
        }
        let (outcome, ends) = match self.fates.pop_front().unwrap_or(Fate::Succeeds) {
            Fate::Succeeds => (RefundOutcome::Succeeded, None),
            Fate::Fails => (failed(), None),
            Fate::Lingers { succeeds } => (RefundOutcome::Pending, Some((LINGERS_FOR, succeeds))),
        };
        let (payment_no, amount) = (request.payment_no.clone(), request.amount);
        let back = Returned { payment_no, amount, outcome: outcome.clone(), ends };
        self.refunds.insert(request.refund_no.clone(), back);
        Ok(outcome)
    }

    /// The outcome that a question finds, and whether the question found it ended.
    pub(super) fn ask_refund(&mut self, refund: &RefundNo) -> (RefundOutcome, bool) {
        let Some(back) = self.refunds.get_mut(refund) else {
            return (RefundOutcome::NotFound, false);
        };
        let Some((questions, succeeds)) = back.ends else { return (back.outcome.clone(), false) };
        if questions > 0 {
            back.ends = Some((questions - 1, succeeds));
            return (RefundOutcome::Pending, false);
        }
        back.ends = None;
        back.outcome = if succeeds { RefundOutcome::Succeeded } else { failed() };
        (back.outcome.clone(), true)
    }

    pub(super) fn end_refund(&mut self, refund: &RefundNo, fate: Fate) -> Option<RefundOutcome> {
        let back = self.refunds.get_mut(refund)?;
        back.ends.take()?;
        back.outcome = if fate == Fate::Fails { failed() } else { RefundOutcome::Succeeded };
        Some(back.outcome.clone())
    }

    pub(super) fn revive_refund(&mut self, refund: &RefundNo) -> Option<RefundOutcome> {
        let back = self.refunds.get_mut(refund)?;
        let failed = matches!(back.outcome, RefundOutcome::Failed(_));
        failed.then(|| {
            back.outcome = RefundOutcome::Succeeded;
            RefundOutcome::Succeeded
        })
    }
}

fn failed() -> RefundOutcome {
    RefundOutcome::Failed("no balance".to_owned())
}
