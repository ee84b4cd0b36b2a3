//! A line of the money book names the provider's charge where it is known, so that several charges of
//! one payment stay apart; an index for the pruning of deliveries.

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
ALTER TABLE ledger_transfers ADD COLUMN charge_ref TEXT;
CREATE INDEX event_deliveries_ended ON event_deliveries (updated_at) WHERE status <> 'waiting'
";
