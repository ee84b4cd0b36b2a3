//! What a prompt is told of the chapter that it asks for: the plan, the chapters that it has to agree
//! with, and what was wrong with its last draft.

use std::sync::Arc;

use crate::catalog::ChapterPlan;
use crate::kernel::locale::Locale;
use crate::reports::prompt::{ChapterBrief, EarlierChapter, PlannedChapter};

/// What every brief says of the whole plan.
pub(super) fn planned(plan: &[ChapterPlan], locale: Locale) -> Arc<[PlannedChapter]> {
    let planned = |(it, number): (&ChapterPlan, usize)| PlannedChapter {
        number,
        title: it.title.get(locale).to_owned(),
        covers: it.covers.clone(),
    };
    plan.iter().zip(1_usize..).map(planned).collect()
}

/// The brief of the chapter at `index`. `summary` tells those of finished chapters by their place.
pub(super) fn of<'s>(
    (plan, planned): (&[ChapterPlan], &Arc<[PlannedChapter]>),
    (index, chapter): (usize, &ChapterPlan),
    locale: Locale,
    summary: impl Fn(usize) -> Option<&'s str>,
) -> ChapterBrief {
    let title = |chapter: &ChapterPlan| chapter.title.get(locale).to_owned();
    let earlier = |(place, it): (usize, &ChapterPlan)| {
        let told = summary(place).filter(|_| chapter.after.contains(&it.key))?;
        let (number, summary) = (place.saturating_add(1), told.to_owned());
        Some(EarlierChapter { number, title: title(it), summary })
    };
    ChapterBrief {
        number: index.saturating_add(1),
        total: plan.len(),
        title: title(chapter),
        covers: chapter.covers.clone(),
        length: chapter.length(locale),
        plan: Arc::clone(planned),
        earlier: plan.iter().enumerate().filter_map(earlier).collect(),
        findings: Vec::new(),
    }
}
