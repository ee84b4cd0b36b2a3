//! A Markdown text as sentences without markup.

use super::script::folded;

/// What a line of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Heading,
    Item,
    Prose,
}

/// One line without its markup.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) kind: Kind,
    pub(super) text: String,
}

/// A sentence twice: as it was written, and as the rules read it. Both have the same number of
/// characters.
#[derive(Debug, Clone)]
pub(super) struct Sentence {
    pub(super) written: String,
    pub(super) read: String,
}

/// The lines that are not empty.
pub(super) fn lines(text: &str) -> Vec<Line> {
    text.lines().map(line).filter(|line| !line.text.is_empty()).collect()
}

fn line(raw: &str) -> Line {
    let text = raw.trim().trim_start_matches('>').trim_start();
    let (kind, text) = if let Some(rest) = text.strip_prefix('#') {
        (Kind::Heading, rest.trim_start_matches('#'))
    } else if let Some(rest) = ["- ", "* ", "+ ", "• "].iter().find_map(|it| text.strip_prefix(it))
    {
        (Kind::Item, rest)
    } else if let Some(rest) = without_number(text) {
        (Kind::Item, rest)
    } else {
        (Kind::Prose, text)
    };
    Line { kind, text: without_emphasis(text.trim()) }
}

/// `1. text` without its number.
fn without_number(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|digit: char| digit.is_ascii_digit());
    let number = text.len() - rest.len();
    let is_number = (1..=2).contains(&number);
    rest.strip_prefix(". ").or_else(|| rest.strip_prefix(") ")).filter(|_| is_number)
}

fn without_emphasis(text: &str) -> String {
    text.chars().filter(|character| !matches!(character, '*' | '`')).collect()
}

/// The sentences of all lines.
pub(super) fn sentences(text: &str) -> Vec<Sentence> {
    lines(text).iter().flat_map(|line| split(&line.text)).collect()
}

fn split(line: &str) -> Vec<Sentence> {
    let characters: Vec<char> = line.chars().collect();
    let mut sentences = Vec::new();
    let mut current = String::new();
    for (place, character) in characters.iter().enumerate() {
        current.push(*character);
        let next = characters.get(place + 1);
        let ends = match character {
            '。' | '！' | '？' | '；' | '!' | '?' | ';' => true,
            '.' => next.is_none_or(|next| next.is_whitespace()),
            _ => false,
        };
        if ends {
            sentences.push(std::mem::take(&mut current));
        }
    }
    sentences.push(current);
    sentences.into_iter().filter(|text| !text.trim().is_empty()).map(sentence).collect()
}

fn sentence(written: String) -> Sentence {
    let read: String = written.chars().map(folded).collect();
    Sentence { read: without_quotations(&read), written }
}

/// Words that announce what somebody else said long ago.
const OLD_VOICES: [&str; 14] = [
    "《", "古人", "古书", "古诗", "诗云", "诗里", "有云", "有诗", "歌诀", "口诀", "俗话", "常言",
    "老话", "the old",
];

/// Quotations of old books are not statements about the buyer: blanks stand for them.
fn without_quotations(read: &str) -> String {
    if !OLD_VOICES.iter().any(|voice| read.contains(voice)) {
        return read.to_owned();
    }
    let mut inside = false;
    let blank = |character: char| {
        match character {
            '“' => inside = true,
            '”' => inside = false,
            _ if inside => return '　',
            _ => {}
        }
        character
    };
    read.chars().map(blank).collect()
}

impl Sentence {
    /// What was written around some bytes of what was read.
    pub(super) fn excerpt(&self, bytes: std::ops::Range<usize>) -> String {
        let count = |end: usize| self.read.get(..end).unwrap_or_default().chars().count();
        let (start, end) = (count(bytes.start), count(bytes.end));
        let (from, to) = (start.saturating_sub(10), end + 14);
        let words: String = self.written.chars().skip(from).take(to.saturating_sub(from)).collect();
        words.trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_goes_and_sentences_stay() {
        let text = "## 一、命盤\n\n日主**乙木**。生在巳月！\n- 第一\n1. Day Master. Is 2.5 more\n";
        let read: Vec<String> = sentences(text).into_iter().map(|one| one.read).collect();
        let expected =
            ["一、命盘", "日主乙木。", "生在巳月！", "第一", "Day Master.", " Is 2.5 more"];
        assert_eq!(read, expected);
    }

    #[test]
    fn quotations_of_old_books_are_blank() {
        let sentence = sentence("《滴天髓》說「甲木參天」，你是乙木。".to_owned());
        assert!(!sentence.read.contains('甲') && sentence.read.contains("乙木"));
        assert_eq!(sentence.read.chars().count(), sentence.written.chars().count());
    }
}
