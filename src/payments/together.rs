//! What callbacks that arrive together do to payments, in a few statements for all of them. One by
//! one it is [`super::repo::apply`].

use std::collections::BTreeMap;

use super::entity::payment;
use super::log::{LOG, log_row};
use super::repo::Evidence;
use super::rules::{self, Step};
use super::{Fact, Payment, PaymentError};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::PaymentNo;
use crate::platform::db::group::GroupTx;
use crate::platform::db::rows::{self, Columns, Kind, Rows};

/// All attempts to pay the orders of `payments`, these among them.
pub async fn attempts_of(
    tx: &GroupTx<'_>,
    payments: &[&PaymentNo],
) -> Result<BTreeMap<PaymentNo, Payment>, PaymentError> {
    let numbers = payments.iter().map(|no| [no.as_str().into()]).collect();
    let sql = "SELECT payments.* FROM payments, {given} WHERE order_no = \
               (SELECT known.order_no FROM payments known WHERE known.payment_no = given.no)";
    let attempts = tx.ask::<payment::Model>(&[("no", Kind::Text)], numbers, sql).await?;
    let by_number = |attempt| {
        let attempt = Payment::try_from(attempt)?;
        Ok((attempt.payment_no.clone(), attempt))
    };
    attempts.into_iter().map(by_number).collect()
}

/// A payment that succeeded, by which charge of the provider, and how we know.
#[derive(Debug)]
pub struct Success<'a> {
    pub payment: &'a mut Payment,
    pub provider_ref: Option<&'a str>,
    pub evidence: Evidence<'a>,
}

/// [`super::repo::apply`] with [`Fact::Paid`] for many payments at once, with the providers' numbers of the
/// charges. `false`: one of them was changed meanwhile, and the caller must roll back.
pub async fn succeed_all(
    tx: &GroupTx<'_>,
    successes: &mut [Success<'_>],
    now: Timestamp,
) -> Result<bool, PaymentError> {
    let (mut updates, mut lines) = (Rows::default(), Rows::default());
    for Success { payment, provider_ref, evidence } in successes {
        let Step::To(to) = rules::step(payment.status, Fact::Paid)? else { return Ok(false) };
        let (no, provider_ref) = (payment.payment_no.as_str(), *provider_ref);
        let (at, seen) = (now.millis(), payment.version);
        updates.push([no.into(), to.as_str().into(), provider_ref.into(), at.into(), seen.into()]);
        lines.push(log_row(&payment.payment_no, (Some(payment.status), to), evidence, now));
        payment.status = to;
        payment.provider_ref = provider_ref.map(str::to_owned).or(payment.provider_ref.take());
        payment.paid_at = Some(now);
        payment.version = payment.version.saturating_add(1);
    }
    let wanted = updates.len();
    let written = tx.write(
        UPDATE,
        updates,
        "UPDATE payments SET status = given.to_status, \
         provider_ref = COALESCE(given.charge, provider_ref), paid_at = given.at, \
         updated_at = given.at, next_query_at = NULL, version = version + 1 FROM {given} \
         WHERE payment_no = given.no AND version = given.seen",
    );
    let written = written?;
    if usize::try_from(written) != Ok(wanted) {
        metrics::counter!("mingshu_version_conflicts_total", "table" => "payments").increment(1);
        return Ok(false);
    }
    rows::insert(tx, "payment_log", LOG, lines).await?;
    metrics::counter!("mingshu_payments_total", "outcome" => "succeeded").increment(written);
    Ok(true)
}

const UPDATE: &Columns = &[
    ("no", Kind::Text),
    ("to_status", Kind::Text),
    ("charge", Kind::Text),
    ("at", Kind::Integer),
    ("seen", Kind::Integer),
];
