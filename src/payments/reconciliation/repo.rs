//! Every statement on `reconciliation_runs` and `reconciliation_differences`, and what a
//! comparison asks of our payments, refunds and evidence.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::prelude::*;
use sea_orm::{DbErr, QueryResult, Value};

use super::{Difference, NewDifference, Run, Totals, Way};
use crate::kernel::clock::Timestamp;
use crate::payments::entity::{payment, refund};
use crate::payments::{Payment, PaymentError, Refund};
use crate::platform::db::{WriteTx, execute, query_all, query_one};

/// A span of time: from, and up to but not with.
pub type Span = (Timestamp, Timestamp);

/// Numbers in one question to the database.
const AT_ONCE: usize = 200;

/// The payments with these numbers.
pub async fn payments_of(
    db: &impl ConnectionTrait,
    numbers: &BTreeSet<String>,
) -> Result<BTreeMap<String, Payment>, PaymentError> {
    let mut found = BTreeMap::new();
    for some in chunks(numbers) {
        let rows =
            payment::Entity::find().filter(payment::Column::PaymentNo.is_in(some)).all(db).await?;
        for row in rows {
            found.insert(row.payment_no.clone(), Payment::try_from(row)?);
        }
    }
    Ok(found)
}

/// The refunds with these numbers.
pub async fn refunds_of(
    db: &impl ConnectionTrait,
    numbers: &BTreeSet<String>,
) -> Result<BTreeMap<String, Refund>, PaymentError> {
    let mut found = BTreeMap::new();
    for some in chunks(numbers) {
        let rows =
            refund::Entity::find().filter(refund::Column::RefundNo.is_in(some)).all(db).await?;
        for row in rows {
            found.insert(row.refund_no.clone(), Refund::try_from(row)?);
        }
    }
    Ok(found)
}

