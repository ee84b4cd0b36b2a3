//! DeepSeek's streaming chat API (reference/deepseek.md §2–§5), well behaved or not.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures_util::stream;
use serde_json::{Value, json};

use super::stage::{Stage, play};
use super::telegram::BUYER_NAME;

pub(crate) const API_KEY: &str = "sk-played-model-key-31c6";
/// Stands in every paragraph, so that a reader can tell whether all of a report arrived.
const PARAGRAPHS_PER_CHAPTER: usize = 4;
const CHAPTERS: [&str; 8] = [
    "命盘总览",
    "性格与天赋",
    "事业与才能",
    "财运与用钱",
    "感情与婚姻",
    "家庭与人际",
    "身心与节奏",
    "大运流年与行动建议",
];

/// How the server behaves towards one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Play {
    Good,
    /// 429 with a `Retry-After` of one second.
    Busy,
    /// A status with an error body.
    Status(u16),
    /// The stream ends in the middle, without a finish reason.
    Truncated,
    /// A finished answer without words.
    Empty,
    /// Some words, then nothing at all, and the line stays open.
    Silent,
    /// `content_filter`.
    Refused,
    /// `length` in the middle; the next request of the same text goes on.
    Length,
}

#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) body: Value,
    /// Which start of the program asked, when each has an address of its own: requests of a killed
    /// one may be read after the next has begun.
    pub(crate) life: String,
    pub(crate) play: Play,
    /// When the last byte of the answer was handed over.
    pub(crate) finished: Option<Instant>,
}

#[derive(Clone)]
pub(crate) struct Model {
    url: Arc<str>,
    stage: Stage,
    desk: Arc<Mutex<Desk>>,
}

#[derive(Default)]
struct Desk {
    /// By a word in the prompt: what its requests meet, in order; then all goes well.
    scripts: BTreeMap<String, VecDeque<Play>>,
    asked: Vec<Asked>,
    /// Pause between two pieces of an answer.
    pace: Duration,
}

impl Model {
    pub(super) async fn open(stage: Stage) -> Self {
        let mut model = Self { url: "".into(), stage, desk: Arc::default() };
        let app = Router::new()
            .route("/chat/completions", post(complete))
            .route("/{life}/chat/completions", post(complete_in_life));
        model.url = play(app.with_state(model.clone())).await.into();
        model
    }

    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// What requests meet whose prompt contains `word`.
    pub(crate) fn script(&self, word: &str, plays: &[Play]) {
        let plays = plays.iter().copied().collect();
        self.desk.lock().unwrap().scripts.insert(word.to_owned(), plays);
    }

    /// Writes slowly from now on.
    pub(crate) fn slow_down(&self, pace: Duration) {
        self.desk.lock().unwrap().pace = pace;
    }

    /// Requests whose prompt contains `word`, in order.
    pub(crate) fn asked(&self, word: &str) -> Vec<Asked> {
        let desk = self.desk.lock().unwrap();
        desk.asked.iter().filter(|asked| asked.body.to_string().contains(word)).cloned().collect()
    }

    fn take(&self, life: String, body: Value) -> (usize, Play, Duration) {
        let mut desk = self.desk.lock().unwrap();
        let text = body.to_string();
        let script = desk.scripts.iter_mut().find(|(word, _)| text.contains(word.as_str()));
        let play = script.and_then(|(_, plays)| plays.pop_front()).unwrap_or(Play::Good);
        desk.asked.push(Asked { body, life, play, finished: None });
        (desk.asked.len() - 1, play, desk.pace)
    }

