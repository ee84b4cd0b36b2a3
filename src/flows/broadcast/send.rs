//! The worker's part: who belongs to the segment is written down first, then [`AT_ONCE`] messages
//! are sent in each run, with [`PAUSE`] between two runs. The pace is the queue's: a crash keeps it.
//!
//! Each recipient leaves `waiting` in a transaction before the message goes out. What was on its way
//! when the process died becomes `unknown` and is not sent again.

use std::time::Duration;

use super::{BroadcastError, audience, progress};
use crate::broadcasts::{Broadcast, BroadcastStatus, Reached, repo};
use crate::flows::jobs::SendBroadcast;
use crate::flows::mark_unreachable;
use crate::flows::tools::Tools;
use crate::kernel::ids::UserId;
use crate::notifications::message::{Button, OutgoingMessage};
use crate::notifications::ports::SendError;
use crate::notifications::sender::Priority;
use crate::platform::jobs::store::{self as jobs, Claimed};
use crate::platform::jobs::{Job, JobError};
use crate::platform::texts;
use crate::users::{self, User};

/// Messages in one run; with the pause below at most ten a second, of about thirty that Telegram
/// allows (reference/telegram.md §A.3): answers to buyers have room beside them.
pub const AT_ONCE: usize = 10;
pub const PAUSE: Duration = Duration::from_secs(1);

/// What became of one message.
enum Step {
    Gone(Reached),
    /// Surely not sent; the run ends with this.
    Later(JobError),
    /// The lease is lost, or somebody else was faster.
    NotOurs,
}

#[tracing::instrument(name = "job.broadcast.send", skip_all, fields(broadcast.no = %job.broadcast_no))]
pub async fn run(tools: &Tools, job: SendBroadcast, claimed: &Claimed) -> Result<(), JobError> {
    let no = job.broadcast_no.as_str();
    let base = &tools.till.base;
    let found = repo::find(base.db.read(), no).await.map_err(JobError::retry)?;
    let Some(broadcast) = found else { return Ok(()) };
    if broadcast.status == BroadcastStatus::Running {
        prepare(tools, &broadcast, claimed).await.map_err(JobError::retry)?;
        let ended = send_some(tools, &broadcast, claimed).await;
        if !must_wait(&ended) {
            progress::show(tools, no).await;
        }
        return ended;
    }
    progress::show(tools, no).await;
    Ok(())
}

/// While the chat service has us wait, an edit would only wait with us.
fn must_wait(ended: &Result<(), JobError>) -> bool {
    match ended {
        Err(JobError::Snooze(pause)) => *pause > PAUSE,
        Err(JobError::Retry { .. } | JobError::Discard(_)) => true,
        Ok(()) => false,
    }
}

/// Ends what a dead run has left behind, and writes down everybody who belongs to the segment.
async fn prepare(
    tools: &Tools,
    broadcast: &Broadcast,
    claimed: &Claimed,
) -> Result<(), BroadcastError> {
    let base = &tools.till.base;
    let tx = base.db.begin_write().await?;
    if jobs::is_ours(&tx, claimed, base.now()).await? {
        repo::give_up_sending(&tx, &broadcast.no, base.now()).await?;
        tx.commit().await?;
    }
    let mut cursor = broadcast.cursor;
    while let Some(after) = cursor {
        let now = base.now();
        let page = audience::page(base, after).await?;
        let recipients = page.of(broadcast.segment);
        let tx = base.db.begin_write().await?;
        repo::add_recipients(&tx, (&broadcast.no, &recipients), now).await?;
        repo::save_cursor(&tx, (&broadcast.no, page.last), now).await?;
        tx.commit().await?;
        cursor = page.last;
    }
    Ok(())
}

