//! What an operator can say about a model's server (spec.md §9, `ai.*`).

use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value};

use crate::reports::cost::Prices;

/// How a text that was cut at the token limit is carried on (reference/deepseek.md §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Continuation {
    /// The `prefix` field of DeepSeek's beta address.
    DeepseekPrefix,
    /// A last message of the assistant that the server carries on: llama.cpp, `OpenRouter`.
    TrailingAssistant,
    /// A user's message that asks to go on; works everywhere, least exactly.
    Ask,
    /// A cut text is a failed text.
    Off,
}

#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// Up to, not including, `/chat/completions`.
    pub base_url: String,
    /// May be empty for servers of one's own.
    pub api_key: SecretString,
    pub model: String,
    /// DeepSeek's switch, sent only when set. Its server thinks unless told not to, and bills it.
    pub thinking: Option<bool>,
    /// For thoughts and text together.
    pub max_tokens: u32,
    /// Ignored by DeepSeek while it thinks.
    pub temperature: Option<f32>,
    /// Put over the request last; `null` takes a field away.
    pub extra_body: Map<String, Value>,
    /// DeepSeek answers at once and queues in the body; other servers read the prompt first.
    pub header_timeout: Duration,
    /// Silence after which a stream counts as dead. Comments that keep it alive are no silence.
    pub idle_timeout: Duration,
    /// For the whole text with all its continuations.
    pub deadline: Duration,
    pub max_continuations: u32,
    pub continuation: Continuation,
    /// Whether the server knows DeepSeek's `user_id`.
    pub send_user_id: bool,
    pub prices: Option<Prices>,
}

impl ModelConfig {
    /// DeepSeek's public service with the settings that its reference recommends.
    pub fn deepseek(api_key: SecretString) -> Self {
        Self {
            base_url: "https://api.deepseek.com".to_owned(),
            api_key,
            model: "deepseek-flash".to_owned(),
            thinking: Some(false),
            max_tokens: 32_000,
            temperature: Some(1.3),
            extra_body: Map::new(),
            header_timeout: Duration::from_secs(60),
            idle_timeout: Duration::from_secs(120),
            deadline: Duration::from_secs(25 * 60),
            max_continuations: 3,
            continuation: Continuation::DeepseekPrefix,
            send_user_id: true,
            prices: None,
        }
    }
}
