//! Where callbacks wait for each other: whoever arrives while a group is being written joins the
//! next one. Nobody waits for a group to fill.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::sync::{mpsc, oneshot};
use tokio_util::task::AbortOnDropHandle;

use super::group::{self, Waiting};
use super::{MoneyRules, SettleError};
use crate::flows::base::Base;
use crate::payments::inbox::Judgement;
use crate::payments::ports::Observation;

/// The most that are settled in one transaction.
const LARGEST_GROUP: usize = 64;
/// The most that wait; whoever comes then waits at the door.
const WAITING_ROOM: usize = 1_024;

/// Settles observations in groups, in a task that ends with the last handle.
///
/// On Postgres each goes its own way: it groups commits by itself (reference/stack.md §2.6), and a
/// group's large messages wait there for acknowledgements (docs/performance.md).
#[derive(Clone)]
pub struct SettleQueue {
    base: Base,
    money: Arc<MoneyRules>,
    door: mpsc::Sender<Waiting>,
    _writer: Arc<AbortOnDropHandle<()>>,
}

impl SettleQueue {
    pub fn start(base: Base, money: MoneyRules) -> Self {
        let (door, waiting) = mpsc::channel(WAITING_ROOM);
        let money = Arc::new(money);
        let task = write(base.clone(), Arc::clone(&money), waiting);
        let writer = AbortOnDropHandle::new(tokio::spawn(task));
        Self { base, money, door, _writer: Arc::new(writer) }
    }

    /// [`super::run`], together with whoever else is here. Once it is in the queue it is settled,
    /// also when nobody waits for the answer any more.
    pub async fn settle(
        &self,
        observation: Observation,
        raw: Bytes,
    ) -> Result<Judgement, SettleError> {
        if self.base.db.groups_commits() {
            return super::run(&self.base, &self.money, &observation, &raw).await;
        }
        let (answer, judgement) = oneshot::channel();
        let waiting = Waiting { observation, raw, answer };
        self.door.send(waiting).await.map_err(|_closed| SettleError::Unsettled)?;
        judgement.await.map_err(|_dropped| SettleError::Unsettled)?
    }
}

async fn write(base: Base, money: Arc<MoneyRules>, mut door: mpsc::Receiver<Waiting>) {
    let mut waiting = Vec::with_capacity(LARGEST_GROUP);
    while door.recv_many(&mut waiting, LARGEST_GROUP).await > 0 {
        let group = group::run(&base, &money, std::mem::take(&mut waiting));
        if AssertUnwindSafe(group).catch_unwind().await.is_err() {
            tracing::error!("settling a group of callbacks panicked");
        }
    }
}
