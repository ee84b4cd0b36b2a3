//! The inbox of updates: kept before they are acknowledged, handled in order within a chat, many
//! chats at once, on any number of machines. The one place outside `flows` that opens write
//! transactions.
//!
//! Invariants:
//! - An update is kept once, sealed, and its words are forgotten when it has been handled.
//! - Of one chat at most one update is under way; the next one waits for its end.
//! - A run is fenced by its lease: who lost it changes nothing.
//! - An update that fails too often is parked, told to an operator, and no longer in the way. So is
//!   one whose process died too often: it may be the reason.
//! - Only what is in hand keeps its lease.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::DbErr;
use tokio::sync::Notify;

use super::dialogue::Dialogue;
use super::error::BotError;
use super::repo::{self, Claimed};
use super::update::{self, NotForUs};
use crate::flows::base::Base;
use crate::flows::jobs::AlertKind;
use crate::flows::raise_alert;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{self, UserId};
use crate::platform::db::WriteTx;

/// Longer than any healthy pause between two heartbeats.
const LEASE: Duration = Duration::from_secs(10);
/// How often leases are kept.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(3);
/// A repeat of Telegram comes within a day; two days leave room (reference/telegram.md §A.1).
/// Talks that are deleted in one transaction.
const PRUNED_AT_ONCE: i64 = 1_000;
const KEPT: Duration = Duration::from_secs(48 * 60 * 60);
/// Runs before an update that cannot be handled is parked.
const MAX_ATTEMPTS: i32 = 3;
/// Runs before we stop waiting for a chat service or database that is away.
const MAX_PATIENT_ATTEMPTS: i32 = 10;
/// Deaths of a process with the same update in its hands before it is parked. More than any series
/// of restarts that has nothing to do with it.
const MAX_DEATHS: i32 = 10;
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// The inbox, and the bell that rings when something came in.
#[derive(Clone)]
pub(super) struct Inbox {
    base: Base,
    owner: Arc<str>,
    bell: Arc<Notify>,
    in_hand: Arc<Mutex<BTreeSet<i64>>>,
}

/// An update in hand; dropped, its lease is no longer kept.
pub(super) struct InHand {
    all: Arc<Mutex<BTreeSet<i64>>>,
    update_id: i64,
}

impl Drop for InHand {
    fn drop(&mut self) {
        self.all.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.update_id);
    }
}

/// What became of the dialogue while an update was handled.
pub(super) struct Talked<'a> {
    pub(super) user: UserId,
    pub(super) dialogue: &'a Dialogue,
    /// The version that was read; 0 when there was none.
    pub(super) version: i64,
}

impl Inbox {
    pub(super) fn new(base: Base) -> Self {
        let owner = format!("bot-{}", ids::crockford(8)).into();
        Self { base, owner, bell: Arc::new(Notify::new()), in_hand: Arc::default() }
    }

    /// Keeps the update's lease until the answer is dropped.
    pub(super) fn hold(&self, update: &Claimed) -> InHand {
        let update_id = update.update_id;
        self.in_hand.lock().unwrap_or_else(PoisonError::into_inner).insert(update_id);
        InHand { all: Arc::clone(&self.in_hand), update_id }
    }

    /// Rung after updates were kept.
    pub(super) fn bell(&self) -> &Notify {
        &self.bell
    }

    /// Keeps updates as they came; those that are not for us are left out. Returns how many are
    /// new.
    pub(super) async fn keep(&self, updates: &[&str]) -> Result<usize, BotError> {
        let mut ours = Vec::new();
        for json in updates {
            match update::read(json) {
                Ok(update) => ours.push((update.id, update.user, *json)),
                Err(NotForUs::OtherKind { id }) => {
                    tracing::info!(update.id = id, "an update of a kind that we do not serve");
                }
                Err(NotForUs::Unreadable) => tracing::warn!("something that is no update"),
            }
        }
        if ours.is_empty() {
            return Ok(0);
        }
        let now = self.base.now();
        let tx = self.base.db.begin_write().await?;
        let mut kept = 0_usize;
        for (id, user, json) in ours {
            let sealed = self.base.keyring.seal(&context(id), json.as_bytes());
            let new = repo::insert(&tx, (id, user), &sealed, now).await?;
            kept = kept.saturating_add(usize::from(new));
        }
        tx.commit().await?;
        metrics::counter!("mingshu_telegram_updates_total").increment(kept as u64);
        if kept > 0 {
            self.bell.notify_one();
        }
        Ok(kept)
    }

    /// The number after the last one that was kept: where polling goes on.
    pub(super) async fn next_id(&self) -> Result<Option<i64>, DbErr> {
        let last = repo::last_id(self.base.db.read()).await?;
        Ok(last.map(|id| id.saturating_add(1)))
    }

    /// The next updates of at most `limit` chats.
    pub(super) async fn claim(&self, limit: usize) -> Result<Vec<Claimed>, DbErr> {
        if limit == 0 || !repo::is_busy(self.base.db.read()).await? {
            return Ok(Vec::new());
        }
        let now = self.base.now();
        let tx = self.base.db.begin_write().await?;
        let (freed, parked) = repo::take_back(&tx, MAX_DEATHS, now).await?;
        for update_id in &parked {
            let why = "the process died each time it was handled";
            self.alarm(&tx, *update_id, why).await?;
        }
        let claimed = repo::claim(&tx, &self.owner, limit, (now, now.plus(LEASE))).await?;
        tx.commit().await?;
        if freed > 0 {
            tracing::warn!(updates = freed, "took over updates of a process that went away");
        }
        for update_id in parked {
            // Nobody is told in the chat: to read it again might kill again.
            tracing::error!(update.id = update_id, "an update that kills its process was parked");
            metrics::counter!("mingshu_telegram_updates_parked_total").increment(1);
        }
        Ok(claimed)
    }

