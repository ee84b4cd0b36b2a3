//! What happens in one schedule: people, the bank, the worker and fate act in the order that the
//! dice say; then everything comes to rest (`quiet`), and is judged (`invariants`).

use std::collections::BTreeSet;
use std::time::Duration;

use mingshu::flows::refund_order::{self, Refunded, Wish};
use mingshu::flows::{check_payment, retry_order, show_payment, take_notification};
use mingshu::kernel::clock::{Clock, Timestamp};
use mingshu::kernel::ids::PaymentNo;
use mingshu::notifications::ports::SendError;
use mingshu::orders::Order;
use mingshu::payments::ports::{Notification, Outcome};
use mingshu::payments::{Payment, PaymentStatus, RefundStatus};
use mingshu::reports::ports::ModelError;
use sea_orm::DbBackend;

use super::dice::Dice;
use super::world::World;
use crate::support::LONG_AFTER_THE_LEASE;
use crate::support::bank::{Call, Fate, Fault, observation, stating};
use crate::support::crash::Side;
use crate::support::street::{OPERATOR, Street, yuan};

/// What may happen next.
#[derive(Debug, Clone, Copy)]
enum Act {
    Order,
    Pay,
    PayWrong,
    PayAgain,
    Fail,
    Hear,
    HearTwice,
    HearAndDie,
    Lose,
    Lie,
    Switch,
    Cancel,
    Ask,
    Work,
    Sweep,
    Wait,
    Refund,
    Confirm,
    Retry,
    Fault,
    Refunds,
    Die,
    Trouble,
    SwitchOff,
    Compare,
}

const ACTS: [(usize, Act); 25] = [
    (6, Act::Order),
    (14, Act::Pay),
    (2, Act::PayWrong),
    (2, Act::PayAgain),
    (2, Act::Fail),
    (12, Act::Hear),
    (5, Act::HearTwice),
    (3, Act::HearAndDie),
    (3, Act::Lose),
    (2, Act::Lie),
    (5, Act::Switch),
    (3, Act::Cancel),
    (5, Act::Ask),
    (12, Act::Work),
    (5, Act::Sweep),
    (10, Act::Wait),
    (7, Act::Refund),
    (2, Act::Confirm),
    (2, Act::Retry),
    (7, Act::Fault),
    (5, Act::Refunds),
    (10, Act::Die),
    (2, Act::Trouble),
    (1, Act::SwitchOff),
    (2, Act::Compare),
];

pub(super) struct Schedule<'a> {
    pub(super) street: &'a Street,
    pub(super) dice: Dice,
    pub(super) began: Timestamp,
    pub(super) orders: Vec<Order>,
    /// Codes of coupons that an operator gave out.
    pub(super) given_out: BTreeSet<&'static str>,
    /// Told by the bank and not yet heard of for the last time.
    pub(super) post: Vec<Notification>,
    pub(super) lost: Vec<Notification>,
    /// What the shop was told, for playing it again.
    pub(super) heard: Vec<Notification>,
    /// Payments about which somebody said something that is not true.
    pub(super) lied_about: BTreeSet<PaymentNo>,
    /// Payments that an operator confirmed: with money that never passed through the bank.
    pub(super) paid_elsewhere: BTreeSet<PaymentNo>,
    /// What was wrong at the moment that it happened.
    wrongs: Vec<String>,
    diary: Vec<String>,
}

impl<'a> Schedule<'a> {
    pub(super) fn new(world: &'a World, seed: u64) -> Self {
        Self {
            street: &world.street,
            dice: Dice::new(seed),
            began: world.street.clock.now(),
            orders: Vec::new(),
            given_out: BTreeSet::new(),
            post: Vec::new(),
            lost: Vec::new(),
            heard: Vec::new(),
            lied_about: BTreeSet::new(),
            paid_elsewhere: BTreeSet::new(),
            wrongs: Vec::new(),
            diary: Vec::new(),
        }
    }

    /// What had happened, line by line.
    pub(super) fn told(&self) -> String {
        self.diary.join("\n")
    }

    pub(super) fn note(&mut self, what: impl std::fmt::Display) {
        let at = self.street.clock.now();
        self.diary.push(format!("    {at} {what}"));
    }

    /// Plays to the end. What is not as it should be then.
    pub(super) async fn play(&mut self) -> Vec<String> {
        self.order().await;
        let acts = 4 + self.dice.below(16);
        for _act in 0..acts {
            let act = self.dice.weighed(&ACTS);
            self.act(act).await;
        }
        let mut faults = self.come_to_rest().await;
        faults.append(&mut self.wrongs);
        faults
    }

