//! `POST /webhook/{provider}`: the order of checks is size, sender, format, books (spec.md §4
//! rules 2 and 9). Success is said only after the commit. How long a request may take is limited
//! around the router (`platform/web.rs`).

use std::time::Instant;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tokio::sync::{Semaphore, SemaphorePermit};

use super::CallbackState;
use super::error::CallbackError;
use super::refusals;
use crate::flows::take_notification;
use crate::payments::inbox::Judgement;
use crate::payments::ports::{Acknowledgement, NotificationError, Verdict};

/// The largest notification that is read, in bytes (spec.md §4 rule 9).
const LARGEST_NOTIFICATION: usize = 256 * 1024;

pub(super) async fn receive(
    State(state): State<CallbackState>,
    Path(provider): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, CallbackError> {
    let started = Instant::now();
    let answer = take(&state, &provider, &headers, body).await;
    if let Err(CallbackError::Notification(NotificationError::Unproved(reason))) = &answer {
        refusals::note(&state, &provider, (&headers, reason)).await;
    }
    metrics::histogram!("mingshu_callback_seconds").record(started.elapsed().as_secs_f64());
    answer
}

async fn take(
    state: &CallbackState,
    provider: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, CallbackError> {
    let gateway = state.gateways.get(provider).ok_or(CallbackError::UnknownProvider)?;
    let raw: Bytes =
        to_bytes(body, LARGEST_NOTIFICATION).await.map_err(|_cut| CallbackError::TooLarge)?;
    let notification = gateway.read_notification(headers, &raw)?;
    // Only now: a stranger who sends slowly must not hold a place that a provider needs.
    let _place = Place::take(&state.in_flight)?;
    let judgement =
        take_notification::run_in_turn(&state.base, &state.settling, notification, raw).await?;
    metrics::counter!("mingshu_callbacks_total", "verdict" => judgement.as_str()).increment(1);
    tracing::info!(payment.provider = provider, verdict = judgement.as_str(), "callback taken");
    Ok(answer(&gateway.acknowledge(verdict(judgement))))
}

/// A place among the callbacks under way; given back however the request ends, also when it is
/// dropped half-way.
struct Place<'a>(#[expect(dead_code, reason = "held")] SemaphorePermit<'a>);

impl<'a> Place<'a> {
    fn take(places: &'a Semaphore) -> Result<Self, CallbackError> {
        let permit = places.try_acquire().map_err(|_full| CallbackError::Busy)?;
        metrics::gauge!("mingshu_callbacks_in_flight").increment(1.0);
        Ok(Self(permit))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        metrics::gauge!("mingshu_callbacks_in_flight").decrement(1.0);
    }
}

fn verdict(judgement: Judgement) -> Verdict {
    match judgement {
        Judgement::Mismatch => Verdict::Mismatch,
        Judgement::Recorded
        | Judgement::Applied
        | Judgement::OldNews
        | Judgement::Orphan
        | Judgement::NeedsQuery
        | Judgement::NotApplied => Verdict::Taken,
    }
}

fn answer(word: &Acknowledgement) -> Response {
    let status = StatusCode::from_u16(word.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, word.content_type)], word.body).into_response()
}
