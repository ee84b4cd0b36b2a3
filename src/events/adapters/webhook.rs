//! Signed webhooks by the rules of Standard Webhooks 1.0 (<https://www.standardwebhooks.com>):
//! `webhook-id` is the event's id at every attempt, `webhook-timestamp` the moment of this one, and
//! `webhook-signature` one `v1,base64(HMAC-SHA256(secret, id.timestamp.body))` for each secret, so
//! that a secret can be changed while both are good.
//!
//! 2xx is yes; 410 is never again; everything else, a redirect too, is not now.

use std::fmt;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::DateTime;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use reqwest::{Response, Url};
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};

use crate::events::ports::{Carrier, NotTaken, Parcel};
use crate::events::rules::CALL_LIMIT;
use crate::kernel::clock::Timestamp;
use crate::platform::http::{Client, Limits, client};

const CONNECT: Duration = Duration::from_secs(5);
/// What of an answer is kept for an operator's eyes.
const EXCERPT: usize = 200;
/// The lengths of keys that Standard Webhooks allows, in bytes.
const KEY_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// A key as its owner wrote it is not one.
#[derive(Debug, thiserror::Error)]
#[error("a webhook secret is `whsec_` and base64 of 24 to 64 bytes")]
pub struct BadSecret;

pub struct Webhook {
    http: Client,
    url: Url,
    keys: Vec<hmac::Key>,
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook").field("host", &self.url.host_str()).finish_non_exhaustive()
    }
}

impl Webhook {
    /// The first secret is the newest; all of them sign.
    pub fn try_new(url: &str, secrets: &[SecretString]) -> anyhow::Result<Self> {
        let keys = secrets.iter().map(key).collect::<Result<_, BadSecret>>()?;
        let http = client(Limits { connect: CONNECT, total: Some(CALL_LIMIT) });
        Ok(Self {
            http: http.context("the webhook's client")?,
            url: url.parse().context("the webhook's address")?,
            keys,
        })
    }

    fn signatures(&self, parcel: &Parcel, seconds: i64) -> String {
        let signed = format!("{}.{seconds}.{}", parcel.id, parcel.body);
        let all = self.keys.iter().map(|key| {
            format!("v1,{}", STANDARD.encode(hmac::sign(key, signed.as_bytes()).as_ref()))
        });
        all.collect::<Vec<_>>().join(" ")
    }
}

/// Reads a secret such as `whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`.
fn key(secret: &SecretString) -> Result<hmac::Key, BadSecret> {
    let encoded = secret.expose_secret().strip_prefix("whsec_").ok_or(BadSecret)?;
    let bytes = STANDARD.decode(encoded).map_err(|_not_base64| BadSecret)?;
    if !KEY_BYTES.contains(&bytes.len()) {
        return Err(BadSecret);
    }
    Ok(hmac::Key::new(hmac::HMAC_SHA256, &bytes))
}

#[async_trait]
impl Carrier for Webhook {
    fn kind(&self) -> &'static str {
        "webhook"
    }

    async fn deliver(&self, parcel: &Parcel, now: Timestamp) -> Result<String, NotTaken> {
        let seconds = now.seconds();
        let request = self
            .http
            .post(self.url.clone())
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &parcel.id)
            .header("webhook-timestamp", seconds)
            .header("webhook-signature", self.signatures(parcel, seconds))
            .body(parcel.body.clone());
        let answer = request.send().await.map_err(|error| NotTaken::failed(in_words(error)))?;
        let status = answer.status();
        let wish = wish(answer.headers(), now);
        let said = format!("HTTP {}{}", status.as_u16(), excerpt(answer).await);
        match status {
            status if status.is_success() => Ok(said),
            StatusCode::GONE => Err(NotTaken::Gone { why: said }),
            _ => Err(NotTaken::Failed { why: said, after: wish }),
        }
    }
}

/// The address may hold a secret and is left out.
fn in_words(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    crate::platform::chain(&error.without_url())
}

/// `Retry-After`: seconds, or a date.
fn wish(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some(Timestamp(date.timestamp_millis()).since(now))
}