    fn check(&self, headers: &HeaderMap, body: &Value) {
        let mut faults = Vec::new();
        let bearer = headers.get("authorization").and_then(|value| value.to_str().ok());
        if bearer != Some(format!("Bearer {API_KEY}").as_str()) {
            faults.push("a wrong key");
        }
        if body["stream"] != json!(true) || body["stream_options"]["include_usage"] != json!(true) {
            faults.push("no stream with usage");
        }
        if body["thinking"]["type"].is_null() || body["max_tokens"].as_u64().is_none() {
            faults.push("thinking or max_tokens is left to the server");
        }
        if body["model"] != json!("deepseek-flash") {
            faults.push("another model than configured");
        }
        if body.to_string().contains(BUYER_NAME) {
            faults.push("the buyer's name is in the prompt");
        }
        for fault in faults {
            self.stage.complain(format!("DeepSeek: {fault}: {body}"));
        }
    }
}

async fn complete(
    State(model): State<Model>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    answer(model, String::new(), (headers, body))
}

async fn complete_in_life(
    State(model): State<Model>,
    Path(life): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    answer(model, life, (headers, body))
}

fn answer(model: Model, life: String, (headers, body): (HeaderMap, Value)) -> Response {
    model.check(&headers, &body);
    let text = answer_to(&body);
    let (index, play, pace) = model.take(life, body);
    model.stage.step();
    match play {
        Play::Busy => {
            let error = failure("rate limit reached");
            (StatusCode::TOO_MANY_REQUESTS, [("Retry-After", "1")], error).into_response()
        }
        Play::Status(code) => {
            (StatusCode::from_u16(code).unwrap(), failure("as asked")).into_response()
        }
        Play::Good
        | Play::Truncated
        | Play::Empty
        | Play::Silent
        | Play::Refused
        | Play::Length => {
            let pieces = pieces(play, &text);
            let done = Done { model, index };
            let written = stream::unfold((pieces, done), move |(mut left, done)| async move {
                match left.pop_front() {
                    Some(Piece::Words(words)) => {
                        tokio::time::sleep(pace).await;
                        done.model.stage.step();
                        if left.is_empty() {
                            done.tell();
                        }
                        Some((Ok::<_, Infallible>(Bytes::from(words)), (left, done)))
                    }
                    Some(Piece::Silence) => std::future::pending().await,
                    None => None,
                }
            });
            ([("Content-Type", "text/event-stream")], Body::from_stream(written)).into_response()
        }
    }
}

struct Done {
    model: Model,
    index: usize,
}

impl Done {
    fn tell(&self) {
        self.model.desk.lock().unwrap().asked[self.index].finished = Some(Instant::now());
        self.model.stage.ring();
    }
}

enum Piece {
    Words(String),
    Silence,
}

fn failure(message: &str) -> Json<Value> {
    Json(json!({ "error": { "message": message, "type": "played", "param": null, "code": "x" } }))
}

/// The whole stream, cut as a server cuts it.
fn pieces(play: Play, text: &str) -> VecDeque<Piece> {
    let letters: Vec<char> = text.chars().collect();
    let half = letters.len() / 2;
    let (letters, end) = match play {
        Play::Empty => (&letters[..0], Some("stop")),
        Play::Refused => (&letters[..half.min(30)], Some("content_filter")),
        Play::Truncated | Play::Silent => (&letters[..half], None),
        Play::Length => (&letters[..half], Some("length")),
        Play::Good | Play::Busy | Play::Status(_) => (&letters[..], Some("stop")),
    };
    let mut pieces = VecDeque::from([
        Piece::Words(": keep-alive\n\n".to_owned()),
        chunk(&json!({ "role": "assistant", "content": "" }), None),
    ]);
    for part in letters.chunks(150) {
        let words: String = part.iter().collect();
        pieces.push_back(chunk(&json!({ "content": words }), None));
    }
    match end {
        Some(reason) => {
            pieces.push_back(chunk(&json!({}), Some(reason)));
            let usage = json!({ "id": "played", "object": "chat.completion.chunk", "choices": [],
                "usage": { "prompt_tokens": 1500, "prompt_cache_hit_tokens": 1000,
                    "prompt_cache_miss_tokens": 500, "completion_tokens": 2400,
                    "total_tokens": 3900 } });
            pieces.push_back(Piece::Words(format!("data: {usage}\n\ndata: [DONE]\n\n")));
        }
        None if play == Play::Silent => pieces.push_back(Piece::Silence),
        None => {}
    }
    pieces
}

