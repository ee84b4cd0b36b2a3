//! A sentence as the words of the art that it contains, in Chinese and in English. Characters that
//! only look like them (甲方, 申请, 自己未来, 子女) are no words.

use super::cycle::{Branch, Element, God, Pair, Stem};
use super::numbers;

/// Which half of a pillar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Pillar,
    Stem,
    Branch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    Pair(Pair),
    /// 甲木 or "Jia Wood"; the element as it was written.
    Stem(Stem, Element),
    /// 午火.
    Branch(Branch, Element),
    /// A lone character or syllable, which may be a stem, a branch or nothing.
    Name(Option<Stem>, Option<Branch>),
    Animal(Branch),
    /// 年柱, 月干, 日支: year 0 to hour 3.
    Position(usize, Part),
    DayMaster,
    /// 你是, "as a".
    You,
    God(God),
    /// 天干 and 地支 of whatever was named before.
    Half(Part),
    /// 大运.
    Decade,
    Year(i32),
    Years(i32, i32),
    Age(i32),
    Ages(i32, i32),
    /// 现在, 下一步, 上一步: how many decades from now.
    Turn(i32),
    /// 第四步.
    Ordinal(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) word: Word,
    pub(super) start: usize,
    pub(super) end: usize,
}

use Word::{Age, Ages, DayMaster, Decade, Half, Ordinal, Position, Turn, Year, Years, You};

/// Longer phrases before those that begin like them.
const CHINESE: [(&str, Word); 76] = [
    ("年柱", Position(0, Part::Pillar)),
    ("月柱", Position(1, Part::Pillar)),
    ("日柱", Position(2, Part::Pillar)),
    ("时柱", Position(3, Part::Pillar)),
    ("年上天干", Position(0, Part::Stem)),
    ("月上天干", Position(1, Part::Stem)),
    ("年柱天干", Position(0, Part::Stem)),
    ("月柱天干", Position(1, Part::Stem)),
    ("时柱天干", Position(3, Part::Stem)),
    ("年干", Position(0, Part::Stem)),
    ("月干", Position(1, Part::Stem)),
    ("时干", Position(3, Part::Stem)),
    ("年支", Position(0, Part::Branch)),
    ("月支", Position(1, Part::Branch)),
    ("月令", Position(1, Part::Branch)),
    ("日支", Position(2, Part::Branch)),
    ("日坐", Position(2, Part::Branch)),
    ("坐下", Position(2, Part::Branch)),
    ("夫妻宫", Position(2, Part::Branch)),
    ("配偶宫", Position(2, Part::Branch)),
    ("时支", Position(3, Part::Branch)),
    ("日主", DayMaster),
    ("日元", DayMaster),
    ("日干", DayMaster),
    ("命主", DayMaster),
    ("你就是", You),
    ("您就是", You),
    ("你是", You),
    ("你这", You),
    ("您这", You),
    ("您是", You),
    ("作为", You),
    ("身为", You),
    ("流年天干", Half(Part::Stem)),
    ("流年地支", Half(Part::Branch)),
    ("天干", Half(Part::Stem)),
    ("地支", Half(Part::Branch)),
    ("十天干", Word::Name(None, None)),
    ("大运", Decade),
    ("正走在", Turn(0)),
    ("正走", Turn(0)),
    ("正行", Turn(0)),
    ("正处于", Turn(0)),
    ("正处在", Turn(0)),
    ("现行", Turn(0)),
    ("身处", Turn(0)),
    ("现在这步", Turn(0)),
    ("目前这步", Turn(0)),
    ("当前这步", Turn(0)),
    ("现在", Turn(0)),
    ("目前", Turn(0)),
    ("当前", Turn(0)),
    ("眼下", Turn(0)),
    ("如今", Turn(0)),
    ("当下", Turn(0)),
    ("下一步", Turn(1)),
    ("下一个", Turn(1)),
    ("上一步", Turn(-1)),
    ("前一步", Turn(-1)),
    ("上一个", Turn(-1)),
    ("第一步", Ordinal(0)),
    ("第二步", Ordinal(1)),
    ("第三步", Ordinal(2)),
    ("第四步", Ordinal(3)),
    ("第五步", Ordinal(4)),
    ("第六步", Ordinal(5)),
    ("第七步", Ordinal(6)),
    ("第八步", Ordinal(7)),
    ("首步", Ordinal(0)),
    ("头一步", Ordinal(0)),
    // Words whose characters are no words of the art.
    ("花甲", Word::Name(None, None)),
    ("甲方", Word::Name(None, None)),
    ("乙方", Word::Name(None, None)),
    ("丙方", Word::Name(None, None)),
    ("丁方", Word::Name(None, None)),
    ("六十甲子", Word::Name(None, None)),
];

