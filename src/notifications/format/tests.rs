//! What must hold for every text, and how a real report looks.

mod markup;

use proptest::prelude::*;

use super::*;
use markup::{strip, well_formed};

const REPORT: &str = include_str!("tests/report.md");

fn only(markdown: &str) -> String {
    let segments = segments(markdown, SEGMENT_LIMIT);
    assert_eq!(segments.len(), 1, "{segments:?}");
    segments[0].html.clone()
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn visible(segments: &[Segment]) -> String {
    let text: String = segments.iter().map(|segment| segment.plain.as_str()).collect();
    text.chars().filter(|c| !c.is_whitespace() && *c != '─').collect()
}

#[test]
fn a_report_reads_well_in_the_chat() {
    let html: Vec<String> =
        segments(REPORT, SEGMENT_LIMIT).into_iter().map(|segment| segment.html).collect();
    insta::assert_snapshot!(html.join("\n\n════ next message ════\n\n"));
}

#[test]
fn a_report_is_cut_between_its_chapters() {
    let parts = segments(REPORT, 220);
    let starts: Vec<&str> = parts.iter().filter_map(|part| part.plain.lines().next()).collect();
    insta::assert_debug_snapshot!(starts);
    for part in &parts {
        let last = part.html.lines().last().unwrap_or_default();
        assert!(!(last.starts_with("<b>") && last.ends_with("</b>")), "a heading alone: {last}");
    }
}

#[test]
fn bold_next_to_chinese_punctuation_is_bold() {
    assert_eq!(only("**用神：**水，**“引号”**后"), "<b>用神：</b>水，<b>“引号”</b>后");
}

#[test]
fn ranges_keep_their_tildes() {
    assert_eq!(only("24~33岁与34~43岁，~~旧说~~"), "24~33岁与34~43岁，<s>旧说</s>");
}

#[test]
fn dashes_below_a_paragraph_make_no_heading() {
    assert_eq!(only("一段话\n---\n又一段"), "一段话\n\n──────────\n\n又一段");
}

#[test]
fn an_answer_inside_a_code_fence_is_taken_out_of_it() {
    assert_eq!(only("```markdown\n## 一\n**话**\n```\n"), "<b>一</b>\n<b>话</b>");
    assert_eq!(only("```\n## 一\n```"), "<pre>## 一</pre>");
}

#[test]
fn html_from_the_model_is_only_text() {
    assert_eq!(
        only("<b>粗</b><br>a < b & c <script>alert(\"1\")</script>"),
        "&lt;b&gt;粗&lt;/b&gt;\na &lt; b &amp; c &lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;"
    );
}

#[test]
fn only_web_links_can_be_tapped() {
    assert_eq!(only("[看](https://a.cn/?q=\"2)"), "<a href=\"https://a.cn/?q=&quot;2\">看</a>");
    assert_eq!(only("[看](https://a.cn/?x=1&y=2)"), "<a href=\"https://a.cn/?x=1&amp;y=2\">看</a>");
    assert_eq!(only("[点我](tg://user?id=1) [和](javascript:alert(1))"), "点我 和");
    assert_eq!(only("![图](https://a.cn/b.png)"), "<a href=\"https://a.cn/b.png\">图</a>");
}

#[test]
fn lists_keep_their_depth_and_numbers() {
    let list = "建议：\n\n3. 一\n4. 二\n   - 甲\n   - 乙\n     1. 深\n\n- [x] 做了\n- [ ] 没做";
    assert_eq!(
        only(list),
        "建议：\n3. 一\n4. 二\n\u{3000}◦ 甲\n\u{3000}◦ 乙\n\u{3000}\u{3000}1. 深\n\n☑ 做了\n☐ 没做"
    );
}

#[test]
fn tables_become_lines() {
    let table =
        "| 大运 | 年龄 | 主题 |\n|---|:--:|---|\n| 辛巳 | 4~13 | **学业** |\n| 壬午 | | 事业 |";
    assert_eq!(
        only(table),
        "<b>大运</b> ｜ <b>年龄</b> ｜ <b>主题</b>\n<b>辛巳</b> ｜ 4~13 ｜ <b>学业</b>\n<b>壬午</b> ｜ – ｜ 事业"
    );
}

#[test]
fn quotes_and_code_are_closed_and_reopened_at_a_cut() {
    let quote = format!("> {}", "**山高水长**，".repeat(60));
    let parts = segments(&quote, 100);
    assert!(parts.len() > 2);
    for part in &parts {
        assert!(part.html.starts_with("<blockquote><b>"), "{}", part.html);
        assert!(part.html.ends_with("</blockquote>"), "{}", part.html);
    }
    let code = format!("```rust\n{}\n```", "let x = 1 < 2;\n".repeat(20));
    for part in segments(&code, 100) {
        assert!(part.html.starts_with("<pre><code class=\"language-rust\">let x"), "{}", part.html);
        assert!(part.html.ends_with(";</code></pre>"), "{}", part.html);
    }
}

#[test]
fn a_long_paragraph_is_cut_behind_a_sentence() {
    let text = "他说：“山水有相逢。”然后走了。".repeat(30);
    for part in segments(&text, 100) {
        assert!(part.plain.ends_with("走了。") || part.plain.ends_with('”'), "{}", part.plain);
    }
}

#[test]
fn no_sign_is_cut_in_two() {
    let family = "👨‍👩‍👧‍👦".repeat(50);
    for part in segments(&family, 64) {
        assert!(part.plain.starts_with('👨') && part.plain.ends_with('👦'), "{}", part.plain);
    }
}

#[test]
fn a_text_without_anything_to_see_gives_no_message() {
    for nothing in ["", " \n\t", "---", "\u{200b}\u{202e}", "```\n\n```", "- \n- ", "\u{3164}"] {
        assert_eq!(segments(nothing, SEGMENT_LIMIT), Vec::new(), "{nothing:?}");
    }
}

#[test]
fn absurd_nesting_is_survived() {
    for piece in [">", "- ", "[", "**a ", "*", "![](", "1. > - ", "` "] {
        let text = piece.repeat(4_000) + "底";
        let parts = segments(&text, SEGMENT_LIMIT);
        assert!(parts.iter().any(|part| part.plain.contains('底')), "{piece}");
    }
}

/// Markdown made of the signs that mean something, and words between them.
fn marked_up() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("\n"),
        Just("\n\n"),
        Just("## "),
        Just("- "),
        Just("  - "),
        Just("1. "),
        Just("> "),
        Just("**"),
        Just("*"),
        Just("~~"),
        Just("`"),
        Just("```\n"),
        Just("| a | b |\n|---|---|\n"),
        Just("|"),
        Just("---\n"),
        Just("[字]("),
        Just("https://a.cn)"),
        Just("<br>"),
        Just("<b>"),
        Just("&amp;"),
        Just("&"),
        Just("\""),
        Just("甲木参天。"),
        Just("，"),
        Just("word "),
        Just("😀"),
        Just("\\"),
        Just("    "),
        Just("：\n"),
        Just("\u{202e}"),
        Just("\u{200d}"),
    ];
    proptest::collection::vec(piece, 0..120).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_message_is_accepted(text in prop_oneof![marked_up(), ".{0,400}"], limit in 1_usize..300) {
        for part in segments(&text, limit) {
            prop_assert!(units(&part.plain) <= limit.max(64), "too long: {:?}", part.plain);
            prop_assert!(!part.plain.trim().is_empty());
            prop_assert_eq!(well_formed(&part.html), Ok(()));
            prop_assert_eq!(strip(&part.html), part.plain);
        }
    }

    #[test]
    fn cutting_loses_nothing(text in prop_oneof![marked_up(), ".{0,400}"], limit in 64_usize..300) {
        prop_assert_eq!(visible(&segments(&text, limit)), visible(&segments(&text, 1_000_000)));
    }

    #[test]
    fn the_words_of_a_document_all_arrive(words in proptest::collection::vec("[一-龥]{1,30}", 1..60), limit in 64_usize..300) {
        let shapes = ["## {}\n\n", "{}\n\n", "- {}\n", "> {}\n\n", "**{}**\n\n", "1. {}\n", "| {} | x |\n|---|---|\n| y | z |\n\n", "`{}`\n\n", "```\n{}\n```\n\n", "[{}](https://a.cn)\n\n", "<p>{}</p>\n\n"];
        let text: String = words.iter().enumerate()
            .map(|(n, word)| shapes[n % shapes.len()].replace("{}", word))
            .collect();
        let seen = visible(&segments(&text, limit));
        let mut rest = seen.as_str();
        for word in &words {
            let at = rest.find(word.as_str());
            prop_assert!(at.is_some(), "{} is lost in {}", word, seen);
            rest = &rest[at.unwrap() + word.len()..];
        }
    }
}
