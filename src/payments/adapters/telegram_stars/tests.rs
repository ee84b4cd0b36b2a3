//! The till of Stars against Telegram as the sandbox plays it, and against fixed answers where
//! Telegram fails.

use serde_json::{Value, json};
use tokio::net::TcpListener;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::payments::ports::{Outcome, StatedAmount};
use crate::payments::statement::LineKind;
use crate::platform::chain;
use crate::sandbox::faults::Faults;
use crate::sandbox::telegram::{self, SandboxTelegram};

const TOKEN: &str = "1000001:secret-of-the-bot";
const BUYER: i64 = 1001;
/// 2026-11-21 04:13 UTC.
const NOON: i64 = 1_795_234_380;

fn gateway_at(api_url: &str) -> TelegramStars {
    TelegramStars::try_new(&StarsConfig::new(api_url, TOKEN.into())).unwrap()
}

/// A played Telegram that lets every payment through, and the till that asks it.
async fn played() -> (SandboxTelegram, TelegramStars) {
    let telegram = SandboxTelegram::new(Arc::new(Faults::default()), TOKEN);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = telegram::router(telegram.clone());
    tokio::spawn(async move { axum::serve(listener, router).await });
    tokio::spawn(let_everything_through(address.clone()));
    (telegram, gateway_at(&address))
}

async fn let_everything_through(address: String) {
    let client = crate::platform::http::client(Limits::seconds(1, 60)).unwrap();
    let ask = |method: &str, body: Value| {
        client.post(format!("{address}/bot{TOKEN}/{method}")).json(&body).send()
    };
    let mut offset = 0;
    loop {
        let answer = ask("getUpdates", json!({ "offset": offset, "timeout": 30 })).await.unwrap();
        let updates: Value = answer.json().await.unwrap();
        for update in updates["result"].as_array().unwrap() {
            offset = update["update_id"].as_i64().unwrap() + 1;
            if let Some(id) = update["pre_checkout_query"]["id"].as_str() {
                let yes = json!({ "pre_checkout_query_id": id, "ok": true });
                ask("answerPreCheckoutQuery", yes).await.unwrap();
            }
        }
    }
}

/// A Telegram that answers `method` in one way.
async fn fixed(name: &str, answer: ResponseTemplate) -> (MockServer, TelegramStars) {
    let server = MockServer::start().await;
    let mock = Mock::given(method("POST")).and(path(format!("/api/bot{TOKEN}/{name}")));
    mock.respond_with(answer).mount(&server).await;
    let gateway = gateway_at(&format!("{}/api/", server.uri()));
    (server, gateway)
}

fn no(code: u16, description: &str) -> ResponseTemplate {
    let body = json!({ "ok": false, "error_code": code, "description": description });
    ResponseTemplate::new(code).set_body_json(body)
}

fn order(number: &str, stars: i64) -> CreatePayment {
    CreatePayment {
        payment_no: number.into(),
        amount: Money::new(stars, Currency::XTR),
        method: STARS.into(),
        subject: "八字详批".into(),
        locale: Locale::ZhHans,
        notify_url: "https://shop.example/webhook/stars".into(),
        return_url: "https://shop.example/pay/return/M1".into(),
        expires_at: Timestamp::from_millis(NOON * 1000),
    }
}

fn refund(number: &str, charge: Option<&str>) -> RefundRequest {
    RefundRequest {
        refund_no: "R1".into(),
        payer: UserId(BUYER),
        payment_no: number.into(),
        provider_ref: charge.map(str::to_owned),
        amount: Money::new(400, Currency::XTR),
        reason: "asked for".into(),
        notify_url: String::new(),
    }
}