fn chunk(delta: &Value, finish: Option<&str>) -> Piece {
    let chunk = json!({ "id": "played", "object": "chat.completion.chunk", "created": 1_795_219_200,
        "model": "deepseek-flash", "choices": [
            { "index": 0, "delta": delta, "finish_reason": finish } ] });
    Piece::Words(format!("data: {chunk}\n\n"))
}

/// A long report, a chapter, a short report, or the rest of one that was cut off.
fn answer_to(body: &Value) -> String {
    let messages = body["messages"].as_array().cloned().unwrap_or_default();
    let written = messages.iter().rev().find(|message| message["role"] == "assistant");
    let written = written.and_then(|message| message["content"].as_str()).unwrap_or_default();
    let whole = match chapter_asked(body) {
        Some(chapter) => one_chapter(chapter),
        None if body["max_tokens"].as_u64().unwrap_or(0) < 2000 => short(),
        None => long(),
    };
    match whole.strip_prefix(written) {
        Some(rest) => rest.to_owned(),
        None => whole,
    }
}

/// Which chapter a request is about, if it is about one alone.
pub(crate) fn chapter_asked(body: &Value) -> Option<usize> {
    let prompt = body["messages"][1]["content"].as_str()?;
    let (_, rest) = prompt.split_once("本次只写第 ")?;
    rest.split(' ').next()?.parse().ok()
}

fn one_chapter(chapter: usize) -> String {
    let parts = (1..=PARAGRAPHS_PER_CHAPTER).map(|part| paragraph(chapter, part));
    parts.collect::<String>() + "<summary>\n先稳后进。\n</summary>\n"
}

/// Marks of all paragraphs of a long report, in order.
pub(crate) fn marks() -> Vec<String> {
    marks_of(CHAPTERS.len())
}

/// The same of a report in so many chapters.
pub(crate) fn marks_of(chapters: usize) -> Vec<String> {
    let mark = |chapter| move |part| format!("〔{chapter}·{part}〕");
    (1..=chapters).flat_map(|chapter| (1..=PARAGRAPHS_PER_CHAPTER).map(mark(chapter))).collect()
}

fn long() -> String {
    let mut report = String::new();
    for (index, title) in CHAPTERS.iter().enumerate() {
        let chapter = index + 1;
        report.extend(["## ", title, "\n\n"]);
        for part in 1..=PARAGRAPHS_PER_CHAPTER {
            report.push_str(&paragraph(chapter, part));
        }
    }
    report
}

/// Words with all that makes markup break: angle brackets, ampersands, stars, lists.
fn paragraph(chapter: usize, part: usize) -> String {
    let talk = "日主得令而不孤，先看格局再看用神，凡事以稳为先。遇到岔路时写下利弊，隔一夜再定。\
                命盘说的是底色，路仍要自己一步步走，急处放缓，缓处不停。春天适合起头，秋天适合收尾，\
                遇人先听后说，用钱先留后花；身体累了就歇，歇够了再走，不与自己较劲。";
    let form = match part {
        1 => format!("**要点**：财 < 官 & 印 > 食，*不必*强求 `x_y`。{talk}"),
        2 => format!("- 早起一刻钟\n- 每周记账 & 复盘\n\n{talk}"),
        3 => format!("> {talk}"),
        _ => talk.to_owned(),
    };
    format!("〔{chapter}·{part}〕{form}\n\n")
}

fn short() -> String {
    "**云开见月**\n\n云开一线见清光，\n莫为浮名乱主张。\n且把灯前闲纸笔，\n细书来日好时光。\n\n\
     你心里的事已经有了头绪，只差一次坦白的谈话。今天不必求快，先把最想说的一句写下来，读三遍，\
     再决定说不说。真正要紧的人会等你把话讲完。\n\n今天可以做的一件小事：给那个人发一条只有一句话的\
     问候，不解释，也不追问。"
        .to_owned()
}
