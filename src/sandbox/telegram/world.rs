//! The truth of the played Telegram: who is there, and what stands in which chat.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::commands::{Command, Menus};
use super::markup::Keyboard;
use super::message::{ChatMessage, Person, SentFile, Toast};
use super::refusal::Refusal;
use super::rich::Rich;
use super::stars::Stars;
use super::updates::Updates;
use super::wire;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;

/// So many answers to taps are remembered.
const ANSWERED: usize = 20_000;

#[derive(Default)]
pub(super) struct Chat {
    pub(super) messages: Vec<ChatMessage>,
    pub(super) toasts: Vec<Toast>,
    pub(super) typing_until: Option<Timestamp>,
    pub(super) live: Option<LiveDraft>,
    /// The world's version when something changed here last.
    pub(super) version: u64,
    last_id: i64,
}

/// What the bot shows of a message that it is still writing (reference/telegram.md §A.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveDraft {
    pub number: i64,
    /// Empty: "Thinking…".
    pub text: String,
    /// The text with its markup.
    pub html: String,
    pub until: Timestamp,
}

pub(super) struct World {
    pub(super) bot_id: i64,
    /// Counts changes that somebody may see.
    pub(super) version: u64,
    pub(super) people: Vec<Person>,
    chats: BTreeMap<i64, Chat>,
    pub(super) updates: Updates,
    pub(super) menus: Menus,
    pub(super) stars: Stars,
    files: BTreeMap<String, SentFile>,
    /// Taps that the bot may answer, with who tapped and when.
    taps: BTreeMap<String, (i64, Instant)>,
    /// How long those who tapped last waited for their first answer.
    pub(super) answered: VecDeque<Duration>,
}

/// What the bot puts into a chat.
pub(super) struct Draft {
    pub(super) rich: Rich,
    pub(super) keyboard: Keyboard,
    pub(super) photo: Option<SentFile>,
    pub(super) document: Option<SentFile>,
}

impl World {
    pub(super) fn new(bot_id: i64, now: Timestamp) -> Self {
        Self {
            bot_id,
            version: 0,
            people: Vec::new(),
            chats: BTreeMap::new(),
            updates: Updates::starting_at(now.seconds()),
            menus: Menus::default(),
            stars: Stars::default(),
            files: BTreeMap::new(),
            taps: BTreeMap::new(),
            answered: VecDeque::new(),
        }
    }

    pub(super) fn meet(&mut self, person: Person) {
        self.people.retain(|known| known.id != person.id);
        self.touch(person.id);
        self.people.push(person);
    }

    pub(super) fn person(&self, id: i64) -> Option<&Person> {
        self.people.iter().find(|person| person.id == id)
    }

    pub(super) fn chat(&self, id: i64) -> Option<&Chat> {
        self.chats.get(&id)
    }

    /// The chat, whose next look is a new one.
    pub(super) fn touch(&mut self, id: i64) -> &mut Chat {
        self.version = self.version.saturating_add(1);
        let chat = self.chats.entry(id).or_default();
        chat.version = self.version;
        chat
    }

    pub(super) fn touch_all(&mut self) {
        self.version = self.version.saturating_add(1);
        for chat in self.chats.values_mut() {
            chat.version = self.version;
        }
    }

    pub(super) fn file(&self, id: &str) -> Option<&SentFile> {
        self.files.get(id)
    }

    pub(super) fn message(&self, chat: i64, id: i64) -> Option<&ChatMessage> {
        self.chat(chat)?.messages.iter().find(|message| message.id == id)
    }

    fn put(&mut self, chat: i64, from_bot: bool, draft: Draft, now: Timestamp) -> i64 {
        let sent = [&draft.photo, &draft.document].into_iter().flatten();
        self.files.extend(sent.map(|file| (file.id.clone(), file.clone())));
        let chat = self.touch(chat);
        chat.last_id = chat.last_id.saturating_add(1);
        let id = chat.last_id;
        if from_bot {
            (chat.typing_until, chat.live) = (None, None);
        }
        chat.messages.push(ChatMessage {
            id,
            from_bot,
            text: draft.rich.text(),
            html: draft.rich.html(),
            keyboard: draft.keyboard,
            photo: draft.photo,
            document: draft.document,
            edited: 0,
            sent_at: now,
            edited_at: None,
            entities: draft.rich.entities(),
        });
        id
    }

    /// The bot's message; gives it as the Bot API does.
    pub(super) fn send(
        &mut self,
        chat: i64,
        draft: Draft,
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let partner = self.person(chat).cloned().ok_or_else(Refusal::chat_not_found)?;
        let id = self.put(chat, true, draft, now);
        Ok(self.wire(&partner, id))
    }

