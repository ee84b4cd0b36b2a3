//! Pictures and PDF from template files: Typst in a world that is all memory.
//!
//! This crate knows templates, fonts and data; it knows nothing of charts, orders or buyers. It is a
//! crate of its own so that a change of the program does not compile or check Typst's side of it
//! again.
//!
//! What it holds to (reference/typst.md §4, §6):
//! - a template reads other templates and the one file of its job, `data.json`: no disk, no package,
//!   no network, no clock;
//! - text from outside is data and never source; what no font can draw is taken out before;
//! - the size of what goes in and of what comes out is bounded, because Typst itself can neither be
//!   stopped nor be given a limit;
//! - memoised work is dropped after each job, also after a failed one;
//! - the same data gives the same bytes.

mod engine;
mod fonts;
mod text;
mod world;

pub use engine::{Engine, Form, Rendered};
pub use fonts::{FontFile, embedded as embedded_fonts};

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Each fault as `file:line: message`.
    #[error("the template is wrong: {0}")]
    Template(String),
    #[error("there is no template {0}")]
    NoTemplate(String),
    #[error("too much to render: {0}")]
    TooMuch(&'static str),
    #[error("the result cannot be written: {0}")]
    Encoding(String),
    #[error("the font file {0} holds no font")]
    NoFont(String),
    #[error("the data cannot be written as JSON")]
    Data(#[from] serde_json::Error),
}
