//! One day of our books against the provider's own (spec.md §4 rule 17, seed 003), in both
//! directions: by the provider's list of the day, or, where there is none, by asking about each
//! payment and refund of the day.
//!
//! Whatever differs becomes a row first. Then money that only the provider knows of goes through
//! the same doors as a callback: `settle_payment` and `take_notification`. Comparing a day again
//! changes nothing that was found before.

mod by_query;
mod by_statement;
mod daily;

use std::time::Duration;

use chrono::NaiveDate;
use sea_orm::DbErr;

use super::base::Base;
use super::settle_payment::SettleError;
use super::till::{Counter, Till};
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use crate::payments::ports::CallError;
use crate::payments::reconciliation::repo::{self as rows, Span};
use crate::payments::reconciliation::{Kind, NewDifference, Run, Totals, Way};
use crate::payments::statement::Statement;
use crate::payments::{Payment, PaymentError, Refund};
use crate::platform::chain;

pub use self::daily::{run as run_daily, sweep, tell};

/// Between two questions to a provider without lists: at most five in a second.
pub const PAUSE: Duration = Duration::from_millis(200);

/// Hours that China's clocks are ahead of UTC; the provider's day is China's.
const CHINA_HOURS: i64 = 8;
const HOUR_MILLIS: i64 = 60 * 60 * 1000;
/// A payment of the last minutes of a day may stand in the list of the next one.
const GRACE: Duration = Duration::from_secs(10 * 60);

/// How a day is compared.
pub struct Manner<'a> {
    /// Between two questions.
    pub pause: Duration,
    /// Whether each payment is asked about when the list cannot be had; otherwise that is an error.
    pub without_list: WithoutList,
    /// Is told how many of how many payments have been asked about.
    pub progress: &'a (dyn Fn(usize, usize) + Send + Sync),
}

/// What is done when the provider's list cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithoutList {
    AskAboutEach,
    /// It may be there later.
    Fail,
}

