//! Blocks → messages: where to cut a long text.

use super::blocks::{Block, is_visible, plain};

/// Packs blocks into messages of at most `limit` UTF-16 units.
pub(super) fn pack(blocks: Vec<Block>, limit: usize) -> Vec<Vec<Block>> {
    let mut packer = Packer { limit, closed: Vec::new(), open: Vec::new(), used: 0 };
    for chapter in chapters(blocks) {
        packer.add_chapter(chapter);
    }
    packer.close();
    packer.closed
}

/// Groups that begin with a heading of a chapter; headings in a row belong together.
fn chapters(blocks: Vec<Block>) -> Vec<Vec<Block>> {
    let mut groups: Vec<Vec<Block>> = Vec::new();
    for block in blocks {
        match groups.last_mut() {
            Some(group) if !block.opens_chapter || group.iter().all(|b| b.keeps_next) => {
                group.push(block);
            }
            _ => groups.push(vec![block]),
        }
    }
    groups
}

struct Packer {
    limit: usize,
    closed: Vec<Vec<Block>>,
    open: Vec<Block>,
    /// Visible length of `open`.
    used: usize,
}

impl Packer {
    fn add_chapter(&mut self, chapter: Vec<Block>) {
        let alone = joined_length(&chapter);
        let gap = chapter.first().map_or(0, |first| self.gap_length(first));
        if self.used.saturating_add(gap).saturating_add(alone) > self.limit && alone <= self.limit {
            self.close();
        }
        for block in chapter {
            self.add(block);
        }
    }

    /// Adds one block, closing the open message or cutting the block as needed. Ends because
    /// each round closes a message with a body, or takes at least one character off the block.
    fn add(&mut self, mut block: Block) {
        loop {
            if self.room(&block) >= block.length() {
                return self.push(block);
            }
            if self.open.iter().any(|open| !open.keeps_next) {
                self.close_but_keep_headings();
            } else if self.room(&block) < self.limit / 2 {
                self.close();
            } else {
                let at = best_cut(&block.text(), self.room(&block));
                let (head, tail) = block.cut(at);
                self.push(head);
                self.close();
                block = tail;
            }
        }
    }

    fn push(&mut self, block: Block) {
        if !block.runs.is_empty() {
            self.used =
                self.used.saturating_add(self.gap_length(&block)).saturating_add(block.length());
            self.open.push(block);
        }
    }

    /// Ends the open message; headings at its end begin the next one.
    fn close_but_keep_headings(&mut self) {
        let mut kept = Vec::new();
        while let Some(last) = self.open.pop_if(|last| last.keeps_next || last.is_rule()) {
            if !last.is_rule() {
                kept.push(last);
            }
        }
        self.close();
        for heading in kept.into_iter().rev() {
            self.push(heading);
        }
    }

    fn close(&mut self) {
        let mut message = std::mem::take(&mut self.open);
        self.used = 0;
        while message.pop_if(|last| last.is_rule()).is_some() {}
        let rules = message.iter().take_while(|block| block.is_rule()).count();
        message.drain(..rules);
        if is_visible(&plain(&message)) {
            self.closed.push(message);
        }
    }

    fn room(&self, block: &Block) -> usize {
        self.limit.saturating_sub(self.used).saturating_sub(self.gap_length(block))
    }

    fn gap_length(&self, block: &Block) -> usize {
        if self.open.is_empty() { 0 } else { block.gap.text().len() }
    }
}

fn joined_length(blocks: &[Block]) -> usize {
    let gaps: usize = blocks.iter().skip(1).map(|block| block.gap.text().len()).sum();
    blocks.iter().map(Block::length).sum::<usize>().saturating_add(gaps)
}

/// How good it is to cut behind a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Border {
    Character,
    Word,
    Sentence,
    Line,
}

/// The byte at which to cut `text` so that at most `room` units come before it: behind the last
/// line, else sentence, else word in the second half of the room, else behind any character.
fn best_cut(text: &str, room: usize) -> usize {
    let mut best = (Border::Character, 0);
    let mut units = 0_usize;
    let mut before = ' ';
    let mut characters = text.char_indices().peekable();
    let mut fitting = 0;
    while let Some((start, character)) = characters.next() {
        units = units.saturating_add(character.len_utf16());
        if units > room {
            break;
        }
        fitting = start.saturating_add(character.len_utf8());
        let next = characters.peek().map(|(_, next)| *next);
        if let Some(border) = border(before, character, next) {
            let late_enough = border == Border::Character || units >= room / 2;
            if late_enough && border >= best.0 {
                best = (border, fitting);
            }
        }
        before = character;
    }
    if best.1 > 0 { best.1 } else { fitting }
}

/// How good the place behind `character` is; `None` inside one visible sign and at the end.
fn border(before: char, character: char, next: Option<char>) -> Option<Border> {
    let next = next?;
    if joins(next) || character == '\u{200d}' {
        return None;
    }
    if character == '\n' || next == '\n' {
        return Some(Border::Line);
    }
    let latin_end = character == '.' && next.is_whitespace();
    let ended = ends(character) || latin_end || (closes(character) && ends(before));
    Some(if ended && !ends(next) && !closes(next) {
        Border::Sentence
    } else if character.is_whitespace() || matches!(character, '，' | '、' | '：' | ',' | ';') {
        Border::Word
    } else {
        Border::Character
    })
}

fn ends(character: char) -> bool {
    matches!(character, '。' | '！' | '？' | '!' | '?' | '；' | '…')
}

/// Whether a character closes a quotation or bracket and so belongs to the sentence before it.
fn closes(character: char) -> bool {
    matches!(character, '”' | '’' | '」' | '』' | '）' | '】' | '》' | ')' | ']' | '"')
}

/// Whether a character belongs to the sign before it: accents, variation selectors, skin tones.
fn joins(character: char) -> bool {
    matches!(
        character,
        '\u{300}'..='\u{36f}'
            | '\u{200d}'
            | '\u{20e3}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{1f3fb}'..='\u{1f3ff}'
    )
}
