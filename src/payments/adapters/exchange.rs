//! One exchange over HTTP with a provider, and how it ended in the words of the port.
//!
//! What never left us is `NotSent`; whatever else goes wrong between the first byte and a readable
//! answer is `Unknown` (spec.md §4 rule 1). Whether an answer is a refusal, the dialect says. No
//! error carries an address, a body or a secret.

use std::time::Instant;

use anyhow::anyhow;
use http::{HeaderMap, StatusCode};
use reqwest::{RequestBuilder, Response, Url};

use crate::payments::ports::CallError;

/// The longest answer that we read, in bytes: as much as we accept in a notification.
const MAX_ANSWER_BYTES: usize = 256 * 1024;

/// What is asked of the provider, for the logs.
pub(super) struct Call<'a> {
    pub(super) dialect: &'static str,
    /// `create`, `query`, `refund`, `query_refund` or `statement`.
    pub(super) name: &'static str,
    /// The payment or refund that it is about; the day of a statement.
    pub(super) number: &'a str,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// The address of a provider, checked once at the start.
///
/// # Errors
/// When `base_url` is not an absolute http or https address without query and fragment.
pub(super) fn base_address(base_url: &str) -> anyhow::Result<Url> {
    let url = Url::parse(base_url).map_err(|cause| anyhow!("the base address: {cause}"))?;
    if !matches!(url.scheme(), "http" | "https") || url.cannot_be_a_base() {
        return Err(anyhow!("the base address is neither http nor https"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(anyhow!("the base address has a query or a fragment"));
    }
    Ok(url)
}

/// Sends `request` and reads the whole answer, whatever its status.
pub(super) async fn exchange(
    call: &Call<'_>,
    request: RequestBuilder,
) -> Result<Answer, CallError> {
    exchange_up_to(MAX_ANSWER_BYTES, call, request).await
}

/// The same for an answer that may have as many bytes as `limit`.
pub(super) async fn exchange_up_to(
    limit: usize,
    call: &Call<'_>,
    request: RequestBuilder,
) -> Result<Answer, CallError> {
    let start = Instant::now();
    let outcome = send(request, limit).await;
    let status = outcome.as_ref().map_or(0, |answer| answer.status.as_u16());
    tracing::debug!(
        payment.dialect = call.dialect,
        payment.call = call.name,
        payment.number = call.number,
        http.status = status,
        http.elapsed_ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
        "asked the payment provider; status 0 means no answer"
    );
    outcome
}

async fn send(request: RequestBuilder, limit: usize) -> Result<Answer, CallError> {
    let mut response = request.send().await.map_err(unanswered)?;
    let body = whole_body(&mut response, limit).await?;
    Ok(Answer { status: response.status(), headers: std::mem::take(response.headers_mut()), body })
}

async fn whole_body(response: &mut Response, limit: usize) -> Result<Vec<u8>, CallError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unanswered)? {
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(unknown("the answer is too long"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unanswered(error: reqwest::Error) -> CallError {
    let never_left = error.is_connect() || error.is_builder();
    let cause = anyhow::Error::new(error.without_url());
    if never_left { CallError::NotSent(cause) } else { CallError::Unknown(cause) }
}

/// The call may or may not have been done, for this reason.
pub(super) fn unknown(reason: &'static str) -> CallError {
    CallError::Unknown(anyhow!(reason))
}

/// An HTTP status that says nothing about the deed.
pub(super) fn unknown_status(status: StatusCode) -> CallError {
    CallError::Unknown(anyhow!("the provider answered with HTTP {}", status.as_u16()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::{chain, http};

    #[test]
    fn only_an_address_to_build_paths_on_is_a_base() {
        assert!(base_address("https://pay.example/api").is_ok());
        for wrong in
            ["", "pay.example", "ftp://pay.example", "https://p.example/?a=1", "mailto:a@b"]
        {
            assert!(base_address(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_refused_connection_was_surely_not_sent_and_tells_no_address() {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let client = http::client(http::Limits::seconds(1, 1)).unwrap();
        let call = Call { dialect: "v4", name: "query", number: "P1" };
        let request = client.get(format!("http://{address}/secret-path"));
        let error = exchange(&call, request).await.err().unwrap();
        assert!(matches!(error, CallError::NotSent(_)), "{error:?}");
        assert!(!chain(&error).contains("secret-path"), "{}", chain(&error));
        assert!(!format!("{error:?}").contains("secret-path"), "{error:?}");
    }
}