    /// The person's message, which becomes an update.
    pub(super) fn hear(&mut self, person: &Person, text: &str, now: Timestamp) -> i64 {
        let rich = Rich::plain(text);
        let entities = wire::command_entities(&rich.text());
        let draft = Draft { rich, keyboard: Vec::new(), photo: None, document: None };
        let id = self.put(person.id, false, draft, now);
        if let Some(message) = self.message_mut(person.id, id) {
            message.entities = entities;
        }
        let message = self.wire(person, id);
        self.updates.push(person.id, "message", message);
        id
    }

    /// A line on the person's side of the chat, as the Bot API tells it.
    pub(super) fn note(&mut self, person: &Person, draft: Draft, now: Timestamp) -> Value {
        let id = self.put(person.id, false, draft, now);
        self.wire(person, id)
    }

    /// The person's tap on a button with `data`, which becomes an update.
    pub(super) fn feel(&mut self, person: &Person, message: i64, data: &str) {
        let query = ids::crockford(18);
        let content = json!({
            "id": query,
            "from": wire::person(person),
            "message": self.wire(person, message),
            "chat_instance": person.id.to_string(),
            "data": data,
        });
        self.taps.insert(query, (person.id, Instant::now()));
        self.updates.push(person.id, "callback_query", content);
    }

    /// Shows the answer to a tap.
    pub(super) fn answer_tap(
        &mut self,
        query: &str,
        text: Option<String>,
        alert: bool,
    ) -> Result<Value, Refusal> {
        let late = "query is too old and response timeout expired or query ID is invalid";
        let (person, tapped) = *self.taps.get(query).ok_or(Refusal::bad(late))?;
        self.answered.push_back(tapped.elapsed());
        if self.answered.len() > ANSWERED {
            self.answered.pop_front();
        }
        if let Some(text) = text.filter(|text| !text.is_empty()) {
            let chat = self.touch(person);
            let id = u64::try_from(chat.toasts.len()).unwrap_or(u64::MAX).saturating_add(1);
            chat.toasts.push(Toast { id, text, alert });
        }
        Ok(Value::Bool(true))
    }

    /// Changes the bot's message; `None` in the place of the text keeps it.
    pub(super) fn edit(
        &mut self,
        chat: i64,
        id: i64,
        (rich, keyboard): (Option<&Rich>, Keyboard),
        now: Timestamp,
    ) -> Result<Value, Refusal> {
        let partner = self.person(chat).cloned().ok_or_else(Refusal::chat_not_found)?;
        let old = self.message(chat, id).ok_or(Refusal::bad("message to edit not found"))?;
        if !old.from_bot {
            return Err(Refusal::bad("message can't be edited"));
        }
        if rich.is_some() && old.has_file() {
            return Err(Refusal::bad("there is no text in the message to edit"));
        }
        let same_text =
            rich.is_none_or(|rich| rich.text() == old.text && rich.entities() == old.entities);
        if same_text && keyboard == old.keyboard {
            return Err(Refusal::bad(
                "message is not modified: specified new message content and reply markup are \
                 exactly the same as a current content and reply markup of the message",
            ));
        }
        self.touch(chat);
        if let Some(message) = self.message_mut(chat, id) {
            message.keyboard = keyboard;
            message.edited = message.edited.saturating_add(1);
            message.edited_at = Some(now);
            if let Some(rich) = rich {
                (message.text, message.html) = (rich.text(), rich.html());
                message.entities = rich.entities();
            }
        }
        Ok(self.wire(&partner, id))
    }

    pub(super) fn delete(&mut self, chat: i64, id: i64) -> Result<Value, Refusal> {
        self.person(chat).ok_or_else(Refusal::chat_not_found)?;
        self.message(chat, id).ok_or(Refusal::bad("message to delete not found"))?;
        self.touch(chat).messages.retain(|message| message.id != id);
        Ok(Value::Bool(true))
    }

    pub(super) fn commands_of(&self, person: i64) -> Vec<Command> {
        self.person(person).map(|person| self.menus.seen_by(person)).unwrap_or_default()
    }

    fn message_mut(&mut self, chat: i64, id: i64) -> Option<&mut ChatMessage> {
        self.chats.get_mut(&chat)?.messages.iter_mut().find(|message| message.id == id)
    }

    fn wire(&self, partner: &Person, id: i64) -> Value {
        let message = self.message(partner.id, id);
        message.map_or(Value::Null, |message| wire::message(self.bot_id, partner, message))
    }
}
