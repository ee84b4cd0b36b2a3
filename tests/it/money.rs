//! Money on its ways: other ways to pay, what nobody told us, what did not match, what goes back.

use std::time::Duration;

use mingshu::audit;
use mingshu::flows::confirm_payment::{self, Confirmed, Statement};
use mingshu::flows::doctor_payments::{self, Chain, Doors, Looks};
use mingshu::flows::new_payment::{self, Switched};
use mingshu::flows::refund_order::{self, Refunded, Wish};
use mingshu::flows::{check_payment, settle_payment, show_payment};
use mingshu::kernel::clock::Clock;
use mingshu::kernel::money::{Currency, Money};
use mingshu::orders::{Actor, Order, OrderStatus};
use mingshu::payments::inbox::Judgement;
use mingshu::payments::ports::{
    Glance, Observation, Outcome, Outlook, RefundAnswer, RefundOutcome, StatedAmount,
};
use mingshu::payments::repo as payments;
use mingshu::payments::{Payment, PaymentStatus, RefundStatus, refunds, refusals};

use crate::support::builders::BUYER;
use crate::support::fakes::observation;
use crate::support::{TestApp, everywhere};

const MINUTE: Duration = Duration::from_secs(60);
const OPERATOR: Actor = Actor::Operator(7);

fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY)
}

impl TestApp {
    async fn payments(&self, order: &Order) -> Vec<Payment> {
        payments::list_of_order(self.base.db.read(), &order.order_no).await.unwrap()
    }

    async fn hear(&self, observation: &Observation) -> Judgement {
        let money = &self.tools.till.money;
        settle_payment::run(&self.base, money, observation, b"{}").await.unwrap()
    }

    async fn switch(&self, order: &Order, method: &str) -> Switched {
        let whose = (BUYER, &order.order_no);
        new_payment::switch(&self.tools.till, whose, method, None).await.unwrap()
    }

    async fn give_back(&self, order: &Order, wish: Wish<'_>) -> Refunded {
        refund_order::start(&self.base, &order.order_no, &OPERATOR, &wish).await.unwrap()
    }

    async fn confirm(&self, order: &Order, reference: &str) -> Confirmed {
        let statement = Statement { reference, note: "the bank shows it" };
        let whose = (order.order_no.as_str(), &OPERATOR);
        let money = &self.tools.till.money;
        confirm_payment::run(&self.base, money, whose, &statement).await.unwrap()
    }

    async fn deeds(&self, order: &Order) -> Vec<String> {
        let filter = audit::Filter { order_no: Some(&order.order_no), ..Default::default() };
        let rows = audit::repo::list(self.base.db.read(), &filter, 10).await.unwrap();
        rows.into_iter().map(|row| format!("{} {}", row.operator, row.action)).collect()
    }

    async fn later(&self, pause: Duration) {
        self.clock.advance(pause);
        check_payment::sweep(&self.tools.till).await.unwrap();
        self.run_jobs().await;
    }
}

fn stating(payment: &Payment, amount: &str, currency: &str) -> Observation {
    let stated = StatedAmount { amount: amount.to_owned(), currency: Some(currency.to_owned()) };
    Observation { stated: Some(stated), ..observation(&payment.payment_no, amount) }
}

#[tokio::test]
async fn another_way_to_pay_keeps_order_and_deadline() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        app.clock.advance(MINUTE);
        assert!(matches!(app.switch(&order, "alipay").await, Switched::Soon));
        assert!(matches!(app.switch(&order, "alipay").await, Switched::Same(_)));
        assert!(matches!(app.switch(&order, "shells").await, Switched::NotThatWay));
        app.run_jobs().await;
        let attempts = app.payments(&order).await;
        let states: Vec<_> =
            attempts.iter().map(|payment| (payment.method.as_str(), payment.status)).collect();
        let expected =
            [("wechat", PaymentStatus::Cancelled), ("alipay", PaymentStatus::Processing)];
        assert_eq!(states, expected);
        assert_eq!(attempts[1].expires_at, order.expires_at);
        assert_eq!(app.reload(&order.order_no).await.expires_at, order.expires_at);
    })
    .await;
}

