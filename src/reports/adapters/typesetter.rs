//! Our own typesetter as the [`Renderer`]: the crate `render` with the templates of
//! `templates/report/`, off the runtime, few at once, within limits of time.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use async_trait::async_trait;
use bytes::Bytes;
use render::{Engine, FontFile, Form, Rendered};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::platform::assets::Assets;
use crate::reports::drawing::{Drawing, Piece};
use crate::reports::ports::{DrawError, Renderer};

const FOLDER: &str = "report";
/// Sharp on any telephone, and what Telegram keeps of a photo.
const WIDTH: u16 = 1080;
/// More at once are not faster, but need more memory (reference/typst.md §6).
const MOST_AT_ONCE: usize = 2;
const LONGEST_WAIT: Duration = Duration::from_secs(120);
/// A hundred times what the longest report takes. The work cannot be stopped, only left.
const LONGEST_WORK: Duration = Duration::from_secs(60);

pub struct Typesetter {
    engine: Arc<Engine>,
    places: Arc<Semaphore>,
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
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let places = Arc::new(Semaphore::new(cores.min(MOST_AT_ONCE)));
        Ok(Self { engine: Arc::new(engine), places })
    }

    /// Draws and tells what Typst warns of as well. Blocks: for commands.
    ///
    /// # Errors
    /// What is wrong with template or data.
    pub fn proof(&self, drawing: &Drawing) -> anyhow::Result<Rendered> {
        work(&self.engine, drawing)
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

fn work(engine: &Engine, drawing: &Drawing) -> anyhow::Result<Rendered> {
    let piece = drawing.piece();
    let form = match piece {
        Piece::Chart | Piece::Luck | Piece::Pair | Piece::Share => Form::Png { width: WIDTH },
        Piece::Book => Form::Pdf,
    };
    let data = serde_json::to_value(drawing)?;
    Ok(engine.render(&format!("{}.typ", piece.word()), data, form)?)
}

#[async_trait]
impl Renderer for Typesetter {
    async fn draw(&self, drawing: &Drawing) -> Result<Bytes, DrawError> {
        let place = timeout(LONGEST_WAIT, Arc::clone(&self.places).acquire_owned()).await;
        let place = place.map_err(|_elapsed| DrawError::Late)?;
        let place = place.map_err(|closed| DrawError::Failed(closed.into()))?;
        let (engine, drawing) = (Arc::clone(&self.engine), drawing.clone());
        let piece = drawing.piece();
        let began = std::time::Instant::now();
        let worker = tokio::task::spawn_blocking(move || {
            // Held by the work and not by whoever waits for it, who may leave.
            let _place = place;
            work(&engine, &drawing)
        });
        let rendered = timeout(LONGEST_WORK, worker).await.map_err(|_elapsed| DrawError::Late)?;
        // A panic of Typst's ends here.
        let rendered = rendered.map_err(|panicked| DrawError::Failed(panicked.into()))?;
        let rendered = rendered.map_err(DrawError::Failed)?;
        metrics::histogram!("mingshu_render_seconds", "piece" => piece.word())
            .record(began.elapsed().as_secs_f64());
        if rendered.dropped > 0 {
            tracing::warn!(
                render.piece = piece.word(),
                render.dropped = rendered.dropped,
                "characters that no font has were left out of a picture"
            );
        }
        Ok(rendered.bytes.into())
    }
}
