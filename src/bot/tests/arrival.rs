//! How updates arrive: by webhook and by polling.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;
use wiremock::matchers::{body_partial_json, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::shop::Shop;
use crate::bot::{Arrival, polling, register, router};

const SECRET: &str = "s3cret_-";

fn hooked() -> Arrival {
    Arrival::Webhook {
        url: "https://shop.example/webhook/telegram".to_owned(),
        secret: SecretString::from(SECRET),
    }
}

async fn post(shop: &Shop, secret: Option<&str>, body: impl Into<Body>) -> StatusCode {
    let mut request = Request::post("/webhook/telegram");
    if let Some(secret) = secret {
        request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
    }
    let request = request.body(body.into()).unwrap();
    router(shop.bot().clone()).oneshot(request).await.unwrap().status()
}

fn start(id: i64) -> Value {
    json!({ "update_id": id, "message": { "message_id": 1, "date": 0, "text": "/start",
        "from": { "id": 42, "is_bot": false, "first_name": "A", "language_code": "zh-hans" },
        "chat": { "id": 42, "type": "private" } } })
}

#[tokio::test]
async fn only_telegram_gets_in_and_everything_it_says_is_acknowledged() {
    let shop = Shop::open_with(hooked(), None).await;
    let update = start(1).to_string();
    for wrong in [None, Some(""), Some("s3cret"), Some("S3cret_-")] {
        assert_eq!(post(&shop, wrong, update.clone()).await, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(shop.bot().inbox.next_id().await.unwrap(), None);
    for body in
        [update.clone(), update, "nonsense".to_owned(), r#"{"update_id":2,"poll":{}}"#.to_owned()]
    {
        assert_eq!(post(&shop, Some(SECRET), body).await, StatusCode::OK);
    }
    assert_eq!(shop.bot().inbox.next_id().await.unwrap(), Some(2));
    shop.work().await;
    assert!(shop.room(42).last().contains("命书"));
}

#[tokio::test]
async fn what_is_too_large_is_refused() {
    let shop = Shop::open_with(hooked(), None).await;
    let body = vec![b' '; 1024 * 1024 + 1];
    assert_eq!(post(&shop, Some(SECRET), body).await, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn telegram_repeats_what_could_not_be_kept() {
    let shop = Shop::open_with(hooked(), None).await;
    shop.lose_the_tables().await;
    let status = post(&shop, Some(SECRET), start(1).to_string()).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn without_a_webhook_nobody_gets_in() {
    let shop = Shop::open().await;
    let status = post(&shop, Some(""), start(1).to_string()).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED);
}

fn answer(result: &Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "ok": true, "result": result }))
}

#[tokio::test]
async fn polling_goes_on_after_the_last_update_that_was_kept() {
    let telegram = MockServer::start().await;
    let shop = Shop::open_with(Arrival::Polling, Some(telegram.uri())).await;
    Mock::given(method("POST"))
        .and(path("/bot1:a/deleteWebhook"))
        .respond_with(answer(&json!(true)))
        .expect(1)
        .mount(&telegram)
        .await;
    let ending = CancellationToken::new();
    let done = ending.clone();
    Mock::given(method("POST"))
        .and(path("/bot1:a/getUpdates"))
        .and(body_partial_json(json!({ "offset": 8 })))
        .respond_with(move |_: &wiremock::Request| {
            done.cancel();
            answer(&json!([]))
        })
        .mount(&telegram)
        .await;
    let allowed = json!({ "allowed_updates": ["message", "callback_query", "pre_checkout_query",
        "my_chat_member"] });
    Mock::given(method("POST"))
        .and(path("/bot1:a/getUpdates"))
        .and(body_partial_json(allowed))
        .respond_with(answer(&json!([start(6), start(7), { "strange": true }])))
        .mount(&telegram)
        .await;
    polling::run(shop.bot(), &ending).await;
    assert_eq!(shop.bot().inbox.next_id().await.unwrap(), Some(8));
}

#[tokio::test]
async fn the_webhook_is_set_with_its_secret_and_never_removed() {
    let telegram = MockServer::start().await;
    let shop = Shop::open_with(hooked(), Some(telegram.uri())).await;
    let ending = CancellationToken::new();
    let done = ending.clone();
    let wish = json!({ "url": "https://shop.example/webhook/telegram", "secret_token": SECRET,
        "allowed_updates": ["message", "callback_query", "pre_checkout_query",
        "my_chat_member"] });
    Mock::given(path("/bot1:a/setWebhook"))
        .and(body_partial_json(wish))
        .respond_with(move |_: &wiremock::Request| {
            done.cancel();
            answer(&json!(true))
        })
        .expect(1)
        .mount(&telegram)
        .await;
    Mock::given(path("/bot1:a/deleteWebhook"))
        .respond_with(answer(&json!(true)))
        .expect(0)
        .mount(&telegram)
        .await;
    register::webhook(shop.bot(), &ending).await;
}

#[tokio::test]
async fn operators_see_more_commands_than_buyers() {
    let telegram = MockServer::start().await;
    let shop = Shop::open_with(Arrival::Polling, Some(telegram.uri())).await;
    for method in ["setMyCommands", "setMyDescription", "setMyShortDescription"] {
        Mock::given(path(format!("/bot1:a/{method}")))
            .respond_with(answer(&json!(true)))
            .expect(2..)
            .mount(&telegram)
            .await;
    }
    register::commands(shop.bot()).await;
    let mut buyers = 0;
    let mut operators = 0;
    for request in telegram.received_requests().await.unwrap() {
        if !request.url.path().ends_with("setMyCommands") {
            continue;
        }
        let wish: Value = serde_json::from_slice(&request.body).unwrap();
        let commands = wish["commands"].to_string();
        assert!(commands.contains("paysupport"));
        if wish["scope"]["type"] == "chat" {
            operators += 1;
            assert_eq!(wish["scope"]["chat_id"], 1);
            assert!(commands.contains("\"command\":\"refund\""));
        } else {
            buyers += 1;
            assert!(!commands.contains("\"command\":\"refund\""));
        }
    }
    assert!(buyers >= 2 && operators >= 1);
}
