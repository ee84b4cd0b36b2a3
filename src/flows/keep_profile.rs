//! Births for the next form: a buyer keeps one under a name, uses it with one tap, renames or
//! deletes it. A profile belongs to one person; an id of somebody else's finds nothing.

use sea_orm::DbErr;

use super::base::Base;
use crate::catalog::answers::{BirthAnswer, Gender};
use crate::kernel::ids::{self, UserId};
use crate::platform::db::WriteTx;
use crate::users::UserError;
use crate::users::profiles::{self, Profile, ProfileKind};

/// More than a family; a new one is refused until another is deleted.
pub const MOST_PROFILES: usize = 12;
/// Characters of a name.
pub const LONGEST_NAME: usize = 20;

/// What a profile holds. Stored: the words must not change, new members need a serde default.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Born {
    /// What the buyer calls it; the kind's own word when missing.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub gender: Option<Gender>,
    pub birth: BirthAnswer,
}

pub type Saved = Profile<Born>;

/// What became of the wish to keep a birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    New,
    /// The profile of this kind holds the new birth from now on.
    Replaced,
    /// There are as many as anybody may have.
    TooMany,
}

#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    #[error("the profile cannot be written or read")]
    User(#[from] UserError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

pub async fn list(base: &Base, user: UserId) -> Result<Vec<Saved>, ProfileError> {
    Ok(profiles::list(base.db.read(), &base.keyring, user).await?)
}

pub async fn find(base: &Base, whose: (UserId, &str)) -> Result<Option<Saved>, ProfileError> {
    Ok(profiles::find(base.db.read(), &base.keyring, whose).await?)
}

/// Keeps a birth. Of each kind but the free one there is one: it is replaced. Under a free name that
/// is in use already that one is replaced, so that a repeat after a crash keeps nothing twice.
pub async fn save(
    base: &Base,
    user: UserId,
    (kind, born): (ProfileKind, Born),
) -> Result<Kept, ProfileError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let all: Vec<Saved> = profiles::list(tx.conn(), &base.keyring, user).await?;
    let same = all.iter().find(|kept| {
        kept.kind == kind && (kind != ProfileKind::Other || kept.body.name == born.name)
    });
    let outcome = if let Some(kept) = same {
        let name = born.name.clone().or_else(|| kept.body.name.clone());
        let body = Born { name, ..born };
        profiles::save_body(&tx, &base.keyring, (user, &kept.id), &body, now).await?;
        Kept::Replaced
    } else if all.len() >= MOST_PROFILES {
        return Ok(Kept::TooMany);
    } else {
        let profile = Profile { id: ids::crockford(12), kind, body: born, created_at: now };
        profiles::insert(&tx, &base.keyring, user, &profile).await?;
        Kept::New
    };
    tx.commit().await?;
    Ok(outcome)
}

/// The profile for a form that is being filled in; `None`: there is no such one any more.
pub async fn take(base: &Base, whose: (UserId, &str)) -> Result<Option<Saved>, ProfileError> {
    let tx = base.db.begin_write().await?;
    let found = profiles::find(tx.conn(), &base.keyring, whose).await?;
    if found.is_some() {
        profiles::touch(&tx, whose, base.now()).await?;
        tx.commit().await?;
    }
    Ok(found)
}

/// `false`: there is no such profile.
pub async fn rename(base: &Base, whose: (UserId, &str), name: &str) -> Result<bool, ProfileError> {
    let tx = base.db.begin_write().await?;
    let found: Option<Saved> = profiles::find(tx.conn(), &base.keyring, whose).await?;
    let Some(found) = found else { return Ok(false) };
    let body = Born { name: Some(name.to_owned()), ..found.body };
    profiles::save_body(&tx, &base.keyring, whose, &body, base.now()).await?;
    tx.commit().await?;
    Ok(true)
}

/// `false`: there was no such profile.
pub async fn delete(base: &Base, whose: (UserId, &str)) -> Result<bool, ProfileError> {
    let tx = base.db.begin_write().await?;
    let deleted = profiles::delete(&tx, whose).await?;
    tx.commit().await?;
    Ok(deleted)
}

/// With everything else about the person.
pub(super) async fn forget(tx: &WriteTx, user: UserId) -> Result<(), UserError> {
    profiles::delete_all(tx, user).await
}

/// A name as it may be kept: one line without control characters, not too long.
pub fn tidy_name(typed: &str) -> Option<String> {
    let kept: String = typed.chars().filter(|letter| !letter.is_control()).collect();
    let name = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let fits = (1..=LONGEST_NAME).contains(&name.chars().count());
    fits.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_short_line() {
        assert_eq!(tidy_name("  外婆\n 李 "), Some("外婆 李".to_owned()));
        assert_eq!(tidy_name("\u{7} \n"), None);
        assert_eq!(tidy_name(&"长".repeat(21)), None);
    }
}
