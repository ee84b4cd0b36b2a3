//! PingPong's own protocol, version 4 (reference/pingpong.md §2, §3).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::seal::{ACC_ID, CLIENT_ID, SALT, sign_v4};
use super::{Bill, BillState, Desk, Refund};

pub(super) fn routes(router: Router<Desk>) -> Router<Desk> {
    router
        .route("/v4/payment/prePay", post(pre_pay))
        .route("/v4/payment/query", post(query))
        .route("/v4/payment/refund", post(refund))
        .route("/v4/refund/query", post(refund_query))
}

type Answered = Result<Response, Refused>;

/// Why a request is not even looked into.
enum Refused {
    Broken,
    Sender,
    Signature,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Broken => {
                (StatusCode::INTERNAL_SERVER_ERROR, "<html>broken</html>").into_response()
            }
            Self::Sender => reply("103000", "Invalid authentication", &json!({})),
            Self::Signature => reply("104000", "Invalid signature", &json!({})),
        }
    }
}

async fn pre_pay(State(desk): State<Desk>, Json(envelope): Json<Map<String, Value>>) -> Answered {
    let body = opened(&desk, "create", &envelope)?;
    let number = desk.text(&body, "merchantTransactionId", 64);
    let bill = Bill {
        reference: format!("20261121{:08}", number_of(&number)),
        amount: amount(&desk, &body),
        currency: desk.text(&body, "currency", 3),
        subject: body["goods"][0]["name"].as_str().unwrap_or_default().to_owned(),
        method: body["paymentMethods"].to_string(),
        notify_url: desk.notify_url(&body, "notificationUrl"),
        return_url: desk.text(&body, "payResultUrl", 255),
        state: BillState::Open,
        number: number.clone(),
    };
    check_wishes(&desk, &body);
    // Repeating a number never changes the order that stands (§3.1).
    let bill = desk.pingpong.locked(|books| books.bills.entry(number).or_insert(bill).clone());
    Ok(reply(
        "000000",
        "Transaction succeeded",
        &json!({
            "merchantTransactionId": bill.number, "transactionId": bill.reference,
            "amount": bill.amount, "currency": bill.currency, "token": "EU:played",
            "innerJsUrl": "https://pay-cdn.example/ppPay.min.js",
            "paymentUrl": desk.pay_url(&bill.number),
        }),
    ))
}

/// What a real cashier needs besides the amount.
fn check_wishes(desk: &Desk, body: &Value) {
    desk.text(body, "payCancelUrl", 255);
    desk.text(body, "shopperIP", 128);
    if body["captureDelayHours"] != json!(0) {
        desk.complain(format!("PingPong: the money is not captured at once: {body}"));
    }
    let expires = body["timeExpire"].as_str().unwrap_or_default();
    if expires.len() != 10 || !expires.bytes().all(|byte| byte.is_ascii_digit()) {
        desk.complain(format!("PingPong: `timeExpire` is not in seconds: {body}"));
    }
    if body["goods"].is_null() {
        desk.complain(format!("PingPong: no goods: {body}"));
    }
}

async fn query(State(desk): State<Desk>, Json(envelope): Json<Map<String, Value>>) -> Answered {
    let body = opened(&desk, "query", &envelope)?;
    let number = desk.text(&body, "merchantTransactionId", 64);
    let found = desk.pingpong.locked(|books| books.bills.get(&number).cloned());
    let Some(bill) = found else {
        return Ok(reply("107001", "Transaction does not exist", &json!({})));
    };
    Ok(reply(
        "001000",
        "Successful request",
        &json!({
            "merchantTransactionId": bill.number, "transactionId": bill.reference,
            "amount": format!("{}0000", bill.amount), "currency": bill.currency,
            "status": bill.state.v4(), "resultCode": "000000", "captureDelayHours": 0,
            "resultDescription": "Transaction succeeded", "transactionTime": "1795219200000",
        }),
    ))
}

