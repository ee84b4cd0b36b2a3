//! A fact about a payment becomes true in our books. The only door to "paid": callback, query,
//! statement and operator all come through here (spec.md §4 rules 2–7, 10).
//!
//! One transaction: evidence, payment, order, stock, events and jobs stand or fall together. When
//! the rules cannot apply a fact, the evidence is kept all the same with the verdict
//! `not_applied`, and an operator is told; only a failing database loses nothing by a retry.

mod case;

use std::collections::BTreeMap;

use chrono::{NaiveDate, Timelike};
use sea_orm::DbErr;

use self::case::Case;
use super::announce;
use super::base::{Base, LatePayment};
use super::jobs::{AlertKind, FulfilOrder};
use super::raise_alert;
use crate::affiliates::AffiliateError;
use crate::audit::AuditError;
use crate::catalog::product::Supply;
use crate::catalog::stock;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::Sku;
use crate::orders::{self, Actor, Change, Order, OrderError};
use crate::payments::PaymentError;
use crate::payments::inbox::{self, Judgement, Received};
use crate::payments::ports::Observation;
use crate::platform::db::WriteTx;
use crate::platform::jobs::store as jobs;

/// What the shop has decided about money, and how much of a product there is.
#[derive(Clone)]
pub struct MoneyRules {
    pub late_payment: LatePayment,
    /// How much there is of each product, for late money that needs a piece again.
    pub stocks: BTreeMap<Sku, Supply>,
    /// For the day of per-day supplies.
    pub time_zone: chrono_tz::Tz,
}

impl MoneyRules {
    pub fn supply(&self, sku: &Sku) -> Supply {
        self.stocks.get(sku).copied().unwrap_or(Supply::UNLIMITED)
    }

    /// Today in the shop's time zone, as `2026-11-21`.
    pub fn day(&self, now: Timestamp) -> String {
        self.date(now).to_string()
    }

    /// Today in the shop's time zone.
    pub fn date(&self, now: Timestamp) -> NaiveDate {
        now.to_utc().with_timezone(&self.time_zone).date_naive()
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
    #[error("the commission cannot take it")]
    Commission(#[from] AffiliateError),
    #[error("no provider `{0}` is configured")]
    NoProvider(String),
    #[error("the operator's deed cannot be written down")]
    Audit(#[from] AuditError),
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
                | Self::Commission(AffiliateError::Db(_))
                | Self::Audit(AuditError::Db(_))
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
    announce::order(tx, kind, order, now).await
}
