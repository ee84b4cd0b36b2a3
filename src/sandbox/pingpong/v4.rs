//! The V4 side of the played provider (reference/pingpong.md §2, §3): envelopes in, envelopes out.
//!
//! It checks more than PingPong's own sandbox, which checks nothing: what production would refuse is
//! refused here.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::SandboxPingPong;
use super::ledger::{Dialect, Payment, Refund, RefundState, Refusal, State as Status};
use super::notices::six_decimals;
use super::seal::{self, SignType};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;
use crate::kernel::money::{Currency, Money};
use crate::sandbox::faults::Fault;

pub(super) type CodeAndWords = (&'static str, &'static str);

const CREATED: CodeAndWords = ("000000", "Transaction succeeded");
const FOUND: CodeAndWords = ("001000", "Successful request");
pub(super) const INVALID: CodeAndWords = ("102000", "Invalid parameter");
const NOT_AUTHENTIC: CodeAndWords = ("103000", "Invalid authentication");
const BAD_SIGNATURE: CodeAndWords = ("104000", "Invalid signature");
const DUPLICATE: CodeAndWords = ("107000", "Duplicate transaction");
const UNKNOWN_NUMBER: CodeAndWords = ("107001", "Transaction does not exist");
const NO_ORIGINAL: CodeAndWords = ("107002", "Original transaction does not exist");
const TOO_MUCH: CodeAndWords = ("108003", "Refund exceeds the refundable balance");
const GATEWAY_ERROR: CodeAndWords = ("500000", "System error");

/// A request whose signature is right.
pub(super) struct Asked {
    sign_type: SignType,
    content: Value,
}

impl Asked {
    /// A field that must be there, whether sent as text or as a number.
    pub(super) fn need(&self, name: &str) -> Result<String, CodeAndWords> {
        match self.content.get(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
            Some(Value::Number(number)) => Ok(number.to_string()),
            Some(_) | None => Err(INVALID),
        }
    }

    fn amount(&self) -> Result<Money, CodeAndWords> {
        let currency = self.need("currency")?;
        let currency = currency.parse::<Currency>().map_err(|_unknown| INVALID)?;
        let amount = Money::parse_major(&self.need("amount")?, currency);
        amount.ok().filter(|amount| amount.minor > 0).ok_or(INVALID)
    }
}

/// How a call ends: with an answer, with a code alone, or not at all.
type Deed = Result<(CodeAndWords, Value), Failure>;

enum Failure {
    Code(CodeAndWords),
    Silence,
}

impl From<CodeAndWords> for Failure {
    fn from(code: CodeAndWords) -> Self {
        Self::Code(code)
    }
}

pub(super) async fn pre_pay(State(sandbox): State<SandboxPingPong>, body: Bytes) -> Response {
    sandbox.answer(&body, SandboxPingPong::do_pre_pay).await
}

pub(super) async fn query(State(sandbox): State<SandboxPingPong>, body: Bytes) -> Response {
    sandbox.answer(&body, SandboxPingPong::do_query).await
}

pub(super) async fn refund(State(sandbox): State<SandboxPingPong>, body: Bytes) -> Response {
    sandbox.answer(&body, SandboxPingPong::do_refund).await
}

pub(super) async fn query_refund(State(sandbox): State<SandboxPingPong>, body: Bytes) -> Response {
    sandbox.answer(&body, SandboxPingPong::do_query_refund).await
}

impl SandboxPingPong {
    /// Opens the envelope, does the deed and seals its answer. What was not signed well is answered
    /// without a signature (§2.2).
    async fn answer(&self, body: &[u8], deed: fn(&Self, &Asked) -> Deed) -> Response {
        let (sign_type, outcome) = match self.open_envelope(body) {
            Ok(asked) => (Some(asked.sign_type), deed(self, &asked)),
            Err((sign_type, code)) => (sign_type, Err(code.into())),
        };
        let (code, content) = match outcome {
            Ok(answer) => answer,
            Err(Failure::Code(code)) => (code, json!({})),
            Err(Failure::Silence) => {
                self.keep_silent().await;
                return StatusCode::GATEWAY_TIMEOUT.into_response();
            }
        };
        let body = match sign_type {
            Some(sign_type) => self.v4_envelope(sign_type, code, &content),
            None => json!({"code": code.0, "description": code.1}).to_string(),
        };
        ([(header::CONTENT_TYPE, "application/json")], body).into_response()
    }

