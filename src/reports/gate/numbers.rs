//! Years and ages in a sentence: 2027年, 二〇二七年, 2025–2034, 35–44岁, 三十五岁到四十四岁,
//! "ages 36–45", "from age 34 to 43".

use super::lexer::Word;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Year(i32),
    Years(i32, i32),
    Age(i32),
    Ages(i32, i32),
    /// A number of something else.
    Other,
}

const NUMERALS: &str = "零〇一二三四五六七八九十百";
const BETWEEN: [&str; 9] = ["-", "至", "到", "~", " to ", " until ", " through ", " and ", " - "];
/// Years that a reading may be about.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2199;
const OLDEST: i32 = 130;

pub(super) fn begins(character: char) -> bool {
    character.is_ascii_digit() || NUMERALS.contains(character)
}

/// The number at a place, with its unit, and the bytes that it takes.
pub(super) fn read(read: &str, lower: &str, at: usize) -> Option<(Number, usize)> {
    let rest = read.get(at..)?;
    let (first, length) = plain(rest)?;
    let tail = rest.get(length..)?;
    let is_part = read.get(..at)?.ends_with(['.', ',', '$', '¥', '第'])
        || tail.starts_with(['%', '元', '万'])
        || decimals(tail);
    if is_part {
        return Some((Number::Other, length));
    }
    if let Some((second, more)) = second(tail) {
        let whole = length + more;
        let unit = rest.get(whole..)?;
        if YEARS.contains(&first) && YEARS.contains(&second) {
            return Some((Number::Years(first, second), whole + year_unit(unit)));
        }
        let is_age = unit.trim_start().starts_with('岁')
            || unit.starts_with("周岁")
            || unit.starts_with("虚岁")
            || english_age_before(lower.get(..at)?);
        if is_age && first <= OLDEST && second <= OLDEST {
            return Some((Number::Ages(first, second), whole + age_unit(unit)));
        }
    }
    if YEARS.contains(&first) && is_year(rest, length) {
        return Some((Number::Year(first), length + year_unit(tail)));
    }
    let is_age = tail.trim_start().starts_with('岁')
        || tail.starts_with("周岁")
        || tail.starts_with("虚岁")
        || tail.starts_with(" years old")
        || english_age_before(lower.get(..at)?)
        || is_bare_age(lower.get(..at)?, tail);
    if is_age && first <= OLDEST {
        return Some((Number::Age(first), length + age_unit(tail)));
    }
    rest.starts_with(|digit: char| digit.is_ascii_digit()).then_some((Number::Other, length))
}

/// A year needs its unit when it is written in numerals, for 二十一 is none.
fn is_year(rest: &str, length: usize) -> bool {
    let tail = rest.get(length..).unwrap_or_default();
    let has_unit = tail.trim_start().starts_with('年');
    if !rest.starts_with(|digit: char| digit.is_ascii_digit()) {
        return has_unit;
    }
    let counts = ["字", "人", "个", "米", "步", "天", "次", "块", "名", "年前", "年后", "年来"];
    length == 4 && !counts.iter().any(|unit| tail.trim_start().starts_with(unit))
}

fn decimals(tail: &str) -> bool {
    let mut characters = tail.chars();
    matches!(characters.next(), Some('.' | ','))
        && characters.next().is_some_and(|next| next.is_ascii_digit())
}

fn year_unit(tail: &str) -> usize {
    unit(tail, &["年"])
}

fn age_unit(tail: &str) -> usize {
    unit(tail, &["周岁", "虚岁", "岁"])
}

fn unit(tail: &str, units: &[&str]) -> usize {
    let trimmed = tail.trim_start();
    let blank = tail.len() - trimmed.len();
    let found = units.iter().find(|unit| trimmed.starts_with(**unit));
    found.map_or(0, |unit| blank + unit.len())
}

/// What follows a first number when a span is meant: the second number and the bytes up to its end.
fn second(tail: &str) -> Option<(i32, usize)> {
    let unit = unit(tail, &["年", "周岁", "虚岁", "岁"]);
    let rest = tail.get(unit..)?;
    let between = BETWEEN.iter().find(|word| rest.starts_with(**word))?;
    let from = unit + between.len();
    let dashes = tail.get(from..)?.len() - tail.get(from..)?.trim_start_matches(['-', ' ']).len();
    let (number, length) = plain(tail.get(from + dashes..)?)?;
    Some((number, from + dashes + length))
}

