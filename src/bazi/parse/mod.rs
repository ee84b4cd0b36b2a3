//! Typed dates and times, as people write them in a Chinese chat.

mod date;
mod numerals;
mod time;
mod western;

pub use date::parse_date;
pub use time::parse_time;

/// Longer texts are no date and no time, and are not worth reading.
const MAX_CHARACTERS: usize = 40;

/// Full-width characters become ASCII, capitals small; `None` when the text is too long.
fn plain(text: &str) -> Option<String> {
    let text = text.trim();
    if text.chars().nth(MAX_CHARACTERS).is_some() {
        return None;
    }
    let narrow = |character: char| match character {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => {
            u32::from(character).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(character)
        }
        other => other,
    };
    Some(text.chars().map(narrow).map(|character| character.to_ascii_lowercase()).collect())
}
