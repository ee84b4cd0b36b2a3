//! Where callbacks wait for each other: whoever arrives while a group is being written joins the
//! next one. On SQLite half of those who are about go together, so that the senders of one half come
//! back with their next news while the other half is being written; for those who came together
//! before, a group waits, a part of a millisecond. Postgres writes a few groups at a time.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, mpsc, oneshot};

use super::group::{self, Waiting};
use super::{MoneyRules, SettleError};
use crate::flows::base::Base;
use crate::payments::inbox::Judgement;
use crate::payments::ports::Observation;
use crate::platform::db::group::GroupWriter;

/// The most that are settled in one transaction.
const LARGEST_GROUP: usize = 64;
/// How long a group waits for those who came together the last time, in steps: less than the commit
/// that they would have to wait for otherwise (docs/performance.md).
const STEP: Duration = Duration::from_micros(20);
const STEPS: usize = 10;
/// Groups that Postgres writes at the same time: one is on its way while another is being carried out.
const WRITERS: usize = 3;
/// On SQLite so many go together in any case: a commit for fewer is not worth the pipeline.
const SMALL_GROUP: usize = 4;
/// The most that wait; whoever comes then waits at the door.
const WAITING_ROOM: usize = 1_024;

/// Settles observations in groups, in a place of its own that ends with the last handle: a thread
/// where the statements block it, or else a few tasks.
///
/// Where the database does not like groups ([`crate::platform::db::Db::likes_groups`]), each goes its
/// own way.
#[derive(Clone)]
pub struct SettleQueue {
    base: Base,
    money: Arc<MoneyRules>,
    door: mpsc::Sender<Waiting>,
}

impl SettleQueue {
    /// Must be called on a runtime, which serves what cannot be settled in a group.
    pub fn start(base: Base, money: MoneyRules) -> Self {
        let (door, waiting) = mpsc::channel(WAITING_ROOM);
        let money = Arc::new(money);
        if let Err(error) = start_writers(&base, &money, waiting) {
            // Whoever comes finds the door closed, and the provider comes again.
            tracing::error!(error = &*error, "nobody settles callbacks");
        }
        Self { base, money, door }
    }

    /// [`super::run`], together with whoever else is here. Once it is in the queue it is settled,
    /// also when nobody waits for the answer any more.
    pub async fn settle(
        &self,
        observation: Observation,
        raw: Bytes,
    ) -> Result<Judgement, SettleError> {
        if !self.base.db.likes_groups() {
            return super::run(&self.base, &self.money, &observation, &raw).await;
        }
        let (answer, judgement) = oneshot::channel();
        let waiting = Waiting { observation, raw, answer };
        self.door.send(waiting).await.map_err(|_closed| SettleError::Unsettled)?;
        judgement.await.map_err(|_dropped| SettleError::Unsettled)?
    }
}

fn start_writers(
    base: &Base,
    money: &Arc<MoneyRules>,
    waiting: mpsc::Receiver<Waiting>,
) -> Result<(), Box<dyn Error>> {
    if !base.db.likes_groups() {
        return Ok(());
    }
    let writer = Writer {
        base: base.clone(),
        groups: Arc::new(base.db.group_writer()?),
        money: Arc::clone(money),
        room: Arc::new(Mutex::new(Room::behind(waiting))),
    };
    if !writer.groups.blocks() {
        for _writer in 0..WRITERS {
            tokio::spawn(writer.clone().write());
        }
        return Ok(());
    }
    let runtime = Handle::current();
    thread::Builder::new()
        .name("settle".to_owned())
        .spawn(move || runtime.block_on(writer.write()))?;
    Ok(())
}

/// Settles one group after the other.
#[derive(Clone)]
struct Writer {
    base: Base,
    groups: Arc<GroupWriter>,
    money: Arc<MoneyRules>,
    room: Arc<Mutex<Room>>,
}

impl Writer {
    async fn write(self) {
        loop {
            let waiting = self.next().await;
            if waiting.is_empty() {
                return;
            }
            let group = group::run((&self.base, &self.groups), &self.money, waiting);
            if AssertUnwindSafe(group).catch_unwind().await.is_err() {
                tracing::error!("settling a group of callbacks panicked");
            }
        }
    }

    /// Who goes together now; nobody when the door was closed.
    async fn next(&self) -> Vec<Waiting> {
        let mut room = self.room.lock().await;
        room.look();
        room.waited = room.arrived.len();
        room.wait_for_anybody().await;
        if self.groups.blocks() { room.half() } else { room.everybody() }
    }
}

/// Those who wait, how many of them did when the last group was answered, and how many were in it.
struct Room {
    door: mpsc::Receiver<Waiting>,
    arrived: Vec<Waiting>,
    waited: usize,
    before: usize,
}

impl Room {
    fn behind(door: mpsc::Receiver<Waiting>) -> Self {
        Self { door, arrived: Vec::new(), waited: 0, before: 0 }
    }

    async fn wait_for_anybody(&mut self) {
        if self.arrived.is_empty() {
            self.door.recv_many(&mut self.arrived, LARGEST_GROUP).await;
        }
    }

    fn everybody(&mut self) -> Vec<Waiting> {
        std::mem::take(&mut self.arrived)
    }

    /// Half of those who are about: who waits, and who was answered last and will come again. Blocks
    /// the thread, which is nobody else's, until that many are here, but not for long.
    fn half(&mut self) -> Vec<Waiting> {
        let about = self.waited.saturating_add(self.before);
        let wanted = about.div_ceil(2).max(SMALL_GROUP).min(about);
        for _step in 0..STEPS {
            self.look();
            if self.arrived.len() >= wanted {
                break;
            }
            thread::sleep(STEP);
        }
        let group = wanted.clamp(SMALL_GROUP, LARGEST_GROUP).min(self.arrived.len());
        self.before = group;
        self.arrived.drain(..group).collect()
    }

    fn look(&mut self) {
        while self.arrived.len() < WAITING_ROOM {
            let Ok(one) = self.door.try_recv() else { return };
            self.arrived.push(one);
        }
    }
}
