//! The text of a report that is written once more: as it was planned, in one request or chapter by
//! chapter, each with the old words and the buyer's wish. Requests are rows like those of the first
//! text; nothing of the new one is kept before all of it is there.

use tokio::sync::watch;

use super::progress::{Growth, Told};
use super::writing::{Desk, mistaken};
use super::{Case, Failure, Trouble};
use crate::catalog::ChapterPlan;
use crate::flows::chapter_brief;
use crate::platform::texts;
use crate::reports::calls::{Call, CallOutcome};
use crate::reports::chapters::{self, Chapter, ChapterBody};
use crate::reports::draft::{self, Draft};
use crate::reports::ports::{Completion, ModelRequest};
use crate::reports::prompt::PromptValues;
use crate::reports::repo::Provenance;

/// A report that was written once more.
pub(super) struct Rewritten {
    pub(super) text: String,
    /// None when it is one text.
    pub(super) chapters: Vec<Chapter>,
    /// What all of its requests came to.
    pub(super) made: Provenance,
}

impl Case<'_> {
    pub(super) async fn write_anew(
        &self,
        desk: &Desk<'_>,
        (before, wish): (&str, &str),
    ) -> Result<Rewritten, Trouble> {
        if !desk.plan().is_empty() {
            return self.chapters_anew(desk, (before, wish)).await;
        }
        let request = self.improved(desk.request(None, None)?, (before, wish))?;
        let (completion, made) = self.ask_once_more(desk, "", &request).await?;
        if let Some(written) = desk.snapshot.report.falls_short(&completion.text) {
            let least = desk.snapshot.report.min_characters;
            let why = anyhow::anyhow!("a text of {written} characters, {least} were asked for");
            return Err(Trouble::Passing(Failure::Model, why, None));
        }
        let expected = self.expected(&desk.snapshot, &request);
        self.fit(desk, (&completion.text, &expected)).await?;
        Ok(Rewritten { text: completion.text, chapters: Vec::new(), made })
    }

    async fn chapters_anew(
        &self,
        desk: &Desk<'_>,
        (before, wish): (&str, &str),
    ) -> Result<Rewritten, Trouble> {
        let base = &self.tools.till.base;
        let old = chapters::list(base.db.read(), &base.keyring, &self.order.order_no).await?;
        let mut made: Option<Provenance> = None;
        let mut written: Vec<Chapter> = Vec::new();
        let planned = chapter_brief::planned(desk.plan(), desk.locale);
        for (index, plan) in desk.plan().iter().enumerate() {
            let first = old.iter().find(|chapter| chapter.key == plan.key);
            let first = first.map_or(before, |chapter| chapter.body.markdown.as_str());
            let summary = |place: usize| Some(written.get(place)?.body.summary.as_str());
            let whole = (desk.plan(), &planned);
            let brief = chapter_brief::of(whole, (index, plan), desk.locale, summary);
            let title = brief.title.clone();
            let request = desk.request(Some(brief), Some(&plan.facts))?;
            let request = self.improved(request, (first, wish))?;
            let (completion, cost) = self.ask_once_more(desk, &plan.key, &request).await?;
            let draft = Draft::read(&completion.text);
            good_enough(desk, plan, &draft)?;
            self.fit(desk, (&draft.markdown, &self.of_chapter())).await?;
            let Draft { markdown, summary } = draft;
            let position = i32::try_from(index).unwrap_or(i32::MAX);
            let body = ChapterBody { title, markdown, summary };
            written.push(Chapter { key: plan.key.clone(), position, body });
            made = Some(made.map_or(cost.clone(), |sum| plus(&sum, cost)));
        }
        let parts = written.iter().map(|it| (it.body.title.as_str(), it.body.markdown.as_str()));
        let text = draft::join(desk.locale, parts);
        let none = || Trouble::Lasting(Failure::Internal, anyhow::anyhow!("the plan is empty"));
        Ok(Rewritten { text, chapters: written, made: made.ok_or_else(none)? })
    }

    async fn ask_once_more(
        &self,
        desk: &Desk<'_>,
        chapter: &str,
        request: &ModelRequest,
    ) -> Result<(Completion, Provenance), Trouble> {
        let (growth, _unseen) = watch::channel(Growth::default());
        let told = Told::new(&growth, 0);
        let (completion, made) = self.ask_model(desk, chapter, (request, &told)).await?;
        let (chapter, outcome) = (chapter.to_owned(), CallOutcome::Kept);
        let call = Call { chapter, outcome, made: made.clone(), findings: Vec::new() };
        self.record(&call).await?;
        Ok((completion, made))
    }

    /// The request for the first text, and what is to be different about the new one.
    fn improved(
        &self,
        request: ModelRequest,
        (before, wish): (&str, &str),
    ) -> Result<ModelRequest, Trouble> {
        let file = self.tools.catalog.rewrite_prompt();
        let template =
            self.tools.writing.templates.get(&file.file, &file.text).map_err(mistaken)?;
        let values = PromptValues {
            facts: (),
            form: serde_json::json!({ "before": before, "wish": wish }),
            product: (),
            locale: self.locale(),
            today: texts::date(self.tools.now(), self.tools.till.money.time_zone),
            chapter: None,
        };
        let more = template.render(&values).map_err(mistaken)?;
        Ok(ModelRequest {
            system: format!("{}\n\n{}", request.system, more.system),
            user: format!("{}\n\n{}", request.user, more.user),
            ..request
        })
    }
}

fn good_enough(desk: &Desk<'_>, plan: &ChapterPlan, draft: &Draft) -> Result<(), Trouble> {
    let findings = desk.findings(plan, draft);
    if findings.is_empty() {
        return Ok(());
    }
    let codes: Vec<_> = findings.into_iter().map(|finding| finding.code).collect();
    let why = anyhow::anyhow!("chapter {} is not good enough: {}", plan.key, codes.join(" "));
    Err(Trouble::Passing(Failure::Model, why, None))
}

fn plus(sum: &Provenance, other: Provenance) -> Provenance {
    Provenance {
        usage: sum.usage.plus(other.usage),
        cost_micros: sum.cost_micros.saturating_add(other.cost_micros),
        ..other
    }
}
