//! What one observation does to its payment and its order, inside one transaction.

use serde_json::json;

use super::{MoneyRules, PAID_BY_PAYMENT, SettleError, order_event, order_is_paid};
use crate::audit::{self, NewAction};
use crate::flows::announce;
use crate::flows::base::LatePayment;
use crate::flows::jobs::{
    AlertKind, CheckCause, CheckPayment, FulfilOrder, News, SendRefund, TellBuyer,
};
use crate::flows::{hold_goods, keep_books, raise_alert};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::RefundNo;
use crate::orders::{self, Actor, Change, Order, OrderStatus};
use crate::payments::inbox::Judgement;
use crate::payments::ledger::Doubt;
use crate::payments::ports::{Observation, Source};
use crate::payments::refunds::{self, NewRefund};
use crate::payments::repo::{self as payments, Evidence};
use crate::payments::rules::{self, Meaning, Step};
use crate::payments::{Fact, Payment, PaymentStatus};
use crate::platform::db::WriteTx;
use crate::platform::jobs::store as jobs;

/// One observation inside its transaction.
pub(super) struct Case<'a> {
    pub(super) tx: &'a WriteTx,
    pub(super) money: &'a MoneyRules,
    pub(super) observation: &'a Observation,
    pub(super) now: Timestamp,
}

