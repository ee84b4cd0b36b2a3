//! Requests and refusals.

use axum::Json;
use axum::body::Bytes;
use axum::extract::State as Shared;
use axum::http::header::{AUTHORIZATION, RETRY_AFTER};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::facts::Facts;
use super::log::Outcome;
use super::stream::{Ending, Script};
use super::{State, mistakes, stream, writer};
use crate::sandbox::faults::Fault;

const MODELS: [&str; 4] =
    ["deepseek-flash", "deepseek-v4-pro", "deepseek-v4-flash", "deepseek-v4-flash-vision-exp"];

pub(super) async fn complete(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&state, &headers, &body, false)
}

/// The address that knows the `prefix` field.
pub(super) async fn complete_beta(
    Shared(state): Shared<State>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(&state, &headers, &body, true)
}

pub(super) async fn models(headers: HeaderMap) -> Response {
    if !has_key(&headers) {
        return wrong_key();
    }
    let data: Vec<Value> = MODELS[..2]
        .iter()
        .map(|id| json!({"id": id, "object": "model", "owned_by": "deepseek"}))
        .collect();
    Json(json!({"object": "list", "data": data})).into_response()
}

pub(super) async fn balance(headers: HeaderMap) -> Response {
    if !has_key(&headers) {
        return wrong_key();
    }
    let purse = json!({"currency": "CNY", "total_balance": "88.00", "granted_balance": "8.00",
        "topped_up_balance": "80.00"});
    Json(json!({"is_available": true, "balance_infos": [purse]})).into_response()
}

fn answer(state: &State, headers: &HeaderMap, body: &[u8], beta: bool) -> Response {
    let request: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
    let mark = request.get("user_id").and_then(Value::as_str).unwrap_or_default();
    let written = written_so_far(&request);
    let number = state.log.open(mark, written.is_some());
    let refuse = |status: StatusCode, response: Response| {
        state.log.close(number, Outcome::Refused(status.as_u16()));
        response
    };
    if !has_key(headers) {
        return refuse(StatusCode::UNAUTHORIZED, wrong_key());
    }
    if let Err((status, message)) = check(&request, beta) {
        return refuse(status, error(status, message));
    }
    let Some(script) = plan(state, &request, written.as_deref()) else {
        let status = StatusCode::INTERNAL_SERVER_ERROR;
        return refuse(status, error(status, "the sandbox has no text for this request"));
    };
    if let Ending::Fault(fault) = script.ending {
        state.log.close(number, Outcome::Fault(fault));
        if let Some(response) = refused_by(fault) {
            return response;
        }
    }
    let log = std::sync::Arc::clone(&state.log);
    stream::play(&script, state.pace, move || log.close(number, Outcome::Finished))
}

