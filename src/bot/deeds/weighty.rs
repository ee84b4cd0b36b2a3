//! What operators do with money in the chat: a card first, then a second tap. The same flows as in
//! the shell (spec.md §4 rule 18).

use super::operators::{state, unknown};
use super::{Doing, Shows};
use crate::bot::dialogue::{
    Asked, Confirming, OperatorView, Refunding, Seen, View, Wanted, Weighty,
};
use crate::bot::error::BotError;
use crate::flows::confirm_payment::{self, Confirmable, Confirmed, Statement};
use crate::flows::refund_order::{self, Refunded, Wish};
use crate::flows::retry_order;
use crate::kernel::ids::{OrderNo, PaymentNo};
use crate::kernel::money::Money;
use crate::orders;
use crate::payments::refunds;
use crate::platform::texts::Args;

impl Doing<'_> {
    pub(super) async fn prepare(&mut self, wanted: &Wanted) -> Result<Shows, BotError> {
        self.dialogue.weighty = None;
        match wanted {
            Wanted::Confirm(wanted) => self.prepare_confirm(wanted).await,
            Wanted::Refund(wanted) => self.prepare_refund(wanted).await,
        }
    }

    /// The second tap. A card that is not the newest, or shows what is no longer so, does nothing.
    pub(super) async fn surely(&mut self, card: &str, no: &OrderNo) -> Result<Shows, BotError> {
        let waiting = self.dialogue.weighty.clone();
        let Some(weighty) = waiting.filter(|one| one.card == card && one.order_no == *no) else {
            return Ok(self.outcome("operator-card-old", no));
        };
        match &weighty.asked {
            Asked::Confirm { payment_no, reference, note, seen } => {
                let statement = Statement { reference, note };
                self.confirm((no, payment_no), &statement, seen).await
            }
            Asked::Refund { amount, reason, by_hand, beyond_window } => {
                let wish = Wish {
                    amount: Some(*amount),
                    reason,
                    beyond_window: *beyond_window,
                    by_hand: by_hand.as_deref(),
                    once: Some(card),
                };
                self.refund(no, &wish).await
            }
        }
    }

    async fn prepare_confirm(&mut self, wanted: &Confirming) -> Result<Shows, BotError> {
        let base = &self.bot.till.base;
        let Some(found) = confirm_payment::look(base, &wanted.named).await? else {
            let order_no = retry_order::order_of(base, &wanted.named).await?;
            let order_no = order_no.unwrap_or_else(|| OrderNo::from(wanted.named.as_str()));
            if self.operators_speech(&order_no).await?.is_none() {
                return Ok(unknown(&order_no));
            }
            return Ok(self.outcome("confirm-nothing", &order_no));
        };
        let named = found.payment.payment_no.to_string();
        if let Some((reference, note)) = wanted.statement.clone() {
            let seen = seen(&found);
            let payment_no = found.payment.payment_no;
            let asked = Asked::Confirm { payment_no, reference, note, seen };
            self.dialogue.weighty = Some(self.card(found.order.order_no, asked));
        }
        Ok(Shows::view(View::Operator(OperatorView::ConfirmCard { named })))
    }

    async fn confirm(
        &self,
        (no, payment_no): (&OrderNo, &PaymentNo),
        statement: &Statement<'_>,
        before: &Seen,
    ) -> Result<Shows, BotError> {
        let base = &self.bot.till.base;
        let now = confirm_payment::look(base, payment_no.as_str()).await?;
        if now.is_some_and(|now| seen(&now) != *before) {
            return Ok(self.outcome("operator-card-changed", no));
        }
        let operator = self.operator();
        let whose = (payment_no.as_str(), &operator);
        let confirmed = confirm_payment::run(base, &self.bot.till.money, whose, statement).await?;
        let speech = self.bot.speech(self.user.locale);
        let args = Args::new()
            .text("order_no", no.as_str())
            .text("payment_no", payment_no.as_str())
            .escaped("reference", statement.reference);
        let text = match confirmed {
            Confirmed::Now(_, status) => {
                speech.say("confirm-done", &args.text("status", state(&speech, status)))
            }
            Confirmed::Before(_) => speech.say("confirm-before", &args),
            Confirmed::NothingToConfirm => speech.say("operator-card-changed", &args),
            Confirmed::ReferenceUsed => speech.say("confirm-reference-used", &args),
            Confirmed::NotApplied => speech.say("confirm-not-applied", &args),
        };
        Ok(Shows::operator(text, no))
    }

    async fn prepare_refund(&mut self, wanted: &Refunding) -> Result<Shows, BotError> {
        let base = &self.bot.till.base;
        let named = retry_order::order_of(base, &wanted.named).await?;
        let no = named.unwrap_or_else(|| OrderNo::from(wanted.named.as_str()));
        let Some(order) = orders::repo::find(base.db.read(), &no).await? else {
            return Ok(unknown(&no));
        };
        let typed = wanted.amount.as_deref();
        let amount = typed.map(|text| Money::parse_typed(text, order.total.currency)).transpose();
        let Ok(amount) = amount else { return Ok(self.unreadable(&no, typed.unwrap_or_default())) };
        let reason = wanted.reason.clone().unwrap_or_else(|| "operator".to_owned());
        let by_hand = wanted.by_hand.clone();
        let wish = Wish { amount, reason: &reason, ..Wish::default() };
        let outlook = match refund_order::look(base, &no, &wish).await? {
            Ok(outlook) => outlook,
            Err(refused) => return self.not_refunded(&no, &refused).await,
        };
        let (amount, beyond_window) = (outlook.amount, outlook.window_over.is_some());
        let asked = Asked::Refund { amount, reason, by_hand, beyond_window };
        self.dialogue.weighty = Some(self.card(no, asked));
        Ok(Shows::view(View::Operator(OperatorView::RefundCard)))
    }

    async fn refund(&self, no: &OrderNo, wish: &Wish<'_>) -> Result<Shows, BotError> {
        let base = &self.bot.till.base;
        let speech = self.bot.speech(self.user.locale);
        let args = Args::new().text("order_no", no.as_str());
        let text = match refund_order::start(base, no, &self.operator(), wish).await? {
            Refunded::Started(refund_no, amount) => {
                let args = args.text("refund_no", refund_no.as_str());
                speech.say("refund-requested", &args.text("amount", speech.money(amount)))
            }
            Refunded::WrittenDown(refund_no, amount) => {
                let args = args.text("refund_no", refund_no.as_str());
                speech.say("refund-by-hand", &args.text("amount", speech.money(amount)))
            }
            Refunded::WindowOver(_) => speech.say("operator-card-changed", &args),
            refused @ (Refunded::NothingToRefund
            | Refunded::TooMuch(_)
            | Refunded::OnlyWhole(_)
            | Refunded::ReferenceUsed
            | Refunded::NotNow(_)) => return self.not_refunded(no, &refused).await,
        };
        Ok(Shows::operator(text, no))
    }

    /// Why not; where a refund is on its way already, that one.
    async fn not_refunded(&self, no: &OrderNo, refused: &Refunded) -> Result<Shows, BotError> {
        let speech = self.bot.speech(self.user.locale);
        let args = Args::new().text("order_no", no.as_str());
        let refunds = refunds::list_of_order(self.bot.till.base.db.read(), no).await?;
        let under_way = refunds.iter().find(|refund| !refund.status.is_final());
        if let Some(refund) = under_way {
            let status = speech.word(&format!("refund-status-{}", refund.status.as_str()));
            let args = args
                .text("refund_no", refund.refund_no.as_str())
                .text("amount", speech.money(refund.amount))
                .text("status", status);
            return Ok(Shows::operator(speech.say("refund-already", &args), no));
        }
        let text = match refused {
            Refunded::NotNow(status) => {
                speech.say("refund-not-possible", &args.text("status", state(&speech, *status)))
            }
            Refunded::TooMuch(left) => {
                speech.say("refund-too-much", &args.text("left", speech.money(*left)))
            }
            Refunded::OnlyWhole(all) => {
                speech.say("refund-only-whole", &args.text("amount", speech.money(*all)))
            }
            Refunded::ReferenceUsed => speech.say("refund-reference-used", &args),
            Refunded::Started(..)
            | Refunded::WrittenDown(..)
            | Refunded::WindowOver(_)
            | Refunded::NothingToRefund => speech.say("refund-nothing-paid", &args),
        };
        Ok(Shows::operator(text, no))
    }

    fn card(&self, order_no: OrderNo, asked: Asked) -> Weighty {
        Weighty { card: self.facts.fresh_id.clone(), order_no, asked }
    }

    fn outcome(&self, key: &str, no: &OrderNo) -> Shows {
        let args = Args::new().escaped("order_no", no.as_str());
        Shows::operator(self.bot.speech(self.user.locale).say(key, &args), no)
    }

    fn unreadable(&self, no: &OrderNo, typed: &str) -> Shows {
        let args = Args::new().escaped("typed", typed);
        let text = self.bot.speech(self.user.locale).say("refund-amount-unreadable", &args);
        Shows::operator(text, no)
    }
}

fn seen(found: &Confirmable) -> Seen {
    Seen { order: found.order.status, payment: found.payment.status, stated: found.stated }
}
