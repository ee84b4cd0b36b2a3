//! The renderer as the stories want it: draws at once, remembers what, fails when told.

use std::sync::Mutex;

use async_trait::async_trait;
use bytes::Bytes;
use mingshu::reports::drawing::{Drawing, Piece};
use mingshu::reports::ports::{DrawError, Renderer};

#[derive(Default)]
pub(crate) struct FakeRenderer {
    drawn: Mutex<Vec<Drawing>>,
    broken: Mutex<Vec<Piece>>,
}

impl FakeRenderer {
    /// From now on these fail, and only these.
    pub(crate) fn break_down(&self, pieces: impl IntoIterator<Item = Piece>) {
        *self.broken.lock().unwrap() = pieces.into_iter().collect();
    }

    /// Everything that was drawn, in order.
    pub(crate) fn drawn(&self) -> Vec<Drawing> {
        self.drawn.lock().unwrap().clone()
    }
}

#[async_trait]
impl Renderer for FakeRenderer {
    async fn draw(&self, drawing: &Drawing) -> Result<Bytes, DrawError> {
        let piece = drawing.piece();
        if self.broken.lock().unwrap().contains(&piece) {
            return Err(DrawError::Failed(anyhow::anyhow!("{}.typ:7: out of ink", piece.word())));
        }
        self.drawn.lock().unwrap().push(drawing.clone());
        Ok(serde_json::to_vec(drawing).unwrap().into())
    }
}
