//! The one way out to people: paces, retries and orders what goes through a [`Messenger`].
//!
//! Callers wait for the result, so nothing is kept here that a crash could lose; what must not be
//! lost is a job or a delivery row of the caller. Time is tokio's, because only waiting is done
//! with it.

mod drafts;
mod errand;
mod pace;
mod schedule;
mod turnstile;

use std::sync::Arc;

use tokio::time::Instant;

pub use pace::{Pace, Priority};

use super::message::{Document, Markup, OutgoingMessage, Parcel, Photo};
use super::ports::{DraftId, MessageId, Messenger, Posted, SendError};
use crate::kernel::ids::UserId;
use drafts::Drafts;
use errand::Ended;
use schedule::{Deed, Wish};
use turnstile::{Ticket, Turnstile};

/// Sends at the pace that the chat service allows. Cheap to clone.
///
/// Errors are those of [`SendError`] after all that can be done about them: waiting times were
/// kept ([`SendError::TooFast`] comes only when they exceed [`Pace::patience`]), unreachable
/// services tried again, refused markup sent as plain text. [`SendError::Unknown`] is never
/// retried for new messages: the caller decides whether a repeat is worse than a gap.
#[derive(Clone)]
pub struct Sender {
    messenger: Arc<dyn Messenger>,
    turnstile: Arc<Turnstile>,
    drafts: Arc<Drafts>,
    pace: Pace,
}

impl Sender {
    /// Must be called inside a tokio runtime.
    pub fn start(messenger: Arc<dyn Messenger>, pace: Pace) -> Self {
        let (turnstile, drafts) = (Turnstile::open(pace.clone()), Drafts::new(pace.draft_every));
        Self { messenger, turnstile: Arc::new(turnstile), drafts: Arc::new(drafts), pace }
    }

    pub async fn send(
        &self,
        priority: Priority,
        to: UserId,
        message: &OutgoingMessage,
    ) -> Result<MessageId, SendError> {
        let attempt = |message| self.send_as_is(priority, to, message);
        match attempt(message.clone()).await {
            Err(SendError::Markup(why)) => attempt(unmarked(message, why)?).await,
            other => other,
        }
    }

    /// Changes a message. An edit of [`Priority::Progress`] may be left out in favour of a newer
    /// one and then counts as done.
    pub async fn edit(
        &self,
        priority: Priority,
        to: UserId,
        which: MessageId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        let attempt = |message| self.edit_as_is(priority, to, which, message);
        match attempt(message.clone()).await {
            Err(SendError::Markup(why)) => attempt(unmarked(message, why)?).await,
            other => other,
        }
    }

    pub async fn delete(
        &self,
        priority: Priority,
        to: UserId,
        which: MessageId,
    ) -> Result<(), SendError> {
        let wish = self.wish(priority, Some(to), Deed::Change(which));
        done(self.carry(wish, || self.messenger.delete(to, which)).await)
    }

    pub async fn send_photo(
        &self,
        priority: Priority,
        to: UserId,
        photo: &Photo,
    ) -> Result<MessageId, SendError> {
        let wish = self.wish(priority, Some(to), Deed::Message);
        match sent(self.carry(wish, || self.messenger.send_photo(to, photo)).await) {
            Err(SendError::Markup(why)) => {
                let photo = Photo { caption: unmarked(&photo.caption, why)?, ..photo.clone() };
                let wish = self.wish(priority, Some(to), Deed::Message);
                sent(self.carry(wish, || self.messenger.send_photo(to, &photo)).await)
            }
            other => other,
        }
    }

    pub async fn send_document(
        &self,
        priority: Priority,
        to: UserId,
        document: &Document,
    ) -> Result<MessageId, SendError> {
        let wish = self.wish(priority, Some(to), Deed::Message);
        match sent(self.carry(wish, || self.messenger.send_document(to, document)).await) {
            Err(SendError::Markup(why)) => {
                let caption = unmarked(&document.caption, why)?;
                let document = Document { caption, ..document.clone() };
                let wish = self.wish(priority, Some(to), Deed::Message);
                sent(self.carry(wish, || self.messenger.send_document(to, &document)).await)
            }
            other => other,
        }
    }

