//! What operators change from the chat; each answer is words about an order.

use super::{Doing, Shows};
use crate::bot::dialogue::{OperatorView, View};
use crate::bot::error::BotError;
use crate::bot::speech::Speech;
use crate::flows::decide_report::{self, Decided, Decision};
use crate::flows::resend_report::{self, Resent};
use crate::flows::retry_order::{self, Retried};
use crate::kernel::ids::OrderNo;
use crate::orders::{self, Actor, OrderStatus};
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

    /// What becomes of a report that the quality gate holds back.
    pub(super) async fn decide(&self, no: &OrderNo, decision: Decision) -> Result<Shows, BotError> {
        let Some(speech) = self.operators_speech(no).await? else { return Ok(unknown(no)) };
        let args = Args::new().text("order_no", no.as_str());
        let decided = decide_report::run(&self.bot.till.base, no, (decision, self.user.id.0));
        let text = match (decided.await?, decision) {
            (Decided::Done, Decision::Release) => speech.say("decide-released", &args),
            (Decided::Done, Decision::GiveUp) => speech.say("decide-given-up", &args),
            (Decided::Running, _) => speech.say("decide-running", &args),
            (Decided::NothingHeld(status), _) => {
                speech.say("decide-nothing", &args.text("status", state(&speech, status)))
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

    pub(super) fn operator(&self) -> Actor {
        Actor::Operator(self.user.id.0)
    }

    /// `None`: there is no such order.
    pub(super) async fn operators_speech(
        &self,
        no: &OrderNo,
    ) -> Result<Option<Speech<'_>>, BotError> {
        let order = orders::repo::find(self.bot.till.base.db.read(), no).await?;
        Ok(order.map(|_order| self.bot.speech(self.user.locale)))
    }
}

pub(super) fn state(speech: &Speech<'_>, status: OrderStatus) -> String {
    speech.word(&format!("order-status-{status}"))
}

/// The order's page says that there is none.
pub(super) fn unknown(no: &OrderNo) -> Shows {
    Shows::view(View::Operator(OperatorView::Order(no.clone())))
}
