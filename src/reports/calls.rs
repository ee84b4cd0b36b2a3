//! Every statement on `model_calls`: each request that the model answered or that cost something, of
//! an order that was delivered or of one that failed. What it cost stays for the books; what was
//! wrong with a text is sealed with it, because it may quote the text.

use sea_orm::{ConnectionTrait, QueryResult, Value};

use super::ReportError;
use super::draft::Finding;
use super::ports::TokenUsage;
use super::repo::Provenance;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_all, query_one};
use crate::platform::reseal::{Key, SealedColumn};

/// What became of the answer. The words stand in the database and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CallOutcome {
    /// The text is part of the report.
    Kept,
    /// The text was not good enough.
    Rejected,
    /// There was no text.
    Failed,
}

impl CallOutcome {
    const ALL: [Self; 3] = [Self::Kept, Self::Rejected, Self::Failed];

    fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Rejected => "rejected",
            Self::Failed => "failed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == word)
    }
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The chapter's key; empty for a report that is one text.
    pub chapter: String,
    pub outcome: CallOutcome,
    pub made: Provenance,
    pub findings: Vec<Finding>,
}

/// What all requests of an order came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Total {
    pub calls: i64,
    pub usage: TokenUsage,
    pub cost_micros: i64,
}

/// The sealed column of `model_calls`.
pub const SEALED: SealedColumn = SealedColumn {
    table: "model_calls",
    column: "findings_sealed",
    key: &[Key::Text("order_no"), Key::Number("seq")],
    context: "'model_calls.findings:' || order_no || ':' || seq",
};

/// Writes a request down. The caller holds the lease of the order's job, so nobody else counts.
pub async fn record(
    tx: &WriteTx,
    keyring: &Keyring,
    (order, call): (&OrderNo, &Call),
    now: Timestamp,
) -> Result<(), ReportError> {
    let seq = next(tx, order).await?;
    let sealed = match call.findings.as_slice() {
        [] => None,
        findings => Some(keyring.seal_json(&context(order, seq), &findings)?),
    };
    let usage = call.made.usage;
    execute(
        tx.conn(),
        "INSERT INTO model_calls (order_no, seq, chapter, outcome, prompt_version, model, \
         prompt_cache_hit_tokens, prompt_cache_miss_tokens, completion_tokens, reasoning_tokens, \
         cost_micros, cost_currency, findings_sealed, made_at, provider) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
        vec![
            order.as_str().into(),
            seq.into(),
            call.chapter.as_str().into(),
            call.outcome.as_str().into(),
            call.made.prompt_version.as_str().into(),
            call.made.model.as_str().into(),
            tokens(usage.prompt_cache_hit),
            tokens(usage.prompt_cache_miss),
            tokens(usage.completion),
            tokens(usage.reasoning),
            call.made.cost_micros.into(),
            call.made.cost_currency.as_str().into(),
            sealed.into(),
            now.millis().into(),
            call.made.provider.as_str().into(),
        ],
    )
    .await?;
    Ok(())
}

/// The text of a chapter that was kept turns out not to be good enough: its request counts as
/// rejected, with what was wrong.
pub async fn reject(
    tx: &WriteTx,
    keyring: &Keyring,
    (order, chapter): (&OrderNo, &str),
    findings: &[Finding],
) -> Result<(), ReportError> {
    let sql = "SELECT max(seq) FROM model_calls WHERE order_no = $1 AND chapter = $2 \
               AND outcome = $3";
    let kept = CallOutcome::Kept.as_str();
    let values = vec![order.as_str().into(), chapter.into(), kept.into()];
    let row = query_one(tx.conn(), sql, values).await?;
    let last: Option<i32> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    let Some(seq) = last else { return Ok(()) };
    let sealed = keyring.seal_json(&context(order, seq), &findings)?;
    let sql = "UPDATE model_calls SET outcome = $3, findings_sealed = $4 \
               WHERE order_no = $1 AND seq = $2";
    let rejected = CallOutcome::Rejected.as_str();
    let values = vec![order.as_str().into(), seq.into(), rejected.into(), sealed.into()];
    execute(tx.conn(), sql, values).await?;
    Ok(())
}

