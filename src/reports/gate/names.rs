//! Melodic names and hidden stems.

use super::claims::Reading;
use super::cycle::{Branch, Stem, nayin_words};
use super::finding::{Code, Finding};
use super::lexer::{Part, Word};
use super::links::consists_of;

impl Reading<'_> {
    /// 年柱纳音路旁土: the pillar's own, or that of any pillar of the birth.
    pub(super) fn melodic_names(&mut self) {
        if !self.says(&["纳音", "nayin", "Nayin", "melodic", "命"]) {
            return;
        }
        for word in nayin_words() {
            let Some(at) = self.sentence.read.find(word) else { continue };
            let clause_start = self
                .sentence
                .read
                .get(..at)
                .and_then(|text| text.rfind(['；', ';', '。']))
                .unwrap_or(0);
            let before = self.tokens.iter().rev().find(|token| {
                token.end <= at && token.start >= clause_start && at - token.end < 60
            });
            let fits = match before.map(|token| token.word) {
                Some(Word::Pair(pair)) => pair.nayin() == *word,
                Some(Word::Position(place, Part::Pillar)) => self
                    .truth
                    .any(|chart| chart.pillar(place).is_none_or(|pair| pair.nayin() == *word)),
                _ => self.truth.any(|chart| {
                    let natal = chart.natal.iter().flatten().copied();
                    let luck = chart.decades.iter().map(|(pair, _)| *pair);
                    natal.chain(luck).any(|pair| pair.nayin() == *word)
                }),
            };
            if !fits {
                let excerpt = self.sentence.excerpt(at..at + word.len());
                self.findings.push(Finding::new(Code::Nayin, excerpt, String::new()));
            }
        }
    }

    /// 午中藏丁火与己土, 月支巳火里有庚金.
    pub(super) fn hidden_stems(&mut self) {
        const HIDES: [&str; 22] = [
            "中", "里", "内", "藏", "含", "着", "有", "了", "一点", "的", "又", "还", "余气",
            "本气", "面", "藏着", "暗藏", ")", "holds", "hides", "contains", "conceals",
        ];
        for place in 0..self.tokens.len().saturating_sub(1) {
            let gap = self.gap(place);
            let hides = ["藏", "含", "有", "holds", "hides", "contains", "conceals"];
            if !consists_of(gap, &HIDES) || !hides.iter().any(|word| gap.contains(word)) {
                continue;
            }
            let branches: Vec<Branch> = match self.word(place) {
                Some(Word::Branch(branch, _) | Word::Name(_, Some(branch))) => vec![branch],
                Some(Word::Position(pillar, Part::Branch)) => self
                    .truth
                    .persons
                    .iter()
                    .filter_map(|chart| chart.pillar(pillar))
                    .map(|pair| pair.branch)
                    .collect(),
                _ => continue,
            };
            self.hidden_list(place + 1, &branches);
        }
    }

    fn hidden_list(&mut self, first: usize, branches: &[Branch]) {
        let hides =
            |stem: Stem| branches.iter().any(|branch| branch.hidden().any(|own| own == stem));
        let mut place = first;
        while let Some(Word::Stem(stem, _)) = self.word(place) {
            if let Some(token) = self.token(place)
                && !hides(stem)
            {
                let own = branches.iter().map(|branch| {
                    format!(
                        "{}藏{}",
                        branch.zh(),
                        branch.hidden().map(Stem::zh).collect::<String>()
                    )
                });
                let own = own.collect::<Vec<_>>().join(" / ");
                self.report(Code::HiddenStem, (token, token), own);
            }
            let joins =
                matches!(self.gap(place).trim(), "、" | "与" | "和" | "，" | "及" | "and" | ",");
            if !joins {
                return;
            }
            place += 1;
        }
    }
}
