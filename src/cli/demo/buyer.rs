//! A buyer who reads the chat and answers what is asked, by typing and tapping, and a scribe who
//! writes the conversation down.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use tokio::task::JoinHandle;

use crate::cli::say;
use crate::sandbox::telegram::{ChatMessage, SandboxTelegram};

/// Telegram's number of the played buyer.
pub(super) const BUYER: i64 = 1001;
/// The longest that the shop may take for one answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// More questions than any form has.
const MOST_ANSWERS: usize = 40;

/// What is said or tapped when the newest message shows something.
enum Reply {
    Tap(&'static str),
    Say(&'static str),
    /// Taps the button below the check card that leads to the wanted way to pay.
    Confirm,
    /// Taps the product that the story is about.
    Product,
}

/// What the buyer came for.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    /// A part of the product's button.
    product: &'static str,
    /// The button below the check card.
    confirm: &'static str,
}

impl Wanted {
    const READING: Self = Self { product: "八字详批 · ¥", confirm: "没错" };
    const IN_STARS: Self = Self { confirm: "⭐ 没错", ..Self::READING };
    const FOR_TWO: Self = Self { product: "姻缘合婚 · ¥", ..Self::READING };
}

/// What the buyer looks for, most telling first. Buttons are found by a part of their label,
/// questions by a part of their text.
const ANSWERS: &[(&str, Reply)] = &[
    ("同意并继续", Reply::Tap("同意并继续")),
    ("没错", Reply::Confirm),
    ("开始填写", Reply::Tap("开始填写")),
    ("八字详批 · ¥", Reply::Product),
    ("对方的性别", Reply::Tap("👨 男")),
    ("对方的出生时间", Reply::Say("1988年4月25日")),
    ("走到哪一步", Reply::Tap("打算结婚")),
    ("关于你们俩", Reply::Say("总为钱争执怎么办？")),
    ("👩 女", Reply::Tap("👩 女")),
    ("公历（阳历）", Reply::Tap("公历（阳历）")),
    ("哪个年代", Reply::Say("1990年5月20日")),
    ("知道准确时间", Reply::Tap("知道准确时间")),
    ("请发出生时间", Reply::Say("07:15")),
    ("当时钟表上的时间", Reply::Tap("当时钟表上的时间")),
    ("在哪里出生", Reply::Say("成都")),
    ("成都市 ·", Reply::Tap("成都市 ·")),
    ("成都 ·", Reply::Tap("成都 ·")),
    ("跳过", Reply::Say("这几年适合换工作吗？")),
];

pub(super) struct Buyer<'a> {
    telegram: &'a SandboxTelegram,
    scribe: Arc<Mutex<Scribe>>,
    /// Writes down what the shop says while the buyer waits, edits too.
    listening: JoinHandle<()>,
}

impl Drop for Buyer<'_> {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl<'a> Buyer<'a> {
    pub(super) fn new(telegram: &'a SandboxTelegram, voice: Voice) -> Self {
        let scribe = Arc::new(Mutex::new(Scribe::new(voice)));
        let listening = tokio::spawn(listen(telegram.clone(), Arc::clone(&scribe)));
        Self { telegram, scribe, listening }
    }

    fn scribe(&self) -> MutexGuard<'_, Scribe> {
        self.scribe.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) {
        let chat = self.telegram.chat(BUYER);
        self.scribe().write(&chat);
    }

    /// From `/start` to the payment card; gives the address of the payment page.
    pub(super) async fn order(&self) -> anyhow::Result<String> {
        self.order_what(Wanted::READING).await
    }

    /// The same of the product about two people.
    pub(super) async fn order_for_two(&self) -> anyhow::Result<String> {
        self.order_what(Wanted::FOR_TWO).await
    }

    /// The same, to be paid in Stars; gives the invoice's link.
    pub(super) async fn order_in_stars(&self) -> anyhow::Result<String> {
        self.order_what(Wanted::IN_STARS).await
    }

    async fn order_what(&self, wanted: Wanted) -> anyhow::Result<String> {
        self.says("/start");
        for _ in 0..MOST_ANSWERS {
            if let Some(url) = self.telegram.presses_url(BUYER, "去支付") {
                return Ok(url);
            }
            self.answer(wanted).await?;
        }
        bail!("the form never ends")
    }

    /// Answers the newest question, and waits until the shop has moved on.
    async fn answer(&self, wanted: Wanted) -> anyhow::Result<()> {
        let before = self.face();
        let Some(newest) = newest_of_bot(&self.telegram.chat(BUYER)) else {
            return self.wait_for_change(&before).await;
        };
        let seen = looks(&newest);
        let Some((_, reply)) = ANSWERS.iter().find(|(sign, _)| seen.contains(sign)) else {
            return self.wait_for_change(&before).await;
        };
        match reply {
            Reply::Tap(label) => self.taps(label)?,
            Reply::Confirm => self.taps(wanted.confirm)?,
            Reply::Product => self.taps(wanted.product)?,
            Reply::Say(text) => self.says(text),
        }
        self.wait_for_change(&before).await
    }

    pub(super) fn says(&self, text: &str) {
        self.telegram.says(BUYER, text);
        self.write();
    }

    pub(super) fn taps(&self, label: &str) -> anyhow::Result<()> {
        self.scribe().line("👆", &format!("[ {label} ]"));
        self.telegram.taps_label(BUYER, label).context("a button is missing")?;
        Ok(())
    }

    /// Waits for a message of the shop with `sign` in it that came or changed after `since`.
    pub(super) async fn hears(&self, sign: &str, patience: Duration) -> anyhow::Result<()> {
        let found = self.telegram.wait_for(BUYER, patience, |chat| {
            chat.iter()
                .any(|message| message.from_bot && looks(message).contains(sign))
                .then_some(())
        });
        let found = found.await;
        self.write();
        if found.is_err() {
            bail!("the shop never said `{sign}`");
        }
        Ok(())
    }

    pub(super) fn line(&self, who: &str, text: &str) {
        self.write();
        self.scribe().line(who, text);
    }

    /// The provider knows of the money from now on, and calls the shop.
    pub(super) fn callback_leaves(&self) {
        self.scribe().callback_left = Some(Instant::now());
    }

    /// From the callback to the first message with this sign; `None` when it never came.
    pub(super) fn since_callback(&self, sign: &str) -> Option<Duration> {
        let scribe = self.scribe();
        let left = scribe.callback_left?;
        let came = scribe.came.iter().find(|(_, text)| text.contains(sign))?;
        Some(came.0.saturating_duration_since(left))
    }

    /// The last line of a story for machines.
    pub(super) fn closes(&self, line: &serde_json::Value) {
        if self.scribe().voice == Voice::Json {
            say(&line.to_string());
        }
    }

    /// Time since the conversation began.
    pub(super) fn elapsed(&self) -> Duration {
        self.scribe().begun.elapsed()
    }

    /// How many messages of the shop the buyer has.
    pub(super) fn messages(&self) -> usize {
        self.telegram.chat(BUYER).iter().filter(|message| message.from_bot).count()
    }

    async fn wait_for_change(&self, before: &str) -> anyhow::Result<()> {
        let moved =
            self.telegram.wait_for(BUYER, PATIENCE, |chat| (face_of(chat) != before).then_some(()));
        let moved = moved.await;
        self.write();
        if moved.is_err() {
            bail!("the shop does not answer");
        }
        Ok(())
    }

    fn face(&self) -> String {
        face_of(&self.telegram.chat(BUYER))
    }
}

