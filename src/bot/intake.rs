//! The loop between inbox and handling: one update per chat at a time, many chats at once.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt as _;
use sea_orm::DbErr;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument as _;

use super::inbox::HEARTBEAT;
use super::repo::Claimed;
use super::{Bot, attend};
use crate::platform::chain;

/// How often we look for what other machines kept, and for what is to be tried again.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const LOOK_EVERY: Duration = Duration::from_secs(1);
const PRUNE_EVERY: Duration = Duration::from_secs(60 * 60);

/// Handles updates until told to stop, then finishes those in hand.
pub(super) async fn run(bot: &Bot, stop: &CancellationToken) {
    let running = TaskTracker::new();
    let slots = Arc::new(Semaphore::new(bot.settings.concurrency.max(1)));
    let heart = tokio::spawn(beat(bot.clone()));
    let mut pruned: Option<Instant> = None;
    while !stop.is_cancelled() {
        if pruned.is_none_or(|at| at.elapsed() > PRUNE_EVERY) {
            pruned = Some(Instant::now());
            prune(bot).await;
        }
        if take(bot, &slots, &running).await == 0 {
            tokio::select! {
                () = bot.inbox.bell().notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.cancelled() => {}
            }
        }
    }
    running.close();
    running.wait().await;
    heart.abort();
}

/// Starts the handling of what can be handled now; how much that is.
async fn take(bot: &Bot, slots: &Arc<Semaphore>, running: &TaskTracker) -> usize {
    let free = slots.available_permits();
    let claimed = match bot.inbox.claim(free).await {
        Ok(claimed) => claimed,
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the inbox of updates cannot be read");
            return 0;
        }
    };
    let count = claimed.len();
    for update in claimed {
        // Free slots were counted above, and only this loop takes them.
        let Ok(slot) = Arc::clone(slots).try_acquire_owned() else { break };
        let bot = bot.clone();
        let in_hand = bot.inbox.hold(&update);
        running.spawn(async move {
            handle(&bot, &update).await;
            drop((slot, in_hand));
            // The chat's next update waits for this one.
            bot.inbox.bell().notify_one();
        });
    }
    count
}

pub(super) async fn handle(bot: &Bot, update: &Claimed) {
    let span = tracing::info_span!("bot.update", update.id = update.update_id);
    let started = Instant::now();
    let guarded = AssertUnwindSafe(attend::run(bot, update)).catch_unwind();
    let outcome = guarded.instrument(span.clone()).await;
    let word = match &outcome {
        Ok(Ok(())) => "done",
        Ok(Err(_)) => "failed",
        Err(_panic) => "panicked",
    };
    metrics::counter!("mingshu_telegram_handled_total", "outcome" => word).increment(1);
    metrics::histogram!("mingshu_telegram_update_seconds").record(started.elapsed().as_secs_f64());
    let settled = match outcome {
        Ok(Ok(())) => return,
        Ok(Err(error)) => {
            let passing = error.is_passing();
            let why = chain(&error);
            tracing::warn!(parent: &span, error = why, passing, "an update was not handled");
            bot.inbox.fail(update, (passing, &why)).await
        }
        Err(_panic) => {
            tracing::error!(parent: &span, "the handling of an update panicked");
            bot.inbox.park(update, "panicked").await.map(|()| true)
        }
    };
    match settled {
        Ok(true) => attend::apologise(bot, update).instrument(span).await,
        Ok(false) => {}
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(parent: &span, error, "the update stays leased until its lease ends");
        }
    }
}

/// Keeps the leases while anything is in hand.
async fn beat(bot: Bot) {
    loop {
        tokio::time::sleep(HEARTBEAT).await;
        if let Err(error) = bot.inbox.keep_leases().await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "the leases of updates cannot be kept");
        }
    }
}

async fn prune(bot: &Bot) {
    pruned("updates", bot.inbox.prune().await);
    let days = bot.settings.kept.drafts_days;
    if days > 0 {
        let before = bot.till.base.now().minus(DAY.saturating_mul(days));
        pruned("talks", bot.inbox.prune_dialogues(before).await);
    }
}

fn pruned(what: &str, outcome: Result<u64, DbErr>) {
    match outcome {
        Ok(0) => {}
        Ok(count) => tracing::info!(count, "old {what} were deleted"),
        Err(error) => {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "old {what} cannot be deleted");
        }
    }
}
