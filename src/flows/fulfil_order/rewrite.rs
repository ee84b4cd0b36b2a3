//! A delivered report is written once more on its buyer's wish: the product's prompt, the first text
//! and what is to be improved. The new text takes the place of the old one and goes out as a new round;
//! when it cannot be written, the old one stays and the buyer hears so. The order stays as it is.

use tokio_util::sync::CancellationToken;

use super::{Case, LONGEST_PAUSE, Trouble};
use crate::flows::jobs::{News, ResendReport, RewriteReport, TellBuyer};
use crate::flows::tools::Tools;
use crate::orders::OrderStatus;
use crate::platform::jobs::store::{self as jobs, Claimed};
use crate::platform::jobs::{JobError, backoff};
use crate::reports::rewrites::{self, RewriteStatus};
use crate::reports::{chapters, deliveries, repo as reports};

#[tracing::instrument(name = "job.report.rewrite", skip_all, fields(order.id = %job.order_no))]
pub async fn run(
    tools: &Tools,
    job: RewriteReport,
    (claimed, stop): (&Claimed, &CancellationToken),
) -> Result<(), JobError> {
    let opened = Case::open(tools, (claimed, stop), &job.order_no).await;
    let mut case = opened.map_err(JobError::retry)?;
    match case.rewrite(job.number).await {
        Ok(()) => Ok(()),
        Err(Trouble::Passing(_, why, asked))
            if claimed.failures.saturating_add(1) < tools.writing.attempts.max(1) =>
        {
            let usual = backoff(claimed.failures.saturating_add(1), LONGEST_PAUSE);
            Err(JobError::Retry { cause: why, after: Some(asked.unwrap_or_default().max(usual)) })
        }
        Err(Trouble::Passing(_, why, _) | Trouble::Lasting(_, why)) => {
            tracing::warn!(error = format!("{why:#}"), "the report was not written once more");
            case.keep_the_old(job.number).await.map_err(Trouble::into_job_error)
        }
        Err(trouble) => Err(trouble.into_job_error()),
    }
}

impl Case<'_> {
    async fn rewrite(&mut self, number: i64) -> Result<(), Trouble> {
        let base = &self.tools.till.base;
        let no = &self.order.order_no;
        let wish = rewrites::find_wish(base.db.read(), &base.keyring, (no, number)).await?;
        let before = reports::find_text(base.db.read(), &base.keyring, no).await?;
        let (Some(wish), Some(before)) = (wish, before) else { return Ok(()) };
        if self.order.status != OrderStatus::Completed {
            return self.keep_the_old(number).await;
        }
        let desk = self.desk().await?;
        let new = self.write_anew(&desk, (&before, &wish)).await?;
        let parts = self.parts(&desk.snapshot, &new.text).await?;
        let now = self.tools.now();
        let tx = self.begin().await?;
        if !rewrites::end(&tx, (no, number), RewriteStatus::Done, now).await? {
            return Ok(()); // Erased meanwhile: nothing may come back.
        }
        let what = (new.text.as_str(), &new.made);
        reports::replace_text(&tx, &base.keyring, no, what, now).await?;
        chapters::erase(&tx, no).await?;
        for chapter in &new.chapters {
            chapters::save(&tx, &base.keyring, (no, chapter), now).await?;
        }
        let last = deliveries::last_round(tx.conn(), no).await?.unwrap_or(0);
        let round = last.saturating_add(1);
        deliveries::plan(&tx, &base.keyring, (no, round), &parts, now).await?;
        let job = ResendReport { order_no: no.clone(), round };
        jobs::enqueue(&tx, &job, now).await?;
        tx.commit().await?;
        metrics::counter!("mingshu_rewrites_total", "outcome" => "done").increment(1);
        Ok(())
    }

    async fn keep_the_old(&mut self, number: i64) -> Result<(), Trouble> {
        let now = self.tools.now();
        let tx = self.begin().await?;
        let which = (&self.order.order_no, number);
        if !rewrites::end(&tx, which, RewriteStatus::Failed, now).await? {
            return Ok(());
        }
        let order_no = self.order.order_no.clone();
        let news = TellBuyer { order_no, news: News::RewriteFailed, about: number.to_string() };
        jobs::enqueue(&tx, &news, now).await?;
        tx.commit().await?;
        metrics::counter!("mingshu_rewrites_total", "outcome" => "failed").increment(1);
        Ok(())
    }
}
