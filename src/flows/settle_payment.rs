//! A fact about a payment becomes true in our books. The only door to "paid": callback, query,
//! statement and operator all come through here (spec.md §4 rules 2–7, 10).
//!
//! One transaction: evidence, payment, order, stock, events and jobs stand or fall together. When
//! the rules cannot apply a fact, the evidence is kept all the same with the verdict
//! `not_applied`, and an operator is told; only a failing database loses nothing by a retry.

use std::collections::BTreeMap;

use chrono::Timelike;
use sea_orm::DbErr;
use serde_json::json;

use super::base::{Base, LatePayment};
use super::jobs::{AlertKind, CheckPayment, FulfilOrder, News, SendRefund, TellBuyer};
use super::raise_alert;
use crate::catalog::product::Stock;
use crate::catalog::stock;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{RefundNo, Sku};
use crate::orders::{self, Actor, Change, Order, OrderError, OrderStatus};
use crate::payments::inbox::{self, Judgement, Received};
use crate::payments::ports::Observation;
use crate::payments::refunds::{self, NewRefund};
use crate::payments::repo::{self as payments, Evidence};
use crate::payments::rules::{self, Meaning, Step};
use crate::payments::{Fact, Payment, PaymentError};
use crate::platform::db::WriteTx;
use crate::platform::jobs::store as jobs;
use crate::platform::outbox;

/// What the shop has decided about money, and how much of a product there is.
#[derive(Clone)]
pub struct MoneyRules {
    pub late_payment: LatePayment,
    /// How much there is of each product, for late money that needs a piece again.
    pub stocks: BTreeMap<Sku, Stock>,
    /// For the day of per-day supplies.
    pub time_zone: chrono_tz::Tz,
}

impl MoneyRules {
    pub fn stock(&self, sku: &Sku) -> Stock {
        self.stocks.get(sku).copied().unwrap_or(Stock::Unlimited)
    }

    /// Today in the shop's time zone, as `2026-11-21`.
    pub fn day(&self, now: Timestamp) -> String {
        now.to_utc().with_timezone(&self.time_zone).format("%Y-%m-%d").to_string()
    }

    /// When today began in the shop's time zone.
    pub fn start_of_day(&self, now: Timestamp) -> Timestamp {
        let local = now.to_utc().with_timezone(&self.time_zone);
        Timestamp::from_millis(
            now.millis()
                .saturating_sub(i64::from(local.num_seconds_from_midnight()).saturating_mul(1000)),
        )
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    #[error("the order cannot take it")]
    Order(#[from] OrderError),
    #[error("the payment cannot take it")]
    Payment(#[from] PaymentError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

impl SettleError {
    /// Whether trying again may help: the database failed, or somebody else was faster.
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Db(_)
                | Self::Order(OrderError::Db(_) | OrderError::Stale(_))
                | Self::Payment(PaymentError::Db(_) | PaymentError::Stale(_))
        )
    }
}

/// Records `observation` with its `raw` evidence and everything that follows from it.
pub async fn run(
    base: &Base,
    money: &MoneyRules,
    observation: &Observation,
    raw: &[u8],
) -> Result<Judgement, SettleError> {
    match attempt(base, money, observation, raw).await {
        Err(error) if !error.is_passing() => {
            tracing::error!(
                payment.id = %observation.payment_no,
                error = &error as &dyn std::error::Error,
                "a proved fact could not be applied"
            );
            keep_unapplied(base, observation, raw).await
        }
        outcome => outcome,
    }
}

async fn attempt(
    base: &Base,
    money: &MoneyRules,
    observation: &Observation,
    raw: &[u8],
) -> Result<Judgement, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let received = received(observation, raw);
    if let Some(known) = inbox::keep(&tx, &base.keyring, &received, now).await? {
        return Ok(known); // dropped: nothing was written
    }
    let case = Case { tx: &tx, money, observation, now };
    let judgement = case.apply().await?;
    inbox::judge(&tx, &received, judgement).await?;
    tx.commit().await?;
    Ok(judgement)
}

async fn keep_unapplied(
    base: &Base,
    observation: &Observation,
    raw: &[u8],
) -> Result<Judgement, SettleError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let received = received(observation, raw);
    if let Some(known) = inbox::keep(&tx, &base.keyring, &received, now).await? {
        return Ok(known);
    }
    inbox::judge(&tx, &received, Judgement::NotApplied).await?;
    let about = (observation.payment_no.as_str(), observation.evidence_key.as_str());
    raise_alert::run(&tx, AlertKind::CallbackNotApplied, about, now).await?;
    tx.commit().await?;
    Ok(Judgement::NotApplied)
}

/// An order with nothing to pay goes straight to `paid` (spec.md §4 rule 14).
pub async fn nothing_to_pay(
    tx: &WriteTx,
    order: &mut Order,
    now: Timestamp,
) -> Result<(), SettleError> {
    order_is_paid(tx, order, (&Actor::System, "nothing to pay"), now).await
}

fn received<'a>(observation: &'a Observation, raw: &'a [u8]) -> Received<'a> {
    Received {
        provider: &observation.provider,
        evidence_key: &observation.evidence_key,
        source: observation.source.as_str(),
        reference: Some(observation.payment_no.as_str()),
        raw,
    }
}

/// One observation inside its transaction.
struct Case<'a> {
    tx: &'a WriteTx,
    money: &'a MoneyRules,
    observation: &'a Observation,
    now: Timestamp,
}