    /// Tells an operator that an update was parked.
    async fn alarm(&self, tx: &WriteTx, update_id: i64, why: &str) -> Result<(), DbErr> {
        let subject = format!("telegram_update:{update_id}");
        raise_alert::run(tx, AlertKind::UpdateParked, (&subject, why), self.base.now()).await
    }

    pub(super) fn open(&self, update: &Claimed) -> Result<String, BotError> {
        let plain = self.base.keyring.open(&context(update.update_id), &update.sealed)?;
        Ok(String::from_utf8_lossy(&plain).into_owned())
    }

    /// Keeps the leases of everything that is in hand.
    pub(super) async fn keep_leases(&self) -> Result<(), DbErr> {
        let in_hand: Vec<i64> =
            self.in_hand.lock().unwrap_or_else(PoisonError::into_inner).iter().copied().collect();
        if in_hand.is_empty() {
            return Ok(());
        }
        let until = self.base.now().plus(LEASE);
        let tx = self.base.db.begin_write().await?;
        repo::extend(&tx, (&self.owner, &in_hand), until).await?;
        tx.commit().await
    }

    /// The update is done, and the dialogue stands where it led to: both or neither.
    pub(super) async fn finish(
        &self,
        update: &Claimed,
        talked: Option<Talked<'_>>,
    ) -> Result<(), BotError> {
        let now = self.base.now();
        let tx = self.base.db.begin_write().await?;
        if !repo::end(&tx, update, "done", now).await? {
            return Err(BotError::Stale);
        }
        if let Some(talked) = talked {
            let context = dialogue_context(talked.user);
            let sealed = self.base.keyring.seal_json(&context, talked.dialogue)?;
            let row = (sealed.as_str(), talked.version);
            if !repo::save_dialogue(&tx, talked.user, row, now).await? {
                return Err(BotError::Stale);
            }
        }
        Ok(tx.commit().await?)
    }

    /// The update could not be handled: again later, or never. `true`: it was given up.
    pub(super) async fn fail(
        &self,
        update: &Claimed,
        (passing, why): (bool, &str),
    ) -> Result<bool, DbErr> {
        let now = self.base.now();
        let limit = if passing { MAX_PATIENT_ATTEMPTS } else { MAX_ATTEMPTS };
        if update.attempt < limit {
            let tx = self.base.db.begin_write().await?;
            repo::retry(&tx, update, now.plus(pause(update.attempt))).await?;
            tx.commit().await?;
            return Ok(false);
        }
        self.park(update, why).await?;
        Ok(true)
    }

    /// The update is put aside and an operator is told.
    pub(super) async fn park(&self, update: &Claimed, why: &str) -> Result<(), DbErr> {
        let now = self.base.now();
        let tx = self.base.db.begin_write().await?;
        if repo::end(&tx, update, "parked", now).await? {
            self.alarm(&tx, update.update_id, why).await?;
        }
        tx.commit().await?;
        metrics::counter!("mingshu_telegram_updates_parked_total").increment(1);
        Ok(())
    }

    /// Deletes what has long been handled.
    pub(super) async fn prune(&self) -> Result<u64, DbErr> {
        let before = self.base.now().minus(KEPT);
        let tx = self.base.db.begin_write().await?;
        let deleted = repo::prune(&tx, before).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    /// Deletes talks that nobody went on with since `before`; the next pruning goes on.
    pub(super) async fn prune_dialogues(&self, before: Timestamp) -> Result<u64, DbErr> {
        let tx = self.base.db.begin_write().await?;
        let deleted = repo::prune_dialogues(&tx, before, PRUNED_AT_ONCE).await?;
        tx.commit().await?;
        Ok(deleted)
    }

    /// Where the talk with a person stands, with the version to name when it is written.
    pub(super) async fn dialogue(&self, user: UserId) -> Result<(Dialogue, i64), BotError> {
        let Some(row) = repo::find_dialogue(self.base.db.read(), user).await? else {
            return Ok((Dialogue::default(), 0));
        };
        let context = dialogue_context(user);
        let dialogue = self.base.keyring.open_json(&context, &row.sealed).unwrap_or_else(|error| {
            // A state of another version of ours: the person starts anew, orders are untouched.
            tracing::warn!(error = &error as &dyn std::error::Error, "a dialogue was forgotten");
            Dialogue::default()
        });
        Ok((dialogue, row.version))
    }
}

/// 1, 2, 4 … seconds.
fn pause(attempt: i32) -> Duration {
    let doublings = u32::try_from(attempt.saturating_sub(1).clamp(0, 10)).unwrap_or(0);
    Duration::from_secs(1).saturating_mul(1 << doublings).min(LONGEST_PAUSE)
}

fn context(update_id: i64) -> String {
    format!("telegram_updates.body:{update_id}")
}

fn dialogue_context(user: UserId) -> String {
    format!("dialogues.state:{user}")
}

#[cfg(test)]
mod tests;
