//! Links to the pages of reports: what opens them is kept as a fingerprint only.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        crate::run(manager, TABLE).await
    }
}

const TABLE: &str = "
CREATE TABLE report_links (
  fingerprint TEXT NOT NULL PRIMARY KEY,
  order_no TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
CREATE INDEX report_links_order ON report_links (order_no)
";
