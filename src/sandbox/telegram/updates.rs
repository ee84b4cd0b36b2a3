//! Updates that wait for the bot, and by which way it takes them: polls or a webhook, never both.

use std::collections::{BTreeSet, VecDeque};

use axum::http::StatusCode;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::refusal::Refusal;
use super::wire::with;
use crate::kernel::clock::Timestamp;

/// Where updates are posted to.
#[derive(Debug, Clone)]
pub(super) struct Webhook {
    pub(super) url: String,
    pub(super) secret: Option<String>,
    pub(super) runtime: Handle,
}

#[derive(Debug, Clone)]
pub(super) struct Update {
    pub(super) id: i64,
    chat: i64,
    kind: &'static str,
    content: Value,
}

impl Serialize for Update {
    /// The number first: bots take the first other field for the kind (reference/telegram.md §B.4).
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("update_id", &self.id)?;
        map.serialize_entry(self.kind, &self.content)?;
        map.end()
    }
}

#[derive(Debug)]
pub(super) struct Updates {
    next_id: i64,
    waiting: VecDeque<Update>,
    /// Kinds that the bot wants; empty means all that we make.
    allowed: Vec<String>,
    webhook: Option<Webhook>,
    /// Counts webhooks, so that a postman notices that his is gone.
    pub(super) generation: u64,
    /// Chats with a postman on his way.
    under_way: BTreeSet<i64>,
    /// Counts polls; only the last one is served.
    poll: u64,
    last_error: Option<(Timestamp, String)>,
}

impl Updates {
    /// Numbers begin at `first_id`: a bot that remembers old ones must not take new ones for them.
    pub(super) fn starting_at(first_id: i64) -> Self {
        Self {
            next_id: first_id,
            waiting: VecDeque::new(),
            allowed: Vec::new(),
            webhook: None,
            generation: 0,
            under_way: BTreeSet::new(),
            poll: 0,
            last_error: None,
        }
    }

    /// Queues `content` as an update of `kind`, unless the bot does not want that kind.
    pub(super) fn push(&mut self, chat: i64, kind: &'static str, content: Value) {
        if !self.allowed.is_empty() && !self.allowed.iter().any(|allowed| allowed == kind) {
            return;
        }
        let id = self.next_id;
        self.next_id = id.saturating_add(1);
        self.waiting.push_back(Update { id, chat, kind, content });
    }

    pub(super) fn allow(&mut self, kinds: Option<Vec<String>>) {
        if let Some(kinds) = kinds {
            self.allowed = kinds;
        }
    }

    /// Forgets what is older than `offset`; a negative one keeps that many of the newest.
    fn confirm(&mut self, offset: i64) {
        if offset < 0 {
            let kept = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let surplus = self.waiting.len().saturating_sub(kept);
            self.waiting.drain(..surplus);
        } else {
            self.waiting.retain(|update| update.id >= offset);
        }
    }

    /// Starts a poll, which ends every earlier one. Gives its number.
    pub(super) fn begin_poll(&mut self, kinds: Option<Vec<String>>, offset: Option<i64>) -> u64 {
        self.allow(kinds);
        // A poll that is refused must confirm nothing.
        if let Some(offset) = offset.filter(|_| self.webhook.is_none()) {
            self.confirm(offset);
        }
        self.poll = self.poll.saturating_add(1);
        self.poll
    }

    /// What poll number `poll` gets now.
    pub(super) fn polled(&self, poll: u64, limit: usize) -> Result<Vec<Update>, Refusal> {
        let conflict = |why: &str| Refusal::said(StatusCode::CONFLICT, format!("Conflict: {why}"));
        if self.webhook.is_some() {
            return Err(conflict(
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete \
                 the webhook first",
            ));
        }
        if self.poll != poll {
            return Err(conflict(
                "terminated by other getUpdates request; make sure that only one bot instance is \
                 running",
            ));
        }
        Ok(self.waiting.iter().take(limit).cloned().collect())
    }

    pub(super) fn drop_pending(&mut self) {
        self.waiting.clear();
    }

    pub(super) fn webhook(&self) -> Option<&Webhook> {
        self.webhook.as_ref()
    }

    pub(super) fn set_webhook(&mut self, webhook: Option<Webhook>) {
        self.webhook = webhook;
        self.generation = self.generation.saturating_add(1);
        self.under_way.clear();
        self.last_error = None;
    }

    /// Chats that have something for the webhook and no postman yet; they have one from now on.
    pub(super) fn send_postmen(&mut self) -> Vec<i64> {
        if self.webhook.is_none() {
            return Vec::new();
        }
        let chats: BTreeSet<i64> = self.waiting.iter().map(|update| update.chat).collect();
        chats.into_iter().filter(|chat| self.under_way.insert(*chat)).collect()
    }

    /// What the postman of `chat` carries next; `None` ends his way.
    pub(super) fn next_of(&mut self, chat: i64, generation: u64) -> Option<(Update, Webhook)> {
        if generation != self.generation {
            return None;
        }
        let webhook = self.webhook.clone()?;
        let Some(update) = self.waiting.iter().find(|update| update.chat == chat) else {
            self.under_way.remove(&chat);
            return None;
        };
        Some((update.clone(), webhook))
    }

    pub(super) fn delivered(&mut self, id: i64) {
        self.waiting.retain(|update| update.id != id);
    }

    pub(super) fn failed(&mut self, now: Timestamp, why: String) {
        self.last_error = Some((now, why));
    }

    /// The `WebhookInfo` object.
    pub(super) fn info(&self) -> Value {
        let info = json!({
            "url": self.webhook.as_ref().map_or("", |webhook| webhook.url.as_str()),
            "has_custom_certificate": false,
            "pending_update_count": self.waiting.len(),
            "max_connections": 40,
            "allowed_updates": self.allowed,
        });
        let Some((at, why)) = &self.last_error else { return info };
        let error = [("last_error_date", json!(at.seconds())), ("last_error_message", json!(why))];
        with(info, error)
    }
}
