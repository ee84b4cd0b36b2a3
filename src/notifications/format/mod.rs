//! From the Markdown that models write to messages that Telegram accepts.
//!
//! Markdown is parsed into blocks of styled runs, the blocks are packed into
//! segments, and each segment is written twice: as Telegram's HTML subset and as the same text
//! without tags, for the case that the markup is refused after all (reference/telegram.md §A.5).
//! Raw HTML in the input is shown as text, links other than http(s) lose their target, and styles
//! are closed and reopened at every cut, so no input can produce markup that Telegram refuses.

mod blocks;
mod html;
mod markdown;
mod split;
#[cfg(test)]
mod tests;

/// UTF-16 units of one segment: Telegram's 4096 less a margin for the line that numbers the
/// segments (reference/telegram.md §A.3).
pub const SEGMENT_LIMIT: usize = 3900;

/// The text of one message.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Segment {
    /// Only the tags `a b i s code pre blockquote`, well nested.
    pub html: String,
    /// What the reader of `html` sees.
    pub plain: String,
}

/// Cuts a text into messages of at most `limit_utf16` units of visible text.
///
/// A chapter that fits into one message is never cut; a longer one is cut between paragraphs, a
/// longer paragraph between lines or sentences. A heading stays with what follows it. A limit
/// below 64 is taken as 64. A text without anything visible gives no segments.
pub fn segments(markdown: &str, limit_utf16: usize) -> Vec<Segment> {
    split::pack(markdown::parse(markdown), limit_utf16.max(64))
        .iter()
        .map(|blocks| Segment { html: html::render(blocks), plain: blocks::plain(blocks) })
        .collect()
}
