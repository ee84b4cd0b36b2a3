//! How far a broadcast has come, in the operator's message. Its words and buttons are shared with the
//! bot, which shows them when it is asked, and reads the buttons.

use super::{AT_ONCE, Steer, look};
use crate::broadcasts::{Broadcast, BroadcastStatus, Reached};
use crate::flows::tools::Tools;
use crate::kernel::locale::Locale;
use crate::notifications::message::{Button, OutgoingMessage};
use crate::notifications::ports::MessageId;
use crate::notifications::sender::Priority;
use crate::platform::texts::{self, Args, Texts};
use crate::users;

/// What the button below a broadcast carries.
pub const NEWS_OFF: &str = "news:off";

/// How many recipients are where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub all: i64,
    pub sent: i64,
    pub waiting: i64,
    pub unreachable: i64,
    /// Refused, unknown or skipped.
    pub other: i64,
}

/// While it runs, the operator's message changes once for so many recipients: an edit has to wait for
/// its turn, and the next messages with it.
const SHOWN_EVERY: i64 = 50;

impl Counts {
    fn are_worth_showing(&self) -> bool {
        let gone = self.all.saturating_sub(self.waiting);
        let at_once = i64::try_from(AT_ONCE).unwrap_or(i64::MAX);
        gone.checked_rem(SHOWN_EVERY).is_some_and(|rest| rest < at_once) || gone <= at_once
    }

    pub(super) fn of(rows: &[(Reached, i64)]) -> Self {
        let mut counts = Self::default();
        for (reached, count) in rows {
            counts.all = counts.all.saturating_add(*count);
            let place = match reached {
                Reached::Sent => &mut counts.sent,
                Reached::Waiting | Reached::Sending => &mut counts.waiting,
                Reached::Unreachable => &mut counts.unreachable,
                Reached::Refused | Reached::Unknown | Reached::Skipped => &mut counts.other,
            };
            *place = place.saturating_add(*count);
        }
        counts
    }
}

impl Steer {
    pub const ALL: [Self; 3] = [Self::Pause, Self::Resume, Self::Stop];

    /// The word in the button's data.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Stop => "stop",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|steer| steer.as_str() == word)
    }

    /// What the button carries; only operators may press it.
    pub fn data(self, no: &str) -> String {
        format!("desk:steer:{}:{no}", self.as_str())
    }
}

/// The state in words.
pub fn words(texts: &Texts, locale: Locale, (broadcast, counts): (&Broadcast, &Counts)) -> String {
    let say = |key: &str| texts.get(locale, key);
    let args = Args::new()
        .text("state", say(&format!("broadcast-status-{}", broadcast.status.as_str())))
        .text("segment", say(&format!("broadcast-segment-{}", broadcast.segment.as_str())))
        .number("all", counts.all)
        .number("sent", counts.sent)
        .number("waiting", counts.waiting)
        .number("unreachable", counts.unreachable)
        .number("other", counts.other)
        .text("body", texts::escape_html(&opening(&broadcast.body)));
    texts.format(locale, "broadcast-progress", &args)
}

/// Enough to recognise it by.
fn opening(body: &str) -> String {
    const SHOWN: usize = 200;
    let mut opening: String = body.chars().take(SHOWN).collect();
    if body.chars().nth(SHOWN).is_some() {
        opening.push('…');
    }
    opening
}

/// What can be done with it now.
pub fn buttons(texts: &Texts, locale: Locale, broadcast: &Broadcast) -> Vec<Button> {
    let deeds: &[Steer] = match broadcast.status {
        BroadcastStatus::Running => &[Steer::Pause, Steer::Stop],
        BroadcastStatus::Paused => &[Steer::Resume, Steer::Stop],
        BroadcastStatus::Stopped | BroadcastStatus::Done => &[],
    };
    let button = |steer: &Steer| {
        let label = texts.get(locale, &format!("btn-broadcast-{}", steer.as_str()));
        Button::callback(label, steer.data(&broadcast.no))
    };
    deeds.iter().map(button).collect()
}

/// Edits the operator's message. Only a courtesy: the rows say it, too.
pub(super) async fn show(tools: &Tools, no: &str) {
    let base = &tools.till.base;
    let Ok(Some((broadcast, counts))) = look(base, no).await else { return };
    let Some(message) = broadcast.message else { return };
    if broadcast.status == BroadcastStatus::Running && !counts.are_worth_showing() {
        return;
    }
    let known = users::repo::find(base.db.read(), broadcast.operator).await.ok().flatten();
    let locale = known.map_or(tools.operators.locale, |user| user.locale);
    let text = words(&tools.texts, locale, (&broadcast, &counts));
    let menu = Button::callback(tools.text(locale, "btn-desk-menu"), "desk:fresh");
    let mut keyboard = vec![buttons(&tools.texts, locale, &broadcast)];
    keyboard.push(vec![menu]);
    keyboard.retain(|row| !row.is_empty());
    let shown = OutgoingMessage::html(text).with_keyboard(keyboard);
    let (to, which) = (broadcast.operator, MessageId(message));
    // Edits of one message replace each other while they wait; the last word must not be lost.
    let priority = match broadcast.status {
        BroadcastStatus::Running => Priority::Progress,
        BroadcastStatus::Paused | BroadcastStatus::Stopped | BroadcastStatus::Done => {
            Priority::Normal
        }
    };
    if let Err(error) = tools.sender.edit(priority, to, which, &shown).await {
        let error = &error as &dyn std::error::Error;
        tracing::info!(error, "the progress of a broadcast was not shown");
    }
}
