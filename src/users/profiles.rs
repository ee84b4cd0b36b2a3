//! Every statement on `profiles`: births that a person keeps for the next form. What a body holds is
//! for the flows to say; here it is one sealed text.
//!
//! Invariants:
//! - Nobody is found by a profile's id alone: every statement names the person, too.
//! - A person has one profile of a kind, but any number of [`ProfileKind::Other`] ones.

use sea_orm::{ConnectionTrait, QueryResult};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::UserError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::UserId;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_all, query_one};
use crate::platform::reseal::{Key, SealedColumn};

/// The words of the column `profiles.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileKind {
    /// The person who talks with us.
    Own,
    Partner,
    Child,
    /// Somebody with a name of the person's own choice.
    Other,
}

impl ProfileKind {
    pub const ALL: [Self; 4] = [Self::Own, Self::Partner, Self::Child, Self::Other];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Partner => "partner",
            Self::Child => "child",
            Self::Other => "other",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A profile as it was kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile<T> {
    pub id: String,
    pub kind: ProfileKind,
    pub body: T,
    pub created_at: Timestamp,
}

/// The sealed column of `profiles`; its context is `context`.
pub const SEALED: SealedColumn = SealedColumn {
    table: "profiles",
    column: "body_sealed",
    key: &[Key::Text("profile_id")],
    context: "'profiles.body:' || profile_id",
};

fn context(id: &str) -> String {
    format!("profiles.body:{id}")
}

const COLUMNS: &str = "profile_id, kind, body_sealed, created_at";

/// Keeps a new profile. `false`: the person has one of this kind already.
pub async fn insert<T: Serialize>(
    tx: &WriteTx,
    keyring: &Keyring,
    user: UserId,
    profile: &Profile<T>,
) -> Result<bool, UserError> {
    let sealed = keyring.seal_json(&context(&profile.id), &profile.body)?;
    let written = execute(
        tx.conn(),
        "INSERT INTO profiles (profile_id, user_id, kind, body_sealed, created_at, used_at) \
         VALUES ($1, $2, $3, $4, $5, $5) ON CONFLICT DO NOTHING",
        vec![
            profile.id.as_str().into(),
            user.0.into(),
            profile.kind.as_str().into(),
            sealed.into(),
            profile.created_at.millis().into(),
        ],
    )
    .await?;
    Ok(written.rows_affected() == 1)
}

/// Writes what a profile holds now. `false`: the person has no such profile.
pub async fn save_body<T: Serialize + Sync>(
    tx: &WriteTx,
    keyring: &Keyring,
    (user, id): (UserId, &str),
    body: &T,
    now: Timestamp,
) -> Result<bool, UserError> {
    let sealed = keyring.seal_json(&context(id), body)?;
    let sql = "UPDATE profiles SET body_sealed = $3, used_at = $4 \
               WHERE profile_id = $1 AND user_id = $2";
    let values = vec![id.into(), user.0.into(), sealed.into(), now.millis().into()];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

/// Notes that a profile was used: it is not too old yet.
pub async fn touch(
    tx: &WriteTx,
    (user, id): (UserId, &str),
    now: Timestamp,
) -> Result<(), UserError> {
    let sql = "UPDATE profiles SET used_at = $3 WHERE profile_id = $1 AND user_id = $2";
    execute(tx.conn(), sql, vec![id.into(), user.0.into(), now.millis().into()]).await?;
    Ok(())
}

/// The person's profiles, the one that was used last first.
pub async fn list<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    user: UserId,
) -> Result<Vec<Profile<T>>, UserError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM profiles WHERE user_id = $1 ORDER BY used_at DESC, profile_id"
    );
    let rows = query_all(db, &sql, vec![user.0.into()]).await?;
    rows.iter().map(|row| profile(row, keyring, user)).collect()
}

/// The person's own profile with this id.
pub async fn find<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    (user, id): (UserId, &str),
) -> Result<Option<Profile<T>>, UserError> {
    let sql = format!("SELECT {COLUMNS} FROM profiles WHERE profile_id = $1 AND user_id = $2");
    let row = query_one(db, &sql, vec![id.into(), user.0.into()]).await?;
    row.as_ref().map(|row| profile(row, keyring, user)).transpose()
}

/// `false`: the person has no such profile.
pub async fn delete(tx: &WriteTx, (user, id): (UserId, &str)) -> Result<bool, UserError> {
    let sql = "DELETE FROM profiles WHERE profile_id = $1 AND user_id = $2";
    Ok(execute(tx.conn(), sql, vec![id.into(), user.0.into()]).await?.rows_affected() == 1)
}

/// Forgets all profiles of the person.
pub async fn delete_all(tx: &WriteTx, user: UserId) -> Result<(), UserError> {
    execute(tx.conn(), "DELETE FROM profiles WHERE user_id = $1", vec![user.0.into()]).await?;
    Ok(())
}

/// Deletes profiles that nobody used since `before`, at most `limit` of them.
pub async fn prune(tx: &WriteTx, before: Timestamp, limit: i64) -> Result<u64, UserError> {
    let sql = "DELETE FROM profiles WHERE profile_id IN (SELECT profile_id FROM profiles \
               WHERE used_at < $1 ORDER BY used_at LIMIT $2)";
    let deleted = execute(tx.conn(), sql, vec![before.millis().into(), limit.into()]).await?;
    Ok(deleted.rows_affected())
}

fn profile<T: DeserializeOwned>(
    row: &QueryResult,
    keyring: &Keyring,
    user: UserId,
) -> Result<Profile<T>, UserError> {
    let id: String = row.try_get_by_index(0)?;
    let kind: String = row.try_get_by_index(1)?;
    let sealed: String = row.try_get_by_index(2)?;
    let created_at: i64 = row.try_get_by_index(3)?;
    let damaged = || UserError::Damaged { id: user.0, what: "profile" };
    Ok(Profile {
        kind: ProfileKind::parse(&kind).ok_or_else(damaged)?,
        body: keyring.open_json(&context(&id), &sealed)?,
        id,
        created_at: Timestamp(created_at),
    })
}
