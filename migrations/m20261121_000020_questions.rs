//! Questions about delivered reports, and what was bought to ask more of them. And how the providers of
//! texts are, as far as the worker knows: what cannot be written must not be sold.

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
CREATE TABLE questions (
  order_no TEXT NOT NULL,
  number BIGINT NOT NULL,
  asked_key TEXT NOT NULL,
  status TEXT NOT NULL,
  question_sealed TEXT,
  answer_sealed TEXT,
  asked_at BIGINT NOT NULL,
  done_at BIGINT,
  PRIMARY KEY (order_no, number)
);
CREATE UNIQUE INDEX questions_key ON questions (order_no, asked_key);
CREATE TABLE question_packs (
  order_no TEXT PRIMARY KEY,
  about_order_no TEXT NOT NULL,
  questions BIGINT NOT NULL,
  ordered_at BIGINT NOT NULL,
  granted_at BIGINT
);
CREATE INDEX question_packs_about ON question_packs (about_order_no);
CREATE TABLE writer_health (
  writer TEXT PRIMARY KEY,
  rests_until BIGINT,
  available BIGINT,
  balance_micros BIGINT,
  currency TEXT NOT NULL DEFAULT '',
  balance_at BIGINT,
  seen_at BIGINT NOT NULL
)
";
