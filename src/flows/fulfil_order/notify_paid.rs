//! Step `notify_paid`: "支付成功 … 正在生成报告". A new message, because an edited one makes no sound
//! and the buyer may be looking at the payment page; it is the one that is edited from here on.

use std::time::Duration;

use super::{Case, Failure, Trouble};
use crate::flows::mark_unreachable;
use crate::flows::price_words;
use crate::notifications::message::OutgoingMessage;
use crate::notifications::ports::{MessageId, SendError};
use crate::notifications::sender::Priority;
use crate::orders::{self, OrderStatus};
use crate::platform::texts::{self, Args};

/// The report is worth more than this message: after so many tries it is left out.
const TRIES: i32 = 3;
const PAUSE: Duration = Duration::from_secs(1);

impl Case<'_> {
    pub(super) async fn notify_paid(&mut self) -> Result<(), Trouble> {
        let message = OutgoingMessage::html(self.paid_text().await?);
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
            self.retire_card(MessageId(card)).await;
        }
        Ok(())
    }

    async fn paid_text(&self) -> Result<String, Trouble> {
        let product = self.tools.product(&self.order)?;
        let key = if self.order.total.is_zero() {
            "pay-received-free"
        } else if self.was_given_up().await? {
            "pay-late-fulfil"
        } else {
            "pay-received"
        };
        let args = Args::new()
            .escaped("product", product.name.get(self.locale()))
            .text("amount", texts::money(self.locale(), self.order.total))
            .text("discounts", price_words::below_amount(&self.tools.texts, &self.order))
            .text("order_no", self.order.order_no.as_str());
        Ok(self.tools.format(self.locale(), key, &args))
    }

    /// Whether the money came after the order had ended.
    async fn was_given_up(&self) -> Result<bool, Trouble> {
        let db = self.tools.till.base.db.read();
        let history = orders::repo::history(db, &self.order.order_no).await?;
        let paid = history.iter().find(|row| row.to == OrderStatus::Paid.as_str());
        let before = paid.and_then(|row| row.from.as_deref());
        Ok(before.is_some_and(|status| status != OrderStatus::PendingPayment.as_str()))
    }

    /// The payment card loses its buttons, so that nobody pays twice. Only a courtesy.
    async fn retire_card(&self, card: MessageId) {
        let Ok(product) = self.tools.product(&self.order) else { return };
        let locale = self.locale();
        let word = |key: &str| self.tools.text(locale, key);
        let args = Args::new()
            .escaped("product", product.name.get(locale))
            .text("amount", texts::money(locale, self.order.total))
            .text("icon", word("order-icon-paid"))
            .text("status", word("order-status-paid"))
            .text("order_no", self.order.order_no.as_str())
            .text("created_at", self.tools.date_time(locale, self.order.created_at));
        let message = OutgoingMessage::html(self.tools.format(locale, "order-card", &args));
        let edited =
            self.tools.sender.edit(Priority::Normal, self.order.user, card, &message).await;
        if let Err(error) = edited {
            let error = &error as &dyn std::error::Error;
            tracing::info!(error, "the payment card could not be retired");
        }
    }
}
