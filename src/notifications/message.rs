//! A message on its way to a person: text, markup, buttons. No Telegram type in sight.

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
