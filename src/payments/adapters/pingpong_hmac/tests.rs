//! The gateway against a partner made of fixed answers: good, refused, broken, late, forged.

use std::time::Duration;

use proptest::prelude::*;
use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::kernel::locale::Locale;
use crate::kernel::money::{Currency, Money};
use crate::payments::ports::{Outcome, StatedAmount};
use crate::platform::chain;

const SECRET: &str = "test-webhook-secret";
const T11: &str =
    r#"{"order_id":"ORD-20261121-0001","status":"paid","amount":"19.90","currency":"USD"}"#;

fn key() -> Key {
    Key::new(SECRET.as_bytes())
}

fn answer(content: &Value) -> ResponseTemplate {
    let body = content.to_string();
    let signature = key().sign(body.as_bytes());
    ResponseTemplate::new(200).insert_header(SIGNATURE, signature).set_body_string(body)
}

fn gateway_at(base_url: &str) -> PingPongHmac {
    PingPongHmac::try_new(&HmacConfig::new(base_url, SECRET.into())).unwrap()
}

/// The partner gives `answer` at `at` below its base address, once at least.
async fn partner(verb: &str, at: &str, answer: ResponseTemplate) -> (MockServer, PingPongHmac) {
    let server = MockServer::start().await;
    let mock = Mock::given(method(verb)).and(path(format!("/api{at}")));
    mock.respond_with(answer).expect(1..).mount(&server).await;
    let gateway = gateway_at(&format!("{}/api/", server.uri()));
    (server, gateway)
}

/// The body of the first request, after checking its signature.
async fn sent(server: &MockServer) -> Value {
    let requests = server.received_requests().await.unwrap();
    assert_eq!(key().prove(&requests[0].headers, &requests[0].body), Ok(()));
    requests[0].body_json().unwrap()
}

fn order() -> CreatePayment {
    CreatePayment {
        payment_no: "P1".into(),
        amount: Money::new(1990, Currency::CNY),
        method: "wechat".into(),
        subject: "八字详批 \"VIP\"".into(),
        locale: Locale::ZhHans,
        notify_url: "https://shop.example/webhook/pingpong".into(),
        return_url: "https://shop.example/pay/return/M1?t=abc".into(),
        expires_at: Timestamp::from_millis(1_795_219_200_000),
    }
}

fn refund_order() -> RefundRequest {
    RefundRequest {
        refund_no: "R1".into(),
        payer: UserId(7),
        payment_no: "P1".into(),
        provider_ref: None,
        amount: Money::new(500, Currency::CNY),
        reason: "model failed".into(),
        notify_url: "https://shop.example/webhook/pingpong".into(),
    }
}

fn created() -> Value {
    json!({"payment_id": "T1", "payment_url": "https://pay.example/T1", "qr_code": "weixin://T1"})
}

fn callback(body: &str) -> Result<Notification, NotificationError> {
    let mut headers = HeaderMap::new();
    headers.insert(SIGNATURE, key().sign(body.as_bytes()).parse().unwrap());
    gateway_at("https://pay.example").read_notification(&headers, body.as_bytes())
}

fn observed(body: &str) -> Observation {
    match callback(body) {
        Ok(Notification::Payment(observation)) => observation,
        other => panic!("not a payment: {other:?}"),
    }
}

#[test]
fn an_empty_secret_and_a_strange_address_are_refused_at_the_start() {
    let tried = |base: &str, secret: &str| {
        PingPongHmac::try_new(&HmacConfig::new(base, secret.into())).is_ok()
    };
    assert!(tried("https://pay.example", SECRET));
    assert!(!tried("https://pay.example", " "));
    assert!(!tried("pay.example", SECRET));
}

#[tokio::test]
async fn a_payment_is_opened() {
    let (server, gateway) = partner("POST", "/payments", answer(&created())).await;
    let expected = CreatedPayment {
        provider_ref: Some("T1".into()),
        pay_url: "https://pay.example/T1".into(),
        qr_code: Some("weixin://T1".into()),
    };
    assert_eq!(gateway.create(&order()).await.unwrap(), expected);
    let expected = json!({
        "order_id": "P1", "amount": "19.90", "currency": "CNY", "subject": "八字详批 \"VIP\"",
        "method": "wechat", "notify_url": "https://shop.example/webhook/pingpong",
        "return_url": "https://shop.example/pay/return/M1?t=abc",
        "expires_at": "2026-11-21T00:00:00Z",
    });
    assert_eq!(sent(&server).await, expected);
}

