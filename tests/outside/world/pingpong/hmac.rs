//! The plain dialect of a small gateway (spec.md §9.1): JSON, and `X-Signature` both ways.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use serde_json::{Value, json};

use super::seal::{WEBHOOK_SECRET, sign_hmac};
use super::v4::number_of;
use super::{Bill, BillState, Desk, Refund};

pub(super) fn routes(router: Router<Desk>) -> Router<Desk> {
    router
        .route("/payments", post(create))
        .route("/payments/{number}", get(query))
        .route("/refunds", post(refund))
        .route("/refunds/{number}", get(refund_query))
}

type Refused = (StatusCode, &'static str);
type Answered = Result<Response, Refused>;

async fn create(State(desk): State<Desk>, headers: HeaderMap, raw: Bytes) -> Answered {
    let body = opened(&desk, "create", &headers, &raw)?;
    let number = desk.text(&body, "order_id", 64);
    let bill = Bill {
        reference: format!("gw-{:08}", number_of(&number)),
        amount: desk.text(&body, "amount", 14),
        currency: desk.text(&body, "currency", 3),
        subject: desk.text(&body, "subject", 500),
        method: desk.text(&body, "method", 64),
        notify_url: desk.notify_url(&body, "notify_url"),
        return_url: desk.text(&body, "return_url", 255),
        state: BillState::Open,
        number: number.clone(),
    };
    desk.text(&body, "expires_at", 64);
    let bill = desk.pingpong.locked(|books| books.bills.entry(number).or_insert(bill).clone());
    Ok(reply(&json!({
        "payment_id": bill.reference, "payment_url": desk.pay_url(&bill.number),
        "qr_code": format!("weixin://wxpay/bizpayurl?pr={}", bill.reference),
    })))
}

async fn query(
    State(desk): State<Desk>,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Answered {
    asked(&desk, "query", &headers, &uri.to_string())?;
    let found = desk.pingpong.locked(|books| books.bills.get(&number).cloned());
    let Some(bill) = found else {
        return Err((StatusCode::NOT_FOUND, "no such payment"));
    };
    Ok(reply(&json!({
        "order_id": bill.number, "payment_id": bill.reference, "status": bill.state.hmac(),
        "amount": bill.amount, "currency": bill.currency,
    })))
}

async fn refund(State(desk): State<Desk>, headers: HeaderMap, raw: Bytes) -> Answered {
    let body = opened(&desk, "refund", &headers, &raw)?;
    let number = desk.text(&body, "refund_id", 64);
    let bill = desk.text(&body, "order_id", 64);
    let new = Refund {
        number: number.clone(),
        bill: bill.clone(),
        amount: desk.text(&body, "amount", 14),
        currency: desk.text(&body, "currency", 3),
        asked: 0,
    };
    desk.text(&body, "reason", 200);
    let known = desk.pingpong.locked(|books| {
        let paid = books.bills.get(&bill).is_some_and(|bill| bill.state == BillState::Paid);
        let refund = books.refunds.entry(number.clone()).or_insert(new);
        refund.asked += 1;
        paid
    });
    if !known {
        desk.complain(format!("PingPong: a refund of what was not paid: {body}"));
        return Err((StatusCode::CONFLICT, "not paid"));
    }
    Ok(reply(&json!({ "refund_id": number, "status": "succeeded" })))
}

async fn refund_query(
    State(desk): State<Desk>,
    OriginalUri(uri): OriginalUri,
    Path(number): Path<String>,
    headers: HeaderMap,
) -> Answered {
    asked(&desk, "refund query", &headers, &uri.to_string())?;
    if !desk.pingpong.locked(|books| books.refunds.contains_key(&number)) {
        return Err((StatusCode::NOT_FOUND, "no such refund"));
    }
    Ok(reply(&json!({ "refund_id": number, "status": "succeeded" })))
}

fn opened(
    desk: &Desk,
    kind: &'static str,
    headers: &HeaderMap,
    raw: &[u8],
) -> Result<Value, Refused> {
    proved(desk, kind, headers, raw)?;
    serde_json::from_slice(raw).map_err(|_fault| (StatusCode::BAD_REQUEST, "not JSON"))
}

/// A question signs its path and query.
fn asked(desk: &Desk, kind: &'static str, headers: &HeaderMap, uri: &str) -> Result<(), Refused> {
    let path = uri.split_once("://").map_or(uri, |(_, rest)| &rest[rest.find('/').unwrap_or(0)..]);
    proved(desk, kind, headers, path.as_bytes())
}

fn proved(
    desk: &Desk,
    kind: &'static str,
    headers: &HeaderMap,
    signed: &[u8],
) -> Result<(), Refused> {
    if desk.pingpong.count(kind) {
        return Err((StatusCode::INTERNAL_SERVER_ERROR, "broken"));
    }
    let given = headers.get("X-Signature").and_then(|value| value.to_str().ok());
    let given = given.map(|text| text.strip_prefix("sha256=").unwrap_or(text));
    if given == Some(sign_hmac(signed, WEBHOOK_SECRET).as_str()) {
        return Ok(());
    }
    desk.complain(format!("PingPong: a wrong X-Signature on a {kind}"));
    Err((StatusCode::UNAUTHORIZED, "wrong signature"))
}

fn reply(body: &Value) -> Response {
    let body = body.to_string();
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("X-Signature", sign_hmac(body.as_bytes(), WEBHOOK_SECRET)),
    ];
    (headers, body).into_response()
}
