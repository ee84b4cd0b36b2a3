//! Makes callers wait for their turn. Keeps a task that wakes the next one when time allows.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::pace::Pace;
use super::schedule::{Entry, Next, Schedule, Wish};
use crate::kernel::ids::UserId;

pub(super) struct Turnstile {
    shared: Arc<Shared>,
    numbers: AtomicU64,
    _usher: AbortOnDropHandle<()>,
}

struct Shared {
    schedule: Mutex<Schedule<Mark>>,
    changed: Notify,
}

type Mark = oneshot::Sender<Ticket>;

/// What a waiting caller gets.
pub(super) enum Ticket {
    Go(Turn),
    /// A newer edit of the same message makes this one needless.
    Outdated,
    /// Too many wait already.
    Full,
}

/// The right to make one request. The chat is free for the next when it is dropped.
pub(super) struct Turn {
    wish: Wish,
    shared: Arc<Shared>,
}

impl Turnstile {
    /// Must be called inside a tokio runtime.
    pub(super) fn open(pace: Pace) -> Self {
        let schedule = Mutex::new(Schedule::new(pace, Instant::now()));
        let shared = Arc::new(Shared { schedule, changed: Notify::new() });
        let usher = AbortOnDropHandle::new(tokio::spawn(usher(Arc::clone(&shared))));
        Self { shared, numbers: AtomicU64::new(1), _usher: usher }
    }

    /// The age mark of a new wish.
    pub(super) fn number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits for a turn. Giving up is done by dropping the future.
    pub(super) async fn turn(&self, wish: Wish) -> Ticket {
        let (mark, ticket) = oneshot::channel();
        let entry = self.shared.lock().enter(wish, mark, Instant::now());
        match entry {
            Entry::Waits => {}
            Entry::Replaces(older) => tell(older, Ticket::Outdated),
            Entry::Outdated(_own) => return Ticket::Outdated,
            Entry::Full(_own) => return Ticket::Full,
        }
        // Without a detour over the usher when the way is free.
        self.shared.let_through();
        self.shared.changed.notify_one();
        ticket.await.unwrap_or(Ticket::Full)
    }

    /// No further request to this chat for `pause`.
    pub(super) fn silence_chat(&self, to: Option<UserId>, pause: Duration) {
        let now = Instant::now();
        self.shared.lock().silence_chat(to, now + pause, now);
    }

    pub(super) fn silence_all(&self, pause: Duration) {
        self.shared.lock().silence_all(Instant::now() + pause);
    }

    pub(super) fn is_quiet(&self, to: UserId) -> bool {
        self.shared.lock().is_quiet(to, Instant::now())
    }

    #[cfg(test)]
    pub(super) fn known_chats(&self) -> usize {
        self.shared.lock().known_chats()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Schedule<Mark>> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a turn to everybody who may go now; says when to look again.
    fn let_through(self: &Arc<Self>) -> Option<Instant> {
        loop {
            let next = self.lock().next(Instant::now(), |mark| !mark.is_closed());
            match next {
                // Told outside the lock: a turn that nobody takes is dropped here and locks again.
                Next::Go(mark, wish) => {
                    tell(mark, Ticket::Go(Turn { wish, shared: Arc::clone(self) }));
                }
                Next::At(moment) => return Some(moment),
                Next::Nobody => return None,
            }
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.shared.lock().done(&self.wish);
        self.shared.changed.notify_one();
    }
}

/// A caller who has gone away needs no ticket.
fn tell(mark: Mark, ticket: Ticket) {
    drop(mark.send(ticket));
}

async fn usher(shared: Arc<Shared>) {
    loop {
        let next = shared.let_through();
        let changed = shared.changed.notified();
        match next {
            Some(moment) => tokio::select! {
                () = changed => {}
                () = tokio::time::sleep_until(moment) => {}
            },
            None => changed.await,
        }
    }
}
