//! The hand-written reports that the sandbox's model answers with.

use minijinja::value::Serde;
use minijinja::{Environment, Value, context};
use serde::Serialize;

use super::chapter::{self, Topic};
use super::chart::{ELEMENTS, Pair, element_name, group, relation};
use super::facts::{Facts, Kind};
use super::traditional;

const TEXTS: [(&str, &str); 14] = [
    ("words.zh.md", include_str!("texts/words.zh.md")),
    ("natal.zh.md", include_str!("texts/natal.zh.md")),
    ("pair.zh.md", include_str!("texts/pair.zh.md")),
    ("pair.en.md", include_str!("texts/pair.en.md")),
    ("year.zh.md", include_str!("texts/year.zh.md")),
    ("short.zh.md", include_str!("texts/short.zh.md")),
    ("words.en.md", include_str!("texts/words.en.md")),
    ("natal.en.md", include_str!("texts/natal.en.md")),
    ("year.en.md", include_str!("texts/year.en.md")),
    ("short.en.md", include_str!("texts/short.en.md")),
    ("chapter.zh.md", include_str!("texts/chapter.zh.md")),
    ("chapter.en.md", include_str!("texts/chapter.en.md")),
    ("chapter_year.zh.md", include_str!("texts/chapter_year.zh.md")),
    ("chapter_year.en.md", include_str!("texts/chapter_year.en.md")),
];

/// Who asks for a chart without giving one is told of this one.
const EXAMPLE: [&str; 4] = ["庚午", "辛巳", "乙酉", "庚辰"];

/// Writes the report. The same facts give the same text, so that a cut one can be carried on.
pub(super) fn write(facts: &Facts) -> Result<String, minijinja::Error> {
    let name = match (facts.kind, facts.english) {
        (Kind::Short, false) => "short.zh.md",
        (Kind::Short, true) => "short.en.md",
        (Kind::Year, false) => "year.zh.md",
        (Kind::Year, true) => "year.en.md",
        (Kind::Match, false) => "pair.zh.md",
        (Kind::Match, true) => "pair.en.md",
        (Kind::Natal, false) => "natal.zh.md",
        (Kind::Natal, true) => "natal.en.md",
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    environment.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in TEXTS {
        environment.add_template(name, text)?;
    }
    let text = environment.get_template(name)?.render(values(facts))?;
    let text = match &facts.chapter {
        None => with_headings(text.trim(), &facts.headings),
        Some(asked) => {
            let topic = Topic::of(&asked.title);
            let more = match (facts.kind, facts.english) {
                (Kind::Year, false) => "chapter_year.zh.md",
                (Kind::Year, true) => "chapter_year.en.md",
                (Kind::Natal | Kind::Short | Kind::Match, false) => "chapter.zh.md",
                (Kind::Natal | Kind::Short | Kind::Match, true) => "chapter.en.md",
            };
            let known = context! { topic => topic.word(), ..values(facts) };
            let more = environment.get_template(more)?.render(known)?;
            chapter::of(&text, &more, (facts.kind, topic, asked.number))
        }
    };
    Ok(if facts.traditional { traditional::written(&text) } else { text })
}

/// Uses the headings that the prompt prescribes, if there are as many as the text has.
fn with_headings(text: &str, headings: &[String]) -> String {
    let is_heading = |line: &&str| line.starts_with("## ");
    if text.lines().filter(is_heading).count() != headings.len() {
        return text.to_owned();
    }
    let mut headings = headings.iter();
    let lines = text.lines().map(|line| {
        let prescribed = if is_heading(&line) { headings.next() } else { None };
        prescribed.map_or(line, String::as_str)
    });
    lines.collect::<Vec<_>>().join("\n")
}

const PLACES: [&str; 4] = ["年", "月", "日", "时"];

#[derive(Serialize)]
struct Step {
    name: String,
    stem: &'static str,
    branch: &'static str,
    element: &'static str,
    god: &'static str,
    group: &'static str,
}

impl Step {
    fn new(pair: Pair, day: Pair) -> Self {
        Self {
            name: pair.name(),
            stem: pair.stem_name(),
            branch: pair.branch_name(),
            element: element_name(pair.stem_element()),
            god: pair.god(day),
            group: group(day.stem_element(), pair.stem_element()),
        }
    }
}

fn values(facts: &Facts) -> Value {
    let example: Vec<Pair> = EXAMPLE.iter().filter_map(|text| Pair::parse(text)).collect();
    let pillars = if facts.pillars.is_empty() { &example } else { &facts.pillars };
    let (Some(month), Some(day)) = (pillars.get(1).copied(), pillars.get(2).copied()) else {
        return Value::UNDEFINED;
    };
    let year = Pair::of_year(facts.year);
    let counts = count(pillars);
    let strong = facts.strong.unwrap_or_else(|| is_strong(day, month, &counts));
    let helpful = match facts.favourable.as_slice() {
        [] => favourable(day, strong).iter().map(ToString::to_string).collect(),
        told => told.to_vec(),
    };
    let elements: Vec<Value> =
        ELEMENTS.into_iter().zip(counts).map(|(name, count)| context! { name, count }).collect();
    context! {
        lot => facts.lot,
        pillars => pillar_rows(pillars, day),
        question => facts.asks,
        day => day_value(day),
        month => context! { branch => month.branch_name(), season => month.season() },
        elements,
        strongest => extreme(&counts, true),
        weakest => extreme(&counts, false),
        strong,
        favourable => helpful,
        relations => facts.relations.clone(),
        lean => group(day.stem_element(), month.branch_element()),
        luck => luck(facts, day),
        year => year_value(facts.year, day),
        coming => [1, 2, 3].map(|ahead| year_value(facts.year.saturating_add(ahead), day)),
        months => months(year, day),
        clashes => places(pillars, |pair| pair.clashes(year)),
        harmonies => places(pillars, |pair| pair.harmonises(year)),
        you => other_person(&facts.other, pillars),
    }
}

/// The second person, and what the two are to each other; nothing where there is none.
fn other_person(theirs: &[Pair], mine: &[Pair]) -> Value {
    let three = |pillars: &[Pair]| match *pillars {
        [year, month, day, ..] => Some((year, month, day)),
        _ => None,
    };
    let (Some((year, month, day)), Some((my_year, _, my_day))) = (three(theirs), three(mine))
    else {
        return Value::UNDEFINED;
    };
    let counts = count(theirs);
    context! {
        pillars => pillar_rows(theirs, day),
        day => day_value(day),
        month => context! { branch => month.branch_name(), season => month.season() },
        strongest => extreme(&counts, true),
        weakest => extreme(&counts, false),
        lean => group(day.stem_element(), month.branch_element()),
        god => day.god(my_day),
        group => group(my_day.stem_element(), day.stem_element()),
        me_god => my_day.god(day),
        me_group => group(day.stem_element(), my_day.stem_element()),
        palaces_combine => day.harmonises(my_day),
        palaces_clash => day.clashes(my_day),
        years_clash => year.clashes(my_year),
    }
}

/// The element with the most characters, or with the fewest.
fn extreme(counts: &[usize; 5], most: bool) -> &'static str {
    let order = |place: &usize| {
        let count = counts.get(*place).copied().unwrap_or(0);
        if most { count } else { usize::MAX.saturating_sub(count) }
    };
    element_name((0..5).max_by_key(order).unwrap_or(0))
}

