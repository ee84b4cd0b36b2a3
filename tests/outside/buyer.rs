//! A buyer in the chat: reads what stands there, types, and taps buttons by what is written on
//! them.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use super::shop::Shop;
use super::words::Words;
use super::world::telegram::{Act, Button, Kind, Shown};

/// How long a buyer waits for the next thing to happen.
const PATIENCE: Duration = Duration::from_secs(40);

/// One private chat with the bot.
pub(crate) struct Buyer<'a> {
    pub(crate) chat: i64,
    shop: &'a Shop,
    words: Words,
    /// Beginning of what is not read yet.
    pub(crate) read: usize,
    /// Whether taps wait for the spinner to end.
    pub(crate) waits_for_spinner: bool,
    pub(crate) patience: Duration,
}

/// What a buyer does when a message with certain words comes.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Tap the button with this text.
    Tap(&'static str),
    /// Tap the first button that contains these letters.
    TapNamed(String),
    Type(String),
}

impl<'a> Buyer<'a> {
    pub(crate) fn new(shop: &'a Shop, chat: i64) -> Self {
        let (words, patience) = (Words::chinese(), PATIENCE);
        Self { chat, shop, words, read: 0, waits_for_spinner: true, patience }
    }

    pub(crate) fn types(&mut self, text: &str) {
        self.shop.world.telegram.text(self.chat, text);
    }

    /// Everything in the chat, oldest first.
    pub(crate) fn record(&self) -> Vec<Shown> {
        self.shop.world.telegram.record(self.chat)
    }

    /// Waits for the next message that says what `key` says, and reads on from there.
    pub(crate) async fn sees(&mut self, key: &str) -> Shown {
        self.sees_one_of(&[key]).await.1
    }

    /// The first of several possible messages: which, and the message.
    pub(crate) async fn sees_one_of(&mut self, keys: &[&str]) -> (usize, Shown) {
        let from = self.read;
        let look = || {
            let record = self.record();
            record.iter().enumerate().skip(from).find_map(|(place, shown)| {
                let from_bot = shown.kind != Kind::Said && shown.kind != Kind::Deleted;
                let which = keys.iter().position(|key| self.words.are_in(key, &shown.text));
                which.filter(|_| from_bot).map(|which| (place, which, shown.clone()))
            })
        };
        let found = self.shop.world.stage.until(self.patience, look).await;
        let Some((place, which, shown)) = found else {
            panic!("buyer {} never saw {keys:?}:\n{}", self.chat, self.transcript());
        };
        self.read = place + 1;
        (which, shown)
    }

    /// Whether a text is what `key` says.
    pub(crate) fn says(&self, key: &str, text: &str) -> bool {
        self.words.are_in(key, text)
    }

    /// How many messages said `key`, as they were sent or after an edit.
    pub(crate) fn times_seen(&self, key: &str) -> usize {
        let said = |shown: &&Shown| shown.kind != Kind::Said && self.words.are_in(key, &shown.text);
        let record = self.record();
        let messages: BTreeSet<i64> =
            record.iter().filter(said).map(|shown| shown.message_id).collect();
        messages.len()
    }

    /// Taps the button that says what `key` says, on the newest message that has one.
    pub(crate) async fn taps(&mut self, key: &str) -> String {
        let (message_id, data) =
            self.finds_button(&|words, label| words.are_in(key, label), key).await;
        self.presses(message_id, &data).await
    }

    /// Taps the button that contains `letters`.
    pub(crate) async fn taps_named(&mut self, letters: &str) -> String {
        let found = self.finds_button(&|_words, label| label.contains(letters), letters).await;
        self.presses(found.0, &found.1).await
    }

    /// Presses a button whose data is known, whatever stands in the chat now.
    pub(crate) async fn presses(&mut self, message_id: i64, data: &str) -> String {
        let telegram = &self.shop.world.telegram;
        let query = telegram.press(self.chat, message_id, data);
        if self.waits_for_spinner {
            let answered = || telegram.answer_to(&query);
            let answer = self.shop.world.stage.until(self.patience, answered).await;
            let said = answer.unwrap_or_else(|| panic!("the button {data} was never answered")).1;
            return said.unwrap_or_default();
        }
        String::new()
    }

    /// The address of the link button that says what `key` says.
    pub(crate) async fn finds_link(&mut self, key: &str) -> String {
        let look = || {
            let open = |button: &Button| match &button.act {
                Act::Open(url) if self.words.are_in(key, &button.label) => Some(url.clone()),
                Act::Open(_) | Act::Press(_) | Act::Other => None,
            };
            self.newest(&|shown| shown.buttons.iter().find_map(open))
        };
        let found = self.shop.world.stage.until(self.patience, look).await;
        found.unwrap_or_else(|| panic!("no link {key}:\n{}", self.transcript()))
    }

    async fn finds_button(
        &self,
        fits: &(dyn Fn(&Words, &str) -> bool + Sync),
        what: &str,
    ) -> (i64, String) {
        let look = || {
            self.newest(&|shown| {
                shown.buttons.iter().find_map(|button| match &button.act {
                    Act::Press(data) if fits(&self.words, &button.label) => {
                        Some((shown.message_id, data.clone()))
                    }
                    Act::Press(_) | Act::Open(_) | Act::Other => None,
                })
            })
        };
        let found = self.shop.world.stage.until(self.patience, look).await;
        found.unwrap_or_else(|| panic!("no button {what}:\n{}", self.transcript()))
    }

    /// The newest message, as it stands now, in which `look` finds something.
    fn newest<T>(&self, look: &dyn Fn(&Shown) -> Option<T>) -> Option<T> {
        let record = self.record();
        let mut seen = Vec::new();
        for shown in record.iter().rev().filter(|shown| shown.kind != Kind::Said) {
            if seen.contains(&shown.message_id) {
                continue;
            }
            seen.push(shown.message_id);
            if let Some(found) = look(shown).filter(|_| shown.kind != Kind::Deleted) {
                return Some(found);
            }
        }
        None
    }

    /// Answers whatever is asked, by the first rule whose words are in it, until a message says
    /// what `end` says.
    pub(crate) async fn answers(&mut self, rules: &[(&str, Reply)], end: &str) -> Shown {
        let mut keys: Vec<&str> = vec![end];
        keys.extend(rules.iter().map(|(key, _)| *key));
        loop {
            let (which, shown) = self.sees_one_of(&keys).await;
            if which == 0 {
                return shown;
            }
            match &rules[which - 1].1 {
                Reply::Tap(key) => self.taps(key).await,
                Reply::TapNamed(letters) => self.taps_named(letters).await,
                Reply::Type(text) => {
                    self.types(text);
                    String::new()
                }
            };
        }
    }

    /// Everything that the bot said, in full.
    pub(crate) fn transcript_whole(&self) -> String {
        let record = self.record();
        let said = record.iter().filter(|shown| shown.kind != Kind::Said);
        said.map(|shown| shown.text.as_str()).collect()
    }

    /// The chat as text, for the failure of a test.
    pub(crate) fn transcript(&self) -> String {
        let mut text = String::new();
        for shown in self.record() {
            let labels: Vec<&str> =
                shown.buttons.iter().map(|button| button.label.as_str()).collect();
            let words: String = shown.text.chars().take(300).collect();
            writeln!(text, "[{:?} {}] {words} {labels:?}", shown.kind, shown.message_id).unwrap();
        }
        text
    }
}
