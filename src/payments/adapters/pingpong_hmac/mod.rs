//! The `hmac` dialect (spec.md §9.1): plain JSON with an HMAC-SHA256 of the raw bytes in the header
//! `X-Signature`, both ways. A small gateway speaks it, and so does the sandbox.
//!
//! An answer is a success only when its signature proves it. A refusal is believed without, because
//! whatever stands before the gateway (a proxy, a limit) refuses without knowing the key.

mod seal;
mod words;

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use chrono::NaiveDate;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use reqwest::{Method, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;

use self::seal::Key;
use self::words::{AskRefund, Create, Created, Refunded, Told};
use super::exchange::{Answer, Call, base_address, exchange, unknown, unknown_status};
use super::reading::{brief, evidence_key, filled, number, object, stated};
use crate::kernel::ids::{PaymentNo, RefundNo};
use crate::payments::ports::{
    Acknowledgement, CallError, CreatePayment, CreatedPayment, Notification, NotificationError,
    Observation, PaymentGateway, RefundAnswer, RefundOutcome, RefundRequest, Source, Verdict,
};
use crate::payments::statement::Statement;
use crate::platform::http::{Limits, client};

const PROVIDER: &str = "pingpong";
const DIALECT: &str = "hmac";
/// The header that carries the signature, both ways.
const SIGNATURE: &str = "x-signature";

#[derive(Debug, Clone)]
pub struct HmacConfig {
    /// `/payments` and `/refunds` hang below it.
    pub base_url: String,
    /// The key both sides sign with.
    pub secret: SecretString,
    pub limits: Limits,
}

impl HmacConfig {
    /// With the usual time limits.
    pub fn new(base_url: &str, secret: SecretString) -> Self {
        Self { base_url: base_url.to_owned(), secret, limits: Limits::seconds(5, 20) }
    }
}

/// A gateway that speaks the `hmac` dialect.
pub struct PingPongHmac {
    base: Url,
    key: Key,
    client: reqwest::Client,
}

/// An answer that can be acted on.
enum Reply<T> {
    Told(T),
    NotFound,
}

impl PingPongHmac {
    /// # Errors
    /// When the secret is empty (everybody could sign), the base address is none, or TLS cannot be
    /// set up.
    pub fn try_new(config: &HmacConfig) -> anyhow::Result<Self> {
        let secret = config.secret.expose_secret();
        ensure!(!secret.trim().is_empty(), "pingpong.webhook_secret is empty");
        Ok(Self {
            base: base_address(&config.base_url).context("pingpong.base_url")?,
            key: Key::new(secret.as_bytes()),
            client: client(config.limits).context("TLS for pingpong")?,
        })
    }

    async fn post<Q: Serialize, T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
        place: &str,
        content: &Q,
    ) -> Result<T, CallError> {
        let body = serde_json::to_vec(content).map_err(|cause| CallError::NotSent(cause.into()))?;
        let request = self
            .client
            .request(Method::POST, self.address(&[place]))
            .header(CONTENT_TYPE, "application/json")
            .header(ACCEPT, "application/json")
            .header(SIGNATURE, self.key.sign(&body))
            .body(body);
        match self.read(&exchange(call, request).await?)? {
            Reply::Told(told) => Ok(told),
            Reply::NotFound => Err(CallError::Rejected {
                code: "404".to_owned(),
                message: "the gateway does not know what it is asked for".to_owned(),
            }),
        }
    }

    async fn get<T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
        place: &str,
    ) -> Result<Reply<T>, CallError> {
        let url = self.address(&[place, call.number]);
        // No address of ours has a query, so the path is all that is signed.
        let signature = self.key.sign(url.path().as_bytes());
        let request = self.client.request(Method::GET, url);
        let request = request.header(ACCEPT, "application/json").header(SIGNATURE, signature);
        self.read(&exchange(call, request).await?)
    }

    fn address(&self, segments: &[&str]) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }

    fn read<T: DeserializeOwned>(&self, answer: &Answer) -> Result<Reply<T>, CallError> {
        match answer.status {
            status if status.is_success() => {
                self.key.prove(&answer.headers, &answer.body).map_err(unknown)?;
                let told = object(&answer.body);
                told.map(Reply::Told).ok_or_else(|| unknown("the answer is not what we know"))
            }
            StatusCode::NOT_FOUND => Ok(Reply::NotFound),
            // A refusal that says "not now" or "there is one already" is none.
            status @ (StatusCode::REQUEST_TIMEOUT
            | StatusCode::CONFLICT
            | StatusCode::TOO_EARLY
            | StatusCode::TOO_MANY_REQUESTS) => Err(unknown_status(status)),
            status if status.is_client_error() => Err(CallError::Rejected {
                code: status.as_u16().to_string(),
                message: brief(&String::from_utf8_lossy(&answer.body)),
            }),
            status => Err(unknown_status(status)),
        }
    }
}