#[tokio::test]
async fn a_payment_is_opened_paid_found_and_given_back() {
    let (telegram, gateway) = played().await;
    let link = gateway.create(&order("P20261121-ABCDEFGH", 400)).await.unwrap().pay_url;
    let number = PaymentNo::from("P20261121-ABCDEFGH");
    assert_eq!(gateway.query(&number).await.unwrap().outcome, Outcome::Pending);

    let charge = telegram.pays(BUYER, &link).await.unwrap();
    let seen = gateway.query(&number).await.unwrap();
    let stated = StatedAmount { amount: "400".into(), currency: Some("XTR".into()) };
    assert_eq!((seen.outcome, seen.stated), (Outcome::Paid, Some(stated)));
    assert_eq!(seen.provider_ref.as_deref(), Some(charge.as_str()));

    let asked = refund(number.as_str(), Some(&charge));
    let not_yet = gateway.query_refund(&asked.refund_no, &number).await.unwrap();
    assert_eq!(not_yet.outcome, RefundOutcome::NotFound);
    let back = gateway.refund(&asked).await.unwrap();
    assert_eq!(back, went_back(&charge));
    assert_eq!(gateway.refund(&asked).await.unwrap(), back, "once more is the same");
    assert_eq!(gateway.query_refund(&asked.refund_no, &number).await.unwrap(), back);
    assert_eq!(gateway.query(&number).await.unwrap().outcome, Outcome::Paid, "it was paid");
    assert_eq!(telegram.star_balance(), 0);
}

#[tokio::test]
async fn of_two_charges_one_refund_is_not_taken_for_the_other() {
    let (telegram, gateway) = played().await;
    let link = gateway.create(&order("P1", 400)).await.unwrap().pay_url;
    let first = telegram.pays(BUYER, &link).await.unwrap();
    let second = telegram.pays(BUYER, &link).await.unwrap();
    gateway.refund(&refund("P1", Some(&second))).await.unwrap();
    let asked = gateway.query_refund(&"R1".into(), &"P1".into()).await.unwrap();
    assert_eq!(asked.outcome, RefundOutcome::NotFound, "sending it again does no harm");
    gateway.refund(&refund("P1", Some(&first))).await.unwrap();
    let asked = gateway.query_refund(&"R1".into(), &"P1".into()).await.unwrap();
    assert_eq!(asked.outcome, RefundOutcome::Succeeded);
}

#[tokio::test]
async fn a_payment_that_does_not_know_its_charge_gives_back_the_only_one() {
    let (telegram, gateway) = played().await;
    let link = gateway.create(&order("P1", 400)).await.unwrap().pay_url;
    let none = gateway.refund(&refund("P1", None)).await;
    assert!(matches!(none, Err(CallError::Rejected { code, .. }) if code == "no_charge"));
    let charge = telegram.pays(BUYER, &link).await.unwrap();
    assert_eq!(gateway.refund(&refund("P1", None)).await.unwrap(), went_back(&charge));
    telegram.pays(BUYER, &link).await.unwrap();
    let two = gateway.refund(&refund("P1", None)).await;
    assert!(matches!(two, Err(CallError::Rejected { code, .. }) if code == "two_charges"));
}

#[tokio::test]
async fn only_whole_stars_of_a_known_charge_are_asked_for_and_given_back() {
    let gateway = gateway_at("http://127.0.0.1:9");
    let yuan = CreatePayment { amount: Money::new(1990, Currency::CNY), ..order("P1", 1) };
    assert!(matches!(gateway.create(&yuan).await, Err(CallError::Rejected { .. })));
    let unasked = gateway.refund(&refund("P1", None)).await;
    assert!(matches!(unasked, Err(CallError::NotSent(_))), "{unasked:?}");
    assert!(matches!(gateway.create(&order("P1", 1)).await, Err(CallError::NotSent(_))));
}

#[tokio::test]
async fn an_invoice_keeps_telegrams_limits() {
    let answer = json!({ "ok": true, "result": "https://t.me/$abc" });
    let answer = ResponseTemplate::new(200).set_body_json(answer);
    let (server, gateway) = fixed("createInvoiceLink", answer).await;
    let long = CreatePayment { subject: "长".repeat(300), ..order("P1", 400) };
    assert_eq!(gateway.create(&long).await.unwrap().pay_url, "https://t.me/$abc");
    let sent: Value = server.received_requests().await.unwrap()[0].body_json().unwrap();
    assert_eq!(sent["title"].as_str().unwrap().chars().count(), 32);
    assert_eq!(sent["description"].as_str().unwrap().chars().count(), 255);
    assert_eq!(sent["prices"], json!([{ "label": sent["title"], "amount": 400 }]));
    assert_eq!((&sent["currency"], &sent["provider_token"]), (&json!("XTR"), &json!("")));
    assert_eq!(sent["payload"], "P1");
}

