//! What every router of ours is wrapped in: request ids, one log line per request, limits on body
//! and time, and an answer even when a handler panics.
//!
//! Only the pattern of a path is logged (`/pay/return/{order_no}`), never the path or its query:
//! they carry tokens.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use futures_util::StreamExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;
use tracing::{Instrument as _, Span};

use crate::kernel::ids::crockford;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The route of requests that no route fits.
const NO_ROUTE: &str = "-";

/// How much a request may bring and how long it may take.
#[derive(Debug, Clone, Copy)]
pub struct RequestLimits {
    /// More is answered 413 (spec.md §4 rule 9).
    pub body_bytes: usize,
    /// Slower is answered 503, so that the caller comes again.
    pub time: Duration,
}

impl Default for RequestLimits {
    fn default() -> Self {
        Self { body_bytes: 256 * 1024, time: Duration::from_secs(10) }
    }
}

/// `routes` with everything around them. To be called once, on the finished router.
pub fn wrapped(routes: Router, limits: RequestLimits) -> Router {
    routes
        .fallback(async || problem(StatusCode::NOT_FOUND))
        .method_not_allowed_fallback(async || problem(StatusCode::METHOD_NOT_ALLOWED))
        // The last one is the outermost.
        .layer(RequestBodyLimitLayer::new(limits.body_bytes))
        .layer(from_fn(move |request, next| heard_out(limits.body_bytes, request, next)))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, limits.time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(observed))
}

/// Reads what is announced as too large to its end, within reason, before it is refused: who is
/// still sending would see a broken connection instead of the answer.
async fn heard_out(limit: usize, request: Request, next: Next) -> Response {
    const WITHIN_REASON: usize = 8 * 1024 * 1024;
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if !announced.is_some_and(|length| length > limit && length <= WITHIN_REASON) {
        return next.run(request).await;
    }
    let mut body = request.into_body().into_data_stream();
    while let Some(Ok(_piece)) = body.next().await {}
    problem(StatusCode::PAYLOAD_TOO_LARGE)
}

/// A bare status in our JSON form: `{"error":"not found"}`.
pub fn problem(status: StatusCode) -> Response {
    let reason = status.canonical_reason().unwrap_or("error").to_lowercase();
    (status, Json(serde_json::json!({ "error": reason }))).into_response()
}

/// Gives the request its id and span, measures it, and writes its line.
async fn observed(mut request: Request, next: Next) -> Response {
    let id = request_id(request.headers());
    let method = known(request.method());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or(NO_ROUTE, MatchedPath::as_str).to_owned();
    let span = tracing::info_span!(
        "http",
        request.id = id.to_str().unwrap_or_default(),
        http.method = method,
        http.route = route,
    );
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let started = Instant::now();
    let mut response = next.run(request).instrument(span.clone()).await;
    note(&span, &route, method, response.status(), started.elapsed());
    response.headers_mut().insert(REQUEST_ID, id);
    response
}

/// The method as a label: callers must not be able to invent new ones.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        _ => "other",
    }
}

/// The caller's id if it is short and plain, else one of ours.
fn request_id(headers: &HeaderMap) -> HeaderValue {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    headers
        .get(REQUEST_ID)
        .filter(|id| (1..=64).contains(&id.len()) && id.as_bytes().iter().all(plain))
        .cloned()
        .or_else(|| HeaderValue::try_from(crockford(16)).ok())
        .unwrap_or(HeaderValue::from_static(NO_ROUTE))
}

