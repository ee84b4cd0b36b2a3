//! Which god a stem is said to be, and words for one thing that do not agree.

#![expect(clippy::wildcard_enum_match_arm, reason = "a rule looks at the few words it is about")]

use super::claims::{Reading, is_latin, is_subject};
use super::cycle::{God, Pair, Stem};
use super::finding::Code;
use super::known::Chart;
use super::lexer::{Part, Word};
use super::links;

impl Reading<'_> {
    /// 庚金是正官, 正官庚金, 月干七杀, "Ding Fire is your Eating God".
    pub(super) fn gods(&mut self, bound: &[bool]) {
        for place in 0..self.tokens.len() {
            let Some(Word::God(god)) = self.word(place) else { continue };
            self.god_of_year(place, god);
            if let Some(before) = place.checked_sub(1)
                && links::is_called(self.gap(before))
            {
                if self.word(before).is_some_and(is_subject) {
                    if !self.is_end_of_list(before) {
                        self.hold_god((before, place), god);
                    }
                    continue;
                }
                if let Some(Word::God(other)) = self.word(before)
                    && other != god
                    && self.gap(before).trim() == "("
                {
                    self.report_god((before, place), other.zh().to_owned());
                }
            }
            let next = place + 1;
            let is_stem = matches!(self.word(next), Some(Word::Stem(..) | Word::Branch(..)));
            let is_taken = bound.get(next).copied().unwrap_or(false)
                || matches!(self.word(next + 1), Some(Word::God(_)))
                    && links::is_called(self.gap(next));
            if is_stem && !is_taken && links::is_named(self.gap(place)) {
                self.hold_god((next, place), god);
            }
        }
    }

    /// 2027年是食神年: the god of the year's stem or of one that its branch hides.
    fn god_of_year(&mut self, place: usize, god: God) {
        let Some(token) = self.token(place) else { return };
        let years: Vec<i32> = self
            .tokens
            .iter()
            .filter_map(|token| match token.word {
                Word::Year(year) => Some(year),
                _ => None,
            })
            .collect();
        let [year] = years.as_slice() else { return };
        let after = self.after(token);
        if !["年", "流年", "之年", "值年"].iter().any(|word| after.starts_with(word)) {
            return;
        }
        let pair = Pair::of_year(*year);
        let fits = |chart: &Chart| {
            let own = |stem: Stem| chart.god(stem) == Some(god);
            own(pair.stem) || pair.branch.hidden().any(own)
        };
        if !self.truth.any(fits) {
            let own = self.truth.say(|chart| Some(chart.god(pair.stem)?.zh().to_owned()));
            self.report(Code::TenGod, (token, token), format!("{year}年天干是{own}"));
        }
    }

    /// 庚金和辛金是…: what follows may belong to the first.
    fn is_end_of_list(&self, place: usize) -> bool {
        let Some(before) = place.checked_sub(1) else { return false };
        let is_stem = |place: usize| self.word(place).is_some_and(is_subject);
        is_stem(before) && links::is_and(self.gap(before))
    }

    fn hold_god(&mut self, (subject, place): (usize, usize), god: God) {
        let Some(word) = self.word(subject) else { return };
        let fits = |chart: &Chart| {
            let own = |stem: Stem| chart.god(stem) == Some(god);
            match word {
                Word::Stem(stem, _) | Word::Name(Some(stem), None) => own(stem),
                Word::Branch(branch, _) | Word::Name(None, Some(branch)) => {
                    branch.hidden().any(own)
                }
                Word::Pair(pair) => own(pair.stem) || pair.branch.hidden().any(own),
                Word::Position(pillar, part) => {
                    chart.pillar(pillar).is_none_or(|pair| match part {
                        Part::Stem => own(pair.stem),
                        Part::Branch => pair.branch.hidden().any(own),
                        Part::Pillar => own(pair.stem) || pair.branch.hidden().any(own),
                    })
                }
                _ => true,
            }
        };
        if self.truth.any(fits) || self.is_another_time(word) {
            return;
        }
        let own = self.truth.say(|chart| match word {
            Word::Stem(stem, _) | Word::Name(Some(stem), None) => {
                Some(format!("{}是{}", stem.zh(), chart.god(stem)?.zh()))
            }
            _ => None,
        });
        self.report_god((subject, place), own);
    }

    /// 流年年干七杀: not the pillar of the birth.
    fn is_another_time(&self, word: Word) -> bool {
        matches!(word, Word::Position(..))
            && (self.says(&["流年", "流月", "大运", "这一年"])
                || self.tokens.iter().any(|token| matches!(token.word, Word::Year(_))))
    }

    fn report_god(&mut self, (one, two): (usize, usize), expected: String) {
        if let (Some(one), Some(two)) = (self.token(one), self.token(two)) {
            self.report(Code::TenGod, (one, two), expected);
        }
    }

    /// "Geng Wu (辛巳)": two words for one thing that are not the same; and 甲火.
    pub(super) fn twins(&mut self) {
        for place in 0..self.tokens.len() {
            let Some(token) = self.token(place) else { continue };
            match token.word {
                Word::Stem(stem, element) if stem.element() != element => {
                    let own = format!("{}属{}", stem.zh(), stem.element().zh());
                    self.report(Code::Element, (token, token), own);
                }
                Word::Branch(branch, element) if branch.element() != element => {
                    let own = format!("{}属{}", branch.zh(), branch.element().zh());
                    self.report(Code::Element, (token, token), own);
                }
                _ => {}
            }
            let Some(next) = self.token(place + 1) else { continue };
            if !matches!(self.gap(place).trim(), "(" | "（") {
                continue;
            }
            let differ = match (token.word, next.word) {
                (Word::Pair(one), Word::Pair(two)) => one != two && is_latin(self, token),
                (Word::Stem(one, _), Word::Stem(two, _) | Word::Name(Some(two), None)) => {
                    one != two && is_latin(self, token)
                }
                (Word::Branch(one, _) | Word::Name(_, Some(one)), Word::Name(None, Some(two))) => {
                    one != two && is_latin(self, token)
                }
                _ => false,
            };
            if differ {
                self.report(Code::Pillar, (token, next), String::new());
            }
        }
    }
}
