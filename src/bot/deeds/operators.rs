//! What operators change from the chat; each answer is words about an order.

use super::{Doing, Shows};
use crate::bot::dialogue::{OperatorView, View};
use crate::bot::error::BotError;
use crate::bot::speech::Speech;
use crate::flows::refund_order::{self, Refunded, Wish};
use crate::flows::resend_report::{self, Resent};
use crate::flows::retry_order::{self, Retried};
use crate::kernel::ids::OrderNo;
use crate::orders::{self, Actor, OrderStatus};
use crate::payments::{RefundStatus, refunds};
use crate::platform::texts::Args;

impl Doing<'_> {
    /// `named`: the number of an order, or of anything that an alert named.
    pub(super) async fn retry(&self, named: &OrderNo) -> Result<Shows, BotError> {
        let found = retry_order::order_of(&self.bot.till.base, named.as_str()).await?;
        let no = found.as_ref().unwrap_or(named);
        let Some(speech) = self.operators_speech(no).await? else { return Ok(unknown(no)) };
        let args = Args::new().text("order_no", no.as_str());
        let text = match retry_order::run(&self.bot.till.base, no, self.user.id.0).await? {
            Retried::Started(step) | Retried::Running(step) => {
                let step = speech.word(&format!("step-{}", step.as_str()));
                speech.say("retry-started", &args.text("step", step))
            }
            Retried::Woken(jobs) => {
                let jobs = i64::try_from(jobs).unwrap_or(i64::MAX);
                speech.say("retry-woken", &args.number("jobs", jobs))
            }
            Retried::Nothing(status) => {
                speech.say("retry-nothing", &args.text("status", state(&speech, status)))
            }
        };
        Ok(Shows::operator(text, no))
    }

    pub(super) async fn operator_resend(&self, no: &OrderNo) -> Result<Shows, BotError> {
        let Some(speech) = self.operators_speech(no).await? else { return Ok(unknown(no)) };
        let args = Args::new().text("order_no", no.as_str());
        let text = match resend_report::start(&self.bot.till.base, no, &self.operator()).await? {
            Resent::Started | Resent::UnderWay => speech.say("resend-started", &args),
            Resent::Enough => speech.say("resend-enough", &args),
            Resent::NothingToSend(status) => {
                speech.say("resend-nothing", &args.text("status", state(&speech, status)))
            }
        };
        Ok(Shows::operator(text, no))
    }

    pub(super) async fn refund(&self, no: &OrderNo) -> Result<Shows, BotError> {
        let Some(speech) = self.operators_speech(no).await? else { return Ok(unknown(no)) };
        let args = Args::new().text("order_no", no.as_str());
        let actor = self.operator();
        let wish = Wish { reason: "operator", ..Wish::default() };
        let outcome = refund_order::start(&self.bot.till.base, no, &actor, &wish).await?;
        let text = match outcome {
            Refunded::Started(refund_no, amount) | Refunded::WrittenDown(refund_no, amount) => {
                let args = args.text("refund_no", refund_no.as_str());
                speech.say("refund-requested", &args.text("amount", speech.money(amount)))
            }
            Refunded::WindowOver(end) => {
                let args = args.text("deadline", speech.date_time(end));
                speech.say("refund-window-over", &args)
            }
            refused @ (Refunded::NothingToRefund
            | Refunded::TooMuch(_)
            | Refunded::ReferenceUsed
            | Refunded::NotNow(_)) => self.not_refunded(no, &refused, &speech).await?,
        };
        Ok(Shows::operator(text, no))
    }

    /// After a second tap: the refund that the first one started.
    async fn not_refunded(
        &self,
        no: &OrderNo,
        refused: &Refunded,
        speech: &Speech<'_>,
    ) -> Result<String, BotError> {
        let args = Args::new().text("order_no", no.as_str());
        let refunds = refunds::list_of_order(self.bot.till.base.db.read(), no).await?;
        let latest = refunds.iter().rfind(|refund| refund.status != RefundStatus::Failed);
        if let Some(refund) = latest {
            let status = speech.word(&format!("refund-status-{}", refund.status.as_str()));
            let args = args
                .text("refund_no", refund.refund_no.as_str())
                .text("amount", speech.money(refund.amount))
                .text("status", status);
            return Ok(speech.say("refund-already", &args));
        }
        Ok(match refused {
            Refunded::NotNow(status) => {
                speech.say("refund-not-possible", &args.text("status", state(speech, *status)))
            }
            Refunded::Started(..)
            | Refunded::WrittenDown(..)
            | Refunded::WindowOver(_)
            | Refunded::NothingToRefund
            | Refunded::TooMuch(_)
            | Refunded::ReferenceUsed => speech.say("refund-nothing-paid", &args),
        })
    }

    fn operator(&self) -> Actor {
        Actor::Operator(self.user.id.0)
    }

    /// `None`: there is no such order.
    async fn operators_speech(&self, no: &OrderNo) -> Result<Option<Speech<'_>>, BotError> {
        let order = orders::repo::find(self.bot.till.base.db.read(), no).await?;
        Ok(order.map(|_order| self.bot.speech(self.user.locale)))
    }
}

fn state(speech: &Speech<'_>, status: OrderStatus) -> String {
    speech.word(&format!("order-status-{status}"))
}

/// The order's page says that there is none.
fn unknown(no: &OrderNo) -> Shows {
    Shows::view(View::Operator(OperatorView::Order(no.clone())))
}
