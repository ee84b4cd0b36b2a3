//! An operator is told, within the transaction of what happened.

use sea_orm::DbErr;

use super::jobs::{AlertKind, SendAlert};
use crate::kernel::clock::Timestamp;
use crate::platform::db::{WriteTx, storable};
use crate::platform::jobs::store;

/// Equal alerts within this many seconds are one.
const QUIET_SECONDS: i64 = 3600;

pub async fn run(
    tx: &WriteTx,
    kind: AlertKind,
    (subject, note): (&str, &str),
    now: Timestamp,
) -> Result<(), DbErr> {
    let alert = SendAlert {
        kind,
        // May be a foreign word, such as the number in a callback about nothing of ours.
        subject: storable(subject),
        note: note.to_owned(),
        bucket: now.seconds().div_euclid(QUIET_SECONDS),
    };
    store::enqueue(tx, &alert, now).await
}
