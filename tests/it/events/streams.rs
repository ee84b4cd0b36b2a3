//! NATS JetStream against a real server: `TEST_NATS_URL`, or the one on this machine. Missing, the
//! stories are skipped, unless `MINGSHU_TEST_REQUIRE` names `nats`.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use async_nats::jetstream;
use mingshu::events::adapters::nats::{Nats, NatsConfig};
use mingshu::flows::resend_events::{self, Wish};
use mingshu::flows::try_sink;
use mingshu::kernel::ids as numbers;
use serde_json::Value;

use super::{all_events, deliver, ids, sink};
use crate::support::{TestApp, everywhere};

const LOCAL: &str = "nats://127.0.0.1:4222";

fn server() -> Option<String> {
    let named = std::env::var("TEST_NATS_URL").ok().filter(|url| !url.is_empty());
    let address = SocketAddr::from(([127, 0, 0, 1], 4222));
    let answers = || TcpStream::connect_timeout(&address, Duration::from_millis(500)).is_ok();
    let found = named.or_else(|| answers().then(|| LOCAL.to_owned()));
    let required = std::env::var("MINGSHU_TEST_REQUIRE").unwrap_or_default();
    assert!(found.is_some() || !required.contains("nats"), "no NATS answers, and it is required");
    if found.is_none() {
        // Past the test runner's capture.
        std::io::stderr().write_all(b"skipped: no NATS answers on 127.0.0.1:4222\n").unwrap();
    }
    found
}

fn config(url: &str, create_stream: bool) -> NatsConfig {
    let name = format!("T{}", numbers::crockford(12));
    NatsConfig {
        url: url.to_owned(),
        user: None,
        secret: None,
        subject_prefix: format!("test.{name}"),
        stream: name,
        create_stream,
    }
}

/// Everything in a stream, in order; the stream is deleted.
async fn drain(url: &str, stream: &str) -> Vec<(String, Option<String>, Value)> {
    let context = jetstream::new(async_nats::connect(url).await.unwrap());
    let mut kept = context.get_stream(stream).await.unwrap();
    let last = kept.info().await.unwrap().state.last_sequence;
    let mut all = Vec::new();
    for sequence in 1..=last {
        let message = kept.get_raw_message(sequence).await.unwrap();
        let id = message.headers.get("Nats-Msg-Id").map(|id| id.as_str().to_owned());
        let body = serde_json::from_slice(&message.payload).unwrap();
        all.push((message.subject.to_string(), id, body));
    }
    context.delete_stream(stream).await.unwrap();
    all
}

#[tokio::test]
async fn an_event_that_is_sent_twice_is_in_the_stream_once() {
    let Some(url) = server() else { return };
    everywhere(async |app: TestApp| {
        let config = config(&url, true);
        let nats = Nats::try_new(config.clone()).unwrap();
        let app = app.with_sinks([sink("bus", "*", nats)]);
        app.a_paid_order().await;
        app.run_to_the_end().await;
        let post = app.tools.post();
        deliver(&post).await;
        for event in all_events(&app).await {
            resend_events::one(&post, &event.id, &Wish::default()).await.unwrap();
        }
        deliver(&post).await;

        let events = all_events(&app).await;
        let kept = drain(&url, &config.stream).await;
        assert_eq!(kept.len(), events.len());
        let mut found = Vec::new();
        for (subject, id, body) in kept {
            let kind = body["type"].as_str().unwrap();
            assert_eq!(subject, format!("{}.{kind}", config.subject_prefix));
            assert_eq!(body["id"].as_str(), id.as_deref());
            found.extend(id);
        }
        found.sort();
        assert_eq!(found, ids(&events));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_created_unasked_and_an_event_waits_for_its_stream() {
    let Some(url) = server() else { return };
    everywhere(async |app: TestApp| {
        let config = config(&url, false);
        let nats = Nats::try_new(config.clone()).unwrap();
        let app = app.with_sinks([sink("bus", "*", nats)]);
        let post = app.tools.post();
        let refused = try_sink::run(&post, &post.sinks[0]).await.unwrap_err();
        assert!(refused.to_string().contains("no stream"), "{refused}");
        let context = jetstream::new(async_nats::connect(&url).await.unwrap());
        assert!(context.get_stream(&config.stream).await.is_err(), "it was created");

        let subjects = vec![format!("{}.>", config.subject_prefix)];
        let name = config.stream.clone();
        let stream = jetstream::stream::Config { name, subjects, ..Default::default() };
        context.create_stream(stream).await.unwrap();
        let answer = try_sink::run(&post, &post.sinks[0]).await.unwrap();
        assert_eq!(answer, format!("stream {}, 1", config.stream));
        drain(&url, &config.stream).await;
    })
    .await;
}

#[tokio::test]
async fn another_stream_does_not_count() {
    let Some(url) = server() else { return };
    everywhere(async |app: TestApp| {
        let made = config(&url, true);
        let post =
            app.with_sinks([sink("bus", "*", Nats::try_new(made.clone()).unwrap())]).tools.post();
        try_sink::run(&post, &post.sinks[0]).await.unwrap();
        let other = NatsConfig {
            stream: format!("{}X", made.stream),
            create_stream: false,
            ..made.clone()
        };
        let wrong = sink("bus", "*", Nats::try_new(other).unwrap());
        let refused = try_sink::run(&post, &wrong).await.unwrap_err();
        assert!(refused.to_string().contains("stream"), "{refused}");
        drain(&url, &made.stream).await;
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_away_is_a_failure_like_any_other() {
    everywhere(async |app: TestApp| {
        let nats = Nats::try_new(config("nats://127.0.0.1:1", true)).unwrap();
        let post = app.with_sinks([sink("bus", "*", nats)]).tools.post();
        let refused = try_sink::run(&post, &post.sinks[0]).await.unwrap_err();
        assert!(refused.to_string().starts_with("connecting"), "{refused}");
    })
    .await;
}
