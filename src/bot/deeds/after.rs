//! What a buyer does with a delivered order: rates it, has it written once more, asks for money back,
//! has its data erased.

use super::{Doing, Shows};
use crate::bot::dialogue::{AfterDeed, AfterView, View};
use crate::bot::error::BotError;
use crate::flows::ask_refund::{self, Requested};
use crate::flows::forget_order::{self, Erased};
use crate::flows::rate_order::{self, Rated};
use crate::flows::rewrite_report::{self, Wished};
use crate::kernel::ids::OrderNo;

impl Doing<'_> {
    pub(super) async fn after(
        &mut self,
        deed: &AfterDeed,
        no: &OrderNo,
    ) -> Result<Shows, BotError> {
        let (base, whose) = (&self.bot.till.base, (self.user.id, no));
        let about = |key| Ok(Shows::fresh(View::AboutOrder { no: no.clone(), key }));
        match deed {
            AfterDeed::Stars(stars) => match rate_order::stars(base, whose, *stars).await? {
                Rated::Now => Ok(Shows::fresh(View::After(AfterView::Rated, no.clone()))),
                Rated::NotYet => Ok(Shows::toast("toast-not-now")),
                Rated::NotTheirs => Ok(Shows::toast("toast-not-yours")),
            },
            AfterDeed::Words(words) => match rate_order::words(base, whose, words).await? {
                Rated::Now => about("rate-words-kept"),
                Rated::NotYet | Rated::NotTheirs => about("rate-not-now"),
            },
            AfterDeed::Rewrite(wish) => {
                about(match rewrite_report::start(base, whose, wish).await? {
                    Wished::Now => "rewrite-started",
                    Wished::UnderWay => "rewrite-under-way",
                    Wished::UsedUp => "rewrite-used-up",
                    Wished::NotNow => "rewrite-not-now",
                    Wished::Gone | Wished::NotTheirs => "report-gone",
                })
            }
            AfterDeed::Refund(reason) => {
                about(match ask_refund::request(base, whose, reason).await? {
                    Requested::Now => "refund-asked",
                    Requested::Before => "refund-asked-before",
                    Requested::NothingToRefund | Requested::NotTheirs => "refund-ask-nothing",
                    Requested::WindowOver(_) => "refund-ask-over",
                    Requested::NotNow => "refund-ask-not-now",
                })
            }
            AfterDeed::Ask { key, words } => self.ask(no, (key, words)).await,
            AfterDeed::Buy(pack, purse) => self.buy_questions(no, (*pack, *purse)).await,
            AfterDeed::Erase => {
                let key = match forget_order::run(base, whose).await? {
                    Erased::Done => "erase-done",
                    Erased::NotWhile => "erase-not-now",
                    Erased::NotTheirs => return Ok(Shows::toast("toast-not-yours")),
                };
                Ok(Shows::view(View::AboutOrder { no: no.clone(), key }))
            }
        }
    }
}
