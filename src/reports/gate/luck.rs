//! Statements about 大运: which pillar, which ages and years, which one rules now.

#![expect(clippy::wildcard_enum_match_arm, reason = "a rule looks at the few words it is about")]

use super::claims::Reading;
use super::cycle::Pair;
use super::finding::Code;
use super::known::{Chart, Decade};
use super::lexer::{Token, Word};
use super::links::consists_of;

/// Between a pillar and the word for a luck cycle.
const IS_CYCLE: [&str; 12] =
    ["的", "这步", "这一步", "十年", ")", "）", "（", "(", "ten-year", "luck", "-", "the"];
/// Between the word for a luck cycle and its pillar.
const CYCLE_IS: [&str; 24] = [
    "是", "为", "：", ":", "（", "(", "走", "行", "换", "到", "入", "进入", "交", "“", "is", "of",
    "the", ",", "called", "就是", "，", "转", "的", "步",
];
/// Between a moment and the cycle that begins then.
const BEGINS: [&str; 56] = [
    "起", "开始", "以后", "之后", "后", "，", "便", "就", "才", "将", "会", "你", "您", "交", "换",
    "转", "进", "步", "入", "到", "上", "行", "走", "进入", "又", "再", "了", "年", "岁", "正式",
    "由", "the", "in", "you", "enter", "your", "into", "on", "with", ",", "begins", "starts", "a",
    "new", "move", "comes", "的", "on", "are", "will", "be", "entered", "moved", "started", "at",
    "那年",
];
/// What makes a moment the beginning and not merely a part.
const TURNS: [&str; 14] = [
    "起", "开始", "交", "换", "转", "进", "入", "enter", "begins", "starts", "new", "move",
    "entered", "started",
];