fn year_value(number: i64, day: Pair) -> Value {
    context! { number, ..Value::from(Serde(Step::new(Pair::of_year(number), day))) }
}

fn day_value(day: Pair) -> Value {
    context! {
        stem => day.stem_name(),
        element => element_name(day.stem_element()),
        branch => day.branch_name(),
        branch_element => element_name(day.branch_element()),
        seat => group(day.stem_element(), day.branch_element()),
    }
}

fn pillar_rows(pillars: &[Pair], day: Pair) -> Vec<Value> {
    let row = |(place, pair): (&str, &Pair)| {
        let elements =
            format!("{}{}", element_name(pair.stem_element()), element_name(pair.branch_element()));
        let god = if place == "日" { "日主" } else { pair.god(day) };
        let around = if place == "日" { pair.branch_element() } else { pair.stem_element() };
        let group = group(day.stem_element(), around);
        context! { place, name => pair.name(), elements, god, group }
    };
    PLACES.into_iter().zip(pillars).map(row).collect()
}

fn places(pillars: &[Pair], meets: impl Fn(Pair) -> bool) -> Vec<&'static str> {
    let named = PLACES.into_iter().zip(pillars);
    named.filter(|(_, pair)| meets(**pair)).map(|(place, _)| place).collect()
}

fn luck(facts: &Facts, day: Pair) -> Vec<Value> {
    let row = |decade: &super::facts::Decade| {
        let ages = decade.from_age.map(|age| format!("{age}–{} 岁", age.saturating_add(9)));
        let years = decade.from_year.map(|year| format!("{year} 年起"));
        let span: Vec<String> = ages.into_iter().chain(years).collect();
        let step = Value::from(Serde(Step::new(decade.pair, day)));
        context! { span => span.join("，"), from_age => decade.from_age, ..step }
    };
    // A chapter speaks of the decade that rules and of the next one.
    let ends = |it: &&super::facts::Decade| {
        it.from_year.is_none_or(|from| from.saturating_add(9) >= facts.year)
    };
    match facts.chapter {
        Some(_) => facts.luck.iter().filter(ends).take(2).map(row).collect(),
        None => facts.luck.iter().take(8).map(row).collect(),
    }
}

fn months(year: Pair, day: Pair) -> Vec<Value> {
    let names = ["正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊"];
    let row = |(number, name): (usize, &str)| {
        let step = Value::from(Serde(Step::new(year.month(number), day)));
        context! { label => format!("{name}月"), ..step }
    };
    names.into_iter().enumerate().map(row).collect()
}

fn count(pillars: &[Pair]) -> [usize; 5] {
    let mut counts = [0; 5];
    for pair in pillars {
        for element in [pair.stem_element(), pair.branch_element()] {
            if let Some(count) = counts.get_mut(element) {
                *count = usize::saturating_add(*count, 1);
            }
        }
    }
    counts
}

