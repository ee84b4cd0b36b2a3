//! One private chat as the buyer sees it.

use std::time::Instant;

use serde_json::Value;

/// Everything that happened in a chat.
#[derive(Debug, Default)]
pub(crate) struct Chat {
    pub(super) record: Vec<Shown>,
    pub(super) blocked: bool,
    /// Told to wait (429) until then.
    pub(super) silent_until: Option<Instant>,
    /// Calls that came although the bot had been told to wait.
    pub(super) broken_silences: usize,
}

/// One thing that happened in a chat.
#[derive(Debug, Clone)]
pub(crate) struct Shown {
    pub(crate) at: Instant,
    pub(crate) kind: Kind,
    pub(crate) message_id: i64,
    /// Without markup.
    pub(crate) text: String,
    pub(crate) buttons: Vec<Button>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// By the buyer.
    Said,
    Sent,
    Photo,
    Edited,
    Deleted,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Button {
    pub(crate) label: String,
    pub(crate) act: Act,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Act {
    Press(String),
    Open(String),
    Other,
}

impl Chat {
    pub(super) fn note(&mut self, kind: Kind, message_id: i64, text: &str) {
        self.show(kind, message_id, text, Vec::new());
    }

    pub(super) fn show(&mut self, kind: Kind, message_id: i64, text: &str, buttons: Vec<Button>) {
        let text = text.to_owned();
        self.record.push(Shown { at: Instant::now(), kind, message_id, text, buttons });
    }

    /// The latest state of a message of the bot.
    pub(super) fn last_of(&self, message_id: i64) -> Option<&Shown> {
        let ours = |shown: &&Shown| shown.message_id == message_id && shown.kind != Kind::Said;
        self.record.iter().rev().find(ours).filter(|shown| shown.kind != Kind::Deleted)
    }

    pub(super) fn text_of(&self, message_id: i64) -> String {
        self.last_of(message_id).map(|shown| shown.text.clone()).unwrap_or_default()
    }
}

/// The buttons of a `reply_markup`, or what the server says about them.
pub(super) fn buttons(markup: Option<&Value>) -> Result<Vec<Button>, String> {
    let Some(rows) = markup.and_then(|markup| markup.get("inline_keyboard")) else {
        return Ok(Vec::new());
    };
    let rows = rows.as_array().ok_or("object expected as reply markup")?;
    let mut buttons = Vec::new();
    for button in rows.iter().flat_map(|row| row.as_array().into_iter().flatten()) {
        buttons.push(read(button)?);
    }
    if buttons.len() > 100 {
        return Err("reply markup is too long".to_owned());
    }
    Ok(buttons)
}

fn read(button: &Value) -> Result<Button, String> {
    let label = button["text"].as_str().filter(|label| !label.is_empty());
    let label = label.ok_or("Text buttons are unallowed in the inline keyboard")?.to_owned();
    let kinds = ["callback_data", "url", "copy_text", "web_app", "switch_inline_query"];
    let count = kinds.iter().filter(|kind| !button[**kind].is_null()).count();
    if count != 1 {
        return Err(format!("button \"{label}\" has {count} actions"));
    }
    let act = if let Some(data) = button["callback_data"].as_str() {
        if data.is_empty() || data.len() > 64 {
            return Err("BUTTON_DATA_INVALID".to_owned());
        }
        Act::Press(data.to_owned())
    } else if let Some(url) = button["url"].as_str() {
        Act::Open(url.to_owned())
    } else {
        Act::Other
    };
    Ok(Button { label, act })
}
