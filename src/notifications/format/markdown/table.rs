//! Tables. A phone's screen has no room for columns, so each row becomes a line.

use comrak::nodes::{AstNode, NodeValue};

use super::super::blocks::{Block, Gap, Kind, Mark, Run, Style, is_visible};
use super::{Walk, inline, plain_run};

impl Walk {
    /// The head in bold, kept with the first row; below it one line for each row with its first
    /// cell in bold.
    pub(super) fn table<'a>(&mut self, node: &'a AstNode<'a>) {
        let mut first = true;
        for row in node.children() {
            let head = matches!(row.data().value, NodeValue::TableRow(true));
            let runs = cells(row, head);
            if !runs.iter().any(|run| is_visible(&run.text)) {
                continue;
            }
            let after_heading = self.blocks.last().is_some_and(|block| block.keeps_next);
            let gap = if first && !after_heading { Gap::Paragraph } else { Gap::Line };
            let mut block = Block::new(Kind::Text, gap, runs);
            block.keeps_next = head;
            self.blocks.push(block);
            first = false;
        }
    }
}

fn cells<'a>(row: &'a AstNode<'a>, head: bool) -> Vec<Run> {
    let mut runs = Vec::new();
    for (column, cell) in row.children().enumerate() {
        if column > 0 {
            runs.push(plain_run(" ｜ "));
        }
        let bold = head || column == 0;
        let style = if bold { Style::default().with(Mark::Bold) } else { Style::default() };
        let inside = inline::runs(cell, style);
        let blank = !inside.iter().any(|run| is_visible(&run.text));
        runs.extend(if blank { vec![plain_run("–")] } else { inside });
    }
    runs
}
