//! The shop with the bank beside it, and what people do there: the deeds of buyers and operators
//! in one line each.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use mingshu::catalog::answers::FormAnswers;
use mingshu::flows::close_order::{self, Ended};
use mingshu::flows::confirm_payment::{self, Confirmed, Statement};
use mingshu::flows::new_payment::{self, Switched};
use mingshu::flows::refund_order::{self, Refunded, Wish};
use mingshu::flows::settle_payment::SettleError;
use mingshu::flows::take_notification;
use mingshu::flows::till::Counter;
use mingshu::kernel::ids::OrderNo;
use mingshu::kernel::money::{Currency, Money};
use mingshu::orders::{Actor, Order, OrderStatus};
use mingshu::payments::inbox::Judgement;
use mingshu::payments::ports::Notification;
use mingshu::payments::{Payment, Refund, refunds, repo as payments};
use mingshu::platform::db::query_all;
use mingshu::worker::Worker;

use super::bank::{BANK, Bank};
use super::database::{Database, on_every_database};
use super::{LONG_AFTER_THE_LEASE, TestApp};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const OPERATOR: Actor = Actor::Operator(7);
/// What the product `letter` costs, in minor units.
pub(crate) const PRICE: i64 = 2990;

pub(crate) struct Street {
    pub(crate) app: TestApp,
    pub(crate) bank: Arc<Bank>,
}

impl Deref for Street {
    type Target = TestApp;

    fn deref(&self) -> &TestApp {
        &self.app
    }
}

/// Tells `story` on every database, with a bank that has a truth of its own.
pub(crate) async fn on_the_street(story: impl AsyncFn(Street)) {
    on_every_database(async |database: &Database| story(Street::open(database)).await).await;
}

pub(crate) fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

impl Street {
    pub(crate) fn open(database: &Database) -> Self {
        Self::beside(TestApp::start(database))
    }

    fn beside(mut app: TestApp) -> Self {
        let bank = Arc::new(Bank::new(Arc::clone(&app.crash), Arc::clone(&app.clock)));
        let till = &mut app.tools.till;
        let known = till.counter("fakepay").cloned().expect("the usual counter");
        let counter = Counter { gateway: Arc::clone(&bank) as _, ..known };
        till.counters = Arc::new(BTreeMap::from([(BANK.to_owned(), counter)]));
        BANK.clone_into(&mut till.provider);
        app.worker = super::worker(&app.base, &app.tools);
        Self { app, bank }
    }

    /// The same street where the shop decides otherwise.
    pub(crate) fn with(mut self, decide: impl FnOnce(&mut super::Tools)) -> Self {
        self.decide(decide);
        self
    }

    /// The shop decides otherwise from now on.
    pub(crate) fn decide(&mut self, decide: impl FnOnce(&mut super::Tools)) {
        decide(&mut self.app.tools);
        self.app.worker = super::worker(&self.app.base, &self.app.tools);
    }

    /// An order whose payment was opened, and that payment.
    pub(crate) async fn ordered(&self) -> (Order, Payment) {
        let order = self.an_order().await;
        let payment = self.payment(&order.order_no).await;
        (order, payment)
    }

    /// An order that was paid and told of; its work waits in the queue.
    pub(crate) async fn paid(&self) -> (Order, Payment) {
        let (order, payment) = self.ordered().await;
        self.bank.pay(&payment.payment_no).expect("it is open");
        assert_eq!(self.deliver_post().await, [Judgement::Applied]);
        (order, payment)
    }

    pub(crate) async fn completed(&self) -> (Order, Payment) {
        let (order, payment) = self.paid().await;
        self.run_jobs().await;
        self.is(&order, OrderStatus::Completed).await;
        (order, payment)
    }

    pub(crate) async fn order_of(&self, sku: &str) -> Order {
        let order = self.place(sku, FormAnswers::default()).await;
        self.run_jobs().await;
        order
    }

    /// The bank's message arrives.
    pub(crate) async fn hear(&self, notice: &Notification) -> Judgement {
        self.try_hear(notice).await.unwrap()
    }

