//! One call of the Bot API, ended in the words of the port. The token is in the address, so no error
//! carries one.

use anyhow::{Context as _, anyhow, ensure};
use reqwest::Url;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::StarsConfig;
use crate::payments::adapters::exchange::{
    Call, base_address, exchange_up_to, unknown, unknown_status,
};
use crate::payments::adapters::reading::{brief, object};
use crate::payments::ports::CallError;
use crate::platform::http::client;

/// A full page of transactions with everything that Telegram tells of each payer.
const MAX_ANSWER_BYTES: usize = 1024 * 1024;

pub(super) struct BotApi {
    base: Url,
    token: SecretString,
    client: reqwest::Client,
}

/// Every answer of the Bot API.
#[derive(serde::Deserialize)]
struct Reply {
    ok: bool,
    result: Option<Value>,
    error_code: Option<u16>,
    description: Option<String>,
}

impl BotApi {
    pub(super) fn try_new(config: &StarsConfig) -> anyhow::Result<Self> {
        ensure!(!config.token.expose_secret().trim().is_empty(), "telegram.token is empty");
        Ok(Self {
            base: base_address(&config.api_url).context("telegram.api_url")?,
            token: config.token.clone(),
            client: client(config.limits).context("TLS for Telegram")?,
        })
    }

    pub(super) async fn post<Q: Serialize, T: DeserializeOwned>(
        &self,
        call: &Call<'_>,
        method: &str,
        content: &Q,
    ) -> Result<T, CallError> {
        let request = self.client.post(self.address(method)).json(content);
        let answer = exchange_up_to(MAX_ANSWER_BYTES, call, request).await?;
        let Some(reply) = object::<Reply>(&answer.body) else {
            return Err(unknown_status(answer.status));
        };
        if !reply.ok {
            let code = reply.error_code.unwrap_or_else(|| answer.status.as_u16());
            return Err(refusal(code, &reply.description.unwrap_or_default()));
        }
        let result = reply.result.and_then(|result| serde_json::from_value(result).ok());
        result.ok_or_else(|| unknown("the answer is not what we know"))
    }

    fn address(&self, method: &str) -> Url {
        let mut url = self.base.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            let bot = format!("bot{}", self.token.expose_secret());
            path.pop_if_empty().extend([bot.as_str(), method]);
        }
        url
    }
}

/// What concerns the bot or its haste alone says nothing about the deed, but it was not done; a fault
/// of the server leaves it open.
fn refusal(code: u16, description: &str) -> CallError {
    let words = brief(description);
    match code {
        401 | 404 | 409 | 429 => CallError::NotSent(anyhow!("Telegram says {code}: {words}")),
        400..500 => CallError::Rejected { code: code.to_string(), message: words },
        _ => CallError::Unknown(anyhow!("Telegram says {code}: {words}")),
    }
}