/// The month counts double, as the old books have it.
fn is_strong(day: Pair, month: Pair, counts: &[usize; 5]) -> bool {
    let helps = |element: usize| matches!(relation(day.stem_element(), element), 0 | 4);
    let help: usize = counts.iter().enumerate().filter(|(e, _)| helps(*e)).map(|(_, n)| n).sum();
    let seasonal = if helps(month.branch_element()) { 2 } else { 0 };
    let all: usize = counts.iter().sum();
    help.saturating_add(seasonal).saturating_mul(2) > all
}

/// What a strong day master should give to, or what a weak one should take from.
fn favourable(day: Pair, strong: bool) -> Vec<&'static str> {
    let steps: [usize; 2] = if strong { [1, 2] } else { [4, 0] };
    steps.iter().map(|step| element_name(day.stem_element().saturating_add(*step) % 5)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(kind: Kind, english: bool) -> Facts {
        let luck = ["壬午", "癸未", "甲申", "乙酉", "丙戌", "丁亥", "戊子", "己丑"];
        let luck =
            luck.iter().zip((4..).step_by(10)).map(|(pair, age)| super::super::facts::Decade {
                pair: Pair::parse(pair).unwrap(),
                from_age: Some(age),
                from_year: Some(age + 1989),
            });
        Facts {
            kind,
            english,
            pillars: EXAMPLE.iter().map(|text| Pair::parse(text).unwrap()).collect(),
            other: ["戊辰", "丙辰", "甲戌", "戊辰"].map(|text| Pair::parse(text).unwrap()).to_vec(),
            luck: luck.collect(),
            year: 2026,
            lot: 1,
            asks: true,
            headings: Vec::new(),
            chapter: None,
            strong: None,
            favourable: Vec::new(),
            relations: Vec::new(),
            traditional: false,
        }
    }

    fn chapters(text: &str) -> usize {
        text.lines().filter(|line| line.starts_with("## ")).count()
    }

    #[test]
    fn a_long_report_is_a_long_report() {
        for kind in [Kind::Natal, Kind::Year] {
            let text = write(&facts(kind, false)).unwrap();
            let length = text.chars().count();
            assert!((2_400..=4_000).contains(&length), "{length} characters");
            assert!((6..=8).contains(&chapters(&text)), "{text}");
            assert!(text.ends_with("由你决定。*"), "{text}");
        }
        insta::assert_snapshot!(write(&facts(Kind::Natal, false)).unwrap());
    }

    #[test]
    fn a_year_is_told_month_by_month() {
        insta::assert_snapshot!(write(&facts(Kind::Year, false)).unwrap());
    }

    #[test]
    fn two_people_are_told_of_each_other() {
        let text = write(&facts(Kind::Match, false)).unwrap();
        let length = text.chars().filter(|letter| !letter.is_whitespace()).count();
        assert!((2_400..=4_000).contains(&length), "{length} characters");
        assert_eq!(chapters(&text), 7);
        insta::assert_snapshot!(text);
        let english = write(&facts(Kind::Match, true)).unwrap();
        let length = english.chars().filter(|letter| !letter.is_whitespace()).count();
        assert!(length > 2_400, "{length} characters");
        insta::assert_snapshot!(english);
    }

    #[test]
    fn english_is_spoken() {
        insta::assert_snapshot!(write(&facts(Kind::Natal, true)).unwrap());
        insta::assert_snapshot!(write(&facts(Kind::Year, true)).unwrap());
    }

    #[test]
    fn a_sign_for_the_day_is_short() {
        let text = write(&Facts { pillars: Vec::new(), ..facts(Kind::Short, false) }).unwrap();
        assert!((150..=300).contains(&text.chars().count()), "{text}");
        insta::assert_snapshot!(text);
        assert!(write(&facts(Kind::Short, true)).unwrap().len() < 600);
    }

    #[test]
    fn prescribed_headings_are_used() {
        let headings: Vec<String> = (1..=8).map(|n| format!("## {n}. 题")).collect();
        let text = write(&Facts { headings, ..facts(Kind::Natal, false) }).unwrap();
        assert!(text.starts_with("## 1. 题\n") && text.contains("\n## 8. 题\n"), "{text}");
    }

    #[test]
    fn every_day_master_has_its_words() {
        for number in 0..60 {
            let pair = Pair::of_year(1984 + number);
            let pillars = vec![pair, pair.month(2), Pair::of_year(2000 + number), pair.month(7)];
            for (kind, english) in [
                (Kind::Natal, false),
                (Kind::Natal, true),
                (Kind::Year, false),
                (Kind::Short, false),
            ] {
                let year = 2000 + number;
                let facts = Facts {
                    pillars: pillars.clone(),
                    year,
                    luck: Vec::new(),
                    ..facts(kind, english)
                };
                write(&facts).unwrap();
            }
        }
    }

    #[test]
    fn an_unknown_hour_is_said_honestly() {
        let mut facts = facts(Kind::Natal, false);
        facts.pillars.pop();
        assert!(write(&facts).unwrap().contains("时柱从缺"));
    }
}