#[tokio::test]
async fn a_refusal_of_telegram_is_told_from_haste_and_from_silence() {
    let outcome = async |answer| {
        let (_server, gateway) = fixed("refundStarPayment", answer).await;
        let error = gateway.refund(&refund("P1", Some("c"))).await.unwrap_err();
        assert!(!chain(&error).contains("secret-of-the-bot"), "{}", chain(&error));
        match error {
            CallError::Rejected { message, .. } => format!("rejected {message}"),
            CallError::NotSent(_) => "not sent".to_owned(),
            CallError::Unknown(_) => "unknown".to_owned(),
        }
    };
    let refused = outcome(no(400, "Bad Request: CHARGE_ID_INVALID")).await;
    assert_eq!(refused, "rejected Bad Request: CHARGE_ID_INVALID");
    assert_eq!(outcome(no(429, "Too Many Requests: retry after 5")).await, "not sent");
    assert_eq!(outcome(no(401, "Unauthorized")).await, "not sent");
    assert_eq!(outcome(no(500, "Internal Server Error")).await, "unknown");
    assert_eq!(outcome(ResponseTemplate::new(502).set_body_string("<html>")).await, "unknown");
    let strange = json!({ "ok": true, "result": { "a": 1 } });
    assert_eq!(outcome(ResponseTemplate::new(200).set_body_json(strange)).await, "unknown");
}

#[tokio::test]
async fn a_refund_that_was_made_before_has_succeeded() {
    let again = no(400, "Bad Request: CHARGE_ALREADY_REFUNDED");
    let (_server, gateway) = fixed("refundStarPayment", again).await;
    assert_eq!(gateway.refund(&refund("P1", Some("c"))).await.unwrap(), went_back("c"));
}

/// A list of so many charges, one a minute, whose payload is their place in it.
async fn listed(rows: i64) -> (MockServer, TelegramStars) {
    let server = MockServer::start().await;
    let list = move |request: &wiremock::Request| {
        let asked: Value = request.body_json().unwrap();
        let (offset, limit) = (asked["offset"].as_i64().unwrap(), asked["limit"].as_i64().unwrap());
        let row = |place: i64| {
            json!({ "id": format!("c{place}"), "amount": 5, "date": NOON + place * 60, "source": {
                "type": "user", "transaction_type": "invoice_payment",
                "user": { "id": 1 }, "invoice_payload": format!("P{place}") } })
        };
        let page: Vec<Value> = (offset..rows.min(offset + limit)).map(row).collect();
        let body = json!({ "ok": true, "result": { "transactions": page } });
        ResponseTemplate::new(200).set_body_json(body)
    };
    Mock::given(method("POST")).respond_with(list).mount(&server).await;
    let gateway = gateway_at(&server.uri());
    (server, gateway)
}

#[tokio::test]
async fn a_charge_is_found_wherever_it_stands_in_the_list() {
    for rows in [0, 1, 99, 100, 101, 200, 730, 1_600] {
        let (server, gateway) = listed(rows).await;
        for place in [0, rows / 2, rows - 1].into_iter().filter(|place| (0..rows).contains(place)) {
            let number = PaymentNo(format!("P{place}"));
            let seen = gateway.query(&number).await.unwrap();
            assert_eq!(seen.provider_ref, Some(format!("c{place}")), "{rows}");
        }
        let unknown = gateway.query(&"P9999".into()).await.unwrap();
        assert_eq!(unknown.outcome, Outcome::Pending, "{rows}");
        let before = server.received_requests().await.unwrap().len();
        // A number of this day: nothing older than the day is looked at.
        gateway.query(&"P20261123-ABCDEFGH".into()).await.unwrap();
        let asked = server.received_requests().await.unwrap().len() - before;
        assert!(asked <= 4, "{asked} questions for the end of {rows} rows");
    }
}