fn note(span: &Span, route: &str, method: &'static str, status: StatusCode, took: Duration) {
    let _inside = span.enter();
    let code = status.as_u16();
    let duration_ms = took.as_secs_f64() * 1000.0;
    if status.is_server_error() {
        tracing::warn!(http.status = code, duration_ms, "request failed");
    } else if route.starts_with("/health") || route == "/metrics" {
        tracing::debug!(http.status = code, duration_ms, "request answered");
    } else {
        tracing::info!(http.status = code, duration_ms, "request answered");
    }
    let route = route.to_owned();
    metrics::histogram!("mingshu_http_request_seconds", "route" => route.clone()).record(took);
    metrics::counter!(
        "mingshu_http_requests_total",
        "route" => route, "method" => method, "status" => code.to_string(),
    )
    .increment(1);
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response {
    let message = panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("without a message");
    tracing::error!("a handler panicked: {message}");
    problem(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, Bytes, to_bytes};
    use axum::routing::{get, post};
    use tower::ServiceExt as _;

    use super::*;

    fn router(time: Duration) -> Router {
        let routes = Router::new()
            .route("/echo/{word}", post(async |body: Bytes| body))
            .route("/panic", get(async || -> () { panic!("a bug") }))
            .route("/never", get(async || std::future::pending::<()>().await))
            .route(
                "/id",
                get(async |headers: HeaderMap| {
                    headers[REQUEST_ID].clone().to_str().unwrap().to_owned()
                }),
            );
        wrapped(routes, RequestLimits { body_bytes: 8, time })
    }

    async fn ask(request: http::request::Builder, body: Body) -> (StatusCode, HeaderMap, String) {
        ask_within(Duration::from_secs(60), request, body).await
    }

    async fn ask_within(
        time: Duration,
        request: http::request::Builder,
        body: Body,
    ) -> (StatusCode, HeaderMap, String) {
        let response = router(time).oneshot(request.body(body).unwrap()).await.unwrap();
        let (head, body) = response.into_parts();
        let body = to_bytes(body, 1024).await.unwrap();
        (head.status, head.headers, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn what_is_not_there_is_a_404_in_json() {
        let (status, headers, body) = ask(Request::get("/nothing?secret=1"), Body::empty()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert_eq!(headers["content-type"], "application/json");
        assert_eq!(body, r#"{"error":"not found"}"#);
        let (status, _, body) = ask(Request::put("/id"), Body::empty()).await;
        assert_eq!((status.as_u16(), body.as_str()), (405, r#"{"error":"method not allowed"}"#));
    }

    #[tokio::test]
    async fn a_body_over_the_limit_is_refused_whether_announced_or_not() {
        let long = "123456789";
        let (status, _, _) =
            ask(Request::post("/echo/a").header("content-length", 9), Body::from(long)).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        let chunks = futures_util::stream::iter([Ok::<_, std::io::Error>("12345"), Ok("6789")]);
        let (status, _, _) = ask(Request::post("/echo/a"), Body::from_stream(chunks)).await;
        assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
        let (status, _, body) = ask(Request::post("/echo/a"), Body::from("12345678")).await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "12345678"));
    }

    #[tokio::test]
    async fn a_panic_is_a_500_that_tells_nothing() {
        let (status, headers, body) = ask(Request::get("/panic"), Body::empty()).await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body, r#"{"error":"internal server error"}"#);
        assert!(headers.contains_key(REQUEST_ID));
    }

    #[tokio::test]
    async fn a_handler_that_does_not_answer_in_time_is_a_503() {
        let (status, _, _) =
            ask_within(Duration::ZERO, Request::get("/never"), Body::empty()).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    }

    #[tokio::test]
    async fn a_plain_request_id_is_kept_and_any_other_replaced() {
        let given = Request::get("/id").header("x-request-id", "abc-1.2_3");
        let (_, headers, seen) = ask(given, Body::empty()).await;
        assert_eq!(
            (headers[REQUEST_ID].to_str().unwrap(), seen.as_str()),
            ("abc-1.2_3", "abc-1.2_3")
        );
        for wrong in ["a b", "", &"x".repeat(65)] {
            let given = Request::get("/id").header("x-request-id", wrong);
            let (_, headers, seen) = ask(given, Body::empty()).await;
            assert_eq!(headers[REQUEST_ID].to_str().unwrap(), seen);
            assert_eq!(seen.len(), 16, "{wrong}");
        }
    }
}
