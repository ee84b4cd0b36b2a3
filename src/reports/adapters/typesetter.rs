//! Our own typesetter: the crate `render` with the templates of `templates/report/`. It blocks and
//! cannot be stopped; the shop draws in the processes of [`super::workshop`].

use std::path::Path;

use anyhow::Context;
use render::{Engine, FontFile, Form, Rendered};
use serde_json::Value;

use crate::platform::assets::Assets;
use crate::reports::drawing::{Drawing, Piece};

const FOLDER: &str = "report";
/// Sharp on any telephone, and what Telegram keeps of a photo.
const WIDTH: u16 = 1080;

pub struct Typesetter {
    engine: Engine,
}

impl Typesetter {
    /// Reads templates and fonts. A file in `fonts` replaces ours of the same name, or is one more.
    ///
    /// # Errors
    /// When a file cannot be read, is no font, or a template does not parse: `file:line: message`.
    pub fn load(assets: &Assets, fonts: Option<&Path>) -> anyhow::Result<Self> {
        let mut templates = Vec::new();
        for name in assets.list(FOLDER)? {
            if Path::new(&name).extension().is_some_and(|end| end == "typ") {
                let text = assets.read(&format!("{FOLDER}/{name}"))?.unwrap_or_default();
                templates.push((name, text.into_owned()));
            }
        }
        let engine = Engine::try_new(all_fonts(fonts)?, templates)?;
        let faults = engine.faults();
        anyhow::ensure!(faults.is_empty(), "{}", faults.join("\n"));
        Ok(Self { engine })
    }

    /// Draws, and tells what Typst warns of as well.
    ///
    /// # Errors
    /// What is wrong with template or data.
    pub fn proof(&self, drawing: &Drawing) -> anyhow::Result<Rendered> {
        self.set(drawing.piece(), serde_json::to_value(drawing)?)
    }

    /// [`Typesetter::proof`] of a drawing's members.
    ///
    /// # Errors
    /// What is wrong with template or data.
    pub fn set(&self, piece: Piece, data: Value) -> anyhow::Result<Rendered> {
        let form = match piece {
            Piece::Chart | Piece::Luck | Piece::Pair | Piece::Share => Form::Png { width: WIDTH },
            Piece::Book => Form::Pdf,
        };
        Ok(self.engine.render(&format!("{}.typ", piece.word()), data, form)?)
    }
}

fn all_fonts(folder: Option<&Path>) -> anyhow::Result<Vec<FontFile>> {
    let mut fonts = render::embedded_fonts();
    let Some(folder) = folder else { return Ok(fonts) };
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    for entry in entries {
        let path = entry?.path();
        let is_font = path.extension().is_some_and(|end| end == "ttf" || end == "otf");
        let Some(name) = path.file_name().and_then(|name| name.to_str()).filter(|_| is_font) else {
            continue;
        };
        let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
        fonts.retain(|font| font.name != name);
        fonts.push(FontFile { name: name.to_owned(), bytes: bytes.into() });
    }
    Ok(fonts)
}
