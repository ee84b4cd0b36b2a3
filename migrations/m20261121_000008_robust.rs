//! What keeps the shop standing under odd moments: a job that is woken while it runs, an update that
//! kills its process, re-sends that are counted, and indexes for the sweeps and prunings.

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
ALTER TABLE jobs ADD COLUMN rung_at BIGINT;
ALTER TABLE telegram_updates ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deliveries ADD COLUMN planned_at BIGINT;
DROP INDEX telegram_updates_done;
CREATE INDEX telegram_updates_ended ON telegram_updates (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX telegram_updates_suspect ON telegram_updates (update_id)
  WHERE deaths >= 3 AND status IN ('waiting', 'running');
CREATE INDEX outbox_published ON outbox (created_at) WHERE published_at IS NOT NULL
";
