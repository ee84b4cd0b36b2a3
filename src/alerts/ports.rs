//! What we ask of a mail server.

use async_trait::async_trait;

use crate::kernel::clock::Timestamp;

/// A mail to the operators. Plain text; numbers and words of ours only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The same alert has the same one, so that a mail that comes twice can be seen as one: letters,
    /// digits, `.`, `-` and `_`.
    pub id: String,
    pub subject: String,
    pub body: String,
    /// When it happened.
    pub at: Timestamp,
}

/// One of several addresses that the server did not take, while it took others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    pub address: String,
    pub why: String,
}

/// Why a mail did not go out to anybody.
#[derive(Debug, thiserror::Error)]
pub enum MailError {
    /// The server is not there, is busy, or cannot prove who it is: try again.
    #[error("the mail server cannot be used now")]
    NotSent(#[source] anyhow::Error),
    /// The outcome is not known: it may have arrived.
    #[error("the mail server did not answer in time")]
    Unknown,
    /// Trying again is in vain until somebody changes something.
    #[error("the mail server refuses")]
    Refused(#[source] anyhow::Error),
}

/// A mail server, and whom it is to bring mails to.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Where and to whom, for people.
    fn way(&self) -> String;

    /// One conversation with the server. At least one of the addresses was taken; the others come
    /// back.
    async fn send(&self, mail: &Mail) -> Result<Vec<LeftOut>, MailError>;
}
