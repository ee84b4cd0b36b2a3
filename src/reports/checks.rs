//! Every statement on `report_checks`: what the quality gate said about each text that a model
//! wrote for an order. Findings quote the text, so they are sealed like it; a text that was held
//! back is kept, sealed, until its order ends, for an operator may still let it go.

use sea_orm::{ConnectionTrait, QueryResult};

use super::ReportError;
use super::gate::{Finding, Verdict};
use super::repo::Provenance;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_all, query_one};
use crate::platform::reseal::{Key, SealedColumn};

const KEY: &[Key] = &[Key::Text("order_no"), Key::Number("part"), Key::Number("attempt")];

/// The sealed columns of `report_checks`.
pub const SEALED: [SealedColumn; 2] = [
    SealedColumn {
        table: "report_checks",
        column: "findings_sealed",
        key: KEY,
        context: "'report_checks.findings_sealed:' || order_no || ':' || part || ':' || attempt",
    },
    SealedColumn {
        table: "report_checks",
        column: "text_sealed",
        key: KEY,
        context: "'report_checks.text_sealed:' || order_no || ':' || part || ':' || attempt",
    },
];

/// One reading of one text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// 0 for a report of one piece, else the chapter from 1.
    pub part: i64,
    /// From 1, for each part.
    pub attempt: i64,
    pub verdict: Verdict,
    pub findings: Vec<Finding>,
    pub provenance: Provenance,
    pub checked_at: Timestamp,
}

/// What operators and logs may see of it without a key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct CheckRow {
    pub part: i64,
    pub attempt: i64,
    pub verdict: String,
    /// Words of the findings, with commas.
    pub codes: String,
    pub provider: String,
    pub checked_at: Timestamp,
}

fn context(column: &str, order: &OrderNo, check: (i64, i64)) -> String {
    let (part, attempt) = check;
    format!("report_checks.{column}:{order}:{part}:{attempt}")
}

