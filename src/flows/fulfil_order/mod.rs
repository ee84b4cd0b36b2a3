//! A paid order becomes a delivered report (spec.md §5): one job that walks `orders.step`.
//!
//! ```text
//! accept ─► notify_paid ─► bazi ─► facts ─► report ─► render ─► deliver ─► complete ─► done
//! ```
//!
//! Each step stores its result and moves the mark in one transaction, fenced by the job's lease;
//! a crash anywhere goes on at the first unfinished step. A report that was saved is never bought
//! again, and of the messages only the one in flight can appear twice.
//!
//! A step that fails may pass (run again after a growing pause), last (the order fails, its money
//! goes back), or need a person (the job is parked). Failures are counted since the last progress.

mod accept;
pub mod answer;
mod chapters;
mod chart;
mod complete;
mod deliver;
pub(super) mod facts;
mod give_up;
mod judge;
pub mod known;
mod live;
mod notify_paid;
mod progress;
mod questions;
mod render;
mod report;
pub mod rewrite;
mod rewrite_text;
mod together;
mod write;
mod writing;

use std::time::{Duration, Instant};

use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

pub use self::give_up::Failure;
pub(super) use self::give_up::fail_order;

use super::jobs::FulfilOrder;
use super::tools::Tools;
use super::{deliver_report, purchase_message};
use crate::catalog::ProductSnapshot;
use crate::kernel::ids::OrderNo;
use crate::kernel::locale::Locale;
use crate::orders::pace::{self, Pace};
use crate::orders::{self, Order, OrderStatus, Step};
use crate::platform::db::WriteTx;
use crate::platform::jobs::store::{self as jobs, Claimed};
use crate::platform::jobs::{Job, JobError, backoff};

/// The longest pause between two attempts.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

/// Why a step did not come to its end.
enum Trouble {
    /// Run again, after the given time or the usual pause; the order fails when the attempts for
    /// this kind of failure are used up.
    Passing(Failure, anyhow::Error, Option<Duration>),
    /// The order fails now.
    Lasting(Failure, anyhow::Error),
    /// Nothing wrong; costs no attempt.
    TooEarly(Duration),
    /// The provider denies what its callback said: run again, and never fail the order over it.
    Denied(anyhow::Error),
    /// An operator decides: the job is parked.
    NeedsPerson(anyhow::Error),
    /// Another worker has the job.
    LeaseLost,
}

/// Whatever is not told apart is ours and may pass: a database that fails, a copy that is stale.
impl<E: std::error::Error + Send + Sync + 'static> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::Passing(Failure::Internal, error.into(), None)
    }
}

impl Trouble {
    /// What the worker is told when the order itself is not to fail.
    fn into_job_error(self) -> JobError {
        match self {
            Self::Passing(_, cause, after) => JobError::Retry { cause, after },
            Self::Denied(cause) => JobError::Retry { cause, after: None },
            Self::Lasting(_, cause) | Self::NeedsPerson(cause) => JobError::Discard(cause),
            Self::TooEarly(pause) => JobError::Snooze(pause),
            Self::LeaseLost => JobError::retry(anyhow::anyhow!("the lease was lost")),
        }
    }
}

/// One order in the hands of one run.
struct Case<'a> {
    tools: &'a Tools,
    claimed: &'a Claimed,
    stop: &'a CancellationToken,
    order: Order,
    /// Failed runs since the last progress.
    failures: i32,
    /// What the purchase's message says above its progress.
    head: OnceCell<String>,
    /// How long the product's recent orders took.
    pace: OnceCell<Pace>,
}

#[tracing::instrument(name = "job.order.fulfil", skip_all, fields(order.id = %job.order_no))]
pub async fn run(
    tools: &Tools,
    job: FulfilOrder,
    (claimed, stop): (&Claimed, &CancellationToken),
) -> Result<(), JobError> {
    let mut case =
        Case::open(tools, (claimed, stop), &job.order_no).await.map_err(JobError::retry)?;
    while case.is_in_work() {
        if stop.is_cancelled() {
            return Err(JobError::Snooze(Duration::ZERO));
        }
        let (at, began) = (case.order.step, Instant::now());
        let outcome = case.take(at).await;
        metrics::histogram!("mingshu_step_seconds", "step" => at.as_str())
            .record(began.elapsed().as_secs_f64());
        if let Err(trouble) = outcome {
            return case.in_trouble(trouble).await;
        }
        tracing::info!(order.step = at.as_str(), "step done");
    }
    Ok(())
}

