//! What happened in the chats, in order, as the emulator told it: every message that it made, changed or
//! took away, and every tap that was answered.

use std::collections::BTreeSet;
use std::sync::Mutex;

use serde_json::Value;

use super::patience::Bell;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// By the buyer.
    Said,
    /// By the shop, now or before: this is how the message looks from here on.
    Shown,
    Deleted,
}

/// A message at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Moment {
    pub(crate) chat: i64,
    pub(crate) kind: Kind,
    pub(crate) message_id: i64,
    /// The emulator's own `Message`; null when it was deleted.
    pub(crate) message: Value,
}

/// A button below a message: what stands on it, and what it does.
#[derive(Debug, Clone)]
pub(crate) struct Button {
    pub(crate) label: String,
    pub(crate) data: Option<String>,
    pub(crate) url: Option<String>,
}

impl Moment {
    /// The words as people see them. The emulator keeps the marks of HTML where Telegram would read them.
    pub(crate) fn text(&self) -> String {
        let words = self.message["text"].as_str().or(self.message["caption"].as_str());
        let mut tag = false;
        let visible = words.unwrap_or_default().chars().filter(|character| {
            let shown = !tag && *character != '<';
            tag = if tag { *character != '>' } else { *character == '<' };
            shown
        });
        let text: String = visible.collect();
        text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
    }

    pub(crate) fn rows(&self) -> Vec<Vec<Button>> {
        let button = |button: &Value| Button {
            label: text_of(&button["text"]).unwrap_or_default(),
            data: text_of(&button["callback_data"]),
            url: text_of(&button["url"]),
        };
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let rows = list(&self.message["reply_markup"]["inline_keyboard"]);
        rows.iter().map(|row| list(row).iter().map(button).collect()).collect()
    }

    pub(crate) fn buttons(&self) -> Vec<Button> {
        self.rows().into_iter().flatten().collect()
    }

    /// What kind of file it carries, if any.
    pub(crate) fn file(&self) -> Option<&'static str> {
        ["photo", "document"].into_iter().find(|kind| self.message.get(kind).is_some())
    }
}

fn text_of(value: &Value) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// The record of all chats of one shop, with a bell for who waits.
pub(crate) struct Record {
    moments: Mutex<Vec<Moment>>,
    answered: Mutex<BTreeSet<String>>,
    pub(crate) bell: Bell,
}

impl Record {
    pub(crate) fn new() -> Self {
        Self { moments: Mutex::default(), answered: Mutex::default(), bell: Bell::new() }
    }

    /// A `Message` that the emulator gave.
    pub(crate) fn note(&self, kind: Kind, message: Value) {
        let number = |value: &Value| value.as_i64().unwrap_or_default();
        let (chat, message_id) = (number(&message["chat"]["id"]), number(&message["message_id"]));
        self.push(Moment { chat, kind, message_id, message });
    }

    pub(crate) fn note_deleted(&self, chat: i64, message_id: i64) {
        self.push(Moment { chat, kind: Kind::Deleted, message_id, message: Value::Null });
    }

    pub(crate) fn note_answer(&self, query: &str) {
        self.answered.lock().unwrap().insert(query.to_owned());
        self.bell.ring();
    }

    pub(crate) fn is_answered(&self, query: &str) -> bool {
        self.answered.lock().unwrap().contains(query)
    }

    fn push(&self, moment: Moment) {
        self.moments.lock().unwrap().push(moment);
        self.bell.ring();
    }

    /// Everything of one chat, oldest first, with its place in the record.
    pub(crate) fn of(&self, chat: i64) -> Vec<(usize, Moment)> {
        let moments = self.moments.lock().unwrap();
        let all = moments.iter().enumerate().filter(|(_, moment)| moment.chat == chat);
        all.map(|(place, moment)| (place, moment.clone())).collect()
    }

    /// How long the record is, which is the place of what comes next.
    pub(crate) fn end(&self) -> usize {
        self.moments.lock().unwrap().len()
    }
}
