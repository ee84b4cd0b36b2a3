//! Markup: what is taken, what is refused, and what a page gets of it.

use proptest::prelude::*;
use serde_json::json;

use super::super::html::parse;
use super::super::rich::Rich;

#[test]
fn all_allowed_tags_are_read_and_written_safely() {
    let rich = parse(
        "<b>甲</b><strong>甲</strong> <i>乙</i><em>乙</em> <u>丙</u><ins>丙</ins> <s>丁</s>\
         <strike>丁</strike><del>丁</del> <tg-spoiler>戊</tg-spoiler><span class=\"tg-spoiler\">戊\
         </span> <code>己</code> <pre><code class=\"language-rust\">庚</code></pre> \
         <blockquote expandable>辛</blockquote> <tg-emoji emoji-id=\"1\">🌙</tg-emoji>",
    )
    .unwrap();
    assert_eq!(rich.text(), "甲甲 乙乙 丙丙 丁丁丁 戊戊 己 庚 辛 🌙");
    assert_eq!(
        rich.html(),
        "<b>甲</b><b>甲</b> <i>乙</i><i>乙</i> <u>丙</u><u>丙</u> <s>丁</s><s>丁</s><s>丁</s> \
         <span class=\"spoiler\">戊</span><span class=\"spoiler\">戊</span> <code>己</code> \
         <pre><code class=\"language-rust\">庚</code></pre> <blockquote>辛</blockquote> 🌙"
    );
}

#[test]
fn entities_are_counted_in_utf_16_units() {
    let rich = parse(" 🌙<b>日<i>主</i></b> <a href=\"https://x.y/?a&amp;b\">l</a>").unwrap();
    let expected = [
        json!({ "type": "bold", "offset": 2, "length": 2 }),
        json!({ "type": "italic", "offset": 3, "length": 1 }),
        json!({ "type": "text_link", "url": "https://x.y/?a&b", "offset": 5, "length": 1 }),
    ];
    assert_eq!(rich.entities(), expected);
    assert_eq!(rich.units(), 6);
}

#[test]
fn broken_markup_is_refused_with_telegrams_words() {
    for (html, words) in [
        ("日<table>", "Unsupported start tag \"table\" at byte offset 3"),
        ("<br>", "Unsupported start tag \"br\" at byte offset 0"),
        ("<span>x</span>", "Unsupported start tag \"span\" at byte offset 0"),
        ("1 < 2", "Unsupported start tag \"\" at byte offset 2"),
        ("<b>x", "Can't find end tag corresponding to start tag \"b\""),
        (
            "<b><i>x</b></i>",
            "Unmatched end tag at byte offset 7, expected \"</i>\", found \"</b>\"",
        ),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<b>x</b", "Unclosed end tag at byte offset 4"),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<a href=\"x", "Unclosed start tag \"a\" at byte offset 0"),
    ] {
        assert_eq!(parse(html).unwrap_err(), words, "{html}");
    }
}

#[test]
fn characters_are_read_and_stray_ampersands_stay() {
    let rich = parse("&lt;b&gt; &amp;amp; &quot; &#21629;&#x4e66; &nbsp; A&B").unwrap();
    assert_eq!(rich.text(), "<b> &amp; \" 命书 &nbsp; A&B");
    assert_eq!(rich.html(), "&lt;b&gt; &amp;amp; &quot; 命书 &amp;nbsp; A&amp;B");
}

#[test]
fn links_that_run_code_are_only_words() {
    for target in ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "nowhere"] {
        let rich = parse(&format!("<a href=\"{target}\">x</a>")).unwrap();
        assert_eq!((rich.html().as_str(), rich.entities().len()), ("x", 0), "{target}");
    }
    let quoted = parse("<a href='https://x.y/&quot;onclick=1'>x</a>").unwrap();
    assert!(quoted.html().starts_with("<a href=\"https://x.y/&quot;onclick=1\" "));
    let bare = parse("<a>mingshu.example/x</a>").unwrap();
    assert!(bare.html().starts_with("<a href=\"http://mingshu.example/x\" "), "{}", bare.html());
}

/// Whether every `<` begins one of our own tags.
fn is_ours(html: &str) -> bool {
    let ours = ["b>", "i>", "a ", "a>", "code>", "code class=\"language-"];
    html.split('<').skip(1).all(|tail| {
        let tail = tail.strip_prefix('/').unwrap_or(tail);
        ours.iter().any(|tag| tail.starts_with(tag))
    })
}

proptest! {
    #[test]
    fn nothing_but_our_own_tags_leaves(html in "(<b>|</b>|<i>|</i>|</>|<a href='|'>|<a>|</a>|<code class=|</code>|&lt;|&|\"|'|<|script|>|[a-z日 ]){0,12}") {
        if let Ok(rich) = parse(&html) {
            prop_assert!(is_ours(&rich.html()), "{}", rich.html());
            prop_assert_eq!(rich.text().encode_utf16().count(), rich.units());
        }
    }

    #[test]
    fn escaped_text_comes_back_as_it_was(text in "\\PC{0,40}") {
        let plain = Rich::plain(&text);
        let read = parse(&plain.html()).unwrap();
        prop_assert_eq!(read.text(), text.trim());
    }
}