/// A number in digits or numerals, and its bytes.
fn plain(text: &str) -> Option<(i32, usize)> {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    if end > 0 {
        return Some((text.get(..end)?.parse().ok()?, end));
    }
    let end = text.find(|character: char| !NUMERALS.contains(character)).unwrap_or(text.len());
    let numerals = text.get(..end).filter(|numerals| !numerals.is_empty())?;
    Some((numeral(numerals)?, end))
}

/// 三十五 → 35, 二〇二七 → 2027.
fn numeral(text: &str) -> Option<i32> {
    let digit = |character: char| {
        let place = "零一二三四五六七八九".chars().position(|digit| digit == character);
        let place = if character == '〇' { Some(0) } else { place };
        place.and_then(|place| i32::try_from(place).ok())
    };
    let characters: Vec<char> = text.chars().collect();
    if !text.contains(['十', '百']) {
        if characters.len() > 4 {
            return None;
        }
        return characters.iter().try_fold(0_i32, |sum, one| Some(sum * 10 + digit(*one)?));
    }
    if text.contains('百') || characters.len() > 3 {
        return None;
    }
    let (tens, ones) = text.split_once('十')?;
    let tens = tens.chars().next().map_or(Some(1), digit)?;
    let ones = ones.chars().next().map_or(Some(0), digit)?;
    Some(tens * 10 + ones)
}

const BEFORE_AGE: [&str; 13] = [
    "age ",
    "ages ",
    "aged ",
    "age of ",
    "begins at ",
    "starts at ",
    "opens at ",
    "you turn ",
    "ages from ",
    "age from ",
    "between ages ",
    "ages of ",
    "at age ",
];

fn english_age_before(lower: &str) -> bool {
    BEFORE_AGE.iter().any(|words| lower.ends_with(words))
}

/// "At 36 you entered".
fn is_bare_age(before: &str, tail: &str) -> bool {
    let at = before == "at " || before.ends_with(" at ");
    at && [" you", ", you", " the "].iter().any(|words| tail.starts_with(words))
}

/// "from 9 to 18", which is a span of ages when nothing else says what it is.
pub(super) fn english_age(lower: &str) -> Option<(Word, usize)> {
    let words = ["from ", "between "].iter().find(|words| lower.starts_with(**words))?;
    let rest = lower.get(words.len()..)?;
    let (first, length) =
        plain(rest).filter(|_| rest.starts_with(|one: char| one.is_ascii_digit()))?;
    let (second, more) = second(rest.get(length..)?)?;
    let is_span = (8..=11).contains(&(second - first)) && second <= OLDEST;
    is_span.then_some((Word::Ages(first, second), words.len() + length + more))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<Number> {
        read(text, &text.to_ascii_lowercase(), 0).map(|(number, _)| number)
    }

    #[test]
    fn years_and_ages_are_told_from_other_numbers() {
        use Number::{Age, Ages, Other, Year, Years};
        let known = [
            ("2027年丁未", Year(2027)),
            ("2027", Year(2027)),
            ("二〇二七年", Year(2027)),
            ("2025-2034年", Years(2025, 2034)),
            ("2025年到2034年", Years(2025, 2034)),
            ("2018 to 2027", Years(2018, 2027)),
            ("35-44岁", Ages(35, 44)),
            ("35岁到44岁", Ages(35, 44)),
            ("三十五岁至四十四岁", Ages(35, 44)),
            ("三岁起", Age(3)),
            ("46岁", Age(46)),
            ("2000字", Other),
            ("88元", Other),
            ("3.5倍", Other),
        ];
        for (text, expected) in known {
            assert_eq!(number(text), Some(expected), "{text}");
        }
        assert_eq!(number("一位长辈"), None);
        assert_eq!(number("十几岁"), None);
    }

    #[test]
    fn english_ages_need_their_word() {
        let at = |text: &str, place: usize| {
            read(text, &text.to_ascii_lowercase(), place).map(|(number, _)| number)
        };
        assert_eq!(at("ages 36-45", 5), Some(Number::Ages(36, 45)));
        assert_eq!(at("age 34 to 43", 4), Some(Number::Ages(34, 43)));
        assert_eq!(at("it is 36 now", 6), Some(Number::Other));
        assert!(english_age("from 9 to 18.").is_some());
        assert!(english_age("from 9 to 12.").is_none());
    }
}
