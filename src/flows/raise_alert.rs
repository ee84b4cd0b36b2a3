//! Operators are told, within the transaction of what happened: one job for each way to them.

use sea_orm::DbErr;

use super::jobs::{AlertKind, MailAlert, SendAlert};
use crate::alerts;
use crate::kernel::clock::Timestamp;
use crate::platform::db::{WriteTx, storable};
use crate::platform::jobs::store;

pub async fn run(
    tx: &WriteTx,
    kind: AlertKind,
    (subject, note): (&str, &str),
    now: Timestamp,
) -> Result<(), DbErr> {
    // May be a foreign word, such as the number in a callback about nothing of ours.
    let subject = storable(subject);
    let Some(telling) = alerts::repo::raise(tx, (kind.as_str(), &subject), now).await? else {
        return Ok(());
    };
    let alert = SendAlert {
        kind,
        subject,
        note: note.to_owned(),
        bucket: telling.at.millis(),
        missed: telling.missed,
    };
    store::enqueue(tx, &alert, now).await?;
    store::enqueue(tx, &MailAlert(alert), now).await
}
