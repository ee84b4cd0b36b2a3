//! The row of `users`. It never leaves [`super::repo`].

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub(super) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    pub language: String,
    pub status: String,
    pub consented_at: Option<i64>,
    pub referred_by: Option<String>,
    pub referred_at: Option<i64>,
    pub blocked_at: Option<i64>,
    pub blocked_told_at: Option<i64>,
    pub news_off_at: Option<i64>,
    pub name_mark: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(super) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
