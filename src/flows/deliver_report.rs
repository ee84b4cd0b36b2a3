//! The messages of a planned round go to the buyer, one after the other: the pipeline's last mile,
//! and every later re-send.
//!
//! A message is marked before it is sent and after it. One that was marked before but not after is
//! in doubt: it is sent again, so it may appear twice, and no other can.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::report_page;
use super::tools::Tools;
use crate::kernel::ids::OrderNo;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::notifications::ports::{MessageId, SendError};
use crate::notifications::sender::Priority;
use crate::orders::{Order, packs};
use crate::platform::jobs::store::{self as jobs, Claimed};
use crate::platform::texts::Args;
use crate::reports::deliveries::{self, Part, PartKind};
use crate::reports::questions;
use crate::reports::ratings::Stars;

/// Runs that are allowed without a single message going out: about an hour, in which a chat service
/// may be out of order.
pub(super) const ATTEMPTS: i32 = 18;

/// The number of a message that was sent twice without an answer.
const NO_NUMBER: MessageId = MessageId(0);

/// One round on its way.
pub(super) struct Delivery<'a> {
    pub tools: &'a Tools,
    pub order: &'a Order,
    pub round: i32,
    pub claimed: &'a Claimed,
    pub stop: &'a CancellationToken,
}

/// Why a round is not complete.
pub(super) enum Stopped {
    /// The buyer blocked us.
    Unreachable,
    Passing(anyhow::Error, Option<Duration>),
    Lasting(anyhow::Error),
    /// The worker stops; what is left is sent after the restart.
    Asked,
    LeaseLost,
}

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Passing(error.into(), None)
    }
}