/// Which lines of statements we have seen, by their keys: key → number that it was about.
pub async fn seen_keys(
    db: &impl ConnectionTrait,
    (provider, references): (&str, &BTreeSet<String>),
) -> Result<BTreeMap<String, String>, DbErr> {
    let mut seen = BTreeMap::new();
    for some in chunks(references) {
        let places: Vec<String> =
            (0..some.len()).map(|place| format!("${}", place.saturating_add(2))).collect();
        let sql = format!(
            "SELECT evidence_key, reference FROM callback_inbox \
             WHERE provider = $1 AND source = 'statement' AND reference IN ({})",
            places.join(", ")
        );
        let mut values: Vec<Value> = vec![provider.into()];
        values.extend(some.into_iter().map(Value::from));
        for row in query_all(db, &sql, values).await? {
            seen.insert(row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        }
    }
    Ok(seen)
}

/// Payments that succeeded within `span` and that no statement has named so far.
pub async fn unseen_payments(
    db: &impl ConnectionTrait,
    (provider, span): (&str, Span),
) -> Result<Vec<Payment>, PaymentError> {
    let numbers = numbers(
        db,
        "SELECT p.payment_no FROM payments p WHERE p.provider = $1 AND p.status = 'succeeded' \
         AND p.paid_at >= $2 AND p.paid_at < $3 AND NOT EXISTS (SELECT 1 FROM callback_inbox i \
         WHERE i.reference = p.payment_no AND i.provider = p.provider AND i.source = 'statement')",
        (provider, span),
    )
    .await?;
    Ok(payments_of(db, &numbers).await?.into_values().collect())
}

/// Refunds that succeeded within `span` and that no statement has named so far.
pub async fn unseen_refunds(
    db: &impl ConnectionTrait,
    (provider, span): (&str, Span),
) -> Result<Vec<Refund>, PaymentError> {
    let numbers = numbers(
        db,
        "SELECT r.refund_no FROM refunds r JOIN payments p ON p.payment_no = r.payment_no \
         WHERE p.provider = $1 AND r.status = 'succeeded' AND r.manual_reference IS NULL \
         AND r.updated_at >= $2 AND r.updated_at < $3 AND NOT EXISTS (SELECT 1 FROM callback_inbox i \
         WHERE i.reference = r.refund_no AND i.provider = p.provider AND i.source = 'statement')",
        (provider, span),
    )
    .await?;
    Ok(refunds_of(db, &numbers).await?.into_values().collect())
}

/// Payments that were opened or paid within `span`: what must be asked about without a statement.
pub async fn payments_within(
    db: &impl ConnectionTrait,
    (provider, span): (&str, Span),
) -> Result<BTreeSet<String>, DbErr> {
    let sql = "SELECT payment_no FROM payments WHERE provider = $1 AND status <> 'init' \
               AND ((created_at >= $2 AND created_at < $3) OR (paid_at >= $2 AND paid_at < $3))";
    numbers(db, sql, (provider, span)).await
}

/// Refunds that were sent or answered within `span`.
pub async fn refunds_within(
    db: &impl ConnectionTrait,
    (provider, span): (&str, Span),
) -> Result<BTreeSet<String>, DbErr> {
    let sql = "SELECT r.refund_no FROM refunds r JOIN payments p ON p.payment_no = r.payment_no \
               WHERE p.provider = $1 AND r.status <> 'requested' AND r.manual_reference IS NULL \
               AND r.updated_at >= $2 AND r.updated_at < $3";
    numbers(db, sql, (provider, span)).await
}

/// Whether anything was ever to be paid at this provider before `end`.
pub async fn has_payments_before(
    db: &impl ConnectionTrait,
    provider: &str,
    end: Timestamp,
) -> Result<bool, DbErr> {
    let sql = "SELECT 1 FROM payments WHERE provider = $1 AND created_at < $2 LIMIT 1";
    Ok(query_one(db, sql, vec![provider.into(), end.millis().into()]).await?.is_some())
}

async fn numbers(
    db: &impl ConnectionTrait,
    sql: &str,
    (provider, (from, to)): (&str, Span),
) -> Result<BTreeSet<String>, DbErr> {
    let values = vec![provider.into(), from.millis().into(), to.millis().into()];
    query_all(db, sql, values).await?.iter().map(|row| row.try_get_by_index(0)).collect()
}

fn chunks(numbers: &BTreeSet<String>) -> Vec<Vec<String>> {
    let all: Vec<String> = numbers.iter().cloned().collect();
    all.chunks(AT_ONCE).map(<[String]>::to_vec).collect()
}

/// Writes a difference down; one that is known stays as it is.
pub async fn insert(
    tx: &WriteTx,
    (provider, day): (&str, &str),
    new: &NewDifference,
    now: Timestamp,
) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "INSERT INTO reconciliation_differences (provider, day, kind, reference, order_no, \
         payment_no, refund_no, ours, theirs, found_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (provider, day, kind, reference) DO NOTHING",
        vec![
            provider.into(),
            day.into(),
            new.kind.as_str().into(),
            new.reference.as_str().into(),
            new.order_no.as_ref().map(|no| no.0.clone()).into(),
            new.payment_no.as_ref().map(|no| no.0.clone()).into(),
            new.refund_no.as_ref().map(|no| no.0.clone()).into(),
            new.ours.as_str().into(),
            new.theirs.as_str().into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Resolves what has resolved itself: a payment or refund that we booked since, one that a later
/// statement named.
pub async fn resolve_settled(tx: &WriteTx, provider: &str, now: Timestamp) -> Result<u64, DbErr> {
    const SEEN: &str = "EXISTS (SELECT 1 FROM callback_inbox i WHERE i.source = 'statement' \
        AND i.provider = reconciliation_differences.provider \
        AND i.reference = reconciliation_differences.reference)";
    const PAID: &str = "EXISTS (SELECT 1 FROM payments p WHERE p.status = 'succeeded' \
        AND p.payment_no = reconciliation_differences.reference)";
    const RETURNED: &str = "EXISTS (SELECT 1 FROM refunds r WHERE r.status = 'succeeded' \
        AND r.refund_no = reconciliation_differences.reference)";
    let sql = format!(
        "UPDATE reconciliation_differences SET status = 'resolved', resolved_at = $2, \
         resolved_by = 'system', note = CASE WHEN kind IN ('status', 'refund_missing_here') \
         THEN 'booked since' ELSE 'named by another statement since' END \
         WHERE provider = $1 AND status = 'open' AND ( \
         (kind IN ('missing_there', 'refund_missing_there') AND {SEEN}) \
         OR (kind = 'status' AND ours NOT LIKE 'succeeded%' AND {PAID}) \
         OR (kind = 'refund_missing_here' AND {RETURNED}))"
    );
    Ok(execute(tx.conn(), &sql, vec![provider.into(), now.millis().into()]).await?.rows_affected())
}

/// A person has resolved it. `false`: it is not open.
pub async fn resolve(
    tx: &WriteTx,
    (id, by): (i64, &str),
    note: &str,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let written = execute(
        tx.conn(),
        "UPDATE reconciliation_differences SET status = 'resolved', resolved_at = $4, \
         resolved_by = $2, note = $3 WHERE id = $1 AND status = 'open'",
        vec![id.into(), by.into(), note.into(), now.millis().into()],
    )
    .await?;
    Ok(written.rows_affected() == 1)
}

const COLUMNS: &str = "id, provider, day, kind, reference, order_no, payment_no, refund_no, ours, \
                       theirs, status, found_at, resolved_at, resolved_by, note";

/// The newest differences; `status` is `open`, `resolved`, or `None` for all.
pub async fn list(
    db: &impl ConnectionTrait,
    status: Option<&str>,
    limit: u32,
) -> Result<Vec<Difference>, DbErr> {
    let sql = format!(
        "SELECT {COLUMNS} FROM reconciliation_differences \
         WHERE (CAST($1 AS TEXT) IS NULL OR status = $1) ORDER BY id DESC LIMIT $2"
    );
    let values = vec![status.map(str::to_owned).into(), i64::from(limit).into()];
    query_all(db, &sql, values).await?.iter().map(difference).collect()
}

/// How many are open.
pub async fn count_open(db: &impl ConnectionTrait) -> Result<i64, DbErr> {
    let sql = "SELECT count(*) FROM reconciliation_differences WHERE status = 'open'";
    let row = query_one(db, sql, vec![]).await?;
    row.map_or(Ok(0), |row| row.try_get_by_index(0))
}

/// Everything that was ever found about an order, the oldest first.
pub async fn of_order(db: &impl ConnectionTrait, order: &str) -> Result<Vec<Difference>, DbErr> {
    let sql =
        format!("SELECT {COLUMNS} FROM reconciliation_differences WHERE order_no = $1 ORDER BY id");
    query_all(db, &sql, vec![order.into()]).await?.iter().map(difference).collect()
}

pub async fn find(db: &impl ConnectionTrait, id: i64) -> Result<Option<Difference>, DbErr> {
    let sql = format!("SELECT {COLUMNS} FROM reconciliation_differences WHERE id = $1");
    query_one(db, &sql, vec![id.into()]).await?.as_ref().map(difference).transpose()
}

fn difference(row: &QueryResult) -> Result<Difference, DbErr> {
    let at = |name| Ok::<_, DbErr>(row.try_get::<Option<i64>>("", name)?.map(Timestamp));
    Ok(Difference {
        id: row.try_get("", "id")?,
        provider: row.try_get("", "provider")?,
        day: row.try_get("", "day")?,
        kind: row.try_get("", "kind")?,
        reference: row.try_get("", "reference")?,
        order_no: row.try_get("", "order_no")?,
        payment_no: row.try_get("", "payment_no")?,
        refund_no: row.try_get("", "refund_no")?,
        ours: row.try_get("", "ours")?,
        theirs: row.try_get("", "theirs")?,
        status: row.try_get("", "status")?,
        found_at: Timestamp(row.try_get("", "found_at")?),
        resolved_at: at("resolved_at")?,
        resolved_by: row.try_get("", "resolved_by")?,
        note: row.try_get("", "note")?,
    })
}

/// Writes that a comparison begins; its number.
pub async fn begin(
    tx: &WriteTx,
    (provider, day): (&str, &str),
    way: Way,
    now: Timestamp,
) -> Result<i64, DbErr> {
    let row = query_one(
        tx.conn(),
        "INSERT INTO reconciliation_runs (provider, day, source, status, started_at) \
         VALUES ($1, $2, $3, 'running', $4) RETURNING id",
        vec![provider.into(), day.into(), way.as_str().into(), now.millis().into()],
    )
    .await?;
    row.ok_or(DbErr::RecordNotInserted)?.try_get_by_index(0)
}

/// Writes how a comparison ended, with the differences of the day that are open now.
pub async fn finish(
    tx: &WriteTx,
    (id, checked): (i64, usize),
    totals: &Totals,
    now: Timestamp,
) -> Result<(), DbErr> {
    let totals = serde_json::to_string(totals).map_err(|cause| DbErr::Json(cause.to_string()))?;
    execute(
        tx.conn(),
        "UPDATE reconciliation_runs SET status = 'done', checked = $2, totals = $3, \
         finished_at = $4, differences = (SELECT COUNT(*) FROM reconciliation_differences d \
         WHERE d.provider = reconciliation_runs.provider AND d.day = reconciliation_runs.day \
         AND d.status = 'open') WHERE id = $1",
        vec![
            id.into(),
            i64::try_from(checked).unwrap_or(i64::MAX).into(),
            totals.into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Writes that a comparison could not be finished, and why.
pub async fn fail(tx: &WriteTx, id: i64, why: &str, now: Timestamp) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "UPDATE reconciliation_runs SET status = 'failed', last_error = $2, finished_at = $3 \
         WHERE id = $1",
        vec![id.into(), why.into(), now.millis().into()],
    )
    .await?;
    Ok(())
}

/// A comparison that was finished; that there is none is an error.
pub async fn get_run(db: &impl ConnectionTrait, id: i64) -> Result<Run, DbErr> {
    let missing = || DbErr::RecordNotFound(format!("reconciliation run {id}"));
    find_run(db, id).await?.ok_or_else(missing)
}

/// A comparison, when it was finished.
pub async fn find_run(db: &impl ConnectionTrait, id: i64) -> Result<Option<Run>, DbErr> {
    let row = query_one(
        db,
        "SELECT r.id, r.provider, r.day, r.source, r.checked, r.differences, r.totals, \
         (SELECT COUNT(*) FROM reconciliation_differences d WHERE d.provider = r.provider \
         AND d.day = r.day AND d.resolved_by = 'system') AS booked \
         FROM reconciliation_runs r WHERE r.id = $1 AND r.status = 'done'",
        vec![id.into()],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    let totals: String = row.try_get("", "totals")?;
    Ok(Some(Run {
        id: row.try_get("", "id")?,
        provider: row.try_get("", "provider")?,
        day: row.try_get("", "day")?,
        source: row.try_get("", "source")?,
        checked: row.try_get("", "checked")?,
        differences: row.try_get("", "differences")?,
        booked: row.try_get("", "booked")?,
        totals: serde_json::from_str(&totals).map_err(|cause| DbErr::Json(cause.to_string()))?,
    }))
}