#[tokio::test]
async fn money_by_the_old_way_pays_and_money_by_both_ways_goes_back_once() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        app.clock.advance(MINUTE);
        app.switch(&order, "alipay").await;
        app.run_jobs().await;
        let [old, new] = app.payments(&order).await.try_into().unwrap();
        assert_eq!(app.hear(&observation(&old.payment_no, "a")).await, Judgement::Applied);
        let states: Vec<_> = app.payments(&order).await.iter().map(|one| one.status).collect();
        assert_eq!(states, [PaymentStatus::Succeeded, PaymentStatus::Cancelled]);
        for key in ["b", "b", "c"] {
            app.hear(&observation(&new.payment_no, key)).await;
        }
        app.run_jobs().await;
        let sent = app.gateway.refunds();
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!((&sent[0].payment_no, sent[0].amount), (&new.payment_no, yuan(2990)));
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.count_completed(&order.order_no).await, 1);
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_was_refused_gets_a_new_number_on_the_next_try() {
    everywhere(async |app: TestApp| {
        app.gateway.refuse_to_open();
        let order = app.an_order().await;
        assert_eq!(app.payment(&order.order_no).await.status, PaymentStatus::Failed);
        app.clock.advance(MINUTE);
        let whose = (BUYER, &order.order_no);
        show_payment::run(&app.tools.till, whose, None).await.unwrap();
        app.run_jobs().await;
        let [first, second] = app.payments(&order).await.try_into().unwrap();
        assert_ne!(first.payment_no, second.payment_no);
        assert_eq!(second.status, PaymentStatus::Processing);
        assert_eq!(app.hear(&observation(&second.payment_no, "a")).await, Judgement::Applied);
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Paid);
    })
    .await;
}

#[tokio::test]
async fn the_ladder_asks_without_telling_the_buyer_and_finds_money_nobody_announced() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let said = app.messenger.sent().len();
        app.gateway.answer_queries([Ok(Outcome::Pending), Ok(Outcome::Pending)]);
        app.later(MINUTE / 2).await;
        assert_eq!(app.gateway.asked(), 0);
        app.later(MINUTE).await;
        assert_eq!(app.gateway.asked(), 1, "after a minute");
        app.later(MINUTE).await;
        assert_eq!(app.gateway.asked(), 1);
        app.later(4 * MINUTE).await;
        assert_eq!(app.gateway.asked(), 2, "after five");
        assert_eq!(app.messenger.sent().len(), said, "nobody asked, so nobody is told");
        let payment = app.payment(&order.order_no).await;
        assert_eq!(payment.last_query.map(|(_at, word)| word).as_deref(), Some("pending"));
        app.later(12 * MINUTE).await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
    })
    .await;
}

#[tokio::test]
async fn the_ladder_goes_on_after_the_order_was_closed() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        app.gateway.answer_queries([Ok(Outcome::Pending)]);
        app.later(31 * MINUTE).await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Closed);
        app.later(40 * MINUTE).await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
    })
    .await;
}

#[tokio::test]
async fn the_buyer_is_reminded_once_before_the_deadline() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        app.gateway.answer_queries((0..9).map(|_ask| Ok(Outcome::Pending)));
        app.later(24 * MINUTE).await;
        assert_eq!(app.messenger.saying("分钟到期").len(), 0);
        app.later(MINUTE).await;
        app.later(MINUTE).await;
        let reminders = app.messenger.saying("分钟到期");
        assert_eq!(reminders.len(), 1);
        assert!(reminders[0].text.contains("5 分钟"), "{}", reminders[0].text);
        assert!(reminders[0].text.contains(order.order_no.as_str()));
    })
    .await;
}

#[tokio::test]
async fn who_has_paid_is_not_reminded() {
    everywhere(async |app: TestApp| {
        app.a_paid_order().await;
        app.later(26 * MINUTE).await;
        assert_eq!(app.messenger.saying("分钟到期").len(), 0);
    })
    .await;
}

#[tokio::test]
async fn an_operator_confirms_what_no_provider_told() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let number = app.payment(&order.order_no).await.payment_no;
        let confirmed = app.confirm(&order, "BANK-1").await;
        assert_eq!(confirmed, Confirmed::Now(number, OrderStatus::Paid));
        assert_eq!(app.confirm(&order, "BANK-1").await, Confirmed::NothingToConfirm);
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.gateway.asked(), 0, "a person's word needs no second proof");
        assert_eq!(app.deeds(&order).await, ["operator:7 payment.confirm"]);
        let other = app.an_order().await;
        assert_eq!(app.confirm(&other, "BANK-1").await, Confirmed::ReferenceUsed);
        assert_eq!(app.reload(&other.order_no).await.status, OrderStatus::PendingPayment);
    })
    .await;
}