async fn refund(State(desk): State<Desk>, Json(envelope): Json<Map<String, Value>>) -> Answered {
    let body = opened(&desk, "refund", &envelope)?;
    let number = desk.text(&body, "merchantRefundId", 64);
    let bill = desk.text(&body, "merchantTransactionId", 64);
    let new = Refund {
        number: number.clone(),
        bill: bill.clone(),
        amount: amount(&desk, &body),
        currency: desk.text(&body, "currency", 3),
        asked: 0,
    };
    let known = desk.pingpong.locked(|books| {
        let paid = books.bills.get(&bill).is_some_and(|bill| bill.state == BillState::Paid);
        let refund = books.refunds.entry(number).or_insert(new);
        refund.asked += 1;
        paid.then(|| refund.clone())
    });
    let Some(refund) = known else {
        desk.complain(format!("PingPong: a refund of what was not paid: {body}"));
        return Ok(reply("107002", "Original transaction does not exist", &json!({})));
    };
    Ok(reply("000000", "Transaction succeeded", &refunded(&refund)))
}

async fn refund_query(
    State(desk): State<Desk>,
    Json(envelope): Json<Map<String, Value>>,
) -> Answered {
    let body = opened(&desk, "refund query", &envelope)?;
    desk.text(&body, "merchantTransactionId", 64);
    let number = desk.text(&body, "merchantRefundId", 64);
    let found = desk.pingpong.locked(|books| books.refunds.get(&number).cloned());
    Ok(match found {
        Some(refund) => reply("001000", "Successful request", &refunded(&refund)),
        None => reply("107001", "Transaction does not exist", &json!({})),
    })
}

fn refunded(refund: &Refund) -> Value {
    json!({
        "merchantTransactionId": refund.bill, "merchantRefundId": refund.number,
        "transactionId": "2026112150000001", "refundId": format!("77{:08}", number_of(&refund.number)),
        "amount": format!("{}0000", refund.amount), "currency": refund.currency,
        "status": "SUCCESS", "resultCode": "000000", "resultDescription": "Transaction succeeded",
        "refundTime": "1795305600000",
    })
}

/// The business part of a request whose sender was proved.
fn opened(
    desk: &Desk,
    kind: &'static str,
    envelope: &Map<String, Value>,
) -> Result<Value, Refused> {
    if desk.pingpong.count(kind) {
        return Err(Refused::Broken);
    }
    let said = |field: &str| envelope.get(field).and_then(Value::as_str).unwrap_or_default();
    let known = said("accId") == ACC_ID && said("clientId") == CLIENT_ID;
    if !known || said("version") != "1.0" || said("signType") != "SHA256" {
        desk.complain(format!("PingPong: a wrong envelope: {envelope:?}"));
        return Err(Refused::Sender);
    }
    if said("sign") != sign_v4(envelope, SALT) {
        desk.complain(format!("PingPong: a wrong signature: {envelope:?}"));
        return Err(Refused::Signature);
    }
    let content = said("bizContent");
    if content.contains(['<', '>']) {
        desk.complain(format!("PingPong: the XSS filter refuses {content}"));
    }
    Ok(serde_json::from_str(content).unwrap_or_default())
}

fn amount(desk: &Desk, body: &Value) -> String {
    let amount = desk.text(body, "amount", 14);
    let two_decimals = amount.split_once('.').is_some_and(|(_, cents)| cents.len() == 2);
    if !two_decimals {
        desk.complain(format!("PingPong: an amount of CNY has two decimals: {amount}"));
    }
    amount
}

fn reply(code: &str, description: &str, content: &Value) -> Response {
    let mut envelope = json!({
        "accId": ACC_ID, "clientId": CLIENT_ID, "code": code, "description": description,
        "bizContent": content.to_string(), "signType": "SHA256",
    });
    envelope["sign"] = json!(sign_v4(envelope.as_object().unwrap(), SALT));
    Json(envelope).into_response()
}

/// Some number for a text, always the same.
pub(super) fn number_of(text: &str) -> u32 {
    text.bytes().fold(7, |sum: u32, byte| sum.wrapping_mul(31).wrapping_add(byte.into()))
        % 99_999_999
}
