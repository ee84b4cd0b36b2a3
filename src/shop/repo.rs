//! Every statement on `shop_switches`.

use sea_orm::{ConnectionTrait, DbErr};

use super::Maintenance;
use crate::kernel::clock::Timestamp;
use crate::platform::db::{WriteTx, execute, query_one};

/// The word of the row; never changes.
const MAINTENANCE: &str = "maintenance";

/// `None`: the shop is open.
pub async fn find_maintenance(db: &impl ConnectionTrait) -> Result<Option<Maintenance>, DbErr> {
    let sql = "SELECT operator, since_at FROM shop_switches WHERE name = $1";
    let row = query_one(db, sql, vec![MAINTENANCE.into()]).await?;
    let read = row.map(|row| {
        Ok::<_, DbErr>(Maintenance {
            operator: row.try_get_by_index(0)?,
            since: Timestamp(row.try_get_by_index(1)?),
        })
    });
    read.transpose()
}

/// `false`: it was on before.
pub async fn insert_maintenance(
    tx: &WriteTx,
    operator: &str,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let sql = "INSERT INTO shop_switches (name, operator, since_at) VALUES ($1, $2, $3) \
               ON CONFLICT (name) DO NOTHING";
    let values = vec![MAINTENANCE.into(), operator.into(), now.millis().into()];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

/// `false`: it was off before.
pub async fn end_maintenance(tx: &WriteTx) -> Result<bool, DbErr> {
    let sql = "DELETE FROM shop_switches WHERE name = $1";
    Ok(execute(tx.conn(), sql, vec![MAINTENANCE.into()]).await?.rows_affected() == 1)
}
