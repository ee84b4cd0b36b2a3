//! A report's Markdown as chapters of blocks, for the book and for the page.
//!
//! What a model wrote is text here and in everything that is made of it: links become their words,
//! HTML and pictures are left out, and every measure is bounded (reference/typst.md §4, §6).

mod html;

use comrak::nodes::{AstNode, ListType, NodeValue, TableAlignment};
use comrak::{Arena, Options};
use serde::Serialize;

pub use html::html;

/// About a second of typesetting.
pub const MAX_CHARACTERS: usize = 120_000;
const MAX_DEPTH: usize = 10;
const MAX_BLOCKS: usize = 3_000;
const MAX_ROWS: usize = 60;
const MAX_CELLS: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Chapter {
    pub title: String,
    pub blocks: Vec<Block>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub enum Block {
    #[serde(rename = "p")]
    Paragraph {
        c: Vec<Inline>,
    },
    #[serde(rename = "h")]
    Heading {
        level: u8,
        c: Vec<Inline>,
    },
    #[serde(rename = "ul")]
    List {
        tight: bool,
        items: Vec<Vec<Block>>,
    },
    #[serde(rename = "ol")]
    Numbered {
        start: usize,
        tight: bool,
        items: Vec<Vec<Block>>,
    },
    Quote {
        c: Vec<Block>,
    },
    #[serde(rename = "hr")]
    Rule,
    Code {
        c: String,
    },
    Table {
        align: Vec<Align>,
        rows: Vec<Vec<Vec<Inline>>>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    Left,
    Center,
    Right,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Inline {
    Text(String),
    Marked(Mark),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "t")]
pub enum Mark {
    #[serde(rename = "b")]
    Bold { c: Vec<Inline> },
    #[serde(rename = "i")]
    Italic { c: Vec<Inline> },
    #[serde(rename = "s")]
    Struck { c: Vec<Inline> },
    #[serde(rename = "br")]
    Break,
    /// A line break that means nothing to Markdown.
    #[serde(rename = "sp")]
    Soft,
}

/// Chapters begin at headings of the first two levels; what stands before the first of them is the
/// chapter `opening`. A text beyond [`MAX_CHARACTERS`] is cut there.
pub fn chapters(markdown: &str, opening: &str) -> Vec<Chapter> {
    let arena = Arena::new();
    let text: String = markdown.chars().take(MAX_CHARACTERS).collect();
    let document = comrak::parse_document(&arena, &text, &options());
    let mut reader = Reader { left: MAX_BLOCKS };
    let mut chapters = vec![Chapter { title: opening.to_owned(), blocks: Vec::new() }];
    for node in document.children() {
        if let NodeValue::Heading(heading) = &node.data().value
            && heading.level <= 2
        {
            let title = bare_title(&words(&inlines(node, 0)));
            chapters.push(Chapter { title, blocks: Vec::new() });
            continue;
        }
        if let (Some(block), Some(chapter)) = (reader.block(node, 0), chapters.last_mut()) {
            chapter.blocks.push(block);
        }
    }
    chapters.retain(|chapter| !chapter.blocks.is_empty());
    chapters
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    // With it a single tilde, which is a range of years, is no strikethrough.
    options.extension.subscript = true;
    options.extension.table = true;
    options.extension.cjk_friendly_emphasis = true;
    options.parse.ignore_setext = true;
    options
}

/// A title without the number that the book gives it anyway: `三、财运` is `财运`.
fn bare_title(title: &str) -> String {
    let numeral = |c: char| "一二三四五六七八九十".contains(c) || c.is_ascii_digit();
    let title = title.trim();
    let inner = title.strip_prefix('第').unwrap_or(title);
    let rest = inner.trim_start_matches(numeral);
    if rest.len() == inner.len() {
        return title.to_owned();
    }
    let marks: &[char] = &['、', '.', '．', '章', '：', ':', ' ', '　', ')', '）'];
    match rest.trim_start_matches(marks) {
        bare if bare.len() == rest.len() || bare.is_empty() => title.to_owned(),
        bare => bare.to_owned(),
    }
}

struct Reader {
    /// Blocks that may still come.
    left: usize,
}

impl Reader {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the parser's nodes; the rest is left out")]
    fn block<'a>(&mut self, node: &'a AstNode<'a>, depth: usize) -> Option<Block> {
        if depth > MAX_DEPTH || self.left == 0 {
            return None;
        }
        self.left = self.left.saturating_sub(1);
        let deeper = depth.saturating_add(1);
        Some(match &node.data().value {
            NodeValue::Paragraph => Block::Paragraph { c: inlines(node, depth) },
            NodeValue::Heading(heading) => {
                Block::Heading { level: heading.level.clamp(2, 4), c: inlines(node, depth) }
            }
            NodeValue::BlockQuote => Block::Quote { c: self.blocks(node, deeper) },
            NodeValue::List(list) => {
                let (tight, start) = (list.tight, list.start);
                let items = node.children().map(|item| self.blocks(item, deeper)).collect();
                match list.list_type {
                    ListType::Ordered => Block::Numbered { start, tight, items },
                    ListType::Bullet => Block::List { tight, items },
                }
            }
            NodeValue::CodeBlock(code) => Block::Code { c: code.literal.clone() },
            NodeValue::ThematicBreak => Block::Rule,
            NodeValue::Table(table) => {
                let align = table.alignments.iter().take(MAX_CELLS).copied().map(align).collect();
                Block::Table { align, rows: rows(node, depth) }
            }
            _ => return None,
        })
    }

    fn blocks<'a>(&mut self, node: &'a AstNode<'a>, depth: usize) -> Vec<Block> {
        node.children().filter_map(|child| self.block(child, depth)).collect()
    }
}