impl Reading<'_> {
    /// The places of pairs that are said to be luck cycles.
    pub(super) fn cycles(&self) -> Vec<usize> {
        let is_cycle = |place: &usize| {
            let Some(token) = self.token(*place) else { return false };
            if !matches!(token.word, Word::Pair(_)) {
                return false;
            }
            if self.after(token).starts_with("运") || self.after(token).starts_with("这步") {
                return true;
            }
            self.followed_by_cycle(*place)
                || place.checked_sub(1).is_some_and(|before| {
                    matches!(
                        self.word(before),
                        Some(Word::Decade | Word::Turn(_) | Word::Ordinal(_))
                    ) && self.says_of_cycles()
                        && consists_of(self.gap(before), &CYCLE_IS)
                })
                || self.is_before_ages(*place)
        };
        (0..self.tokens.len()).filter(is_cycle).collect()
    }

    fn says_of_cycles(&self) -> bool {
        self.tokens.iter().any(|token| token.word == Word::Decade)
    }

    fn followed_by_cycle(&self, place: usize) -> bool {
        if !consists_of(self.gap(place), &IS_CYCLE) {
            return false;
        }
        match self.word(place + 1) {
            Some(Word::Decade) => true,
            Some(Word::Pair(_) | Word::Name(..)) => {
                self.gap(place).contains(['(', '（']) && self.followed_by_cycle(place + 1)
            }
            _ => false,
        }
    }

    /// 辛亥（7–16岁）: ten years of somebody's life are a luck cycle.
    fn is_before_ages(&self, place: usize) -> bool {
        let gap = self.gap(place).trim();
        matches!(gap, "(" | "（" | ":" | "：")
            && matches!(self.word(place + 1), Some(Word::Ages(from, to)) if to - from >= 8)
    }

    /// 丁丑大运，36–45岁，2025–2034年: each span belongs to the nearest cycle, or to any.
    pub(super) fn spans(&mut self, cycles: &[usize]) {
        for place in 0..self.tokens.len() {
            let Some(token) = self.token(place) else { continue };
            let (from, to, of_ages) = match token.word {
                Word::Ages(from, to) => (from, to, true),
                Word::Years(from, to) => (from, to, false),
                _ => continue,
            };
            let fits = |decade: &Decade| {
                let own = if of_ages { decade.ages } else { decade.years };
                own == (from, to)
            };
            let whole = (8..=11).contains(&(to - from));
            let partly = |decade: &Decade| {
                let own = if of_ages { decade.ages } else { decade.years };
                !whole && (own.0 <= from && to <= own.1 || to < own.0)
            };
            // Part of a cycle counts only where it stands beside it: 丁丑大运（36–40岁）.
            let beside = |cycle: &usize| cycle.abs_diff(place) <= 2;
            let nearest = self.nearest_cycle(place, cycles).filter(|cycle| whole || beside(cycle));
            let expected = match nearest.and_then(|cycle| self.pair(cycle)) {
                Some(pair) => {
                    let own = self.truth.decade(pair);
                    let right = own.iter().any(|decade| fits(decade) || partly(decade));
                    if right || own.is_empty() {
                        continue;
                    }
                    self.describe(pair)
                }
                None if whole && self.is_about_cycles() => {
                    if self.truth.decades().any(|(_, decade)| fits(decade)) {
                        continue;
                    }
                    String::new()
                }
                None => continue,
            };
            self.report(Code::LuckCycle, (token, token), expected);
        }
    }

    fn is_about_cycles(&self) -> bool {
        self.says_of_cycles() || self.says(&["这步运", "这十年", "步运"])
    }

    /// The cycle to which a span belongs: in the same clause, else the only one of the sentence.
    fn nearest_cycle(&self, place: usize, cycles: &[usize]) -> Option<usize> {
        let token = self.token(place)?;
        let distance = |cycle: &usize| {
            let Some(other) = self.token(*cycle) else { return usize::MAX };
            let (from, to) =
                if *cycle < place { (other.end, token.start) } else { (token.end, other.start) };
            let between = self.sentence.read.get(from..to).unwrap_or_default();
            let breaks = between.matches(['，', ',', '、', ')', '）']).count() * 100;
            // What stands before its span is meant before what follows it.
            breaks + between.len() + if *cycle > place { 60 } else { 0 }
        };
        cycles.iter().copied().min_by_key(distance)
    }

    fn describe(&self, pair: Pair) -> String {
        let own = self.truth.decade(pair);
        let words = own.iter().map(|decade| {
            format!(
                "{}大运是{}–{}岁、{}–{}年",
                pair.zh(),
                decade.ages.0,
                decade.ages.1,
                decade.years.0,
                decade.years.1
            )
        });
        words.collect::<Vec<_>>().join(" / ")
    }

    /// 46岁换入丙子大运, 2025年起走丁丑大运, 丙子大运从46岁开始.
    pub(super) fn beginnings(&mut self, cycles: &[usize]) {
        for cycle in cycles.iter().copied() {
            let (Some(token), Some(pair)) = (self.token(cycle), self.pair(cycle)) else { continue };
            if let Some(before) = self.moment_before(cycle) {
                let gap = self.sentence.read.get(before.end..token.start).unwrap_or_default();
                if consists_of(gap, &BEGINS) {
                    let begins = TURNS.iter().any(|word| gap.contains(word));
                    self.hold_moment(pair, (before, token), begins);
                }
            }
            let Some(after) = self.moment_after(cycle) else { continue };
            let gap = self.sentence.read.get(token.end..after.start).unwrap_or_default();
            let tail = self.after(after);
            let starts = ["起", "开始", "交", "进", "入"].iter().any(|word| tail.starts_with(word));
            let is_start = starts && gap.ends_with(['从', '自', '由', '在', '于'])
                || [" begins at ", " begins in ", " starts at ", " starts in ", " from age "]
                    .iter()
                    .any(|words| gap.to_ascii_lowercase().ends_with(words))
                || gap.to_ascii_lowercase().ends_with(" begins at age ")
                || gap.to_ascii_lowercase().ends_with(" starts at age ");
            if is_start {
                self.hold_moment(pair, (token, after), true);
            } else if ["走到", "持续到", "直到", "延续到", "until ", "lasts to "]
                .iter()
                .any(|words| gap.ends_with(words))
                && !["才", "起", "开始", "换", "交"].iter().any(|word| tail.starts_with(word))
            {
                self.hold_end(pair, (token, after));
            }
        }
        self.first_cycle();
    }

    /// 丁丑大运一直走到2034年: its last year, or the one in which the next begins.
    fn hold_end(&mut self, pair: Pair, (one, two): (Token, Token)) {
        let fits = |decade: &&Decade| match two.word {
            Word::Year(year) => (decade.years.1..=decade.years.1 + 1).contains(&year),
            Word::Age(age) => (decade.ages.1..=decade.ages.1 + 1).contains(&age),
            _ => true,
        };
        let own = self.truth.decade(pair);
        if !own.is_empty() && !own.iter().any(fits) {
            let expected = self.describe(pair);
            self.report(Code::LuckCycle, (one, two), expected);
        }
    }

    fn moment_before(&self, cycle: usize) -> Option<Token> {
        let token = self.token(cycle.checked_sub(1)?)?;
        let token = if token.word == Word::Decade || matches!(token.word, Word::Turn(_)) {
            self.token(cycle.checked_sub(2)?)?
        } else {
            token
        };
        if let Word::Pair(pair) = token.word {
            // 2028年戊申，步入…: the moment is the year, told up to its pillar.
            let year = self.token(cycle.checked_sub(2)?)?;
            let is_its = matches!(year.word, Word::Year(year) if Pair::of_year(year) == pair);
            return is_its.then_some(Token { end: token.end, ..year });
        }
        matches!(token.word, Word::Year(_) | Word::Age(_)).then_some(token)
    }

    fn moment_after(&self, cycle: usize) -> Option<Token> {
        let moment = |token: &Token| matches!(token.word, Word::Year(_) | Word::Age(_));
        let skipped = |token: &Token| matches!(token.word, Word::Decade | Word::Pair(_));
        let mut following = self.tokens.iter().skip(cycle + 1).skip_while(|token| skipped(token));
        following.next().copied().filter(moment)
    }

    fn hold_moment(&mut self, pair: Pair, (one, two): (Token, Token), begins: bool) {
        let moment =
            if matches!(one.word, Word::Year(_) | Word::Age(_)) { one.word } else { two.word };
        let (number, of_ages) = match moment {
            Word::Age(age) => (age, true),
            Word::Year(year) => (year, false),
            _ => return,
        };
        let own = self.truth.decade(pair);
        let fits = |decade: &&Decade| {
            let (from, to) = if of_ages { decade.ages } else { decade.years };
            if begins { from == number } else { (from..=to).contains(&number) }
        };
        if own.is_empty() || own.iter().any(fits) {
            return;
        }
        let expected = self.describe(pair);
        self.report(Code::LuckCycle, (one, two), expected);
    }

    /// 3岁起运, 起运在3岁.
    fn first_cycle(&mut self) {
        if !self.says(&["起运", "上运", "交运", "大运从", "大运由", "大运自"]) {
            return;
        }
        for token in self.tokens.clone() {
            let Word::Age(age) = token.word else { continue };
            let (before, after) = (self.before(token), self.after(token));
            let is_start = ["起运", "起大运", "开始起运", "上运", "便起运", "就起运", "交运"]
                .iter()
                .any(|words| after.trim_start_matches(['，', ' ']).starts_with(words))
                || ["起运年龄是", "起运年龄为", "起运在", "起运于", "起运岁数是", "起运：", "起运"]
                    .iter()
                    .any(|words| before.ends_with(words))
                || ["大运从", "大运由", "大运自", "大运"]
                    .iter()
                    .any(|words| before.ends_with(words))
                    && after.starts_with('起');
            let fits = |(_, decade): &(Pair, Decade)| decade.ages.0 == age;
            if is_start
                && !self.truth.persons.iter().any(|chart| chart.decades.first().is_some_and(fits))
            {
                let own = self
                    .truth
                    .say(|chart| Some(format!("{}岁起运", chart.decades.first()?.1.ages.0)));
                self.report(Code::LuckCycle, (token, token), own);
            }
        }
    }

    /// 现在走丁丑大运, 下一步丙子, 第四步大运丁丑.
    pub(super) fn turns(&mut self, cycles: &[usize]) {
        for cycle in cycles.iter().copied() {
            let (Some(token), Some(pair)) = (self.token(cycle), self.pair(cycle)) else { continue };
            if !self.truth.decades().any(|(own, _)| *own == pair) {
                let own = self.truth.say(|chart| {
                    Some(
                        chart
                            .decades
                            .iter()
                            .map(|(pair, _)| pair.zh())
                            .collect::<Vec<_>>()
                            .join(" "),
                    )
                });
                self.report(Code::LuckCycle, (token, token), format!("大运是{own}"));
                continue;
            }
            let Some((named, turn)) = self.turn_of(cycle) else { continue };
            let places = |chart: &Chart| -> Vec<usize> {
                match turn {
                    Word::Ordinal(place) => vec![place],
                    Word::Turn(steps) => {
                        let steps = isize::try_from(steps).unwrap_or_default();
                        let ruling = self.truth.present().filter_map(|year| chart.ruling(year));
                        ruling.filter_map(|place| place.checked_add_signed(steps)).collect()
                    }
                    _ => Vec::new(),
                }
            };
            let mut known = false;
            let fits = self.truth.any(|chart| {
                let places = places(chart);
                known |= !places.is_empty();
                let of_pair =
                    |place: &usize| chart.decades.get(*place).is_none_or(|(own, _)| *own == pair);
                places.is_empty() || places.iter().any(of_pair)
            });
            if known && !fits {
                let expected = self.describe(pair);
                self.report(Code::LuckCycle, (named, token), expected);
            }
        }
    }

    /// The word for "now" or "next" in the same clause before a cycle.
    fn turn_of(&self, cycle: usize) -> Option<(Token, Word)> {
        let token = self.token(cycle)?;
        let near = |named: &&Token| {
            let between = self.sentence.read.get(named.end..token.start).unwrap_or_default();
            let words = between.chars().count();
            let limit = if between.is_ascii() { 40 } else { 10 };
            words <= limit && !between.contains(['，', ',', '；', '、', '。'])
        };
        let before = self.tokens.get(..cycle)?.iter().rev();
        let named = before
            .take_while(|token| !matches!(token.word, Word::Pair(_)))
            .filter(near)
            .find(|token| matches!(token.word, Word::Turn(_) | Word::Ordinal(_)))?;
        Some((*named, named.word))
    }
}