    /// Checks signature and store, and opens the content. The sign type is known once the signature
    /// was right.
    pub(super) fn open_envelope(
        &self,
        body: &[u8],
    ) -> Result<Asked, (Option<SignType>, CodeAndWords)> {
        let settings = &self.0.settings;
        let fields: BTreeMap<String, String> =
            serde_json::from_slice(body).map_err(|_shape| (None, INVALID))?;
        let field = |name: &str| fields.get(name).map_or("", String::as_str);
        let sign_type = SignType::parse(field("signType")).ok_or((None, INVALID))?;
        if seal::v4(&settings.salt, sign_type, &fields) != field("sign") {
            return Err((None, BAD_SIGNATURE));
        }
        if field("accId") != settings.acc_id || field("clientId") != settings.client_id {
            return Err((Some(sign_type), NOT_AUTHENTIC));
        }
        let filtered = field("bizContent").contains(['<', '>']) || field("version") != "1.0";
        match serde_json::from_str::<Value>(field("bizContent")) {
            Ok(content @ Value::Object(_)) if !filtered => Ok(Asked { sign_type, content }),
            Ok(_) | Err(_) => Err((Some(sign_type), INVALID)),
        }
    }

    fn do_pre_pay(&self, asked: &Asked) -> Deed {
        if self.takes(Fault::CreateError) {
            return Err(GATEWAY_ERROR.into());
        }
        let payment = self.open_v4(asked)?;
        if self.takes(Fault::CreateTimeout) {
            return Err(Failure::Silence);
        }
        let content = json!({
            "amount": payment.amount.to_major(),
            "currency": payment.amount.currency.as_str(),
            "merchantTransactionId": payment.payment_no,
            "transactionId": payment.reference,
            "token": payment.token,
            "paymentUrl": self.cashier_url(&payment.token),
        });
        Ok((CREATED, content))
    }

    fn do_query(&self, asked: &Asked) -> Deed {
        if self.takes(Fault::QueryTimeout) {
            return Err(Failure::Silence);
        }
        let payment = self.find(&asked.need("merchantTransactionId")?);
        let payment = payment.map_err(|_missing| UNKNOWN_NUMBER)?;
        Ok((FOUND, transaction(&payment, self.0.clock.now())))
    }

    fn do_refund(&self, asked: &Asked) -> Deed {
        if self.takes(Fault::RefundRefused) {
            return Err(TOO_MUCH.into());
        }
        let (payment_no, refund) = self.book_v4_refund(asked)?;
        if self.takes(Fault::RefundTimeout) {
            return Err(Failure::Silence);
        }
        Ok((CREATED, refund_content(&payment_no, &refund)))
    }

    fn do_query_refund(&self, asked: &Asked) -> Deed {
        let seen = self.refund_seen(&asked.need("merchantRefundId")?);
        let (payment, refund) = seen.ok_or(UNKNOWN_NUMBER)?;
        Ok((FOUND, refund_content(&payment.payment_no, &refund)))
    }

    fn open_v4(&self, asked: &Asked) -> Result<Payment, CodeAndWords> {
        for name in ["captureDelayHours", "shopperIP"] {
            asked.need(name)?;
        }
        let seconds: i64 = asked.need("timeExpire")?.parse().map_err(|_number| INVALID)?;
        let methods = asked.content.get("paymentMethods").and_then(Value::as_array);
        let method = methods.and_then(|methods| methods.first()?.as_str()).unwrap_or_default();
        let payment = Payment {
            payment_no: asked.need("merchantTransactionId")?,
            dialect: Dialect::V4(asked.sign_type),
            reference: reference(self.0.clock.now()),
            token: ids::crockford(20),
            amount: asked.amount()?,
            subject: asked.need("remark").unwrap_or_default(),
            method: method.to_owned(),
            notify_url: asked.need("notificationUrl")?,
            return_url: asked.need("payResultUrl")?,
            cancel_url: asked.need("payCancelUrl")?,
            expires_at: Timestamp::from_millis(seconds.saturating_mul(1000)),
            state: Status::Open,
            paid_at: None,
            refunds: Vec::new(),
            told: Vec::new(),
        };
        self.lock().open(payment).cloned().map_err(|_taken| DUPLICATE)
    }

