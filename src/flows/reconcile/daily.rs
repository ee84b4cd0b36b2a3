//! Every day the worker compares the day before, and tells the operators how it went.

use std::time::Duration;

use chrono::Timelike as _;

use super::{Manner, PAUSE, WithoutList, china, span, yesterday};
use crate::flows::jobs::{Reconcile, TellReconciliation};
use crate::flows::till::Till;
use crate::flows::tools::Tools;
use crate::notifications::message::OutgoingMessage;
use crate::notifications::sender::Priority;
use crate::payments::reconciliation::repo as rows;
use crate::payments::reconciliation::{Run, Total};
use crate::platform::jobs::store::Claimed;
use crate::platform::jobs::{Job as _, JobError, store as jobs};
use crate::platform::texts::{self, Args};

/// From this hour on, by China's clocks: providers write their lists in the early morning.
const HOUR: u32 = 10;
/// How often a list that cannot be had is waited for, and how long.
const PATIENCE: i32 = 6;
const LIST_LATER: Duration = Duration::from_secs(30 * 60);

/// Sees to it that yesterday is compared once with each provider. A shop that had nothing to be
/// paid by then has nothing to compare.
pub async fn sweep(till: &Till) -> anyhow::Result<usize> {
    let now = till.base.now();
    if china(now).hour() < HOUR {
        return Ok(0);
    }
    let day = yesterday(now);
    let mut planned = 0_usize;
    for provider in till.counters.keys() {
        let job = Reconcile { provider: provider.clone(), day };
        let db = till.base.db.read();
        if jobs::find(db, &job.dedupe_key()).await?.is_some()
            || !rows::has_payments_before(db, provider, span(day).1).await?
        {
            continue;
        }
        let tx = till.base.db.begin_write().await?;
        jobs::enqueue(&tx, &job, now).await?;
        tx.commit().await?;
        planned = planned.saturating_add(1);
    }
    Ok(planned)
}

/// Compares a day, and has the operators told.
#[tracing::instrument(name = "job.reconcile", skip_all,
    fields(payment.provider = %job.provider, day = %job.day))]
pub async fn run(till: &Till, job: Reconcile, claimed: &Claimed) -> Result<(), JobError> {
    let patient = claimed.failures < PATIENCE;
    let without_list = if patient { WithoutList::Fail } else { WithoutList::AskAboutEach };
    let manner = Manner { pause: PAUSE, without_list, progress: &|_asked, _all| {} };
    let compared = match super::run(till, (&job.provider, job.day), &manner).await {
        Ok(compared) => compared,
        Err(error @ super::ReconcileError::NoList(_)) => {
            return Err(JobError::Retry { cause: error.into(), after: Some(LIST_LATER) });
        }
        Err(error) => return Err(JobError::retry(error)),
    };
    let now = till.base.now();
    let tx = till.base.db.begin_write().await.map_err(JobError::retry)?;
    jobs::enqueue(&tx, &TellReconciliation { run: compared.run.id }, now)
        .await
        .map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)
}

/// Tells the operators how a comparison ended.
#[tracing::instrument(name = "job.reconcile.tell", skip_all, fields(reconcile.run = job.run))]
pub async fn tell(tools: &Tools, job: TellReconciliation) -> Result<(), JobError> {
    let Some(chat) = tools.operators.alert_chat else { return Ok(()) };
    let db = tools.till.base.db.read();
    let Some(run) = rows::find_run(db, job.run).await.map_err(JobError::retry)? else {
        return Ok(());
    };
    let message = OutgoingMessage::html(words(tools, &run));
    match tools.sender.send(Priority::Normal, chat, &message).await {
        Ok(_id) => Ok(()),
        Err(error) => Err(JobError::retry(error)),
    }
}

/// `📒 对账 2026-11-20：收款 12 笔 ¥478.80，退款 1 笔 ¥39.90，差异 0`
fn words(tools: &Tools, run: &Run) -> String {
    let locale = tools.operators.locale;
    let sums = |total: &Total| {
        let args = Args::new()
            .number("charges", total.charges)
            .text("charged", texts::money(locale, total.charged()))
            .number("refunds", total.refunds)
            .text("refunded", texts::money(locale, total.refunded()));
        tools.format(locale, "reconcile-sums", &args)
    };
    let mut parts: Vec<String> = run.totals.0.iter().map(sums).collect();
    if parts.is_empty() {
        parts.push(tools.text(locale, "reconcile-nothing"));
    }
    if run.booked > 0 {
        let args = Args::new().number("booked", run.booked);
        parts.push(tools.format(locale, "reconcile-booked", &args));
    }
    let args = Args::new()
        .text("date", &run.day)
        .text("provider", &run.provider)
        .text("sums", parts.join(&tools.text(locale, "reconcile-and")))
        .number("differences", run.differences);
    let mut lines = vec![tools.format(locale, "reconcile-summary", &args)];
    if run.differences > 0 {
        lines.push(tools.text(locale, "reconcile-open"));
    }
    lines.join("\n")
}