    /// Sends files in one request. The answer has one entry for each.
    pub async fn send_parcel(
        &self,
        priority: Priority,
        to: UserId,
        parcel: &Parcel,
    ) -> Result<Vec<Posted>, SendError> {
        let wish = self.wish(priority, Some(to), Deed::Message);
        match sent(self.carry(wish, || self.messenger.send_parcel(to, parcel)).await) {
            Err(SendError::Markup(why)) => {
                let parcel = Parcel { caption: unmarked(&parcel.caption, why)?, ..parcel.clone() };
                let wish = self.wish(priority, Some(to), Deed::Message);
                sent(self.carry(wish, || self.messenger.send_parcel(to, &parcel)).await)
            }
            other => other,
        }
    }

    /// Shows that we write, if the chat is free for it; a late sign would only mislead.
    pub async fn typing(&self, to: UserId) -> Result<(), SendError> {
        if !self.turnstile.is_quiet(to) {
            return Ok(());
        }
        let wish = self.wish(Priority::Progress, Some(to), Deed::Mark);
        done(self.carry(wish, || self.messenger.typing(to)).await)
    }

    /// Waits until a live draft may be shown in this chat, so that it can be made of what is there
    /// then. `false`: the chat service does not know live drafts; none is ever shown.
    pub async fn draft_turn(&self, to: UserId) -> bool {
        if self.drafts.is_unknown() {
            return false;
        }
        let now = Instant::now();
        let from = self.drafts.book(to, now);
        if from > now {
            tokio::time::sleep_until(from).await;
        }
        !self.drafts.is_unknown()
    }

    /// Shows a live draft once: none is worth a second try, and none makes a message wait. When it
    /// came too fast, only drafts rest.
    pub async fn draft(
        &self,
        to: UserId,
        which: DraftId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        let wish = self.wish(Priority::Progress, Some(to), Deed::Mark);
        let Ticket::Go(turn) = self.turnstile.turn(wish).await else { return Ok(()) };
        let outcome = self.messenger.draft(to, which, message).await;
        drop(turn);
        if let Err(error) = &outcome {
            self.drafts.learn(to, error, Instant::now());
        }
        outcome
    }

    /// Ends a button's spinner. Always urgent, and held up by no chat's pause.
    pub async fn answer_button(&self, query_id: &str, text: Option<&str>) -> Result<(), SendError> {
        let wish = self.wish(Priority::Urgent, None, Deed::Mark);
        done(self.carry(wish, || self.messenger.answer_button(query_id, text)).await)
    }

    async fn send_as_is(
        &self,
        priority: Priority,
        to: UserId,
        message: OutgoingMessage,
    ) -> Result<MessageId, SendError> {
        let wish = self.wish(priority, Some(to), Deed::Message);
        sent(self.carry(wish, || self.messenger.send(to, &message)).await)
    }

    async fn edit_as_is(
        &self,
        priority: Priority,
        to: UserId,
        which: MessageId,
        message: OutgoingMessage,
    ) -> Result<(), SendError> {
        let wish = self.wish(priority, Some(to), Deed::Change(which));
        done(self.carry(wish, || self.messenger.edit(to, which, &message)).await)
    }

    fn wish(&self, priority: Priority, to: Option<UserId>, deed: Deed) -> Wish {
        Wish { number: self.turnstile.number(), priority, to, deed }
    }
}

/// The same words without markup, to be tried when the markup was refused.
fn unmarked(message: &OutgoingMessage, why: String) -> Result<OutgoingMessage, SendError> {
    match message.markup {
        Markup::Html => {
            tracing::warn!(refusal = %why, "markup was refused, sending plain text");
            Ok(message.without_markup())
        }
        Markup::Plain => Err(SendError::Markup(why)),
    }
}

fn sent<T>(outcome: Result<T, Ended>) -> Result<T, SendError> {
    outcome.map_err(|ended| match ended {
        Ended::Failed(error) => error,
        Ended::Outdated => SendError::NotSent(anyhow::anyhow!("another message took its place")),
    })
}

fn done(outcome: Result<(), Ended>) -> Result<(), SendError> {
    match outcome {
        Ok(()) | Err(Ended::Outdated) => Ok(()),
        Err(Ended::Failed(error)) => Err(error),
    }
}

#[cfg(test)]
mod tests;