    pub(crate) async fn try_hear(&self, notice: &Notification) -> Result<Judgement, SettleError> {
        let money = &self.tools.till.money;
        take_notification::run(&self.base, money, notice, b"{}").await
    }

    /// Everything that the bank has to tell arrives once, in order.
    pub(crate) async fn deliver_post(&self) -> Vec<Judgement> {
        let mut judgements = Vec::new();
        for notice in self.bank.post() {
            judgements.push(self.hear(&notice).await);
        }
        judgements
    }

    pub(crate) async fn payments_of(&self, order: &Order) -> Vec<Payment> {
        payments::list_of_order(self.base.db.read(), &order.order_no).await.unwrap()
    }

    pub(crate) async fn refunds_of(&self, order: &Order) -> Vec<Refund> {
        refunds::list_of_order(self.base.db.read(), &order.order_no).await.unwrap()
    }

    pub(crate) async fn pay_by(&self, order: &Order, method: &str) -> Switched {
        let whose = (order.user, &order.order_no);
        new_payment::switch(&self.tools.till, whose, method, None).await.unwrap()
    }

    pub(crate) async fn cancel(&self, order: &Order) -> Ended {
        let whose = (order.user, &order.order_no);
        close_order::cancel(&self.base, whose, "changed my mind").await.unwrap()
    }

    pub(crate) async fn give_back(&self, order_no: &OrderNo, minor: Option<i64>) -> Refunded {
        let wish = Wish { amount: minor.map(yuan), reason: "asked for", ..Wish::default() };
        refund_order::start(&self.base, order_no, &OPERATOR, &wish).await.unwrap()
    }

    pub(crate) async fn confirm(&self, order_no: &OrderNo, reference: &str) -> Confirmed {
        let statement = Statement { reference, note: "the bank shows it" };
        let (whose, money) = ((order_no.as_str(), &OPERATOR), &self.tools.till.money);
        confirm_payment::run(&self.base, money, whose, &statement).await.unwrap()
    }

    /// Time passes, the nets are drawn, and what is due is done.
    pub(crate) async fn later(&self, pause: Duration) {
        self.clock.advance(pause);
        self.worker.sweep().await.unwrap();
        self.run_jobs().await;
    }

    /// The worker works until the chosen call hangs, and dies there.
    pub(crate) async fn dies_at_work(&self) {
        tokio::select! {
            _ = self.worker.run_until_idle() => panic!("it never came to the chosen call"),
            () = self.crash.happened() => {}
        }
    }

    /// Another worker takes over after the leases of the dead.
    pub(crate) async fn rises(&self) -> Worker {
        self.clock.advance(LONG_AFTER_THE_LEASE);
        let risen = self.another_worker();
        risen.sweep().await.unwrap();
        risen.run_until_idle().await.unwrap();
        risen
    }

    pub(crate) async fn is(&self, order: &Order, status: OrderStatus) {
        assert_eq!(self.reload(&order.order_no).await.status, status);
    }

    /// Delivered once, and the bank kept the price.
    pub(crate) async fn is_sold(&self, order: &Order) {
        self.is(order, OrderStatus::Completed).await;
        assert_eq!(self.count_completed(&order.order_no).await, 1);
        assert_eq!(self.kept(order).await, PRICE);
    }

    /// What the bank keeps of the order's payments, in minor units.
    pub(crate) async fn kept(&self, order: &Order) -> i64 {
        let payments = self.payments_of(order).await;
        let books = self.bank.books();
        let numbers = payments.iter().map(|payment| &payment.payment_no);
        numbers.map(|number| books.taken(number) - books.returned(number)).sum()
    }

    /// The kinds of alerts so far, in order.
    pub(crate) async fn alerts(&self) -> Vec<String> {
        let sql = "SELECT dedupe_key FROM jobs WHERE kind = 'send_alert' ORDER BY id";
        let rows = query_all(self.base.db.read(), sql, vec![]).await.unwrap();
        let key = |row: &sea_orm::QueryResult| row.try_get_by_index::<String>(0).unwrap();
        let kind = |key: String| key.split(':').nth(1).unwrap_or_default().to_owned();
        rows.iter().map(key).map(kind).collect()
    }
}