impl<'a> Case<'a> {
    async fn open(
        tools: &'a Tools,
        (claimed, stop): (&'a Claimed, &'a CancellationToken),
        number: &OrderNo,
    ) -> Result<Self, orders::OrderError> {
        let order = orders::repo::get(tools.till.base.db.read(), number).await?;
        Ok(Self {
            tools,
            claimed,
            stop,
            order,
            failures: claimed.failures,
            head: OnceCell::new(),
            pace: OnceCell::new(),
        })
    }

    /// Orders that were refunded before their work began, or that ended, are left alone.
    fn is_in_work(&self) -> bool {
        let open = matches!(self.order.status, OrderStatus::Paid | OrderStatus::Generating);
        open && self.order.step != Step::Done
    }

    async fn take(&mut self, step: Step) -> Result<(), Trouble> {
        match step {
            Step::Accept => self.accept().await,
            Step::NotifyPaid => self.notify_paid().await,
            Step::Bazi => self.chart().await,
            Step::Facts => self.facts().await,
            Step::Report => self.report().await,
            Step::Render => self.render().await,
            Step::Deliver => self.deliver().await,
            Step::Complete => self.complete().await,
            Step::Done => Ok(()),
        }
    }

    async fn in_trouble(&mut self, trouble: Trouble) -> Result<(), JobError> {
        match trouble {
            Trouble::Passing(failure, cause, asked) => {
                let attempt = self.failures.saturating_add(1);
                let usual = backoff(attempt, LONGEST_PAUSE);
                if attempt >= self.attempts_for(failure) {
                    return self.give_up(failure, cause).await;
                }
                Err(JobError::Retry { cause, after: Some(asked.unwrap_or_default().max(usual)) })
            }
            Trouble::Lasting(failure, cause) => self.give_up(failure, cause).await,
            Trouble::TooEarly(_)
            | Trouble::Denied(_)
            | Trouble::NeedsPerson(_)
            | Trouble::LeaseLost => Err(trouble.into_job_error()),
        }
    }

    fn attempts_for(&self, failure: Failure) -> i32 {
        match failure {
            Failure::Model | Failure::ModelRefused => {
                let writers = i32::try_from(self.tools.writing.writers.len()).unwrap_or(1);
                self.tools.writing.attempts.max(1).saturating_mul(writers)
            }
            Failure::Chart | Failure::ChartDisagreement => chart::ATTEMPTS,
            Failure::Delivery => deliver_report::ATTEMPTS,
            Failure::Internal => FulfilOrder::MAX_ATTEMPTS,
        }
    }

    /// "支付成功 …", or what is said instead.
    async fn head(&self) -> Result<&str, orders::OrderError> {
        let words = || purchase_message::head(self.tools, &self.order);
        Ok(self.head.get_or_try_init(words).await?)
    }

    /// By those before, or what the product's file says.
    async fn pace(&self, product: &ProductSnapshot) -> Pace {
        let recent = async || {
            let found = pace::of_product(self.tools.till.base.db.read(), &self.order.sku).await;
            let found = found.unwrap_or_else(|error| {
                tracing::debug!(error = &error as &dyn std::error::Error, "nobody knows the pace");
                None
            });
            found.unwrap_or_else(|| Pace::of_minutes(product.report.expected_minutes))
        };
        *self.pace.get_or_init(recent).await
    }

    fn locale(&self) -> Locale {
        self.order.locale
    }

    /// Begins the transaction of a checkpoint; it fails when the lease was lost.
    async fn begin(&self) -> Result<WriteTx, Trouble> {
        let tx = self.tools.till.base.db.begin_write().await?;
        if jobs::progress(&tx, self.claimed, deliver_report::ATTEMPTS).await? {
            Ok(tx)
        } else {
            Err(Trouble::LeaseLost)
        }
    }

    /// Begins a transaction that notes something and is no progress; it fails when the lease was
    /// lost.
    async fn begin_noting(&self) -> Result<WriteTx, Trouble> {
        let tx = self.tools.till.base.db.begin_write().await?;
        if jobs::hold(&tx, self.claimed, self.tools.now()).await? {
            Ok(tx)
        } else {
            Err(Trouble::LeaseLost)
        }
    }

    /// Moves the mark behind the present step and commits.
    async fn checkpoint(&mut self, tx: WriteTx) -> Result<(), Trouble> {
        orders::repo::advance(&tx, &mut self.order, self.tools.now()).await?;
        tx.commit().await?;
        self.failures = 0;
        Ok(())
    }
}
