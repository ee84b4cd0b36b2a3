//! A payment provider with a truth of its own. It keeps its books of what was opened, charged and
//! given back, whatever it tells; its calls fail as scripted, before or after they took effect; and
//! what it would notify lies in [`Bank::post`] until a story delivers it: once, many times, late,
//! in another order, or never.

mod books;
mod faults;
mod gateway;
mod notices;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use mingshu::kernel::clock::{Clock, ManualClock};
use mingshu::kernel::ids::{PaymentNo, RefundNo};
use mingshu::kernel::money::Money;
use mingshu::payments::ports::Notification;

use super::crash::Crash;
pub(crate) use books::{Books, Charge, Fate};
pub(crate) use faults::{Call, Fault};
pub(crate) use gateway::SEAL;
pub(crate) use notices::{observation, stating};

/// The word in the callback route.
pub(crate) const BANK: &str = "bank";

pub(crate) struct Bank {
    crash: Arc<Crash>,
    clock: Arc<ManualClock>,
    books: Mutex<Books>,
    faults: Mutex<BTreeMap<Call, VecDeque<Fault>>>,
    post: Mutex<Vec<Notification>>,
}

impl Bank {
    pub(crate) fn new(crash: Arc<Crash>, clock: Arc<ManualClock>) -> Self {
        let books = Mutex::new(Books::new(clock.now()));
        Self { crash, clock, books, faults: Mutex::default(), post: Mutex::default() }
    }

    /// A new bank: nothing was ever opened there.
    pub(crate) fn forget(&self) {
        *self.books() = Books::new(self.clock.now());
        self.heal();
        self.post();
    }

    /// What the bank holds to be true.
    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        let mut books = self.books.lock().unwrap();
        books.now = self.clock.now();
        books
    }

    /// The payer pays what is due. `None`: nothing is open under this number.
    pub(crate) fn pay(&self, payment: &PaymentNo) -> Option<Charge> {
        let due = self.books().due(payment)?;
        self.pay_other(payment, due)
    }

    /// The payer is charged another amount than was asked for.
    pub(crate) fn pay_other(&self, payment: &PaymentNo, amount: Money) -> Option<Charge> {
        let charge = self.books().charge(payment, amount)?;
        self.write_to_the_shop(notices::paid(&charge));
        Some(charge)
    }

    /// An attempt of the payer fails; the payment stays open.
    pub(crate) fn attempt_fails(&self, payment: &PaymentNo) {
        self.write_to_the_shop(notices::attempt_failed(payment));
    }

    /// The payment fails for good; nobody can pay it any more. `false`: it was paid before.
    pub(crate) fn fails_for_good(&self, payment: &PaymentNo) -> bool {
        let failed = self.books().fail(payment);
        if failed {
            self.write_to_the_shop(notices::failed_for_good(payment));
        }
        failed
    }

    /// How refunds end from now on, one after the other; they succeed when nothing is planned.
    pub(crate) fn refunds_end(&self, fates: impl IntoIterator<Item = Fate>) {
        self.books().fates.extend(fates);
    }

    /// A refund that is under way ends. `false`: it was not under way.
    pub(crate) fn end_refund(&self, refund: &RefundNo, fate: Fate) -> bool {
        let told = self.books().end_refund(refund, fate);
        told.map(|outcome| self.write_to_the_shop(notices::refund(refund, outcome))).is_some()
    }

    /// A refund that had failed succeeds after all.
    pub(crate) fn revive_refund(&self, refund: &RefundNo) -> bool {
        let told = self.books().revive_refund(refund);
        told.map(|outcome| self.write_to_the_shop(notices::refund(refund, outcome))).is_some()
    }

    /// Everything the bank has to tell and that was not fetched yet.
    pub(crate) fn post(&self) -> Vec<Notification> {
        std::mem::take(&mut *self.post.lock().unwrap())
    }

    /// The bank's message about a charge, as often as it is wanted.
    #[expect(clippy::unused_self, reason = "reads as what the bank does")]
    pub(crate) fn tells_again(&self, charge: &Charge) -> Notification {
        notices::paid(charge)
    }

    fn write_to_the_shop(&self, notice: Notification) {
        self.post.lock().unwrap().push(notice);
    }
}