/// The beginning of the answer's body on one line, after a colon; nothing when there is none.
async fn excerpt(mut answer: Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < EXCERPT {
        match answer.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    let text = String::from_utf8_lossy(&bytes);
    let words = text.split(|letter: char| letter.is_whitespace() || letter.is_control());
    let line = words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if line.is_empty() {
        return String::new();
    }
    format!(": {}", line.chars().take(EXCERPT).collect::<String>())
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::{header, method};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;

    /// The example of the specification's own libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const OTHER: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const AT: Timestamp = Timestamp(1_614_265_330_999);

    fn parcel() -> Parcel {
        Parcel {
            id: "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned(),
            kind: "order.paid".to_owned(),
            body: r#"{"test": 2432232314}"#.to_owned(),
        }
    }

    fn webhook(url: &str) -> Webhook {
        Webhook::try_new(url, &[SECRET.into(), OTHER.into()]).unwrap()
    }

    async fn answered(answer: ResponseTemplate) -> Result<String, NotTaken> {
        let server = MockServer::start().await;
        Mock::given(method("POST")).respond_with(answer).mount(&server).await;
        webhook(&server.uri()).deliver(&parcel(), AT).await
    }

    #[test]
    fn the_published_example_is_signed_as_published() {
        let signatures = webhook("https://x.example").signatures(&parcel(), 1_614_265_330);
        let (first, second) = signatures.split_once(' ').unwrap();
        assert_eq!(first, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assert!(second.starts_with("v1,") && second != first, "{second}");
    }

    #[test]
    fn only_long_base64_with_its_prefix_is_a_secret() {
        assert!(key(&SECRET.into()).is_ok());
        for wrong in ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_short", "whsec_AAAA"]
        {
            assert!(key(&wrong.into()).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn the_headers_carry_id_moment_and_signatures() {
        let server = MockServer::start().await;
        Mock::given(method("POST"))
            .and(header("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"))
            .and(header("webhook-timestamp", "1614265330"))
            .and(header("content-type", "application/json"))
            .respond_with(ResponseTemplate::new(202).set_body_string("thank\nyou"))
            .expect(1)
            .mount(&server)
            .await;
        let said = webhook(&server.uri()).deliver(&parcel(), AT).await;
        assert_eq!(said.unwrap(), "HTTP 202: thank you");
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed_and_means_not_now() {
        let elsewhere = MockServer::start().await;
        Mock::given(method("POST"))
            .respond_with(ResponseTemplate::new(200))
            .expect(0)
            .mount(&elsewhere)
            .await;
        let answer = ResponseTemplate::new(307).insert_header("location", elsewhere.uri());
        assert_eq!(answered(answer).await, Err(NotTaken::failed("HTTP 307")));
    }

    #[tokio::test]
    async fn gone_means_never_again() {
        let gone = NotTaken::Gone { why: "HTTP 410".to_owned() };
        assert_eq!(answered(ResponseTemplate::new(410)).await, Err(gone));
    }

    #[tokio::test]
    async fn retry_after_is_read_in_both_spellings() {
        for (text, seconds) in [
            ("120", Some(120)),
            ("Thu, 25 Feb 2021 15:03:10 GMT", Some(59)),
            ("Thu, 25 Feb 2021 15:00:00 GMT", Some(0)),
            ("soon", None),
        ] {
            let answer = ResponseTemplate::new(503).insert_header("retry-after", text);
            let Err(NotTaken::Failed { after, .. }) = answered(answer).await else {
                panic!("503 is a failure")
            };
            assert_eq!(after.map(|pause| pause.as_secs()), seconds, "{text}");
        }
    }

    #[tokio::test]
    async fn nobody_there_is_told_without_the_address() {
        let Err(error) = webhook("http://127.0.0.1:1/secret-path").deliver(&parcel(), AT).await
        else {
            panic!("nobody listens there")
        };
        let words = error.to_string();
        assert!(words.contains("refused") && !words.contains("secret-path"), "{words}");
    }
}