/// What DeepSeek would refuse (reference/deepseek.md §1.2, §2, §5, §7).
fn check(request: &Value, beta: bool) -> Result<(), (StatusCode, &'static str)> {
    let bad = |message| Err((StatusCode::BAD_REQUEST, message));
    let Some(messages) = request.get("messages").and_then(Value::as_array) else {
        return bad("missing field `messages`");
    };
    let model = request.get("model").and_then(Value::as_str).unwrap_or_default();
    if !MODELS.contains(&model) {
        return bad("Model Not Exist");
    }
    if request.get("stream").and_then(Value::as_bool) != Some(true) {
        return bad("the sandbox only streams");
    }
    if request.pointer("/stream_options/include_usage").is_none() {
        return bad("the sandbox wants stream_options.include_usage, as the client should send it");
    }
    let last = messages.last();
    let role = last.and_then(|last| last.get("role")).and_then(Value::as_str);
    let prefix = last.and_then(|last| last.get("prefix")).and_then(Value::as_bool) == Some(true);
    match (role, prefix, beta) {
        (Some("assistant"), true, true) | (Some("user"), false, _) => {}
        (Some("assistant"), true, false) => return bad("`prefix` needs the base address /beta"),
        _ => return bad("the last message must be a user's, or an assistant's with `prefix`"),
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match request.get("user_id") {
        None => Ok(()),
        Some(Value::String(mark)) if mark.len() <= 512 && mark.bytes().all(allowed) => Ok(()),
        Some(_) => Err((StatusCode::UNPROCESSABLE_ENTITY, "`user_id` has a wrong form")),
    }
}

/// The text of the last message of the assistant, if there is one.
fn written_so_far(request: &Value) -> Option<String> {
    let messages = request.get("messages")?.as_array()?;
    let own = messages.iter().rev().find(|message| message["role"] == "assistant")?;
    Some(own.get("content")?.as_str()?.to_owned())
}

/// What to stream: the facts decide the text, the switchboard how it ends.
fn plan(state: &State, request: &Value, written: Option<&str>) -> Option<Script> {
    let messages = request.get("messages")?.as_array()?;
    let part = |role: &str| {
        let message = messages.iter().find(|message| message["role"] == role);
        message.and_then(|message| message["content"].as_str()).unwrap_or_default()
    };
    let limit = request.get("max_tokens").and_then(Value::as_u64).unwrap_or(u64::MAX);
    let (system, user) = (part("system"), part("user"));
    let text = writer::write(&Facts::read(system, user, limit)).ok()?;
    let wrong = WRONGS.iter().copied().find(|fault| state.faults.take(*fault));
    let text = wrong.map_or_else(|| text.clone(), |fault| mistakes::spoiled(&text, fault));
    let rest = written.map_or(text.as_str(), |written| carried_on(&text, written));
    let ending = FAULTS.iter().copied().find(|fault| state.faults.take(*fault));
    Some(Script {
        model: request.get("model")?.as_str()?.to_owned(),
        text: rest.to_owned(),
        thinks: written.is_none() && request.pointer("/thinking/type") != Some(&json!("disabled")),
        prompt_characters: system.chars().count().saturating_add(user.chars().count()),
        system_characters: system.chars().count(),
        ending: ending.map_or(Ending::Complete, Ending::Fault),
    })
}

const FAULTS: [Fault; 8] = [
    Fault::AiBadKey,
    Fault::AiRateLimit,
    Fault::AiServerError,
    Fault::AiTimeout,
    Fault::AiRefused,
    Fault::AiEmpty,
    Fault::AiTruncated,
    Fault::AiLength,
];

/// The faults of the text itself.
const WRONGS: [Fault; 4] =
    [Fault::AiWrongPillars, Fault::AiWrongYears, Fault::AiBannedClaim, Fault::AiUnfinished];

/// What follows `written` in `text`; all of it when that is not its beginning.
fn carried_on<'a>(text: &'a str, written: &str) -> &'a str {
    text.strip_prefix(written).or_else(|| text.strip_prefix(written.trim_end())).unwrap_or(text)
}

/// The faults that happen before a stream begins.
fn refused_by(fault: Fault) -> Option<Response> {
    if fault == Fault::AiBadKey {
        return Some(wrong_key());
    }
    if fault == Fault::AiRateLimit {
        let busy = error(StatusCode::TOO_MANY_REQUESTS, "Too many concurrent requests");
        return Some(([(RETRY_AFTER, "1")], busy).into_response());
    }
    let down = || error(StatusCode::SERVICE_UNAVAILABLE, "The server is overloaded");
    (fault == Fault::AiServerError).then(down)
}

fn has_key(headers: &HeaderMap) -> bool {
    let value = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    value.and_then(|value| value.strip_prefix("Bearer ")).is_some_and(|key| !key.is_empty())
}

fn wrong_key() -> Response {
    error(StatusCode::UNAUTHORIZED, "Authentication Fails, Your api key is invalid")
}

fn error(status: StatusCode, message: &str) -> Response {
    let code =
        if status.is_server_error() { "service_unavailable" } else { "invalid_request_error" };
    let error = json!({"message": message, "type": code, "param": null, "code": code});
    (status, Json(json!({"error": error}))).into_response()
}
