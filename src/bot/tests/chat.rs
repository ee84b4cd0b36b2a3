//! A chat that shows what we send, with buttons to press.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::kernel::ids::UserId;
use crate::notifications::message::{ButtonAction, Document, OutgoingMessage, Parcel, Photo};
use crate::notifications::ports::{DraftId, MessageId, Messenger, Posted, SendError};

/// One person's chat.
#[derive(Debug, Default, Clone)]
pub(super) struct Room {
    messages: BTreeMap<i64, OutgoingMessage>,
    /// In the order of their last change.
    touched: Vec<i64>,
    toasts: Vec<Option<String>>,
    documents: Vec<Vec<u8>>,
    away: bool,
    blocked: bool,
    refusing: bool,
}

impl Room {
    /// The message that changed last, with its buttons.
    pub(super) fn last(&self) -> String {
        let message = self.touched.last().and_then(|id| self.messages.get(id));
        let Some(message) = message else { return String::new() };
        let mut shown = message.text.clone();
        shown.push('\n');
        for row in &message.keyboard {
            let labels: Vec<String> =
                row.iter().map(|button| format!("[{}]", button.label)).collect();
            writeln!(shown, "{}", labels.join(" ")).unwrap();
        }
        shown
    }

    pub(super) fn last_id(&self) -> Option<i64> {
        self.touched.last().copied()
    }

    pub(super) fn all(&self) -> String {
        self.messages.values().map(|message| message.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    pub(super) fn count(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn toast(&self) -> Option<String> {
        self.toasts.last().cloned().flatten()
    }

    /// The last file that was sent.
    pub(super) fn document(&self) -> Option<&[u8]> {
        self.documents.last().map(Vec::as_slice)
    }

    /// How the message with this number looks now.
    pub(super) fn text_of(&self, id: i64) -> &str {
        self.messages.get(&id).map_or("", |message| message.text.as_str())
    }

    /// What stands behind the buttons of the last message.
    pub(super) fn buttons(&self) -> Vec<String> {
        let message = self.touched.last().and_then(|id| self.messages.get(id));
        let buttons = message.iter().flat_map(|message| message.keyboard.iter().flatten());
        buttons
            .filter_map(|button| match &button.action {
                ButtonAction::Callback(data) => Some(data.clone()),
                ButtonAction::Url(_) | ButtonAction::Copy(_) => None,
            })
            .collect()
    }

    /// The buttons of the last message, with its number.
    pub(super) fn newest_buttons(&self) -> Vec<(i64, String)> {
        let Some(id) = self.last_id() else { return Vec::new() };
        self.buttons().into_iter().map(|data| (id, data)).collect()
    }

    /// How often the chat changed, and how often a button was answered.
    pub(super) fn signs(&self) -> (usize, usize) {
        (self.touched.len(), self.toasts.len())
    }

    /// The newest button whose label holds these words, with its message.
    pub(super) fn button(&self, words: &str) -> Option<(i64, String)> {
        self.touched.iter().rev().find_map(|id| {
            let message = self.messages.get(id)?;
            let button = message.keyboard.iter().flatten().find(|b| b.label.contains(words))?;
            match &button.action {
                ButtonAction::Callback(data) => Some((*id, data.clone())),
                ButtonAction::Url(_) | ButtonAction::Copy(_) => None,
            }
        })
    }

    pub(super) fn is_away(&mut self, away: bool) {
        self.away = away;
    }

    pub(super) fn is_blocked(&mut self, blocked: bool) {
        self.blocked = blocked;
    }

    /// Every message is refused for a reason that will not pass.
    pub(super) fn refuses(&mut self, refusing: bool) {
        self.refusing = refusing;
    }

    fn check(&self) -> Result<(), SendError> {
        if self.away {
            return Err(SendError::NotSent(anyhow::anyhow!("away")));
        }
        if self.blocked {
            return Err(SendError::Unreachable("bot was blocked by the user".to_owned()));
        }
        if self.refusing {
            return Err(SendError::Refused { code: 400, description: "no".to_owned() });
        }
        Ok(())
    }
}

/// Leaves out what changes from run to run.
pub(super) fn visible(text: &str) -> String {
    let mut words = text.to_owned();
    while let Some(at) = words.find("M2026") {
        words.replace_range(at..at + "M20261121-7F3K9QX2".len(), "(order)");
    }
    words
}

/// All chats.
#[derive(Default)]
pub(super) struct Chats {
    rooms: Mutex<BTreeMap<i64, Room>>,
    next: Mutex<i64>,
}

impl Chats {
    pub(super) fn rooms(&self) -> MutexGuard<'_, BTreeMap<i64, Room>> {
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn number(&self) -> i64 {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next += 1;
        *next + 1000
    }

    fn put(&self, to: UserId, id: i64, message: &OutgoingMessage) -> Result<(), SendError> {
        let mut rooms = self.rooms();
        let room = rooms.entry(to.0).or_default();
        room.check()?;
        room.messages.insert(id, message.clone());
        room.touched.push(id);
        Ok(())
    }
}

#[async_trait]
impl Messenger for Chats {
    async fn send(&self, to: UserId, message: &OutgoingMessage) -> Result<MessageId, SendError> {
        let id = self.number();
        self.put(to, id, message)?;
        Ok(MessageId(id))
    }

    async fn edit(
        &self,
        to: UserId,
        which: MessageId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        let known =
            self.rooms().get(&to.0).is_some_and(|room| room.messages.contains_key(&which.0));
        if !known {
            return Err(SendError::NotEditable("message to edit not found".to_owned()));
        }
        self.put(to, which.0, message)
    }

    async fn delete(&self, to: UserId, which: MessageId) -> Result<(), SendError> {
        self.rooms().entry(to.0).or_default().messages.remove(&which.0);
        Ok(())
    }

    async fn send_photo(&self, to: UserId, photo: &Photo) -> Result<MessageId, SendError> {
        self.send(to, &photo.caption).await
    }

    async fn send_document(&self, to: UserId, document: &Document) -> Result<MessageId, SendError> {
        let bytes = document.bytes.clone();
        self.rooms().entry(to.0).or_default().documents.push(bytes);
        self.send(to, &document.caption).await
    }

    async fn send_parcel(&self, to: UserId, parcel: &Parcel) -> Result<Vec<Posted>, SendError> {
        let message = self.send(to, &parcel.caption).await?;
        Ok(parcel.items().iter().map(|_| Posted { message, file: None }).collect())
    }

    async fn typing(&self, _to: UserId) -> Result<(), SendError> {
        Ok(())
    }

    async fn draft(
        &self,
        _to: UserId,
        _which: DraftId,
        _message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        Ok(())
    }

    /// Query ids begin with the person's number.
    async fn answer_button(&self, query_id: &str, text: Option<&str>) -> Result<(), SendError> {
        let user = query_id.split('-').next().and_then(|part| part.parse().ok()).unwrap_or(0);
        self.rooms().entry(user).or_default().toasts.push(text.map(str::to_owned));
        Ok(())
    }
}
