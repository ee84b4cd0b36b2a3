//! What personal data is left, by age: for the nightly forgetting.

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
CREATE INDEX orders_kept ON orders (created_at, order_no) WHERE form_sealed IS NOT NULL
  AND status IN ('closed', 'cancelled', 'failed', 'completed', 'refunded');
CREATE INDEX dialogues_updated ON dialogues (updated_at)
";
