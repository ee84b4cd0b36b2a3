//! What the server says: `{ok, result}` or a refusal with code and description (§A.4).

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A call that was not carried out.
#[derive(Debug, Clone)]
pub(crate) struct Refusal {
    pub(crate) code: u16,
    pub(crate) description: String,
    pub(crate) retry_after: Option<u64>,
}

impl Refusal {
    pub(crate) fn too_fast(seconds: u64) -> Self {
        let description = format!("Too Many Requests: retry after {seconds}");
        Self { code: 429, description, retry_after: Some(seconds) }
    }

    pub(crate) fn blocked() -> Self {
        let description = "Forbidden: bot was blocked by the user".to_owned();
        Self { code: 403, description, retry_after: None }
    }

    pub(crate) fn bad(what: &str) -> Self {
        Self { code: 400, description: format!("Bad Request: {what}"), retry_after: None }
    }

    pub(super) fn unauthorized() -> Self {
        Self { code: 401, description: "Unauthorized".to_owned(), retry_after: None }
    }

    pub(super) fn unknown_method() -> Self {
        Self { code: 404, description: "Not Found".to_owned(), retry_after: None }
    }

    pub(super) fn conflict(what: &str) -> Self {
        Self { code: 409, description: format!("Conflict: {what}"), retry_after: None }
    }
}

pub(super) struct Answer(pub(super) Result<Value, Refusal>);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self.0 {
            Ok(result) => Json(json!({ "ok": true, "result": result })).into_response(),
            Err(refusal) => {
                let status = StatusCode::from_u16(refusal.code).unwrap();
                let mut body = json!({
                    "ok": false, "error_code": refusal.code, "description": refusal.description,
                });
                if let Some(seconds) = refusal.retry_after {
                    body["parameters"] = json!({ "retry_after": seconds });
                }
                (status, Json(body)).into_response()
            }
        }
    }
}