impl Case<'_> {
    pub(super) async fn apply(&self) -> Result<Judgement, SettleError> {
        let number = &self.observation.payment_no;
        let Some(found) = payments::find(self.tx.conn(), number).await? else {
            tracing::warn!(payment.id = %number, "a proved fact about no payment of ours");
            self.alert(AlertKind::OrphanCallback, &self.observation.evidence_key).await?;
            return Ok(Judgement::Orphan);
        };
        let mut order = orders::repo::lock(self.tx, &found.order_no).await?;
        self.write_down(&order).await?;
        let mut payment = payments::lock(self.tx, number).await?;
        match rules::meaning(payment.amount, self.observation) {
            Meaning::Fact(Fact::Mismatch) => self.conflict(&order, &mut payment).await,
            Meaning::Fact(Fact::FailedForGood) => self.failed(&mut order, &mut payment).await,
            Meaning::Fact(fact) => self.paid(&mut order, &mut payment, fact).await,
            Meaning::NeedsQuery => self.needs_query(&payment).await,
            Meaning::AttemptFailed => self.attempt_failed(&order, &payment).await,
            Meaning::Nothing => {
                payments::remark(self.tx, &payment, &self.evidence("not decided"), self.now)
                    .await?;
                Ok(Judgement::OldNews)
            }
            Meaning::Unknown(word) => {
                payments::remark(self.tx, &payment, &self.evidence(&word), self.now).await?;
                self.alert(AlertKind::UnknownProviderWord, &word).await?;
                self.needs_query(&payment).await
            }
        }
    }

    /// The money is there and matches.
    async fn paid(
        &self,
        order: &mut Order,
        payment: &mut Payment,
        fact: Fact,
    ) -> Result<Judgement, SettleError> {
        let beside = keep_books::is_beside_what_goes_back(self.tx, payment, self.observation);
        if self.is_second_charge(payment) || beside.await? {
            payments::remark(self.tx, payment, &self.evidence("second charge"), self.now).await?;
            self.alert(AlertKind::SecondCharge, payment.order_no.as_str()).await?;
            keep_books::second_charge(self.tx, payment, self.observation, self.now).await?;
            return Ok(Judgement::Applied);
        }
        let by_operator = self.observation.source == Source::Operator;
        if !(by_operator && payment.status == PaymentStatus::Conflicted) {
            return self.succeed(order, payment, fact, None).await;
        }
        if refunds::all_goes_back(self.tx.conn(), payment).await? {
            // Another operator was faster: it pays for nothing any more.
            payments::remark(self.tx, payment, &self.evidence("it goes back"), self.now).await?;
            self.alert(AlertKind::CallbackNotApplied, &self.observation.evidence_key).await?;
            return Ok(Judgement::NotApplied);
        }
        let accepted = keep_books::accepted_charge(self.tx, payment, self.observation).await?;
        self.succeed(order, payment, Fact::ConflictResolved, accepted).await
    }

    /// The payment has its money: the agreed amount, or the charge that an operator accepted.
    async fn succeed(
        &self,
        order: &mut Order,
        payment: &mut Payment,
        fact: Fact,
        accepted: Option<Doubt>,
    ) -> Result<Judgement, SettleError> {
        let evidence = self.evidence(self.observation.note.as_deref().unwrap_or("paid"));
        let step = payments::apply(self.tx, payment, fact, &evidence, self.now).await?;
        if step == Step::AlreadyThere {
            return Ok(Judgement::OldNews);
        }
        if fact == Fact::Paid && payment.stated.is_some() {
            // The agreed amount came after all.
            payments::save_stated(self.tx, payment, None).await?;
        }
        if let Some(charge) = &accepted {
            payments::save_stated(self.tx, payment, Some(charge.amount)).await?;
        }
        // A charge is known by the provider's number, not by what a person wrote beside it: under
        // that number the provider comes back with it, and gives it back.
        let named = accepted.and_then(|charge| charge.charge_ref);
        if let Some(provider_ref) = named.or_else(|| self.observation.provider_ref.clone()) {
            self.keep_provider_ref(payment, &provider_ref).await?;
        }
        let others =
            keep_books::payment_succeeded(self.tx, payment, self.observation, self.now).await?;
        if !others.is_empty() {
            self.alert(AlertKind::SecondCharge, payment.order_no.as_str()).await?;
        }
        self.event("payment.succeeded", (order, payment)).await?;
        self.order_gets_money(order, payment).await?;
        Ok(Judgement::Applied)
    }

    /// What an operator says is an operator's deed (spec.md §4 rule 18).
    async fn write_down(&self, order: &Order) -> Result<(), SettleError> {
        if self.observation.source != Source::Operator {
            return Ok(());
        }
        let deed = NewAction {
            operator: self.observation.actor.as_deref().unwrap_or("operator"),
            action: "payment.confirm",
            subject: self.observation.payment_no.as_str(),
            order_no: Some(&order.order_no),
            details: json!({
                "reference": self.observation.provider_ref,
                "note": self.observation.note,
            }),
        };
        Ok(audit::repo::record(self.tx, &deed, self.now).await?)
    }

    /// One charge cannot pay two payments of ours: the second one to claim it is looked at.
    async fn keep_provider_ref(
        &self,
        payment: &mut Payment,
        provider_ref: &str,
    ) -> Result<(), SettleError> {
        let (db, provider) = (self.tx.conn(), payment.provider.as_str());
        if payments::knows_provider_ref(db, provider, provider_ref).await? {
            return self.alert(AlertKind::SecondCharge, provider_ref).await;
        }
        payments::save_provider_ref(self.tx, payment, provider_ref).await?;
        Ok(())
    }

    fn is_second_charge(&self, payment: &Payment) -> bool {
        match (&payment.provider_ref, &self.observation.provider_ref) {
            // An operator's reference is no charge of the provider's.
            (Some(known), Some(told)) => {
                let by_provider = self.observation.source != Source::Operator;
                by_provider && payment.paid_at.is_some() && known != told
            }
            (None | Some(_), None) | (None, Some(_)) => false,
        }
    }

    async fn order_gets_money(
        &self,
        order: &mut Order,
        payment: &Payment,
    ) -> Result<(), SettleError> {
        if order.paid_at.is_some() {
            return self.give_back(order, payment, (News::SurplusReturns, "surplus")).await;
        }
        if order.status != OrderStatus::PendingPayment {
            return self.late_money(order, payment).await;
        }
        let actor = self.actor();
        order_is_paid(self.tx, order, (&actor, PAID_BY_PAYMENT), self.now).await?;
        self.give_up_others(order).await
    }

    /// The order's other attempts are not waited for any more. The ladder still asks about them:
    /// whoever paid twice gets the second payment back.
    async fn give_up_others(&self, order: &Order) -> Result<(), SettleError> {
        for other in payments::list_of_order(self.tx.conn(), &order.order_no).await? {
            if !other.status.is_open() {
                continue;
            }
            let mut other = payments::lock(self.tx, &other.payment_no).await?;
            let note = "another payment paid the order";
            let evidence = Evidence { source: "system", evidence_key: None, note };
            payments::apply(self.tx, &mut other, Fact::GivenUp, &evidence, self.now).await?;
        }
        Ok(())
    }

    /// Money after expiry, closing, cancelling or failure is real money (spec.md §4 rule 7).
    async fn late_money(&self, order: &mut Order, payment: &Payment) -> Result<(), SettleError> {
        metrics::counter!("mingshu_late_payments_total").increment(1);
        let why = format!("late payment after {}", order.status);
        let stocked = match self.money.late_payment {
            LatePayment::Refund => false,
            LatePayment::Fulfil | LatePayment::AskAdmin => {
                hold_goods::take_again(self.tx, self.money, order, self.now).await?
            }
        };
        if !stocked {
            let paid = Change::PaymentSucceeded;
            orders::repo::change(self.tx, order, paid, &self.actor(), &why, self.now).await?;
            return self.give_back(order, payment, (News::LateMoneyReturns, "late")).await;
        }
        if self.money.late_payment == LatePayment::Fulfil {
            return order_is_paid(self.tx, order, (&self.actor(), &why), self.now).await;
        }
        // Parked before the usual enqueueing, so that nothing runs until an operator says so.
        let job = FulfilOrder { order_no: order.order_no.clone() };
        jobs::enqueue_parked(self.tx, &job, "late money: an operator decides", self.now).await?;
        self.alert(AlertKind::LateMoney, order.order_no.as_str()).await?;
        self.tell(order, News::LateMoneyHeld).await?;
        order_is_paid(self.tx, order, (&self.actor(), &why), self.now).await
    }

    /// The whole payment goes back, once. An order that has nothing else to show for it becomes
    /// `refunding`.
    async fn give_back(
        &self,
        order: &mut Order,
        payment: &Payment,
        (news, cause): (News, &str),
    ) -> Result<(), SettleError> {
        let late = news == News::LateMoneyReturns;
        let refund = NewRefund {
            refund_no: RefundNo::generate(self.now),
            cause: format!("{cause}:{}", payment.payment_no),
            amount: payment.received(),
            reason: cause.to_owned(),
            actor: Actor::System.to_string(),
            order_status_before: late.then(|| order.status.as_str().to_owned()),
        };
        if !refunds::reserve(self.tx, payment, &refund, self.now).await? {
            return Ok(());
        }
        if late {
            let change = Change::RefundStarted;
            orders::repo::change(self.tx, order, change, &Actor::System, cause, self.now).await?;
            order_event(self.tx, "order.refunding", order, self.now).await?;
        }
        let job = SendRefund { refund_no: refund.refund_no.clone() };
        jobs::enqueue(self.tx, &job, self.now).await?;
        let about = (&*order, &refund.refund_no);
        announce::refund(self.tx, "refund.requested", about, self.now).await?;
        self.tell(order, news).await
    }

    /// Money that does not match is kept for a person (spec.md §4 rule 5).
    async fn conflict(
        &self,
        order: &Order,
        payment: &mut Payment,
    ) -> Result<Judgement, SettleError> {
        let note = self.stated_note(payment);
        let evidence = self.evidence(&note);
        payments::apply(self.tx, payment, Fact::Mismatch, &evidence, self.now).await?;
        self.keep_stated(payment).await?;
        keep_books::money_in_doubt(self.tx, payment, self.observation, self.now).await?;
        tracing::error!(payment.id = %payment.payment_no, "money arrived that does not match");
        self.alert(AlertKind::PaymentConflict, &note).await?;
        self.event("payment.conflicted", (order, payment)).await?;
        self.tell(order, News::PaymentInDoubt).await?;
        Ok(Judgement::Mismatch)
    }

    /// The money that came instead of the agreed amount; what another merchant got is not ours.
    /// Once some of it goes back it stays what it was: the refund is measured by it.
    async fn keep_stated(&self, payment: &mut Payment) -> Result<(), SettleError> {
        let ours = self.observation.merchant_matches;
        let stated = self.observation.stated.as_ref().filter(|_stated| ours);
        let stated = stated.and_then(rules::stated_money);
        if payment.status != PaymentStatus::Conflicted || stated.is_none() {
            return Ok(());
        }
        if payment.stated.is_none() || !refunds::any(self.tx.conn(), payment).await? {
            payments::save_stated(self.tx, payment, stated).await?;
        }
        Ok(())
    }

    fn stated_note(&self, payment: &Payment) -> String {
        let stated = self.observation.stated.as_ref();
        let amount = stated.map_or("?", |stated| stated.amount.as_str());
        let currency = stated.and_then(|stated| stated.currency.as_deref()).unwrap_or("?");
        let merchant = if self.observation.merchant_matches { "" } else { ", another merchant" };
        format!("expected {}, stated {amount} {currency}{merchant}", payment.amount)
    }

    /// Failed for good: the order fails with it, unless it was already paid or given up.
    async fn failed(
        &self,
        order: &mut Order,
        payment: &mut Payment,
    ) -> Result<Judgement, SettleError> {
        let evidence = self.evidence("failed for good");
        let step = payments::apply(self.tx, payment, Fact::FailedForGood, &evidence, self.now);
        if step.await? == Step::AlreadyThere {
            return Ok(Judgement::OldNews);
        }
        self.event("payment.failed", (order, payment)).await?;
        if order.status == OrderStatus::PendingPayment {
            let change = Change::PaymentFailedForGood;
            let reason = "the payment failed";
            orders::repo::change(self.tx, order, change, &self.actor(), reason, self.now).await?;
            hold_goods::give_back(self.tx, order, self.now).await?;
            order_event(self.tx, "order.failed", order, self.now).await?;
            self.tell(order, News::PaymentFailed).await?;
        }
        Ok(Judgement::Applied)
    }

    async fn needs_query(&self, payment: &Payment) -> Result<Judgement, SettleError> {
        let evidence = self.evidence("only a query can decide");
        payments::remark(self.tx, payment, &evidence, self.now).await?;
        if self.observation.source != Source::Query {
            // A query that could not decide must not call for itself without a pause.
            let payment_no = payment.payment_no.clone();
            let job = CheckPayment { payment_no, cause: CheckCause::Callback };
            jobs::enqueue_again(self.tx, &job, self.now).await?;
        }
        Ok(Judgement::NeedsQuery)
    }

    /// The payer may try again on the same payment (spec.md §4 rule 6).
    async fn attempt_failed(
        &self,
        order: &Order,
        payment: &Payment,
    ) -> Result<Judgement, SettleError> {
        let evidence = self.evidence("an attempt failed");
        payments::remark(self.tx, payment, &evidence, self.now).await?;
        if order.status != OrderStatus::PendingPayment || !payment.status.is_open() {
            return Ok(Judgement::OldNews);
        }
        self.tell(order, News::AttemptFailed).await?;
        Ok(Judgement::Applied)
    }

    fn evidence<'b>(&'b self, note: &'b str) -> Evidence<'b> {
        let source = self.observation.actor.as_deref().unwrap_or(self.observation.source.as_str());
        Evidence { source, evidence_key: Some(&self.observation.evidence_key), note }
    }

    fn actor(&self) -> Actor {
        let operator =
            self.observation.actor.as_deref().and_then(|who| who.strip_prefix("operator:"));
        match operator.and_then(|id| id.parse().ok()) {
            Some(id) => Actor::Operator(id),
            None => Actor::Provider,
        }
    }

    async fn tell(&self, order: &Order, news: News) -> Result<(), SettleError> {
        let order_no = order.order_no.clone();
        let about = self.observation.evidence_key.clone();
        jobs::enqueue(self.tx, &TellBuyer { order_no, news, about }, self.now).await?;
        Ok(())
    }

    async fn alert(&self, kind: AlertKind, note: &str) -> Result<(), SettleError> {
        let subject = self.observation.payment_no.as_str();
        raise_alert::run(self.tx, kind, (subject, note), self.now).await?;
        Ok(())
    }

    async fn event(
        &self,
        kind: &str,
        (order, payment): (&Order, &Payment),
    ) -> Result<(), SettleError> {
        let stated = self.observation.stated.as_ref();
        announce::payment(self.tx, kind, (order, payment, stated), self.now).await?;
        Ok(())
    }
}
