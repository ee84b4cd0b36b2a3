//! Lines of the payment log: written, never changed.

use serde_json::Value as Json;

use super::repo::Evidence;
use super::{PaymentError, PaymentStatus};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::PaymentNo;
use crate::platform::db::WriteTx;
use crate::platform::db::rows::{self, Columns, Kind};

pub(super) const LOG: &Columns = &[
    ("payment_no", Kind::Text),
    ("from_status", Kind::Text),
    ("to_status", Kind::Text),
    ("source", Kind::Text),
    ("evidence_key", Kind::Text),
    ("note", Kind::Text),
    ("at", Kind::Integer),
];

pub(super) fn log_row(
    no: &PaymentNo,
    (from, to): (Option<PaymentStatus>, PaymentStatus),
    evidence: &Evidence<'_>,
    now: Timestamp,
) -> [Json; 7] {
    [
        no.as_str().into(),
        from.map(PaymentStatus::as_str).into(),
        to.as_str().into(),
        evidence.source.into(),
        evidence.evidence_key.into(),
        evidence.note.into(),
        now.millis().into(),
    ]
}

/// Appends a line.
pub(super) async fn write(
    tx: &WriteTx,
    no: &PaymentNo,
    steps: (Option<PaymentStatus>, PaymentStatus),
    evidence: &Evidence<'_>,
    now: Timestamp,
) -> Result<(), PaymentError> {
    let rows = [log_row(no, steps, evidence, now)].into_iter().collect();
    rows::insert(tx, "payment_log", LOG, rows).await?;
    Ok(())
}
