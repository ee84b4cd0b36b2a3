//! Births that a buyer keeps for the next form.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, CHANGES).await
    }
}

const CHANGES: &str = "
CREATE TABLE profiles (
  profile_id TEXT PRIMARY KEY,
  user_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  body_sealed TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL
);
CREATE INDEX profiles_user ON profiles (user_id, used_at);
CREATE UNIQUE INDEX profiles_one_of_a_kind ON profiles (user_id, kind) WHERE kind <> 'other';
CREATE INDEX profiles_used ON profiles (used_at)
";
