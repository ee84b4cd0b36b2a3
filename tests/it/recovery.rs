//! What got stuck is found again: by the sweeps, by an operator, by the house-keeping.

use std::time::Duration;

use mingshu::flows::catch_up;
use mingshu::flows::check_payment;
use mingshu::flows::jobs::FulfilOrder;
use mingshu::flows::resend_report::{self, Resent};
use mingshu::flows::retry_order::{self, Retried};
use mingshu::notifications::ports::SendError;
use mingshu::orders::{Actor, OrderStatus};
use mingshu::payments::ports::{CallError, Outcome};
use mingshu::platform::db::{execute, query_one};
use mingshu::platform::jobs::{Job, store};

use crate::support::builders::BUYER;
use crate::support::{TestApp, everywhere};

const HOUR: Duration = Duration::from_secs(60 * 60);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn refused() -> SendError {
    SendError::Refused { code: 400, description: "no".to_owned() }
}

#[tokio::test]
async fn a_report_is_sent_again_three_times_a_day_and_tomorrow_again() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        let again = async |actor: Actor| {
            let outcome = resend_report::start(&app.base, &order.order_no, &actor).await.unwrap();
            app.run_jobs().await;
            outcome
        };
        for _ in 0..3 {
            app.clock.advance(HOUR);
            assert_eq!(again(Actor::Buyer).await, Resent::Started);
        }
        assert_eq!(again(Actor::Buyer).await, Resent::Enough);
        assert_eq!(again(Actor::Operator(1)).await, Resent::Enough);
        assert_eq!(app.messenger.saying("报告到此完结").len(), 4);
        app.clock.advance(DAY);
        assert_eq!(again(Actor::Buyer).await, Resent::Started);
    })
    .await;
}

#[tokio::test]
async fn a_tap_on_i_have_paid_while_the_provider_is_being_asked_asks_once_more() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        // The provider said "pending" just before the buyer paid and tapped.
        app.gateway.answer_queries([Ok(Outcome::Pending), Ok(Outcome::Paid), Ok(Outcome::Paid)]);
        let tap = async || {
            let who = (BUYER, &order.order_no);
            check_payment::ask_now(&app.tools.till, who).await.unwrap()
        };
        assert!(tap().await);
        app.crash.at(0, crate::support::crash::Side::After);
        let worker = app.worker.clone();
        let running = tokio::spawn(async move { worker.run_until_idle().await });
        app.crash.happened().await;
        assert!(tap().await);
        app.crash.release();
        running.await.unwrap().unwrap();
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
    })
    .await;
}

#[tokio::test]
async fn an_operator_wakes_whatever_of_an_order_is_parked_by_the_number_in_the_alert() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await.payment_no;
        // Asking fails until the attempts are used up, and so does telling the buyer.
        let away = || Err(CallError::NotSent(anyhow::anyhow!("connection refused")));
        app.gateway.answer_queries((0..12).map(|_| away()));
        check_payment::ask_now(&app.tools.till, (BUYER, &order.order_no)).await.unwrap();
        app.run_to_the_end().await;
        let check = format!("check:{payment}");
        assert_eq!(app.job(&check).await.0, "parked");
        assert_eq!(app.messenger.saying(&check).len(), 1, "the alert names it");

        let found = retry_order::order_of(&app.base, &check).await.unwrap();
        assert_eq!(found.as_ref(), Some(&order.order_no));
        assert_eq!(retry_order::order_of(&app.base, "check:nothing").await.unwrap(), None);
        app.clock.advance(HOUR);
        app.gateway.answer_queries([Ok(Outcome::Pending)]);
        app.messenger.fail_next([Some(refused())]);
        let retried = async || retry_order::run(&app.base, &order.order_no, 1).await.unwrap();
        assert_eq!(retried().await, Retried::Woken(1));
        app.run_jobs().await;
        assert_eq!(app.job(&check).await.0, "done");
        // The word for the buyer was refused, and is parked; it is woken just so.
        assert_eq!(app.messenger.saying("已关闭").len(), 0);
        assert_eq!(retried().await, Retried::Woken(1));
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("已关闭").len(), 1, "{:?}", app.messenger.sent());
        assert_eq!(retried().await, Retried::Nothing(OrderStatus::Closed));
    })
    .await;
}

#[tokio::test]
async fn an_order_with_nothing_but_unknown_words_is_a_persons_a_day_after_its_deadline() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let word = || Ok(Outcome::Other("WOBBLING".to_owned()));
        app.gateway.answer_queries((0..20).map(|_| word()));
        let check = format!("check:{}:deadline", app.payment(&order.order_no).await.payment_no);
        let look = async || {
            app.worker.sweep().await.unwrap();
            app.run_jobs().await;
        };
        app.clock.advance(HOUR);
        look().await;
        assert_eq!(app.job(&check).await.0, "done", "not yet");
        app.clock.advance(DAY);
        look().await;
        assert_eq!(app.job(&check).await.0, "parked");
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::PendingPayment);
        assert_eq!(app.messenger.saying("WOBBLING").len(), 2, "the word, and that it lasts");
        let asked = app.gateway.asked();
        look().await;
        assert_eq!(app.gateway.asked(), asked, "a parked question rests");
        app.clock.advance(HOUR);
        look().await;
        assert_eq!(app.gateway.asked(), asked + 1, "and is asked again after a while");
    })
    .await;
}

#[tokio::test]
async fn many_parked_orders_do_not_hide_one_that_lost_its_job() {
    everywhere(async |app: TestApp| {
        let tx = app.base.db.begin_write().await.unwrap();
        let now = app.base.now();
        let paid = now.minus(HOUR).millis();
        for number in 0..450_i64 {
            let order_no = format!("M20261121-{number:08}");
            execute(
                tx.conn(),
                "INSERT INTO orders (order_no, draft_id, user_id, sku, status, step, \
                 locale, price_minor, total_minor, currency, expires_at, paid_at, created_at, \
                 updated_at) VALUES ($1, $1, 1, 'letter', 'paid', 'accept', 'zh-Hans', 1, 1, \
                 'CNY', $2, $2, $2, $2)",
                vec![order_no.as_str().into(), paid.into()],
            )
            .await
            .unwrap();
            if number != 449 {
                let job = FulfilOrder { order_no: order_no.into() };
                store::enqueue_parked(&tx, &job, "a person", now).await.unwrap();
            }
        }
        tx.commit().await.unwrap();
        assert_eq!(catch_up::orders(&app.base).await.unwrap(), 1);
        let job = FulfilOrder { order_no: "M20261121-00000449".into() };
        assert_eq!(app.job(&job.dedupe_key()).await.0, "ready");
        assert_eq!(catch_up::orders(&app.base).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn events_are_forgotten_after_ninety_days_and_only_when_nobody_waits_for_them() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        let count = async || {
            let sql = "SELECT count(*) FROM outbox WHERE subject = $1";
            let row = query_one(app.base.db.read(), sql, vec![order.order_no.as_str().into()]);
            row.await.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap()
        };
        let all = count().await;
        assert!(all > 2);
        app.clock.advance(DAY * 91);
        assert_eq!(catch_up::prune_events(&app.base).await.unwrap(), 0);
        let tx = app.base.db.begin_write().await.unwrap();
        let sql = "UPDATE outbox SET published_at = 1 WHERE kind = 'order.paid'";
        execute(tx.conn(), sql, vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(catch_up::prune_events(&app.base).await.unwrap(), 1);
        assert_eq!(count().await, all - 1);
    })
    .await;
}
