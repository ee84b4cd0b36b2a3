//! Markdown → blocks.
//!
//! What models write differs from what the standard expects, and the options follow the models:
//! bold next to Chinese punctuation is bold; a line of dashes below a paragraph is a rule and not
//! a heading; one tilde is a range (`30~35岁`) and not a deletion; indented text is text.

mod inline;
mod table;

use std::sync::Arc;

use comrak::nodes::{AstNode, ListType, NodeCodeBlock, NodeValue};
use comrak::{Arena, Options};

use super::blocks::{Block, Gap, Kind, Mark, Run, Style, is_visible, trim};

/// Deeper nesting than this is read as plain text; it also bounds our recursion.
const MAX_DEPTH: usize = 24;
/// A paragraph up to this many characters that ends with a colon announces what follows.
const LEAD_IN: usize = 60;

pub(super) fn parse(markdown: &str) -> Vec<Block> {
    let arena = Arena::new();
    let document = comrak::parse_document(&arena, unwrapped(markdown), &options());
    let mut walk = Walk::default();
    walk.children(document, &Place::default());
    walk.blocks
}

/// The text inside when a model hands over its whole answer as one block of Markdown code.
fn unwrapped(markdown: &str) -> &str {
    let inside = |text| {
        let (fence, rest) = str::split_once(text, '\n')?;
        matches!(fence.trim_end(), "```markdown" | "```md").then_some(rest)?.strip_suffix("```")
    };
    inside(markdown.trim()).unwrap_or(markdown)
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    // With it a single tilde is no strikethrough; `inline` writes the tildes back.
    options.extension.subscript = true;
    options.extension.table = true;
    options.extension.tasklist = true;
    options.extension.cjk_friendly_emphasis = true;
    options.parse.ignore_setext = true;
    options
}

/// Where in the tree we are.
#[derive(Clone, Default)]
struct Place {
    depth: usize,
    /// List levels around us.
    lists: usize,
    /// In a list without empty lines between its items.
    tight: bool,
}

impl Place {
    fn deeper(&self) -> Self {
        Self { depth: self.depth.saturating_add(1), ..self.clone() }
    }
}

/// White space as wide as a Chinese character for each level.
fn indent(levels: usize) -> String {
    "\u{3000}".repeat(levels.min(6))
}

#[derive(Default)]
struct Walk {
    blocks: Vec<Block>,
    /// The bullet or number that the next paragraph begins with.
    marker: Option<String>,
    /// The next block opens a list that is in no other list.
    opens_list: bool,
}

