//! What stands in a played chat: messages, buttons, files, toasts, and the people who read them.

use bytes::Bytes;
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;

use crate::kernel::clock::Timestamp;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Buyer,
    Operator,
}

/// Somebody with a Telegram account, and with a private chat with the bot of the same number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub id: i64,
    pub first_name: String,
    /// IETF, as a Telegram client states it: `zh-hans`, `en`.
    pub language_code: String,
    /// For those who watch; Telegram knows no roles.
    pub role: Role,
    /// What the person's profile shows to everybody.
    pub birthdate: Option<NaiveDate>,
}

impl Person {
    pub fn buyer(id: i64, first_name: &str, language_code: &str) -> Self {
        let (first_name, language_code) = (first_name.to_owned(), language_code.to_owned());
        Self { id, first_name, language_code, role: Role::Buyer, birthdate: None }
    }

    pub fn operator(id: i64, first_name: &str, language_code: &str) -> Self {
        Self { role: Role::Operator, ..Self::buyer(id, first_name, language_code) }
    }

    /// The same person, who shows a birthday.
    #[must_use]
    pub fn born_on(self, birthdate: Option<NaiveDate>) -> Self {
        Self { birthdate, ..self }
    }

    /// Two buyers and the shopkeeper.
    pub fn cast() -> Vec<Self> {
        vec![
            Self::buyer(1001, "小满", "zh-hans").born_on(NaiveDate::from_ymd_opt(1990, 5, 20)),
            Self::buyer(1002, "Ada", "en"),
            Self::operator(9001, "掌柜", "zh-hans"),
        ]
    }
}

/// A message as the person sees it now.
#[derive(Debug, Clone, Serialize)]
pub struct ChatMessage {
    pub id: i64,
    pub from_bot: bool,
    /// The text, or the caption of a file, without markup.
    pub text: String,
    /// The same with its markup, safe to insert into a page.
    pub html: String,
    pub keyboard: Vec<Vec<ChatButton>>,
    pub photo: Option<SentFile>,
    pub document: Option<SentFile>,
    /// How often it was changed.
    pub edited: u32,
    pub sent_at: Timestamp,
    #[serde(skip)]
    pub(super) edited_at: Option<Timestamp>,
    /// `MessageEntity` objects for the wire.
    #[serde(skip)]
    pub(super) entities: Vec<Value>,
}

impl ChatMessage {
    pub(super) fn has_file(&self) -> bool {
        self.photo.is_some() || self.document.is_some()
    }

    /// All buttons from the upper left to the lower right.
    pub fn buttons(&self) -> impl Iterator<Item = &ChatButton> {
        self.keyboard.iter().flatten()
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChatButton {
    pub label: String,
    pub kind: ButtonKind,
    /// Callback data, address or text to copy.
    pub value: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonKind {
    Callback,
    Url,
    Copy,
}

/// An uploaded file. The bytes are not serialised: [`super::chat_api`] gives them by `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SentFile {
    pub id: String,
    pub name: String,
    pub content_type: String,
    #[serde(skip)]
    pub bytes: Bytes,
}

impl SentFile {
    /// Where [`super::chat_api`] has the bytes.
    pub fn url(&self) -> String {
        format!("/sandbox/api/file/{}", self.id)
    }

    /// Width and height of a PNG; `None` for other files.
    pub(super) fn png_size(&self) -> Option<(u32, u32)> {
        let head = self.bytes.strip_prefix(b"\x89PNG\r\n\x1a\n")?;
        let number = |at: usize| {
            let bytes = head.get(at..at.checked_add(4)?)?;
            bytes.try_into().ok().map(u32::from_be_bytes)
        };
        Some((number(8)?, number(12)?))
    }

    pub(super) fn is_jpeg(&self) -> bool {
        self.bytes.starts_with(b"\xff\xd8\xff")
    }
}

/// The words that pop up after a tap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Toast {
    /// Counts up within a chat.
    pub id: u64,
    pub text: String,
    /// Whether the person must click it away.
    pub alert: bool,
}
