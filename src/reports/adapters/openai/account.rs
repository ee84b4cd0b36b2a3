//! Questions about the account: for the start, for `doctor`, and while an empty balance stops
//! the queue (reference/deepseek.md §1.2, §8).

use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use secrecy::ExposeSecret;
use serde_json::Value;

use super::OpenAiModel;
use crate::kernel::money::Currency;
use crate::reports::cost;
use crate::reports::ports::{Accounts, Balance};

const PATIENCE: Duration = Duration::from_secs(15);

/// What the server says about us. `None` where it does not know the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Whether the configured model is in the server's list.
    pub offers_model: Option<bool>,
    /// Whether the balance is enough to be served.
    pub has_balance: Option<bool>,
}

#[async_trait]
impl Accounts for OpenAiModel {
    async fn balance(&self) -> anyhow::Result<Option<Balance>> {
        let currency = self.config.prices.map(|prices| prices.currency);
        Ok(self.ask("/user/balance").await?.and_then(|answer| read_balance(&answer, currency)))
    }
}

/// `None`: not in the form that `DeepSeek` documents. An account may have purses in several
/// currencies; that of the prices goes first.
fn read_balance(answer: &Value, currency: Option<Currency>) -> Option<Balance> {
    let available = answer.get("is_available")?.as_bool()?;
    let purses = answer.get("balance_infos").and_then(Value::as_array);
    let of = |purse: &&Value| {
        let named = purse.get("currency").and_then(Value::as_str);
        named.is_some() && named == currency.as_ref().map(Currency::as_str)
    };
    let purse = purses.and_then(|all| all.iter().find(of).or_else(|| all.first()));
    let text = |key: &str| purse.and_then(|purse| purse.get(key)?.as_str());
    Some(Balance {
        available,
        micros: text("total_balance").and_then(|amount| cost::micros(amount).ok()),
        currency: text("currency").unwrap_or_default().to_owned(),
    })
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_purse_in_the_currency_of_the_prices_counts() {
        let purse = |currency, total| json!({"currency": currency, "total_balance": total});
        let answer = json!({
            "is_available": true,
            "balance_infos": [purse("CNY", "88.00"), purse("USD", "1.234567")],
        });
        let read = |currency| read_balance(&answer, currency).unwrap();
        assert_eq!(read(Some(Currency::USD)).micros, Some(1_234_567));
        assert_eq!(read(None).to_string(), "88.00 CNY");
        assert_eq!(read(Some(Currency::XTR)).currency, "CNY", "the first one");
        assert_eq!(read_balance(&json!({"error": "?"}), None), None);
        let bare = read_balance(&json!({"is_available": false}), None).unwrap();
        assert_eq!((bare.available, bare.micros), (false, None));
    }
}