impl Walk {
    fn children<'a>(&mut self, node: &'a AstNode<'a>, place: &Place) {
        for child in node.children() {
            self.block(child, place);
        }
    }

    #[expect(clippy::wildcard_enum_match_arm, reason = "the parser's nodes; most are switched off")]
    fn block<'a>(&mut self, node: &'a AstNode<'a>, place: &Place) {
        if place.depth > MAX_DEPTH {
            return self.push(Kind::Text, inline::all_text(node), place);
        }
        match &node.data().value {
            NodeValue::Heading(heading) => self.heading(node, heading.level, place),
            NodeValue::BlockQuote => self.quote(node, place),
            NodeValue::List(list) => {
                let place = Place {
                    lists: place.lists.saturating_add(1),
                    tight: list.tight,
                    ..place.deeper()
                };
                let numbers = (list.list_type == ListType::Ordered).then_some(list.start);
                self.list(node, numbers, &place);
            }
            NodeValue::CodeBlock(code) => self.code(code, place),
            NodeValue::HtmlBlock(html) => {
                self.push(Kind::Text, inline::raw_html(&html.literal), place);
            }
            NodeValue::ThematicBreak => self.push(Kind::Rule, vec![plain_run("──────────")], place),
            NodeValue::Table(_) => self.table(node),
            _ => self.push(Kind::Text, inline::runs(node, Style::default()), place),
        }
    }

    fn heading<'a>(&mut self, node: &'a AstNode<'a>, level: u8, place: &Place) {
        let before = self.blocks.len();
        self.push(Kind::Text, inline::runs(node, Style::default().with(Mark::Bold)), place);
        if let Some(block) = self.blocks.get_mut(before) {
            block.keeps_next = true;
            block.opens_chapter = level <= 2 && place.depth == 0;
            block.gap = Gap::Paragraph;
        }
    }

    /// Telegram's quotes do not nest and hold no code blocks: one block of lines.
    fn quote<'a>(&mut self, node: &'a AstNode<'a>, place: &Place) {
        let mut inside = Self::default();
        inside.children(node, &place.deeper());
        let mut runs = Vec::new();
        for block in inside.blocks {
            if !runs.is_empty() {
                runs.push(plain_run(block.gap.text()));
            }
            runs.extend(block.runs);
        }
        self.push(Kind::Quote, runs, place);
    }

    fn list<'a>(&mut self, node: &'a AstNode<'a>, numbers: Option<usize>, place: &Place) {
        let bullet = if place.lists % 2 == 1 { "• " } else { "◦ " };
        for (position, item) in node.children().enumerate() {
            let marker = match (numbers, &item.data().value) {
                (_, NodeValue::TaskItem(task)) if task.symbol.is_some() => "☑ ".to_owned(),
                (_, NodeValue::TaskItem(_)) => "☐ ".to_owned(),
                (Some(start), _) => format!("{}. ", start.saturating_add(position)),
                (None, _) => bullet.to_owned(),
            };
            let indent = indent(place.lists.saturating_sub(1));
            self.marker = Some(format!("{indent}{marker}"));
            self.opens_list = position == 0 && place.lists == 1;
            self.children(item, place);
            self.marker = None;
        }
    }

    fn code(&mut self, code: &NodeCodeBlock, place: &Place) {
        if !code.fenced {
            return self.push(Kind::Text, vec![plain_run(&inline::clean(&code.literal))], place);
        }
        let name: String = code
            .info
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '_' | '#'))
            .take(32)
            .collect();
        let language = (!name.is_empty()).then_some(name);
        let text = inline::clean(&code.literal);
        let run = plain_run(text.trim_matches('\n').trim_end());
        self.push(Kind::Code { language }, vec![run], place);
    }

    /// Adds a block unless nothing of it can be seen.
    fn push(&mut self, kind: Kind, mut runs: Vec<Run>, place: &Place) {
        if !matches!(kind, Kind::Code { .. }) {
            trim(&mut runs);
        }
        if !runs.iter().any(|run| is_visible(&run.text)) {
            return;
        }
        let prefix = match self.marker.take() {
            Some(marker) => Some(marker),
            None if place.lists > 0 && kind == Kind::Text => Some(indent(place.lists)),
            None => None,
        };
        if let Some(prefix) = prefix.filter(|_| kind == Kind::Text) {
            runs.insert(0, plain_run(&prefix));
        }
        let gap = self.gap(place);
        self.opens_list = false;
        let mut block = Block::new(kind, gap, runs);
        block.keeps_next = announces(&block);
        self.blocks.push(block);
    }

    fn gap(&self, place: &Place) -> Gap {
        let announced = self.blocks.last().is_some_and(|last| last.keeps_next);
        let next_item = place.lists > 0 && place.tight && !self.opens_list;
        if announced || next_item { Gap::Line } else { Gap::Paragraph }
    }
}

fn announces(block: &Block) -> bool {
    let text = block.text();
    block.kind == Kind::Text && text.ends_with([':', '：']) && text.chars().count() <= LEAD_IN
}

fn plain_run(text: &str) -> Run {
    Run { text: text.to_owned(), style: Style::default(), link: None }
}

/// The address of a link that may be tapped.
fn safe_link(url: &str) -> Option<Arc<str>> {
    let scheme = url.get(..8).unwrap_or(url).to_ascii_lowercase();
    let known = scheme.starts_with("http://") || scheme.starts_with("https://");
    let whole = url.len() <= 2048 && !url.chars().any(|c| c.is_whitespace() || c.is_control());
    (known && whole).then(|| Arc::from(url))
}
