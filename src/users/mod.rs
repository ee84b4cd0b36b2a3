//! Users: buyers, promoters and operators; their language, their consent, whether we reach them.
//!
//! We keep Telegram's number of a person and nothing else about who they are; of an `@name` a keyed
//! mark, by which an operator who knows the name finds the person.

mod entity;
pub mod profiles;
pub mod repo;

use sea_orm::DbErr;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{AffiliateCode, UserId};
use crate::kernel::locale::Locale;
use crate::platform::crypto::SealError;

#[derive(Debug, Clone)]
pub struct User {
    pub id: UserId,
    pub locale: Locale,
    pub status: UserStatus,
    /// When the privacy notice was accepted.
    pub consented_at: Option<Timestamp>,
    /// The promoter whose link brought this person first.
    pub referred_by: Option<AffiliateCode>,
    /// An operator has turned the person away.
    pub blocked_at: Option<Timestamp>,
    /// The person wants no news of the shop.
    pub news_off_at: Option<Timestamp>,
    /// A mark of the person's `@name` that only our keys can make: found by it, read by nobody.
    pub name_mark: Option<String>,
    pub created_at: Timestamp,
}

impl User {
    /// Whether the shop may send news unasked.
    pub fn reads_news(&self) -> bool {
        let wants = self.news_off_at.is_none() && self.blocked_at.is_none();
        wants && self.status == UserStatus::Active
    }
}

/// The words of the column `users.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UserStatus {
    Active,
    /// Telegram says 403: the bot was blocked. Reports wait for the next `/start`.
    Unreachable,
}

impl UserStatus {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Unreachable => "unreachable",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum UserError {
    #[error("the row of user {id} is damaged: {what}")]
    Damaged { id: i64, what: &'static str },
    #[error("a kept birth cannot be opened")]
    Sealed(#[from] SealError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}