async fn send_some(
    tools: &Tools,
    broadcast: &Broadcast,
    claimed: &Claimed,
) -> Result<(), JobError> {
    let no = broadcast.no.as_str();
    let base = &tools.till.base;
    for _ in 0..AT_ONCE {
        // Whoever paused it meanwhile is heard before the next message.
        let now = repo::find(base.db.read(), no).await.map_err(JobError::retry)?;
        if now.is_none_or(|now| now.status != BroadcastStatus::Running) {
            return Ok(());
        }
        let next = repo::next_waiting(base.db.read(), no).await.map_err(JobError::retry)?;
        let Some(user) = next else { return end(tools, no).await.map_err(JobError::retry) };
        let step = send_one(tools, (broadcast, user), claimed).await.map_err(JobError::retry)?;
        match step {
            Step::Gone(reached) => count(reached),
            Step::Later(error) => return Err(error),
            Step::NotOurs => return Ok(()),
        }
    }
    Err(JobError::Snooze(PAUSE))
}

async fn end(tools: &Tools, no: &str) -> Result<(), BroadcastError> {
    let base = &tools.till.base;
    let tx = base.db.begin_write().await?;
    let way = ([BroadcastStatus::Running], BroadcastStatus::Done);
    repo::change(&tx, no, (&way.0, way.1), base.now()).await?;
    tx.commit().await?;
    Ok(())
}

async fn send_one(
    tools: &Tools,
    (broadcast, user): (&Broadcast, UserId),
    claimed: &Claimed,
) -> Result<Step, BroadcastError> {
    let base = &tools.till.base;
    let whose = (broadcast.no.as_str(), user);
    let reader = users::repo::find(base.db.read(), user).await?;
    let Some(reader) = reader.filter(User::reads_news) else {
        let way = (Reached::Waiting, Reached::Skipped);
        return write(tools, whose, way, claimed).await;
    };
    let way = (Reached::Waiting, Reached::Sending);
    if let Step::NotOurs = write(tools, whose, way, claimed).await? {
        return Ok(Step::NotOurs);
    }
    let message = letter(tools, &broadcast.body, &reader);
    let (reached, later) = match tools.sender.send(Priority::Bulk, user, &message).await {
        Ok(_id) => (Reached::Sent, None),
        Err(SendError::Unreachable(_)) => {
            mark_unreachable::run(base, user).await?;
            (Reached::Unreachable, None)
        }
        Err(SendError::TooFast(pause)) => (Reached::Waiting, Some(JobError::Snooze(pause))),
        Err(error @ SendError::NotSent(_)) => (Reached::Waiting, Some(JobError::retry(error))),
        Err(SendError::Unknown(_)) => (Reached::Unknown, None),
        Err(SendError::Markup(_) | SendError::NotEditable(_) | SendError::Refused { .. }) => {
            (Reached::Refused, None)
        }
    };
    let step = write(tools, whose, (Reached::Sending, reached), claimed).await?;
    Ok(match (step, later) {
        (Step::Gone(_), Some(later)) => Step::Later(later),
        (step, _) => step,
    })
}

/// Writes a step down while the lease is ours; each is progress, so that failures are counted anew.
async fn write(
    tools: &Tools,
    whose: (&str, UserId),
    way: (Reached, Reached),
    claimed: &Claimed,
) -> Result<Step, BroadcastError> {
    let base = &tools.till.base;
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let moved = repo::mark(&tx, whose, way, now).await?;
    let gets_on = way.1 != Reached::Waiting;
    let ours = if gets_on {
        jobs::progress(&tx, claimed, SendBroadcast::MAX_ATTEMPTS).await?
    } else {
        jobs::is_ours(&tx, claimed, now).await?
    };
    if !moved || !ours {
        return Ok(Step::NotOurs);
    }
    tx.commit().await?;
    Ok(Step::Gone(way.1))
}

/// The words as they were typed, and the way out below them.
pub(super) fn letter(tools: &Tools, body: &str, reader: &User) -> OutgoingMessage {
    let label = tools.text(reader.locale, "btn-news-off");
    let off = Button::callback(label, progress::NEWS_OFF);
    OutgoingMessage::html(texts::escape_html(body)).with_keyboard(vec![vec![off]])
}

fn count(reached: Reached) {
    metrics::counter!("mingshu_broadcast_messages_total", "outcome" => reached.as_str())
        .increment(1);
}