    async fn act(&mut self, act: Act) {
        self.fetch_post();
        match act {
            Act::Order if self.orders.len() < 4 => self.order().await,
            Act::Die => self.die().await,
            Act::Work => self.work().await,
            other => self.deed(other).await,
        }
    }

    fn fetch_post(&mut self) {
        let fresh = self.street.bank.post();
        self.post.extend(fresh);
    }

    /// What can also happen while a worker hangs.
    async fn deed(&mut self, act: Act) {
        match act {
            Act::Order | Act::Die | Act::Work => {}
            Act::Pay | Act::PayWrong | Act::PayAgain | Act::Fail => self.at_the_bank(act).await,
            Act::Hear | Act::HearTwice | Act::HearAndDie | Act::Lose | Act::Lie => {
                self.mail(act).await;
            }
            Act::Switch | Act::Cancel | Act::Ask => self.buyer(act).await,
            Act::Refund | Act::Confirm | Act::Retry => self.operator(act).await,
            Act::Sweep => {
                self.note("sweep");
                self.street.worker.sweep().await.unwrap();
            }
            Act::Wait => self.wait(),
            Act::Fault => self.fault(),
            Act::Refunds => self.refunds().await,
            Act::Trouble => self.trouble(),
            Act::SwitchOff => self.switch_off().await,
            Act::Compare => self.compare_yesterday().await,
        }
    }

    fn some_order(&mut self) -> Option<Order> {
        self.dice.one_of(&self.orders).cloned()
    }

    async fn some_payment(&mut self) -> Option<(Order, Payment)> {
        let order = self.some_order()?;
        let payments = self.street.payments_of(&order).await;
        Some((order, self.dice.one_of(&payments)?.clone()))
    }

    async fn at_the_bank(&mut self, act: Act) {
        let Some((_order, payment)) = self.some_payment().await else { return };
        let number = &payment.payment_no;
        let bank = &self.street.bank;
        let charged = bank.books().charges_of(number).next().is_some();
        let charge = match act {
            Act::Pay if !charged => bank.pay(number),
            Act::PayWrong => {
                let due = payment.amount.minor;
                let wrong = [1, due - 1, due + 500][self.dice.below(3)];
                bank.pay_other(number, yuan(wrong))
            }
            Act::PayAgain if charged => bank.pay(number),
            Act::Fail => {
                if self.dice.chance(60) && bank.books().is_open(number) {
                    bank.attempt_fails(number);
                    self.note(format_args!("an attempt at {number} fails"));
                } else if bank.fails_for_good(number) {
                    self.note(format_args!("{number} fails for good"));
                }
                return;
            }
            _ => return,
        };
        if let Some(charge) = charge {
            self.note(format_args!("charge {} of {}", charge.no, charge.amount));
        }
    }

    async fn mail(&mut self, act: Act) {
        if self.post.is_empty() {
            return;
        }
        let index = self.dice.below(self.post.len());
        let mut notice = self.post[index].clone();
        match act {
            Act::Lose => {
                self.lost.push(self.post.remove(index));
                return self.note(format_args!("lost: {}", key(&notice)));
            }
            Act::Hear => {
                self.post.remove(index);
            }
            Act::HearAndDie => {
                self.post.remove(index);
                return self.hear_and_die(notice).await;
            }
            Act::Lie if matches!(&notice, Notification::Payment(told) if told.outcome == Outcome::Paid) =>
            {
                self.lied_about.insert(observation(&notice).payment_no);
                let (amount, currency) = [("0.01", "CNY"), ("29.90", "USD")][self.dice.below(2)];
                notice = stating(&notice, amount, currency);
            }
            _ => {}
        }
        self.hear(notice).await;
    }

    pub(super) async fn hear(&mut self, notice: Notification) {
        let judgement = self.street.hear(&notice).await;
        self.note(format_args!("heard {}: {}", key(&notice), judgement.as_str()));
        self.heard.push(notice);
    }

    /// The process dies when it has acknowledged: nothing that it put off is ever done.
    async fn hear_and_die(&mut self, notice: Notification) {
        let street = self.street;
        if street.base.db.backend() == DbBackend::Postgres {
            // A connection belongs to the process that opened it.
            return self.hear(notice).await;
        }
        let (base, money) = (street.base.clone(), street.tools.till.money.clone());
        let told = notice.clone();
        let heard = tokio::task::spawn_blocking(move || {
            let process = tokio::runtime::Builder::new_current_thread().enable_all().build();
            process.unwrap().block_on(take_notification::run(&base, &money, &told, b"{}"))
        });
        let judgement = heard.await.unwrap().unwrap();
        self.note(format_args!("heard {}: {}, and died", key(&notice), judgement.as_str()));
        self.heard.push(notice);
    }

