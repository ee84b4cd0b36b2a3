//! The bank's own books, in integers. Nothing here asks the shop.

use std::collections::{BTreeMap, VecDeque};

use chrono::NaiveDate;
use mingshu::kernel::clock::Timestamp;
use mingshu::kernel::ids::{PaymentNo, RefundNo};
use mingshu::kernel::money::Money;
use mingshu::payments::ports::{RefundOutcome, RefundRequest, StatedAmount};
use mingshu::payments::statement::{LineKind, StatementLine};

/// Money that the bank took from a payer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Charge {
    pub(crate) no: String,
    pub(crate) payment_no: PaymentNo,
    pub(crate) amount: Money,
    pub(crate) at: Timestamp,
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
    /// When it had its present outcome.
    at: Timestamp,
}

impl Returned {
    fn turn_into(&mut self, outcome: RefundOutcome, at: Timestamp) {
        self.outcome = outcome;
        self.at = at;
    }
}

#[derive(Debug, Clone)]
struct Opened {
    due: Money,
    failed: bool,
    at: Timestamp,
    /// When the shop asked about it and had an answer.
    asked: Vec<Timestamp>,
}

/// Questions that find a lingering refund still under way.
const LINGERS_FOR: u32 = 2;

#[derive(Debug)]
pub(crate) struct Books {
    /// The bank's clock.
    pub(super) now: Timestamp,
    opened: BTreeMap<PaymentNo, Opened>,
    charges: Vec<Charge>,
    refunds: BTreeMap<RefundNo, Returned>,
    pub(super) fates: VecDeque<Fate>,
    serial: u32,
}

impl Books {
    pub(super) fn new(now: Timestamp) -> Self {
        Self {
            now,
            opened: BTreeMap::new(),
            charges: Vec::new(),
            refunds: BTreeMap::new(),
            fates: VecDeque::new(),
            serial: 0,
        }
    }

    /// The same number again changes nothing.
    pub(super) fn open(&mut self, payment: &PaymentNo, due: Money) {
        let (at, asked) = (self.now, Vec::new());
        self.opened.entry(payment.clone()).or_insert(Opened { due, failed: false, at, asked });
    }

    /// The shop has its answer.
    pub(super) fn was_asked(&mut self, payment: &PaymentNo) {
        let now = self.now;
        if let Some(opened) = self.opened.get_mut(payment) {
            opened.asked.push(now);
        }
    }

    /// Whether the shop had an answer about the payment between two moments; `true` for one that was
    /// not open here by then.
    pub(crate) fn told_about(
        &self,
        payment: &PaymentNo,
        (from, to): (Timestamp, Timestamp),
    ) -> bool {
        let Some(opened) = self.opened.get(payment).filter(|opened| opened.at <= to) else {
            return true;
        };
        opened.asked.iter().any(|at| (from..=to).contains(at))
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
        let charge = Charge { no, payment_no: payment.clone(), amount, at: self.now };
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
        let at = self.now;
        let back = Returned { payment_no, amount, outcome: outcome.clone(), ends, at };
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
        back.turn_into(if succeeds { RefundOutcome::Succeeded } else { failed() }, self.now);
        (back.outcome.clone(), true)
    }

    pub(super) fn end_refund(&mut self, refund: &RefundNo, fate: Fate) -> Option<RefundOutcome> {
        let back = self.refunds.get_mut(refund)?;
        back.ends.take()?;
        let outcome = if fate == Fate::Fails { failed() } else { RefundOutcome::Succeeded };
        back.turn_into(outcome, self.now);
        Some(back.outcome.clone())
    }

    pub(super) fn revive_refund(&mut self, refund: &RefundNo) -> Option<RefundOutcome> {
        let back = self.refunds.get_mut(refund)?;
        let failed = matches!(back.outcome, RefundOutcome::Failed(_));
        failed.then(|| {
            back.turn_into(RefundOutcome::Succeeded, self.now);
            RefundOutcome::Succeeded
        })
    }

    /// Everything that moved on a day of China, as a provider lists it.
    pub(super) fn list(&self, day: NaiveDate) -> Vec<StatementLine> {
        let on_the_day = |at: Timestamp| {
            at.to_utc().with_timezone(&chrono_tz::Asia::Shanghai).date_naive() == day
        };
        let charges = self.charges.iter().filter(|charge| on_the_day(charge.at));
        let charges = charges.map(|charge| StatementLine {
            kind: LineKind::Charge,
            provider_ref: Some(charge.no.clone()),
            ..line(&charge.payment_no, charge.amount, &charge.no)
        });
        let done = |back: &Returned| back.outcome == RefundOutcome::Succeeded;
        let refunds = self.refunds.iter().filter(|(_no, back)| done(back) && on_the_day(back.at));
        let refunds = refunds.map(|(no, back)| StatementLine {
            refund_no: Some(no.clone()),
            ..line(&back.payment_no, back.amount, no.as_str())
        });
        charges.chain(refunds).collect()
    }
}

fn line(payment_no: &PaymentNo, amount: Money, key: &str) -> StatementLine {
    let currency = Some(amount.currency.to_string());
    StatementLine {
        kind: LineKind::Refund,
        payment_no: payment_no.clone(),
        refund_no: None,
        provider_ref: None,
        stated: StatedAmount { amount: amount.to_major(), currency },
        fee: None,
        settled: true,
        word: "SUCCESS".to_owned(),
        evidence_key: format!("statement/{key}"),
        raw: key.to_owned(),
    }
}

fn failed() -> RefundOutcome {
    RefundOutcome::Failed("no balance".to_owned())
}
