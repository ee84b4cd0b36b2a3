//! What operators do at the desk: a card first, then the second tap on it.

use super::operators::unknown;
use super::{Doing, Shows};
use crate::bot::coupon_line;
use crate::bot::dialogue::{
    About, Asks, DeskCard, DeskDeed, DeskView, OperatorView, Preparing, View,
};
use crate::bot::error::BotError;
use crate::broadcasts::Segment;
use crate::broadcasts::repo::NewBroadcast;
use crate::flows::ask_refund;
use crate::flows::broadcast::{self, Steer};
use crate::flows::decide_report::Decision;
use crate::flows::settle_doubt::{self, Outcome, Statement};
use crate::flows::throw_switch;
use crate::flows::{add_stock, manage_coupons, may_order};
use crate::kernel::ids::{OrderNo, PaymentNo};
use crate::kernel::switch::Switch;
use crate::payments::ledger::Settled;
use crate::payments::repo as payments;
use crate::platform::texts::Args;
use crate::promotions::{self, CouponCode, NewCoupon};
use crate::users;

impl Doing<'_> {
    /// Reads what the card needs to know, and shows it.
    pub(super) async fn desk_prepare(&mut self, what: &Preparing) -> Result<Shows, BotError> {
        let db = self.bot.till.base.db.read();
        let deed = match what {
            Preparing::Sell(sku) => {
                let paused = self.facts.off.paused.contains(sku);
                DeskDeed::Sell(sku.clone(), Switch::other_than(!paused))
            }
            Preparing::Maintenance => {
                DeskDeed::Maintenance(Switch::other_than(self.facts.off.maintenance.is_some()))
            }
            // Who is in the settings as an operator cannot be turned away by another.
            Preparing::Block(user) if self.bot.is_operator(*user) => {
                return Ok(desk(DeskView::User(*user)));
            }
            Preparing::Block(user) => {
                let known = users::repo::find(db, *user).await?;
                let blocked = known.is_some_and(|user| user.blocked_at.is_some());
                DeskDeed::Block(*user, Switch::other_than(blocked))
            }
            Preparing::Coupon(line) => match self.refused_coupon(line).await? {
                None => DeskDeed::CreateCoupon(line.clone()),
                Some(why) => {
                    self.dialogue.desk.asks = Some(Asks::Coupon);
                    return Ok(desk(DeskView::Ask(Asks::Coupon, Some(why))));
                }
            },
            Preparing::Broadcast(segment) => {
                let Some(body) = self.dialogue.desk.letter.clone() else {
                    return Ok(desk(DeskView::Broadcasts));
                };
                let counts = broadcast::count(&self.bot.till.base).await?;
                let people = counts.get(segment).copied().unwrap_or_default();
                DeskDeed::Broadcast { segment: *segment, body, people }
            }
            Preparing::Doubt { payment_no, settled, reference, note } => {
                let Some(deed) = self.doubt((payment_no, settled), (reference, note)).await? else {
                    return Ok(desk(DeskView::Doubt(payment_no.clone())));
                };
                deed
            }
        };
        self.dialogue.desk.card = Some(DeskCard { id: self.facts.fresh_id.clone(), deed });
        Ok(desk(DeskView::Card))
    }

    /// The first charge of the payment that stands in doubt; `None`: none does any more.
    async fn doubt(
        &self,
        (payment_no, settled): (&PaymentNo, &str),
        (reference, note): (&str, &str),
    ) -> Result<Option<DeskDeed>, BotError> {
        let base = &self.bot.till.base;
        let Some(payment) = payments::find(base.db.read(), payment_no).await? else {
            return Ok(None);
        };
        let found = settle_doubt::look(base, (&payment.order_no, payment_no)).await?;
        let doubt = found.and_then(|(_, doubts)| doubts.into_iter().next());
        Ok(doubt.map(|doubt| DeskDeed::Doubt {
            order_no: payment.order_no,
            payment_no: payment_no.clone(),
            settled: settled.to_owned(),
            amount: doubt.amount,
            charge: doubt.charge_ref,
            reference: reference.to_owned(),
            note: note.to_owned(),
        }))
    }

    /// The second tap: done once, for the card counts no more afterwards. A repeat after a crash
    /// finds the card again and changes nothing more.
    pub(super) async fn desk_surely(&mut self, card: &str) -> Result<Shows, BotError> {
        let waiting = self.dialogue.desk.card.take_if(|waiting| waiting.id == card);
        let Some(DeskCard { id, deed }) = waiting else {
            return Ok(Shows::toast("toast-card-over"));
        };
        let base = self.bot.till.base.clone();
        let (operator, now) = (self.operator(), base.now());
        match &deed {
            DeskDeed::Retry(no) => return self.retry(no).await,
            DeskDeed::Resend(no) => return self.operator_resend(no).await,
            DeskDeed::Release(no) => return self.decide(no, Decision::Release).await,
            DeskDeed::GiveUp(no) => return self.decide(no, Decision::GiveUp).await,
            DeskDeed::Doubt { .. } => return self.settle(&deed).await,
            DeskDeed::RefuseRefund { order_no, words } => {
                ask_refund::refuse(&base, (order_no, &self.operator()), words).await?;
            }
            DeskDeed::Sell(sku, wish) => {
                throw_switch::product(&base.db, (sku, *wish), &operator, now).await?;
            }
            DeskDeed::Block(user, wish) => {
                throw_switch::block(&base.db, (*user, *wish), &operator, now).await?;
            }
            DeskDeed::Maintenance(wish) => {
                throw_switch::maintenance(&base.db, *wish, &operator, now).await?;
            }
            DeskDeed::Broadcast { segment, body, .. } => {
                self.dialogue.desk.letter = None;
                return self.begin((&id, *segment), body).await;
            }
            DeskDeed::CreateCoupon(line) => {
                if let Some(new) = self.coupon_of(line) {
                    manage_coupons::create(&base.db, &new, &operator, now).await?;
                }
            }
            DeskDeed::CouponOff(code) => {
                if let Some(code) = CouponCode::parse(code) {
                    manage_coupons::disable(&base.db, &code, &operator, now).await?;
                }
            }
            DeskDeed::StopBroadcast(no) => return self.steer(Steer::Stop, no).await,
            DeskDeed::AddStock { sku, quantity } => {
                if let Some(product) = self.bot.catalog.find(sku) {
                    let money = &self.bot.till.money;
                    let wish = (product.as_ref(), *quantity);
                    add_stock::run(&base, money, wish, (&id, &operator)).await?;
                }
            }
        }
        self.done(&deed).await
    }

    fn coupon_of(&self, line: &str) -> Option<NewCoupon> {
        self.bot.coupon_shop().and_then(|shop| coupon_line::read(line, &shop))
    }

    /// Why there can be no such coupon; nothing when there can.
    async fn refused_coupon(&self, line: &str) -> Result<Option<&'static str>, BotError> {
        let Some(new) = self.coupon_of(line) else { return Ok(Some("desk-coupon-unreadable")) };
        if promotions::rules::mistake(&new).is_some() {
            return Ok(Some("desk-coupon-senseless"));
        }
        let db = self.bot.till.base.db.read();
        let exists = promotions::repo::find(db, &new.code).await?.is_some();
        Ok(exists.then_some("desk-coupon-exists"))
    }

    /// From here on the message shows the progress, and is the worker's.
    async fn begin(&self, (no, segment): (&str, Segment), body: &str) -> Result<Shows, BotError> {
        let new = NewBroadcast { no, operator: self.user.id, segment, body, message: self.place };
        broadcast::start(&self.bot.till.base, &new).await?;
        Ok(Shows::toast("toast-working"))
    }

    /// The worker shows in the message of the progress how it stands.
    pub(super) async fn steer(&self, steer: Steer, no: &str) -> Result<Shows, BotError> {
        let base = &self.bot.till.base;
        let steered = broadcast::steer(base, (no, steer), self.user.id).await?;
        let toast = Some(if steered { "toast-working" } else { "toast-card-over" });
        Ok(match steer {
            Steer::Pause | Steer::Resume => Shows { view: None, toast, ..desk(DeskView::Menu) },
            Steer::Stop => Shows { toast, ..desk(DeskView::Broadcast(no.to_owned())) },
        })
    }

    /// Shows the thing as it is now.
    async fn done(&mut self, deed: &DeskDeed) -> Result<Shows, BotError> {
        self.facts.off = may_order::look(&self.bot.till).await?;
        let shows = match deed.about() {
            About::Order(no) => unknown(no),
            About::Desk(view) => desk(view),
        };
        Ok(Shows { toast: Some("toast-done"), ..shows })
    }

    async fn settle(&self, deed: &DeskDeed) -> Result<Shows, BotError> {
        let DeskDeed::Doubt { order_no, payment_no, settled, amount, charge, reference, note } =
            deed
        else {
            return Ok(Shows::toast("toast-card-over"));
        };
        let Some(settled) = Settled::parse(settled) else {
            return Ok(Shows::toast("toast-card-over"));
        };
        let charge = charge.as_deref();
        let statement = Statement { settled, amount: *amount, charge, reference, note };
        let whose = (order_no, payment_no);
        let base = &self.bot.till.base;
        let outcome = settle_doubt::run(base, whose, &self.operator(), &statement).await?;
        Ok(self.settled(&outcome, (order_no, payment_no)))
    }

    fn settled(&self, outcome: &Outcome, (no, payment): (&OrderNo, &PaymentNo)) -> Shows {
        let key = match outcome {
            Outcome::Now(_) => "desk-doubt-settled",
            Outcome::Before => "desk-doubt-before",
            Outcome::NoSuchPayment | Outcome::Which(_) => "desk-doubt-none",
            Outcome::RefundUnderWay => "desk-doubt-refund",
        };
        let args = Args::new().text("payment_no", payment.as_str());
        Shows::operator(self.bot.speech(self.user.locale).say(key, &args), no)
    }
}

fn desk(view: DeskView) -> Shows {
    Shows::view(View::Operator(OperatorView::Desk(view)))
}
