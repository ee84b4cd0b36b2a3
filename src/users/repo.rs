//! Every statement on `users`.

use std::collections::BTreeMap;

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::*;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{QueryOrder, QuerySelect};

use super::entity::{ActiveModel, Column, Entity, Model};
use super::{User, UserError, UserStatus};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{AffiliateCode, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::switch::Switch;
use crate::platform::db::WriteTx;

/// Writes a person whom we meet for the first time. `false`: we know them.
pub async fn insert(
    tx: &WriteTx,
    id: UserId,
    locale: Locale,
    now: Timestamp,
) -> Result<bool, UserError> {
    let row = ActiveModel {
        id: Set(id.0),
        language: Set(locale.as_str().to_owned()),
        status: Set(UserStatus::Active.as_str().to_owned()),
        consented_at: Set(None),
        referred_by: Set(None),
        referred_at: Set(None),
        blocked_at: Set(None),
        blocked_told_at: Set(None),
        news_off_at: Set(None),
        name_mark: Set(None),
        created_at: Set(now.millis()),
        updated_at: Set(now.millis()),
    };
    let written = Entity::insert(row)
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
    Ok(written == 1)
}

pub async fn find(db: &impl ConnectionTrait, id: UserId) -> Result<Option<User>, UserError> {
    let row = Entity::find_by_id(id.0).one(db).await?;
    row.map(User::try_from).transpose()
}

pub async fn save_locale(
    tx: &WriteTx,
    id: UserId,
    locale: Locale,
    now: Timestamp,
) -> Result<(), UserError> {
    set(tx, id, Column::Language, locale.as_str().into(), now).await
}

pub async fn save_status(
    tx: &WriteTx,
    id: UserId,
    status: UserStatus,
    now: Timestamp,
) -> Result<(), UserError> {
    set(tx, id, Column::Status, status.as_str().into(), now).await
}

/// Turns the person away, or lets them in again. `false`: it was so before, or nobody knows them.
pub async fn save_block(
    tx: &WriteTx,
    (id, wish): (UserId, Switch),
    now: Timestamp,
) -> Result<bool, UserError> {
    let (before, at) = match wish {
        Switch::On => (Column::BlockedAt.is_null(), Some(now.millis())),
        Switch::Off => (Column::BlockedAt.is_not_null(), None),
    };
    let written = Entity::update_many()
        .col_expr(Column::BlockedAt, Expr::value(at))
        .col_expr(Column::BlockedToldAt, Expr::value(Option::<i64>::None))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
        .filter(before)
        .exec(tx.conn())
        .await?;
    Ok(written.rows_affected == 1)
}

/// Notes that a person who is turned away hears of it. `false`: they heard before.
pub async fn save_told(tx: &WriteTx, id: UserId, now: Timestamp) -> Result<bool, UserError> {
    let written = Entity::update_many()
        .col_expr(Column::BlockedToldAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
        .filter(Column::BlockedToldAt.is_null())
        .exec(tx.conn())
        .await?;
    Ok(written.rows_affected == 1)
}

/// Whether the person wants news of the shop.
pub async fn save_news(
    tx: &WriteTx,
    (id, wish): (UserId, Switch),
    now: Timestamp,
) -> Result<(), UserError> {
    let off_at = (!wish.is_on()).then_some(now.millis());
    set(tx, id, Column::NewsOffAt, off_at.into(), now).await
}

/// Those who may be sent news, after `after` in the order of their numbers; see
/// [`User::reads_news`].
pub async fn list_readers(
    db: &impl ConnectionTrait,
    after: UserId,
    limit: u64,
) -> Result<Vec<User>, UserError> {
    let rows = Entity::find()
        .filter(Column::Id.gt(after.0))
        .filter(Column::Status.eq(UserStatus::Active.as_str()))
        .filter(Column::BlockedAt.is_null())
        .filter(Column::NewsOffAt.is_null())
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    rows.into_iter().map(User::try_from).collect()
}

/// The mark of the person's name, or of none.
pub async fn save_name_mark(
    tx: &WriteTx,
    id: UserId,
    mark: Option<&str>,
    now: Timestamp,
) -> Result<(), UserError> {
    set(tx, id, Column::NameMark, mark.into(), now).await
}

/// The person who had the name of this mark when they last wrote.
pub async fn find_by_mark(
    db: &impl ConnectionTrait,
    mark: &str,
) -> Result<Option<User>, UserError> {
    let newest = Entity::find().order_by_desc(Column::UpdatedAt);
    let row = newest.filter(Column::NameMark.eq(mark)).one(db).await?;
    row.map(User::try_from).transpose()
}

/// The person has read the privacy notice and agreed.
pub async fn save_consent(tx: &WriteTx, id: UserId, now: Timestamp) -> Result<(), UserError> {
    set(tx, id, Column::ConsentedAt, now.millis().into(), now).await
}

/// Attributes the person to a promoter, unless somebody else was first.
pub async fn save_referral(
    tx: &WriteTx,
    id: UserId,
    code: &AffiliateCode,
    now: Timestamp,
) -> Result<bool, UserError> {
    let written = Entity::update_many()
        .col_expr(Column::ReferredBy, Expr::value(code.as_str()))
        .col_expr(Column::ReferredAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
        .filter(Column::ReferredBy.is_null())
        .exec(tx.conn())
        .await?;
    Ok(written.rows_affected == 1)
}

/// Attributes the person to a promoter, whoever was first: an operator's word.
pub async fn replace_referral(
    tx: &WriteTx,
    id: UserId,
    code: &AffiliateCode,
    now: Timestamp,
) -> Result<(), UserError> {
    Entity::update_many()
        .col_expr(Column::ReferredBy, Expr::value(code.as_str()))
        .col_expr(Column::ReferredAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// How many people a promoter brought.
pub async fn count_referred(
    db: &impl ConnectionTrait,
    code: &AffiliateCode,
) -> Result<u64, UserError> {
    Ok(Entity::find().filter(Column::ReferredBy.eq(code.as_str())).count(db).await?)
}

/// [`count_referred`] of several promoters, in one statement.
pub async fn count_referred_by(
    db: &impl ConnectionTrait,
    codes: &[AffiliateCode],
) -> Result<BTreeMap<AffiliateCode, i64>, UserError> {
    let counts: Vec<(String, i64)> = Entity::find()
        .select_only()
        .column(Column::ReferredBy)
        .column_as(Column::Id.count(), "count")
        .filter(Column::ReferredBy.is_in(codes.iter().map(AffiliateCode::as_str)))
        .group_by(Column::ReferredBy)
        .into_tuple()
        .all(db)
        .await?;
    Ok(counts.into_iter().map(|(code, count)| (AffiliateCode(code), count)).collect())
}

pub async fn count(db: &impl ConnectionTrait, since: Timestamp) -> Result<u64, UserError> {
    Ok(Entity::find().filter(Column::CreatedAt.gte(since.millis())).count(db).await?)
}

/// Forgets the consent and who sent the person: what is left is the number and the language.
pub async fn forget(tx: &WriteTx, id: UserId, now: Timestamp) -> Result<(), UserError> {
    Entity::update_many()
        .col_expr(Column::ConsentedAt, Expr::value(Option::<i64>::None))
        .col_expr(Column::ReferredBy, Expr::value(Option::<String>::None))
        .col_expr(Column::ReferredAt, Expr::value(Option::<i64>::None))
        .col_expr(Column::NameMark, Expr::value(Option::<String>::None))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
        .exec(tx.conn())
        .await?;
    Ok(())
}

async fn set(
    tx: &WriteTx,
    id: UserId,
    column: Column,
    value: Value,
    now: Timestamp,
) -> Result<(), UserError> {
    Entity::update_many()
        .col_expr(column, Expr::value(value))
        .col_expr(Column::UpdatedAt, Expr::value(now.millis()))
        .filter(Column::Id.eq(id.0))
        .exec(tx.conn())
        .await?;
    Ok(())
}

impl TryFrom<Model> for User {
    type Error = UserError;

    fn try_from(row: Model) -> Result<Self, UserError> {
        let damaged = |what| UserError::Damaged { id: row.id, what };
        let status = match row.status.as_str() {
            "active" => UserStatus::Active,
            "unreachable" => UserStatus::Unreachable,
            _ => return Err(damaged("status")),
        };
        Ok(Self {
            locale: Locale::parse(&row.language).ok_or_else(|| damaged("language"))?,
            id: UserId(row.id),
            status,
            consented_at: row.consented_at.map(Timestamp),
            referred_by: row.referred_by.map(AffiliateCode),
            blocked_at: row.blocked_at.map(Timestamp),
            news_off_at: row.news_off_at.map(Timestamp),
            name_mark: row.name_mark,
            created_at: Timestamp(row.created_at),
        })
    }
}
