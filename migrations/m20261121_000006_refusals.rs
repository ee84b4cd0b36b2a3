//! Callbacks that were not believed, counted: what a wrong secret looks like from inside.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, REFUSALS).await
    }
}

const REFUSALS: &str = "
CREATE TABLE callback_refusals (
  provider TEXT NOT NULL,
  reason TEXT NOT NULL,
  total BIGINT NOT NULL,
  first_at BIGINT NOT NULL,
  last_at BIGINT NOT NULL,
  PRIMARY KEY (provider, reason)
)
";
