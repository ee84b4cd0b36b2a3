//! Statements about time: which pillar a year has, which ages and years a 大运 has, which one rules
//! now, and how old somebody is in a year.

#![expect(clippy::wildcard_enum_match_arm, reason = "a rule looks at the few words it is about")]

use super::claims::Reading;
use super::cycle::Pair;
use super::finding::Code;
use super::lexer::{Token, Word};
use super::links::consists_of;

/// Between a year and its pillar.
const YEAR_IS: [&str; 42] = [
    "年",
    "的",
    "是",
    "为",
    "即",
    "乃",
    "逢",
    "值",
    "岁次",
    "干支",
    "流年",
    "农历",
    "也就是",
    "正是",
    "就是",
    "，",
    "（",
    "(",
    "）",
    ")",
    "：",
    ":",
    "、",
    "/",
    "-",
    "“",
    ",",
    "is",
    "a",
    "an",
    "the",
    "year",
    "of",
    "which",
    "will",
    "be",
    "brings",
    "being",
    "called",
    "·",
    "|",
    "=",
];
/// Between a pillar and its year: 丁未年（2027）.
const OF_YEAR: [&str; 14] =
    ["年", "流年", "（", "(", "）", ")", "即", "也就是", "，", ",", "year", "：", ":", "-"];

