//! What the model wrote, made ready to be kept: a chapter's text without the headings that are ours
//! to set, and the summary by which later chapters know it. Pure.

use crate::kernel::locale::Locale;

/// A summary beyond this is cut: it stands in the prompts of other chapters.
const LONGEST_SUMMARY: usize = 400;
/// Of a summary that the model forgot and that is taken from the text.
const TAKEN_SUMMARY: usize = 200;
const OPEN: &str = "<summary>";
const CLOSE: &str = "</summary>";

/// Something that is wrong with a draft: told to the model when it writes again, and to operators.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    /// A word that never changes, such as `too-short`. Safe for logs.
    pub code: String,
    /// What the model has to know to mend it. May quote the draft.
    pub text: String,
}

/// A chapter as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub markdown: String,
    pub summary: String,
}

impl Draft {
    /// Takes the summary out of the answer and the headings off it.
    pub fn read(answer: &str) -> Self {
        let (body, told) = without_summary(answer);
        let markdown = without_headings(&body);
        let told: String = told.trim().chars().take(LONGEST_SUMMARY).collect();
        let summary = if told.is_empty() { opening(&markdown) } else { told };
        Self { markdown, summary }
    }
}

/// The heading of the `number`th chapter, from 1.
pub fn heading(locale: Locale, number: usize, title: &str) -> String {
    match locale {
        Locale::ZhHans | Locale::ZhHant => format!("## {}、{title}", numeral(number)),
        Locale::En => format!("## {number}. {title}"),
    }
}

/// The whole report: every chapter under its heading.
pub fn join<'a>(locale: Locale, chapters: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let numbered = chapters.into_iter().zip(1_usize..);
    let parts: Vec<_> = numbered
        .map(|((title, markdown), number)| {
            format!("{}\n\n{}", heading(locale, number, title), markdown.trim())
        })
        .collect();
    parts.join("\n\n")
}

/// The chapters of a report that was written as one text: title and markdown by headings of the
/// second level. What stands above the first one belongs to it.
pub fn split(text: &str) -> Vec<(String, String)> {
    let mut chapters: Vec<(String, String)> = Vec::new();
    let mut above = String::new();
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            chapters.push((unnumbered(title.trim()).to_owned(), std::mem::take(&mut above)));
            continue;
        }
        let part = chapters.last_mut().map_or(&mut above, |(_, markdown)| markdown);
        part.push_str(line);
        part.push('\n');
    }
    if chapters.is_empty() && !above.trim().is_empty() {
        chapters.push((String::new(), above));
    }
    chapters.into_iter().map(|(title, text)| (title, text.trim().to_owned())).collect()
}

/// 一 to 九十九.
fn numeral(number: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    let digit = |value: usize| DIGITS.get(value).copied().unwrap_or_default();
    match number {
        0..=9 => digit(number).to_owned(),
        10..=19 => format!("十{}", digit(number % 10)),
        _ => format!("{}十{}", digit(number / 10 % 10), digit(number % 10)),
    }
}

/// A title without the number that stands before it: `一、命盘总览`, `1. The chart`.
fn unnumbered(title: &str) -> &str {
    let rest = title.trim_start_matches(|letter: char| {
        letter.is_ascii_digit() || "一二三四五六七八九十".contains(letter)
    });
    if rest.len() == title.len() {
        return title;
    }
    let rest = rest.strip_prefix('、').or_else(|| rest.strip_prefix(". "));
    rest.map_or(title, str::trim_start)
}

/// The text around the marks, and what stands between them.
fn without_summary(answer: &str) -> (String, String) {
    let Some((before, rest)) = answer.split_once(OPEN) else {
        return (answer.replace(CLOSE, ""), String::new());
    };
    match rest.split_once(CLOSE) {
        Some((summary, after)) => (format!("{before}\n{after}"), summary.to_owned()),
        None => (before.to_owned(), rest.to_owned()),
    }
}

