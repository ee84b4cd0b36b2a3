//! Signed webhooks against a real receiver.

use std::time::Duration;

use mingshu::catalog::answers::FormAnswers;
use mingshu::events::adapters::webhook::Webhook;
use mingshu::events::{repo, sinks};
use mingshu::flows::resend_events::{self, Wish};
use mingshu::flows::{deliver_events, enable_sink, publish_events, try_sink};
use mingshu::kernel::clock::Clock as _;

use super::receiver::{OLD_SECRET, Receiver, SECRET};
use super::shapes::Judge;
use super::{all_events, deliver, deliver_next, ids, sink};
use crate::support::builders::OPERATORS;
use crate::support::{TestApp, everywhere};

const HOUR: u64 = 3600;

fn hours(count: u64) -> Duration {
    Duration::from_secs(count * HOUR)
}

/// An order was placed, and nothing else happened yet; one event.
async fn one_event(app: &TestApp) -> String {
    let order = app.place("letter", FormAnswers::default()).await;
    let events = all_events(app).await;
    events.iter().find(|event| event.subject == order.order_no.as_str()).unwrap().id.clone()
}

async fn row(app: &TestApp, id: &str, sink: &str) -> repo::DeliveryRow {
    let rows = repo::deliveries(app.base.db.read(), id).await.unwrap();
    rows.into_iter().find(|row| row.sink == sink).expect("there is the delivery")
}

async fn state(app: &TestApp, sink: &str) -> sinks::SinkState {
    let all = sinks::list(app.base.db.read()).await.unwrap();
    all.into_iter().find(|state| state.sink == sink).unwrap_or_default()
}

#[tokio::test]
async fn a_purchase_reaches_its_receivers_signed_and_once() {
    everywhere(async |app: TestApp| {
        let (crm, till) = (Receiver::start().await, Receiver::start().await);
        let both: Vec<_> = [SECRET, OLD_SECRET].map(Into::into).to_vec();
        let rotating = Webhook::try_new(&crm.url, &both).unwrap();
        let app = app.with_sinks([
            sink("crm", "*", rotating),
            sink("till", "payment.* refund.succeeded", till.webhook()),
        ]);
        app.a_paid_order().await;
        app.run_to_the_end().await;
        deliver(&app.tools.post()).await;
        deliver(&app.tools.post()).await;

        let events = all_events(&app).await;
        assert_eq!(crm.count(), events.len());
        assert_eq!(crm.ids(), ids(&events));
        let judge = Judge::new();
        for arrival in crm.arrivals() {
            assert!(arrival.is_signed_with(SECRET) && arrival.is_signed_with(OLD_SECRET));
            assert_eq!(arrival.header("content-type"), "application/json");
            assert_eq!(arrival.json()["id"], arrival.id());
            assert_eq!(judge.faults(&arrival.json()), [""; 0]);
            let moment: i64 = arrival.header("webhook-timestamp").parse().unwrap();
            assert_eq!(moment, app.clock.now().seconds());
        }
        assert_eq!(till.count(), 1);
        assert_eq!(till.arrivals()[0].json()["type"], "payment.succeeded");
        assert!(till.arrivals()[0].is_signed_with(SECRET));
        assert!(!till.arrivals()[0].is_signed_with(OLD_SECRET));
        assert_eq!(repo::backlog(app.base.db.read()).await.unwrap(), (0, None));
    })
    .await;
}

