//! Somebody speaks to us: a new person is written down, with the promoter who sent them; one who
//! was out of reach is reachable again. In one transaction, before anything else is done for them:
//! an attribution that waits for a later step gets lost.

use super::attribute_referral::{self, ReferralError};
use super::base::Base;
use crate::kernel::ids::UserId;
use crate::kernel::locale::Locale;
use crate::users::{self, User, UserError, UserStatus};

/// Who speaks.
#[derive(Debug, Clone)]
pub struct Visit<'a> {
    pub user: UserId,
    /// Kept for a new person; a known one may have chosen another.
    pub locale: Locale,
    /// What stood behind `/start`.
    pub start_payload: Option<&'a str>,
    /// The day in the shop's time zone, as `2026-11-21`.
    pub today: String,
    /// The `@name`, without its sign. Only a mark of it is kept.
    pub name: Option<&'a str>,
}

#[derive(Debug, Clone)]
pub struct Greeted {
    pub user: User,
    pub new: bool,
    /// What the invitation in the start payload was worth; `None` without one.
    pub invitation: Option<Invitation>,
}

/// What became of an invitation link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// The promoter brought this person.
    Counts,
    OwnLink,
    /// The person was here before.
    KnownBefore,
    /// Nobody has such a code.
    NoSuchCode,
}

pub async fn run(base: &Base, visit: &Visit<'_>) -> Result<Greeted, ReferralError> {
    let mark = visit.name.map(|name| name_mark(base, name));
    if visit.start_payload.is_none()
        && let Some(user) = users::repo::find(base.db.read(), visit.user).await?
        && user.status == UserStatus::Active
        && user.name_mark == mark
    {
        return Ok(Greeted { user, new: false, invitation: None });
    }
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let new = users::repo::insert(&tx, visit.user, visit.locale, now).await?;
    let invitation = match visit.start_payload {
        Some(payload) => {
            let link = (payload, visit.today.as_str());
            attribute_referral::run(&tx, (visit.user, new), link, now).await?
        }
        None => None,
    };
    users::repo::save_status(&tx, visit.user, UserStatus::Active, now).await?;
    users::repo::save_name_mark(&tx, visit.user, mark.as_deref(), now).await?;
    let user = users::repo::find(tx.conn(), visit.user).await?;
    let user = user.ok_or(UserError::Damaged { id: visit.user.0, what: "not there" })?;
    tx.commit().await?;
    if new {
        metrics::counter!("mingshu_users_total").increment(1);
    }
    Ok(Greeted { user, new, invitation })
}

/// By which a person is found whose name somebody knows; names are the same in any case.
pub fn name_mark(base: &Base, name: &str) -> String {
    base.keyring.mark("user.name", &name.trim_start_matches('@').to_lowercase())
}
