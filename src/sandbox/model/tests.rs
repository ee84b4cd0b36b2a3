//! The API as a foreign client sees it.

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::sandbox::faults::Fault;

struct Sandbox {
    faults: Arc<Faults>,
    log: Arc<ModelLog>,
    router: Router,
}

impl Sandbox {
    fn new() -> Self {
        let (faults, log) = (Arc::<Faults>::default(), Arc::<ModelLog>::default());
        let router = router(Arc::clone(&faults), Arc::clone(&log), Pace::instant());
        Self { faults, log, router }
    }

    async fn ask(&self, path: &str, body: &Value) -> (StatusCode, String) {
        let request = Request::post(path)
            .header("authorization", "Bearer sk-any")
            .body(Body::from(body.to_string()))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }
}

fn body() -> Value {
    let facts = json!({"pillars": ["庚午", "辛巳", "乙酉", "庚辰"]});
    let user = format!("今天 2026-11-21\n```json\n{facts}\n```");
    json!({"model": "deepseek-flash", "stream": true, "max_tokens": 9000, "user_id": "mark-1",
        "stream_options": {"include_usage": true}, "thinking": {"type": "disabled"}, "messages": [
        {"role": "system", "content": "你是命理师"}, {"role": "user", "content": user}]})
}

/// The data of the events, without comments.
fn chunks(stream: &str) -> Vec<Value> {
    stream
        .split("\n\n")
        .filter_map(|event| event.strip_prefix("data: "))
        .filter_map(|data| serde_json::from_str(data).ok())
        .collect()
}

fn text(stream: &str) -> String {
    chunks(stream).iter().filter_map(|c| c["choices"][0]["delta"]["content"].as_str()).collect()
}

fn finish(stream: &str) -> Option<String> {
    let reasons = chunks(stream);
    reasons.iter().find_map(|c| c["choices"][0]["finish_reason"].as_str().map(str::to_owned))
}

#[tokio::test]
async fn a_report_is_streamed_like_the_real_thing() {
    let sandbox = Sandbox::new();
    let (status, stream) = sandbox.ask("/chat/completions", &body()).await;
    assert_eq!(status, StatusCode::OK);
    assert!(stream.starts_with(": keep-alive\n\n"), "{stream}");
    assert!(stream.ends_with("data: [DONE]\n\n"), "{stream}");
    let chunks = chunks(&stream);
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(chunks.last().unwrap()["choices"], json!([]));
    assert!(chunks.last().unwrap()["usage"]["completion_tokens"].as_u64().unwrap() > 1000);
    assert!(text(&stream).contains("庚午　辛巳　乙酉　庚辰"));
    assert_eq!(finish(&stream).as_deref(), Some("stop"));
    assert_eq!((sandbox.log.finished("mark-1"), sandbox.log.finished_in_all()), (1, 1));
}

#[tokio::test]
async fn it_thinks_unless_told_not_to() {
    let mut thinking = body();
    thinking.as_object_mut().unwrap().remove("thinking");
    let (_, stream) = Sandbox::new().ask("/v1/chat/completions", &thinking).await;
    assert!(stream.contains("reasoning_content"));
    assert!(!text(&stream).contains("先看日主与月令"));
}

#[tokio::test]
async fn a_cut_text_is_carried_on_exactly() {
    let sandbox = Sandbox::new();
    let (_, whole) = sandbox.ask("/chat/completions", &body()).await;
    sandbox.faults.set(Fault::AiLength, 1);
    let (_, cut) = sandbox.ask("/chat/completions", &body()).await;
    assert_eq!(finish(&cut).as_deref(), Some("length"));
    let mut rest = body();
    let prefix = json!({"role": "assistant", "content": text(&cut), "prefix": true});
    rest["messages"].as_array_mut().unwrap().push(prefix);
    let (status, _) = sandbox.ask("/chat/completions", &rest).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let (_, rest) = sandbox.ask("/beta/chat/completions", &rest).await;
    assert_eq!(text(&cut) + &text(&rest), text(&whole));
    let outcomes: Vec<Outcome> = sandbox.log.answers().iter().map(|a| a.outcome).collect();
    let cut = Outcome::Fault(Fault::AiLength);
    assert_eq!(outcomes, [Outcome::Finished, cut, Outcome::Refused(400), Outcome::Finished]);
}

#[tokio::test]
async fn faults_happen_as_often_as_they_are_set() {
    let cases = [
        (Fault::AiBadKey, 401, None),
        (Fault::AiRateLimit, 429, None),
        (Fault::AiServerError, 503, None),
        (Fault::AiRefused, 200, Some("content_filter")),
        (Fault::AiEmpty, 200, Some("stop")),
        (Fault::AiTruncated, 200, Some("insufficient_system_resource")),
    ];
    for (fault, expected, reason) in cases {
        let sandbox = Sandbox::new();
        sandbox.faults.set(fault, 1);
        let (status, stream) = sandbox.ask("/chat/completions", &body()).await;
        assert_eq!((status.as_u16(), finish(&stream).as_deref()), (expected, reason), "{fault:?}");
        assert_eq!(text(&stream).is_empty(), fault == Fault::AiEmpty || expected != 200);
        assert_eq!(sandbox.log.finished("mark-1"), 0, "{fault:?}");
        sandbox.ask("/chat/completions", &body()).await;
        assert_eq!(sandbox.log.finished("mark-1"), 1, "{fault:?}");
    }
}

#[tokio::test]
async fn wrong_requests_are_refused() {
    let mutations: [(&str, Value); 5] = [
        ("model", json!("deepseek-chat")),
        ("messages", json!("text")),
        ("messages", json!([{"role": "assistant", "content": "x"}])),
        ("user_id", json!("张三")),
        ("stream", json!(false)),
    ];
    for (field, value) in mutations {
        let mut wrong = body();
        wrong[field] = value;
        let sandbox = Sandbox::new();
        let (status, answer) = sandbox.ask("/chat/completions", &wrong).await;
        assert!(status.is_client_error(), "{field}: {answer}");
        assert!(answer.contains("\"error\""), "{field}: {answer}");
    }
    let no_key = Request::post("/chat/completions").body(Body::from(body().to_string())).unwrap();
    let response = Sandbox::new().router.oneshot(no_key).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_account_can_be_asked() {
    for (path, word) in [("/models", "deepseek-flash"), ("/user/balance", "is_available")] {
        let request =
            Request::get(path).header("authorization", "Bearer k").body(Body::empty()).unwrap();
        let response = Sandbox::new().router.oneshot(request).await.unwrap();
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        assert!(String::from_utf8_lossy(&bytes).contains(word));
    }
}
