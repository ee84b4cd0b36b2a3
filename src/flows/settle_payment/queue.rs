//! Where callbacks wait for each other: whoever arrives while a group is being written joins the
//! next one. When several came together, their senders hear of it together and are expected back
//! together: for them a group waits, a part of a millisecond.

use std::error::Error;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};

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
/// The most that wait; whoever comes then waits at the door.
const WAITING_ROOM: usize = 1_024;

/// Settles observations in groups, in a place of its own that ends with the last handle: a thread
/// where the statements block it, or else a task.
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
        if let Err(error) = start_writer(&base, &money, waiting) {
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

fn start_writer(
    base: &Base,
    money: &Arc<MoneyRules>,
    waiting: mpsc::Receiver<Waiting>,
) -> Result<(), Box<dyn Error>> {
    if !base.db.likes_groups() {
        return Ok(());
    }
    let writer = base.db.group_writer()?;
    let needs_thread = writer.blocks();
    let work = write((base.clone(), writer), Arc::clone(money), waiting);
    if !needs_thread {
        tokio::spawn(work);
        return Ok(());
    }
    let runtime = Handle::current();
    thread::Builder::new().name("settle".to_owned()).spawn(move || runtime.block_on(work))?;
    Ok(())
}

async fn write(
    (base, writer): (Base, GroupWriter),
    money: Arc<MoneyRules>,
    mut door: mpsc::Receiver<Waiting>,
) {
    let mut waiting = Vec::with_capacity(LARGEST_GROUP);
    let mut before = 0;
    while door.recv_many(&mut waiting, LARGEST_GROUP).await > 0 {
        if writer.blocks() {
            wait_for(before, &mut waiting, &mut door);
        }
        before = waiting.len();
        let group = group::run((&base, &writer), &money, std::mem::take(&mut waiting));
        if AssertUnwindSafe(group).catch_unwind().await.is_err() {
            tracing::error!("settling a group of callbacks panicked");
        }
    }
}

/// Waits until there are `expected`, but not for long. Blocks the thread, which is nobody else's.
fn wait_for(expected: usize, waiting: &mut Vec<Waiting>, door: &mut mpsc::Receiver<Waiting>) {
    for _step in 0..STEPS {
        while waiting.len() < LARGEST_GROUP {
            let Ok(one) = door.try_recv() else { break };
            waiting.push(one);
        }
        if waiting.len() >= expected {
            return;
        }
        thread::sleep(STEP);
    }
}