async fn next(tx: &WriteTx, order: &OrderNo) -> Result<i32, ReportError> {
    let sql = "SELECT max(seq) FROM model_calls WHERE order_no = $1";
    let row = query_one(tx.conn(), sql, vec![order.as_str().into()]).await?;
    let last: Option<i32> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    Ok(last.map_or(0, |last| last.saturating_add(1)))
}

const COLUMNS: &str = "seq, chapter, outcome, prompt_version, model, prompt_cache_hit_tokens, \
                       prompt_cache_miss_tokens, completion_tokens, reasoning_tokens, cost_micros, \
                       cost_currency, findings_sealed, provider";

/// Every request of an order, in its order. Findings that were erased are missing.
pub async fn list(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Vec<Call>, ReportError> {
    let sql = format!("SELECT {COLUMNS} FROM model_calls WHERE order_no = $1 ORDER BY seq");
    let rows = query_all(db, &sql, vec![order.as_str().into()]).await?;
    rows.iter().map(|row| call(row, keyring, order)).collect()
}

/// The sum over all requests, those for nothing included.
pub async fn total(db: &impl ConnectionTrait, order: &OrderNo) -> Result<Total, ReportError> {
    let sql = "SELECT prompt_cache_hit_tokens, prompt_cache_miss_tokens, completion_tokens, \
               reasoning_tokens, cost_micros FROM model_calls WHERE order_no = $1";
    let mut total = Total::default();
    for row in &query_all(db, sql, vec![order.as_str().into()]).await? {
        total.calls = total.calls.saturating_add(1);
        total.usage = total.usage.plus(usage(row, 0)?);
        total.cost_micros = total.cost_micros.saturating_add(row.try_get_by_index(4)?);
    }
    Ok(total)
}

/// What a provider's texts have cost since an instant, in millionths of its currency.
pub async fn spent_since(
    db: &impl ConnectionTrait,
    provider: &str,
    since: Timestamp,
) -> Result<i64, ReportError> {
    let row = query_one(
        db,
        "SELECT CAST(COALESCE(SUM(cost_micros), 0) AS BIGINT) FROM model_calls \
         WHERE provider = $1 AND made_at >= $2",
        vec![provider.into(), since.millis().into()],
    )
    .await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
}

/// Forgets what was wrong with the texts; what they cost stays.
pub async fn erase(tx: &WriteTx, order: &OrderNo) -> Result<(), ReportError> {
    let sql = "UPDATE model_calls SET findings_sealed = NULL WHERE order_no = $1";
    execute(tx.conn(), sql, vec![order.as_str().into()]).await?;
    Ok(())
}

fn call(row: &QueryResult, keyring: &Keyring, order: &OrderNo) -> Result<Call, ReportError> {
    let seq: i32 = row.try_get_by_index(0)?;
    let outcome: String = row.try_get_by_index(2)?;
    let outcome = CallOutcome::parse(&outcome)
        .ok_or_else(|| ReportError::Damaged { order_no: order.0.clone(), what: "outcome" })?;
    let sealed: Option<String> = row.try_get_by_index(11)?;
    let findings = sealed.map(|sealed| keyring.open_json(&context(order, seq), &sealed));
    Ok(Call {
        chapter: row.try_get_by_index(1)?,
        outcome,
        made: Provenance {
            prompt_version: row.try_get_by_index(3)?,
            model: row.try_get_by_index(4)?,
            provider: row.try_get_by_index(12)?,
            usage: usage(row, 5)?,
            cost_micros: row.try_get_by_index(9)?,
            cost_currency: row.try_get_by_index(10)?,
        },
        findings: findings.transpose()?.unwrap_or_default(),
    })
}

fn usage(row: &QueryResult, first: usize) -> Result<TokenUsage, ReportError> {
    let count = |offset: usize| -> Result<u64, ReportError> {
        let number: i64 = row.try_get_by_index(first.saturating_add(offset))?;
        Ok(u64::try_from(number).unwrap_or(0))
    };
    Ok(TokenUsage {
        prompt_cache_hit: count(0)?,
        prompt_cache_miss: count(1)?,
        completion: count(2)?,
        reasoning: count(3)?,
    })
}

fn tokens(count: u64) -> Value {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}

fn context(order: &OrderNo, seq: i32) -> String {
    format!("model_calls.findings:{order}:{seq}")
}
