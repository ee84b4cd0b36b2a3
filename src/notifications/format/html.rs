//! Blocks → Telegram's HTML subset (reference/telegram.md §A.5).

use super::blocks::{Block, Kind, Mark, Run};

pub(super) fn render(blocks: &[Block]) -> String {
    let mut html = String::new();
    for (position, block) in blocks.iter().enumerate() {
        if position > 0 {
            html.push_str(block.gap.text());
        }
        match &block.kind {
            Kind::Text | Kind::Rule => write_runs(&mut html, &block.runs),
            Kind::Quote => {
                html.push_str("<blockquote>");
                write_runs(&mut html, &block.runs);
                html.push_str("</blockquote>");
            }
            Kind::Code { language } => write_code(&mut html, language.as_deref(), &block.text()),
        }
    }
    html
}

fn write_code(html: &mut String, language: Option<&str>, text: &str) {
    let (open, close) = match language {
        Some(name) => (format!("<pre><code class=\"language-{name}\">"), "</code></pre>"),
        None => ("<pre>".to_owned(), "</pre>"),
    };
    html.push_str(&open);
    escape(html, text);
    html.push_str(close);
}

/// Every run opens and closes its own tags, so nesting cannot go wrong; neighbours of one style
/// are written as one, because Telegram keeps at most a hundred marks of a message.
fn write_runs(html: &mut String, runs: &[Run]) {
    for alike in runs.chunk_by(|a, b| a.style == b.style && a.link == b.link) {
        let Some(first) = alike.first() else { continue };
        let text: String = alike.iter().map(|run| run.text.as_str()).collect();
        if text.trim().is_empty() {
            escape(html, &text);
            continue;
        }
        let (open, close) = tags(first);
        html.push_str(&open);
        escape(html, &text);
        html.push_str(&close);
    }
}

/// What opens and what closes a run. Telegram lets `code` stand with no other mark.
fn tags(run: &Run) -> (String, String) {
    let (mut open, mut close) = (String::new(), String::new());
    if let Some(link) = &run.link {
        open.push_str("<a href=\"");
        escape(&mut open, link);
        open.push_str("\">");
        close.push_str("</a>");
    }
    let code = run.style.has(Mark::Code) && run.link.is_none();
    let marks = [(Mark::Bold, "b"), (Mark::Italic, "i"), (Mark::Struck, "s")];
    let names = if code {
        vec!["code"]
    } else {
        marks.iter().filter(|(mark, _)| run.style.has(*mark)).map(|(_, name)| *name).collect()
    };
    for name in names {
        open = format!("{open}<{name}>");
        close = format!("</{name}>{close}");
    }
    (open, close)
}

fn escape(html: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
}
