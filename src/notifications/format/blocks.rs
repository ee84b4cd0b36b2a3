//! A text as Telegram can show it: a flat row of blocks, each a row of styled runs.

use std::sync::Arc;

/// One way of marking text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Bold = 1,
    Italic = 2,
    Struck = 4,
    Code = 8,
}

/// A set of marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Style(u8);

impl Style {
    pub(super) fn with(self, mark: Mark) -> Self {
        Self(self.0 | mark as u8)
    }

    pub(super) fn has(self, mark: Mark) -> bool {
        self.0 & mark as u8 != 0
    }
}

/// Text of one style. A line break is `\n` in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Run {
    pub(super) text: String,
    pub(super) style: Style,
    pub(super) link: Option<Arc<str>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Quote,
    Code {
        language: Option<String>,
    },
    /// A line across; pointless at the edge of a message.
    Rule,
}

/// What stands between a block and the one before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// The next line.
    Line,
    /// An empty line.
    Paragraph,
}

impl Gap {
    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Line => "\n",
            Self::Paragraph => "\n\n",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Block {
    pub(super) kind: Kind,
    pub(super) gap: Gap,
    pub(super) runs: Vec<Run>,
    /// A heading or a line that announces the next block: must not end a message.
    pub(super) keeps_next: bool,
    /// A heading of the first or second level.
    pub(super) opens_chapter: bool,
}

impl Block {
    pub(super) fn new(kind: Kind, gap: Gap, runs: Vec<Run>) -> Self {
        Self { kind, gap, runs, keeps_next: false, opens_chapter: false }
    }

    pub(super) fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// Visible length in UTF-16 units.
    pub(super) fn length(&self) -> usize {
        self.runs.iter().map(|run| utf16(&run.text)).sum()
    }

    pub(super) fn is_rule(&self) -> bool {
        self.kind == Kind::Rule
    }

    /// Cuts at a byte of [`Self::text`] that begins a character. Neither part keeps the next
    /// block; white space at the cut goes.
    pub(super) fn cut(self, at: usize) -> (Self, Self) {
        let (mut head, mut tail) = (Vec::new(), Vec::new());
        let mut before = 0_usize;
        for run in self.runs {
            let here = at.saturating_sub(before).min(run.text.len());
            before = before.saturating_add(run.text.len());
            let (left, right) = run.text.split_at(here);
            for (part, runs) in [(left, &mut head), (right, &mut tail)] {
                if !part.is_empty() {
                    runs.push(Run { text: part.to_owned(), ..run.clone() });
                }
            }
        }
        let is_code = matches!(self.kind, Kind::Code { .. });
        trim_end(&mut head);
        trim_start(&mut tail, |c| if is_code { c == '\n' } else { c.is_whitespace() });
        (Self::new(self.kind.clone(), self.gap, head), Self::new(self.kind, Gap::Line, tail))
    }
}

/// The visible text of a message.
pub(super) fn plain(blocks: &[Block]) -> String {
    let mut text = String::new();
    for (position, block) in blocks.iter().enumerate() {
        if position > 0 {
            text.push_str(block.gap.text());
        }
        for run in &block.runs {
            text.push_str(&run.text);
        }
    }
    text
}

/// Whether a reader sees anything of it.
pub(super) fn is_visible(text: &str) -> bool {
    text.chars().any(|c| {
        let blank = matches!(
            c,
            '\u{34f}'
                | '\u{115f}'
                | '\u{1160}'
                | '\u{200c}'
                | '\u{200d}'
                | '\u{2800}'
                | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}'
        );
        !blank && !c.is_whitespace()
    })
}

pub(super) fn utf16(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

pub(super) fn trim(runs: &mut Vec<Run>) {
    trim_start(runs, char::is_whitespace);
    trim_end(runs);
}

fn trim_start(runs: &mut Vec<Run>, goes: impl Fn(char) -> bool) {
    for run in runs.iter_mut() {
        let kept = run.text.trim_start_matches(&goes).len();
        run.text.drain(..run.text.len().saturating_sub(kept));
        if !run.text.is_empty() {
            break;
        }
    }
    runs.retain(|run| !run.text.is_empty());
}

fn trim_end(runs: &mut Vec<Run>) {
    while let Some(last) = runs.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        if !last.text.is_empty() {
            break;
        }
        runs.pop();
    }
}
