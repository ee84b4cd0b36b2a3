//! `GET /r/{token}`: the report as one page that works without script and without any other request.

use axum::extract::{Path, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use std::collections::BTreeMap;

use super::ReaderState;
use crate::flows::illustrate::Words;
use crate::flows::report_page::{self, ReportPage};
use crate::kernel::ids::crockford;
use crate::kernel::locale::Locale;
use crate::reports::links::LinkToken;

/// What the template gets.
#[derive(Serialize)]
struct Page {
    nonce: String,
    labels: BTreeMap<&'static str, String>,
    private: String,
    #[serde(flatten)]
    report: ReportPage,
}

/// What is shown instead of a report.
#[derive(Serialize)]
struct Notice {
    nonce: String,
    lang: Locale,
    title: String,
    text: String,
    chat_url: Option<String>,
    back: String,
}

pub(super) async fn show(State(state): State<ReaderState>, Path(token): Path<String>) -> Response {
    let Ok(_place) = state.in_flight.try_acquire() else {
        return notice(&state, StatusCode::SERVICE_UNAVAILABLE, "page-report-busy-text");
    };
    let found = match LinkToken::parse(&token) {
        Some(token) => {
            let readable = (&state.base, state.texts.as_ref(), state.zone);
            report_page::read(readable, &token).await
        }
        None => Ok(None),
    };
    match found {
        Ok(Some(report)) => page(&state, report),
        Ok(None) => missed(&state),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::error!(error, "the page of a report cannot be read");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
    }
}

/// Revoked, unknown and impossible addresses look the same.
fn missed(state: &ReaderState) -> Response {
    metrics::counter!("mingshu_report_page_misses_total").increment(1);
    if state.misses.note(state.base.now()) {
        return notice(state, StatusCode::TOO_MANY_REQUESTS, "page-report-busy-text");
    }
    notice(state, StatusCode::NOT_FOUND, "page-report-gone-text")
}

fn page(state: &ReaderState, report: ReportPage) -> Response {
    let words = Words { texts: &state.texts, locale: report.lang };
    let nonce = crockford(NONCE);
    let page = Page {
        labels: words.labels(),
        private: state.texts.get(report.lang, "page-report-private"),
        nonce: nonce.clone(),
        report,
    };
    rendered(state, "report.html", (StatusCode::OK, &nonce), &page)
}

fn notice(state: &ReaderState, status: StatusCode, text: &str) -> Response {
    // Nobody knows who asks.
    let lang = Locale::ZhHans;
    let nonce = crockford(NONCE);
    let notice = Notice {
        title: state.texts.get(lang, "page-report-gone-title"),
        text: state.texts.get(lang, text),
        chat_url: state.chat_url.get().cloned(),
        back: state.texts.get(lang, "page-back"),
        nonce: nonce.clone(),
        lang,
    };
    rendered(state, "report-notice.html", (status, &nonce), &notice)
}

/// Characters of the word that lets our own style in, and no other.
const NONCE: usize = 26;

fn rendered(
    state: &ReaderState,
    template: &str,
    (status, nonce): (StatusCode, &str),
    values: &impl Serialize,
) -> Response {
    match state.pages.render(template, values) {
        Ok(html) => (status, headers(nonce), html).into_response(),
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "a page is broken");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn headers(nonce: &str) -> [(HeaderName, HeaderValue); 7] {
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    );
    let policy = HeaderValue::from_str(&policy);
    let known = HeaderValue::from_static;
    [
        (header::CONTENT_TYPE, known("text/html; charset=utf-8")),
        (header::CACHE_CONTROL, known("no-store")),
        (header::REFERRER_POLICY, known("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, known("nosniff")),
        (header::X_FRAME_OPTIONS, known("DENY")),
        (HeaderName::from_static("x-robots-tag"), known("noindex, nofollow, noarchive")),
        (
            header::CONTENT_SECURITY_POLICY,
            policy.unwrap_or_else(|_impossible| known("default-src 'none'")),
        ),
    ]
}