impl Reading<'_> {
    pub(super) fn times(&mut self) {
        if self.truth.has_charts() {
            let cycles = self.cycles();
            self.years(&cycles);
            self.spans(&cycles);
            self.beginnings(&cycles);
            self.turns(&cycles);
            self.ages();
            self.unknown_pairs();
        } else {
            self.years(&[]);
        }
        self.distant_years();
    }

    pub(super) fn pair(&self, place: usize) -> Option<Pair> {
        match self.word(place) {
            Some(Word::Pair(pair)) => Some(pair),
            _ => None,
        }
    }

    /// 2027年丁未, 丁未年（2027）.
    fn years(&mut self, cycles: &[usize]) {
        for place in 0..self.tokens.len().saturating_sub(1) {
            let (year, pair, links) = match (self.word(place), self.word(place + 1)) {
                (Some(Word::Year(year)), Some(Word::Pair(pair)))
                    if !cycles.contains(&(place + 1)) =>
                {
                    (year, pair, &YEAR_IS[..])
                }
                (Some(Word::Pair(pair)), Some(Word::Year(year))) if !cycles.contains(&place) => {
                    (year, pair, &OF_YEAR[..])
                }
                _ => continue,
            };
            let gap = self.gap(place);
            let is_apart = gap.trim() == "，" && links.len() == OF_YEAR.len();
            let own = Pair::of_year(year);
            if own == pair || is_apart || gap.is_empty() && links.len() == OF_YEAR.len() {
                continue;
            }
            let (Some(one), Some(two)) = (self.token(place), self.token(place + 1)) else {
                continue;
            };
            let of_day = self.after(two).starts_with('日') || self.after(two).starts_with('月');
            if consists_of(gap, links) && !of_day {
                self.report(Code::YearPillar, (one, two), format!("{year}年是{}年", own.zh()));
            }
        }
        self.animal_years();
    }

    /// "2027, the year of the Goat", "a Fire Horse" are pairs already; a lone animal is half of one.
    fn animal_years(&mut self) {
        for place in 0..self.tokens.len().saturating_sub(1) {
            let (Some(one), Some(two)) = (self.token(place), self.token(place + 1)) else {
                continue;
            };
            let (Word::Year(year), Word::Animal(animal)) = (one.word, two.word) else { continue };
            let own = Pair::of_year(year).branch;
            if own != animal && consists_of(self.gap(place), &YEAR_IS) {
                self.report(Code::YearPillar, (one, two), Pair::of_year(year).zh());
            }
        }
    }

    /// 2026年（37岁）, 今年37岁, 生在1990年.
    fn ages(&mut self) {
        for place in 0..self.tokens.len() {
            let Some(token) = self.token(place) else { continue };
            let before = self.before(token);
            match token.word {
                Word::Age(age) => {
                    let is_now = [
                        "今年",
                        "现年",
                        "今年虚岁",
                        "今年周岁",
                        "今年实岁",
                        "you are now ",
                        "now ",
                    ]
                    .iter()
                    .any(|words| before.ends_with(words));
                    let of_year = place.checked_sub(1).and_then(|one| match self.word(one) {
                        Some(Word::Year(year)) => {
                            matches!(self.gap(one).trim(), "(" | "（" | "，你" | "你" | "，")
                                .then_some(year)
                        }
                        _ => None,
                    });
                    let Some(year) = of_year.or(self.truth.this_year.filter(|_| is_now)) else {
                        continue;
                    };
                    self.hold_age(token, (year, age));
                }
                Word::Year(year) => {
                    let is_birth = ["生于", "生在", "出生于", "出生在", "born in "]
                        .iter()
                        .any(|words| before.ends_with(words));
                    let fits = |own: Option<i32>| own.is_none_or(|own| own == year);
                    if is_birth && !self.truth.any(|chart| fits(chart.birth_year)) {
                        let own =
                            self.truth.say(|chart| chart.birth_year.map(|year| year.to_string()));
                        self.report(Code::Year, (token, token), own);
                    }
                }
                _ => {}
            }
        }
    }

    /// 虚岁, or a year less for 周岁.
    fn hold_age(&mut self, token: Token, (year, age): (i32, i32)) {
        let fits = |own: Option<i32>| own.is_none_or(|own| (own - 2..=own).contains(&age));
        if self.truth.any(|chart| fits(chart.age_in(year))) {
            return;
        }
        let own = self.truth.say(|chart| Some(format!("{year}年虚岁{}", chart.age_in(year)?)));
        self.report(Code::Age, (token, token), own);
    }

    /// A year that no luck cycle reaches, or that lies before the birth and is called a 流年.
    fn distant_years(&mut self) {
        let last = self.truth.decades().map(|(_, decade)| decade.years.1).max();
        let first = self.truth.persons.iter().filter_map(|chart| chart.birth_year).min();
        let is_fortune = self.says(&["流年", "大运", "运势", "这一年你", "luck cycle"]);
        for token in self.tokens.clone() {
            let (Word::Year(year) | Word::Years(_, year)) = token.word else { continue };
            let too_late = last.is_some_and(|last| year > last);
            let too_early = is_fortune && first.is_some_and(|first| year < first);
            if too_late || too_early {
                self.report(Code::Year, (token, token), String::new());
            }
        }
    }

    /// A pair that is no year's and nowhere in the facts.
    fn unknown_pairs(&mut self) {
        if self.says(&["六十甲子", "六十花甲", "旬", "sexagenary", "sixty"]) {
            return;
        }
        for place in 0..self.tokens.len() {
            let (Some(token), Some(pair)) = (self.token(place), self.pair(place)) else { continue };
            let is_reported =
                self.findings.iter().any(|finding| finding.excerpt.contains(&pair.zh()));
            if self.truth.knows(pair) || is_reported || self.is_of_named_year(place, pair) {
                continue;
            }
            let after = self.after(token);
            let is_history = HISTORY.iter().any(|word| after.starts_with(word));
            let is_age =
                pair.zh() == "甲子" && self.before(token).ends_with(['一', '花', '个', '轮', '满']);
            if !is_history && !is_age && !self.is_supposed(token) {
                self.report(Code::UnknownPair, (token, token), String::new());
            }
        }
    }

    /// Whether a year in the sentence has this pair.
    fn is_of_named_year(&self, _place: usize, pair: Pair) -> bool {
        self.tokens.iter().any(|token| match token.word {
            Word::Year(year) => Pair::of_year(year) == pair,
            _ => false,
        })
    }
}

/// Events that bear the name of their year.
const HISTORY: [&str; 18] = [
    "战争", "海战", "变法", "政变", "革命", "条约", "赔款", "国变", "之变", "维新", "事变", "之役",
    "之乱", "之难", "年间", "科", "本", "之秋",
];