    async fn buyer(&mut self, act: Act) {
        let Some(order) = self.some_order() else { return };
        let (street, number) = (self.street, &order.order_no);
        let till = &street.tools.till;
        let told = match act {
            Act::Switch => {
                let method = ["wechat", "alipay"][self.dice.below(2)];
                format!("{method}: {:?}", street.pay_by(&order, method).await)
            }
            Act::Cancel => format!("cancel: {:?}", street.cancel(&order).await),
            _ => match self.dice.below(3) {
                0 => {
                    let asked = check_payment::ask_now(till, (order.user, number)).await.unwrap();
                    format!("I have paid: {asked:?}")
                }
                1 => {
                    check_payment::payer_returned(&street.base, number).await.unwrap();
                    "the payer returned".to_owned()
                }
                _ => {
                    show_payment::run(till, (order.user, number), None).await.unwrap();
                    "show the card".to_owned()
                }
            },
        };
        let told: String = told.chars().take(60).collect();
        self.note(format_args!("buyer of {number}: {told}"));
    }

    async fn operator(&mut self, act: Act) {
        let Some(order) = self.some_order() else { return };
        let number = &order.order_no;
        match act {
            Act::Refund => self.operator_refunds(&order).await,
            Act::Confirm => self.operator_confirms(&order).await,
            _ => {
                let retried = retry_order::run(&self.street.base, number, 7).await;
                self.note(format_args!("operator: retry {number}: {retried:?}"));
            }
        }
    }

    async fn operator_refunds(&mut self, order: &Order) {
        let total = order.total.minor;
        let part = [1, 997, total / 2, total][self.dice.below(4)];
        let reference = format!("CASH-{}", self.diary.len());
        let wish = Wish {
            amount: self.dice.chance(50).then(|| yuan(part)),
            reason: "asked for",
            by_hand: self.dice.chance(15).then_some(reference.as_str()),
            beyond_window: false,
            once: None,
        };
        // Now and then, two operators want the same.
        let operators = 1 + usize::from(self.dice.chance(25));
        for _operator in 0..operators {
            self.one_refunds(order, &wish).await;
        }
    }

    async fn one_refunds(&mut self, order: &Order, wish: &Wish<'_>) {
        let street = self.street;
        let deed = refund_order::start(&street.base, &order.order_no, &OPERATOR, wish);
        let answer = deed.await.unwrap();
        if matches!(answer, Refunded::Started(..)) {
            let refunds = street.refunds_of(order).await;
            for payment in street.payments_of(order).await {
                let of_it = refunds.iter().filter(|one| one.payment_no == payment.payment_no);
                let alive = of_it.filter(|one| one.status != RefundStatus::Failed);
                let reserved: i64 = alive.map(|one| one.amount.minor).sum();
                if reserved > payment.received().minor {
                    let number = &payment.payment_no;
                    self.wrongs.push(format!("{number}: {reserved} is to go back of what came"));
                }
            }
        }
        self.note(format_args!(
            "operator: refund {} {:?}: {answer:?}",
            order.order_no, wish.amount
        ));
    }

    /// An honest operator: confirms a charge that the bank shows, or money that came another way
    /// while the bank shows none.
    async fn operator_confirms(&mut self, order: &Order) {
        let look =
            mingshu::flows::confirm_payment::look(&self.street.base, order.order_no.as_str());
        let Some(found) = look.await.unwrap() else { return };
        let payment = found.payment;
        let number = &payment.payment_no;
        let charge = self.street.bank.books().charges_of(number).next().cloned();
        let reference = match &charge {
            Some(charge)
                if charge.amount == payment.amount
                    || payment.status == PaymentStatus::Conflicted =>
            {
                charge.no.clone()
            }
            Some(_wrong) => return,
            None if payment.status == PaymentStatus::Conflicted => return,
            None => format!("TRANSFER-{}", self.diary.len()),
        };
        let confirmed = self.street.confirm(&order.order_no, &reference).await;
        self.note(format_args!("operator: confirm {number} by {reference}: {confirmed:?}"));
        if charge.is_none() {
            self.paid_elsewhere.insert(number.clone());
        }
    }

    fn wait(&mut self) {
        let seconds = self.dice.weighed(&[
            (20, 1),
            (20, 20),
            (20, 90),
            (15, 400),
            (10, 1200),
            (10, 2400),
            (5, 4 * 3600),
            (2, 26 * 3600),
        ]);
        self.note(format_args!("{seconds} s pass"));
        self.street.clock.advance(Duration::from_secs(seconds));
    }

