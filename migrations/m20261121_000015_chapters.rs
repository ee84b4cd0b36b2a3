//! Reports chapter by chapter, and every request that they took.

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
CREATE TABLE chapters (
  order_no TEXT NOT NULL,
  chapter TEXT NOT NULL,
  position INTEGER NOT NULL,
  body_sealed TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  PRIMARY KEY (order_no, chapter)
);
CREATE TABLE model_calls (
  order_no TEXT NOT NULL,
  seq INTEGER NOT NULL,
  chapter TEXT NOT NULL,
  outcome TEXT NOT NULL,
  prompt_version TEXT NOT NULL,
  model TEXT NOT NULL,
  prompt_cache_hit_tokens BIGINT NOT NULL DEFAULT 0,
  prompt_cache_miss_tokens BIGINT NOT NULL DEFAULT 0,
  completion_tokens BIGINT NOT NULL DEFAULT 0,
  reasoning_tokens BIGINT NOT NULL DEFAULT 0,
  cost_micros BIGINT NOT NULL DEFAULT 0,
  cost_currency TEXT NOT NULL DEFAULT '',
  findings_sealed TEXT,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (order_no, seq)
)
";
