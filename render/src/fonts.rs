//! The fonts: part of the program, so that it draws the same everywhere with nothing beside it.
//!
//! `assets/fonts/README.md` says what they are made from and under which licence.

use std::borrow::Cow;

/// A font file by its name. Files are used in the order of their names, so that pictures do not
/// depend on how a folder happens to be listed.
#[derive(Debug, Clone)]
pub struct FontFile {
    pub name: String,
    pub bytes: Cow<'static, [u8]>,
}

macro_rules! embedded {
    ($($name:literal),+ $(,)?) => {
        [$(FontFile {
            name: $name.to_owned(),
            bytes: Cow::Borrowed(include_bytes!(concat!("../../assets/fonts/", $name))),
        }),+]
    };
}

/// Five files of 21 MB together: a brush-like face for titles and signs, a serif for text, each in
/// two weights, and a third family with the rarer characters.
pub fn embedded() -> Vec<FontFile> {
    embedded![
        "BaziKai-Bold.ttf",
        "BaziKai-Regular.ttf",
        "BaziSong-Bold.otf",
        "BaziSong-Regular.otf",
        "BaziSongExt-Regular.otf",
    ]
    .into()
}
