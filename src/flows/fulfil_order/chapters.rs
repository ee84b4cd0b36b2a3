//! A report chapter by chapter. Chapters that wait for nobody are written at the same time, as many
//! as the settings allow and as the order's budget has room for. Each is stored as it finishes; a
//! crash goes on with those that are missing. A draft that is not good enough is written again with
//! what was wrong in its prompt; its attempts outlive a crash, because every request is a row.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;

use super::judge::{Text, part_of};
use super::live::{Kind, Live};
use super::progress::{Growth, Told};
use super::report::for_prompt;
use super::writing::{Desk, expected};
use super::{Case, Failure, Trouble};
use crate::catalog::ChapterPlan;
use crate::flows::chapter_brief;
use crate::kernel::locale::Locale;
use crate::reports::budget::Load;
use crate::reports::calls::{self, Call, CallOutcome};
use crate::reports::chapters::{self, Chapter, ChapterBody};
use crate::reports::checks::{self, Check};
use crate::reports::draft::{self, Draft, Finding};
use crate::reports::gate::{self, Verdict};
use crate::reports::prompt::{ChapterBrief, PlannedChapter};
use crate::reports::repo::{self as reports, Provenance};

/// Between tries to store a finished chapter.
const STORE_PAUSES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(2)];

/// The plan, and what is finished of it.
struct Book<'a> {
    plan: &'a [ChapterPlan],
    planned: Arc<[PlannedChapter]>,
    /// By their places in the plan.
    done: BTreeMap<usize, Chapter>,
    /// What those that are being written may come to.
    under_way: BTreeMap<usize, Load>,
}

impl<'a> Book<'a> {
    fn open(plan: &'a [ChapterPlan], locale: Locale, kept: Vec<Chapter>) -> Self {
        let place = |key: &str| plan.iter().position(|planned| planned.key == key);
        let done = kept.into_iter().filter_map(|it| Some((place(&it.key)?, it))).collect();
        let planned = chapter_brief::planned(plan, locale);
        Self { plan, planned, done, under_way: BTreeMap::new() }
    }

    /// The first chapter that nobody writes yet and that waits for nobody.
    fn next(&self) -> Option<(usize, &'a ChapterPlan)> {
        let ready: BTreeSet<&str> =
            self.done.keys().filter_map(|it| Some(self.plan.get(*it)?.key.as_str())).collect();
        let planned: BTreeSet<&str> = self.plan.iter().map(|it| it.key.as_str()).collect();
        let waits = |key: &String| planned.contains(key.as_str()) && !ready.contains(key.as_str());
        self.plan.iter().enumerate().find(|(index, chapter)| {
            !self.done.contains_key(index)
                && !self.under_way.contains_key(index)
                && !chapter.after.iter().any(waits)
        })
    }

    fn is_whole(&self) -> bool {
        self.done.len() == self.plan.len()
    }

    fn reserved(&self) -> Load {
        self.under_way.values().fold(Load::default(), |sum, load| sum.plus(*load))
    }

    fn growth(&self) -> Growth {
        let lengths = self.done.iter().map(|(it, made)| (*it, made.body.markdown.chars().count()));
        Growth::of_chapters(lengths.collect(), (self.done.len(), self.plan.len()))
    }

    fn brief(&self, at: (usize, &ChapterPlan), locale: Locale) -> ChapterBrief {
        let summary = |place: usize| Some(self.done.get(&place)?.body.summary.as_str());
        chapter_brief::of((self.plan, &self.planned), at, locale, summary)
    }
}