pub(super) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

async fn listen(telegram: SandboxTelegram, scribe: Arc<Mutex<Scribe>>) {
    let mut changes = telegram.changes();
    while changes.changed().await.is_ok() {
        let chat = telegram.chat(BUYER);
        scribe.lock().unwrap_or_else(PoisonError::into_inner).write(&chat);
    }
}

fn newest_of_bot(chat: &[ChatMessage]) -> Option<ChatMessage> {
    let speaking = |message: &&ChatMessage| message.from_bot && !message.keyboard.is_empty();
    chat.iter().rev().find(speaking).or_else(|| chat.iter().rev().find(|m| m.from_bot)).cloned()
}

/// Everything that a reader sees of a message.
fn looks(message: &ChatMessage) -> String {
    let labels = message.keyboard.iter().flatten().map(|button| button.label.as_str());
    labels.fold(message.text.clone(), |seen, label| format!("{seen}\n{label}"))
}

/// What the shop has said so far, to see whether it changes.
fn face_of(chat: &[ChatMessage]) -> String {
    chat.iter().filter(|message| message.from_bot).map(looks).collect::<Vec<_>>().join("\u{1}")
}

/// How a conversation is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Voice {
    /// For people, as it would look in a chat.
    Text,
    /// One JSON object a line.
    Json,
}

/// Writes every message once, and again when it was edited.
struct Scribe {
    begun: Instant,
    voice: Voice,
    written: BTreeMap<i64, String>,
    /// What the shop said, and when it was first seen.
    came: Vec<(Instant, String)>,
    callback_left: Option<Instant>,
}

impl Scribe {
    fn new(voice: Voice) -> Self {
        let (written, came) = (BTreeMap::new(), Vec::new());
        Self { begun: Instant::now(), voice, written, came, callback_left: None }
    }

    fn write(&mut self, chat: &[ChatMessage]) {
        for message in chat {
            let seen = looks(message);
            if self.written.get(&message.id) == Some(&seen) {
                continue;
            }
            let is_edit = self.written.insert(message.id, seen).is_some();
            if message.from_bot {
                self.came.push((Instant::now(), message.text.clone()));
            }
            match self.voice {
                Voice::Text => self.show(message),
                Voice::Json => self.record(message, is_edit),
            }
        }
    }

    fn show(&self, message: &ChatMessage) {
        self.line(if message.from_bot { "命书" } else { "小满" }, &message.text);
        for row in &message.keyboard {
            let labels: Vec<String> =
                row.iter().map(|button| format!("[ {} ]", button.label)).collect();
            say(&format!("               {}", labels.join(" ")));
        }
    }

    fn record(&self, message: &ChatMessage, is_edit: bool) {
        let rows = message.keyboard.iter().map(|row| row.iter().map(|button| &button.label));
        let buttons: Vec<Vec<&String>> = rows.map(Iterator::collect).collect();
        let line = serde_json::json!({
            "at_ms": self.at_ms(),
            "who": if message.from_bot { "shop" } else { "buyer" },
            "message": message.id,
            "edit": is_edit,
            "text": message.text,
            "buttons": buttons,
        });
        say(&line.to_string());
    }

    fn line(&self, who: &str, text: &str) {
        match self.voice {
            Voice::Text => {
                let seconds = self.begun.elapsed().as_secs_f32();
                let text = text.trim().replace('\n', "\n               ");
                say(&format!("{seconds:>6.2} s  {who}  {text}"));
            }
            Voice::Json => {
                let line = serde_json::json!({
                    "at_ms": self.at_ms(), "who": "stage", "text": format!("{who} {text}"),
                });
                say(&line.to_string());
            }
        }
    }

    fn at_ms(&self) -> u64 {
        millis(self.begun.elapsed())
    }
}
