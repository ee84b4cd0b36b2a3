//! Sections about the systems outside: Telegram, PingPong, Yuanfenju, the language model.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};

use secrecy::SecretString;
use serde::Deserializer;

use super::values::{self, BaseUrl, TableOr, Words};
use super::writing::{self, Fallback};
use crate::kernel::money::Currency;

/// `[telegram]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Telegram {
    #[serde(skip_serializing)]
    pub token: SecretString,
    pub api_url: BaseUrl,
    pub mode: TelegramMode,
    /// What Telegram sends with every update in webhook mode.
    #[serde(skip_serializing)]
    pub webhook_secret: SecretString,
    /// Operators.
    #[serde(deserialize_with = "values::list")]
    pub admin_ids: Vec<i64>,
    pub alert_chat_id: Option<i64>,
    /// To all chats together; Telegram's own limit is about 30 (reference/telegram.md §A.4).
    pub messages_per_second: u32,
    /// Whether buyers may watch a text while it is being written.
    pub live_drafts: bool,
}

impl Default for Telegram {
    fn default() -> Self {
        Self {
            token: SecretString::default(),
            api_url: preset("https://api.telegram.org"),
            mode: TelegramMode::Polling,
            webhook_secret: SecretString::default(),
            admin_ids: Vec::new(),
            alert_chat_id: None,
            messages_per_second: 25,
            live_drafts: false,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TelegramMode {
    Polling,
    Webhook,
}

/// `[pingpong]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PingPong {
    /// Whether money is taken at all; without it Stars are the only way to pay.
    pub enabled: bool,
    pub dialect: Dialect,
    /// The site of the contract (reference/pingpong.md §1.1), or a gateway's address.
    pub base_url: BaseUrl,
    /// `v4`: the back office that gives daily lists; by `base_url` when it is empty.
    pub statement_url: BaseUrl,
    /// `v4`: the store.
    pub acc_id: String,
    /// `v4`: the merchant.
    pub client_id: String,
    /// `v4`: the store's signing secret.
    #[serde(skip_serializing)]
    pub salt: SecretString,
    /// `v4`: how requests are signed.
    pub sign_type: SignType,
    /// `hmac`: the key of `X-Signature`.
    #[serde(skip_serializing)]
    pub webhook_secret: SecretString,
    /// The method offered first: `wechat`, `alipay` or `bank`.
    pub method: String,
    /// `v4`: our methods in the words of the store (reference/pingpong.md §3.2).
    #[serde(deserialize_with = "names_by_method")]
    pub method_names: BTreeMap<String, Vec<String>>,
    /// `v4`: stands for the payer's address, which a chat does not tell.
    #[serde(deserialize_with = "values::ip")]
    pub shopper_ip: IpAddr,
}

impl Default for PingPong {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        Self {
            enabled: true,
            dialect: Dialect::V4,
            base_url: BaseUrl::default(),
            statement_url: BaseUrl::default(),
            acc_id: String::new(),
            client_id: String::new(),
            salt: SecretString::default(),
            sign_type: SignType::Sha256,
            webhook_secret: SecretString::default(),
            method: "wechat".to_owned(),
            method_names: BTreeMap::from([
                ("wechat".to_owned(), words(&["WeChat Pay"])),
                ("alipay".to_owned(), words(&["Alipay"])),
                ("bank".to_owned(), words(&["UnionPay SecurePay", "VISA", "Mastercard"])),
            ]),
            shopper_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
        }
    }
}

/// `[stars]`
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Stars {
    /// Whether products with a price in Stars are sold for Telegram Stars.
    pub enabled: bool,
}

/// Which protocol is spoken with `base_url` (reference/pingpong.md §9, spec.md §9.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dialect {
    V4,
    Hmac,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum SignType {
    #[serde(rename = "SHA256")]
    Sha256,
    #[serde(rename = "MD5")]
    Md5,
}

fn names_by_method<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, Vec<String>>, D::Error> {
    let names: BTreeMap<String, Words> = deserializer.deserialize_any(TableOr {
        expected: "a table such as { wechat = [\"WeChat Pay\"] }",
        from_text: |text| serde_json::from_str(text).ok(),
    })?;
    Ok(names.into_iter().map(|(method, names)| (method, names.0)).collect())
}

/// `[bazi]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bazi {
    pub provider: BaziProvider,
    /// Whether the local engine's chart is used when the provider fails or disagrees.
    pub fallback: bool,
    /// School for the hour before midnight: 1 or 2 (reference/bazi-local.md).
    pub sect: u8,
}

