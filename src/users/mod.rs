//! Users: buyers, promoters and operators; their language, their consent, whether we reach them.
//!
//! We keep Telegram's number of a person and nothing else about who they are.

mod entity;
pub mod repo;

use sea_orm::DbErr;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{AffiliateCode, UserId};
use crate::kernel::locale::Locale;

#[derive(Debug, Clone)]
pub struct User {
    pub id: UserId,
    pub locale: Locale,
    pub status: UserStatus,
    /// When the privacy notice was accepted.
    pub consented_at: Option<Timestamp>,
    /// The promoter whose link brought this person first.
    pub referred_by: Option<AffiliateCode>,
    pub created_at: Timestamp,
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
    #[error("the database failed")]
    Db(#[from] DbErr),
}