impl Delivery<'_> {
    /// Sends what is left of the round. The count is of this run.
    pub(super) async fn run(&self) -> (usize, Result<(), Stopped>) {
        let mut sent = 0_usize;
        loop {
            match self.send_next().await {
                Ok(true) => sent = sent.saturating_add(1),
                Ok(false) => return (sent, Ok(())),
                Err(stopped) => return (sent, Err(stopped)),
            }
        }
    }

    async fn send_next(&self) -> Result<bool, Stopped> {
        let base = &self.tools.till.base;
        let round = (&self.order.order_no, self.round);
        let Some(part) = deliveries::next(base.db.read(), &base.keyring, round).await? else {
            return Ok(false);
        };
        if self.stop.is_cancelled() {
            return Err(Stopped::Asked);
        }
        self.mark_sending(&part).await?;
        if let Some(files) = &part.body.files {
            self.send_files(&part, files).await?;
            return Ok(true);
        }
        let id = self.send(&part).await?;
        self.mark_sent(&part, id).await?;
        Ok(true)
    }

    async fn send(&self, part: &Part) -> Result<MessageId, Stopped> {
        let message = OutgoingMessage::html(part.body.html.clone());
        let outcome = match part.kind {
            PartKind::Closing => self.close(message).await?,
            PartKind::Title
            | PartKind::Album
            | PartKind::Segment
            | PartKind::Document
            | PartKind::Photo => self.say(&message).await,
        };
        match outcome {
            Ok(id) => Ok(id),
            Err(SendError::Unknown(_)) if part.in_doubt => {
                // Sent twice without an answer: a third time would rather be one too many.
                tracing::warn!(delivery.seq = part.seq, "a message is taken as delivered");
                Ok(NO_NUMBER)
            }
            Err(SendError::Unreachable(_)) => Err(Stopped::Unreachable),
            Err(SendError::TooFast(pause)) => {
                Err(Stopped::Passing(SendError::TooFast(pause).into(), Some(pause)))
            }
            Err(error @ (SendError::NotSent(_) | SendError::Unknown(_))) => {
                Err(Stopped::Passing(error.into(), None))
            }
            Err(
                error @ (SendError::Markup(_)
                | SendError::NotEditable(_)
                | SendError::Refused { .. }),
            ) => Err(Stopped::Lasting(error.into())),
        }
    }

    async fn say(&self, message: &OutgoingMessage) -> Result<MessageId, SendError> {
        self.tools.sender.send(Priority::Bulk, self.order.user, message).await
    }

    /// The last message has the buttons. A chat service that does not take the page's address, such
    /// as one of a shop at home, must not keep the buyer from the end of the report.
    async fn close(
        &self,
        message: OutgoingMessage,
    ) -> Result<Result<MessageId, SendError>, Stopped> {
        let db = self.tools.till.base.db.read();
        if let Some(about) = packs::find_about(db, &self.order.order_no).await? {
            let label = self.tools.text(self.order.locale, "btn-ask-now");
            let ask = Button::callback(label, format!("after:ask:{about}"));
            return Ok(self.say(&message.with_keyboard(vec![vec![ask]])).await);
        }
        let ask = self.ask_row().await?;
        let buttons = |page| {
            let mut rows = self.closing_buttons(page);
            rows.splice(1..1, ask.clone());
            rows
        };
        let Some(url) = report_page::open(self.tools, self.order).await? else {
            return Ok(self.say(&message.with_keyboard(buttons(None))).await);
        };
        let rows = buttons(Some(url));
        match self.say(&message.clone().with_keyboard(rows)).await {
            Err(SendError::Refused { code: 400, description }) => {
                tracing::warn!(%description, "the link to the report's page was refused");
                Ok(self.say(&message.with_keyboard(buttons(None))).await)
            }
            outcome => Ok(outcome),
        }
    }

    /// The questions that come with the report. The order is a moment from its completion, so what is
    /// counted is what was promised, less what was asked before this delivery.
    async fn ask_row(&self) -> Result<Option<Vec<Button>>, Stopped> {
        let Some(plan) = self.tools.product(self.order)?.questions else { return Ok(None) };
        let db = self.tools.till.base.db.read();
        let no = &self.order.order_no;
        let bought = packs::granted(db, no).await?.questions;
        let given = i64::from(plan.included).saturating_add(bought);
        let left = questions::tally(db, no).await?.left(given);
        Ok(Some(vec![ask_button(self.tools, self.order, left)]))
    }

    /// How it was, where to read it in peace, and what can still be done.
    fn closing_buttons(&self, page: Option<String>) -> Keyboard {
        let no = &self.order.order_no;
        let word = |key: &str| self.tools.text(self.order.locale, key);
        let rate = |stars: &Stars| {
            let count = stars.count();
            Button::callback(format!("{count} ⭐"), format!("after:rate.{count}:{no}"))
        };
        let mut rows: Keyboard = vec![Stars::ALL.iter().map(rate).collect()];
        rows.extend(page.clone().map(|url| vec![Button::url(word("btn-report-page"), url)]));
        rows.push(vec![
            Button::callback(word("btn-resend"), format!("order:resend:{no}")),
            Button::callback(word("btn-order-card"), format!("after:card:{no}")),
        ]);
        let revoke =
            || Button::callback(word("btn-report-page-revoke"), format!("order:unlink:{no}"));
        rows.extend(page.map(|_url| vec![revoke()]));
        rows
    }

    async fn mark_sending(&self, part: &Part) -> Result<(), Stopped> {
        let now = self.tools.now();
        let tx = self.tools.till.base.db.begin_write().await?;
        if !jobs::is_ours(&tx, self.claimed, now).await? {
            return Err(Stopped::LeaseLost);
        }
        deliveries::mark_sending(&tx, self.place(part), now).await?;
        tx.commit().await?;
        Ok(())
    }

    /// A message that went out is progress: failures are counted anew.
    async fn mark_sent(&self, part: &Part, id: MessageId) -> Result<(), Stopped> {
        let now = self.tools.now();
        let tx = self.tools.till.base.db.begin_write().await?;
        if !jobs::progress(&tx, self.claimed, ATTEMPTS).await? {
            return Err(Stopped::LeaseLost);
        }
        deliveries::mark_sent(&tx, self.place(part), id.0, now).await?;
        tx.commit().await?;
        Ok(())
    }

    pub(super) fn place(&self, part: &Part) -> (&OrderNo, i32, i32) {
        (&self.order.order_no, self.round, part.seq)
    }
}

/// "Ask something (3 left)".
pub(super) fn ask_button(tools: &Tools, order: &Order, left: i64) -> Button {
    let label = tools.format(order.locale, "btn-ask", &Args::new().number("left", left));
    Button::callback(label, format!("after:ask:{}", order.order_no))
}
