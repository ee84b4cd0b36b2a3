//! Telegram's Bot API server (reference/telegram.md Part A): what buyers do becomes updates, what
//! the bot says becomes what buyers see. Strict where Telegram is strict.

mod answer;
mod chat;
mod delivery;
mod markup;
mod methods;
mod request;

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::routing::any;
use serde_json::{Value, json};

pub(crate) use self::answer::Refusal;
pub(crate) use self::chat::{Act, Button, Chat, Kind, Shown};
use super::stage::{Stage, play};

/// The bot's token, which only Telegram and the operator know.
pub(crate) const TOKEN: &str = "7700000001:AAE-played-token-of-thirty-five-chars";
/// The name of every buyer; no prompt and no log may contain it.
pub(crate) const BUYER_NAME: &str = "秦晓峰";

/// The played server; clones are the same server.
#[derive(Clone)]
pub(crate) struct Telegram {
    url: Arc<str>,
    stage: Stage,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    last_update: i64,
    last_message: i64,
    last_query: u64,
    hook: Option<Hook>,
    /// Not yet confirmed by a poll or delivered to the webhook.
    updates: VecDeque<Value>,
    chats: BTreeMap<i64, Chat>,
    faults: Vec<Fault>,
    /// Buttons pressed, and when the bot answered each.
    presses: HashMap<String, Press>,
    calls: BTreeMap<String, usize>,
}

#[derive(Clone)]
struct Hook {
    url: String,
    secret: Option<String>,
}

struct Press {
    at: Instant,
    answered: Option<(Duration, Option<String>)>,
}

/// A refusal that awaits calls: of one method, to one chat, with certain words.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) method: &'static str,
    pub(crate) chat: i64,
    /// Only calls whose visible text contains this.
    pub(crate) containing: String,
    pub(crate) refusal: Refusal,
    pub(crate) times: usize,
}

impl Telegram {
    pub(super) async fn open(stage: Stage) -> Self {
        let begun = State { last_update: 881_000_100, last_message: 40, ..State::default() };
        let mut telegram = Self { url: "".into(), stage, state: Arc::new(Mutex::new(begun)) };
        let app = Router::new()
            .route("/{bot}/{method}", any(request::receive))
            .with_state(telegram.clone());
        telegram.url = play(app).await.into();
        delivery::start(&telegram);
        telegram
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Everything that happened in a chat, oldest first.
    pub(crate) fn record(&self, chat: i64) -> Vec<Shown> {
        self.read(|state| state.chat(chat).record.clone())
    }

    /// A person writes to the bot for the first time, so that it may write to them.
    pub(crate) fn meet(&self, chat: i64) {
        self.locked(|state| state.chat(chat).blocked = false);
    }

    /// How often the bot spoke to a chat although it had been told to wait.
    pub(crate) fn broken_silences(&self, chat: i64) -> usize {
        self.read(|state| state.chat(chat).broken_silences)
    }

    pub(crate) fn fail(&self, fault: Fault) {
        self.locked(|state| state.faults.push(fault));
    }

    /// The buyer blocks the bot.
    pub(crate) fn block(&self, chat: i64) {
        self.locked(|state| state.chat(chat).blocked = true);
    }

    pub(crate) fn unblock(&self, chat: i64) {
        self.locked(|state| state.chat(chat).blocked = false);
    }

    pub(crate) fn calls(&self, method: &str) -> usize {
        self.read(|state| state.calls.get(&method.to_lowercase()).copied().unwrap_or(0))
    }

    /// Where updates go, when the bot asked for a webhook, and the secret it gave.
    pub(crate) fn hook(&self) -> Option<(String, Option<String>)> {
        self.read(|state| state.hook.clone().map(|hook| (hook.url, hook.secret)))
    }

    /// The buyer sends a text; the message's number.
    pub(crate) fn text(&self, chat: i64, text: &str) -> i64 {
        let update = self.new_text(chat, text);
        self.push(update);
        self.locked(|state| state.last_message)
    }

    /// A text as an update, not delivered by us.
    pub(crate) fn new_text(&self, chat: i64, text: &str) -> Value {
        self.locked(|state| {
            let message_id = state.next_message();
            state.chat(chat).note(Kind::Said, message_id, text);
            let mut message = json!({
                "message_id": message_id, "date": seconds(), "text": text,
                "chat": person(chat, false), "from": person(chat, true),
            });
            if let Some(command) = text.strip_prefix('/') {
                let length = command.split(' ').next().map_or(0, markup::utf16) + 1;
                message["entities"] =
                    json!([{"type": "bot_command", "offset": 0, "length": length}]);
            }
            json!({ "update_id": state.next_update(), "message": message })
        })
    }

    /// The buyer presses a button; the query's number.
    pub(crate) fn press(&self, chat: i64, message_id: i64, data: &str) -> String {
        let (query, update) = self.locked(|state| {
            state.last_query += 1;
            let query = format!("4380000{}", state.last_query);
            let press = Press { at: Instant::now(), answered: None };
            state.presses.insert(query.clone(), press);
            let text = state.chat(chat).text_of(message_id);
            let update = json!({ "update_id": state.next_update(), "callback_query": {
                "id": query, "from": person(chat, true), "chat_instance": chat.to_string(),
                "data": data, "message": {
                    "message_id": message_id, "date": seconds(), "text": text,
                    "chat": person(chat, false), "from": me(),
                },
            }});
            (query, update)
        });
        self.push(update);
        query
    }

    /// How long the bot let the spinner of a button turn, and what it said; `None`: still turning.
    pub(crate) fn answer_to(&self, query: &str) -> Option<(Duration, Option<String>)> {
        self.read(|state| state.presses.get(query).and_then(|press| press.answered.clone()))
    }

    /// The longest that any button of a chat waited.
    pub(crate) fn slowest_answer(&self) -> Duration {
        self.read(|state| {
            let waits = state.presses.values().filter_map(|press| press.answered.as_ref());
            waits.map(|(wait, _)| *wait).max().unwrap_or_default()
        })
    }

    fn push(&self, update: Value) {
        self.locked(|state| state.updates.push_back(update));
    }

    /// Without a ring: whoever waits for the bell looks here each time.
    fn read<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        look(&mut self.state.lock().unwrap())
    }

    fn locked<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
        let outcome = act(&mut self.state.lock().unwrap());
        self.stage.ring();
        outcome
    }
}

impl State {
    fn chat(&mut self, chat: i64) -> &mut Chat {
        self.chats.entry(chat).or_default()
    }

    fn next_update(&mut self) -> i64 {
        self.last_update += 1;
        self.last_update
    }

    fn next_message(&mut self) -> i64 {
        self.last_message += 1;
        self.last_message
    }
}

fn seconds() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

/// A buyer as a chat or, with language, as a user.
fn person(chat: i64, user: bool) -> Value {
    let mut person =
        json!({ "id": chat, "first_name": BUYER_NAME, "username": "buyer_of_reports" });
    if user {
        person["is_bot"] = json!(false);
        person["language_code"] = json!("zh-hans");
    } else {
        person["type"] = json!("private");
    }
    person
}

fn me() -> Value {
    json!({
        "id": 7_700_000_001_i64, "is_bot": true, "first_name": "命书", "username": "mingshu_played_bot",
        "can_join_groups": false, "can_read_all_group_messages": false,
        "supports_inline_queries": false, "can_connect_to_business": false,
        "has_main_web_app": false,
    })
}