#[async_trait]
impl PaymentGateway for PingPongHmac {
    fn provider(&self) -> &str {
        PROVIDER
    }

    fn dialect(&self) -> &str {
        DIALECT
    }

    async fn create(&self, request: &CreatePayment) -> Result<CreatedPayment, CallError> {
        let content = Create {
            order_id: request.payment_no.as_str(),
            amount: request.amount.to_major(),
            currency: request.amount.currency.as_str(),
            subject: &request.subject,
            method: &request.method,
            notify_url: &request.notify_url,
            return_url: &request.return_url,
            expires_at: request.expires_at.to_string(),
        };
        let call = Call { dialect: DIALECT, name: "create", number: content.order_id };
        let created: Created = self.post(&call, "payments", &content).await?;
        let pay_url = filled(created.payment_url).filter(|url| url.starts_with("http"));
        Ok(CreatedPayment {
            provider_ref: filled(created.payment_id),
            pay_url: pay_url.ok_or_else(|| unknown("the answer has no address to pay at"))?,
            qr_code: filled(created.qr_code),
        })
    }

    async fn query(&self, payment_no: &PaymentNo) -> Result<Observation, CallError> {
        let call = Call { dialect: DIALECT, name: "query", number: payment_no.as_str() };
        let told = match self.get::<Told>(&call, "payments").await? {
            Reply::Told(told) => told,
            Reply::NotFound => Told::unknown_to_the_gateway(payment_no.as_str()),
        };
        match observation(told, Source::Query) {
            Ok(seen) if seen.payment_no == *payment_no => Ok(seen),
            Ok(_) => Err(unknown("the answer is about another payment")),
            Err(reason) => Err(unknown(reason)),
        }
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let content = AskRefund {
            order_id: request.payment_no.as_str(),
            refund_id: request.refund_no.as_str(),
            amount: request.amount.to_major(),
            currency: request.amount.currency.as_str(),
            reason: &request.reason,
        };
        let call = Call { dialect: DIALECT, name: "refund", number: content.refund_id };
        self.post::<_, Refunded>(&call, "refunds", &content).await?.answer(&request.refund_no)
    }

    async fn query_refund(
        &self,
        refund_no: &RefundNo,
        _payment_no: &PaymentNo,
    ) -> Result<RefundAnswer, CallError> {
        let call = Call { dialect: DIALECT, name: "query_refund", number: refund_no.as_str() };
        match self.get::<Refunded>(&call, "refunds").await? {
            Reply::Told(told) => told.answer(refund_no),
            Reply::NotFound => {
                let outcome = RefundOutcome::NotFound;
                Ok(RefundAnswer { provider_refund_ref: None, outcome })
            }
        }
    }

    /// The dialect has no lists (spec.md §9.1).
    async fn statement(&self, _day: NaiveDate) -> Result<Option<Statement>, CallError> {
        Ok(None)
    }

    fn read_notification(
        &self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notification, NotificationError> {
        self.key.prove(headers, body).map_err(NotificationError::Unproved)?;
        let malformed = |reason: &str| NotificationError::Malformed(reason.to_owned());
        let mut told: Told =
            object(body).ok_or_else(|| malformed("the body is not the object that we know"))?;
        // The dialect knows no notice of refunds, and one must not pass for a failed payment.
        if let Some(refund) = number(told.refund_id.take()).map_err(malformed)? {
            let facts = ["refund", &refund, &told.status];
            return Ok(Notification::Unhandled {
                provider: PROVIDER.to_owned(),
                evidence_key: evidence_key(Source::Callback, &facts, None),
                kind: "refund".to_owned(),
            });
        }
        observation(told, Source::Callback).map(Notification::Payment).map_err(malformed)
    }

    /// A mismatch is told as a conflict: in this dialect the sender is to look (spec.md §4 rule 9).
    fn acknowledge(&self, verdict: Verdict) -> Acknowledgement {
        let (status, body) = match verdict {
            Verdict::Taken => (200, r#"{"status":"ok"}"#),
            Verdict::Mismatch => (409, r#"{"status":"mismatch"}"#),
        };
        Acknowledgement { status, content_type: "application/json", body }
    }
}

/// What a callback or an answer to a query says about a payment.
fn observation(told: Told, source: Source) -> Result<Observation, &'static str> {
    let payment_no = number(told.order_id)?.ok_or("the order's number is missing")?;
    let provider_ref = number(told.payment_id)?;
    let stated = stated(told.amount, told.currency);
    let facts = [payment_no.as_str(), provider_ref.as_deref().unwrap_or(""), &told.status];
    Ok(Observation {
        provider: PROVIDER.to_owned(),
        source,
        evidence_key: evidence_key(source, &facts, stated.as_ref()),
        outcome: words::outcome(&told.status),
        payment_no: PaymentNo(payment_no),
        provider_ref,
        stated,
        merchant_matches: true,
        actor: None,
        note: None,
    })
}

#[cfg(test)]
mod tests;
