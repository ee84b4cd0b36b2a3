//! What we ask of the chat.

use std::time::Duration;

use async_trait::async_trait;

use super::message::{Document, OutgoingMessage, Parcel, Photo};
use crate::kernel::ids::UserId;

/// Telegram's number of a message in one chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub i64);

/// Our number of a live draft: what is shown later under the same number takes its place. Never 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftId(pub i64);

/// A file that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    pub message: MessageId,
    /// What the service calls the file, to have it sent again without uploading it.
    pub file: Option<String>,
}

/// Why a message did not go out (reference/telegram.md §A.4).
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// 429: wait exactly this long before the next message to this chat.
    #[error("told to wait {} s", .0.as_secs())]
    TooFast(Duration),
    /// 403, or a chat that does not exist: the person cannot be reached.
    #[error("the person cannot be reached: {0}")]
    Unreachable(String),
    /// The markup was refused: the same text may go out as plain text.
    #[error("the markup was refused: {0}")]
    Markup(String),
    /// The message to edit is gone or too old: send a new one.
    #[error("the message cannot be edited: {0}")]
    NotEditable(String),
    /// Refused for another reason; trying again is in vain.
    #[error("refused ({code}): {description}")]
    Refused { code: i64, description: String },
    /// Surely not sent, or a server fault: try again.
    #[error("the chat service cannot be reached")]
    NotSent(#[source] anyhow::Error),
    /// Time-out or broken answer after sending: it may have arrived.
    #[error("the outcome of sending is unknown")]
    Unknown(#[source] anyhow::Error),
}

/// The chat. One call is one request; pacing and retries belong to the sender.
#[async_trait]
pub trait Messenger: Send + Sync {
    async fn send(&self, to: UserId, message: &OutgoingMessage) -> Result<MessageId, SendError>;

    async fn edit(
        &self,
        to: UserId,
        which: MessageId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError>;

    async fn delete(&self, to: UserId, which: MessageId) -> Result<(), SendError>;

    async fn send_photo(&self, to: UserId, photo: &Photo) -> Result<MessageId, SendError>;

    async fn send_document(&self, to: UserId, document: &Document) -> Result<MessageId, SendError>;

    /// Sends files in one request; the answer has one entry for each of them.
    async fn send_parcel(&self, to: UserId, parcel: &Parcel) -> Result<Vec<Posted>, SendError>;

    async fn typing(&self, to: UserId) -> Result<(), SendError>;

    /// Shows what is still being written, for half a minute. No message: what is to stay must be
    /// sent. Without text it says that somebody thinks.
    async fn draft(
        &self,
        to: UserId,
        which: DraftId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError>;

    /// Ends the button's spinner; `alert` text pops up when given (at most 200 characters).
    async fn answer_button(&self, query_id: &str, text: Option<&str>) -> Result<(), SendError>;
}
