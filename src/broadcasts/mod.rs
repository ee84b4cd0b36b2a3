//! Messages of the shop to many people: what is said to whom, and how far it has come.
//!
//! Where to look: [`rules`] for who belongs to a segment, [`repo`] for every statement on
//! `broadcasts` and `broadcast_recipients`.
//!
//! Invariants:
//! - A person has one row per broadcast. It leaves `waiting` before the message is sent, and nothing
//!   leads back there but the certainty that nothing was sent: each gets it at most once.
//! - `stopped` and `done` are final.

pub mod repo;
pub mod rules;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;

pub use rules::{Reader, Segment};

/// A broadcast as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broadcast {
    pub no: String,
    pub operator: UserId,
    pub segment: Segment,
    /// As the operator typed it, plain text.
    pub body: String,
    pub status: BroadcastStatus,
    /// The last person who was looked at while the recipients are gathered; `None`: all were.
    pub cursor: Option<UserId>,
    /// The operator's message that shows the progress.
    pub message: Option<i64>,
    pub created_at: Timestamp,
}

/// The words of the column `broadcasts.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BroadcastStatus {
    Running,
    Paused,
    Stopped,
    Done,
}

impl BroadcastStatus {
    pub const ALL: [Self; 4] = [Self::Running, Self::Paused, Self::Stopped, Self::Done];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopped => "stopped",
            Self::Done => "done",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }
}

/// The words of the column `broadcast_recipients.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reached {
    Waiting,
    /// The message may be on its way; after a crash nobody knows.
    Sending,
    Sent,
    /// The person stopped the bot.
    Unreachable,
    /// The chat service refused the message.
    Refused,
    /// It may have arrived, and is not sent again.
    Unknown,
    /// Meanwhile the person wants no news, or is turned away.
    Skipped,
}

impl Reached {
    pub const ALL: [Self; 7] = [
        Self::Waiting,
        Self::Sending,
        Self::Sent,
        Self::Unreachable,
        Self::Refused,
        Self::Unknown,
        Self::Skipped,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Unreachable => "unreachable",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Skipped => "skipped",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reached| reached.as_str() == word)
    }
}
