//! What the quality gate said about each text, and which provider wrote a report.

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
CREATE TABLE report_checks (
  order_no TEXT NOT NULL,
  part BIGINT NOT NULL,
  attempt BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  codes TEXT NOT NULL DEFAULT '',
  provider TEXT NOT NULL,
  provenance TEXT NOT NULL,
  findings_sealed TEXT,
  text_sealed TEXT,
  settled BIGINT NOT NULL DEFAULT 0,
  checked_at BIGINT NOT NULL,
  PRIMARY KEY (order_no, part, attempt)
);
ALTER TABLE model_calls ADD COLUMN provider TEXT NOT NULL DEFAULT '';
CREATE INDEX model_calls_spent ON model_calls (provider, made_at);
ALTER TABLE reports ADD COLUMN provider TEXT
";
