//! The bytes of one answer, made as they are sent.

use std::convert::Infallible;

use axum::body::{Body, Bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde_json::{Value, json};

use super::Pace;
use crate::kernel::clock::{Clock, SystemClock};
use crate::kernel::ids::crockford;
use crate::sandbox::faults::Fault;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    Complete,
    Fault(Fault),
}

/// What to send.
#[derive(Debug)]
pub(super) struct Script {
    pub(super) model: String,
    pub(super) text: String,
    pub(super) thinks: bool,
    pub(super) prompt_characters: usize,
    pub(super) system_characters: usize,
    pub(super) ending: Ending,
}

const THOUGHTS: &str = "先看日主与月令，再看五行的流通与十神的组合，然后对照大运与流年，最后想想怎样说才对这位读者有用。";

/// Streams the script; `finished` is called when the end of a complete text is handed over.
pub(super) fn play(
    script: &Script,
    pace: Pace,
    finished: impl FnOnce() + Send + 'static,
) -> Response {
    let hangs = script.ending == Ending::Fault(Fault::AiTimeout);
    let finished = (script.ending == Ending::Complete).then_some(finished);
    let start = (events(script, pace.characters).peekable(), finished);
    let body = stream::unfold(start, move |(mut events, mut finished)| async move {
        tokio::time::sleep(pace.pause).await;
        let Some(event) = events.next() else {
            return if hangs { std::future::pending().await } else { None };
        };
        if events.peek().is_none()
            && let Some(finished) = finished.take()
        {
            finished();
        }
        Some((Ok::<_, Infallible>(Bytes::from(event)), (events, finished)))
    });
    let headers = [(CONTENT_TYPE, "text/event-stream; charset=utf-8"), (CACHE_CONTROL, "no-cache")];
    (headers, Body::from_stream(body)).into_response()
}

/// Keep-alives, role, thoughts, text, finish reason, token counts, end.
fn events(script: &Script, size: usize) -> Box<dyn Iterator<Item = String> + Send> {
    let frame = Frame::new(&script.model);
    let keep_alives = [": keep-alive\n\n".to_owned(), ": keep-alive\n\n".to_owned()];
    let role = frame.delta(&json!({"role": "assistant", "content": ""}), None);
    let thoughts = if script.thinks { pieces(THOUGHTS, size) } else { Vec::new() };
    let (text, reason) = cut(script);
    let usage = usage(script, text.chars().count());
    let end = reason.map(|reason| {
        [
            frame.delta(&json!({"content": ""}), Some(reason)),
            frame.usage(&usage),
            "data: [DONE]\n\n".to_owned(),
        ]
    });
    let thought = frame.clone();
    let thoughts = thoughts.into_iter().map(move |piece| {
        thought.delta(&json!({"content": null, "reasoning_content": piece}), None)
    });
    let text = pieces(&text, size)
        .into_iter()
        .map(move |piece| frame.delta(&json!({"content": piece}), None));
    let head = keep_alives.into_iter().chain([role]);
    Box::new(head.chain(thoughts).chain(text).chain(end.into_iter().flatten()))
}

/// How much of the text arrives, and the finish reason; `None` for a stream that never ends.
fn cut(script: &Script) -> (String, Option<&'static str>) {
    let part = |tenths: usize| {
        let all = script.text.chars().count();
        script.text.chars().take(all.saturating_mul(tenths) / 10).collect()
    };
    let Ending::Fault(fault) = script.ending else { return (script.text.clone(), Some("stop")) };
    let whole_or_part = [
        (Fault::AiTimeout, 1, None),
        (Fault::AiRefused, 1, Some("content_filter")),
        (Fault::AiEmpty, 0, Some("stop")),
        (Fault::AiTruncated, 5, Some("insufficient_system_resource")),
        (Fault::AiLength, 4, Some("length")),
    ];
    let known = whole_or_part.into_iter().find(|(which, _, _)| *which == fault);
    known.map_or((String::new(), Some("stop")), |(_, tenths, reason)| (part(tenths), reason))
}

fn pieces(text: &str, size: usize) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(size.max(1)).map(|piece| piece.iter().collect()).collect()
}

/// Counted as DeepSeek's tokenizer does on average: 0.6 tokens for a Chinese character. The
/// constant part of the prompt is taken from the cache in blocks of 64.
fn usage(script: &Script, written: usize) -> Value {
    let tokens = |characters: usize| characters.saturating_mul(6) / 10;
    let prompt = tokens(script.prompt_characters);
    let hit = tokens(script.system_characters) / 64 * 64;
    let reasoning = if script.thinks { tokens(THOUGHTS.chars().count()) } else { 0 };
    let completion = tokens(written).saturating_add(reasoning);
    json!({
        "prompt_tokens": prompt,
        "prompt_cache_hit_tokens": hit,
        "prompt_cache_miss_tokens": prompt.saturating_sub(hit),
        "completion_tokens": completion,
        "completion_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": prompt.saturating_add(completion),
    })
}

/// What is the same in all chunks of an answer.
#[derive(Clone)]
struct Frame {
    id: String,
    model: String,
    created: i64,
}

impl Frame {
    fn new(model: &str) -> Self {
        let id = format!("chatcmpl-{}", crockford(16));
        Self { id, model: model.to_owned(), created: SystemClock.now().seconds() }
    }

    fn delta(&self, delta: &Value, finish_reason: Option<&str>) -> String {
        let choice =
            json!({"index": 0, "delta": delta, "logprobs": null, "finish_reason": finish_reason});
        self.chunk(&json!([choice]), &Value::Null)
    }

    fn usage(&self, usage: &Value) -> String {
        self.chunk(&json!([]), usage)
    }

    fn chunk(&self, choices: &Value, usage: &Value) -> String {
        let chunk = json!({
            "id": self.id, "object": "chat.completion.chunk", "created": self.created,
            "model": self.model, "system_fingerprint": "fp_sandbox", "choices": choices,
            "usage": usage,
        });
        format!("data: {chunk}\n\n")
    }
}
