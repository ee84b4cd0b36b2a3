//! One call of the server: a stream from its first byte to its finish reason.

use std::time::Duration;

use futures_util::StreamExt as _;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use secrecy::ExposeSecret;
use serde_json::Value;
use tokio::time::{Instant, timeout};

use super::chunk::Chunk;
use super::failure::{Explainer, retry};
use super::request::Ask;
use super::sse::{Broken, Decoder};
use crate::platform;
use crate::reports::ports::{ModelError, TokenUsage};

/// A report has some ten thousand characters; more than this is a model gone astray.
const MAX_TEXT: usize = 4 * 1024 * 1024;
/// Of one answer, thoughts and comments included.
const MAX_BYTES: usize = 64 * 1024 * 1024;
const MAX_ERROR_BODY: usize = 16 * 1024;
/// How long to wait for the token counts once the text is complete.
const AFTERMATH: Duration = Duration::from_secs(5);

/// How a finished round ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Complete,
    /// The token limit cut it.
    Cut,
}

#[derive(Debug)]
pub(super) struct Round {
    pub(super) text: String,
    pub(super) ending: Ending,
    pub(super) usage: TokenUsage,
    pub(super) model: Option<String>,
}

/// Hears the characters and the text so far.
type Written<'a> = &'a (dyn Fn(usize, &str) + Send + Sync);

/// Who hears of a round: its text while it comes, and its tokens when they are known.
pub(super) struct Ears<'a> {
    pub(super) written: Written<'a>,
    pub(super) paid: &'a (dyn Fn(TokenUsage) + Send + Sync),
}

/// Asks once.
pub(super) async fn run(
    http: &reqwest::Client,
    ask: &Ask<'_>,
    ears: &Ears<'_>,
) -> Result<Round, ModelError> {
    let explainer = Explainer { api_key: &ask.config.api_key, request: ask.request };
    let response = send(http, ask).await?;
    if !response.status().is_success() {
        return Err(refusal(&explainer, response, ask.config.idle_timeout).await);
    }
    let mut draft = Draft::default();
    let ended = draft.read(response, ask.config.idle_timeout, ears.written).await;
    if draft.usage != TokenUsage::default() {
        (ears.paid)(draft.usage);
    }
    draft.judge(&explainer, ended)
}

async fn send(http: &reqwest::Client, ask: &Ask<'_>) -> Result<reqwest::Response, ModelError> {
    let mut request = http.post(ask.url()).json(&ask.body());
    let key = ask.config.api_key.expose_secret();
    if !key.is_empty() {
        request = request.bearer_auth(key);
    }
    match timeout(ask.config.header_timeout, request.send()).await {
        Ok(Ok(response)) => Ok(response),
        Ok(Err(error)) => Err(retry(format!("no connection: {}", cause(error)))),
        Err(_elapsed) => {
            Err(retry(format!("no answer within {} s", ask.config.header_timeout.as_secs_f32())))
        }
    }
}

async fn refusal(
    explainer: &Explainer<'_>,
    mut response: reqwest::Response,
    patience: Duration,
) -> ModelError {
    let status = response.status().as_u16();
    let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
    let after = after.map(str::to_owned);
    let mut body = Vec::new();
    while body.len() < MAX_ERROR_BODY {
        match timeout(patience, response.chunk()).await {
            Ok(Ok(Some(bytes))) => body.extend_from_slice(&bytes),
            Ok(Ok(None) | Err(_)) | Err(_) => break,
        }
    }
    explainer.status(status, after.as_deref(), &String::from_utf8_lossy(&body))
}

fn cause(error: reqwest::Error) -> String {
    platform::chain(&error.without_url())
}

/// What has arrived so far.
#[derive(Debug, Default)]
struct Draft {
    text: String,
    characters: usize,
    finish_reason: Option<String>,
    finished: Option<Instant>,
    usage: TokenUsage,
    model: Option<String>,
    error: Option<Value>,
    done: bool,
}

