//! The end of an order whose report cannot be made or delivered: reason, automatic refund, the
//! buyer's and the operators' news, all in one transaction (seed 000 §6, spec.md §2).

use super::{Case, Trouble};
use crate::flows::jobs::{AlertKind, News, TellBuyer};
use crate::flows::settle_payment::order_event;
use crate::flows::{hold_goods, raise_alert, refund_order};
use crate::kernel::clock::Timestamp;
use crate::orders::rules::Next;
use crate::orders::{self, Actor, Change, Order, OrderStatus};
use crate::platform::db::WriteTx;
use crate::platform::jobs::{JobError, store as jobs};

/// What it was that failed, in the classes that a buyer is told. The words stand in `orders.failure`
/// and in jobs, and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    Chart,
    ChartDisagreement,
    Model,
    ModelRefused,
    Delivery,
    Internal,
}

impl Failure {
    pub const ALL: [Self; 6] = [
        Self::Chart,
        Self::ChartDisagreement,
        Self::Model,
        Self::ModelRefused,
        Self::Delivery,
        Self::Internal,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::ChartDisagreement => "chart-disagreement",
            Self::Model => "model",
            Self::ModelRefused => "model-refused",
            Self::Delivery => "delivery",
            Self::Internal => "internal",
        }
    }

    /// The class in the note that an order keeps about its failure; `None` when it failed before
    /// it was paid.
    pub fn of(order: &Order) -> Option<Self> {
        let word = order.failure.as_deref()?.split(':').next()?;
        Self::parse(word)
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|failure| failure.as_str() == word)
    }

    /// The text that tells it to the buyer.
    pub fn text_key(self) -> String {
        format!("failure-{}", self.as_str())
    }
}

impl Case<'_> {
    pub(super) async fn give_up(
        &mut self,
        failure: Failure,
        cause: anyhow::Error,
    ) -> Result<(), JobError> {
        if self.order.status != OrderStatus::Generating {
            // Not in work yet, so there is nothing to fail: the next run tries again.
            return Err(JobError::Retry { cause, after: None });
        }
        let reason = format!("{}: {cause:#}", failure.as_str());
        self.fail(failure, &reason).await.map_err(Trouble::into_job_error)?;
        tracing::error!(order.failure = %reason, "the order failed");
        metrics::counter!("mingshu_orders_failed_total", "failure" => failure.as_str())
            .increment(1);
        Ok(())
    }

    async fn fail(&mut self, failure: Failure, reason: &str) -> Result<(), Trouble> {
        let now = self.tools.now();
        let tx = self.begin().await?;
        let mut order = orders::repo::lock(&tx, &self.order.order_no).await?;
        fail_order(&tx, &mut order, (failure, reason, &Actor::Worker), now)
            .await
            .map_err(|cause| Trouble::Passing(Failure::Internal, cause, None))?;
        tx.commit().await?;
        self.order = order;
        Ok(())
    }
}

/// Everything that belongs to the end of an order that fails, for a locked one; nothing when it
/// has failed already.
pub(in crate::flows) async fn fail_order(
    tx: &WriteTx,
    order: &mut Order,
    (failure, reason, actor): (Failure, &str, &Actor),
    now: Timestamp,
) -> anyhow::Result<()> {
    let next = orders::repo::change(tx, order, Change::GaveUp, actor, reason, now).await?;
    if next == Next::AlreadyThere {
        return Ok(());
    }
    order_event(tx, "order.failed", order, now).await?;
    let order_no = order.order_no.clone();
    let news = TellBuyer { order_no, news: News::OrderFailed, about: failure.as_str().into() };
    jobs::enqueue(tx, &news, now).await?;
    refund_order::of_failed_order(tx, order, now).await?;
    hold_goods::give_back(tx, order, now).await?;
    let about = (order.order_no.as_str(), reason);
    raise_alert::run(tx, AlertKind::OrderFailed, about, now).await?;
    Ok(())
}