#[tokio::test]
async fn money_that_does_not_match_waits_for_an_operator_who_accepts_it() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await;
        assert_eq!(app.hear(&stating(&payment, "29.80", "CNY")).await, Judgement::Mismatch);
        app.gateway.state("29.80");
        app.later(31 * MINUTE).await;
        let waiting = app.payment(&order.order_no).await;
        assert_eq!(waiting.status, PaymentStatus::Conflicted);
        assert_eq!(waiting.received(), yuan(2980));
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::PendingPayment);
        assert!(matches!(app.confirm(&order, "CASE-1").await, Confirmed::Now(..)));
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let accepted = app.payment(&order.order_no).await;
        assert_eq!((accepted.status, accepted.received()), (PaymentStatus::Succeeded, yuan(2980)));
        let back = app.give_back(&order, Wish { reason: "x", ..Wish::default() }).await;
        assert!(matches!(back, Refunded::Started(_, amount) if amount == yuan(2980)), "{back:?}");
    })
    .await;
}

#[tokio::test]
async fn money_that_does_not_match_goes_back_as_it_came() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await;
        app.hear(&stating(&payment, "4.50", "USD")).await;
        let dollars = Money::new(450, Currency::USD);
        let back = app.give_back(&order, Wish { reason: "wrong", ..Wish::default() }).await;
        assert!(matches!(back, Refunded::Started(_, amount) if amount == dollars), "{back:?}");
        app.run_jobs().await;
        assert_eq!(app.gateway.refunds()[0].amount, dollars);
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Closed);
        let again = app.give_back(&order, Wish { reason: "wrong", ..Wish::default() }).await;
        assert_eq!(again, Refunded::NothingToRefund);
    })
    .await;
}

#[tokio::test]
async fn the_right_amount_after_a_wrong_one_pays_the_order() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await;
        app.hear(&stating(&payment, "0.01", "CNY")).await;
        assert_eq!(app.hear(&observation(&payment.payment_no, "b")).await, Judgement::Applied);
        let paid = app.payment(&order.order_no).await;
        assert_eq!((paid.status, paid.received()), (PaymentStatus::Succeeded, yuan(2990)));
    })
    .await;
}

#[tokio::test]
async fn parts_go_back_until_nothing_is_left() {
    everywhere(async |app: TestApp| {
        let code = app.a_promoter().await;
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        assert_eq!(app.earned(&code).await, (1, 598));
        let part = |minor| Wish { amount: Some(yuan(minor)), reason: "part", ..Wish::default() };
        assert_eq!(app.give_back(&order, part(2991)).await, Refunded::TooMuch(yuan(2990)));
        assert!(matches!(app.give_back(&order, part(1000)).await, Refunded::Started(..)));
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.earned(&code).await, (1, 398));
        assert_eq!(app.give_back(&order, part(1991)).await, Refunded::TooMuch(yuan(1990)));
        let rest = app.give_back(&order, Wish { reason: "rest", ..Wish::default() }).await;
        assert!(matches!(rest, Refunded::Started(_, amount) if amount == yuan(1990)));
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Refunded);
        assert_eq!(app.earned(&code).await, (1, 0));
        let more = app.give_back(&order, part(1)).await;
        assert_eq!(more, Refunded::NothingToRefund);
        assert_eq!(app.deeds(&order).await, ["operator:7 refund.start"; 2]);
    })
    .await;
}

#[tokio::test]
async fn what_was_given_back_by_hand_is_only_written_down() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        let wish =
            Wish { reason: "the provider cannot", by_hand: Some("CASH-1"), ..Wish::default() };
        let back = app.give_back(&order, wish).await;
        let Refunded::WrittenDown(number, amount) = back else { panic!("{back:?}") };
        app.run_jobs().await;
        assert_eq!((amount, app.gateway.refunds().len()), (yuan(2990), 0));
        let refund = refunds::get(app.base.db.read(), &number).await.unwrap();
        assert_eq!(refund.status, RefundStatus::Succeeded);
        assert_eq!(refund.manual_reference.as_deref(), Some("CASH-1"));
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Refunded);
        assert_eq!(app.deeds(&order).await, ["operator:7 refund.by_hand"]);
    })
    .await;
}

