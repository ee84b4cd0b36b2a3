//! What operators and the nets do with orders.

use std::time::Duration;

use mingshu::flows::{catch_up, figures};
use mingshu::kernel::clock::Clock;
use mingshu::orders::{self, Actor, Change, OrderError, OrderStatus};
use mingshu::payments::repo::{self as payments, Evidence};
use mingshu::payments::{Fact, PaymentError};
use mingshu::platform::db::execute;
use mingshu::reports::ports::ModelError;

use crate::support::{TestApp, everywhere};

#[tokio::test]
async fn a_paid_order_that_lost_its_job_gets_it_again() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        let tx = app.base.db.begin_write().await.unwrap();
        execute(tx.conn(), "DELETE FROM jobs", vec![]).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(catch_up::orders(&app.base).await.unwrap(), 0, "not at once");
        app.clock.advance(Duration::from_secs(90));
        assert_eq!(catch_up::orders(&app.base).await.unwrap(), 1);
        assert_eq!(catch_up::orders(&app.base).await.unwrap(), 0, "not twice");
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
    })
    .await;
}

#[tokio::test]
async fn a_parked_order_is_left_to_a_person() {
    everywhere(async |app: TestApp| {
        app.gateway.state("0.01");
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;
        app.clock.advance(Duration::from_secs(3600));
        assert_eq!(catch_up::orders(&app.base).await.unwrap(), 0);
        assert_eq!(app.job(&format!("fulfil:{}", order.order_no)).await.0, "parked");
    })
    .await;
}

/// The last line behind the locks: with one of them forgotten, a copy that is out of date still
/// changes nothing.
#[tokio::test]
async fn a_stale_copy_of_an_order_or_a_payment_changes_nothing() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await;
        app.pay(&order.order_no, "first").await;
        let (now, tx) = (app.clock.now(), app.base.db.begin_write().await.unwrap());
        let mut stale = order.clone();
        let change = Change::BuyerCancelled;
        let changed = orders::repo::change(&tx, &mut stale, change, &Actor::Buyer, "", now).await;
        assert!(matches!(changed, Err(OrderError::Stale(_))), "{changed:?}");
        let advanced = orders::repo::advance(&tx, &mut stale, now).await;
        assert!(matches!(advanced, Err(OrderError::Stale(_))), "{advanced:?}");
        let mut stale = payment.clone();
        let evidence = Evidence { source: "system", evidence_key: None, note: "" };
        let applied = payments::apply(&tx, &mut stale, Fact::GivenUp, &evidence, now).await;
        assert!(matches!(applied, Err(PaymentError::Stale(_))), "{applied:?}");
        tx.commit().await.unwrap();
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Paid);
    })
    .await;
}

#[tokio::test]
async fn finished_jobs_are_forgotten_after_a_week() {
    everywhere(async |app: TestApp| {
        app.a_paid_order().await;
        app.run_jobs().await;
        assert_eq!(catch_up::prune(&app.base).await.unwrap(), 0);
        app.clock.advance(Duration::from_secs(8 * 24 * 3600));
        app.run_jobs().await;
        app.clock.advance(Duration::from_secs(8 * 24 * 3600));
        assert!(catch_up::prune(&app.base).await.unwrap() > 0);
        assert_eq!(app.count_jobs("").await, 0);
    })
    .await;
}

#[tokio::test]
async fn the_figures_tell_what_was_sold_and_given_back() {
    everywhere(async |app: TestApp| {
        let since = app.clock.now();
        app.a_paid_order().await;
        app.run_jobs().await;
        app.model.answer_next([Err(ModelError::Refused)]);
        app.a_paid_order().await;
        app.run_to_the_end().await;
        let figures = figures::since(&app.base, since).await.unwrap();
        assert_eq!(figures.placed(), 2);
        assert_eq!(figures.count(&[OrderStatus::Completed]), 1);
        assert_eq!(figures.count(&[OrderStatus::Failed]), 1);
        assert_eq!(figures.received[0].minor, 5980);
        assert_eq!(figures.refunded[0].minor, 2990);
        assert_eq!((figures.new_users, figures.jobs.parked), (1, 0));
    })
    .await;
}