impl Case<'_> {
    async fn apply(&self) -> Result<Judgement, SettleError> {
        let number = &self.observation.payment_no;
        let Some(found) = payments::find(self.tx.conn(), number).await? else {
            tracing::warn!(payment.id = %number, "a proved fact about no payment of ours");
            self.alert(AlertKind::OrphanCallback, &self.observation.evidence_key).await?;
            return Ok(Judgement::Orphan);
        };
        let mut order = orders::repo::lock(self.tx, &found.order_no).await?;
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
        if self.is_second_charge(payment) {
            payments::remark(self.tx, payment, &self.evidence("second charge"), self.now).await?;
            self.alert(AlertKind::SecondCharge, payment.order_no.as_str()).await?;
            return Ok(Judgement::Applied);
        }
        let evidence = self.evidence("paid");
        let step = payments::apply(self.tx, payment, fact, &evidence, self.now).await?;
        if step == Step::AlreadyThere {
            return Ok(Judgement::OldNews);
        }
        if let Some(provider_ref) = &self.observation.provider_ref {
            payments::save_provider_ref(self.tx, payment, provider_ref).await?;
        }
        metrics::counter!("mingshu_payments_total", "outcome" => "succeeded").increment(1);
        self.event("payment.succeeded", payment).await?;
        self.order_gets_money(order, payment).await?;
        Ok(Judgement::Applied)
    }

    fn is_second_charge(&self, payment: &Payment) -> bool {
        match (&payment.provider_ref, &self.observation.provider_ref) {
            (Some(known), Some(told)) => payment.paid_at.is_some() && known != told,
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
        if order.status == OrderStatus::PendingPayment {
            let actor = self.actor();
            return order_is_paid(self.tx, order, (&actor, "payment succeeded"), self.now).await;
        }
        self.late_money(order, payment).await
    }

    /// Money after expiry, closing, cancelling or failure is real money (spec.md §4 rule 7).
    async fn late_money(&self, order: &mut Order, payment: &Payment) -> Result<(), SettleError> {
        metrics::counter!("mingshu_late_payments_total").increment(1);
        let why = format!("late payment after {}", order.status);
        let stocked = match self.money.late_payment {
            LatePayment::Refund => false,
            LatePayment::Fulfil | LatePayment::AskAdmin => self.reserve_again(order).await?,
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

    async fn reserve_again(&self, order: &Order) -> Result<bool, SettleError> {
        let what = (&order.sku, &order.order_no);
        let stock = self.money.stock(&order.sku);
        let day = self.money.day(self.now);
        Ok(stock::reserve(self.tx, what, stock, &day, self.now).await?)
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
            amount: payment.amount,
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
        }
        let job = SendRefund { refund_no: refund.refund_no.clone() };
        jobs::enqueue(self.tx, &job, self.now).await?;
        self.event("refund.requested", payment).await?;
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
        metrics::counter!("mingshu_payments_total", "outcome" => "conflicted").increment(1);
        tracing::error!(payment.id = %payment.payment_no, "money arrived that does not match");
        self.alert(AlertKind::PaymentConflict, &note).await?;
        self.event("payment.conflicted", payment).await?;
        self.tell(order, News::PaymentInDoubt).await?;
        Ok(Judgement::Mismatch)
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
        metrics::counter!("mingshu_payments_total", "outcome" => "failed").increment(1);
        self.event("payment.failed", payment).await?;
        if order.status == OrderStatus::PendingPayment {
            let change = Change::PaymentFailedForGood;
            let reason = "the payment failed";
            orders::repo::change(self.tx, order, change, &self.actor(), reason, self.now).await?;
            stock::release(self.tx, (&order.sku, &order.order_no), self.now).await?;
            order_event(self.tx, "order.failed", order, self.now).await?;
            self.tell(order, News::PaymentFailed).await?;
        }
        Ok(Judgement::Applied)
    }

    async fn needs_query(&self, payment: &Payment) -> Result<Judgement, SettleError> {
        let evidence = self.evidence("only a query can decide");
        payments::remark(self.tx, payment, &evidence, self.now).await?;
        let job = CheckPayment { payment_no: payment.payment_no.clone() };
        jobs::enqueue_again(self.tx, &job, self.now).await?;
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

    async fn event(&self, kind: &str, payment: &Payment) -> Result<(), SettleError> {
        let payload = json!({
            "order_no": payment.order_no,
            "payment_no": payment.payment_no,
            "status": payment.status,
            "amount": payment.amount.to_major(),
            "currency": payment.amount.currency,
        });
        outbox::write(self.tx, kind, payment.order_no.as_str(), &payload, self.now).await?;
        Ok(())
    }
}

/// The order is paid: state, stock, event and the one job that fulfils it.
async fn order_is_paid(
    tx: &WriteTx,
    order: &mut Order,
    (actor, reason): (&Actor, &str),
    now: Timestamp,
) -> Result<(), SettleError> {
    orders::repo::change(tx, order, Change::PaymentSucceeded, actor, reason, now).await?;
    stock::confirm(tx, (&order.sku, &order.order_no), now).await?;
    order_event(tx, "order.paid", order, now).await?;
    jobs::enqueue(tx, &FulfilOrder { order_no: order.order_no.clone() }, now).await?;
    Ok(())
}

/// Writes an event about an order: numbers, states and amounts only.
pub(super) async fn order_event(
    tx: &WriteTx,
    kind: &str,
    order: &Order,
    now: Timestamp,
) -> Result<(), DbErr> {
    let payload = json!({
        "order_no": order.order_no,
        "sku": order.sku,
        "status": order.status,
        "total": order.total.to_major(),
        "currency": order.total.currency,
        "test": order.test,
    });
    outbox::write(tx, kind, order.order_no.as_str(), &payload, now).await
}
