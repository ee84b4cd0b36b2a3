//! Callbacks were not believed: counted for the doctor, and many of them tell an operator that a
//! secret is wrong, or that somebody forges.

use sea_orm::DbErr;

use super::base::Base;
use super::jobs::AlertKind;
use super::raise_alert;
use crate::payments::refusals;

/// `count` more callbacks of `provider` were refused for `reason`; `many`: worth an alert.
pub async fn run(
    base: &Base,
    (provider, reason): (&str, &str),
    (count, many): (i64, bool),
) -> Result<(), DbErr> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    refusals::add(&tx, (provider, reason), count, now).await?;
    if many {
        raise_alert::run(&tx, AlertKind::BadSignatures, (provider, reason), now).await?;
    }
    tx.commit().await
}