#[tokio::test]
async fn only_a_signed_answer_is_a_success() {
    let unsigned = ResponseTemplate::new(200).set_body_json(created());
    let forged = unsigned.clone().insert_header(SIGNATURE, "00".repeat(32).as_str());
    let answers = [
        ("unsigned", unsigned),
        ("forged", forged),
        ("a list", answer(&json!([created()]))),
        ("nowhere to pay", answer(&json!({"payment_id": "T1"}))),
        ("no web address", answer(&json!({"payment_url": "javascript:0"}))),
        ("503", ResponseTemplate::new(503)),
        ("redirect", ResponseTemplate::new(302).insert_header("location", "https://x.example")),
        ("there already", ResponseTemplate::new(409)),
        ("too many", ResponseTemplate::new(429)),
    ];
    for (what, answer) in answers {
        let (_server, gateway) = partner("POST", "/payments", answer).await;
        let error = gateway.create(&order()).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{what}: {error:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_believed_without_a_signature() {
    let refusal = ResponseTemplate::new(422).set_body_string("amount too small\n");
    let (_server, gateway) = partner("POST", "/payments", refusal).await;
    let error = gateway.create(&order()).await.unwrap_err();
    assert_eq!(error.to_string(), "the provider refused (422): amount too small");

    let (_server, gateway) = partner("POST", "/refunds", ResponseTemplate::new(404)).await;
    let error = gateway.refund(&refund_order()).await.unwrap_err();
    assert!(matches!(error, CallError::Rejected { ref code, .. } if code == "404"), "{error:?}");
}

#[tokio::test]
async fn silence_is_an_unknown_outcome_and_tells_no_address() {
    let slow = answer(&created()).set_delay(Duration::from_secs(60));
    let (server, _) = partner("POST", "/payments", slow).await;
    let mut config = HmacConfig::new(&format!("{}/api", server.uri()), SECRET.into());
    config.limits.total = Some(Duration::from_millis(30));
    let gateway = PingPongHmac::try_new(&config).unwrap();
    let error = gateway.create(&order()).await.unwrap_err();
    assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
    assert!(!format!("{} {error:?}", chain(&error)).contains(&server.uri()), "{error:?}");
}

#[tokio::test]
async fn a_query_signs_its_path_and_reads_every_status() {
    let cases = [
        ("paid", Outcome::Paid),
        ("failed", Outcome::FinallyFailed),
        ("pending", Outcome::Pending),
        ("closed", Outcome::Closed),
        ("held", Outcome::Other("held".into())),
    ];
    for (status, expected) in cases {
        let content = json!({
            "order_id": "P1", "payment_id": "T1", "status": status, "amount": 19.9,
            "currency": "CNY",
        });
        let (server, gateway) = partner("GET", "/payments/P1", answer(&content)).await;
        let seen = gateway.query(&"P1".into()).await.unwrap();
        assert_eq!((seen.outcome, seen.source), (expected, Source::Query));
        assert_eq!(seen.evidence_key, format!("query/P1/T1/{status}/19.9/CNY"));
        let requests = server.received_requests().await.unwrap();
        assert_eq!(key().prove(&requests[0].headers, b"/api/payments/P1"), Ok(()));
    }
}

#[tokio::test]
async fn a_payment_that_the_partner_does_not_know_is_pending() {
    let (_server, gateway) = partner("GET", "/payments/P1", ResponseTemplate::new(404)).await;
    let seen = gateway.query(&"P1".into()).await.unwrap();
    assert_eq!((seen.outcome, seen.stated), (Outcome::Pending, None));
}

#[tokio::test]
async fn an_answer_about_another_payment_proves_nothing() {
    for content in [json!({"order_id": "P2", "status": "paid"}), json!({"status": "paid"})] {
        let (_server, gateway) = partner("GET", "/payments/P1", answer(&content)).await;
        let error = gateway.query(&"P1".into()).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{content}: {error:?}");
    }
}

#[tokio::test]
async fn a_refund_ends_as_the_partner_says() {
    let cases = [
        (json!({"refund_id": "R1", "status": "succeeded"}), RefundOutcome::Succeeded),
        (json!({"refund_id": "R1", "status": "pending"}), RefundOutcome::Pending),
        (
            json!({"refund_id": "R1", "status": "failed", "reason": "too old"}),
            RefundOutcome::Failed("too old".into()),
        ),
    ];
    for (content, outcome) in cases {
        let (server, gateway) = partner("POST", "/refunds", answer(&content)).await;
        let expected = RefundAnswer { provider_refund_ref: None, outcome };
        assert_eq!(gateway.refund(&refund_order()).await.unwrap(), expected);
        let asked = json!({
            "order_id": "P1", "refund_id": "R1", "amount": "5.00", "currency": "CNY",
            "reason": "model failed",
        });
        assert_eq!(sent(&server).await, asked);

        let (_server, gateway) = partner("GET", "/refunds/R1", answer(&content)).await;
        let answered = gateway.query_refund(&"R1".into(), &"P1".into()).await.unwrap();
        assert_eq!(answered, expected);
    }
}

#[tokio::test]
async fn a_refund_is_never_guessed_at() {
    for content in [
        json!({"refund_id": "R2", "status": "succeeded"}),
        json!({"refund_id": "R1", "status": "held"}),
    ] {
        let (_server, gateway) = partner("POST", "/refunds", answer(&content)).await;
        let error = gateway.refund(&refund_order()).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{content}: {error:?}");
    }
    let (_server, gateway) = partner("GET", "/refunds/R1", ResponseTemplate::new(404)).await;
    let answered = gateway.query_refund(&"R1".into(), &"P1".into()).await.unwrap();
    assert_eq!(answered.outcome, RefundOutcome::NotFound);
}

#[test]
fn the_published_callback_is_a_paid_payment() {
    let expected = Observation {
        provider: "pingpong".into(),
        source: Source::Callback,
        evidence_key: "callback/ORD-20261121-0001//paid/19.9/USD".into(),
        payment_no: "ORD-20261121-0001".into(),
        provider_ref: None,
        outcome: Outcome::Paid,
        stated: Some(StatedAmount { amount: "19.90".into(), currency: Some("USD".into()) }),
        merchant_matches: true,
        actor: None,
        note: None,
    };
    assert_eq!(observed(T11), expected);
}

#[test]
fn a_failed_callback_is_final_and_another_fact_than_a_paid_one() {
    let failed = observed(r#"{"order_id":"P1","payment_id":"T1","status":"failed"}"#);
    assert_eq!((failed.outcome, failed.stated), (Outcome::FinallyFailed, None));
    let paid = observed(r#"{"order_id":"P1","payment_id":"T1","status":"paid"}"#);
    assert_ne!(failed.evidence_key, paid.evidence_key);
}

#[test]
fn a_callback_without_proof_is_not_even_read() {
    let gateway = gateway_at("https://pay.example");
    for body in [T11, "not JSON"] {
        let told = gateway.read_notification(&HeaderMap::new(), body.as_bytes());
        assert_eq!(told, Err(NotificationError::Unproved("the signature is missing")));
    }
    // A true v4 message has no standing here.
    let v4 = r#"{"accId":"1","bizContent":"{}","sign":"00"}"#;
    let told = gateway.read_notification(&HeaderMap::new(), v4.as_bytes());
    assert!(matches!(told, Err(NotificationError::Unproved(_))));
}

#[test]
fn a_proved_callback_that_cannot_be_read_is_malformed() {
    let bodies = [
        "",
        "[]",
        "null",
        r#"["P1","paid"]"#,
        r#"{"status":"paid"}"#,
        r#"{"order_id":"P1"}"#,
        r#"{"order_id":"","status":"paid"}"#,
        r#"{"order_id":"P1","status":1}"#,
        r#"{"order_id":"P1","status":"failed","status":"paid"}"#,
        r#"{"order_id":"P1","status":"paid","amount":{}}"#,
    ];
    for body in bodies {
        let told = callback(body);
        assert!(matches!(told, Err(NotificationError::Malformed(_))), "{body}: {told:?}");
    }
}

#[test]
fn a_notice_about_a_refund_does_not_pass_for_one_about_a_payment() {
    let told = callback(r#"{"order_id":"P1","refund_id":"R1","status":"failed"}"#);
    assert!(matches!(told, Ok(Notification::Unhandled { ref kind, .. }) if kind == "refund"));
}

#[test]
fn the_partner_is_told_ok_or_conflict() {
    let gateway = gateway_at("https://pay.example");
    let taken = gateway.acknowledge(Verdict::Taken);
    assert_eq!((taken.status, taken.body), (200, r#"{"status":"ok"}"#));
    assert_eq!(gateway.acknowledge(Verdict::Mismatch).status, 409);
    assert_eq!((gateway.provider(), gateway.dialect()), ("pingpong", "hmac"));
}

proptest! {
    #[test]
    fn reading_never_panics(body in "\\PC{0,80}") {
        callback(&body).ok();
    }
}
