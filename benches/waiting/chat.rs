//! Telegram as a server that takes everything at once: the limits of the real one are not measured
//! here.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::{Value, json};

pub(super) const TOKEN: &str = "1000001:a-secret";
const POLL: Duration = Duration::from_secs(20);
static MESSAGES: AtomicI64 = AtomicI64::new(1);

pub(super) fn router() -> Router {
    Router::new().route("/{bot}/{method}", any(answer)).layer(DefaultBodyLimit::disable())
}

async fn answer(Path((_bot, method)): Path<(String, String)>, body: Bytes) -> Json<Value> {
    let file = json!({ "file_id": "F", "file_unique_id": "F", "width": 9, "height": 9 });
    let result = match method.to_lowercase().as_str() {
        "getme" => json!({ "id": 1, "is_bot": true, "first_name": "B", "username": "bench_bot" }),
        "getupdates" => {
            tokio::time::sleep(POLL).await;
            json!([])
        }
        "sendphoto" => message("photo", &json!([file])),
        "senddocument" => message("document", &file),
        "sendmediagroup" => {
            let photos = String::from_utf8_lossy(&body).matches("\"photo\"").count();
            (0..photos).map(|_photo| message("photo", &json!([file]))).collect()
        }
        "sendchataction" => json!(true),
        method if method.starts_with("send") || method.starts_with("editmessage") => {
            message("text", &json!("taken"))
        }
        _ => json!(true),
    };
    Json(json!({ "ok": true, "result": result }))
}

fn message(part: &str, content: &Value) -> Value {
    let number = MESSAGES.fetch_add(1, Ordering::Relaxed);
    json!({ "message_id": number, "date": 1_795_234_380, part: content,
        "chat": { "id": 1, "type": "private", "first_name": "B" } })
}
