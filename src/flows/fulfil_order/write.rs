//! One text from one of the writers: the first that is well, has budget and did not refuse it.

use std::time::Duration;

use chrono::TimeZone as _;

use super::judge::part_of;
use super::progress::Told;
use super::writing::{Desk, count};
use super::{Case, Failure, Trouble};
use crate::flows::jobs::AlertKind;
use crate::flows::writers::{self, Writer};
use crate::kernel::clock::Timestamp;
use crate::reports::breaker::Breaker;
use crate::reports::calls::{self, Call, CallOutcome};
use crate::reports::ports::{Completion, ModelError, ModelRequest, TokenUsage};
use crate::reports::repo::Provenance;
use crate::reports::{checks, cost};

/// How soon an order is looked at again whose every writer has spent the day's budget.
const NEXT_LOOK: Duration = Duration::from_secs(600);

impl Case<'_> {
    /// Has a text written. The next writer is asked when one refuses the content or our account;
    /// after failures that may pass the job itself tries again, later with the next writer. A
    /// request without a text is written down with what it cost.
    pub(super) async fn ask_model(
        &self,
        desk: &Desk<'_>,
        chapter: &str,
        (request, told): (&ModelRequest, &Told<'_>),
    ) -> Result<(Completion, Provenance), Trouble> {
        let all = &self.tools.writing.writers;
        let rank = self.rank(part_of(desk.plan(), chapter)).await?;
        let mut spent = self.without_budget().await?;
        if spent.len() == all.len() {
            let note = "every provider has spent the day's budget";
            self.alert(AlertKind::ModelStopped, ("budget", note)).await?;
            return Err(Trouble::TooEarly(NEXT_LOOK));
        }
        let mut last = None;
        loop {
            let well: Vec<bool> = all.iter().map(|one| one.is_well(self.tools.now())).collect();
            let chosen = writers::choose(&well, &spent, rank);
            let Some((place, writer)) = chosen.and_then(|place| Some((place, all.get(place)?)))
            else {
                let nobody =
                    || Trouble::Passing(Failure::Model, anyhow::anyhow!("no writer"), None);
                return Err(last.unwrap_or_else(nobody));
            };
            told.begin();
            match writer.model.write(request, told).await {
                Ok(completion) => {
                    writer.learn(Breaker::succeeded);
                    let made = provenance(desk, writer, (&completion.model, completion.usage));
                    desk.spend(&made);
                    count(&made);
                    return Ok((completion, made));
                }
                Err(error) => {
                    let made = provenance(desk, writer, ("", told.spent()));
                    desk.spend(&made);
                    count(&made);
                    let (outcome, findings) = (CallOutcome::Failed, Vec::new());
                    let chapter = chapter.to_owned();
                    self.record(&Call { chapter, outcome, made, findings }).await?;
                    let trouble = self.unwritten(error, writer).await?;
                    if matches!(trouble, Trouble::Passing(..)) {
                        return Err(trouble);
                    }
                    spent.push(place);
                    last = Some(trouble);
                }
            }
        }
    }

    /// How far down the list to begin: a writer further for every round of attempts that failed,
    /// and for every text after the second that the gate refused.
    async fn rank(&self, part: i64) -> Result<usize, Trouble> {
        let failures = self.failures / self.tools.writing.attempts.max(1);
        let db = self.tools.till.base.db.read();
        let (refused, _) = checks::count(db, &self.order.order_no, part).await?;
        let refused = if refused >= 2 { refused.saturating_sub(1) } else { 0 };
        Ok(usize::try_from(i64::from(failures).max(refused)).unwrap_or(0))
    }

    /// The places of writers that spent their money for today.
    async fn without_budget(&self) -> Result<Vec<usize>, Trouble> {
        let midnight = self.midnight();
        let mut spent = Vec::new();
        for (place, writer) in self.tools.writing.writers.iter().enumerate() {
            let Some(budget) = writer.daily_budget_micros else { continue };
            let db = self.tools.till.base.db.read();
            if calls::spent_since(db, &writer.name, midnight).await? >= budget {
                spent.push(place);
            }
        }
        Ok(spent)
    }

    /// When the present day began in the shop's zone.
    fn midnight(&self) -> Timestamp {
        let zone = self.tools.till.money.time_zone;
        let today = self.tools.now().to_utc().with_timezone(&zone).date_naive();
        let start = zone.from_local_datetime(&today.and_time(chrono::NaiveTime::MIN)).earliest();
        start.map_or(self.tools.now(), |start| Timestamp::from_millis(start.timestamp_millis()))
    }

    /// What an error of a writer means for the order; an operator hears of a refused account.
    async fn unwritten(&self, error: ModelError, writer: &Writer) -> Result<Trouble, Trouble> {
        metrics::counter!("mingshu_model_failures_total").increment(1);
        let now = self.tools.now();
        Ok(match error {
            ModelError::Retry { retry_after, .. } => {
                writer.learn(|breaker| breaker.failed(now));
                Trouble::Passing(Failure::Model, error.into(), retry_after)
            }
            ModelError::Stop { .. } => {
                writer.learn(|breaker| breaker.stopped(now));
                let note = format!("{}: {error}", writer.name);
                self.alert(AlertKind::ModelStopped, ("model", &note)).await?;
                // The same request would be refused again (spec.md §5 "stop").
                Trouble::Lasting(Failure::Model, error.into())
            }
            ModelError::Refused => Trouble::Lasting(Failure::ModelRefused, error.into()),
        })
    }
}

fn provenance(desk: &Desk<'_>, writer: &Writer, (model, usage): (&str, TokenUsage)) -> Provenance {
    let prices = writer.prices.as_ref();
    Provenance {
        prompt_version: desk.template.version(),
        model: model.to_owned(),
        provider: writer.name.clone(),
        usage,
        cost_micros: prices.map(|prices| cost::cost_micros(&usage, prices)).unwrap_or_default(),
        cost_currency: prices.map(|prices| prices.currency.to_string()).unwrap_or_default(),
    }
}
