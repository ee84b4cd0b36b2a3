//! The quality gate: reads a report as a strict editor would, against what is known of the buyer's
//! chart, before any buyer reads it.
//!
//! The gate is pure: words in, findings out. It knows the vocabulary of the art but reckons no
//! chart; what is true is told to it in [`Known`]. A statement is judged only where its two ends
//! are joined by words that join (`links.rs`), so general talk about the art passes. Its rate of
//! finds and of false alarms is measured by `tests/gate` and stands in docs/quality.md.

mod banned;
mod claims;
mod cycle;
mod finding;
mod form;
mod gods;
mod known;
mod lexer;
mod links;
mod luck;
mod names;
mod numbers;
mod phrases;
mod plain;
mod repetition;
mod script;
mod times;
mod verdict;

use std::ops::RangeInclusive;

use self::banned::Banned;
use self::claims::Reading;
pub use self::finding::{Code, Finding, Severity};
use self::known::Truth;
pub use self::known::{Decade, Known, Person};
use self::phrases::Phrases;
use self::plain::Sentence;
pub use self::verdict::{Mode, Verdict};
use crate::kernel::locale::Locale;

/// What was asked for.
#[derive(Debug, Clone)]
pub struct Expected {
    pub locale: Locale,
    /// Characters without white space; words where the locale is English. `None`: not judged.
    pub length: Option<RangeInclusive<usize>>,
    /// Headings that must be there, with or without their numbers.
    pub headings: Vec<String>,
}

/// The patterns of the set phrases; made once.
pub struct Gate {
    phrases: Phrases,
    banned: Banned,
}

/// A pattern of the gate is none: a mistake of ours that the first start shows.
#[derive(Debug, thiserror::Error)]
#[error("a pattern of the quality gate is wrong")]
pub struct GateError(#[from] regex::Error);

impl Gate {
    /// # Errors
    /// When a pattern does not compile.
    pub fn try_new() -> Result<Self, GateError> {
        Ok(Self { phrases: Phrases::try_new()?, banned: Banned::try_new()? })
    }

    /// Everything that is wrong with one text: a chapter, or a report of one piece. Grave findings
    /// come first.
    pub fn check(&self, known: &Known, expected: &Expected, text: &str) -> Vec<Finding> {
        let sentences = plain::sentences(text);
        let mut findings = self.statements(known, &sentences);
        findings.extend(self.banned.find(&sentences));
        findings.extend(form::check(text, expected));
        findings.extend(repetition::check(text, &sentences));
        sorted(findings)
    }

    /// What is wrong only when finished chapters are read together: they repeat each other.
    pub fn check_together(&self, chapters: &[&str]) -> Vec<Finding> {
        let whole = chapters.join("\n\n");
        sorted(repetition::check(&whole, &plain::sentences(&whole)))
    }

    /// The chapters that repeat an earlier one, by their places, with what was found. What a chapter
    /// repeats of itself was found when it was read alone.
    pub fn repeating(&self, chapters: &[&str]) -> Vec<(usize, Vec<Finding>)> {
        let alone = |text: &&str| self.check_together(&[text]).is_empty();
        let sound: Vec<(usize, &str)> =
            chapters.iter().copied().enumerate().filter(|(_, text)| alone(text)).collect();
        let repeats = |(later, text): &(usize, &str)| {
            let earlier = sound.iter().take_while(|(place, _)| place < later);
            let found = earlier.map(|(_, before)| self.check_together(&[before, text]));
            Some((*later, found.into_iter().find(|findings| !findings.is_empty())?))
        };
        sound.iter().filter_map(repeats).collect()
    }

    /// What the sentences state, held against what is known.
    fn statements(&self, known: &Known, sentences: &[Sentence]) -> Vec<Finding> {
        let truth = Truth::of(known);
        let mut findings = Vec::new();
        for sentence in sentences {
            let tokens = lexer::words(&sentence.read);
            let mut reading = Reading { truth: &truth, sentence, tokens, findings: Vec::new() };
            reading.chart();
            reading.times();
            reading.phrases(&self.phrases);
            findings.append(&mut reading.findings);
        }
        findings
    }
}

fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (!finding.is_grave(), finding.code));
    findings.dedup();
    findings
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Gate")
    }
}
