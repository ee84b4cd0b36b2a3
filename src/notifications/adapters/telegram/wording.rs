//! Our messages in Telegram's words.

use teloxide::types::{
    ChatId, CopyTextButton, InlineKeyboardButton, InlineKeyboardButtonKind, InlineKeyboardMarkup,
    LinkPreviewOptions, MessageId as TelegramId, ParseMode,
};

use crate::kernel::ids::UserId;
use crate::notifications::message::{Button, ButtonAction, Keyboard, Markup};
use crate::notifications::ports::{MessageId, SendError};

pub(super) fn chat(user: UserId) -> ChatId {
    ChatId(user.0)
}

/// Telegram counts messages in 32 bits; a larger number names no message of ours.
pub(super) fn message_id(id: MessageId) -> Result<TelegramId, SendError> {
    i32::try_from(id.0)
        .map(TelegramId)
        .map_err(|_too_large| SendError::NotEditable(format!("there is no message {}", id.0)))
}

pub(super) fn parse_mode(markup: Markup) -> Option<ParseMode> {
    match markup {
        Markup::Plain => None,
        Markup::Html => Some(ParseMode::Html),
    }
}

/// Previews would show a stranger's page below a bill.
pub(super) fn no_preview() -> LinkPreviewOptions {
    LinkPreviewOptions {
        is_disabled: true,
        url: None,
        prefer_small_media: false,
        prefer_large_media: false,
        show_above_text: false,
    }
}

/// `None` without buttons: an edit without a keyboard takes the old one away.
pub(super) fn keyboard(rows: &Keyboard) -> Result<Option<InlineKeyboardMarkup>, SendError> {
    if rows.iter().all(Vec::is_empty) {
        return Ok(None);
    }
    let rows: Result<Vec<Vec<_>>, _> =
        rows.iter().map(|row| row.iter().map(button).collect()).collect();
    Ok(Some(InlineKeyboardMarkup::new(rows?)))
}

fn button(button: &Button) -> Result<InlineKeyboardButton, SendError> {
    let kind = match &button.action {
        ButtonAction::Callback(data) => InlineKeyboardButtonKind::CallbackData(data.clone()),
        ButtonAction::Url(url) => {
            InlineKeyboardButtonKind::Url(url.parse().map_err(|_no_url| {
                let description = format!("the link of the button `{}` is no URL", button.label);
                SendError::Refused { code: 0, description }
            })?)
        }
        ButtonAction::Copy(text) => {
            InlineKeyboardButtonKind::CopyText(CopyTextButton { text: text.clone() })
        }
    };
    Ok(InlineKeyboardButton::new(&button.label, kind))
}