impl Default for Bazi {
    fn default() -> Self {
        Self { provider: BaziProvider::Local, fallback: true, sect: 1 }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BaziProvider {
    Local,
    Yuanfenju,
}

/// `[yuanfenju]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Yuanfenju {
    /// Without `/v1` (reference/yuanfenju.md §1).
    pub base_url: BaseUrl,
    #[serde(skip_serializing)]
    pub api_key: SecretString,
}

impl Default for Yuanfenju {
    fn default() -> Self {
        Self {
            base_url: preset("https://api.yuanfenju.com/index.php"),
            api_key: SecretString::default(),
        }
    }
}

/// `[ai]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Ai {
    /// Any server that speaks `OpenAI`'s chat protocol; `/chat/completions` is appended.
    pub base_url: BaseUrl,
    #[serde(skip_serializing)]
    pub api_key: SecretString,
    pub model: String,
    pub thinking: Thinking,
    /// Of thinking and answer together.
    pub max_tokens: u32,
    pub temperature: f32,
    /// Merged into every request last, for what only one server knows.
    #[serde(deserialize_with = "json_object")]
    pub extra_body: serde_json::Map<String, serde_json::Value>,
    pub prices: Prices,
    /// How long the server may take to begin its answer.
    pub header_timeout_seconds: u64,
    /// How long it may be silent in the middle of it.
    pub idle_timeout_seconds: u64,
    /// How long one text may take in all.
    pub deadline_seconds: u64,
    pub continuation: Continuation,
    /// How often one text is continued before it counts as broken.
    pub max_continuations: u32,
    pub attempts: u32,
    /// How many chapters of one order are written at the same time.
    pub chapters_at_once: u32,
    /// What one order may take in all, prompts included; a product may say otherwise.
    pub tokens_per_order: u32,
    /// In the currency of the prices; 0: no limit.
    #[serde(deserialize_with = "values::decimal")]
    pub cost_per_order: String,
    /// What a day of texts may cost, in the prices' currency; `""`: no limit.
    #[serde(deserialize_with = "values::decimal_or_nothing")]
    pub daily_budget: String,
    /// When so much is left, operators are told; `""`: nobody asks.
    #[serde(deserialize_with = "values::decimal_or_nothing")]
    pub low_balance: String,
    /// Who writes when the provider above cannot, in their order.
    #[serde(deserialize_with = "writing::list")]
    pub fallbacks: Vec<Fallback>,
}

impl Default for Ai {
    fn default() -> Self {
        Self {
            base_url: preset("https://api.deepseek.com"),
            api_key: SecretString::default(),
            model: "deepseek-flash".to_owned(),
            thinking: Thinking::Disabled,
            max_tokens: 16_384,
            temperature: 1.3,
            extra_body: serde_json::Map::new(),
            prices: Prices::default(),
            header_timeout_seconds: 120,
            idle_timeout_seconds: 120,
            deadline_seconds: 1500,
            continuation: Continuation::Ask,
            max_continuations: 3,
            attempts: 3,
            chapters_at_once: 3,
            tokens_per_order: 400_000,
            cost_per_order: "0".to_owned(),
            daily_budget: String::new(),
            low_balance: "5".to_owned(),
            fallbacks: Vec::new(),
        }
    }
}

/// Whether the model thinks before it writes. DeepSeek's own default is *enabled*, which is slower
/// and billed as output (reference/deepseek.md §0 rule 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Thinking {
    Disabled,
    Enabled,
    /// The server is not told: for servers that refuse what they do not know.
    Omit,
}

impl Thinking {
    /// What is sent, if anything.
    pub fn sent(self) -> Option<bool> {
        match self {
            Self::Disabled => Some(false),
            Self::Enabled => Some(true),
            Self::Omit => None,
        }
    }
}

/// How a text that was cut off by `max_tokens` goes on (reference/deepseek.md §7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Continuation {
    /// Ask the model to go on; works with every server.
    Ask,
    DeepseekPrefix,
    TrailingAssistant,
    Off,
}

/// What a million tokens cost.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prices {
    /// Input that the server had in its cache.
    #[serde(deserialize_with = "values::decimal")]
    pub input_hit: String,
    #[serde(deserialize_with = "values::decimal")]
    pub input_miss: String,
    #[serde(deserialize_with = "values::decimal")]
    pub output: String,
    #[serde(deserialize_with = "values::currency")]
    pub currency: Currency,
}

impl Default for Prices {
    /// DeepSeek's peak prices (reference/deepseek.md §1.3), so that cost is never understated.
    fn default() -> Self {
        Self {
            input_hit: "0.006".to_owned(),
            input_miss: "0.30".to_owned(),
            output: "1.20".to_owned(),
            currency: Currency::USD,
        }
    }
}

fn json_object<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<serde_json::Map<String, serde_json::Value>, D::Error> {
    deserializer.deserialize_any(TableOr {
        expected: "a table, or a JSON object as text",
        from_text: |text| serde_json::from_str(text).ok(),
    })
}

/// An address written in this file; a test loads them all.
fn preset(text: &str) -> BaseUrl {
    text.parse().unwrap_or_default()
}
