//! The hand-written reports that the sandbox's model answers with.

use minijinja::{Environment, context};

use super::answer;
use super::chapter::{self, Topic};
use super::chart::Sex;
use super::facts::{Facts, Kind};
use super::traditional;
use super::values::values;

const TEXTS: [(&str, &str); 26] = [
    ("answer.zh.md", include_str!("texts/answer.zh.md")),
    ("answer.en.md", include_str!("texts/answer.en.md")),
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
    ("chapter_pair.zh.md", include_str!("texts/chapter_pair.zh.md")),
    ("chapter_pair.en.md", include_str!("texts/chapter_pair.en.md")),
    ("decade.zh.md", include_str!("texts/decade.zh.md")),
    ("decade.en.md", include_str!("texts/decade.en.md")),
    ("work.zh.md", include_str!("texts/work.zh.md")),
    ("work.en.md", include_str!("texts/work.en.md")),
    ("child.zh.md", include_str!("texts/child.zh.md")),
    ("child.en.md", include_str!("texts/child.en.md")),
    ("glance.zh.md", include_str!("texts/glance.zh.md")),
    ("glance.en.md", include_str!("texts/glance.en.md")),
];

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
        (Kind::Decade, false) => "decade.zh.md",
        (Kind::Decade, true) => "decade.en.md",
        (Kind::Work, false) => "work.zh.md",
        (Kind::Work, true) => "work.en.md",
        (Kind::Child, false) => "child.zh.md",
        (Kind::Child, true) => "child.en.md",
        (Kind::Glance, false) => "glance.zh.md",
        (Kind::Glance, true) => "glance.en.md",
    };
    let mut environment = Environment::new();
    environment.set_undefined_behavior(minijinja::UndefinedBehavior::Strict);
    let mut syntax = minijinja::syntax::SyntaxConfig::builder();
    environment.set_syntax(syntax.trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in TEXTS {
        environment.add_template(name, text)?;
    }
    if let Some(question) = &facts.question {
        let name = if facts.english { "answer.en.md" } else { "answer.zh.md" };
        let known = context! { declines => answer::is_touchy(question), ..values(facts) };
        let text = environment.get_template(name)?.render(known)?.trim().to_owned();
        return Ok(if facts.traditional { traditional::written(&text) } else { text });
    }
    let text = environment.get_template(name)?.render(values(facts))?;
    let text = match &facts.chapter {
        None => with_headings(text.trim(), &facts.headings),
        Some(asked) => {
            let topic = Topic::of(&asked.title);
            let known = context! { topic => topic.word(), ..values(facts) };
            let more = match added(facts.kind, facts.english) {
                Some(name) => environment.get_template(name)?.render(known)?,
                None => String::new(),
            };
            chapter::of(&text, &more, (facts.kind, topic, asked.number))
        }
    };
    let text =
        if facts.kind == Kind::Child && facts.sex == Sex::Female { of_a_girl(&text) } else { text };
    Ok(if facts.traditional { traditional::written(&text) } else { text })
}

/// What a chapter gets below its section of the whole report.
fn added(kind: Kind, english: bool) -> Option<&'static str> {
    match (kind, english) {
        (Kind::Year, false) => Some("chapter_year.zh.md"),
        (Kind::Year, true) => Some("chapter_year.en.md"),
        (Kind::Natal | Kind::Short, false) => Some("chapter.zh.md"),
        (Kind::Natal | Kind::Short, true) => Some("chapter.en.md"),
        (Kind::Match, false) => Some("chapter_pair.zh.md"),
        (Kind::Match, true) => Some("chapter_pair.en.md"),
        (Kind::Decade | Kind::Work | Kind::Child | Kind::Glance, _) => None,
    }
}

/// The Chinese text about a child speaks of a boy.
fn of_a_girl(text: &str) -> String {
    const KEPT: [(&str, &str); 2] = [("他们", "\u{1}们"), ("其他", "其\u{1}")];
    let hidden = KEPT.iter().fold(text.to_owned(), |text, (word, kept)| text.replace(word, kept));
    hidden.replace('他', "她").replace('\u{1}', "他")
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

#[cfg(test)]
mod tests {
    use super::super::chart::Pair;
    use super::super::values::EXAMPLE;
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
            question: None,
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
            ruling: Some(3),
            years: (2023..=2032).map(|year| (year, None)).collect(),
            sex: Sex::Female,
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
                (Kind::Decade, false),
                (Kind::Decade, true),
                (Kind::Work, false),
                (Kind::Work, true),
                (Kind::Child, false),
                (Kind::Child, true),
                (Kind::Glance, false),
                (Kind::Glance, true),
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
