//! The worker dies at every moment of a purchase; the order is completed all the same, exactly once.

use std::collections::BTreeMap;

use mingshu::orders::OrderStatus;

use crate::support::crash::Side;
use crate::support::database::{Database, on_every_database};
use crate::support::{LONG_AFTER_THE_LEASE, TestApp, everywhere};

/// Calls to the outside in one purchase: query, paid message, model, title, three segments,
/// closing.
const CALLS: usize = 8;

#[tokio::test]
async fn a_purchase_survives_a_death_before_every_call() {
    on_every_database(async |database: &Database| {
        for call in 0..CALLS {
            die_and_rise(&TestApp::start(database), (call, Side::Before)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_purchase_survives_a_death_after_every_call() {
    on_every_database(async |database: &Database| {
        for call in 0..CALLS {
            die_and_rise(&TestApp::start(database), (call, Side::After)).await;
        }
    })
    .await;
}

async fn die_and_rise(app: &TestApp, (call, side): (usize, Side)) {
    let order = app.a_paid_order().await;
    app.crash.at(call, side);
    tokio::select! {
        _ = app.worker.run_until_idle() => panic!("call {call} was never made"),
        () = app.crash.happened() => {}
    }
    app.clock.advance(LONG_AFTER_THE_LEASE);
    let risen = app.another_worker();
    risen.sweep().await.unwrap();
    risen.run_until_idle().await.unwrap();

    let what = format!("death {side:?} call {call}");
    let done = app.reload(&order.order_no).await;
    assert_eq!(done.status, OrderStatus::Completed, "{what}");
    assert_eq!(app.model.finished(), 1, "{what}: a report is bought once");
    let mut copies: BTreeMap<String, usize> = BTreeMap::new();
    for said in app.messenger.sent() {
        *copies.entry(said.text).or_default() += 1;
    }
    // The card, "支付成功", title, three segments, closing: all of them, and at most the one that
    // was in flight twice.
    assert_eq!(copies.len(), 7, "{what}: {copies:?}");
    let surplus = copies.values().sum::<usize>() - copies.len();
    assert!(surplus <= usize::from(side == Side::After), "{what}: {copies:?}");
    assert_eq!(app.count_completed(&order.order_no).await, 1, "{what}");
}

#[tokio::test]
async fn a_worker_that_was_only_slow_changes_nothing() {
    everywhere(async |app: TestApp| {
        let code = app.a_promoter().await;
        let order = app.a_paid_order().await;
        // The model's answer.
        app.crash.at(2, Side::After);
        let slow = app.worker.clone();
        let slow = tokio::spawn(async move { slow.run_until_idle().await });
        app.crash.happened().await;
        app.clock.advance(LONG_AFTER_THE_LEASE);
        let other = app.another_worker();
        other.sweep().await.unwrap();
        other.run_until_idle().await.unwrap();
        let done = app.reload(&order.order_no).await;
        assert_eq!(done.status, OrderStatus::Completed);
        let said = app.messenger.sent().len();

        app.crash.release();
        slow.await.unwrap().unwrap();
        let after = app.reload(&order.order_no).await;
        assert_eq!((after.status, after.updated_at), (done.status, done.updated_at));
        assert_eq!(app.messenger.sent().len(), said, "nothing is said twice");
        assert_eq!(app.earned(&code).await, (1, 598));
        assert!(app.gateway.refunds().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_slow_worker_writes_nothing_while_another_one_is_at_the_same_step() {
    const MODEL: usize = 2;
    const SEGMENT: usize = 4;
    on_every_database(async |database: &Database| {
        for call in [MODEL, SEGMENT] {
            two_at_one_step(&TestApp::start(database), call).await;
        }
    })
    .await;
}

async fn two_at_one_step(app: &TestApp, call: usize) {
    let order = app.a_paid_order().await;
    app.crash.at(call, Side::After);
    let slow = app.worker.clone();
    let slow = tokio::spawn(async move { slow.run_until_idle().await });
    app.crash.happened().await;
    app.clock.advance(LONG_AFTER_THE_LEASE);
    let other = app.another_worker();
    other.sweep().await.unwrap();
    app.crash.at(0, Side::Before);
    let other = tokio::spawn(async move { other.run_until_idle().await });
    app.crash.happened().await;
    let before = (app.reload(&order.order_no).await.step, app.delivered(&order.order_no).await);

    app.crash.release();
    slow.await.unwrap().unwrap();
    let after = (app.reload(&order.order_no).await.step, app.delivered(&order.order_no).await);
    assert_eq!(after, before, "call {call}");
    app.crash.release();
    other.await.unwrap().unwrap();
    assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed, "call {call}");
}