    fn book_v4_refund(&self, asked: &Asked) -> Result<(String, Refund), CodeAndWords> {
        let payment_no = asked.need("merchantTransactionId")?;
        let (amount, state) = (asked.amount()?, self.next_refund_state());
        let now = self.0.clock.now();
        let refund = Refund {
            refund_no: asked.need("merchantRefundId")?,
            reference: reference(now),
            amount,
            state,
            done_at: (state == RefundState::Succeeded).then_some(now),
            notify_url: asked.need("notificationUrl").ok(),
        };
        match self.lock().refund(&payment_no, refund) {
            Ok(refund) => Ok((payment_no, refund)),
            Err(Refusal::Duplicate) => Err(DUPLICATE),
            Err(Refusal::NoSuchPayment) => Err(NO_ORIGINAL),
            Err(Refusal::TooMuch | Refusal::NotPaid | Refusal::NotPayable(_)) => Err(TOO_MUCH),
        }
    }

    /// A refund as it is when somebody asks for it. Asking finds a pending one done: the bank has
    /// worked in the meantime.
    pub(super) fn refund_seen(&self, refund_no: &str) -> Option<(Payment, Refund)> {
        let mut ledger = self.lock();
        ledger.finish_refunds(|refund| refund.refund_no == refund_no, self.0.clock.now());
        ledger.find_refund(refund_no).map(|(payment, refund)| (payment.clone(), refund.clone()))
    }

    pub(super) fn next_refund_state(&self) -> RefundState {
        if self.takes(Fault::RefundPending) { RefundState::Pending } else { RefundState::Succeeded }
    }

    /// A signed body in the style of answers and notifications, which are alike.
    pub(super) fn v4_envelope(
        &self,
        sign_type: SignType,
        (code, words): (&str, &str),
        content: &Value,
    ) -> String {
        let settings = &self.0.settings;
        let mut fields: BTreeMap<String, String> = [
            ("accId", settings.acc_id.as_str()),
            ("clientId", &settings.client_id),
            ("signType", sign_type.word()),
            ("code", code),
            ("description", words),
            ("bizContent", &content.to_string()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
        let signature = seal::v4(&settings.salt, sign_type, &fields);
        fields.insert("sign".to_owned(), signature);
        json!(fields).to_string()
    }
}

/// The provider's own number: the day and something random.
pub(super) fn reference(now: Timestamp) -> String {
    format!("{}{}", now.to_utc().format("%Y%m%d"), ids::crockford(8))
}

fn transaction(payment: &Payment, now: Timestamp) -> Value {
    let (status, code) = match payment.state_at(now) {
        Status::Open => ("INIT", "002000"),
        Status::Confirming => ("PROCESSING", "002000"),
        Status::Paid => ("SUCCESS", "000000"),
        Status::AttemptFailed | Status::Failed => ("FAILED", "301002"),
        Status::Cancelled => ("CANCEL", "000000"),
        Status::Closed => ("CLOSED", "105000"),
    };
    json!({
        "merchantTransactionId": payment.payment_no,
        "transactionId": payment.reference,
        "amount": six_decimals(payment.amount),
        "currency": payment.amount.currency.as_str(),
        "status": status,
        "resultCode": code,
        "captureDelayHours": 0,
    })
}

fn refund_content(payment_no: &str, refund: &Refund) -> Value {
    let (status, code) = match refund.state {
        RefundState::Succeeded => ("SUCCESS", "000000"),
        RefundState::Pending => ("PROCESSING", "002000"),
        RefundState::Failed => ("FAILED", "303000"),
    };
    json!({
        "merchantTransactionId": payment_no,
        "merchantRefundId": refund.refund_no,
        "refundId": refund.reference,
        "amount": six_decimals(refund.amount),
        "currency": refund.amount.currency.as_str(),
        "status": status,
        "resultCode": code,
    })
}
