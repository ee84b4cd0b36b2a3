//! The chat behind the sender.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use super::BILL;
use crate::kernel::ids::UserId;
use crate::notifications::message::{Document, OutgoingMessage, Parcel, Photo};
use crate::notifications::ports::{DraftId, MessageId, Messenger, Posted, SendError};

/// Notes what arrives, answers as prepared and otherwise with success.
pub(super) struct Chat {
    started: Instant,
    /// How long each request takes.
    takes: Duration,
    heard: Mutex<Vec<(u64, String)>>,
    answers: Mutex<VecDeque<SendError>>,
}

impl Chat {
    pub(super) fn new() -> Arc<Self> {
        Self::answering([])
    }

    pub(super) fn answering(answers: impl IntoIterator<Item = SendError>) -> Arc<Self> {
        Self::slow(Duration::ZERO, answers)
    }

    pub(super) fn slow(takes: Duration, answers: impl IntoIterator<Item = SendError>) -> Arc<Self> {
        Arc::new(Self {
            started: Instant::now(),
            takes,
            heard: Mutex::default(),
            answers: Mutex::new(answers.into_iter().collect()),
        })
    }

    async fn hear(&self, what: String) -> Result<(), SendError> {
        let at = u64::try_from(self.started.elapsed().as_millis()).unwrap();
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push((at, what));
        tokio::time::sleep(self.takes).await;
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        answer.map_or(Ok(()), Err)
    }

    /// `(milliseconds since the start, what)`.
    pub(super) fn heard(&self) -> Vec<(u64, String)> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn times(&self) -> Vec<u64> {
        self.heard().into_iter().map(|(at, _)| at).collect()
    }

    pub(super) fn words(&self) -> Vec<String> {
        self.heard().into_iter().map(|(_, what)| what).collect()
    }
}

#[async_trait]
impl Messenger for Chat {
    async fn send(&self, _to: UserId, message: &OutgoingMessage) -> Result<MessageId, SendError> {
        self.hear(message.text.clone()).await.map(|()| BILL)
    }

    async fn edit(
        &self,
        _to: UserId,
        which: MessageId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        self.hear(format!("{}={}", which.0, message.text)).await
    }

    async fn delete(&self, _to: UserId, which: MessageId) -> Result<(), SendError> {
        self.hear(format!("{} gone", which.0)).await
    }

    async fn send_photo(&self, _to: UserId, photo: &Photo) -> Result<MessageId, SendError> {
        self.hear(format!("photo {}", photo.caption.text)).await.map(|()| BILL)
    }

    async fn send_document(&self, _: UserId, document: &Document) -> Result<MessageId, SendError> {
        self.hear(format!("document {}", document.caption.text)).await.map(|()| BILL)
    }

    async fn send_parcel(&self, _: UserId, parcel: &Parcel) -> Result<Vec<Posted>, SendError> {
        self.hear(format!("parcel {}", parcel.caption.text)).await?;
        Ok(parcel.items().iter().map(|_| Posted { message: BILL, file: None }).collect())
    }

    async fn typing(&self, _to: UserId) -> Result<(), SendError> {
        self.hear("typing".to_owned()).await
    }

    async fn draft(
        &self,
        to: UserId,
        which: DraftId,
        message: &OutgoingMessage,
    ) -> Result<(), SendError> {
        self.hear(format!("draft {} for {}: {}", which.0, to.0, message.text)).await
    }

    async fn answer_button(&self, query_id: &str, _: Option<&str>) -> Result<(), SendError> {
        self.hear(format!("answer {query_id}")).await
    }
}
