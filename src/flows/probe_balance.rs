//! Now and then the providers that tell our balance are asked for it: the answer is kept, operators
//! hear before it is empty, and nothing is sold once it is.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::jobs::AlertKind;
use super::raise_alert;
use super::tools::Tools;
use super::writers::Writer;
use crate::platform::jobs::{Job, JobError, store as jobs};
use crate::reports::health;
use crate::reports::ports::Balance;

/// Between two questions.
const EVERY: Duration = Duration::from_secs(30 * 60);

/// Ask for the balances.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProbeBalance {
    /// The number of the half-hour: one question in each.
    pub slot: i64,
}

impl Job for ProbeBalance {
    const KIND: &'static str = "probe_balance";
    const MAX_ATTEMPTS: i32 = 4;

    fn dedupe_key(&self) -> String {
        format!("balance:{}", self.slot)
    }
}

/// Sees to it that this half-hour's question is in the queue, once.
pub async fn sweep(tools: &Tools) -> anyhow::Result<()> {
    if tools.writing.writers.iter().all(|writer| writer.purse.is_none()) {
        return Ok(());
    }
    let (base, now) = (&tools.till.base, tools.now());
    let every = i64::try_from(EVERY.as_millis()).unwrap_or(i64::MAX);
    let job = ProbeBalance { slot: now.millis().checked_div(every).unwrap_or_default() };
    if jobs::find(base.db.read(), &job.dedupe_key()).await?.is_some() {
        return Ok(());
    }
    let tx = base.db.begin_write().await?;
    jobs::enqueue(&tx, &job, now).await?;
    tx.commit().await?;
    Ok(())
}

#[tracing::instrument(name = "job.balance.probe", skip_all)]
pub async fn run(tools: &Tools, _job: ProbeBalance) -> Result<(), JobError> {
    let mut failed = None;
    for writer in tools.writing.writers.iter() {
        let Some(purse) = &writer.purse else { continue };
        match purse.account.balance().await {
            // The server has no such page.
            Ok(None) => {}
            Ok(Some(balance)) => keep(tools, (writer, purse.low_micros), &balance).await?,
            Err(cause) => failed = Some(cause),
        }
    }
    failed.map_or(Ok(()), |cause| Err(JobError::retry(cause)))
}

async fn keep(
    tools: &Tools,
    (writer, low_micros): (&Writer, i64),
    balance: &Balance,
) -> Result<(), JobError> {
    let (base, now) = (&tools.till.base, tools.now());
    let tx = base.db.begin_write().await.map_err(JobError::retry)?;
    health::save_balance(&tx, (&writer.name, balance), now).await.map_err(JobError::retry)?;
    if !balance.available || balance.micros.is_some_and(|micros| micros < low_micros) {
        let note = balance.to_string();
        let about = (writer.name.as_str(), note.as_str());
        let told = raise_alert::run(&tx, AlertKind::BalanceLow, about, now).await;
        told.map_err(JobError::retry)?;
    }
    tx.commit().await.map_err(JobError::retry)?;
    if let Some(micros) = balance.micros {
        #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
        let major = micros as f64 / 1e6;
        let (provider, currency) = (writer.name.clone(), balance.currency.clone());
        metrics::gauge!("mingshu_model_balance", "provider" => provider, "currency" => currency)
            .set(major);
    }
    Ok(())
}