#[tokio::test]
async fn a_failing_receiver_is_tried_ten_times_and_then_by_command() {
    everywhere(async |app: TestApp| {
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "*", crm.webhook())]);
        let id = one_event(&app).await;
        crm.usually(500);
        let start = app.clock.now();
        deliver(&app.tools.post()).await;
        let mut pauses = Vec::new();
        let mut last = start;
        for _ in 0..9 {
            deliver_next(&app, "crm").await;
            pauses.push(app.clock.now().since(last));
            last = app.clock.now();
        }
        let ladder = [5, 300, 1800, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
        for (pause, rung) in pauses.iter().zip(ladder.map(Duration::from_secs)) {
            assert!(*pause >= rung && *pause < rung + rung / 10, "{pause:?} for {rung:?}");
        }
        let arrivals = crm.arrivals();
        assert_eq!((arrivals.len(), crm.ids()), (10, vec![id.clone()]));
        for arrival in &arrivals {
            assert_eq!(arrival.body, arrivals[0].body);
            assert!(arrival.is_signed_with(SECRET));
        }
        assert_ne!(
            arrivals[0].header("webhook-timestamp"),
            arrivals[9].header("webhook-timestamp")
        );
        let failed = row(&app, &id, "crm").await;
        assert_eq!((failed.status.as_str(), failed.attempts), ("failed", 10));
        assert_eq!(failed.last_error.as_deref(), Some("HTTP 500"));
        let wanted = repo::Filter { sink: Some("crm".to_owned()), failed: true };
        let listed = repo::list(app.base.db.read(), &wanted, 10).await.unwrap();
        assert_eq!(ids(&listed), [id.as_str()]);

        crm.usually(204);
        app.clock.advance(hours(1));
        deliver(&app.tools.post()).await;
        assert_eq!(crm.count(), 10, "it is not tried by itself any more");
        let post = app.tools.post();
        let names = resend_events::one(&post, &id, &Wish::default()).await.unwrap();
        assert_eq!(names, ["crm"]);
        deliver(&post).await;
        assert_eq!(crm.count(), 11);
        let sent = row(&app, &id, "crm").await;
        assert_eq!((sent.status.as_str(), sent.attempts, sent.last_error), ("delivered", 1, None));
        assert_eq!(state(&app, "crm").await.failing.since, None);
    })
    .await;
}

#[tokio::test]
async fn a_receivers_wish_to_wait_is_honoured() {
    everywhere(async |app: TestApp| {
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "*", crm.webhook())]);
        let id = one_event(&app).await;
        crm.answer([(503, Some("120"))]);
        deliver(&app.tools.post()).await;
        let waiting = row(&app, &id, "crm").await;
        assert_eq!(waiting.next_attempt_at.since(app.clock.now()), Duration::from_secs(120));
        deliver_next(&app, "crm").await;
        assert_eq!(row(&app, &id, "crm").await.status.as_str(), "delivered");
    })
    .await;
}

#[tokio::test]
async fn after_five_days_of_failures_a_sink_is_switched_off_until_an_operator_comes() {
    everywhere(async |app: TestApp| {
        let (dead, well) = (Receiver::start().await, Receiver::start().await);
        let app =
            app.with_sinks([sink("dead", "*", dead.webhook()), sink("well", "*", well.webhook())]);
        dead.usually(503);
        let mut days = Vec::new();
        while !state(&app, "dead").await.disabled {
            days.push(one_event(&app).await);
            deliver(&app.tools.post()).await;
            assert!(days.len() <= 6, "it should be off by now");
            app.clock.advance(hours(24));
        }
        assert_eq!(days.len(), 6, "the failures at day 0 and day 5");
        app.run_jobs().await;
        let alerts = app.messenger.saying("事件接收方已停用");
        assert_eq!(alerts.len(), 1);
        assert_eq!(alerts[0].to, OPERATORS);
        assert!(alerts[0].text.contains("dead") && alerts[0].text.contains("HTTP 503"));
        let before = dead.count();
        let missed = one_event(&app).await;
        deliver(&app.tools.post()).await;
        assert_eq!(dead.count(), before, "nothing is sent to it");
        assert!(repo::deliveries(app.base.db.read(), &missed).await.unwrap().len() == 1);
        assert!(well.ids().contains(&missed), "the others are not concerned");

        dead.usually(204);
        let post = app.tools.post();
        assert!(enable_sink::run(&post, "dead").await.unwrap());
        assert!(!enable_sink::run(&post, "dead").await.unwrap());
        let wish = Wish { sink: Some("dead".to_owned()), ..Wish::default() };
        let since = app.clock.now().minus(hours(24 * 30));
        let made = resend_events::since(&post, since, &wish).await.unwrap();
        assert_eq!(usize::try_from(made).unwrap(), all_events(&app).await.len());
        deliver(&post).await;
        assert_eq!(dead.ids(), ids(&all_events(&app).await));
        assert_eq!(well.count(), all_events(&app).await.len(), "and got nothing twice");
    })
    .await;
}

