//! A message on its way to a person: text, markup, buttons. No Telegram type in sight.

use bytes::Bytes;

/// How the text is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Markup {
    Plain,
    /// Telegram's HTML subset (reference/telegram.md §A.5).
    Html,
}

/// What a button does.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ButtonAction {
    /// Comes back to us: at most 64 bytes, opaque, never trusted.
    Callback(String),
    Url(String),
    /// Copies text on the person's device: at most 256 characters.
    Copy(String),
}

#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Button {
    pub label: String,
    pub action: ButtonAction,
}

impl Button {
    pub fn callback(label: impl Into<String>, data: impl Into<String>) -> Self {
        Self { label: label.into(), action: ButtonAction::Callback(data.into()) }
    }

    pub fn url(label: impl Into<String>, url: impl Into<String>) -> Self {
        Self { label: label.into(), action: ButtonAction::Url(url.into()) }
    }
}

/// Rows of buttons below a message.
pub type Keyboard = Vec<Vec<Button>>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutgoingMessage {
    pub text: String,
    pub markup: Markup,
    pub keyboard: Keyboard,
}

impl OutgoingMessage {
    pub fn html(text: impl Into<String>) -> Self {
        Self { text: text.into(), markup: Markup::Html, keyboard: Vec::new() }
    }

    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), markup: Markup::Plain, keyboard: Vec::new() }
    }

    #[must_use]
    pub fn with_keyboard(mut self, keyboard: Keyboard) -> Self {
        self.keyboard = keyboard;
        self
    }

    /// The same words and buttons as plain text: tags gone, entities read.
    #[must_use]
    pub fn without_markup(&self) -> Self {
        let text = match self.markup {
            Markup::Plain => self.text.clone(),
            Markup::Html => plain_text(&self.text),
        };
        Self { text, markup: Markup::Plain, keyboard: self.keyboard.clone() }
    }
}

/// Reads the text out of HTML that may be broken: only what looks like a whole tag is dropped, so
/// that a stray `<` keeps the words after it.
fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tail)) = rest.split_once('<') {
        text.push_str(before);
        let looks_like_tag = tail.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic());
        rest = match tail.find(['<', '>']).map(|at| tail.split_at(at)) {
            Some((_, after)) if looks_like_tag && after.starts_with('>') => {
                after.strip_prefix('>').unwrap_or(after)
            }
            _ => {
                text.push('<');
                tail
            }
        };
    }
    text.push_str(rest);
    // The ampersand last: `&amp;lt;` means the characters `&lt;`.
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// A picture with a caption of at most 1024 UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Photo {
    pub png: Vec<u8>,
    pub file_name: String,
    pub caption: OutgoingMessage,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub bytes: Vec<u8>,
    pub file_name: String,
    pub content_type: String,
    pub caption: OutgoingMessage,
}

/// Where the chat service gets a file from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Bytes(Bytes),
    /// The service's own name of a file that it was given before.
    Known(String),
}

/// One file of a [`Parcel`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub source: Source,
    pub file_name: String,
    pub content_type: &'static str,
}

/// What goes out in one request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cargo {
    /// A photo, or up to ten as an album.
    Photos(Vec<Item>),
    Document(Item),
}

/// Files with a caption of at most 1024 UTF-16 units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub cargo: Cargo,
    pub caption: OutgoingMessage,
}

impl Parcel {
    /// Its files in their order.
    pub fn items(&self) -> &[Item] {
        match &self.cargo {
            Cargo::Photos(items) => items,
            Cargo::Document(item) => std::slice::from_ref(item),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(html: &str) -> String {
        OutgoingMessage::html(html).without_markup().text
    }

    #[test]
    fn markup_is_taken_off_and_words_stay() {
        assert_eq!(plain("<b>日主</b> <a href=\"https://x.y/?a&amp;b\">甲木</a>"), "日主 甲木");
        assert_eq!(plain("1 &lt; 2 &amp;&amp; 3 &gt; 2, &amp;lt;"), "1 < 2 && 3 > 2, &lt;");
    }

    #[test]
    fn broken_markup_loses_no_words() {
        assert_eq!(plain("1 < 2 and <b>bold"), "1 < 2 and bold");
        assert_eq!(plain("a <b unclosed"), "a <b unclosed");
        assert_eq!(plain("a <b <i>c</i>"), "a <b c");
    }

    #[test]
    fn buttons_stay_when_markup_goes() {
        let keyboard = vec![vec![Button::callback("好", "b:1")]];
        let message = OutgoingMessage::html("<b>x</b>").with_keyboard(keyboard.clone());
        assert_eq!(message.without_markup(), OutgoingMessage::plain("x").with_keyboard(keyboard));
    }
}
