//! What we ask of a language model, and of whoever draws what it wrote.

use async_trait::async_trait;
use bytes::Bytes;

use super::drawing::Drawing;

/// One request for one text.
#[derive(Debug, Clone)]
pub struct ModelRequest {
    /// The part that is the same for every buyer, first, so that the provider can cache it.
    pub system: String,
    pub user: String,
    /// An opaque mark of the buyer without personal data (reference/deepseek.md §2 `user_id`).
    pub user_mark: String,
    /// Overrides the configured limit when the product asks for it.
    pub max_tokens: Option<u32>,
    pub temperature: Option<f32>,
}

/// Tokens as the provider counts them; zero where it does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TokenUsage {
    pub prompt_cache_hit: u64,
    pub prompt_cache_miss: u64,
    pub completion: u64,
    pub reasoning: u64,
}

impl TokenUsage {
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            prompt_cache_hit: self.prompt_cache_hit.saturating_add(other.prompt_cache_hit),
            prompt_cache_miss: self.prompt_cache_miss.saturating_add(other.prompt_cache_miss),
            completion: self.completion.saturating_add(other.completion),
            reasoning: self.reasoning.saturating_add(other.reasoning),
        }
    }
}

/// A finished text: a finish reason was seen (reference/deepseek.md §0 rule 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    pub text: String,
    pub model: String,
    pub usage: TokenUsage,
    /// How often the text had to be continued after `length`.
    pub continuations: u32,
}

/// Why there is no text, in the classes of spec.md §5.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// 429, 5xx, time-out, empty, broken or truncated stream: try again.
    #[error("the model did not answer properly: {reason}")]
    Retry { reason: String, retry_after: Option<std::time::Duration> },
    /// 400, 401, 402, 403, 404, 422: the operator has to act, trying again is in vain.
    #[error("the model's provider refuses our request ({status}): {message}")]
    Stop { status: u16, message: String },
    /// `content_filter`: this input will never be answered.
    #[error("the model refuses this content")]
    Refused,
}

/// Told while the text grows. Must not block.
pub trait Progress: Send + Sync {
    /// `text` is all that there is by now: nobody has read it yet, and what was only thought is not
    /// in it. An attempt that comes to nothing, and one after it, begin from the start.
    fn written(&self, characters: usize, text: &str);

    /// Told of the tokens of each answer as soon as they are known, also of one that comes to
    /// nothing: it is paid all the same.
    fn paid(&self, usage: TokenUsage);
}

/// For callers who do not look.
pub struct NoProgress;

impl Progress for NoProgress {
    fn written(&self, _characters: usize, _text: &str) {}

    fn paid(&self, _usage: TokenUsage) {}
}

#[async_trait]
pub trait LanguageModel: Send + Sync {
    async fn write(
        &self,
        request: &ModelRequest,
        progress: &dyn Progress,
    ) -> Result<Completion, ModelError>;
}

/// What a provider says of our money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Balance {
    /// Whether it is enough to be served.
    pub available: bool,
    /// Millionths of `currency`, where it tells a number.
    pub micros: Option<i64>,
    pub currency: String,
}

impl std::fmt::Display for Balance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(micros) = self.micros else { return f.write_str("–") };
        let cents = micros.max(0) / 10_000;
        write!(f, "{}.{:02} {}", cents / 100, cents % 100, self.currency)
    }
}

/// Asks a provider for our balance. `None`: it has no such page.
#[async_trait]
pub trait Accounts: Send + Sync {
    async fn balance(&self) -> anyhow::Result<Option<Balance>>;
}

/// Why there is no picture. A report is never held back for one.
#[derive(Debug, thiserror::Error)]
pub enum DrawError {
    /// Too many at once, or this one takes too long.
    #[error("the renderer did not answer in time")]
    Late,
    /// The template, the data or the renderer is broken: again would be the same.
    #[error("it cannot be drawn")]
    Failed(#[source] anyhow::Error),
}

/// Draws sheets: PNG for pictures, PDF for books. The same drawing gives the same bytes.
#[async_trait]
pub trait Renderer: Send + Sync {
    async fn draw(&self, drawing: &Drawing) -> Result<Bytes, DrawError>;
}