#[tokio::test]
async fn gone_switches_a_sink_off_at_once() {
    everywhere(async |app: TestApp| {
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "*", crm.webhook())]);
        let id = one_event(&app).await;
        crm.answer([(410, None)]);
        deliver(&app.tools.post()).await;
        assert!(state(&app, "crm").await.disabled);
        assert_eq!(row(&app, &id, "crm").await.status.as_str(), "failed");
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("事件接收方已停用").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_death_between_call_and_result_repeats_the_event_under_the_same_id() {
    everywhere(async |app: TestApp| {
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "*", crm.webhook())]);
        let id = one_event(&app).await;
        let post = app.tools.post();
        publish_events::run(&post).await.unwrap();
        crm.hang(true);
        tokio::select! {
            _ = deliver_events::run(&post, &post.sinks[0]) => panic!("nobody answers"),
            () = crm.until(1) => {}
        }
        crm.hang(false);
        let waiting = row(&app, &id, "crm").await;
        assert_eq!((waiting.status.as_str(), waiting.attempts), ("waiting", 1));
        deliver(&post).await;
        assert_eq!(crm.count(), 1, "somebody may still be waiting for the answer");
        deliver_next(&app, "crm").await;
        assert_eq!((crm.count(), crm.ids()), (2, vec![id.clone()]));
        assert_eq!(row(&app, &id, "crm").await.attempts, 2);
    })
    .await;
}

#[tokio::test]
async fn a_slow_answer_does_not_undo_what_an_operator_did() {
    everywhere(async |app: TestApp| {
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "*", crm.webhook())]);
        let id = one_event(&app).await;
        let post = app.tools.post();
        publish_events::run(&post).await.unwrap();
        let now = app.clock.now();
        let tx = app.base.db.begin_write().await.unwrap();
        let claimed = repo::claim(&tx, ("crm", 1), hours(1), now).await.unwrap();
        tx.commit().await.unwrap();
        resend_events::one(&post, &id, &Wish::default()).await.unwrap();
        let tx = app.base.db.begin_write().await.unwrap();
        let late = repo::Outcome::Failed { why: "late".to_owned(), again: None };
        assert!(!repo::settle(&tx, ("crm", &claimed[0]), &late, now).await.unwrap());
        tx.commit().await.unwrap();
        deliver(&post).await;
        assert_eq!(row(&app, &id, "crm").await.status.as_str(), "delivered");
    })
    .await;
}

#[tokio::test]
async fn a_sink_can_be_tried_at_once() {
    everywhere(async |app: TestApp| {
        let crm = Receiver::start().await;
        let app = app.with_sinks([sink("crm", "order.*", crm.webhook())]);
        let post = app.tools.post();
        assert_eq!(try_sink::run(&post, &post.sinks[0]).await.unwrap(), "HTTP 204");
        let arrival = &crm.arrivals()[0];
        assert!(arrival.is_signed_with(SECRET));
        assert_eq!(Judge::new().faults(&arrival.json()), [""; 0]);
        assert!(all_events(&app).await.is_empty(), "it is nothing that happened");
        crm.usually(500);
        let refused = try_sink::run(&post, &post.sinks[0]).await.unwrap_err();
        assert_eq!(refused.to_string(), "HTTP 500");
    })
    .await;
}