    fn fault(&mut self) {
        let call = [Call::Create, Call::Query, Call::Refund, Call::QueryRefund][self.dice.below(4)];
        let says = [Outcome::Pending, Outcome::Closed, Outcome::Other("HELD".to_owned())];
        let fault = match self.dice.below(7) {
            0 => Fault::NotSent,
            1 => Fault::Rejected,
            2 | 3 => Fault::LostBefore,
            4 | 5 => Fault::LostAfter,
            _ => Fault::Says(says[self.dice.below(3)].clone()),
        };
        let times = 1 + self.dice.below(3);
        self.note(format_args!("{times} × {call:?}: {fault:?}"));
        self.street.bank.fail(call, std::iter::repeat_n(fault, times));
    }

    async fn refunds(&mut self) {
        let fate =
            [Fate::Fails, Fate::Lingers { succeeds: true }, Fate::Lingers { succeeds: false }]
                [self.dice.below(3)];
        let Some(order) = self.some_order() else { return };
        let refunds = self.street.refunds_of(&order).await;
        let bank = &self.street.bank;
        if let Some(refund) = self.dice.one_of(&refunds).filter(|_one| self.dice_of(&refunds)) {
            let number = refund.refund_no.clone();
            let ended = if refund.status == RefundStatus::Failed {
                bank.revive_refund(&number)
            } else {
                bank.end_refund(&number, fate)
            };
            self.note(format_args!("the bank ends {number} ({fate:?}): {ended}"));
            return;
        }
        bank.refunds_end([fate]);
        self.note(format_args!("the next refund: {fate:?}"));
    }

    fn dice_of(&self, refunds: &[mingshu::payments::Refund]) -> bool {
        refunds.len() % 2 == 1
    }

    fn trouble(&mut self) {
        if self.dice.chance(50) {
            let times = 1 + self.dice.below(3);
            let cut = || Err(ModelError::Retry { reason: "cut".to_owned(), retry_after: None });
            self.street.model.answer_next((0..times).map(|_one| cut()));
            self.note(format_args!("the model fails {times} times"));
        } else {
            let away = || Some(SendError::NotSent(anyhow::anyhow!("away")));
            self.street.messenger.fail_next((0..2).map(|_one| away()));
            self.note("the chat is away");
        }
    }

    pub(super) async fn work(&mut self) {
        let runs = self.street.run_jobs().await;
        self.note(format_args!("work: {runs} runs"));
    }

    /// A worker stops in the middle of something: at a call or behind a commit. Others go on; then
    /// it is dead, or it was only slow.
    async fn die(&mut self) {
        let street = self.street;
        let at = self.dice.below(10);
        let plan = match self.dice.below(3) {
            0 => {
                street.crash.at(at, Side::Before);
                format!("before call {at}")
            }
            1 => {
                street.crash.at(at, Side::After);
                format!("after call {at}")
            }
            _ => {
                street.crash.at_commit(at);
                format!("after commit {at}")
            }
        };
        let worker = street.another_worker();
        let mut work = Box::pin(async move {
            worker.sweep().await.unwrap();
            worker.run_until_idle().await.unwrap()
        });
        tokio::select! {
            runs = &mut work => {
                street.crash.nowhere();
                return self.note(format_args!("work: {runs} runs, no stop {plan}"));
            }
            () = street.crash.happened() => self.note(format_args!("a worker stops {plan}")),
        }
        for _act in 0..self.dice.below(4) {
            self.fetch_post();
            let act = self.dice.weighed(&ACTS);
            self.deed(act).await;
        }
        if self.dice.chance(60) {
            drop(work);
            self.note("it is dead");
        } else {
            if self.dice.chance(50) {
                street.clock.advance(LONG_AFTER_THE_LEASE);
                street.worker.sweep().await.unwrap();
                self.work().await;
            }
            street.crash.release();
            let runs = work.await;
            return self.note(format_args!("it was only slow: {runs} runs"));
        }
        if self.dice.chance(70) {
            street.clock.advance(LONG_AFTER_THE_LEASE);
            street.worker.sweep().await.unwrap();
        }
    }
}

/// What a notice is told by.
pub(super) fn key(notice: &Notification) -> &str {
    match notice {
        Notification::Payment(told) => &told.evidence_key,
        Notification::Refund(told) => &told.evidence_key,
        Notification::RefundOfCharge(told) => &told.evidence_key,
        Notification::Unhandled { evidence_key, .. } => evidence_key,
    }
}
