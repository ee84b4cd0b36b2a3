//! The gateway against a PingPong made of fixed answers: good, refused, broken, late, forged.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::sign::sign;
use super::*;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::kernel::money::{Currency, Money};
use crate::payments::ports::{Outcome, Source, StatedAmount};
use crate::platform::chain;

const SALT: &str = "0123456789ABCDEF01234567";
const ACC_ID: &str = "9000000000000000001001";

fn config(base_url: &str) -> V4Config {
    V4Config::new(base_url, ACC_ID, "9000000000000000001", SALT.into())
}

/// The fields of an answer with `code` and `content`, without signature.
fn fields(code: &str, content: &Value) -> BTreeMap<String, String> {
    [
        ("accId", ACC_ID),
        ("clientId", "9000000000000000001"),
        ("signType", "SHA256"),
        ("code", code),
        ("description", "as the code says"),
        ("bizContent", &content.to_string()),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn signed(mut fields: BTreeMap<String, String>) -> ResponseTemplate {
    let signature = sign(&fields, &SALT.into(), SignType::Sha256);
    fields.insert("sign".to_owned(), signature);
    ResponseTemplate::new(200).set_body_json(fields)
}

fn answer(code: &str, content: &Value) -> ResponseTemplate {
    signed(fields(code, content))
}

/// PingPong gives `answer` at `at`, once at least.
async fn pingpong(at: &str, answer: ResponseTemplate) -> (MockServer, PingPongV4) {
    let server = MockServer::start().await;
    let at_path = Mock::given(method("POST")).and(path(at));
    at_path.respond_with(answer).expect(1..).mount(&server).await;
    let gateway = PingPongV4::try_new(config(&server.uri())).unwrap();
    (server, gateway)
}

/// The business content of the first request, after checking that it is sealed.
async fn sent(server: &MockServer) -> Value {
    let requests = server.received_requests().await.unwrap();
    let body: BTreeMap<String, String> = requests[0].body_json().unwrap();
    assert_eq!(body["version"], "1.0");
    assert_eq!(body["sign"], sign(&body, &SALT.into(), SignType::Sha256));
    serde_json::from_str(&body["bizContent"]).unwrap()
}

fn order() -> CreatePayment {
    CreatePayment {
        payment_no: "P20261121-0C5M2ZT8".into(),
        amount: Money::new(1990, Currency::CNY),
        method: "wechat".into(),
        subject: "八字<b>详批</b>\n\"VIP\" \\ 全".into(),
        locale: Locale::ZhHans,
        notify_url: "https://shop.example/webhook/pingpong".into(),
        return_url: "https://shop.example/pay/return/M1?t=abc".into(),
        expires_at: Timestamp::from_millis(1_795_219_200_999),
    }
}

fn refund_order() -> RefundRequest {
    RefundRequest {
        refund_no: "R1".into(),
        payer: UserId(7),
        payment_no: "P1".into(),
        provider_ref: Some("T1".into()),
        amount: Money::new(500, Currency::CNY),
        reason: "模型失败; automatic refund of everything".into(),
        notify_url: "https://shop.example/webhook/pingpong".into(),
    }
}

fn prepared() -> Value {
    json!({
        "merchantTransactionId": "P20261121-0C5M2ZT8", "transactionId": "T1", "amount": "19.90",
        "currency": "CNY", "paymentUrl": "https://pay.example/checkout?token=EU:abc", "token": "x",
    })
}

#[test]
fn an_empty_secret_and_a_strange_address_are_refused_at_the_start() {
    let refused = |change: fn(&mut V4Config)| {
        let mut config = config("https://pay.example");
        change(&mut config);
        PingPongV4::try_new(config).is_err()
    };
    assert!(!refused(|_| {}));
    assert!(refused(|config| config.salt = " ".into()));
    assert!(refused(|config| config.acc_id.clear()));
    assert!(refused(|config| config.client_id.clear()));
    assert!(refused(|config| config.base_url = "pay.example".into()));
}

#[tokio::test]
async fn a_payment_is_opened_with_everything_the_cashier_needs() {
    let (server, gateway) = pingpong("/v4/payment/prePay", answer("000000", &prepared())).await;
    let created = gateway.create(&order()).await.unwrap();
    assert_eq!(
        created,
        CreatedPayment {
            provider_ref: Some("T1".into()),
            pay_url: "https://pay.example/checkout?token=EU:abc".into(),
            qr_code: None,
        }
    );
    let expected = json!({
        "captureDelayHours": 0, "amount": "19.90", "currency": "CNY",
        "merchantTransactionId": "P20261121-0C5M2ZT8", "shopperIP": "127.0.0.1",
        "payResultUrl": "https://shop.example/pay/return/M1?t=abc",
        "payCancelUrl": "https://shop.example/pay/return/M1?t=abc",
        "notificationUrl": "https://shop.example/webhook/pingpong",
        "timeExpire": "1795219200", "remark": "八字 b 详批 b VIP 全", "language": "zh",
        "paymentMethods": ["WeChat Pay"],
        "goods": [{
            "name": "八字 b 详批 b VIP 全", "unitPrice": "19.90", "number": "1",
            "virtualProduct": "Y",
        }],
    });
    assert_eq!(sent(&server).await, expected);
}

#[tokio::test]
async fn a_hint_becomes_the_name_that_the_store_uses() {
    let gateway = PingPongV4::try_new(config("https://pay.example")).unwrap();
    assert_eq!(gateway.methods("wechat"), ["WeChat Pay"]);
    assert_eq!(gateway.methods("bank"), ["UnionPay SecurePay", "VISA", "Mastercard"]);
    assert_eq!(gateway.methods("AlipayHK"), ["AlipayHK"]);
    assert!(gateway.methods("").is_empty());
}

#[test]
fn free_text_becomes_one_plain_line() {
    assert_eq!(plain("八字<b>详批</b>\n\"VIP\" \\ 全", 255), "八字 b 详批 b VIP 全");
    assert_eq!(plain(" \u{0}\u{85} ", 255), "");
    assert_eq!(plain("命盘 详批", 3), "命盘");
}

#[tokio::test]
async fn only_a_whole_signed_answer_opens_a_payment() {
    let mut unsigned = fields("000000", &prepared());
    let mut forged = unsigned.clone();
    forged.insert("sign".to_owned(), "00".repeat(32));
    let mut foreign = unsigned.clone();
    foreign.insert("accId".to_owned(), "1".to_owned());
    let other = json!({"merchantTransactionId": "P2", "paymentUrl": "https://pay.example"});
    let script =
        json!({"merchantTransactionId": "P20261121-0C5M2ZT8", "paymentUrl": "javascript:0"});
    unsigned.remove("sign");
    let answers = [
        ("unsigned", ResponseTemplate::new(200).set_body_json(unsigned)),
        ("forged", ResponseTemplate::new(200).set_body_json(forged)),
        ("for another merchant", signed(foreign)),
        ("about another payment", answer("000000", &other)),
        ("no web address", answer("000000", &script)),
        ("still processing", answer("002000", &json!({}))),
        ("no content", answer("000000", &json!([]))),
        ("duplicate", answer("107000", &prepared())),
        ("their fault", answer("500000", &prepared())),
        ("their time-out", answer("600002", &prepared())),
        ("no code", answer(" ", &prepared())),
        ("503", ResponseTemplate::new(503).set_body_json(fields("104000", &json!({})))),
        ("redirect", ResponseTemplate::new(302).insert_header("location", "https://x.example")),
        ("garbage", ResponseTemplate::new(200).set_body_string("<html>502</html>")),
        ("too long", ResponseTemplate::new(200).set_body_bytes(vec![b' '; 300 * 1024])),
    ];
    for (what, answer) in answers {
        let (_server, gateway) = pingpong("/v4/payment/prePay", answer).await;
        let error = gateway.create(&order()).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{what}: {error:?}");
    }
}

#[tokio::test]
async fn a_refusal_is_believed_signed_or_not() {
    let unsigned = ResponseTemplate::new(200).set_body_json(fields("104000", &json!({})));
    for answer in [answer("104000", &json!({})), unsigned] {
        let (_server, gateway) = pingpong("/v4/payment/prePay", answer).await;
        let error = gateway.create(&order()).await.unwrap_err();
        assert_eq!(error.to_string(), "the provider refused (104000): as the code says");
    }
}

#[tokio::test]
async fn silence_is_an_unknown_outcome_and_tells_no_secret() {
    let slow = answer("000000", &prepared()).set_delay(Duration::from_secs(60));
    let (server, _) = pingpong("/v4/payment/prePay", slow).await;
    let mut config = config(&server.uri());
    config.limits.total = Some(Duration::from_millis(30));
    let gateway = PingPongV4::try_new(config).unwrap();
    let error = gateway.create(&order()).await.unwrap_err();
    assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
    let told = format!("{} {error:?} {:?}", chain(&error), gateway.config);
    assert!(!told.contains(SALT) && !chain(&error).contains(&server.uri()), "{told}");
}

#[tokio::test]
async fn a_query_reads_every_status() {
    let cases = [
        ("SUCCESS", Outcome::Paid),
        ("FAILED", Outcome::AttemptFailed),
        ("INIT", Outcome::Pending),
        ("AUTH_SUCCESS", Outcome::Pending),
        ("CANCEL", Outcome::Closed),
        ("REVIEW", Outcome::Other("REVIEW".into())),
    ];
    for (status, expected) in cases {
        let content = json!({
            "merchantTransactionId": "P1", "transactionId": "T1", "status": status,
            "amount": 19.9, "currency": "CNY", "resultCode": "301002",
            "resultDescription": "Transaction declined", "captureDelayHours": 0,
        });
        let (server, gateway) = pingpong("/v4/payment/query", answer("001000", &content)).await;
        let seen = gateway.query(&"P1".into()).await.unwrap();
        assert_eq!(seen.outcome, expected);
        assert_eq!(seen.source, Source::Query);
        assert_eq!(seen.provider_ref.as_deref(), Some("T1"));
        assert_eq!(seen.evidence_key, format!("query/RECHARGE/P1/T1/{status}/19.9/CNY"));
        let stated = StatedAmount { amount: "19.9".into(), currency: Some("CNY".into()) };
        assert_eq!(seen.stated, Some(stated));
        assert_eq!(seen.note.is_none(), status == "SUCCESS", "{:?}", seen.note);
        assert_eq!(sent(&server).await, json!({"merchantTransactionId": "P1"}));
    }
}

#[tokio::test]
async fn a_payment_that_pingpong_does_not_know_yet_is_pending() {
    let (_server, gateway) = pingpong("/v4/payment/query", answer("107001", &json!({}))).await;
    let seen = gateway.query(&"P1".into()).await.unwrap();
    assert_eq!((seen.outcome, seen.stated), (Outcome::Pending, None));
    assert_eq!(seen.evidence_key, "query/P1/unknown number");
}

#[tokio::test]
async fn an_unsigned_success_is_no_proof_of_payment() {
    let content = json!({"merchantTransactionId": "P1", "status": "SUCCESS", "amount": "19.90"});
    let unsigned = ResponseTemplate::new(200).set_body_json(fields("001000", &content));
    let (_server, gateway) = pingpong("/v4/payment/query", unsigned).await;
    let error = gateway.query(&"P1".into()).await.unwrap_err();
    assert_eq!(chain(&error), "the outcome is unknown: the signature is missing");
}

#[tokio::test]
async fn a_refund_ends_as_pingpong_says() {
    let cases = [
        ("SUCCESS", RefundOutcome::Succeeded),
        ("PROCESSING", RefundOutcome::Pending),
        ("FAILED", RefundOutcome::Failed("303000 Refund failed".into())),
    ];
    for (status, outcome) in cases {
        let content = json!({
            "merchantRefundId": "R1", "refundId": "RF9", "status": status,
            "resultCode": "303000", "resultDescription": "Refund failed",
        });
        let (server, gateway) = pingpong("/v4/payment/refund", answer("000000", &content)).await;
        let expected = RefundAnswer { provider_refund_ref: Some("RF9".into()), outcome };
        assert_eq!(gateway.refund(&refund_order()).await.unwrap(), expected);
        let expected = json!({
            "merchantTransactionId": "P1", "merchantRefundId": "R1", "amount": "5.00",
            "currency": "CNY", "notificationUrl": "https://shop.example/webhook/pingpong",
            "remark": "模型失败 automatic refund of everyth",
        });
        assert_eq!(sent(&server).await, expected);
    }
}

#[tokio::test]
async fn a_refund_is_refused_or_unknown_but_never_guessed() {
    let (_server, gateway) = pingpong("/v4/payment/refund", answer("108003", &json!({}))).await;
    let error = gateway.refund(&refund_order()).await.unwrap_err();
    assert!(matches!(error, CallError::Rejected { ref code, .. } if code == "108003"), "{error:?}");

    let other = json!({"merchantRefundId": "R2", "refundId": "RF9", "status": "SUCCESS"});
    let transaction = json!({"merchantTransactionId": "P1", "status": "SUCCESS"});
    let strange = json!({"merchantRefundId": "R1", "status": "HELD"});
    for content in [other, transaction, strange] {
        let (_server, gateway) = pingpong("/v4/payment/refund", answer("000000", &content)).await;
        let error = gateway.refund(&refund_order()).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{content}: {error:?}");
    }
}

#[tokio::test]
async fn a_refund_asked_for_twice_is_answered_with_its_state() {
    let (server, gateway) = pingpong("/v4/payment/refund", answer("107000", &json!({}))).await;
    let content = json!({"merchantRefundId": "R1", "refundId": "RF9", "status": "SUCCESS"});
    let query = Mock::given(method("POST")).and(path("/v4/refund/query"));
    query.respond_with(answer("001000", &content)).expect(1).mount(&server).await;
    let answered = gateway.refund(&refund_order()).await.unwrap();
    assert_eq!(answered.outcome, RefundOutcome::Succeeded);
}

#[tokio::test]
async fn a_refund_that_never_arrived_may_be_sent_again() {
    let (server, gateway) = pingpong("/v4/refund/query", answer("107001", &json!({}))).await;
    let answered = gateway.query_refund(&"R1".into(), &"P1".into()).await.unwrap();
    assert_eq!(answered.outcome, RefundOutcome::NotFound);
    let expected = json!({"merchantTransactionId": "P1", "merchantRefundId": "R1"});
    assert_eq!(sent(&server).await, expected);
}

#[test]
fn pingpong_is_always_told_ok() {
    let gateway = PingPongV4::try_new(config("https://pay.example")).unwrap();
    for verdict in [Verdict::Taken, Verdict::Mismatch] {
        let told = gateway.acknowledge(verdict);
        assert_eq!((told.status, told.content_type, told.body), (200, "text/plain", "OK"));
    }
    assert_eq!((gateway.provider(), gateway.dialect()), ("pingpong", "v4"));
}

#[test]
fn headers_prove_nothing() {
    let gateway = PingPongV4::try_new(config("https://pay.example")).unwrap();
    let headers = HeaderMap::from_iter([(
        http::HeaderName::from_static("x-signature"),
        http::HeaderValue::from_static("00"),
    )]);
    let told = gateway.read_notification(&headers, br#"{"order_id":"P1","status":"paid"}"#);
    assert_eq!(told, Err(NotificationError::Unproved("the signature is missing")));
}

const DOWNLOAD: &str = "/api/v2/txn-rec-file/download";

fn a_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 20).unwrap()
}

/// Whether an error is the expected one.
type Judge = Box<dyn Fn(&CallError) -> bool>;

/// A back office that gives `answer`, and a gateway that knows it.
async fn back_office(answer: ResponseTemplate) -> (MockServer, PingPongV4) {
    let server = MockServer::start().await;
    Mock::given(method("POST")).and(path(DOWNLOAD)).respond_with(answer).mount(&server).await;
    let mut config = config("https://unused.example");
    config.statement_url = Some(server.uri());
    (server, PingPongV4::try_new(config).unwrap())
}

#[tokio::test]
async fn a_statement_is_asked_for_by_day_and_read() {
    let file = "merchantTransactionId,transactionId,transactionType,amount,currency,status\n\
                P1,T1,RECHARGE,19.900000,CNY,SUCCESS\n";
    let answer = ResponseTemplate::new(200).insert_header("fileName", "txn.csv");
    let (server, gateway) = back_office(answer.set_body_string(file)).await;
    let statement = gateway.statement(a_day()).await.unwrap().unwrap();
    assert_eq!(statement.lines.len(), 1);
    assert_eq!(statement.lines[0].payment_no.as_str(), "P1");
    assert_eq!(sent(&server).await, json!({"billDate": "2026-11-20", "billType": "DAY"}));
}

#[tokio::test]
async fn a_statement_that_is_refused_or_broken_is_never_an_empty_one() {
    let refused = ResponseTemplate::new(200)
        .insert_header("errorCode", "106000")
        .insert_header("errorMsg", "file not ready");
    let theirs = ResponseTemplate::new(200).insert_header("errorCode", "500000");
    let broken = ResponseTemplate::new(200).set_body_bytes([0x50, 0x4b, 0x03, 0x04, 0xff]);
    let page = ResponseTemplate::new(200).set_body_string("<html>please log in</html>");
    let empty = ResponseTemplate::new(200);
    let rejected = |code: &'static str| move |error: &CallError| matches!(error, CallError::Rejected { code: told, .. } if told == code);
    let unknown = |error: &CallError| matches!(error, CallError::Unknown(_));
    let cases: [(ResponseTemplate, Judge); 6] = [
        (refused, Box::new(rejected("106000"))),
        (theirs, Box::new(unknown)),
        (broken, Box::new(rejected("unreadable"))),
        (page, Box::new(rejected("unreadable"))),
        (empty, Box::new(rejected("unreadable"))),
        (ResponseTemplate::new(503), Box::new(unknown)),
    ];
    for (answer, expected) in cases {
        let (_server, gateway) = back_office(answer).await;
        let error = gateway.statement(a_day()).await.unwrap_err();
        assert!(expected(&error), "{error:?}");
    }
}

#[tokio::test]
async fn a_store_without_a_back_office_has_no_statements() {
    let gateway = PingPongV4::try_new(config("https://unused.example")).unwrap();
    assert_eq!(gateway.statement(a_day()).await.unwrap(), None);
}