#[tokio::test]
async fn a_failed_refund_that_succeeds_after_a_second_one_alarms() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        app.gateway.settle_refunds(RefundOutcome::Failed("no balance".to_owned()));
        let first = app.give_back(&order, Wish { reason: "x", ..Wish::default() }).await;
        let Refunded::Started(first, _) = first else { panic!("{first:?}") };
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        app.gateway.settle_refunds(RefundOutcome::Succeeded);
        app.give_back(&order, Wish { reason: "x", ..Wish::default() }).await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Refunded);
        let outcome = RefundOutcome::Succeeded;
        let answer = RefundAnswer { provider_refund_ref: None, outcome };
        assert!(refund_order::settle(&app.base, &first, &answer).await.unwrap());
        assert_eq!(app.count_jobs("alert:RefundedTwice").await, 1);
        let number = first.clone();
        let refund = refunds::get(app.base.db.read(), &number).await.unwrap();
        assert_eq!(refund.status, RefundStatus::Succeeded, "money that moved is recorded");
    })
    .await;
}

#[tokio::test]
async fn a_failed_refund_that_succeeds_after_all_refunds_the_order() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        app.gateway.settle_refunds(RefundOutcome::Failed("no balance".to_owned()));
        let back = app.give_back(&order, Wish { reason: "x", ..Wish::default() }).await;
        let Refunded::Started(number, _) = back else { panic!("{back:?}") };
        app.run_jobs().await;
        let outcome = RefundOutcome::Succeeded;
        let answer = RefundAnswer { provider_refund_ref: None, outcome };
        assert!(refund_order::settle(&app.base, &number, &answer).await.unwrap());
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Refunded);
        assert_eq!(app.count_jobs("alert:RefundedTwice").await, 0);
    })
    .await;
}

/// The world outside as a provider would find it.
struct Street(Option<u16>);

#[async_trait::async_trait]
impl Outlook for Street {
    async fn post_unsigned(&self, _address: &str) -> Glance {
        Glance { status: self.0, clock_ms: None, fault: Some("refused".to_owned()) }
    }

    async fn look(&self, _address: &str) -> Glance {
        Glance { status: Some(200), clock_ms: Some(1_795_234_380_000), fault: None }
    }
}

impl TestApp {
    async fn doctor(&self, order: &Order, street: &Street) -> Chain {
        let notify_url = "https://shop.example/webhook/fakepay";
        let doors = Doors { outlook: street, provider_url: "https://pay.example", notify_url };
        let number = Some(&order.order_no);
        doctor_payments::run(&self.base, number, &doors).await.unwrap().remove(0)
    }
}

#[tokio::test]
async fn the_doctor_finds_why_nothing_happened() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let chain = app.doctor(&order, &Street(Some(401))).await;
        let looks: Vec<_> = chain.links.iter().map(|link| (link.name, link.looks)).collect();
        let expected = [
            ("link created", Looks::Good),
            ("notify address", Looks::Good),
            ("self-call", Looks::Good),
            ("clock", Looks::Good),
            ("last callback", Looks::Open),
            ("last query", Looks::Open),
        ];
        assert_eq!(looks, expected);
        assert!(chain.next.contains("nobody has paid"), "{}", chain.next);
        let chain = app.doctor(&order, &Street(Some(502))).await;
        assert!(chain.next.contains("reverse proxy"), "{}", chain.next);
        let chain = app.doctor(&order, &Street(None)).await;
        assert_eq!(chain.links[2].detail, "refused");
        let tx = app.base.db.begin_write().await.unwrap();
        let now = app.clock.now();
        refusals::add(&tx, ("fakepay", "the signature is wrong"), 2, now).await.unwrap();
        refusals::add(&tx, ("fakepay", "the signature is wrong"), 1, now).await.unwrap();
        tx.commit().await.unwrap();
        let chain = app.doctor(&order, &Street(Some(401))).await;
        assert!(chain.links[4].detail.contains("3 refused"), "{}", chain.links[4].detail);
        assert!(chain.next.contains("signature is wrong"), "{}", chain.next);
        app.pay(&order.order_no, "first").await;
        app.run_jobs().await;
        let chain = app.doctor(&order, &Street(Some(401))).await;
        assert!(chain.next.contains("in the books"), "{}", chain.next);
        assert!(chain.links[4].detail.ends_with("applied"), "{}", chain.links[4].detail);
    })
    .await;
}

#[tokio::test]
async fn an_order_whose_refund_was_refused_before_its_work_waits_for_a_person() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.gateway.settle_refunds(RefundOutcome::Failed("no balance".to_owned()));
        app.give_back(&order, Wish { reason: "x", ..Wish::default() }).await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Paid);
        assert_eq!(app.job(&format!("fulfil:{}", order.order_no)).await.0, "parked");
        app.clock.advance(2 * MINUTE);
        app.worker.sweep().await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Paid);
    })
    .await;
}