const ENGLISH: [(&str, Word); 35] = [
    ("year pillar", Position(0, Part::Pillar)),
    ("month pillar", Position(1, Part::Pillar)),
    ("day pillar", Position(2, Part::Pillar)),
    ("hour pillar", Position(3, Part::Pillar)),
    ("year stem", Position(0, Part::Stem)),
    ("month stem", Position(1, Part::Stem)),
    ("day stem", DayMaster),
    ("hour stem", Position(3, Part::Stem)),
    ("year branch", Position(0, Part::Branch)),
    ("month branch", Position(1, Part::Branch)),
    ("month of", Position(1, Part::Branch)),
    ("day branch", Position(2, Part::Branch)),
    ("hour branch", Position(3, Part::Branch)),
    ("hour of", Position(3, Part::Branch)),
    ("day master", DayMaster),
    ("day-master", DayMaster),
    ("luck cycle", Decade),
    ("luck pillar", Decade),
    ("luck period", Decade),
    ("ten-year cycle", Decade),
    ("decade", Decade),
    ("cycle", Decade),
    ("da yun", Decade),
    ("you are", You),
    ("you're", You),
    ("as a", You),
    ("as an", You),
    ("now", Turn(0)),
    ("current", Turn(0)),
    ("present", Turn(0)),
    ("at present", Turn(0)),
    ("the next", Turn(1)),
    ("next one", Turn(1)),
    ("next cycle", Turn(1)),
    ("previous", Turn(-1)),
];

/// The words of a sentence, in its order.
pub(super) fn words(read: &str) -> Vec<Token> {
    let lower = read.to_ascii_lowercase();
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = read.get(at..).and_then(|rest| rest.chars().next()) {
        let place = Place { read, lower: &lower, at };
        let found = if first.is_ascii_alphabetic() {
            place.english()
        } else if numbers::begins(first) {
            place.number().or_else(|| place.chinese())
        } else {
            place.chinese()
        };
        let (word, length) = found.unwrap_or_else(|| (None, place.skipped(first)));
        if let Some(word) = word {
            tokens.push(Token { word, start: at, end: at + length });
        }
        at += length;
    }
    tokens
}

/// A word, or nothing that is worth a token, and the bytes that it takes.
type Found = Option<(Option<Word>, usize)>;

struct Place<'a> {
    read: &'a str,
    lower: &'a str,
    at: usize,
}

impl Place<'_> {
    fn rest(&self) -> &str {
        self.read.get(self.at..).unwrap_or_default()
    }

    fn before(&self) -> Option<char> {
        self.read.get(..self.at)?.chars().next_back()
    }

    /// A Latin word that means nothing is skipped whole.
    fn skipped(&self, first: char) -> usize {
        let word = latin(self.rest());
        if word.is_empty() { first.len_utf8() } else { word.len() }
    }

    fn number(&self) -> Found {
        let (number, length) = numbers::read(self.read, self.lower, self.at)?;
        let word = match number {
            numbers::Number::Year(year) => Year(year),
            numbers::Number::Years(from, to) => Years(from, to),
            numbers::Number::Age(age) => Age(age),
            numbers::Number::Ages(from, to) => Ages(from, to),
            numbers::Number::Other => return Some((None, length)),
        };
        Some((Some(word), length))
    }

    fn chinese(&self) -> Found {
        let rest = self.rest();
        let known = CHINESE.iter().find(|(phrase, _)| rest.starts_with(phrase));
        if let Some((phrase, word)) = known {
            return Some((Some(*word), phrase.len()));
        }
        if let Some((phrase, god)) = God::words().find(|(phrase, _)| rest.starts_with(phrase)) {
            return Some((Some(Word::God(god)), phrase.len()));
        }
        let mut characters = rest.chars();
        let (first, second) = (characters.next()?, characters.next());
        let third = characters.next();
        if let Some(stem) = Stem::read(first) {
            return Some(self.stem((first, stem), second, third));
        }
        let branch = Branch::read(first)?;
        if is_part_of_a_word(self.before(), first, second) {
            return Some((None, first.len_utf8()));
        }
        let element = second.and_then(Element::read);
        if let Some(element) =
            element.filter(|element| *element == branch.element() || is_bold(first))
        {
            return Some((Some(Word::Branch(branch, element)), 2 * first.len_utf8()));
        }
        Some((Some(Word::Name(None, Some(branch))), first.len_utf8()))
    }

    fn stem(
        &self,
        (first, stem): (char, Stem),
        second: Option<char>,
        third: Option<char>,
    ) -> (Option<Word>, usize) {
        let one = first.len_utf8();
        let before = self.before();
        let is_self = first == '己' && before.is_some_and(|before| "自知克利律异".contains(before));
        let is_hard = first == '辛' && second.is_some_and(|next| "苦勤酸劳".contains(next));
        if is_self || is_hard {
            return (None, one);
        }
        // 甲乙木 is a class and no statement about 乙.
        let in_class = before.is_some_and(|before| Stem::read(before).is_some());
        if let Some(element) = second.and_then(Element::read) {
            let word = if in_class { Word::Name(None, None) } else { Word::Stem(stem, element) };
            return (Some(word), 2 * one);
        }
        let branch = second.filter(|second| !is_part_of_a_word(None, *second, third));
        let pair = branch.and_then(Branch::read).and_then(|branch| Pair::of(stem, branch));
        match pair {
            Some(pair) => (Some(Word::Pair(pair)), 2 * one),
            None => (Some(Word::Name(Some(stem), None)), one),
        }
    }

    fn english(&self) -> Found {
        let rest = self.rest();
        let lower = self.lower.get(self.at..)?;
        let phrase = |phrase: &str| starts_with_word(lower, phrase);
        if let Some((words, word)) = ENGLISH.iter().find(|(words, _)| phrase(words)) {
            return Some((Some(*word), words.len()));
        }
        if let Some((words, god)) =
            God::words().find(|(words, _)| words.is_ascii() && phrase(words))
        {
            return Some((Some(Word::God(god)), words.len()));
        }
        if let Some((number, length)) = numbers::english_age(lower) {
            return Some((Some(number), length));
        }
        let first = latin(rest);
        if !first.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            return None;
        }
        let next = second_word(rest.get(first.len()..)?);
        let name = first.to_ascii_lowercase();
        if let Some(next) = next
            && let Some(word) = pair_of_words(&name, &next.to_ascii_lowercase())
        {
            return Some((Some(word), first.len() + 1 + next.len()));
        }
        let joined = (2..name.len()).find_map(|cut| {
            let (stem, branch) = name.split_at_checked(cut)?;
            Pair::of(Stem::spelled(stem)?, Branch::spelled(branch)?)
        });
        if let Some(pair) = joined {
            return Some((Some(Word::Pair(pair)), first.len()));
        }
        if let Some(animal) = Branch::of_animal_name(&name) {
            return Some((Some(Word::Animal(animal)), first.len()));
        }
        let (stem, branch) = (Stem::spelled(&name), Branch::spelled(&name));
        (stem.is_some() || branch.is_some())
            .then_some((Some(Word::Name(stem, branch)), first.len()))
    }
}

