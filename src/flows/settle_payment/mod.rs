//! A fact about a payment becomes true in our books. The only door to "paid": callback, query,
//! statement and operator all come through here (spec.md §4 rules 2–7, 10).
//!
//! One transaction: evidence, payment, order, stock, events and jobs stand or fall together. When
//! the rules cannot apply a fact, the evidence is kept all the same with the verdict
//! `not_applied`, and an operator is told; only a failing database loses nothing by a retry.

mod case;
pub mod group;
pub mod queue;

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta, TimeZone};
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
use crate::platform::db::{self, WriteTx};
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
        self.start_of(self.date(now)).unwrap_or(now)
    }

    /// From when to when `day` lasts in the shop's time zone.
    pub fn span(&self, day: NaiveDate) -> (Timestamp, Timestamp) {
        let of = |day: Option<NaiveDate>| day.and_then(|day| self.start_of(day));
        let begins = of(Some(day)).unwrap_or(Timestamp::from_millis(0));
        (begins, of(day.succ_opt()).unwrap_or(begins))
    }

    /// At midnight, at the first of two midnights where the clock is put back over it, or with the
    /// first minute of a day that has no midnight.
    fn start_of(&self, today: NaiveDate) -> Option<Timestamp> {
        let quarters = (0..QUARTERS_OF_A_DAY).map(|quarter| TimeDelta::minutes(15 * quarter));
        let begins = quarters.into_iter().find_map(|after| {
            let clock = today.and_time(NaiveTime::MIN).checked_add_signed(after)?;
            self.time_zone.from_local_datetime(&clock).earliest()
        });
        begins.map(|at| Timestamp::from_millis(at.timestamp_millis()))
    }
}

/// Every change of clocks since 1970 was a multiple of fifteen minutes.
const QUARTERS_OF_A_DAY: i64 = 96;

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
    #[error("it was not settled: whoever settles is gone")]
    Unsettled,
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// Why an order that waited for its money is paid, in its history.
const PAID_BY_PAYMENT: &str = "payment succeeded";

impl SettleError {
    /// Whether trying again may help: the database is away, or somebody else was faster. What the
    /// database refuses because of its content it refuses again, and does not pass.
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Db(error)
            | Self::Order(OrderError::Db(error))
            | Self::Payment(PaymentError::Db(error))
            | Self::Commission(AffiliateError::Db(error))
            | Self::Audit(AuditError::Db(error)) => db::is_passing(error),
            Self::Order(OrderError::Stale(_))
            | Self::Payment(PaymentError::Stale(_))
            | Self::Unsettled => true,
            Self::Order(_)
            | Self::Payment(_)
            | Self::Commission(_)
            | Self::Audit(_)
            | Self::NoProvider(_) => false,
        }
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
        Err(error) => keep_unapplied(base, &received(observation, raw), error).await,
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

/// Evidence that could not be applied is kept all the same, with the verdict `not_applied`, and an
/// operator is told. Only when the database itself is in the way the error stands: the sender comes
/// again.
pub(super) async fn keep_unapplied(
    base: &Base,
    received: &Received<'_>,
    error: SettleError,
) -> Result<Judgement, SettleError> {
    if error.is_passing() {
        return Err(error);
    }
    tracing::error!(error = &error as &dyn std::error::Error, "a proved fact could not be applied");
    let now = base.now();
    let tx = base.db.begin_write().await?;
    if let Some(known) = inbox::keep(&tx, &base.keyring, received, now).await? {
        return Ok(known);
    }
    inbox::judge(&tx, received, Judgement::NotApplied).await?;
    let about = (received.reference.unwrap_or(received.provider), received.evidence_key);
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
    order_event(tx, "order.paid", order, now).await?;
    jobs::enqueue(tx, &FulfilOrder { order_no: order.order_no.clone() }, now).await?;
    // The last: everybody who buys the same product waits for its row.
    stock::confirm(tx, (&order.sku, &order.order_no), now).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    /// When the day of `now` (RFC 3339, UTC) began in `zone`.
    fn begins(zone: chrono_tz::Tz, now: &str) -> String {
        let late_payment = LatePayment::Fulfil;
        let rules = MoneyRules { late_payment, stocks: BTreeMap::new(), time_zone: zone };
        let now = chrono::DateTime::parse_from_rfc3339(now).unwrap();
        rules.start_of_day(Timestamp::from_millis(now.timestamp_millis())).to_string()
    }

    #[test]
    fn a_day_begins_at_its_own_midnight_also_when_clocks_change() {
        use chrono_tz::{Africa, America, Asia};
        // No change of clocks.
        assert_eq!(begins(Asia::Shanghai, "2026-11-21T04:13:00Z"), "2026-11-20T16:00:00Z");
        assert_eq!(begins(Asia::Shanghai, "2026-11-20T16:00:00Z"), "2026-11-20T16:00:00Z");
        // 23 hours, 25 hours: changed at two in the morning.
        assert_eq!(begins(America::New_York, "2026-03-08T20:00:00Z"), "2026-03-08T05:00:00Z");
        assert_eq!(begins(America::New_York, "2026-11-01T20:00:00Z"), "2026-11-01T04:00:00Z");
        // The clock jumps from midnight to one: the day begins at one.
        assert_eq!(begins(Africa::Cairo, "2026-04-24T12:00:00Z"), "2026-04-23T22:00:00Z");
        assert_eq!(begins(America::Havana, "2026-03-08T20:00:00Z"), "2026-03-08T05:00:00Z");
        // Midnight comes twice: the day begins with the first.
        assert_eq!(begins(America::Havana, "2026-11-01T20:00:00Z"), "2026-11-01T04:00:00Z");
    }
}
