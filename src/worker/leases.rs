//! The leases of the jobs that run here, extended together: one statement however many they are. One
//! for each of a thousand jobs would wait in line for the database, and on a busy machine for longer
//! than a lease.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::time::Duration;

use sea_orm::DbErr;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::flows::base::Base;
use crate::platform::jobs::store::{self, Claimed};

/// What one extension came to.
struct Beat {
    /// Before the statement: since when those leases hold anew.
    at: Instant,
    /// The jobs that are this worker's, by number and attempt, and whether they were extended.
    ours: BTreeMap<(i64, i32), bool>,
}

pub(super) struct Leases {
    lease: Duration,
    beats: watch::Sender<Beat>,
}

impl Leases {
    pub(super) fn new(lease: Duration) -> Self {
        let none = Beat { at: Instant::now(), ours: BTreeMap::new() };
        Self { lease, beats: watch::channel(none).0 }
    }

    /// Extends them whenever a third of a lease has gone; never ends by itself.
    pub(super) async fn keep(&self, base: &Base, owner: &str) -> Infallible {
        loop {
            tokio::time::sleep(self.lease / 3).await;
            while let Err(error) = self.extend(base, owner).await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the leases could not be extended"
                );
                tokio::time::sleep(self.lease / 12).await;
            }
        }
    }

    async fn extend(&self, base: &Base, owner: &str) -> Result<(), DbErr> {
        if self.beats.receiver_count() == 0 {
            return Ok(()); // Nothing runs.
        }
        let at = Instant::now();
        let held = store::extend(&base.db, owner, base.now().plus(self.lease)).await?;
        let ours = held.into_iter().map(|job| ((job.id, job.attempt), job.extended)).collect();
        self.beats.send_replace(Beat { at, ours });
        Ok(())
    }

    /// Returns when `job` is somebody else's, or its lease is about to run out because the database
    /// does not answer, be it with an error or not at all.
    pub(super) async fn lost(&self, job: &Claimed) {
        let (begun, sure) = (Instant::now(), self.lease.saturating_sub(self.lease / 6));
        let (mut beats, mut end) = (self.beats.subscribe(), begun + sure);
        loop {
            tokio::select! {
                () = tokio::time::sleep_until(end) => return,
                changed = beats.changed() => if changed.is_err() { return },
            }
            let beat = beats.borrow_and_update();
            match beat.ours.get(&(job.id, job.attempt)) {
                Some(true) => end = beat.at + sure,
                None if beat.at > begun => return,
                // A transaction of its own was under way, or we asked before the claim.
                Some(false) | None => {}
            }
        }
    }
}
