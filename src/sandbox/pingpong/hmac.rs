//! The `hmac` side of the played provider (spec.md §9.1): plain JSON, signed in a header both ways.

use axum::body::Bytes;
use axum::extract::{OriginalUri, Path, State};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::SandboxPingPong;
use super::ledger::{Dialect, Payment, Refund, RefundState, Refusal, State as Status};
use super::seal;
use super::v4::reference;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;
use crate::kernel::money::{Currency, Money};
use crate::sandbox::faults::Fault;

#[derive(Deserialize)]
struct Create {
    order_id: String,
    amount: String,
    currency: Currency,
    subject: String,
    method: String,
    notify_url: String,
    return_url: String,
    expires_at: String,
}

#[derive(Deserialize)]
struct AskRefund {
    order_id: String,
    refund_id: String,
    amount: String,
    currency: Currency,
}

pub(super) async fn create(
    State(sandbox): State<SandboxPingPong>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked: Create = match sandbox.open_signed(&headers, &body) {
        Ok(asked) => asked,
        Err(status) => return sandbox.signed(status, &json!({})),
    };
    if sandbox.takes(Fault::CreateError) {
        return sandbox.signed(StatusCode::SERVICE_UNAVAILABLE, &json!({}));
    }
    let opened = sandbox.open_hmac(asked);
    if sandbox.takes(Fault::CreateTimeout) {
        sandbox.keep_silent().await;
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    match opened {
        Ok(payment) => {
            let url = sandbox.cashier_url(&payment.token);
            let content = json!({
                "payment_id": payment.reference, "payment_url": url, "qr_code": url,
            });
            sandbox.signed(StatusCode::OK, &content)
        }
        Err(status) => sandbox.signed(status, &json!({})),
    }
}

pub(super) async fn query(
    State(sandbox): State<SandboxPingPong>,
    OriginalUri(uri): OriginalUri,
    Path(order_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !sandbox.is_signed(&headers, signed_place(&uri).as_bytes()) {
        return sandbox.signed(StatusCode::UNAUTHORIZED, &json!({}));
    }
    if sandbox.takes(Fault::QueryTimeout) {
        sandbox.keep_silent().await;
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    match sandbox.find(&order_id) {
        Ok(payment) => {
            let content = json!({
                "order_id": payment.payment_no,
                "payment_id": payment.reference,
                "status": word(payment.state_at(sandbox.0.clock.now())),
                "amount": payment.amount.to_major(),
                "currency": payment.amount.currency.as_str(),
            });
            sandbox.signed(StatusCode::OK, &content)
        }
        Err(_) => sandbox.signed(StatusCode::NOT_FOUND, &json!({})),
    }
}

pub(super) async fn refund(
    State(sandbox): State<SandboxPingPong>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked: AskRefund = match sandbox.open_signed(&headers, &body) {
        Ok(asked) => asked,
        Err(status) => return sandbox.signed(status, &json!({})),
    };
    let refund_id = asked.refund_id.clone();
    if sandbox.takes(Fault::RefundRefused) {
        let content = json!({
            "refund_id": refund_id, "status": "failed", "reason": "refused by the sandbox",
        });
        return sandbox.signed(StatusCode::OK, &content);
    }
    let booked = sandbox.book_hmac_refund(asked);
    if sandbox.takes(Fault::RefundTimeout) {
        sandbox.keep_silent().await;
        return StatusCode::GATEWAY_TIMEOUT.into_response();
    }
    match booked {
        Ok(refund) => sandbox.signed(StatusCode::OK, &refund_content(&refund)),
        Err(status) => sandbox.signed(status, &json!({})),
    }
}

pub(super) async fn query_refund(
    State(sandbox): State<SandboxPingPong>,
    OriginalUri(uri): OriginalUri,
    Path(refund_id): Path<String>,
    headers: HeaderMap,
) -> Response {
    if !sandbox.is_signed(&headers, signed_place(&uri).as_bytes()) {
        return sandbox.signed(StatusCode::UNAUTHORIZED, &json!({}));
    }
    match sandbox.refund_seen(&refund_id) {
        Some((_, refund)) => sandbox.signed(StatusCode::OK, &refund_content(&refund)),
        None => sandbox.signed(StatusCode::NOT_FOUND, &json!({})),
    }
}

impl SandboxPingPong {
    fn open_signed<T: DeserializeOwned>(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<T, StatusCode> {
        if !self.is_signed(headers, body) {
            return Err(StatusCode::UNAUTHORIZED);
        }
        serde_json::from_slice(body).map_err(|_shape| StatusCode::UNPROCESSABLE_ENTITY)
    }

    fn is_signed(&self, headers: &HeaderMap, message: &[u8]) -> bool {
        let expected = seal::hmac(&self.0.settings.hmac_secret, message);
        headers.get("x-signature").is_some_and(|given| given.as_bytes() == expected.as_bytes())
    }

    fn signed(&self, status: StatusCode, content: &Value) -> Response {
        let body = content.to_string();
        let signature = seal::hmac(&self.0.settings.hmac_secret, body.as_bytes());
        let content_type = (header::CONTENT_TYPE.as_str(), "application/json".to_owned());
        (status, [content_type, ("x-signature", signature)], body).into_response()
    }

    fn open_hmac(&self, asked: Create) -> Result<Payment, StatusCode> {
        const INVALID: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
        let expires_at =
            DateTime::parse_from_rfc3339(&asked.expires_at).map_err(|_date| INVALID)?;
        let payment = Payment {
            payment_no: asked.order_id,
            dialect: Dialect::Hmac,
            reference: reference(self.0.clock.now()),
            token: ids::crockford(20),
            amount: positive(&asked.amount, asked.currency).ok_or(INVALID)?,
            subject: asked.subject,
            method: asked.method,
            notify_url: asked.notify_url,
            cancel_url: asked.return_url.clone(),
            return_url: asked.return_url,
            expires_at: Timestamp::from_millis(expires_at.timestamp_millis()),
            state: Status::Open,
            paid_at: None,
            refunds: Vec::new(),
            told: Vec::new(),
        };
        self.lock().open(payment).cloned().map_err(|_taken| StatusCode::CONFLICT)
    }

    /// Asked again with the same number and amount, the first answer is given again.
    fn book_hmac_refund(&self, asked: AskRefund) -> Result<Refund, StatusCode> {
        const INVALID: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
        let amount = positive(&asked.amount, asked.currency).ok_or(INVALID)?;
        let mut ledger = self.lock();
        if let Some((payment, refund)) = ledger.find_refund(&asked.refund_id) {
            let same = payment.payment_no == asked.order_id && refund.amount == amount;
            return if same { Ok(refund.clone()) } else { Err(StatusCode::CONFLICT) };
        }
        let (now, state) = (self.0.clock.now(), self.next_refund_state());
        let refund = Refund {
            refund_no: asked.refund_id,
            reference: reference(now),
            amount,
            state,
            done_at: (state == RefundState::Succeeded).then_some(now),
            notify_url: None,
        };
        ledger.refund(&asked.order_id, refund).map_err(|refusal| match refusal {
            Refusal::NoSuchPayment => StatusCode::NOT_FOUND,
            Refusal::Duplicate => StatusCode::CONFLICT,
            Refusal::NotPaid | Refusal::TooMuch | Refusal::NotPayable(_) => INVALID,
        })
    }
}

fn positive(amount: &str, currency: Currency) -> Option<Money> {
    Money::parse_major(amount, currency).ok().filter(|amount| amount.minor > 0)
}

/// What a GET signs: the path and, if there is one, the query.
fn signed_place(uri: &Uri) -> &str {
    uri.path_and_query().map_or("", PathAndQuery::as_str)
}

fn word(state: Status) -> &'static str {
    match state {
        Status::Open | Status::AttemptFailed | Status::Confirming => "pending",
        Status::Paid => "paid",
        Status::Failed => "failed",
        Status::Cancelled | Status::Closed => "closed",
    }
}

fn refund_content(refund: &Refund) -> Value {
    let status = match refund.state {
        RefundState::Pending => "pending",
        RefundState::Succeeded => "succeeded",
        RefundState::Failed => "failed",
    };
    json!({"refund_id": refund.refund_no, "status": status})
}
