//! The page that looks like a phone, and the few calls that it makes.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::message::{ChatMessage, SentFile};
use super::{NotPaid, SandboxTelegram};
use crate::sandbox::faults::{Fault, Faults};

const PAGE: &str = include_str!("../page.html");
const LONGEST_WAIT: Duration = Duration::from_secs(25);
/// Messages that the page shows.
const SHOWN: usize = 200;

#[derive(Clone)]
struct Stage {
    telegram: SandboxTelegram,
    faults: Arc<Faults>,
}

/// `/sandbox` and `/sandbox/api/…`: to be merged beside the Bot API, not nested.
pub fn chat_api(telegram: SandboxTelegram, faults: Arc<Faults>) -> Router {
    Router::new()
        .route("/sandbox", get(async || Html(PAGE)))
        .route("/sandbox/api/people", get(people))
        .route("/sandbox/api/chat/{user}", get(look))
        .route("/sandbox/api/chat/{user}/say", post(say))
        .route("/sandbox/api/chat/{user}/tap", post(tap))
        .route("/sandbox/api/chat/{user}/pay", post(pay))
        .route("/sandbox/api/file/{id}", get(file))
        .route("/sandbox/api/faults", get(list_faults).post(set_fault))
        .with_state(Stage { telegram, faults })
}

async fn people(State(stage): State<Stage>) -> Json<Value> {
    let people = stage.telegram.people().into_iter().map(|person| {
        json!({
            "id": person.id,
            "name": person.first_name,
            "language": person.language_code,
            "role": person.role,
        })
    });
    Json(people.collect())
}

#[derive(Deserialize)]
struct After {
    /// The version that the page has.
    after: Option<u64>,
}

/// The chat as soon as it is newer than what the page has, or as it is when the wait is over.
async fn look(
    State(Stage { telegram, .. }): State<Stage>,
    Path(user): Path<i64>,
    Query(After { after }): Query<After>,
) -> Response {
    let mut changes = telegram.changes();
    let deadline = Instant::now() + LONGEST_WAIT;
    loop {
        changes.mark_unchanged();
        let Some((version, newest, fleeting_left)) = telegram.state_of(user) else {
            return StatusCode::NOT_FOUND.into_response();
        };
        // A version that we never had is one of an earlier sandbox.
        let is_news = after.is_none_or(|after| version > after || after > newest);
        // `typing…` and live drafts end without anybody's doing.
        let until = fleeting_left.map_or(deadline, |left| deadline.min(Instant::now() + left));
        if is_news || !matches!(timeout_at(until, changes.changed()).await, Ok(Ok(()))) {
            return Json(telegram.view(user)).into_response();
        }
    }
}

#[derive(Deserialize)]
struct Say {
    text: String,
}

async fn say(
    State(stage): State<Stage>,
    Path(user): Path<i64>,
    Json(Say { text }): Json<Say>,
) -> StatusCode {
    if stage.telegram.state_of(user).is_none() {
        return StatusCode::NOT_FOUND;
    }
    if text.trim().is_empty() {
        return StatusCode::BAD_REQUEST;
    }
    stage.telegram.says(user, &text);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Tap {
    message: i64,
    data: String,
}

async fn tap(
    State(stage): State<Stage>,
    Path(user): Path<i64>,
    Json(Tap { message, data }): Json<Tap>,
) -> StatusCode {
    match stage.telegram.taps(user, message, &data) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(_nothing_hit) => StatusCode::CONFLICT,
    }
}

#[derive(Deserialize)]
struct Pay {
    link: String,
}

/// The person pays an invoice; the answer is what the window says when nothing was taken.
async fn pay(
    State(stage): State<Stage>,
    Path(user): Path<i64>,
    Json(Pay { link }): Json<Pay>,
) -> Response {
    match stage.telegram.pays(user, &link).await {
        Ok(_charge) => StatusCode::NO_CONTENT.into_response(),
        Err(NotPaid::Refused(words)) => (StatusCode::CONFLICT, words).into_response(),
        Err(refused) => (StatusCode::CONFLICT, refused.to_string()).into_response(),
    }
}

/// Pictures are shown, everything else is saved: an uploaded page must not run as one of ours.
async fn file(State(stage): State<Stage>, Path(id): Path<String>) -> Response {
    let Some(file) = stage.telegram.file(&id) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let is_picture = file.png_size().is_some() || file.is_jpeg();
    let kind = HeaderValue::from_str(&file.content_type)
        .ok()
        .filter(|kind| !kind.is_empty())
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    let kind = match (is_picture, file.is_jpeg()) {
        (true, false) => HeaderValue::from_static("image/png"),
        (true, true) => HeaderValue::from_static("image/jpeg"),
        (false, _) => kind,
    };
    let place = if is_picture { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static(place)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (headers, file.bytes).into_response()
}

async fn list_faults(State(stage): State<Stage>) -> Json<Value> {
    let pending = stage.faults.pending();
    let faults = Fault::ALL.iter().map(
        |fault| json!({ "word": fault.word(), "times": pending.get(fault).copied().unwrap_or(0) }),
    );
    Json(faults.collect())
}

#[derive(Deserialize)]
struct SetFault {
    word: String,
    times: u32,
}

async fn set_fault(
    State(stage): State<Stage>,
    Json(SetFault { word, times }): Json<SetFault>,
) -> StatusCode {
    let Some(fault) = Fault::parse(&word) else { return StatusCode::BAD_REQUEST };
    stage.faults.set(fault, times);
    StatusCode::NO_CONTENT
}

impl SandboxTelegram {
    /// The chat's version, the newest of all, and how long `typing…` or a live draft is still shown.
    fn state_of(&self, user: i64) -> Option<(u64, u64, Option<Duration>)> {
        let now = self.0.clock.now();
        let world = self.lock();
        let chat = world.chat(user)?;
        let ends = [chat.typing_until, chat.live.as_ref().map(|draft| draft.until)];
        let left = ends.into_iter().flatten().filter(|until| now < *until).min();
        let left = left.map(|until| until.since(now));
        Some((chat.version, world.version, left))
    }

    fn file(&self, id: &str) -> Option<SentFile> {
        self.lock().file(id).cloned()
    }

    fn view(&self, user: i64) -> Value {
        let now = self.0.clock.now();
        let world = self.lock();
        let Some(chat) = world.chat(user) else { return Value::Null };
        let surplus = chat.messages.len().saturating_sub(SHOWN);
        let messages: Vec<Value> = chat.messages.iter().skip(surplus).map(shown).collect();
        let toast = chat.toasts.last().map(|toast| json!({ "id": toast.id, "text": toast.text }));
        json!({
            "version": chat.version,
            "typing": chat.typing_until.is_some_and(|until| now < until),
            "draft": chat.live.as_ref().filter(|draft| now < draft.until).map(|draft| &draft.html),
            "messages": messages,
            "toast": toast,
            "commands": world.commands_of(user),
        })
    }
}

fn shown(message: &ChatMessage) -> Value {
    let document = message.document.as_ref();
    json!({
        "id": message.id,
        "from": if message.from_bot { "bot" } else { "me" },
        "html": message.html,
        "keyboard": message.keyboard,
        "photo": message.photo.as_ref().map(SentFile::url),
        "document": document.map(|file| json!({ "name": file.name, "url": file.url() })),
        "edited": message.edited > 0,
        "at": message.sent_at,
    })
}
