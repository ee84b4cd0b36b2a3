//! Statements about the chart itself: what stands in which pillar, who the day master is, which
//! god a stem is, which pairs there are.

#![expect(clippy::wildcard_enum_match_arm, reason = "a rule looks at the few words it is about")]

use super::cycle::{Branch, Pair, Stem};
use super::finding::{Code, Finding};
use super::known::{Chart, Truth};
use super::lexer::{Part, Token, Word};
use super::links;
use super::plain::Sentence;

const PLACES: [&str; 4] = ["年", "月", "日", "时"];

/// Whether a gap joins.
type Rule = fn(&str) -> bool;

/// One sentence, its words, and what is true.
pub(super) struct Reading<'a> {
    pub(super) truth: &'a Truth,
    pub(super) sentence: &'a Sentence,
    pub(super) tokens: Vec<Token>,
    pub(super) findings: Vec<Finding>,
}

impl Reading<'_> {
    pub(super) fn token(&self, place: usize) -> Option<Token> {
        self.tokens.get(place).copied()
    }

    pub(super) fn word(&self, place: usize) -> Option<Word> {
        self.token(place).map(|token| token.word)
    }

    /// What stands between two neighbouring words.
    pub(super) fn gap(&self, place: usize) -> &str {
        let (Some(one), Some(next)) = (self.token(place), self.token(place + 1)) else {
            return "?";
        };
        self.sentence.read.get(one.end..next.start).unwrap_or("?")
    }

    pub(super) fn after(&self, token: Token) -> &str {
        self.sentence.read.get(token.end..).unwrap_or_default()
    }

    pub(super) fn before(&self, token: Token) -> &str {
        self.sentence.read.get(..token.start).unwrap_or_default()
    }

    pub(super) fn says(&self, words: &[&str]) -> bool {
        words.iter().any(|word| self.sentence.read.contains(word))
    }

    pub(super) fn report(&mut self, code: Code, (from, to): (Token, Token), expected: String) {
        let bytes = from.start.min(to.start)..from.end.max(to.end);
        let excerpt = self.sentence.excerpt(bytes);
        self.findings.push(Finding::new(code, excerpt, expected));
    }

    pub(super) fn chart(&mut self) {
        if !self.truth.has_charts() {
            return;
        }
        let bound = self.positions();
        self.list_of_pillars();
        self.seats();
        self.halves();
        self.marked_pairs();
        self.day_masters();
        self.gods(&bound);
        self.twins();
    }

    /// 年柱庚午, 庚金在年干, "the day branch, You": binds each position to the value that it is
    /// given, and holds the two together. Answers which words were given to a position.
    fn positions(&mut self) -> Vec<bool> {
        let count = self.tokens.len();
        let mut value_used = vec![false; count];
        let mut position_done = vec![false; count];
        let rounds: [(bool, Rule); 3] =
            [(true, links::is_given), (false, links::stands_in), (true, links::is_apposition)];
        for (forward, fits) in rounds {
            for place in 0..count.saturating_sub(1) {
                let (position, value) =
                    if forward { (place, place + 1) } else { (place + 1, place) };
                let taken = |list: &[bool], at: usize| list.get(at).copied().unwrap_or(true);
                let Some(Word::Position(pillar, part)) = self.word(position) else { continue };
                if taken(&position_done, position) || taken(&value_used, value) {
                    continue;
                }
                let Some(given) = self.word(value).and_then(|word| Given::of(word, part)) else {
                    continue;
                };
                if !fits(self.gap(place)) || self.is_everyday(value) {
                    continue;
                }
                for (list, at) in [(&mut position_done, position), (&mut value_used, value)] {
                    if let Some(mark) = list.get_mut(at) {
                        *mark = true;
                    }
                }
                self.hold(pillar, (position, value), given);
            }
        }
        self.birth_month();
        value_used
    }

    /// A lone character in front of a word that it may be the beginning of.
    fn is_everyday(&self, place: usize) -> bool {
        let Some(token) = self.token(place) else { return true };
        let Word::Name(stem, branch) = token.word else { return false };
        let next = self.after(token).chars().next();
        let is_latin = self.before(token).is_empty() && next.is_none();
        let joins = |next: char| "女孙弟息来必请诉饭后前间时候年岁方木".contains(next);
        (stem.is_none() && branch.is_none()) || is_latin || next.is_some_and(joins)
    }

    fn hold(&mut self, pillar: usize, (position, value): (usize, usize), given: Given) {
        let fits = |chart: &Chart| chart.pillar(pillar).is_some_and(|own| given.fits(own));
        if self.truth.any(fits) || (given.is_half() && self.speaks_of_another(pillar, value, given))
        {
            return;
        }
        let (Some(position), Some(value)) = (self.token(position), self.token(value)) else {
            return;
        };
        let truth = self.truth;
        if truth.persons.iter().all(|chart| chart.pillar(pillar).is_none()) {
            let code = if pillar == 3 { Code::HourUnknown } else { Code::Pillar };
            return self.report(code, (position, value), String::new());
        }
        let name = PLACES.get(pillar).copied().unwrap_or_default();
        let own = truth.say(|chart| chart.pillar(pillar).map(Pair::zh));
        self.report(Code::Pillar, (position, value), format!("{name}柱是{own}"));
    }

    /// 丙午年，年干丙火: the stem of that year and not of the birth.
    fn speaks_of_another(&self, pillar: usize, value: usize, given: Given) -> bool {
        let other = |(place, token): (usize, &Token)| match token.word {
            Word::Pair(pair) => place != value && given.fits(pair),
            Word::Year(year) => pillar == 0 && given.fits(Pair::of_year(year)),
            _ => false,
        };
        let of_time = pillar == 0 || pillar == 1;
        of_time
            && (self.says(&["流年", "流月", "这一年", "该年"])
                || self.tokens.iter().enumerate().any(other))
    }

    /// 生于巳月, 生在未时.
    fn birth_month(&mut self) {
        for place in 0..self.tokens.len() {
            let Some(token) = self.token(place) else { continue };
            let (Word::Name(_, Some(branch)) | Word::Branch(branch, _)) = token.word else {
                continue;
            };
            let is_born =
                ["生于", "生在", "出生于", "出生在", "时辰是", "时辰为", "时辰在", "时辰落在"]
                    .iter()
                    .any(|words| self.before(token).ends_with(words));
            let pillar = match self.after(token).chars().next() {
                Some('月') => 1,
                Some('时') => 3,
                _ => continue,
            };
            let clause = self.after(token).split(['，', '。', ',']).next().unwrap_or_default();
            let is_open = clause.contains("还是") || clause.contains('或');
            if is_born && !is_open && !self.is_supposed(token) {
                self.hold(pillar, (place, place), Given::Branch(branch));
            }
        }
    }

    /// 日主坐酉金, 乙木坐酉: the branch below the day master.
    fn seats(&mut self) {
        for place in 0..self.tokens.len().saturating_sub(1) {
            let Some(Word::Branch(branch, _) | Word::Name(None, Some(branch))) =
                self.word(place + 1)
            else {
                continue;
            };
            let is_own = match self.word(place) {
                Some(Word::DayMaster) => true,
                Some(Word::Stem(stem, _)) => {
                    self.truth.any(|chart| chart.day_master() == Some(stem))
                        && self.truth.persons.iter().all(|chart| {
                            chart.natal.iter().flatten().filter(|pair| pair.stem == stem).count()
                                == 1
                        })
                }
                _ => false,
            };
            let sits = matches!(self.gap(place).trim(), "坐" | "自坐" | "坐在" | "坐着");
            if is_own && sits && !self.is_everyday(place + 1) {
                self.hold(2, (place, place + 1), Given::Branch(branch));
            }
        }
    }

    /// 2026年天干为丙火，地支为午火.
    fn halves(&mut self) {
        for place in 0..self.tokens.len().saturating_sub(1) {
            let Some(Word::Half(part)) = self.word(place) else { continue };
            let Some(given) = self.word(place + 1).and_then(|word| Given::of(word, part)) else {
                continue;
            };
            let named = self.tokens.iter().take(place).rev().find(|token| {
                matches!(
                    token.word,
                    Word::Year(_)
                        | Word::Years(..)
                        | Word::Decade
                        | Word::Pair(_)
                        | Word::Position(..)
                )
            });
            let Some(Word::Year(year)) = named.map(|token| token.word) else { continue };
            let own = Pair::of_year(year);
            if links::is_given(self.gap(place))
                && !given.fits(own)
                && let (Some(one), Some(two)) = (self.token(place), self.token(place + 1))
            {
                self.report(Code::YearPillar, (one, two), format!("{year}年是{}年", own.zh()));
            }
        }
    }

    /// Four pillars in a row: 四柱是庚午、辛巳、乙酉、庚辰.
    fn list_of_pillars(&mut self) {
        if !self.says(&["四柱", "八字", "三柱", "pillars", "命盘", "命局"]) {
            return;
        }
        let mut row: Vec<(Token, Pair)> = Vec::new();
        for place in 0..self.tokens.len() {
            let Some(token) = self.token(place) else { continue };
            let Word::Pair(pair) = token.word else { continue };
            let follows = place == 0
                || row.is_empty()
                || matches!(self.word(place - 1), Some(Word::Pair(_)))
                    && links::is_list(self.gap(place - 1));
            if !follows {
                if row.len() >= 3 {
                    break;
                }
                row.clear();
            }
            let is_twin = row.last().is_some_and(|(last, own)| {
                let gap = self.sentence.read.get(last.end..token.start).unwrap_or_default();
                *own == pair && matches!(gap.trim(), "(" | "（")
            });
            if !is_twin {
                row.push((token, pair));
            }
        }
        if !(3..=4).contains(&row.len()) {
            return;
        }
        let matches = |chart: &Chart| {
            row.iter()
                .enumerate()
                .all(|(place, (_, pair))| chart.pillar(place).is_none_or(|own| own == *pair))
        };
        if self.truth.any(matches) {
            return;
        }
        let own = self.truth.say(|chart| {
            Some(chart.natal.iter().flatten().map(|pair| pair.zh()).collect::<Vec<_>>().join(" "))
        });
        if let (Some((first, _)), Some((last, _))) = (row.first(), row.last()) {
            let ends = (*first, *last);
            self.report(Code::Pillar, ends, format!("四柱是{own}"));
        }
    }

    /// 乙酉日生, "a Wood Rooster day", "Xin Si (辛巳) for the year".
    fn marked_pairs(&mut self) {
        for place in 0..self.tokens.len() {
            let Some(token) = self.token(place) else { continue };
            let Word::Pair(pair) = token.word else { continue };
            let after = self.after(token).trim_start_matches([')', '）']);
            let found = links::AFTER_PAIR.iter().find(|(words, _)| after.starts_with(words));
            let Some((_, pillar)) = found else { continue };
            if !self.is_supposed(token) {
                self.hold(*pillar, (place, place), Given::Pair(pair));
            }
        }
    }

    /// 若日主是甲木, "unlike Jia Wood": not said about this chart.
    pub(super) fn is_supposed(&self, token: Token) -> bool {
        let before = self.before(token);
        let clause = before.rsplit(['，', ',', '。', '、']).next().unwrap_or(before);
        links::SUPPOSING.iter().any(|word| clause.to_ascii_lowercase().contains(word))
    }

    fn day_masters(&mut self) {
        for place in 0..self.tokens.len().saturating_sub(1) {
            let (Some(one), Some(next)) = (self.token(place), self.token(place + 1)) else {
                continue;
            };
            let gap = self.gap(place);
            let (value, fits) = match (one.word, next.word) {
                (Word::DayMaster, _) => {
                    let given = links::is_given(gap) || links::is_apposition(gap);
                    (next, given && !self.is_everyday(place + 1))
                }
                (Word::You, Word::Stem(..)) => (next, links::is_like(gap)),
                (_, Word::DayMaster) => (one, links::is_own(gap)),
                _ => continue,
            };
            let stem = match value.word {
                Word::Stem(stem, _) | Word::Name(Some(stem), None) => stem,
                Word::Name(Some(stem), Some(_)) if one.word == Word::DayMaster => stem,
                _ => continue,
            };
            let is_right = self.truth.any(|chart| chart.day_master() == Some(stem));
            if fits && !is_right && !self.is_supposed(one) && !self.is_supposed(next) {
                let own = self.truth.say(|chart| {
                    let stem = chart.day_master()?;
                    Some(format!("{}{}", stem.zh(), stem.element().zh()))
                });
                self.report(Code::DayMaster, (one, next), format!("日主是{own}"));
            }
        }
    }
}