fn align(of: TableAlignment) -> Align {
    match of {
        TableAlignment::Center => Align::Center,
        TableAlignment::Right => Align::Right,
        TableAlignment::Left | TableAlignment::None => Align::Left,
    }
}

fn rows<'a>(table: &'a AstNode<'a>, depth: usize) -> Vec<Vec<Vec<Inline>>> {
    let cells = |row: &'a AstNode<'a>| {
        row.children().take(MAX_CELLS).map(|cell| inlines(cell, depth)).collect()
    };
    table.children().take(MAX_ROWS).map(cells).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the parser's nodes; the rest is left out")]
fn inlines<'a>(node: &'a AstNode<'a>, depth: usize) -> Vec<Inline> {
    if depth > MAX_DEPTH {
        return Vec::new();
    }
    let deeper = depth.saturating_add(1);
    let mut all = Vec::new();
    for child in node.children() {
        let within = || inlines(child, deeper);
        match &child.data().value {
            NodeValue::Text(text) => all.push(Inline::Text(text.to_string())),
            NodeValue::Code(code) => all.push(Inline::Text(code.literal.clone())),
            NodeValue::SoftBreak => all.push(Inline::Marked(Mark::Soft)),
            NodeValue::LineBreak => all.push(Inline::Marked(Mark::Break)),
            NodeValue::Strong => all.push(Inline::Marked(Mark::Bold { c: within() })),
            NodeValue::Emph => all.push(Inline::Marked(Mark::Italic { c: within() })),
            NodeValue::Strikethrough => all.push(Inline::Marked(Mark::Struck { c: within() })),
            NodeValue::Subscript => {
                all.push(Inline::Text("~".to_owned()));
                all.extend(within());
                all.push(Inline::Text("~".to_owned()));
            }
            NodeValue::Link(_) => all.extend(within()),
            _ => {}
        }
    }
    all
}

/// The words alone.
fn words(inlines: &[Inline]) -> String {
    let word = |inline: &Inline| match inline {
        Inline::Text(text) => text.clone(),
        Inline::Marked(Mark::Bold { c } | Mark::Italic { c } | Mark::Struck { c }) => words(c),
        Inline::Marked(Mark::Break | Mark::Soft) => " ".to_owned(),
    };
    inlines.iter().map(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(words: &str) -> Inline {
        Inline::Text(words.to_owned())
    }

    #[test]
    fn chapters_begin_at_headings_and_lose_their_numbers() {
        let all = chapters(
            "题记\n\n# 八字详批\n\n## 一、总览\n\n甲木。\n\n## 第2章：财运\n\n乙。\n\n### 用钱\n\n丙。",
            "卷首",
        );
        let titles: Vec<_> = all.iter().map(|chapter| chapter.title.as_str()).collect();
        assert_eq!(titles, ["卷首", "总览", "财运"]);
        assert_eq!(all[2].blocks.len(), 3);
        assert_eq!(all[2].blocks[1], Block::Heading { level: 3, c: vec![text("用钱")] });
        assert_eq!(bare_title("十年大运"), "十年大运");
        assert_eq!(bare_title("2027 at a glance"), "at a glance");
    }

    #[test]
    fn bold_beside_chinese_marks_is_bold_and_a_range_stays_one() {
        let all = chapters("**用神：**水，30~35岁与~50岁", "");
        let Block::Paragraph { c } = &all[0].blocks[0] else { panic!("{all:?}") };
        assert_eq!(c[0], Inline::Marked(Mark::Bold { c: vec![text("用神：")] }));
        assert_eq!(words(c), "用神：水，30~35岁与~50岁");
    }

    #[test]
    fn links_are_words_and_markup_of_others_is_left_out() {
        let evil = "[看](javascript:x) <script>x</script> ![p](http://e/p.png)\n\n<b>raw</b>\n\n#import \"x\"";
        let all = chapters(evil, "o");
        let told = serde_json::to_string(&all).unwrap();
        assert!(
            !told.contains("javascript") && !told.contains("http") && !told.contains("<b>"),
            "{told}"
        );
        assert!(told.contains("看") && told.contains("#import"), "{told}");
    }

    #[test]
    fn every_measure_is_bounded() {
        let deep = format!("{}x", "> ".repeat(400));
        assert_eq!(chapters(&deep, "").len(), 1);
        let wide = format!(
            "|{}\n|{}\n{}",
            "a|".repeat(50),
            "-|".repeat(50),
            format!("|{}\n", "b|".repeat(50)).repeat(200)
        );
        let Block::Table { align, rows } = &chapters(&wide, "")[0].blocks[0] else { panic!() };
        assert_eq!((align.len(), rows.len(), rows[1].len()), (MAX_CELLS, MAX_ROWS, MAX_CELLS));
        let long = "段\n\n".repeat(10_000);
        assert_eq!(chapters(&long, "")[0].blocks.len(), MAX_BLOCKS);
    }
}
