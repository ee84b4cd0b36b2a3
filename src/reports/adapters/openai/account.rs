//! Questions about the account: for the start, for `doctor`, and while an empty balance stops
//! the queue (reference/deepseek.md §1.2, §8).

use std::time::Duration;

use anyhow::Context;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::OpenAiModel;

const PATIENCE: Duration = Duration::from_secs(15);

/// What the server says about us. `None` where it does not know the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Whether the configured model is in the server's list.
    pub offers_model: Option<bool>,
    /// Whether the balance is enough to be served.
    pub has_balance: Option<bool>,
}

impl OpenAiModel {
    /// Asks for the list of models and the balance; costs nothing.
    pub async fn account(&self) -> anyhow::Result<Account> {
        let offers_model = self.ask("/models").await?.and_then(|answer| {
            let models = answer.get("data")?.as_array()?.clone();
            Some(models.iter().any(|model| model["id"] == self.config.model.as_str()))
        });
        let has_balance = self
            .ask("/user/balance")
            .await?
            .and_then(|answer| answer.get("is_available")?.as_bool());
        Ok(Account { offers_model, has_balance })
    }

    /// `None` when the server has no such page.
    async fn ask(&self, path: &str) -> anyhow::Result<Option<Value>> {
        let url = format!("{}{path}", self.config.base_url.trim_end_matches('/'));
        let mut request = self.http.get(url).timeout(PATIENCE);
        let key = self.config.api_key.expose_secret();
        if !key.is_empty() {
            request = request.bearer_auth(key);
        }
        let response = request.send().await.map_err(reqwest::Error::without_url)?;
        if response.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let response = response.error_for_status().map_err(reqwest::Error::without_url)?;
        let answer = response.json().await.map_err(reqwest::Error::without_url);
        Ok(Some(answer.with_context(|| format!("the answer to {path} is not JSON"))?))
    }
}