pub(super) fn is_latin(reading: &Reading<'_>, token: Token) -> bool {
    reading.sentence.read.get(token.start..token.end).is_some_and(str::is_ascii)
}

pub(super) fn is_subject(word: Word) -> bool {
    matches!(word, Word::Stem(..) | Word::Branch(..) | Word::Pair(_) | Word::Position(..))
        || matches!(word, Word::Name(stem, branch) if stem.is_some() != branch.is_some())
}

/// What a text says stands in a position.
#[derive(Debug, Clone, Copy)]
enum Given {
    Pair(Pair),
    Stem(Stem),
    Branch(Branch),
}

impl Given {
    fn of(word: Word, part: Part) -> Option<Self> {
        match (part, word) {
            (Part::Pillar, Word::Pair(pair)) => Some(Self::Pair(pair)),
            (Part::Pillar | Part::Stem, Word::Stem(stem, _))
            | (Part::Stem, Word::Name(Some(stem), _)) => Some(Self::Stem(stem)),
            (Part::Pillar | Part::Branch, Word::Branch(branch, _))
            | (Part::Branch, Word::Name(_, Some(branch))) => Some(Self::Branch(branch)),
            _ => None,
        }
    }

    fn fits(self, pair: Pair) -> bool {
        match self {
            Self::Pair(given) => given == pair,
            Self::Stem(stem) => stem == pair.stem,
            Self::Branch(branch) => branch == pair.branch,
        }
    }

    fn is_half(self) -> bool {
        !matches!(self, Self::Pair(_))
    }
}
