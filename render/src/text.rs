//! What fonts can draw. Typst draws a box for a missing glyph and says nothing, so every text of a
//! job passes here.

use serde_json::Value;
use typst::text::Font;

/// A word without a place to break runs out of the page.
const LONGEST_WORD: usize = 60;
/// Code points up to here are looked up; there is nothing to draw above.
const CODE_POINTS: usize = 0x11_0000;
const BITS: usize = 64;

/// The characters of all fonts together, one bit each.
pub(crate) struct Coverage(Vec<u64>);

impl Coverage {
    pub(crate) fn of(fonts: &[Font]) -> Self {
        let mut bits = vec![0_u64; CODE_POINTS / BITS];
        for code in fonts.iter().flat_map(|font| font.info().coverage.iter()) {
            let at = usize::try_from(code).unwrap_or(CODE_POINTS);
            if let Some(word) = bits.get_mut(at / BITS) {
                *word |= 1 << (at % BITS);
            }
        }
        Self(bits)
    }

    pub(crate) fn has(&self, c: char) -> bool {
        let at = usize::try_from(u32::from(c)).unwrap_or(CODE_POINTS);
        self.0.get(at / BITS).is_some_and(|word| word & (1 << (at % BITS)) != 0)
    }

    /// Takes out of every string of `data` what cannot be drawn, and counts it.
    pub(crate) fn clean(&self, data: &mut Value) -> usize {
        match data {
            Value::String(text) => {
                let (clean, dropped) = self.drawable(text);
                *text = clean;
                dropped
            }
            Value::Array(items) => items.iter_mut().map(|item| self.clean(item)).sum(),
            Value::Object(fields) => fields.values_mut().map(|field| self.clean(field)).sum(),
            Value::Null | Value::Bool(_) | Value::Number(_) => 0,
        }
    }

    fn drawable(&self, text: &str) -> (String, usize) {
        let mut clean = String::with_capacity(text.len());
        let (mut dropped, mut word) = (0_usize, 0_usize);
        for c in text.chars().map(look_alike) {
            if c != '\n' && !self.has(c) {
                // What only says how the character before it looks is no loss.
                dropped = dropped.saturating_add(usize::from(!is_invisible(c)));
                continue;
            }
            word = if c.is_alphanumeric() && c.is_ascii() { word.saturating_add(1) } else { 0 };
            if word > LONGEST_WORD {
                clean.push(' ');
                word = 1;
            }
            clean.push(c);
        }
        (clean, dropped)
    }
}

/// Signs that models like and fonts of text lack.
fn look_alike(c: char) -> char {
    match c {
        '✅' | '☑' => '✓',
        '❌' | '✖' => '✕',
        '⭐' | '🌟' => '★',
        '•' => '·',
        '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}' => ' ',
        other => other,
    }
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{200b}'..='\u{200f}' | '\u{feff}' | '\r')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::embedded_fonts;
    use typst::foundations::Bytes;

    fn coverage() -> Coverage {
        let fonts: Vec<_> = embedded_fonts()
            .into_iter()
            .flat_map(|file| Font::iter(Bytes::new(file.bytes)).collect::<Vec<_>>())
            .collect();
        Coverage::of(&fonts)
    }

    #[test]
    fn what_no_font_draws_is_taken_out_everywhere_and_counted() {
        let mut data =
            json!({ "a": ["乙木虽柔，刲羊解牛🐏", { "b": "✅ 好\u{fe0f}\n下" }], "n": 1 });
        let dropped = coverage().clean(&mut data);
        assert_eq!(data, json!({ "a": ["乙木虽柔，刲羊解牛", { "b": "✓ 好\n下" }], "n": 1 }));
        assert_eq!(dropped, 1);
    }

    #[test]
    fn an_endless_word_gets_places_to_break() {
        let mut data = json!("a".repeat(150));
        coverage().clean(&mut data);
        let longest = data.as_str().unwrap().split(' ').map(str::len).max();
        assert_eq!(longest, Some(60));
        let mut chinese = json!("木".repeat(150));
        coverage().clean(&mut chinese);
        assert_eq!(chinese.as_str().unwrap().chars().count(), 150);
    }

    #[test]
    fn every_word_of_the_art_can_be_drawn_in_both_scripts() {
        let coverage = coverage();
        let words = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥海中金爐炉桑柘釵钗霹靂雳";
        assert!(words.chars().all(|c| coverage.has(c)));
        assert!(!coverage.has('𠮷') && !coverage.has('🐏'));
    }
}
