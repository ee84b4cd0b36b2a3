//! Reads Telegram's HTML as strictly as Telegram does, with its words for what is wrong
//! (reference/telegram.md §A.5).

use super::rich::{Piece, Rich, Style};

const TAGS: &[&str] = &[
    "a",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "span",
    "tg-spoiler",
    "tg-emoji",
    "code",
    "pre",
    "blockquote",
];
/// Links that a tap may open; Telegram drops other targets and keeps the words.
const SCHEMES: &[&str] = &["http://", "https://", "tg://", "mailto:"];

struct Tag {
    name: String,
    /// Where in the text the tag began.
    piece: usize,
    style: Style,
}

struct Reader<'a> {
    html: &'a str,
    at: usize,
}

/// Reads HTML. The error is Telegram's, as it stands behind `can't parse entities: `.
pub(super) fn parse(html: &str) -> Result<Rich, String> {
    let mut reader = Reader { html, at: 0 };
    let mut pieces = Vec::new();
    let mut open: Vec<Tag> = Vec::new();
    while let Some(next) = reader.peek() {
        match next {
            '<' if reader.rest().starts_with("</") => {
                let tag = reader.end_tag(&mut open)?;
                close(tag, &mut pieces);
            }
            '<' => {
                let (name, style) = reader.start_tag()?;
                open.push(Tag { name, piece: pieces.len(), style: style.clone() });
                pieces.push(Piece::Open(style));
            }
            '&' => push(&mut pieces, reader.reference()),
            other => {
                reader.skip(other.len_utf8());
                push(&mut pieces, other);
            }
        }
    }
    match open.last() {
        Some(tag) => Err(format!("Can't find end tag corresponding to start tag \"{}\"", tag.name)),
        None => Ok(Rich::new(pieces)),
    }
}

fn push(pieces: &mut Vec<Piece>, character: char) {
    if let Some(Piece::Text(text)) = pieces.last_mut() {
        text.push(character);
    } else {
        pieces.push(Piece::Text(character.to_string()));
    }
}

/// Ends a tag. A link without an address leads to what its words say.
fn close(tag: Tag, pieces: &mut Vec<Piece>) {
    let mut style = tag.style;
    if style == Style::Link(String::new()) {
        let words = pieces.get(tag.piece..).unwrap_or_default().iter().filter_map(Piece::text);
        style = link(&words.collect::<String>());
        if let Some(start) = pieces.get_mut(tag.piece) {
            *start = Piece::Open(style.clone());
        }
    }
    pieces.push(Piece::Close(style));
}

