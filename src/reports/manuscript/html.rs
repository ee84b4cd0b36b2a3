//! Blocks as HTML, every word escaped.

use std::fmt::Write as _;

use super::{Align, Block, Inline, Mark};

/// Elements without attributes but the alignment of cells; nothing in them leads anywhere.
pub fn html(blocks: &[Block]) -> String {
    let mut out = String::new();
    for block in blocks {
        write_block(&mut out, block);
    }
    out
}

fn write_block(out: &mut String, block: &Block) {
    match block {
        Block::Paragraph { c } => within(out, "p", |out| inlines(out, c)),
        Block::Heading { level, c } => {
            // The page has its own title above, and the chapter's below that.
            let tag = ["h3", "h4", "h5"].get(usize::from(*level).saturating_sub(2));
            within(out, tag.copied().unwrap_or("h5"), |out| inlines(out, c));
        }
        Block::List { tight: _, items } => within(out, "ul", |out| list(out, items)),
        Block::Numbered { start, tight: _, items } => {
            write!(out, "<ol start=\"{start}\">").ok();
            list(out, items);
            out.push_str("</ol>");
        }
        Block::Quote { c } => within(out, "blockquote", |out| out.push_str(&html(c))),
        Block::Rule => out.push_str("<hr>"),
        Block::Code { c } => within(out, "pre", |out| escape(out, c)),
        Block::Table { align, rows } => table(out, align, rows),
    }
}

fn within(out: &mut String, tag: &str, inner: impl FnOnce(&mut String)) {
    write!(out, "<{tag}>").ok();
    inner(out);
    write!(out, "</{tag}>").ok();
}

fn list(out: &mut String, items: &[Vec<Block>]) {
    for item in items {
        within(out, "li", |out| match item.as_slice() {
            [Block::Paragraph { c }] => inlines(out, c),
            blocks => out.push_str(&html(blocks)),
        });
    }
}

fn table(out: &mut String, align: &[Align], rows: &[Vec<Vec<Inline>>]) {
    // A wide one scrolls by itself, not the page.
    out.push_str("<div class=\"wide\"><table>");
    for (index, row) in rows.iter().enumerate() {
        let tag = if index == 0 { "th" } else { "td" };
        within(out, "tr", |out| {
            for (at, cell) in row.iter().enumerate() {
                let class = match align.get(at) {
                    Some(Align::Center) => " class=\"center\"",
                    Some(Align::Right) => " class=\"right\"",
                    Some(Align::Left) | None => "",
                };
                write!(out, "<{tag}{class}>").ok();
                inlines(out, cell);
                write!(out, "</{tag}>").ok();
            }
        });
    }
    out.push_str("</table></div>");
}

fn inlines(out: &mut String, all: &[Inline]) {
    for inline in all {
        match inline {
            Inline::Text(text) => escape(out, text),
            Inline::Marked(Mark::Bold { c }) => within(out, "strong", |out| inlines(out, c)),
            Inline::Marked(Mark::Italic { c }) => within(out, "em", |out| inlines(out, c)),
            Inline::Marked(Mark::Struck { c }) => within(out, "s", |out| inlines(out, c)),
            Inline::Marked(Mark::Break) => out.push_str("<br>"),
            Inline::Marked(Mark::Soft) => out.push('\n'),
        }
    }
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::chapters;
    use super::html;

    #[test]
    fn a_chapter_reads_as_html_and_keeps_its_brackets_to_itself() {
        let markdown = "**用神：**水 & 木 <script>alert(1)</script>\n\n- 一\n- 二\n\n> 藤萝系甲\n\n| 年 | 意 |\n|---|---:|\n| 2026 | a<b |";
        let all = chapters(markdown, "");
        assert_eq!(
            html(&all[0].blocks),
            "<p><strong>用神：</strong>水 &amp; 木 alert(1)</p><ul><li>一</li><li>二</li></ul>\
             <blockquote><p>藤萝系甲</p></blockquote><div class=\"wide\"><table><tr><th>年</th>\
             <th class=\"right\">意</th></tr><tr><td>2026</td><td class=\"right\">a&lt;b</td></tr>\
             </table></div>"
        );
    }
}
