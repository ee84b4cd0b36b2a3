//! What a prompt is told of the chapter that it asks for: the plan, the chapters that it has to agree
//! with, and what was wrong with its last draft.

use crate::catalog::ChapterPlan;
use crate::kernel::locale::Locale;
use crate::reports::prompt::{ChapterBrief, EarlierChapter, PlannedChapter};

/// The brief of the chapter at `index`. `summary` tells those of finished chapters by their place.
pub(super) fn of<'s>(
    plan: &[ChapterPlan],
    (index, chapter): (usize, &ChapterPlan),
    locale: Locale,
    summary: impl Fn(usize) -> Option<&'s str>,
) -> ChapterBrief {
    let title = |chapter: &ChapterPlan| chapter.title.get(locale).to_owned();
    let planned = |(it, number): (&ChapterPlan, usize)| PlannedChapter {
        number,
        title: title(it),
        covers: it.covers.clone(),
    };
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
        plan: plan.iter().zip(1_usize..).map(planned).collect(),
        earlier: plan.iter().enumerate().filter_map(earlier).collect(),
        findings: Vec::new(),
    }
}
