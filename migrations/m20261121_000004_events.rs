//! A sink is given up only when it failed at two moments far enough apart (src/events/rules.rs).

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, "ALTER TABLE event_sinks ADD COLUMN failing_again_at BIGINT").await
    }
}