/// "Jia Wood", "Yin Metal", "Geng Wu", "You Metal", "Wood Rooster".
fn pair_of_words(first: &str, second: &str) -> Option<Word> {
    let (stem, branch) = (Stem::spelled(first), Branch::spelled(first));
    if let Some(element) = Element::spelled(second) {
        if first == "yin" || first == "yang" {
            return Some(Word::Stem(Stem::of(element, first == "yin"), element));
        }
        return match (stem, branch) {
            (Some(stem), _) if stem.element() == element => Some(Word::Stem(stem, element)),
            (_, Some(branch)) if branch.element() == element => Some(Word::Branch(branch, element)),
            (Some(stem), _) => Some(Word::Stem(stem, element)),
            (None, _) => None,
        };
    }
    if let Some(element) = Element::spelled(first) {
        return Some(Word::Pair(Pair::of_animal(element, Branch::of_animal_name(second)?)));
    }
    Some(Word::Pair(Pair::of(stem?, Branch::spelled(second)?)?))
}

fn latin(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(text.len());
    text.get(..end).unwrap_or_default()
}

/// The word after one blank or hyphen.
fn second_word(rest: &str) -> Option<&str> {
    let next = latin(rest.strip_prefix([' ', '-'])?);
    (!next.is_empty()).then_some(next)
}

fn starts_with_word(text: &str, word: &str) -> bool {
    let Some(rest) = text.strip_prefix(word) else { return false };
    let rest = rest.strip_prefix('s').unwrap_or(rest);
    !rest.starts_with(|next: char| next.is_ascii_alphabetic())
}

/// Branches that are parts of no everyday word: a wrong element behind them is a wrong statement.
fn is_bold(branch: char) -> bool {
    "寅卯巳酉戌亥丑".contains(branch)
}

/// Whether a branch stands in an everyday word: 未来, 申请, 午饭, 子女, 孩子, 星辰, 丑陋.
fn is_part_of_a_word(before: Option<char>, branch: char, after: Option<char>) -> bool {
    let (ends, begins) = match branch {
        '子' => (
            "孩儿日种样房才妻男女桌椅票电弟王君盘盒帽影句嗓脑肚步路例面里架班老包圈引格担法胆点",
            "女孙弟息宫公",
        ),
        '未' => ("从尚并", "来必免曾能雨婚知完成了满尽到有敢可见及经详定卜遂尝"),
        '午' => ("上下中正", "饭餐休睡觉夜间安"),
        '申' => ("引重", "请诉报办明论述领购辩"),
        '辰' => ("星诞良", "光"),
        '丑' => ("", "陋恶闻角"),
        _ => ("", ""),
    };
    before.is_some_and(|before| ends.contains(before))
        || after.is_some_and(|after| begins.contains(after))
}