/// Keeps a reading; `text` where it was held back.
pub async fn save(
    tx: &WriteTx,
    keyring: &Keyring,
    order: &OrderNo,
    (check, text): (&Check, Option<&str>),
) -> Result<(), ReportError> {
    let place = (check.part, check.attempt);
    let findings = keyring.seal_json(&context("findings_sealed", order, place), &check.findings)?;
    let text = text
        .map(|text| keyring.seal_json(&context("text_sealed", order, place), &text))
        .transpose()?;
    let mut codes: Vec<&str> = check.findings.iter().map(|finding| finding.code.as_str()).collect();
    codes.dedup();
    execute(
        tx.conn(),
        "INSERT INTO report_checks (order_no, part, attempt, verdict, codes, provider, provenance, \
         findings_sealed, text_sealed, checked_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
         ON CONFLICT (order_no, part, attempt) DO NOTHING",
        vec![
            order.as_str().into(),
            check.part.into(),
            check.attempt.into(),
            check.verdict.as_str().into(),
            codes.join(",").into(),
            check.provenance.provider.as_str().into(),
            serde_json::to_string(&check.provenance).unwrap_or_default().into(),
            findings.into(),
            text.into(),
            check.checked_at.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

/// How often a part was held back since an operator last decided, and how many readings it had in
/// all.
pub async fn count(
    db: &impl ConnectionTrait,
    order: &OrderNo,
    part: i64,
) -> Result<(i64, i64), ReportError> {
    let row = query_one(
        db,
        "SELECT CAST(COUNT(CASE WHEN verdict = 'refused' AND settled = 0 THEN 1 END) AS BIGINT), \
         CAST(COUNT(*) AS BIGINT) FROM report_checks WHERE order_no = $1 AND part = $2",
        vec![order.as_str().into(), part.into()],
    )
    .await?;
    match row {
        Some(row) => Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)),
        None => Ok((0, 0)),
    }
}

/// The findings of the latest reading of a part that was held back.
pub async fn last_findings(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
    part: i64,
) -> Result<Vec<Finding>, ReportError> {
    let row = query_one(
        db,
        "SELECT CAST(attempt AS BIGINT), findings_sealed FROM report_checks WHERE order_no = $1 \
         AND part = $2 AND verdict = 'refused' ORDER BY attempt DESC LIMIT 1",
        vec![order.as_str().into(), part.into()],
    )
    .await?;
    let Some(row) = row else { return Ok(Vec::new()) };
    let (attempt, sealed): (i64, Option<String>) =
        (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let Some(sealed) = sealed else { return Ok(Vec::new()) };
    Ok(keyring.open_json(&context("findings_sealed", order, (part, attempt)), &sealed)?)
}

/// The latest text of a part that was held back, with where it came from.
pub async fn last_text(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
    part: i64,
) -> Result<Option<(String, Provenance)>, ReportError> {
    let row = query_one(
        db,
        "SELECT CAST(attempt AS BIGINT), text_sealed, provenance FROM report_checks \
         WHERE order_no = $1 AND part = $2 AND text_sealed IS NOT NULL \
         ORDER BY attempt DESC LIMIT 1",
        vec![order.as_str().into(), part.into()],
    )
    .await?;
    let Some(row) = row else { return Ok(None) };
    let (attempt, sealed, provenance): (i64, String, String) =
        (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
    let text = keyring.open_json(&context("text_sealed", order, (part, attempt)), &sealed)?;
    let damaged = |_error| ReportError::Damaged {
        order_no: order.to_string(),
        what: "where a text came from",
    };
    Ok(Some((text, serde_json::from_str(&provenance).map_err(damaged)?)))
}

/// All readings of an order, the first first.
pub async fn list(
    db: &impl ConnectionTrait,
    order: &OrderNo,
) -> Result<Vec<CheckRow>, ReportError> {
    let rows = query_all(
        db,
        "SELECT CAST(part AS BIGINT), CAST(attempt AS BIGINT), verdict, codes, provider, \
         CAST(checked_at AS BIGINT) FROM report_checks WHERE order_no = $1 \
         ORDER BY part, attempt",
        vec![order.as_str().into()],
    )
    .await?;
    rows.iter().map(row).collect()
}

fn row(row: &QueryResult) -> Result<CheckRow, ReportError> {
    let millis: i64 = row.try_get_by_index(5)?;
    Ok(CheckRow {
        part: row.try_get_by_index(0)?,
        attempt: row.try_get_by_index(1)?,
        verdict: row.try_get_by_index(2)?,
        codes: row.try_get_by_index(3)?,
        provider: row.try_get_by_index(4)?,
        checked_at: Timestamp::from_millis(millis),
    })
}

/// The findings of all readings, for the operator who asks.
pub async fn findings(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Vec<(i64, i64, Vec<Finding>)>, ReportError> {
    let rows = query_all(
        db,
        "SELECT CAST(part AS BIGINT), CAST(attempt AS BIGINT), findings_sealed FROM report_checks \
         WHERE order_no = $1 AND findings_sealed IS NOT NULL ORDER BY part, attempt",
        vec![order.as_str().into()],
    )
    .await?;
    let open = |row: &QueryResult| {
        let (part, attempt, sealed): (i64, i64, String) =
            (row.try_get_by_index(0)?, row.try_get_by_index(1)?, row.try_get_by_index(2)?);
        let place = context("findings_sealed", order, (part, attempt));
        Ok((part, attempt, keyring.open_json(&place, &sealed)?))
    };
    rows.iter().map(open).collect()
}

/// The parts whose latest text is held back, in their order.
pub async fn held(db: &impl ConnectionTrait, order: &OrderNo) -> Result<Vec<i64>, ReportError> {
    let mut latest: Vec<(i64, String)> = Vec::new();
    for check in list(db, order).await? {
        latest.retain(|(part, _)| *part != check.part);
        latest.push((check.part, check.verdict));
    }
    let refused = latest.into_iter().filter(|(_, verdict)| verdict == Verdict::Refused.as_str());
    Ok(refused.map(|(part, _)| part).collect())
}

/// An operator takes over: what was held back so far no longer counts.
pub async fn settle(tx: &WriteTx, order: &OrderNo, part: i64) -> Result<(), ReportError> {
    execute(
        tx.conn(),
        "UPDATE report_checks SET settled = 1 WHERE order_no = $1 AND part = $2",
        vec![order.as_str().into(), part.into()],
    )
    .await?;
    Ok(())
}

/// Forgets what the texts said; that they were read stays for the books.
pub async fn erase(tx: &WriteTx, order: &OrderNo) -> Result<(), ReportError> {
    execute(
        tx.conn(),
        "UPDATE report_checks SET findings_sealed = NULL, text_sealed = NULL WHERE order_no = $1",
        vec![order.as_str().into()],
    )
    .await?;
    Ok(())
}
