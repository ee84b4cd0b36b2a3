//! What may be shown of a text while it is still being written: its leading paragraphs, as far as
//! each was finished, read as the quality gate reads, and found to be good. Pure.
//!
//! Invariants: nothing is shown that was not read; never a part of a paragraph; nothing behind the
//! first paragraph with which something is wrong. Stricter than the gate itself, which forgives a
//! blemish in the end: what is shown here is most likely to stay.

use super::gate::{Code, Finding};

/// The paragraphs that are finished: all before the last empty line.
pub fn finished(written: &str) -> &str {
    let mut next = None;
    for (at, _) in written.rmatch_indices('\n') {
        let between = next.and_then(|next| written.get(at..next));
        if let Some(next) = next.filter(|_| between.is_some_and(|line| line.trim().is_empty())) {
            return written.get(..=next).unwrap_or_default();
        }
        next = Some(at);
    }
    ""
}

/// The good beginning of one text that grows.
#[derive(Debug, Default)]
pub struct Leading {
    good: String,
    /// Something is wrong with the paragraph behind it.
    stopped: bool,
}

impl Leading {
    /// What may be shown of `text`, whose paragraphs are all finished. `check` tells what is wrong
    /// with a text.
    pub fn read(&mut self, text: &str, check: impl Fn(&str) -> Vec<Finding>) -> &str {
        if !text.starts_with(&self.good) {
            *self = Self::default();
        }
        for beginning in beginnings(text) {
            if self.stopped || beginning.len() <= self.good.len() {
                continue;
            }
            let findings = check(beginning);
            if findings.is_empty() {
                beginning.clone_into(&mut self.good);
            }
            self.stopped = findings.iter().any(|finding| !may_be_mended(finding));
        }
        &self.good
    }
}

/// A heading, or the words before a list, is no end: what follows will tell.
fn may_be_mended(finding: &Finding) -> bool {
    finding.code == Code::Unfinished
}

/// The first paragraph, the first two, and so on to the whole text.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0_usize;
    let ends = text.split_inclusive('\n').filter_map(move |line| {
        let start = at;
        at = at.saturating_add(line.len());
        line.trim().is_empty().then_some(start)
    });
    let beginnings = ends.chain([text.len()]).filter_map(|end| text.get(..end));
    beginnings.map(str::trim_end).filter(|beginning| !beginning.is_empty())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::locale::Locale;
    use crate::reports::gate::{Expected, Gate, Known, Person};

    /// The chart of 庚午 辛巳 乙酉 庚辰.
    fn known() -> Known {
        let pillars = ["庚午", "辛巳", "乙酉", "庚辰"].map(|pillar| Some(pillar.to_owned()));
        Known { persons: vec![Person { pillars, ..Person::default() }], ..Known::default() }
    }

    fn check(text: &str) -> Vec<Finding> {
        let expected = Expected { locale: Locale::ZhHans, length: None, headings: Vec::new() };
        Gate::try_new().unwrap().check(&known(), &expected, text)
    }

    fn shown(text: &str) -> String {
        Leading::default().read(text, check).to_owned()
    }

    const FIRST: &str = "日主乙木，生在巳月，外柔内韧，懂得绕过去再往前走。";
    const WRONG: &str = "年柱辛未，幼年在外。";
    const LAST: &str = "日支酉金，做事讲规矩，也怕被规矩困住。";

    #[test]
    fn a_paragraph_is_finished_when_an_empty_line_follows() {
        for (written, done) in [
            ("", ""),
            ("一段", ""),
            ("一段。\n", ""),
            ("一段。\n还是它", ""),
            ("一段。\n\n", "一段。\n\n"),
            ("一段。\n\n二", "一段。\n\n"),
            ("一。\r\n \r\n二。\n三", "一。\r\n \r\n"),
            ("一。\n\n二。\n\n\n三", "一。\n\n二。\n\n\n"),
        ] {
            assert_eq!(finished(written), done, "{written:?}");
        }
    }

    #[test]
    fn what_is_good_is_shown_paragraph_by_paragraph() {
        let mut leading = Leading::default();
        assert_eq!(leading.read("", check), "");
        assert_eq!(leading.read(FIRST, check), FIRST);
        let both = format!("{FIRST}\n\n{LAST}");
        assert_eq!(leading.read(&both, check), both);
    }

    #[test]
    fn nothing_is_shown_from_a_wrong_pillar_on() {
        assert!(!check(WRONG).is_empty());
        assert_eq!(shown(&format!("{FIRST}\n\n{WRONG}")), FIRST);
        assert_eq!(shown(&format!("{FIRST}\n\n{WRONG}\n\n{LAST}")), FIRST);
        assert_eq!(shown(&format!("{WRONG}\n\n{LAST}")), "");
    }

    #[test]
    fn headings_and_words_before_a_list_wait_for_what_follows() {
        let heading = format!("{FIRST}\n\n### 性格");
        assert_eq!(shown(&heading), FIRST);
        let below = format!("{heading}\n\n{LAST}");
        assert_eq!(shown(&below), below);
        let colon = format!("{FIRST}\n\n可以先做三件小事：");
        assert_eq!(shown(&colon), FIRST);
        let list = format!("{colon}\n\n- 早睡。\n- 记账。");
        assert_eq!(shown(&list), list);
    }

    #[test]
    fn a_text_that_begins_again_is_read_anew() {
        let mut leading = Leading::default();
        leading.read(&format!("{FIRST}\n\n{WRONG}"), check);
        assert_eq!(leading.read("", check), "");
        assert_eq!(leading.read(LAST, check), LAST);
    }

    #[test]
    fn each_beginning_is_read_once() {
        let read = std::cell::RefCell::new(Vec::new());
        let note = |text: &str| {
            read.borrow_mut().push(text.to_owned());
            Vec::new()
        };
        let mut leading = Leading::default();
        leading.read("一", note);
        leading.read("一\n\n二\n\n三", note);
        leading.read("一\n\n二\n\n三", note);
        assert_eq!(*read.borrow(), ["一", "一\n\n二", "一\n\n二\n\n三"]);
    }

    proptest! {
        #[test]
        fn never_a_part_of_a_paragraph_and_never_a_word_that_was_not_read(
            paragraphs in proptest::collection::vec("[好坏 ]{0,3}[好坏](\\n[好坏])?", 1..8),
            cut in 0_usize..60,
        ) {
            let bad = || vec![Finding::too_short("")];
            let judge = |text: &str| if text.contains('坏') { bad() } else { Vec::new() };
            let whole = paragraphs.join("\n\n");
            let written: String = whole.chars().take(cut).collect();
            let done = finished(&written).trim_end();
            let mut leading = Leading::default();
            let shown = leading.read(done, judge).to_owned();
            prop_assert!(!shown.contains('坏'));
            let good = paragraphs.iter().take_while(|one| !one.contains('坏')).count();
            let held = (0..=good).map(|count| paragraphs[..count].join("\n\n"));
            let held: Vec<String> = held.map(|it| it.trim_end().to_owned()).collect();
            prop_assert!(held.contains(&shown), "{shown:?} of {whole:?}");
        }
    }
}
