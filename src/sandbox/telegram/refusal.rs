//! How the Bot API says no: JSON with a code and words, or a proxy's page.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use serde_json::json;

use super::wire::with;

/// A refusal as it goes over the wire.
#[derive(Debug)]
pub(super) enum Refusal {
    Said {
        code: StatusCode,
        words: String,
    },
    /// Seconds to wait.
    TooFast(u64),
    /// Not Telegram itself but something before it.
    BadGateway,
}

impl Refusal {
    /// 400 with `words` behind `Bad Request: `.
    pub(super) fn bad(words: impl std::fmt::Display) -> Self {
        Self::said(StatusCode::BAD_REQUEST, format!("Bad Request: {words}"))
    }

    pub(super) fn said(code: StatusCode, words: impl Into<String>) -> Self {
        Self::Said { code, words: words.into() }
    }

    pub(super) fn chat_not_found() -> Self {
        Self::bad("chat not found")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (code, words, parameters) = match self {
            Self::Said { code, words } => (code, words, None),
            Self::TooFast(seconds) => (
                StatusCode::TOO_MANY_REQUESTS,
                format!("Too Many Requests: retry after {seconds}"),
                Some(("parameters", json!({ "retry_after": seconds }))),
            ),
            Self::BadGateway => {
                let page = "<html><body><h1>502 Bad Gateway</h1></body></html>";
                return (StatusCode::BAD_GATEWAY, Html(page)).into_response();
            }
        };
        let body = json!({ "ok": false, "error_code": code.as_u16(), "description": words });
        (code, Json(with(body, parameters))).into_response()
    }
}
