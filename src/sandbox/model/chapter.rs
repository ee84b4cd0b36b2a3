//! One chapter out of a whole report: the section that fits the asked title, a paragraph more, and
//! the summary that prompts ask for.

use super::facts::Kind;

/// What a chapter is about, as far as its title tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Overview,
    Character,
    Career,
    Money,
    Love,
    Family,
    Body,
    Months,
    Deeds,
    Years,
}

/// Words of titles; the first that fits decides.
const WORDS: [(Topic, &[&str]); 9] = [
    (Topic::Months, &["逐月", "十二", "Month"]),
    (Topic::Deeds, &["三件", "Three things"]),
    (Topic::Years, &["大运", "大運", "流年", "Luck", "coming"]),
    (Topic::Money, &["财", "財", "Money", "ealth"]),
    (Topic::Career, &["事业", "事業", "学业", "學業", "才能", "Work", "areer"]),
    (Topic::Love, &["感情", "婚", "恋", "戀", "Love", "arriage"]),
    (Topic::Family, &["家", "人际", "人際", "子女", "Family", "people"]),
    (Topic::Body, &["身心", "节奏", "節奏", "Body", "hythm"]),
    (Topic::Character, &["性格", "天赋", "天賦", "Character", "nature"]),
];

impl Topic {
    pub(super) fn of(title: &str) -> Self {
        let fits = |(_, words): &&(Self, &[&str])| words.iter().any(|word| title.contains(word));
        WORDS.iter().find(fits).map_or(Self::Overview, |(topic, _)| *topic)
    }

    /// The name that the texts know it by.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Character => "character",
            Self::Career => "career",
            Self::Money => "money",
            Self::Love => "love",
            Self::Family => "family",
            Self::Body => "body",
            Self::Months => "months",
            Self::Deeds => "deeds",
            Self::Years => "years",
        }
    }

    /// The section of the whole report that speaks of it; `None`: none does.
    fn section(self, kind: Kind) -> Option<usize> {
        match (kind, self) {
            (Kind::Natal | Kind::Year | Kind::Short, Self::Overview) => Some(0),
            (Kind::Year, Self::Career) | (Kind::Natal | Kind::Short, Self::Character) => Some(1),
            (Kind::Year, Self::Money) | (Kind::Natal | Kind::Short, Self::Career) => Some(2),
            (Kind::Year, Self::Love | Self::Family) | (Kind::Natal | Kind::Short, Self::Money) => {
                Some(3)
            }
            (Kind::Year, Self::Body) | (Kind::Natal | Kind::Short, Self::Love) => Some(4),
            (Kind::Year, Self::Months) | (Kind::Natal | Kind::Short, Self::Family) => Some(5),
            (Kind::Year, Self::Deeds) | (Kind::Natal | Kind::Short, Self::Body) => Some(6),
            (Kind::Natal | Kind::Short, Self::Years | Self::Deeds | Self::Months) => Some(7),
            // Their sections stand in the order of the chapters.
            (Kind::Match | Kind::Decade | Kind::Work | Kind::Child | Kind::Glance, _)
            | (Kind::Year, Self::Character | Self::Years) => None,
        }
    }
}

/// The chapter of the whole report `text`, with `more` below it and a summary at the end. A title
/// that no section speaks of gets the one with its number.
pub(super) fn of(text: &str, more: &str, (kind, topic, number): (Kind, Topic, usize)) -> String {
    let sections: Vec<&str> = text.split("\n## ").collect();
    let place = topic.section(kind).unwrap_or_else(|| number.saturating_sub(1));
    let section = sections.get(place % sections.len().max(1)).copied().unwrap_or_default();
    let body = section.split_once('\n').map_or(section, |(_heading, body)| body);
    let (body, more) = (body.trim(), more.trim());
    let closing = body.rfind("\n*").filter(|_at| body.ends_with('*'));
    let chapter = match (more, closing.and_then(|at| body.split_at_checked(at))) {
        ("", _) => body.to_owned(),
        (more, None) => format!("{body}\n\n{more}"),
        // The line in italics stays the last one.
        (more, Some((body, last))) => format!("{}\n\n{more}\n\n{}", body.trim(), last.trim()),
    };
    let first = chapter.split_inclusive(['。', '.']).next().unwrap_or_default();
    let summary: String = first.replace(['*', '\n'], "").chars().take(100).collect();
    format!("{chapter}\n\n<summary>\n{}\n</summary>", summary.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_in_every_language_find_their_topic() {
        let titles = [
            ("命盘总览", Topic::Overview),
            ("事業與才能", Topic::Career),
            ("财运与用钱", Topic::Money),
            ("Love and people", Topic::Love),
            ("Family and people around you", Topic::Family),
            ("Body, mind and rhythm", Topic::Body),
            ("逐月提要", Topic::Months),
            ("这一年值得做的三件事", Topic::Deeds),
            ("Luck cycles, the coming years, and what to do", Topic::Years),
        ];
        for (title, topic) in titles {
            assert_eq!(Topic::of(title), topic, "{title}");
        }
    }

    #[test]
    fn a_section_becomes_a_chapter_with_its_summary() {
        let text = "## 一、总览\n\n甲。乙。\n\n## 二、性格\n\n丙。\n\n*由你决定。*";
        let first = of(text, "", (Kind::Natal, Topic::Overview, 1));
        assert_eq!(first, "甲。乙。\n\n<summary>\n甲。\n</summary>");
        let last = of(text, "丁。", (Kind::Natal, Topic::Character, 2));
        assert_eq!(last, "丙。\n\n丁。\n\n*由你决定。*\n\n<summary>\n丙。\n</summary>");
    }
}
