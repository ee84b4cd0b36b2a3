//! A question about a delivered report, and more of them bought with one tap.

use super::{Doing, Shows};
use crate::bot::dialogue::{AfterView, Awaited, Listening, Purse, View};
use crate::bot::error::BotError;
use crate::catalog::ProductSnapshot;
use crate::catalog::answers::FormAnswers;
use crate::flows::ask_question::{self, Asked};
use crate::flows::may_order::Closed;
use crate::flows::place_order::{self, PlaceOrder, Placed};
use crate::kernel::ids::OrderNo;
use crate::payments::STARS;

impl Doing<'_> {
    pub(super) async fn ask(
        &mut self,
        no: &OrderNo,
        (key, words): (&str, &str),
    ) -> Result<Shows, BotError> {
        let base = &self.bot.till.base;
        let key = match ask_question::ask(base, (self.user.id, no), (key, words)).await? {
            Asked::Now { .. } | Asked::Before => {
                return Ok(Shows::fresh(View::After(AfterView::Asked, no.clone())));
            }
            // The same screen says what is left, and where more can be had.
            Asked::UsedUp | Asked::TimeOver => {
                return Ok(Shows::fresh(View::After(AfterView::Ask, no.clone())));
            }
            Asked::Empty | Asked::TooLong(_) => {
                let (order_no, key) = (no.clone(), self.facts.fresh_id.clone());
                self.dialogue.listens = Listening::Awaited;
                self.dialogue.awaits = Some(Awaited::Question { order_no, key });
                return Ok(Shows::fresh(View::After(AfterView::TooLong, no.clone())));
            }
            Asked::UnderWay => "question-under-way",
            Asked::Closed(Closed::Maintenance) => "shop-maintenance",
            Asked::NotNow | Asked::Closed(Closed::Paused | Closed::Blocked | Closed::Busy) => {
                "question-not-now"
            }
            Asked::NotOffered => "question-not-offered",
            Asked::Gone | Asked::NotTheirs => "report-gone",
        };
        Ok(Shows::fresh(View::AboutOrder { no: no.clone(), key }))
    }

    /// The order's payment card takes the place of the pressed message.
    pub(super) async fn buy_questions(
        &mut self,
        no: &OrderNo,
        (pack, purse): (u32, Purse),
    ) -> Result<Shows, BotError> {
        let Some(report) = self.own_order(no).await? else {
            return Ok(Shows::toast("toast-not-yours"));
        };
        let product: ProductSnapshot = report.product(&self.bot.till.base.keyring)?;
        let Some(sku) = product.questions.and_then(|plan| plan.more) else {
            return Ok(Shows::toast("toast-not-now"));
        };
        let request = PlaceOrder {
            user: self.user.id,
            draft_id: format!("questions:{no}:{pack}"),
            sku: sku.clone(),
            locale: self.user.locale,
            answers: FormAnswers::default(),
            method: (purse == Purse::Stars).then(|| STARS.to_owned()),
            anchor_message: self.place,
            coupon: None,
            // The payment card says it before anything is paid.
            seen_total: None,
            about: Some(no.clone()),
        };
        match place_order::run(&self.bot.till, &self.bot.catalog, request).await? {
            Placed::Ordered(_) => {
                self.hand_over();
                Ok(Shows::toast("toast-working"))
            }
            Placed::AlreadyPlaced(order) => self.made_before(&order).await,
            refused @ (Placed::SoldOut
            | Placed::NotOnSale
            | Placed::Closed(_)
            | Placed::FreeLimitReached
            | Placed::PriceChanged(_)
            | Placed::CouponRefused(_)) => Ok(self.refused(&refused, &sku)),
        }
    }
}
