//! Waiting events are brought to one sink: the attempt is counted, the sink is called, the result
//! is written. Dies the process in between, the attempt counts and the event goes again.

use futures_util::future::join_all;
use sea_orm::DbErr;

use super::jobs::AlertKind;
use super::post::Post;
use super::raise_alert;
use crate::events::ports::{NotTaken, Parcel};
use crate::events::repo::{self as events, Claimed, Outcome};
use crate::events::rules::{self, Failing};
use crate::events::sinks::{self, SinkState};
use crate::events::{Event, Sink};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids;
use crate::platform::db::WriteTx;

/// Events on their way to one sink at the same time.
const AT_ONCE: u32 = 8;

/// How an attempt ended.
type Answer = Result<String, NotTaken>;

/// Brings what is due to `sink`, a few at once. Returns when to look again: now when there may be
/// more, `None` when nothing waits.
pub async fn run(post: &Post, sink: &Sink) -> Result<Option<Timestamp>, DbErr> {
    let due = next_due(post, sink).await?;
    if due.is_none_or(|due| due > post.now()) {
        return Ok(due);
    }
    let claimed = claim(post, sink).await?;
    if claimed.is_empty() {
        return Ok(None); // switched off, or another process was faster
    }
    let answers = join_all(claimed.iter().map(|one| attempt(post, sink, &one.event))).await;
    write(post, sink, &claimed.into_iter().zip(answers).collect::<Vec<_>>()).await?;
    next_due(post, sink).await
}

async fn next_due(post: &Post, sink: &Sink) -> Result<Option<Timestamp>, DbErr> {
    if sinks::disabled(post.db.read()).await?.contains(&sink.name) {
        return Ok(None);
    }
    events::next_due(post.db.read(), &sink.name).await
}

async fn claim(post: &Post, sink: &Sink) -> Result<Vec<Claimed>, DbErr> {
    let now = post.now();
    let tx = post.db.begin_write().await?;
    let claimed = events::claim(&tx, (&sink.name, AT_ONCE), rules::CLAIM, now).await?;
    tx.commit().await?;
    Ok(claimed)
}

#[tracing::instrument(name = "event.deliver", skip_all,
    fields(event.id = %event.id, event.kind = %event.kind, event.sink = %sink.name))]
async fn attempt(post: &Post, sink: &Sink, event: &Event) -> Answer {
    let answer = match event.envelope() {
        Ok(body) => {
            let parcel = Parcel { id: event.id.clone(), kind: event.kind.clone(), body };
            sink.carrier.deliver(&parcel, post.now()).await
        }
        Err(error) => Err(NotTaken::failed(format!("the event is damaged: {error}"))),
    };
    let name = sink.name.clone();
    match &answer {
        Ok(_taken) => {
            metrics::counter!("mingshu_events_delivered_total", "sink" => name).increment(1);
        }
        Err(error) => {
            tracing::warn!(%error, "an event was not taken");
            metrics::counter!("mingshu_event_delivery_failures_total", "sink" => name).increment(1);
        }
    }
    answer
}

/// Writes all results together, and what they say about the sink.
async fn write(post: &Post, sink: &Sink, answers: &[(Claimed, Answer)]) -> Result<(), DbErr> {
    let now = post.now();
    let tx = post.db.begin_write().await?;
    let mut state = sinks::lock(&tx, &sink.name, now).await?;
    for (claimed, answer) in answers {
        let outcome = outcome(claimed.attempt, answer, now);
        events::settle(&tx, (&sink.name, claimed), &outcome, now).await?;
    }
    let was_disabled = state.disabled;
    if judge(&mut state, answers, now) {
        sinks::save(&tx, &state, now).await?;
    }
    if state.disabled && !was_disabled {
        tell(&tx, &state, now).await?;
    }
    tx.commit().await
}

fn outcome(attempt: i32, answer: &Answer, now: Timestamp) -> Outcome {
    match answer {
        Ok(_taken) => Outcome::Delivered,
        Err(NotTaken::Failed { why, after }) => {
            let luck = u32::try_from(ids::random_below(100)).unwrap_or(0);
            let pause = rules::next_attempt(attempt, luck, *after);
            Outcome::Failed { why: why.clone(), again: pause.map(|pause| now.plus(pause)) }
        }
        Err(NotTaken::Gone { why }) => Outcome::Failed { why: why.clone(), again: None },
    }
}

/// What the answers say about the sink: one that takes anything works. `false`: nothing new.
fn judge(state: &mut SinkState, answers: &[(Claimed, Answer)], now: Timestamp) -> bool {
    let errors = || answers.iter().filter_map(|(_, answer)| answer.as_ref().err());
    if let Some(gone) = errors().find(|error| matches!(error, NotTaken::Gone { .. })) {
        state.disabled = true;
        state.failing = state.failing.failed(now);
        state.last_error = Some(gone.to_string());
        return true;
    }
    if answers.iter().any(|(_, answer)| answer.is_ok()) {
        let news = state.failing != Failing::default() || state.last_error.is_some();
        state.failing = Failing::default();
        state.last_error = None;
        return news;
    }
    state.failing = state.failing.failed(now);
    state.last_error = errors().next_back().map(ToString::to_string);
    state.disabled |= state.failing.is_hopeless(now);
    true
}

async fn tell(tx: &WriteTx, state: &SinkState, now: Timestamp) -> Result<(), DbErr> {
    let since = state.failing.since.map(|since| since.to_string()).unwrap_or_default();
    let note = format!("{since}: {}", state.last_error.as_deref().unwrap_or_default());
    tracing::error!(event.sink = %state.sink, "a sink of events was switched off");
    raise_alert::run(tx, AlertKind::EventSinkDisabled, (&state.sink, &note), now).await
}