/// Leading headings go, because the title is set by us; deeper ones stay below it.
fn without_headings(text: &str) -> String {
    let mut lines = text.trim().lines().peekable();
    while lines.next_if(|line| line.trim().is_empty() || is_heading(line)).is_some() {}
    let lines: Vec<String> = lines
        .map(|line| match line.trim_start().trim_start_matches('#') {
            title if is_heading(line) => format!("### {}", title.trim()),
            _ => line.trim_end().to_owned(),
        })
        .collect();
    lines.join("\n").trim().to_owned()
}

fn is_heading(line: &str) -> bool {
    let text = line.trim_start();
    let title = text.trim_start_matches('#');
    title.len() < text.len() && (title.is_empty() || title.starts_with(' '))
}

/// The first sentence of each paragraph, as far as there is room.
fn opening(markdown: &str) -> String {
    let mut summary = String::new();
    for line in markdown.lines().filter(|line| !line.trim().is_empty() && !is_heading(line)) {
        let end = line.find(['。', '！', '？', '.', '!', '?']);
        let sentence = end.map_or(line, |end| line.get(..end).unwrap_or(line));
        let sentence: String = sentence.chars().filter(|it| !"*#>-".contains(*it)).collect();
        let room = TAKEN_SUMMARY.saturating_sub(summary.chars().count());
        if room < 10 {
            break;
        }
        summary.extend(sentence.trim().chars().take(room));
        summary.push('；');
    }
    summary.trim_end_matches('；').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_summary_is_taken_out_wherever_it_stands() {
        let draft = Draft::read("## 一、总览\n\n正文。\n\n<summary>日主偏弱，喜水。</summary>\n");
        assert_eq!(draft.markdown, "正文。");
        assert_eq!(draft.summary, "日主偏弱，喜水。");
        assert_eq!(Draft::read("<summary>短</summary>\n正文。").markdown, "正文。");
        assert_eq!(Draft::read("正文。\n<summary>没有结尾").summary, "没有结尾");
    }

    #[test]
    fn a_forgotten_summary_is_taken_from_the_text() {
        let draft = Draft::read("**日主**为乙木。喜水。\n\n- 月令在巳。忌金。");
        assert_eq!(draft.summary, "日主为乙木；月令在巳");
        assert_eq!(Draft::read("").summary, "");
    }

    #[test]
    fn headings_are_ours_to_set() {
        let draft =
            Draft::read("# 报告\n## 二、性格\n\n第一段。\n## 小节\n#标签不是标题\n#### 更深");
        assert_eq!(draft.markdown, "第一段。\n### 小节\n#标签不是标题\n### 更深");
    }

    #[test]
    fn chapters_join_under_their_headings_and_split_again() {
        let parts = [("命盘总览", "甲。"), ("性格", "乙。")];
        let text = join(Locale::ZhHans, parts);
        assert_eq!(text, "## 一、命盘总览\n\n甲。\n\n## 二、性格\n\n乙。");
        let whole = |(title, text): (&str, &str)| (title.to_owned(), text.to_owned());
        assert_eq!(split(&text), parts.map(whole));
        let english = join(Locale::En, [("At a glance", "One.")]);
        assert_eq!(english, "## 1. At a glance\n\nOne.");
        assert_eq!(split(&english), [("At a glance".to_owned(), "One.".to_owned())]);
        assert_eq!(split("无题。"), [(String::new(), "无题。".to_owned())]);
        assert_eq!(split("  \n"), []);
    }

    #[test]
    fn numbers_are_written_as_in_books() {
        assert_eq!(
            [1, 9, 10, 12, 20, 21].map(numeral),
            ["一", "九", "十", "十二", "二十", "二十一"]
        );
        assert_eq!(unnumbered("一日一事"), "一日一事");
    }

    proptest! {
        #[test]
        fn no_answer_is_too_strange(answer in "[#< >/a-z\\n。总summary]{0,80}") {
            let draft = Draft::read(&answer);
            prop_assert!(draft.summary.chars().count() <= LONGEST_SUMMARY + 1);
            prop_assert!(!draft.markdown.lines().any(|line| line.starts_with("## ")));
        }
    }
}
