//! A writer whose buyer watches: after a paragraph it can wait until the buyer sees what is written.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use mingshu::reports::ports::{
    Completion, LanguageModel, ModelError, ModelRequest, Progress, TokenUsage,
};

/// What the writer does next.
#[derive(Debug, Clone)]
pub(crate) enum Beat {
    /// A paragraph, finished by an empty line.
    Write(String),
    /// Waits until the buyer sees these words.
    Seen(String),
    /// Waits until the buyer sees that somebody thinks, and no word.
    Blank,
    /// Gives everybody else time for many turns, also at the database.
    Linger,
}

/// What the buyer sees now of what is being written.
type Sight = Box<dyn Fn() -> Option<String> + Send + Sync>;
/// What is done for the n-th request, from 0.
type Script = Box<dyn Fn(&ModelRequest, usize) -> Vec<Beat> + Send + Sync>;

pub(crate) struct Pen {
    sight: Sight,
    script: Script,
    requests: Mutex<usize>,
}

impl Pen {
    pub(crate) fn new(
        sight: impl Fn() -> Option<String> + Send + Sync + 'static,
        script: impl Fn(&ModelRequest, usize) -> Vec<Beat> + Send + Sync + 'static,
    ) -> Self {
        Self { sight: Box::new(sight), script: Box::new(script), requests: Mutex::default() }
    }

    async fn until(&self, is_so: impl Fn(&str) -> bool) {
        let waiting = async {
            while !(self.sight)().is_some_and(|shown| is_so(&shown)) {
                tokio::task::yield_now().await;
            }
        };
        let patience = Duration::from_secs(60);
        let seen = tokio::time::timeout(patience, waiting).await;
        assert!(seen.is_ok(), "the buyer sees {:?} instead", (self.sight)());
    }
}

#[async_trait]
impl LanguageModel for Pen {
    async fn write(
        &self,
        request: &ModelRequest,
        progress: &dyn Progress,
    ) -> Result<Completion, ModelError> {
        let number = {
            let mut requests = self.requests.lock().unwrap();
            *requests += 1;
            *requests - 1
        };
        let mut text = String::new();
        for beat in (self.script)(request, number) {
            match beat {
                Beat::Write(paragraph) => {
                    // In pieces, as models do: no piece but the last one ends the paragraph.
                    for letter in format!("{paragraph}\n\n").chars() {
                        text.push(letter);
                        progress.written(text.chars().count(), &text);
                    }
                }
                Beat::Seen(words) => self.until(|shown| shown.contains(&words)).await,
                Beat::Blank => self.until(str::is_empty).await,
                Beat::Linger => {
                    for _ in 0..200 {
                        tokio::task::spawn_blocking(|| ()).await.unwrap();
                    }
                }
            }
        }
        let usage = TokenUsage { prompt_cache_miss: 100, completion: 100, ..Default::default() };
        let text = text.trim().to_owned();
        Ok(Completion { text, model: "pen".to_owned(), usage, continuations: 0 })
    }
}
