//! Step `notify_paid`: "支付成功 … 正在生成报告". A new message, because an edited one makes no sound
//! and the buyer may be looking at the payment page; what is edited from here on stands below its
//! words.

use std::time::Duration;

use super::{Case, Failure, Trouble};
use crate::flows::{mark_unreachable, purchase_message};
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::{MessageId, SendError};
use crate::notifications::sender::Priority;
use crate::orders;

/// The report is worth more than this message: after so many tries it is left out.
const TRIES: i32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

impl Case<'_> {
    pub(super) async fn notify_paid(&mut self) -> Result<(), Trouble> {
        let pack = self.tools.product(&self.order)?.pack;
        let begins = if pack.is_some() { "questions-begin" } else { "progress-begins" };
        let begins = self.tools.text(self.locale(), begins);
        let message = OutgoingMessage::html(format!("{}\n\n{begins}", self.head().await?));
        let sent = self.tools.sender.send(Priority::Urgent, self.order.user, &message).await;
        let sent = match sent {
            Ok(id) => Some(id),
            Err(SendError::Unreachable(_)) => {
                mark_unreachable::run(&self.tools.till.base, self.order.user).await?;
                None
            }
            Err(error) if self.failures.saturating_add(1) < TRIES => {
                return Err(Trouble::Passing(Failure::Delivery, error.into(), Some(PAUSE)));
            }
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the buyer could not be told of the payment");
                None
            }
        };
        let card = self.order.anchor_message;
        let tx = self.begin().await?;
        if let Some(MessageId(id)) = sent {
            orders::repo::save_anchor(&tx, &self.order.order_no, Some(id)).await?;
            self.order.anchor_message = Some(id);
        }
        self.checkpoint(tx).await?;
        if let (Some(_), Some(card)) = (sent, card) {
            purchase_message::retire_card(self.tools, &self.order, MessageId(card)).await;
        }
        Ok(())
    }
}
