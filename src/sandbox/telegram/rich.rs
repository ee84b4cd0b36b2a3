//! Text with validated styles, and how it leaves: plain, as entities, as HTML for a page.
//!
//! What leaves [`Rich::html`] is made of our own tags and escaped text only, whatever came in.

use serde_json::{Value, json};

use super::wire::with;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Style {
    /// The element of HTML and the type of the entity.
    Simple(&'static str, &'static str),
    Spoiler,
    Link(String),
    /// Code with its language.
    CodeIn(String),
    /// A custom emoji, or a link to nowhere: only the words remain.
    Bare,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Open(Style),
    Text(String),
    Close(Style),
}

/// Pieces that are well nested; spaces at both ends are gone.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Rich(Vec<Piece>);

impl Rich {
    pub(super) fn new(mut pieces: Vec<Piece>) -> Self {
        let ends = |text: &mut String, trim: fn(&str) -> &str| {
            *text = trim(text).to_owned();
            !text.is_empty()
        };
        pieces.iter_mut().filter_map(Piece::text_mut).any(|text| ends(text, str::trim_start));
        pieces.iter_mut().rev().filter_map(Piece::text_mut).any(|text| ends(text, str::trim_end));
        Self(pieces)
    }

    /// Text that says nothing about its looks.
    pub(super) fn plain(text: &str) -> Self {
        Self::new(vec![Piece::Text(text.to_owned())])
    }

    pub(super) fn text(&self) -> String {
        self.0.iter().filter_map(Piece::text).collect()
    }

    /// How long Telegram finds it: in UTF-16 units, after the markup was read.
    pub(super) fn units(&self) -> usize {
        self.0.iter().filter_map(Piece::text).map(units).sum()
    }

    /// Safe to insert into a page.
    pub(super) fn html(&self) -> String {
        self.0.iter().map(Piece::html).collect()
    }

    /// The styles as `MessageEntity` objects, outer before inner.
    pub(super) fn entities(&self) -> Vec<Value> {
        let mut at = 0_usize;
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut entities: Vec<Option<Value>> = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => at = at.saturating_add(units(text)),
                Piece::Open(_) => {
                    open.push((entities.len(), at));
                    entities.push(None);
                }
                Piece::Close(style) => {
                    let Some((place, from)) = open.pop() else { continue };
                    let length = at.saturating_sub(from);
                    if let Some(entity) = entities.get_mut(place).filter(|_| length > 0) {
                        let place = [("offset", json!(from)), ("length", json!(length))];
                        *entity = style.entity().map(|entity| with(entity, place));
                    }
                }
            }
        }
        entities.into_iter().flatten().collect()
    }
}

impl Piece {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Open(_) | Self::Close(_) => None,
        }
    }

    fn text_mut(&mut self) -> Option<&mut String> {
        match self {
            Self::Text(text) => Some(text),
            Self::Open(_) | Self::Close(_) => None,
        }
    }

    fn html(&self) -> String {
        match self {
            Self::Text(text) => escape(text),
            Self::Open(style) => style.opening(),
            Self::Close(style) => style.closing(),
        }
    }
}

impl Style {
    fn opening(&self) -> String {
        match self {
            Self::Simple(element, _) => format!("<{element}>"),
            Self::Spoiler => "<span class=\"spoiler\">".to_owned(),
            Self::Link(target) => format!(
                "<a href=\"{}\" target=\"_blank\" rel=\"noopener noreferrer\">",
                escape(target)
            ),
            Self::CodeIn(language) => format!("<code class=\"language-{}\">", escape(language)),
            Self::Bare => String::new(),
        }
    }

    fn closing(&self) -> String {
        match self {
            Self::Simple(element, _) => format!("</{element}>"),
            Self::Spoiler => "</span>".to_owned(),
            Self::Link(_) => "</a>".to_owned(),
            Self::CodeIn(_) => "</code>".to_owned(),
            Self::Bare => String::new(),
        }
    }

    /// The entity without its place.
    fn entity(&self) -> Option<Value> {
        match self {
            Self::Simple(_, kind) => Some(json!({ "type": kind })),
            Self::Spoiler => Some(json!({ "type": "spoiler" })),
            Self::Link(url) => Some(json!({ "type": "text_link", "url": url })),
            Self::CodeIn(language) => Some(json!({ "type": "pre", "language": language })),
            Self::Bare => None,
        }
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
}