#[tokio::test]
async fn a_day_of_china_is_cut_out_of_the_list() {
    let (_server, gateway) = listed(1_600).await;
    // The first charge is of 12:13 in China, so 707 minutes of the day are left.
    let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let first = gateway.statement(day).await.unwrap().unwrap();
    let second = gateway.statement(day.succ_opt().unwrap()).await.unwrap().unwrap();
    assert_eq!((first.lines.len(), second.lines.len()), (707, 893));
    assert_eq!(first.lines[0].payment_no.as_str(), "P0");
    assert_eq!(second.lines[0].payment_no.as_str(), "P707");
    let before = gateway.statement(day.pred_opt().unwrap()).await.unwrap().unwrap();
    assert_eq!(before.lines, []);
}

#[tokio::test]
async fn a_statement_tells_charges_refunds_and_everything_else_apart() {
    let user = |payload: &str| {
        json!({ "type": "user", "transaction_type": "invoice_payment",
        "user": { "id": 1 }, "invoice_payload": payload })
    };
    let rows = json!([
        { "id": "c1", "amount": 400, "date": NOON, "source": user("P1") },
        { "id": "c1", "amount": 400, "date": NOON, "receiver": { "type": "user", "user": {} } },
        { "id": "w1", "amount": 300, "date": NOON, "receiver": { "type": "fragment" } },
        { "id": "g1", "amount": 7, "date": NOON, "source":
            { "type": "user", "transaction_type": "paid_media_payment", "user": {} } },
        { "id": "c2", "amount": 3, "nanostar_amount": 500_000_000, "date": NOON,
            "source": user("P2") },
    ]);
    let body = json!({ "ok": true, "result": { "transactions": rows } });
    let (_server, gateway) =
        fixed("getStarTransactions", ResponseTemplate::new(200).set_body_json(body)).await;
    let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let statement = gateway.statement(day).await.unwrap().unwrap();
    let told: Vec<_> = statement
        .lines
        .iter()
        .map(|line| (line.kind, line.provider_ref.as_deref().unwrap(), line.stated.amount.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (LineKind::Charge, "c1", "400"),
            (LineKind::Refund, "c1", "400"),
            (LineKind::Charge, "c2", "3.500000000"),
        ]
    );
    assert_eq!(statement.others, 2);
    let keys: Vec<_> = statement.lines.iter().map(|line| line.evidence_key.as_str()).collect();
    assert_eq!(keys[0], "statement/charge/P1/c1/400/XTR");
    assert_eq!(keys[1], "statement/refund//c1/400/XTR");
}

#[tokio::test]
async fn a_list_that_cannot_be_read_is_no_empty_list() {
    let rows = json!([{ "id": 7, "amount": "many" }]);
    let body = json!({ "ok": true, "result": { "transactions": rows } });
    let (_server, gateway) =
        fixed("getStarTransactions", ResponseTemplate::new(200).set_body_json(body)).await;
    let day = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
    let told = gateway.statement(day).await.unwrap_err();
    assert!(matches!(told, CallError::Rejected { code, .. } if code == "unreadable"));
    assert!(gateway.query(&"P1".into()).await.is_err());
}

#[test]
fn service_messages_become_facts() {
    let money = json!({ "currency": "XTR", "total_amount": 400, "invoice_payload": "P1",
        "telegram_payment_charge_id": "c1", "provider_payment_charge_id": "" });
    let update = |field: &str| json!({ "update_id": 1, "message": { field: money } }).to_string();
    let Some(Notification::Payment(paid)) = read_message(&update("successful_payment")) else {
        panic!("no payment");
    };
    assert_eq!((paid.outcome, paid.source), (Outcome::Paid, Source::Callback));
    assert_eq!(paid.evidence_key, "callback/charge/P1/c1/400/XTR");
    assert_eq!(paid.provider_ref.as_deref(), Some("c1"));
    let Some(Notification::RefundOfCharge(back)) = read_message(&update("refunded_payment")) else {
        panic!("no refund");
    };
    assert_eq!(
        (back.charge.as_str(), back.evidence_key.as_str()),
        ("c1", "callback/refund/P1/c1/400/XTR")
    );
    assert_eq!(read_message(r#"{"update_id":1,"message":{"text":"hi"}}"#), None);
}

#[test]
fn nobody_may_call_the_callback_address() {
    let gateway = gateway_at("https://api.telegram.org");
    let forged = gateway.read_notification(&HeaderMap::new(), b"{}");
    assert!(matches!(forged, Err(NotificationError::Unproved(_))));
}
