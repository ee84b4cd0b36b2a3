//! The inside of a paragraph → styled runs.

use std::sync::Arc;

use comrak::nodes::{AstNode, NodeValue};

use super::super::blocks::{Mark, Run, Style};
use super::{MAX_DEPTH, plain_run, safe_link};

pub(super) fn runs<'a>(node: &'a AstNode<'a>, style: Style) -> Vec<Run> {
    let mut collected = Vec::new();
    let place = Inside { depth: 0, style, link: None };
    for child in node.children() {
        collect(child, &place, &mut collected);
    }
    collected
}

/// All text below `node` without styles, however deep.
pub(super) fn all_text<'a>(node: &'a AstNode<'a>) -> Vec<Run> {
    let mut text = String::new();
    for inner in node.descendants() {
        if let Some(literal) = literal(&inner.data().value) {
            text.push_str(&literal);
        } else if inner.data().value.block() {
            text.push('\n');
        }
    }
    vec![plain_run(&clean(&text))]
}

/// HTML as text, with `<br>` as the line break that models mean by it.
pub(super) fn raw_html(literal: &str) -> Vec<Run> {
    let mut text = literal.to_owned();
    for tag in ["<br>", "<br/>", "<br />", "<BR>"] {
        text = text.replace(tag, "\n");
    }
    vec![plain_run(&clean(&text))]
}

/// Takes away what Telegram would drop or what could reorder the text on the screen: control
/// characters, marks of direction and invisible fillers.
pub(super) fn clean(text: &str) -> String {
    text.chars()
        .filter_map(|c| match c {
            '\t' | '\u{b}' | '\u{c}' => Some(' '),
            '\n' | '\u{2028}' | '\u{2029}' => Some('\n'),
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}' => None,
            other if other.is_control() => None,
            other => Some(other),
        })
        .collect()
}

#[derive(Clone)]
struct Inside {
    depth: usize,
    style: Style,
    link: Option<Arc<str>>,
}

impl Inside {
    fn marked(&self, mark: Mark) -> Self {
        Self { style: self.style.with(mark), ..self.clone() }
    }

    fn run(&self, text: &str) -> Run {
        Run { text: clean(text), style: self.style, link: self.link.clone() }
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the parser's nodes; most are switched off")]
fn collect<'a>(node: &'a AstNode<'a>, place: &Inside, out: &mut Vec<Run>) {
    if place.depth > MAX_DEPTH {
        return out.extend(all_text(node));
    }
    match &node.data().value {
        NodeValue::HtmlInline(html) => out.extend(raw_html(html)),
        NodeValue::Code(code) => out.push(place.marked(Mark::Code).run(&code.literal)),
        NodeValue::Strong => children(node, &place.marked(Mark::Bold), out),
        NodeValue::Emph => children(node, &place.marked(Mark::Italic), out),
        NodeValue::Strikethrough => children(node, &place.marked(Mark::Struck), out),
        NodeValue::Subscript => {
            out.push(place.run("~"));
            children(node, place, out);
            out.push(place.run("~"));
        }
        NodeValue::Link(link) | NodeValue::Image(link) => {
            let address = place.link.clone().or_else(|| safe_link(&link.url));
            let place = Inside { link: address, ..place.clone() };
            let before = out.len();
            children(node, &place, out);
            if let (true, Some(address)) = (out.len() == before, &place.link) {
                out.push(place.run(address));
            }
        }
        other => match literal(other) {
            Some(text) => out.push(place.run(&text)),
            None => children(node, place, out),
        },
    }
}

fn children<'a>(node: &'a AstNode<'a>, place: &Inside, out: &mut Vec<Run>) {
    let place = Inside { depth: place.depth.saturating_add(1), ..place.clone() };
    for child in node.children() {
        collect(child, &place, out);
    }
}

/// The text that a node itself stands for.
#[expect(clippy::wildcard_enum_match_arm, reason = "the parser's nodes; the rest has no text")]
fn literal(value: &NodeValue) -> Option<String> {
    match value {
        NodeValue::Text(text) => Some(text.to_string()),
        NodeValue::Code(code) => Some(code.literal.clone()),
        NodeValue::CodeBlock(code) => Some(code.literal.clone()),
        NodeValue::HtmlBlock(html) => Some(html.literal.clone()),
        NodeValue::HtmlInline(html) => Some(html.clone()),
        NodeValue::SoftBreak | NodeValue::LineBreak => Some("\n".to_owned()),
        _ => None,
    }
}
