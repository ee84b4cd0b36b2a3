//! Telegram as the chat: one method of the Bot API per call of the [`Messenger`].
//!
//! The payload structs are teloxide's, the transport is our own [`BotApi`]. Pace and retries are
//! not here but in [`crate::notifications::sender`].

mod answer;
mod api;
mod files;
mod wording;

use std::sync::Arc;

use async_trait::async_trait;
use reqwest::multipart::Part;
use serde::Deserialize;
use serde_json::json;
use teloxide::payloads::{
    AnswerCallbackQuery, AnswerCallbackQuerySetters as _, DeleteMessage, EditMessageText,
    EditMessageTextSetters as _, SendChatAction, SendDocument, SendDocumentSetters as _,
    SendMessage, SendMessageSetters as _, SendPhoto, SendPhotoSetters as _,
};
use teloxide::types::{CallbackQueryId, ChatAction, FileId, InputFile};

pub use api::BotApi;

use crate::kernel::ids::UserId;
use crate::notifications::message::{Document, Markup, OutgoingMessage, Parcel, Photo};
use crate::notifications::ports::{DraftId, MessageId, Messenger, Posted, SendError};

/// The longest text of an answer to a button (reference/telegram.md §A.3).
const ANSWER_CHARS: usize = 200;

/// Speaks to people through Telegram.
pub struct TelegramMessenger {
    api: Arc<BotApi>,
}

/// All that we need of a sent message.
#[derive(Deserialize)]
struct Sent {
    message_id: i64,
}

impl TelegramMessenger {
    pub fn new(api: Arc<BotApi>) -> Self {
        Self { api }
    }
}

impl From<Sent> for MessageId {
    fn from(sent: Sent) -> Self {
        Self(sent.message_id)
    }
}

#[async_trait]
impl Messenger for TelegramMessenger {
    async fn send(&self, to: UserId, message: &OutgoingMessage) -> Result<MessageId, SendError> {
        let mut payload = SendMessage::new(wording::chat(to), &message.text)
            .link_preview_options(wording::no_preview());
        payload.parse_mode = wording::parse_mode(message.markup);
        payload.reply_markup = wording::keyboard(&message.keyboard)?.map(Into::into);
        self.api.call::<_, Sent>(&payload).await.map(Into::into)
    }

    async fn edit(
        &self,
        to: UserId,
        which: MessageId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        let which = wording::message_id(which)?;
        let mut payload = EditMessageText::new(wording::chat(to), which, &message.text)
            .link_preview_options(wording::no_preview());
        payload.parse_mode = wording::parse_mode(message.markup);
        payload.reply_markup = wording::keyboard(&message.keyboard)?;
        answer::forgive(self.api.call(&payload).await, &["message is not modified"])
    }

    async fn delete(&self, to: UserId, which: MessageId) -> Result<(), SendError> {
        let payload = DeleteMessage::new(wording::chat(to), wording::message_id(which)?);
        answer::forgive(self.api.call(&payload).await, &["message to delete not found"])
    }

    async fn send_photo(&self, to: UserId, photo: &Photo) -> Result<MessageId, SendError> {
        let caption = &photo.caption;
        let mut payload = SendPhoto::new(wording::chat(to), uploaded()).caption(&caption.text);
        payload.parse_mode = wording::parse_mode(caption.markup);
        payload.reply_markup = wording::keyboard(&caption.keyboard)?.map(Into::into);
        let file = part(&photo.png, &photo.file_name, "image/png")?;
        self.api.upload::<_, Sent>(&payload, "photo", file).await.map(Into::into)
    }

    async fn send_document(&self, to: UserId, document: &Document) -> Result<MessageId, SendError> {
        let caption = &document.caption;
        let mut payload = SendDocument::new(wording::chat(to), uploaded()).caption(&caption.text);
        payload.parse_mode = wording::parse_mode(caption.markup);
        payload.reply_markup = wording::keyboard(&caption.keyboard)?.map(Into::into);
        let file = part(&document.bytes, &document.file_name, &document.content_type)?;
        self.api.upload::<_, Sent>(&payload, "document", file).await.map(Into::into)
    }

    async fn send_parcel(&self, to: UserId, parcel: &Parcel) -> Result<Vec<Posted>, SendError> {
        files::send(&self.api, to, parcel).await
    }

    async fn typing(&self, to: UserId) -> Result<(), SendError> {
        let payload = SendChatAction::new(wording::chat(to), ChatAction::Typing);
        answer::forgive(self.api.call(&payload).await, &[])
    }

    async fn draft(
        &self,
        to: UserId,
        which: DraftId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        let mut params = json!({ "chat_id": to.0, "draft_id": which.0, "text": message.text });
        let marked = message.markup == Markup::Html && !message.text.is_empty();
        if let Some(fields) = params.as_object_mut().filter(|_| marked) {
            fields.insert("parse_mode".to_owned(), json!("HTML"));
        }
        answer::forgive(self.api.call_json("sendMessageDraft", &params).await, &[])
    }

    async fn answer_button(&self, query_id: &str, text: Option<&str>) -> Result<(), SendError> {
        let mut payload = AnswerCallbackQuery::new(CallbackQueryId(query_id.to_owned()));
        if let Some(text) = text {
            payload = payload.text(text.chars().take(ANSWER_CHARS).collect::<String>());
        }
        let late = &["query is too old", "query ID is invalid", "QUERY_ID_INVALID"];
        answer::forgive(self.api.call(&payload).await, late)
    }
}

/// Stands where the uploaded file goes; [`BotApi::upload`] puts the file itself there.
fn uploaded() -> InputFile {
    InputFile::file_id(FileId(String::new()))
}

fn part(bytes: &[u8], file_name: &str, content_type: &str) -> Result<Part, SendError> {
    Part::bytes(bytes.to_vec()).file_name(file_name.to_owned()).mime_str(content_type).map_err(
        |error| SendError::Refused { code: 0, description: format!("not a media type: {error}") },
    )
}

#[cfg(test)]
mod tests;
