//! Deaths at a chosen moment: the n-th call to the outside hangs for ever, just before or just after
//! it took effect, or the n-th commit does so when it is done; and the story drops the worker
//! there, as `kill -9` would.

use std::sync::Mutex;

use async_trait::async_trait;
use mingshu::platform::db::Witness;
use tokio::sync::Notify;

/// On which side of the effect the call hangs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

#[derive(Default)]
pub(crate) struct Crash {
    plan: Mutex<Plan>,
    hung: Notify,
    released: Notify,
}

#[derive(Default)]
struct Plan {
    calls: usize,
    at: Option<(usize, Side)>,
    commits: usize,
    at_commit: Option<usize>,
}

impl Crash {
    /// Hangs at call number `call`, counted from now and from 0.
    pub(crate) fn at(&self, call: usize, side: Side) {
        *self.plan.lock().unwrap() = Plan { at: Some((call, side)), ..Plan::default() };
    }

    /// Hangs after commit number `commit`, counted from now and from 0.
    pub(crate) fn at_commit(&self, commit: usize) {
        *self.plan.lock().unwrap() = Plan { at_commit: Some(commit), ..Plan::default() };
    }

    /// Hangs nowhere. How many calls and commits there were since the last plan.
    pub(crate) fn nowhere(&self) -> (usize, usize) {
        let last = std::mem::take(&mut *self.plan.lock().unwrap());
        (last.calls, last.commits)
    }

    /// Returns when the chosen call hangs.
    pub(crate) async fn happened(&self) {
        self.hung.notified().await;
    }

    /// Lets the hanging call go on after all: the worker was only slow.
    pub(crate) fn release(&self) {
        self.released.notify_one();
    }

    /// Every fake calls it around its effect.
    pub(crate) async fn around<T>(&self, effect: impl FnOnce() -> T) -> T {
        let side = self.side_of_this_call();
        if side == Some(Side::Before) {
            self.hang().await;
        }
        let result = effect();
        if side == Some(Side::After) {
            self.hang().await;
        }
        result
    }

    fn side_of_this_call(&self) -> Option<Side> {
        let mut plan = self.plan.lock().unwrap();
        let number = plan.calls;
        plan.calls += 1;
        match plan.at {
            Some((call, side)) if call == number => {
                plan.at = None;
                Some(side)
            }
            Some(_) | None => None,
        }
    }

    async fn hang(&self) {
        self.hung.notify_one();
        self.released.notified().await;
    }
}

#[async_trait]
impl Witness for Crash {
    async fn committed(&self) {
        let dies = {
            let mut plan = self.plan.lock().unwrap();
            let number = plan.commits;
            plan.commits += 1;
            let dies = plan.at_commit == Some(number);
            plan.at_commit = plan.at_commit.filter(|_at| !dies);
            dies
        };
        if dies {
            self.hang().await;
        }
    }
}