fn link(target: &str) -> Style {
    let target = target.trim();
    let lower = target.to_ascii_lowercase();
    if SCHEMES.iter().any(|scheme| lower.starts_with(scheme)) {
        return Style::Link(target.to_owned());
    }
    let like_a_domain = target.split('/').next().is_some_and(|host| {
        host.contains('.') && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'))
    });
    if like_a_domain { Style::Link(format!("http://{target}")) } else { Style::Bare }
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.html.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip(&mut self, bytes: usize) {
        self.at = self.at.saturating_add(bytes);
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let rest = self.rest();
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        let taken = rest.get(..end).unwrap_or_default().to_owned();
        self.skip(end);
        taken
    }

    /// `&lt;`, `&#21629;`, …; anything else is an ampersand. The semicolon may be missing.
    fn reference(&mut self) -> char {
        let start = self.at;
        self.skip(1);
        let name = self.take_while(|c| c.is_ascii_alphanumeric() || c == '#');
        let character = match name.strip_prefix('#') {
            Some(number) => match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok(),
                None => number.parse().ok(),
            }
            .and_then(char::from_u32)
            .filter(|c| *c != '\0'),
            None => match name.as_str() {
                "lt" => Some('<'),
                "gt" => Some('>'),
                "amp" => Some('&'),
                "quot" => Some('"'),
                _ => None,
            },
        };
        if character.is_none() {
            self.at = start.saturating_add(1);
        } else if self.peek() == Some(';') {
            self.skip(1);
        }
        character.unwrap_or('&')
    }

    fn end_tag(&mut self, open: &mut Vec<Tag>) -> Result<Tag, String> {
        let offset = self.at;
        self.skip(2);
        let name = self.take_while(|c| !c.is_ascii_whitespace() && c != '>').to_ascii_lowercase();
        self.take_while(|c| c.is_ascii_whitespace());
        if self.peek() != Some('>') {
            return Err(format!("Unclosed end tag at byte offset {offset}"));
        }
        self.skip(1);
        let tag = open.pop().ok_or(format!("Unexpected end tag at byte offset {offset}"))?;
        if !name.is_empty() && name != tag.name {
            let expected = &tag.name;
            return Err(format!(
                "Unmatched end tag at byte offset {offset}, expected \"</{expected}>\", found \"</{name}>\""
            ));
        }
        Ok(tag)
    }

    fn start_tag(&mut self) -> Result<(String, Style), String> {
        let offset = self.at;
        self.skip(1);
        let name = self.take_while(|c| !c.is_ascii_whitespace() && c != '>').to_ascii_lowercase();
        if self.peek().is_none() {
            return Err(format!("Unclosed start tag at byte offset {offset}"));
        }
        if !TAGS.contains(&name.as_str()) {
            return Err(format!("Unsupported start tag \"{name}\" at byte offset {offset}"));
        }
        let attributes = self.attributes(&name, offset)?;
        let style = style(&name, &attributes)
            .ok_or(format!("Unsupported start tag \"{name}\" at byte offset {offset}"))?;
        Ok((name, style))
    }

    fn attributes(&mut self, tag: &str, offset: usize) -> Result<Vec<(String, String)>, String> {
        let unclosed = || format!("Unclosed start tag \"{tag}\" at byte offset {offset}");
        let mut attributes = Vec::new();
        loop {
            self.take_while(|c| c.is_ascii_whitespace());
            match self.peek() {
                None => return Err(unclosed()),
                Some('>') => break,
                Some(_) => {}
            }
            let name = self.take_while(|c| !c.is_ascii_whitespace() && !"=>".contains(c));
            if name.is_empty() {
                return Err(format!(
                    "Empty attribute name in the tag \"{tag}\" at byte offset {offset}"
                ));
            }
            self.take_while(|c| c.is_ascii_whitespace());
            let mut value = String::new();
            if self.peek() == Some('=') {
                self.skip(1);
                value = self.attribute_value().ok_or_else(unclosed)?;
            }
            attributes.push((name.to_ascii_lowercase(), value));
        }
        self.skip(1);
        Ok(attributes)
    }

    fn attribute_value(&mut self) -> Option<String> {
        self.take_while(|c| c.is_ascii_whitespace());
        let Some(quote) = self.peek().filter(|c| matches!(c, '"' | '\'')) else {
            let bare = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
            return Some(self.take_while(bare));
        };
        self.skip(1);
        let mut value = String::new();
        loop {
            let next = self.peek()?;
            if next == '&' {
                value.push(self.reference());
                continue;
            }
            self.skip(next.len_utf8());
            if next == quote {
                return Some(value);
            }
            value.push(next);
        }
    }
}

fn style(tag: &str, attributes: &[(String, String)]) -> Option<Style> {
    let attribute = |name: &str| {
        attributes.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    };
    Some(match tag {
        "b" | "strong" => Style::Simple("b", "bold"),
        "i" | "em" => Style::Simple("i", "italic"),
        "u" | "ins" => Style::Simple("u", "underline"),
        "s" | "strike" | "del" => Style::Simple("s", "strikethrough"),
        "tg-spoiler" => Style::Spoiler,
        "span" if attribute("class") == Some("tg-spoiler") => Style::Spoiler,
        "span" => return None,
        "a" => match attribute("href") {
            None | Some("") => Style::Link(String::new()),
            Some(target) => link(target),
        },
        "code" => match attribute("class").and_then(|class| class.strip_prefix("language-")) {
            Some(language) => Style::CodeIn(language.to_owned()),
            None => Style::Simple("code", "code"),
        },
        "pre" => Style::Simple("pre", "pre"),
        "blockquote" if attribute("expandable").is_some() => {
            Style::Simple("blockquote", "expandable_blockquote")
        }
        "blockquote" => Style::Simple("blockquote", "blockquote"),
        _ => Style::Bare,
    })
}