/// How a comparison ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub run: Run,
    /// Why there was no list, when there should have been one.
    pub no_list: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    #[error("no provider `{0}` is configured")]
    NoProvider(String),
    #[error("the day is not over in China")]
    NotOver,
    #[error("the provider's list cannot be had")]
    NoList(#[source] CallError),
    #[error("{left} of {all} questions were not answered")]
    Unanswered { left: usize, all: usize },
    #[error("a payment cannot be read")]
    Payment(#[from] PaymentError),
    #[error("a difference cannot be settled")]
    Settle(#[from] SettleError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// What moved, and how much was looked at.
struct Found {
    checked: usize,
    totals: Totals,
}

/// The day that was over last in China.
pub fn yesterday(now: Timestamp) -> NaiveDate {
    let today = china(now).date_naive();
    today.pred_opt().unwrap_or(today)
}

/// The moment as China's clocks show it.
fn china(now: Timestamp) -> chrono::DateTime<chrono::Utc> {
    Timestamp(now.millis().saturating_add(CHINA_HOURS.saturating_mul(HOUR_MILLIS))).to_utc()
}

/// A day of China as instants.
fn span(day: NaiveDate) -> Span {
    let midnight = day.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
    let start = midnight.saturating_sub(CHINA_HOURS.saturating_mul(HOUR_MILLIS));
    (Timestamp(start), Timestamp(start.saturating_add(HOUR_MILLIS.saturating_mul(24))))
}

/// Compares `day` with what `provider` has.
#[tracing::instrument(name = "reconcile", skip_all, fields(payment.provider = provider, %day))]
pub async fn run(
    till: &Till,
    (provider, day): (&str, NaiveDate),
    manner: &Manner<'_>,
) -> Result<Compared, ReconcileError> {
    let counter =
        till.counter(provider).ok_or_else(|| ReconcileError::NoProvider(provider.to_owned()))?;
    if span(day).1 > till.base.now() {
        return Err(ReconcileError::NotOver);
    }
    let (statement, no_list) = match counter.gateway.statement(day).await {
        Ok(statement) => (statement, None),
        Err(error) if manner.without_list == WithoutList::Fail && !is_unreadable(&error) => {
            return Err(ReconcileError::NoList(error));
        }
        Err(error) => (None, Some(chain(&error))),
    };
    if let Some(why) = &no_list {
        tracing::warn!("the provider's list cannot be had, each payment is asked about: {why}");
    }
    let day_word = day.format("%Y-%m-%d").to_string();
    let comparison = Comparison { till, counter, provider, day: &day_word, span: span(day) };
    let run = comparison.run(statement, manner).await?;
    Ok(Compared { run, no_list })
}

/// Waiting does not make a file readable.
fn is_unreadable(error: &CallError) -> bool {
    matches!(error, CallError::Rejected { code, .. } if code == "unreadable")
}

/// One day at one provider.
struct Comparison<'a> {
    till: &'a Till,
    counter: &'a Counter,
    provider: &'a str,
    /// `2026-11-20`.
    day: &'a str,
    span: Span,
}

impl Comparison<'_> {
    async fn run(
        &self,
        statement: Option<Statement>,
        manner: &Manner<'_>,
    ) -> Result<Run, ReconcileError> {
        let way = if statement.is_some() { Way::Statement } else { Way::Query };
        let tx = self.base().db.begin_write().await?;
        let id = rows::begin(&tx, (self.provider, self.day), way, self.base().now()).await?;
        tx.commit().await?;
        let outcome = match &statement {
            Some(statement) => self.by_statement(statement).await,
            None => self.by_query(manner).await,
        };
        match outcome {
            Ok(found) => self.finish(id, &found).await,
            Err(error) => {
                self.fail(id, &chain(&error)).await?;
                Err(error)
            }
        }
    }

    async fn finish(&self, id: i64, found: &Found) -> Result<Run, ReconcileError> {
        let now = self.base().now();
        let tx = self.base().db.begin_write().await?;
        let settled = rows::resolve_settled(&tx, self.provider, now).await?;
        rows::finish(&tx, (id, found.checked), &found.totals, now).await?;
        tx.commit().await?;
        let run = rows::get_run(self.base().db.read(), id).await?;
        tracing::info!(
            reconcile.checked = run.checked,
            reconcile.differences = run.differences,
            reconcile.settled = settled,
            "a day was reconciled"
        );
        metrics::gauge!("mingshu_reconciliation_differences", "provider" => run.provider.clone())
            .set(f64::from(i32::try_from(run.differences).unwrap_or(i32::MAX)));
        Ok(run)
    }

    async fn fail(&self, id: i64, why: &str) -> Result<(), ReconcileError> {
        let now = self.base().now();
        let tx = self.base().db.begin_write().await?;
        rows::fail(&tx, id, why, now).await?;
        Ok(tx.commit().await?)
    }

    /// Writes differences down, in a transaction of their own.
    async fn note(&self, differences: &[NewDifference]) -> Result<(), ReconcileError> {
        if differences.is_empty() {
            return Ok(());
        }
        let now = self.base().now();
        let tx = self.base().db.begin_write().await?;
        for difference in differences {
            rows::insert(&tx, (self.provider, self.day), difference, now).await?;
        }
        Ok(tx.commit().await?)
    }

    fn base(&self) -> &Base {
        &self.till.base
    }

    /// What ought to stand in the list of this day, or of one before it.
    fn expected(&self) -> Span {
        (self.span.0.minus(GRACE), self.span.1.minus(GRACE))
    }
}

/// A difference about a payment of ours.
fn about_payment(kind: Kind, payment: &Payment, theirs: String) -> NewDifference {
    NewDifference {
        kind,
        reference: payment.payment_no.0.clone(),
        order_no: Some(payment.order_no.clone()),
        payment_no: Some(payment.payment_no.clone()),
        refund_no: None,
        ours: state(payment.status.as_str(), payment.amount),
        theirs,
    }
}

/// A difference about a refund of ours.
fn about_refund(kind: Kind, refund: &Refund, theirs: String) -> NewDifference {
    NewDifference {
        kind,
        reference: refund.refund_no.0.clone(),
        order_no: Some(refund.order_no.clone()),
        payment_no: Some(refund.payment_no.clone()),
        refund_no: Some(refund.refund_no.clone()),
        ours: state(refund.status.as_str(), refund.amount),
        theirs,
    }
}

fn state(status: &str, amount: Money) -> String {
    format!("{status} {amount}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_at_midnight_in_china() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        let (start, end) = span(day);
        assert_eq!(start.to_string(), "2026-11-19T16:00:00Z");
        assert_eq!(end.to_string(), "2026-11-20T16:00:00Z");
        assert_eq!(yesterday(end), day);
        assert_eq!(yesterday(Timestamp(end.millis() - 1)), day.pred_opt().unwrap());
    }
}