impl Draft {
    /// Reads to the end of the stream; an error says why the end came early.
    async fn read(
        &mut self,
        response: reqwest::Response,
        idle: Duration,
        progress: Written<'_>,
    ) -> Result<(), String> {
        let json = response.headers().get(CONTENT_TYPE).is_some_and(|value| {
            value.to_str().is_ok_and(|kind| kind.starts_with("application/json"))
        });
        // Minutes pass, and as long as the headers live, so does the buffer they came in.
        let mut body = response.bytes_stream();
        let mut decoder = Decoder::default();
        let mut whole = Vec::new();
        let mut bytes_seen = 0_usize;
        while !self.done {
            let patience = self.finished.map_or(idle, |at| AFTERMATH.saturating_sub(at.elapsed()));
            let received = timeout(patience, body.next())
                .await
                .map_err(|_elapsed| format!("silence for {} s", patience.as_secs_f32()))?
                .transpose()
                .map_err(|error| format!("the stream broke off: {}", cause(error)))?;
            let Some(bytes) = received else { break };
            bytes_seen = bytes_seen.saturating_add(bytes.len());
            if bytes_seen > MAX_BYTES {
                return Err("the answer is too long".to_owned());
            }
            if json {
                whole.extend_from_slice(&bytes);
                continue;
            }
            for event in decoder.feed(&bytes).map_err(|broken| in_words(&broken))? {
                self.take(&event, progress)?;
            }
        }
        if json {
            return self.take(&String::from_utf8_lossy(&whole), progress);
        }
        let last = decoder.finish().map_err(|broken| in_words(&broken))?;
        last.map_or(Ok(()), |event| self.take(&event, progress))
    }

    fn take(&mut self, event: &str, progress: Written<'_>) -> Result<(), String> {
        if event.trim() == "[DONE]" {
            self.done = true;
            return Ok(());
        }
        let event = serde_json::from_str(event).map_err(|_e| "an event is not JSON".to_owned())?;
        let chunk = Chunk::read(&event);
        if let Some(error) = chunk.error {
            self.error = Some(error);
            return Err("an error in the stream".to_owned());
        }
        if chunk.finish_reason.is_some() {
            self.finish_reason = chunk.finish_reason;
            self.finished.get_or_insert_with(Instant::now);
        }
        self.usage = chunk.usage.unwrap_or(self.usage);
        self.model = chunk.model.or(self.model.take());
        if !chunk.text.is_empty() {
            self.text.push_str(&chunk.text);
            self.characters = self.characters.saturating_add(chunk.text.chars().count());
            if self.text.len() > MAX_TEXT {
                return Err("the text is too long".to_owned());
            }
            progress(self.characters, spoken(&self.text));
        }
        Ok(())
    }

    /// A text is complete when a finish reason says so, and only then: neither the end of the
    /// stream nor `[DONE]` is proof, nor does a stream that breaks off afterwards take it back.
    fn judge(
        self,
        explainer: &Explainer<'_>,
        ended: Result<(), String>,
    ) -> Result<Round, ModelError> {
        let ending = match (self.finish_reason.as_deref(), &self.error) {
            (None | Some("error"), Some(error)) => return Err(explainer.event(error)),
            (None, None) => {
                let why = ended.err().unwrap_or_else(|| "the stream ended unfinished".to_owned());
                return Err(retry(why));
            }
            (Some("stop"), _) => Ending::Complete,
            (Some("length"), _) => Ending::Cut,
            (Some("content_filter"), _) => return Err(ModelError::Refused),
            (Some(other), _) => {
                let word: String = other.chars().take(60).collect();
                return Err(retry(format!("finished with `{word}`")));
            }
        };
        let text = spoken(&self.text).to_owned();
        if ending == Ending::Complete && text.trim().is_empty() {
            return Err(retry("finished without a text"));
        }
        Ok(Round { text, ending, usage: self.usage, model: self.model })
    }
}

/// The text without the model's thoughts, which some servers write before it.
fn spoken(text: &str) -> &str {
    match text.trim_start().strip_prefix("<think>") {
        None => text,
        Some(inside) => inside.split_once("</think>").map_or("", |(_, text)| text.trim_start()),
    }
}

fn in_words(broken: &Broken) -> String {
    match broken {
        Broken::LineTooLong => "a line of the stream is too long".to_owned(),
        Broken::NotUtf8 => "the stream is not UTF-8".to_owned(),
    }
}
