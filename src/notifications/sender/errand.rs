//! One request on its way: waits for its turn, is tried again while that helps, and is given up
//! when [`Pace::patience`](super::Pace::patience) ends.

use std::time::Duration;

use tokio::time::Instant;

use super::Sender;
use super::pace::Priority;
use super::schedule::{Deed, Wish};
use super::turnstile::{Ticket, Turn};
use crate::kernel::ids::random_below;
use crate::notifications::ports::SendError;

/// Why an errand ended without success.
pub(super) enum Ended {
    /// A newer edit took its place, which is as good as done.
    Outdated,
    Failed(SendError),
}

/// How a request gets another chance.
enum Again {
    /// At once back into the line, where the pause is kept and nobody younger gets past.
    InLine(Duration),
    /// After a rest of its own.
    Rested(Duration),
}

impl Sender {
    pub(super) async fn carry<T, F>(&self, wish: Wish, attempt: impl Fn() -> F) -> Result<T, Ended>
    where
        F: Future<Output = Result<T, SendError>>,
    {
        let deadline = Instant::now() + self.pace.patience;
        let in_time = |pause: Duration| Instant::now() + pause <= deadline;
        let mut tries: u32 = 0;
        loop {
            let turn = self.turn(wish, deadline).await?;
            let outcome = attempt().await;
            tries = tries.saturating_add(1);
            let again = outcome.as_ref().err().and_then(|error| self.again(&wish, error, tries));
            // Only now, when a pause is noted: the next in line must keep it.
            drop(turn);
            match again {
                Some(Again::InLine(pause)) if in_time(pause) => {}
                Some(Again::Rested(pause)) if in_time(pause) => tokio::time::sleep(pause).await,
                Some(_) | None => return outcome.map_err(Ended::Failed),
            }
        }
    }

    async fn turn(&self, wish: Wish, deadline: Instant) -> Result<Turn, Ended> {
        match tokio::time::timeout_at(deadline, self.turnstile.turn(wish)).await {
            Ok(Ticket::Go(turn)) => Ok(turn),
            Ok(Ticket::Outdated) => Err(Ended::Outdated),
            Ok(Ticket::Full) => Err(not_sent("too many messages wait already")),
            Err(_elapsed) => Err(not_sent("no turn within the allowed time")),
        }
    }

    /// `None` when the outcome stands.
    fn again(&self, wish: &Wish, error: &SendError, tries: u32) -> Option<Again> {
        let may_repeat = match error {
            SendError::TooFast(pause) => {
                self.keep_silent(wish, *pause);
                return Some(Again::InLine(*pause));
            }
            SendError::NotSent(_) => true,
            // Twice the same edit is one edit; twice the same message is two.
            SendError::Unknown(_) => wish.deed != Deed::Message,
            SendError::Unreachable(_)
            | SendError::Markup(_)
            | SendError::NotEditable(_)
            | SendError::Refused { .. } => false,
        };
        // The next step of progress follows soon; a repeat could overtake it.
        let worth_it = wish.priority != Priority::Progress && tries < self.pace.tries;
        (may_repeat && worth_it).then(|| Again::Rested(self.jittered(tries)))
    }

    /// A long wait means a block of the whole bot (reference/telegram.md §A.3).
    fn keep_silent(&self, wish: &Wish, pause: Duration) {
        let wide = pause > self.pace.wide_block;
        tracing::warn!(
            pause.seconds = pause.as_secs(),
            pause.everybody = wide,
            "the chat service tells us to wait"
        );
        if wide {
            self.turnstile.silence_all(pause);
        } else {
            self.turnstile.silence_chat(wish.to, pause);
        }
    }

    /// Doubles with every try; between half and the whole of it.
    fn jittered(&self, tries: u32) -> Duration {
        let factor = 2_u32.saturating_pow(tries.saturating_sub(1));
        let half = self.pace.back_off.saturating_mul(factor) / 2;
        let jitter = random_below(u64::try_from(half.as_millis()).unwrap_or(u64::MAX));
        half + Duration::from_millis(jitter)
    }
}

fn not_sent(why: &'static str) -> Ended {
    Ended::Failed(SendError::NotSent(anyhow::anyhow!(why)))
}
