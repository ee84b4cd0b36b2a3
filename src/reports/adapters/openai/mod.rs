//! DeepSeek, and every server that speaks the same chat protocol (reference/deepseek.md).
//!
//! A text is streamed, because only a stream shows progress and betrays a server that fell
//! silent; it counts as finished only when the server gives a reason for finishing. Three clocks
//! run: for the headers, for silence between any two bytes, and for the whole text. One call of
//! [`LanguageModel::write`] buys one text; buying again is the business of the durable job that
//! called. The key appears in no error and no log.

mod account;
mod chunk;
mod config;
mod failure;
mod request;
mod round;
mod sse;
#[cfg(test)]
mod tests;

use std::time::Duration;

use anyhow::{Context, ensure};
use async_trait::async_trait;
use secrecy::ExposeSecret;
use tokio::time::timeout;

pub use self::account::Account;
pub use self::config::{Continuation, ModelConfig};
use self::failure::retry;
use self::request::Ask;
use self::round::{Ears, Ending};
use crate::platform::http::{self, Limits};
use crate::reports::ports::{
    Completion, LanguageModel, ModelError, ModelRequest, Progress, TokenUsage,
};

/// A continuation that adds less is going in circles.
const LEAST_GROWTH: usize = 20;
/// Where a continuation may repeat the end of the text, and how much of it is no coincidence.
const OVERLAP: std::ops::RangeInclusive<usize> = 8..=400;

/// A client for one server and one model.
#[derive(Debug, Clone)]
pub struct OpenAiModel {
    config: ModelConfig,
    http: reqwest::Client,
}

impl OpenAiModel {
    /// # Errors
    /// When the address is none, the key cannot be sent, or TLS cannot be set up.
    pub fn try_new(config: ModelConfig) -> anyhow::Result<Self> {
        reqwest::Url::parse(&config.base_url)
            .with_context(|| format!("`{}` is not an address", config.base_url))?;
        let key = config.api_key.expose_secret();
        ensure!(
            key.bytes().all(|byte| byte.is_ascii_graphic()),
            "the key is not one printable word"
        );
        let limits = Limits { connect: Duration::from_secs(10), total: None };
        Ok(Self { http: http::client(limits)?, config })
    }

    pub fn config(&self) -> &ModelConfig {
        &self.config
    }

    /// Asks, and asks to go on, until the text is whole.
    async fn compose(
        &self,
        request: &ModelRequest,
        progress: &dyn Progress,
    ) -> Result<Completion, ModelError> {
        let mut text = String::new();
        let mut usage = TokenUsage::default();
        for round in 0..=self.config.max_continuations {
            let ask = Ask { config: &self.config, request, written: &text, round };
            let before = text.chars().count();
            let told = |characters: usize, more: &str| match round {
                0 => progress.written(characters, more),
                _ => progress.written(before.saturating_add(characters), &self.join(&text, more)),
            };
            let ears = Ears { written: &told, paid: &|usage| progress.paid(usage) };
            let answer = round::run(&self.http, &ask, &ears).await?;
            usage = usage.plus(answer.usage);
            let is_complete = answer.ending == Ending::Complete;
            let grown = self.join(&text, &answer.text);
            if is_complete {
                let model = answer.model.unwrap_or_else(|| self.config.model.clone());
                let text = grown.trim().to_owned();
                return Ok(Completion { text, model, usage, continuations: round });
            }
            if self.config.continuation == Continuation::Off {
                return Err(retry("cut off at the token limit"));
            }
            let growth = grown.chars().count().saturating_sub(before);
            if round > 0 && growth < LEAST_GROWTH {
                return Err(retry("cut off at the token limit, and going on adds nothing"));
            }
            text = whole_lines(grown);
            tracing::debug!(model.round = round, "the text was cut at the token limit");
        }
        Err(retry(format!("cut off after {} continuations", self.config.max_continuations)))
    }

    fn join(&self, text: &str, more: &str) -> String {
        let repeated = match self.config.continuation {
            Continuation::DeepseekPrefix | Continuation::Off => 0,
            Continuation::TrailingAssistant | Continuation::Ask => overlap(text, more),
        };
        format!("{text}{}", more.get(repeated..).unwrap_or_default())
    }
}

#[async_trait]
impl LanguageModel for OpenAiModel {
    async fn write(
        &self,
        request: &ModelRequest,
        progress: &dyn Progress,
    ) -> Result<Completion, ModelError> {
        let deadline = self.config.deadline;
        let outcome = match timeout(deadline, self.compose(request, progress)).await {
            Ok(outcome) => outcome,
            Err(_elapsed) => {
                Err(retry(format!("not finished within {} s", deadline.as_secs_f32())))
            }
        };
        count(&outcome);
        outcome
    }
}

/// Text up to the last complete line: a model goes on better from there than from half a word.
fn whole_lines(mut text: String) -> String {
    if let Some(end) = text.rfind('\n') {
        text.truncate(end.saturating_add(1));
    }
    text
}

/// How many bytes at the start of `more` repeat the end of `text`.
fn overlap(text: &str, more: &str) -> usize {
    more.char_indices()
        .enumerate()
        .map(|(number, (start, character))| {
            (number.saturating_add(1), start.saturating_add(character.len_utf8()))
        })
        .take(*OVERLAP.end())
        .filter(|(characters, end)| {
            characters >= OVERLAP.start()
                && more.get(..*end).is_some_and(|part| text.ends_with(part))
        })
        .map(|(_, end)| end)
        .last()
        .unwrap_or(0)
}

/// Attempts by outcome; tokens and costs are counted where a finished text is saved.
fn count(outcome: &Result<Completion, ModelError>) {
    let word = match outcome {
        Ok(_) => "written",
        Err(ModelError::Retry { .. }) => "retry",
        Err(ModelError::Stop { .. }) => "stop",
        Err(ModelError::Refused) => "refused",
    };
    metrics::counter!("mingshu_model_requests_total", "outcome" => word).increment(1);
}
