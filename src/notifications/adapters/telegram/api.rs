//! The transport to the Bot API: `POST {api_url}/bot{token}/{method}` with a JSON body, multipart
//! only for files.
//!
//! Not teloxide's client, because that sleeps inside a call on server faults, drops the error code
//! and may write the token into errors (reference/telegram.md §B.5). The token is in the URL, so no
//! error that leaves this file carries one.

use std::time::Duration;

use anyhow::Context as _;
use reqwest::multipart::{Form, Part};
use reqwest::{RequestBuilder, Response, Url};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use teloxide::requests::Payload;

use super::answer;
use crate::notifications::ports::SendError;
use crate::platform::http::{self, Limits};

const CONNECT_SECONDS: u64 = 5;
const CALL_SECONDS: u64 = 15;
const UPLOAD: Duration = Duration::from_secs(120);
/// What a long poll may take at least, and what it gets beyond the time that it asks for.
const POLL_AT_LEAST: Duration = Duration::from_secs(60);
const POLL_GRACE: Duration = Duration::from_secs(15);

/// One bot's way to the Bot API; also serves the bot's own calls (`getMe`, `getUpdates`,
/// `setWebhook`, …).
pub struct BotApi {
    client: reqwest::Client,
    /// With a trailing slash, so that a path in it is kept.
    base: Url,
    token: SecretString,
}

impl BotApi {
    /// `api_url` is `https://api.telegram.org` or a server that speaks like it, path allowed.
    ///
    /// # Errors
    /// When `api_url` is no http(s) URL, the token is empty or has characters that no token has,
    /// or TLS cannot be set up.
    pub fn try_new(api_url: &str, token: SecretString) -> anyhow::Result<Self> {
        let base: Url = format!("{}/", api_url.trim_end_matches('/'))
            .parse()
            .with_context(|| format!("`{api_url}` is not a URL"))?;
        anyhow::ensure!(matches!(base.scheme(), "http" | "https"), "`{api_url}` is not http(s)");
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, ':' | '_' | '-');
        let plausible =
            !token.expose_secret().is_empty() && token.expose_secret().chars().all(known);
        anyhow::ensure!(plausible, "the Telegram token is empty or has impossible characters");
        let client = http::client(Limits::seconds(CONNECT_SECONDS, CALL_SECONDS))?;
        Ok(Self { client, base, token })
    }

    /// Calls the method of `payload` and reads of its result what `T` needs. Long polls get their
    /// own time plus a grace, at least 60 s; all else gets 15 s.
    pub async fn call<P, T>(&self, payload: &P) -> Result<T, SendError>
    where
        P: Payload + Serialize + Sync,
        T: DeserializeOwned,
    {
        let mut request = self.post(&method_of::<P>())?.json(payload);
        if let Some(asked) = payload.timeout_hint() {
            request = request.timeout(asked.saturating_add(POLL_GRACE).max(POLL_AT_LEAST));
        }
        exchange(request).await
    }

    /// Calls a method that the payload structs do not know (reference/telegram.md §B.8), such as
    /// `sendRichMessage`.
    pub async fn call_json<T>(&self, method: &str, params: &Value) -> Result<T, SendError>
    where
        T: DeserializeOwned,
    {
        exchange(self.post(method)?.json(params)).await
    }

    /// Calls the method of `payload` with `file` in the place of its parameter `field`.
    pub(super) async fn upload<P, T>(
        &self,
        payload: &P,
        field: &'static str,
        file: Part,
    ) -> Result<T, SendError>
    where
        P: Payload + Serialize + Sync,
        T: DeserializeOwned,
    {
        // File names go as UTF-8 like a browser's; not every server reads `filename*`.
        let form = form(payload, field)?.part(field, file).percent_encode_noop();
        exchange(self.post(&method_of::<P>())?.multipart(form).timeout(UPLOAD)).await
    }

    /// Calls a method with a form that carries files.
    pub(super) async fn submit<T>(&self, method: &str, form: Form) -> Result<T, SendError>
    where
        T: DeserializeOwned,
    {
        exchange(self.post(method)?.multipart(form).timeout(UPLOAD)).await
    }

    fn post(&self, method: &str) -> Result<RequestBuilder, SendError> {
        let path = format!("./bot{}/{method}", self.token.expose_secret());
        let url = self.base.join(&path).map_err(|error| SendError::NotSent(error.into()))?;
        Ok(self.client.post(url))
    }
}

/// Telegram ignores the case of method names, several servers that speak like it do not.
fn method_of<P: Payload>() -> String {
    let mut letters = P::NAME.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}

/// The parameters as form fields: text as it is, all else as JSON.
fn form<P: Serialize>(payload: &P, but: &str) -> Result<Form, SendError> {
    let params = serde_json::to_value(payload).map_err(|error| SendError::NotSent(error.into()))?;
    let Value::Object(params) = params else { return Ok(Form::new()) };
    let fields = params.into_iter().filter(|(name, _)| name != but);
    Ok(fields.fold(Form::new(), |form, (name, value)| match value {
        Value::String(text) => form.text(name, text),
        other @ (Value::Null
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Array(_)
        | Value::Object(_)) => form.text(name, other.to_string()),
    }))
}

async fn exchange<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, SendError> {
    let response = request.send().await.map_err(unsent_or_unknown)?;
    let (status, retry_after) = (response.status().as_u16(), retry_after(&response));
    // The status of a server fault decides even when its body breaks off.
    let body = match response.bytes().await {
        Ok(body) => body,
        Err(_broken) if status >= 500 => bytes::Bytes::new(),
        Err(error) => return Err(SendError::Unknown(error.without_url().into())),
    };
    answer::read(status, retry_after, &body)
}

/// Without a connection nothing was sent; after that nobody knows.
fn unsent_or_unknown(error: reqwest::Error) -> SendError {
    let surely_unsent = error.is_connect() || error.is_builder();
    let error = anyhow::Error::new(error.without_url());
    if surely_unsent { SendError::NotSent(error) } else { SendError::Unknown(error) }
}

fn retry_after(response: &Response) -> Option<u64> {
    response.headers().get("retry-after")?.to_str().ok()?.parse().ok()
}
