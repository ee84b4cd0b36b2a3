//! From the outbox to the sinks: nothing is passed by, nothing is handed on twice, and one sink
//! never holds up another.

use std::time::Duration;

use mingshu::catalog::answers::FormAnswers;
use mingshu::events::repo;
use mingshu::flows::{catch_up, deliver_events, publish_events};
use mingshu::kernel::clock::Clock as _;
use mingshu::platform::outbox::{self, NewEvent};
use sea_orm::DbBackend;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::receiver::Receiver;
use super::{all_events, deliver, ids, sink};
use crate::support::{TestApp, everywhere};

async fn write(app: &TestApp, count: usize) {
    let now = app.clock.now();
    let tx = app.base.db.begin_write().await.unwrap();
    for number in 0..count {
        let (subject, data) = (format!("M{number}"), json!({ "number": number }));
        outbox::write(&tx, NewEvent { kind: "order.paid", subject: &subject, payload: data }, now)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn what_a_slower_transaction_commits_later_is_not_passed_by() {
    everywhere(async |app: TestApp| {
        if app.base.db.backend() == DbBackend::Sqlite {
            return; // one writer: nothing can be overtaken
        }
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "*", crm.webhook())]);
        let now = app.clock.now();
        let slow = app.base.db.begin_write().await.unwrap();
        outbox::write(
            &slow,
            NewEvent { kind: "order.paid", subject: "slow", payload: json!({}) },
            now,
        )
        .await
        .unwrap();
        write(&app, 1).await;
        deliver(&app.tools.post()).await;
        assert_eq!(crm.count(), 1);
        slow.commit().await.unwrap();
        deliver(&app.tools.post()).await;
        assert_eq!(crm.ids(), ids(&all_events(&app).await));
    })
    .await;
}

#[tokio::test]
async fn two_workers_bring_each_event_once() {
    everywhere(async |app: TestApp| {
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "*", crm.webhook())]);
        write(&app, 130).await;
        let post = app.tools.post();
        let publish = async || while publish_events::run(&post).await.unwrap() {};
        tokio::join!(publish(), publish());
        let bring = async || {
            while repo::counts(app.base.db.read(), "crm").await.unwrap().0 > 0 {
                deliver_events::run(&post, &post.sinks[0]).await.unwrap();
            }
        };
        tokio::join!(bring(), bring());
        assert_eq!((crm.count(), crm.ids()), (130, ids(&all_events(&app).await)));
    })
    .await;
}

#[tokio::test]
async fn with_nobody_to_hear_them_events_are_only_noted_as_handed_on() {
    everywhere(async |app: TestApp| {
        write(&app, 3).await;
        app.worker.sweep().await.unwrap();
        assert!(!publish_events::is_due(&app.tools.post()).await.unwrap());
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "*", crm.webhook())]);
        app.worker.run_errands().await;
        assert_eq!(crm.count(), 0, "what happened before it was there is for `resend`");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hanging_sink_holds_up_neither_the_others_nor_the_jobs() {
    everywhere(async |app: TestApp| {
        let (stuck, well) = (Receiver::start().await, Receiver::start().await);
        stuck.hang(true);
        let app = app.with_sinks([
            sink("stuck", "*", stuck.webhook()),
            sink("well", "order.completed", well.webhook()),
        ]);
        let stop = CancellationToken::new();
        let running = tokio::spawn(app.worker.clone().run(stop.clone()));
        app.place("line", FormAnswers::default()).await;
        stuck.until(1).await;
        well.until(1).await;
        assert_eq!(well.arrivals()[0].json()["type"], "order.completed");
        stuck.hang(false);
        stop.cancel();
        running.abort();
    })
    .await;
}

#[tokio::test]
async fn how_events_were_delivered_is_forgotten_with_them() {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    everywhere(async |app: TestApp| {
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "*", crm.webhook())]);
        write(&app, 3).await;
        deliver(&app.tools.post()).await;
        app.clock.advance(89 * DAY);
        write(&app, 1).await;
        publish_events::run(&app.tools.post()).await.unwrap();
        assert_eq!(catch_up::prune_events(&app.base).await.unwrap(), 0);
        assert_eq!(app.rows("event_deliveries").await, 4);
        app.clock.advance(2 * DAY);
        assert_eq!(catch_up::prune_events(&app.base).await.unwrap(), 6, "each and its delivery");
        assert_eq!(app.rows("event_deliveries").await, 1, "what waits stays");
        app.clock.advance(100 * DAY);
        catch_up::prune_events(&app.base).await.unwrap();
        assert_eq!(app.rows("event_deliveries").await, 1);
    })
    .await;
}
