//! Plays the part of Telegram's Bot API that a shop in private chats uses (reference/telegram.md
//! §A), and the people at the other end: they write, tap and wait for what comes.
//!
//! Strict where Telegram is strict: markup, lengths, buttons, edits that change nothing. It shares
//! no code with the adapters it tests. Misfortune comes from [`Faults`].

mod album;
mod api;
mod commands;
mod html;
mod limits;
mod markup;
mod message;
mod page;
mod params;
mod people;
mod postman;
mod refusal;
mod rich;
mod stars;
#[cfg(test)]
mod tests;
mod updates;
mod wire;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use tokio::sync::watch;

pub use self::commands::Command;
pub use self::message::{ButtonKind, ChatButton, ChatMessage, Person, Role, SentFile, Toast};
pub use self::page::chat_api;
pub use self::people::{TapError, TimedOut};
pub use self::stars::NotPaid;
pub use self::world::LiveDraft;

use self::limits::Intake;
use self::world::World;
use super::faults::Faults;
use crate::kernel::clock::{Clock, SystemClock};
use crate::platform::http::{Client, Limits, client};

/// The played Telegram with one bot. Copies share one truth.
#[derive(Clone)]
pub struct SandboxTelegram(Arc<Inner>);

struct Inner {
    token: String,
    faults: Arc<Faults>,
    clock: Arc<dyn Clock>,
    /// For the webhook; `None` when TLS cannot be set up.
    client: Option<Client>,
    world: Mutex<World>,
    /// `None`: takes everything, as fast as it comes.
    limits: Option<Mutex<Intake>>,
    changes: watch::Sender<u64>,
    /// Wakes long polls: an update came, or another poll, or a webhook.
    arrivals: watch::Sender<()>,
}

/// The Bot API below `/bot{token}/`. May be nested below a path.
pub fn router(telegram: SandboxTelegram) -> Router {
    Router::new()
        .route("/bot{token}/{method}", any(api::call))
        .fallback(api::not_found)
        .layer(DefaultBodyLimit::max(params::MAX_BODY_BYTES))
        .with_state(telegram)
}

impl SandboxTelegram {
    /// A Telegram that knows the bot with `token` and the people of [`Person::cast`], and refuses
    /// messages that come too fast.
    pub fn new(faults: Arc<Faults>, token: &str) -> Self {
        let limits = Some(Mutex::default());
        Self::made(faults, token, (Arc::new(SystemClock), limits))
    }

    /// The same with a clock of its own, which may stand still: it takes everything.
    pub fn with_clock(faults: Arc<Faults>, token: &str, clock: Arc<dyn Clock>) -> Self {
        Self::made(faults, token, (clock, None))
    }

    fn made(
        faults: Arc<Faults>,
        token: &str,
        (clock, limits): (Arc<dyn Clock>, Option<Mutex<Intake>>),
    ) -> Self {
        let bot_id = token.split(':').next().and_then(|id| id.parse().ok()).unwrap_or(1);
        let telegram = Self(Arc::new(Inner {
            token: token.to_owned(),
            faults,
            client: client(Limits::seconds(2, 60)).ok(),
            world: Mutex::new(World::new(bot_id, clock.now())),
            limits,
            clock,
            changes: watch::Sender::new(0),
            arrivals: watch::Sender::new(()),
        }));
        for person in Person::cast() {
            telegram.meet(person);
        }
        telegram
    }

    /// How many messages came too fast.
    pub fn refused_as_too_fast(&self) -> u64 {
        self.0
            .limits
            .as_ref()
            .map_or(0, |limits| limits.lock().unwrap_or_else(PoisonError::into_inner).refused)
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.0.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something to the world, then wakes whoever waits for it.
    fn change<T>(&self, deed: impl FnOnce(&mut World) -> T) -> T {
        let (outcome, version) = {
            let mut world = self.lock();
            (deed(&mut world), world.version)
        };
        self.0.changes.send_if_modified(|seen| {
            let newer = version > *seen;
            *seen = version.max(*seen);
            newer
        });
        self.0.arrivals.send_replace(());
        self.deliver();
        outcome
    }
}
