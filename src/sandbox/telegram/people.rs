//! What the people of the sandbox do and see: for the headless demonstration and for tests.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;

use super::SandboxTelegram;
use super::commands::Command;
use super::message::{ButtonKind, ChatButton, ChatMessage, Person, Toast};
use super::world::LiveDraft;

/// Messages that [`TimedOut`] shows.
const SHOWN: usize = 6;

/// A tap that hit nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TapError {
    #[error("there is nobody with the number {0}")]
    Nobody(i64),
    #[error("there is no message {0} in the chat")]
    NoMessage(i64),
    #[error("there is no button `{wanted}`; what can be tapped: {visible}")]
    NoButton { wanted: String, visible: String },
}

/// What was waited for did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing of the kind came within {waited:?}; the chat ends with:\n{transcript}")]
pub struct TimedOut {
    pub waited: Duration,
    pub transcript: String,
}

impl SandboxTelegram {
    /// Lets somebody have an account; a person of the same number is replaced.
    pub fn meet(&self, person: Person) {
        self.change(|world| world.meet(person));
    }

    /// Everybody, in the order in which they came.
    pub fn people(&self) -> Vec<Person> {
        self.lock().people.clone()
    }

    /// The person writes; who was not met yet is a buyer who speaks English. Gives the message's
    /// number.
    pub fn says(&self, user_id: i64, text: &str) -> i64 {
        let now = self.0.clock.now();
        self.change(|world| {
            let person = world.person(user_id).cloned().unwrap_or_else(|| {
                let stranger = Person::buyer(user_id, &format!("User {user_id}"), "en");
                world.meet(stranger.clone());
                stranger
            });
            world.hear(&person, text, now)
        })
    }

    /// The person taps the button with this callback data, which must be there now.
    pub fn taps(&self, user_id: i64, message_id: i64, data: &str) -> Result<(), TapError> {
        self.change(|world| {
            let person = world.person(user_id).cloned().ok_or(TapError::Nobody(user_id))?;
            let message =
                world.message(user_id, message_id).ok_or(TapError::NoMessage(message_id))?;
            let is_it =
                |button: &ChatButton| button.kind == ButtonKind::Callback && button.value == data;
            if !message.buttons().any(is_it) {
                return Err(TapError::NoButton {
                    wanted: data.to_owned(),
                    visible: labels(std::slice::from_ref(message)),
                });
            }
            world.feel(&person, message_id, data);
            Ok(())
        })
    }

    /// The person taps the newest button whose label contains `label_part`. Gives the number of
    /// its message.
    pub fn taps_label(&self, user_id: i64, label_part: &str) -> Result<i64, TapError> {
        let chat = self.chat(user_id);
        let found = newest(&chat, ButtonKind::Callback, label_part);
        let (message_id, button) = found.ok_or_else(|| TapError::NoButton {
            wanted: label_part.to_owned(),
            visible: labels(&chat),
        })?;
        self.taps(user_id, message_id, &button.value)?;
        Ok(message_id)
    }

    /// Where the newest link button with `label_part` in its label leads to.
    pub fn presses_url(&self, user_id: i64, label_part: &str) -> Option<String> {
        let chat = self.chat(user_id);
        newest(&chat, ButtonKind::Url, label_part).map(|(_, button)| button.value.clone())
    }

    /// The whole chat as it is now, oldest first.
    pub fn chat(&self, user_id: i64) -> Vec<ChatMessage> {
        self.lock().chat(user_id).map(|chat| chat.messages.clone()).unwrap_or_default()
    }

    /// What popped up after taps, oldest first.
    pub fn toasts(&self, user_id: i64) -> Vec<Toast> {
        self.lock().chat(user_id).map(|chat| chat.toasts.clone()).unwrap_or_default()
    }

    /// How long the spinners of the last taps turned, the oldest first.
    pub fn answer_times(&self) -> Vec<Duration> {
        self.lock().answered.iter().copied().collect()
    }

    /// Whether the bot seems to be typing.
    pub fn typing(&self, user_id: i64) -> bool {
        let now = self.0.clock.now();
        let until = self.lock().chat(user_id).and_then(|chat| chat.typing_until);
        until.is_some_and(|until| now < until)
    }

    /// What the bot shows of a message that it is still writing.
    pub fn live_draft(&self, user_id: i64) -> Option<LiveDraft> {
        let now = self.0.clock.now();
        let draft = self.lock().chat(user_id).and_then(|chat| chat.live.clone());
        draft.filter(|draft| now < draft.until)
    }

    /// The command menu as this person sees it.
    pub fn commands(&self, user_id: i64) -> Vec<Command> {
        self.lock().commands_of(user_id)
    }

    /// Waits until `look` finds something in the chat.
    pub async fn wait_for<T>(
        &self,
        user_id: i64,
        patience: Duration,
        look: impl Fn(&[ChatMessage]) -> Option<T>,
    ) -> Result<T, TimedOut> {
        let mut changes = self.changes();
        let found = async {
            loop {
                changes.mark_unchanged();
                if let Some(found) = look(&self.chat(user_id)) {
                    return found;
                }
                if changes.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        timeout(patience, found).await.map_err(|_elapsed| TimedOut {
            waited: patience,
            transcript: transcript(&self.chat(user_id)),
        })
    }

    /// Counts everything that somebody may see.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }
}

fn newest<'a>(
    chat: &'a [ChatMessage],
    kind: ButtonKind,
    label_part: &str,
) -> Option<(i64, &'a ChatButton)> {
    chat.iter().rev().find_map(|message| {
        let fits = |button: &&ChatButton| button.kind == kind && button.label.contains(label_part);
        message.buttons().find(fits).map(|button| (message.id, button))
    })
}

fn labels(chat: &[ChatMessage]) -> String {
    let labels = chat.iter().flat_map(ChatMessage::buttons).map(|button| button.label.as_str());
    labels.collect::<Vec<_>>().join(" | ")
}

fn transcript(chat: &[ChatMessage]) -> String {
    let last = chat.iter().skip(chat.len().saturating_sub(SHOWN));
    let lines = last.map(|message| {
        let who = if message.from_bot { "bot" } else { "person" };
        let labels = labels(std::slice::from_ref(message));
        format!("{who}: {} [{labels}]", message.text)
    });
    lines.collect::<Vec<_>>().join("\n")
}