impl Case<'_> {
    pub(super) async fn write_chapters(&mut self, desk: &Desk<'_>) -> Result<(), Trouble> {
        let base = &self.tools.till.base;
        let kept = chapters::list(base.db.read(), &base.keyring, &self.order.order_no).await?;
        let mut book = Book::open(desk.plan(), desk.locale, kept);
        loop {
            let before = book.done.len();
            let (growth, watched) = watch::channel(book.growth());
            let live = self.live();
            let outcome = tokio::select! {
                biased;
                outcome = self.fill(&mut book, desk, (&growth, &live)) => outcome,
                never = self.show_writing(&desk.snapshot, watched) => match never {},
                never = self.show_live(desk, (&live, Kind::Chapters)) => match never {},
            };
            if book.done.len() > before {
                self.failures = 0;
            }
            outcome?;
            if !self.take_back_repeating(desk, &mut book).await? {
                return self.bind(desk, &book).await;
            }
        }
    }

    /// Whether chapters are missing again, because they repeat others.
    async fn take_back_repeating(
        &self,
        desk: &Desk<'_>,
        book: &mut Book<'_>,
    ) -> Result<bool, Trouble> {
        let (places, chapters): (Vec<usize>, Vec<&Chapter>) =
            book.done.iter().map(|(place, chapter)| (*place, chapter)).unzip();
        let back = self.read_together(desk, &chapters).await?;
        let back: Vec<usize> = back.iter().filter_map(|it| places.get(*it).copied()).collect();
        for place in &back {
            book.done.remove(place);
        }
        Ok(!back.is_empty())
    }

    /// Writes what is missing. When a chapter fails, those under way are finished and stored: they
    /// are paid for.
    ///
    /// Everything that waits does so inside of the chapters' own futures: one that holds the write
    /// lock while somebody else is waited for here would never let go of it.
    async fn fill(
        &self,
        book: &mut Book<'_>,
        desk: &Desk<'_>,
        (growth, live): (&watch::Sender<Growth>, &Live),
    ) -> Result<(), Trouble> {
        let mut under_way = FuturesUnordered::new();
        let mut trouble = None;
        loop {
            while trouble.is_none() && !self.stop.is_cancelled() {
                match self.take_up(book, desk) {
                    Ok(Some((index, chapter, brief))) => {
                        let told = Told::new(growth, index).watched_by(live);
                        under_way.push(async move {
                            (index, self.make(desk, (index, chapter), (brief, told)).await)
                        });
                    }
                    Ok(None) => break,
                    Err(error) => trouble = Some(error),
                }
            }
            let Some((index, made)) = under_way.next().await else { break };
            book.under_way.remove(&index);
            live.end(index);
            match made {
                Ok(chapter) => {
                    book.done.insert(index, chapter);
                    growth.send_replace(book.growth());
                }
                Err(error) => trouble = trouble.or(Some(error)),
            }
        }
        match trouble {
            Some(trouble) => Err(trouble),
            // The program stops.
            None if !book.is_whole() => Err(Trouble::TooEarly(Duration::ZERO)),
            None => Ok(()),
        }
    }

    /// The next chapter to be written, when there is one, a free hand, and room in the budget.
    fn take_up<'b>(
        &self,
        book: &mut Book<'b>,
        desk: &Desk<'_>,
    ) -> Result<Option<(usize, &'b ChapterPlan, ChapterBrief)>, Trouble> {
        if book.under_way.len() >= self.tools.writing.chapters_at_once.max(1) {
            return Ok(None);
        }
        let Some((index, chapter)) = book.next() else { return Ok(None) };
        let brief = book.brief((index, chapter), desk.locale);
        let request = desk.request(Some(brief.clone()), Some(&chapter.facts))?;
        let load = expected(&request, chapter.bounds(desk.locale).1, self.tools);
        if book.under_way.is_empty() {
            desk.afford(load, self.tools)?;
        } else if !desk.has_room(book.reserved().plus(load), self.tools) {
            return Ok(None);
        }
        book.under_way.insert(index, load);
        Ok(Some((index, chapter, brief)))
    }

    /// One chapter: asked for until it is good enough or its attempts are used up, then stored.
    async fn make(
        &self,
        desk: &Desk<'_>,
        (index, chapter): (usize, &ChapterPlan),
        (mut brief, told): (ChapterBrief, Told<'_>),
    ) -> Result<Chapter, Trouble> {
        let part = part_of(desk.plan(), &chapter.key);
        let mut findings = self.rejected(&chapter.key).await?;
        let mut attempts = self.refusals(part).await?;
        while attempts < i64::from(self.tools.writing.attempts.max(1)) {
            brief.findings = findings.into_iter().map(|finding| finding.text).collect();
            let request = desk.request(Some(brief.clone()), Some(&chapter.facts))?;
            let asked = self.ask_model(desk, &chapter.key, (&request, &told)).await;
            let (completion, made) = asked?;
            let draft = Draft::read(&completion.text);
            findings = desk.findings(chapter, &draft);
            let key = chapter.key.clone();
            let text = Text { part, body: &draft.markdown, made: &made };
            let length = chapter.length(desk.locale);
            let short = findings.iter().map(|_| gate::Finding::too_short(&length)).collect();
            let check = self.read_text(desk, (&text, &self.of_chapter()), short).await?;
            if check.verdict != Verdict::Refused {
                let Draft { markdown, summary } = draft;
                let position = i32::try_from(index).unwrap_or(i32::MAX);
                let body = ChapterBody { title: brief.title, markdown, summary };
                return self.store(Chapter { key, position, body }, (made, &check)).await;
            }
            let mended = check.findings.get(findings.len()..).unwrap_or_default();
            findings.extend(for_prompt(mended, desk.locale));
            let outcome = CallOutcome::Rejected;
            let call = Call { chapter: key, outcome, made, findings: findings.clone() };
            self.refuse(&call, (&check, &completion.text)).await?;
            attempts = attempts.saturating_add(1);
        }
        let codes: Vec<_> = findings.iter().map(|finding| finding.code.as_str()).collect();
        if codes.iter().any(|code| *code != "too-short") {
            return Err(self.hold(part, &codes.join(", ")).await?);
        }
        let (key, codes) = (&chapter.key, codes.join(" "));
        let cause = anyhow::anyhow!("chapter {key} is not good enough after {attempts}: {codes}");
        Err(Trouble::Lasting(Failure::Model, cause))
    }

    /// What was wrong with the last draft of a chapter that was rejected.
    async fn rejected(&self, key: &str) -> Result<Vec<Finding>, Trouble> {
        let base = &self.tools.till.base;
        let calls = calls::list(base.db.read(), &base.keyring, &self.order.order_no).await?;
        let of_chapter = |call: &Call| call.chapter == key && call.outcome == CallOutcome::Rejected;
        let last = calls.into_iter().rfind(of_chapter);
        Ok(last.map(|call| call.findings).unwrap_or_default())
    }

    /// A text that is paid for is worth another try when the database fails for a moment.
    async fn store(
        &self,
        chapter: Chapter,
        (made, check): (Provenance, &Check),
    ) -> Result<Chapter, Trouble> {
        let (key, outcome) = (chapter.key.clone(), CallOutcome::Kept);
        let call = Call { chapter: key, outcome, made, findings: Vec::new() };
        for pause in STORE_PAUSES {
            match self.try_to_store(&chapter, (&call, check)).await {
                Err(Trouble::Passing(_, cause, _)) => {
                    tracing::warn!(error = &*cause, "a chapter could not be stored, once more");
                    tokio::time::sleep(pause).await;
                }
                stored => return stored.map(|()| chapter),
            }
        }
        self.try_to_store(&chapter, (&call, check)).await?;
        Ok(chapter)
    }

    async fn try_to_store(
        &self,
        chapter: &Chapter,
        (call, check): (&Call, &Check),
    ) -> Result<(), Trouble> {
        let (keyring, now) = (&self.tools.till.base.keyring, self.tools.now());
        let number = &self.order.order_no;
        let tx = self.begin().await?;
        // A commit whose answer was lost is not made twice.
        if chapters::save(&tx, keyring, (number, chapter), now).await? {
            calls::record(&tx, keyring, (number, call), now).await?;
            checks::save(&tx, keyring, number, (check, None)).await?;
        }
        tx.commit().await?;
        metrics::counter!("mingshu_chapters_total").increment(1);
        tracing::info!(report.chapter = chapter.key, "chapter written");
        Ok(())
    }

    /// The chapters become the report.
    async fn bind(&mut self, desk: &Desk<'_>, book: &Book<'_>) -> Result<(), Trouble> {
        let parts =
            book.done.values().map(|it| (it.body.title.as_str(), it.body.markdown.as_str()));
        let text = draft::join(desk.locale, parts);
        let (keyring, now) = (&self.tools.till.base.keyring, self.tools.now());
        let number = &self.order.order_no;
        let tx = self.begin().await?;
        let total = calls::total(tx.conn(), number).await?;
        let calls = calls::list(tx.conn(), keyring, number).await?;
        let last = calls.into_iter().rfind(|call| call.outcome == CallOutcome::Kept);
        let last = last.map(|call| call.made).ok_or_else(|| {
            Trouble::Lasting(
                Failure::Internal,
                anyhow::anyhow!("no request for the chapters is known"),
            )
        })?;
        let made = Provenance { usage: total.usage, cost_micros: total.cost_micros, ..last };
        reports::save_text(&tx, keyring, number, (text.as_str(), &made), now).await?;
        self.checkpoint(tx).await
    }
}
