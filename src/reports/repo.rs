//! Every statement on `reports`.

use sea_orm::{ConnectionTrait, QueryResult, Value};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ReportError;
use super::ports::TokenUsage;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_one};
use crate::platform::reseal::{Key, SealedColumn};

/// What a finished text cost and where it came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Provenance {
    pub prompt_version: String,
    pub model: String,
    /// Which of the configured providers wrote it; `""` for texts from before there were several.
    pub provider: String,
    pub usage: TokenUsage,
    /// Millionths of the price currency's major unit.
    pub cost_micros: i64,
    pub cost_currency: String,
}

/// The sealed columns of `reports`.
#[derive(Debug, Clone, Copy)]
enum Room {
    Chart,
    Facts,
    Text,
}

impl Room {
    fn column(self) -> &'static str {
        match self {
            Self::Chart => "chart_sealed",
            Self::Facts => "facts_sealed",
            Self::Text => "text_sealed",
        }
    }

    fn context(self, order: &OrderNo) -> String {
        format!("reports.{}:{order}", self.column())
    }
}

/// The sealed columns of `reports`; their contexts are those of `Room`.
pub const SEALED: [SealedColumn; 3] = [
    SealedColumn {
        table: "reports",
        column: "chart_sealed",
        key: &[Key::Text("order_no")],
        context: "'reports.chart_sealed:' || order_no",
    },
    SealedColumn {
        table: "reports",
        column: "facts_sealed",
        key: &[Key::Text("order_no")],
        context: "'reports.facts_sealed:' || order_no",
    },
    SealedColumn {
        table: "reports",
        column: "text_sealed",
        key: &[Key::Text("order_no")],
        context: "'reports.text_sealed:' || order_no",
    },
];

pub async fn save_chart(
    tx: &WriteTx,
    keyring: &Keyring,
    order: &OrderNo,
    chart: &impl Serialize,
    now: Timestamp,
) -> Result<(), ReportError> {
    let sealed = keyring.seal_json(&Room::Chart.context(order), chart)?;
    upsert(tx, order, Room::Chart, sealed, now).await
}

pub async fn save_facts(
    tx: &WriteTx,
    keyring: &Keyring,
    order: &OrderNo,
    facts: &impl Serialize,
    now: Timestamp,
) -> Result<(), ReportError> {
    let sealed = keyring.seal_json(&Room::Facts.context(order), facts)?;
    upsert(tx, order, Room::Facts, sealed, now).await
}

/// Keeps the finished text. What was kept first stays: a report is bought once.
pub async fn save_text(
    tx: &WriteTx,
    keyring: &Keyring,
    order: &OrderNo,
    (text, provenance): (&str, &Provenance),
    now: Timestamp,
) -> Result<(), ReportError> {
    if find_text(tx.conn(), keyring, order).await?.is_some() {
        return Ok(());
    }
    let sealed = keyring.seal_json(&Room::Text.context(order), &text)?;
    upsert(tx, order, Room::Text, sealed, now).await?;
    execute(
        tx.conn(),
        "UPDATE reports SET prompt_version = $2, model = $3, prompt_cache_hit_tokens = $4, \
         prompt_cache_miss_tokens = $5, completion_tokens = $6, reasoning_tokens = $7, \
         cost_micros = $8, cost_currency = $9, provider = $10 WHERE order_no = $1",
        costs(order, provenance),
    )
    .await?;
    Ok(())
}

/// Puts a new text in the place of the old one; what it cost is added to what the old one did.
pub async fn replace_text(
    tx: &WriteTx,
    keyring: &Keyring,
    order: &OrderNo,
    (text, provenance): (&str, &Provenance),
    now: Timestamp,
) -> Result<(), ReportError> {
    let sealed = keyring.seal_json(&Room::Text.context(order), &text)?;
    upsert(tx, order, Room::Text, sealed, now).await?;
    execute(
        tx.conn(),
        "UPDATE reports SET prompt_version = $2, model = $3, \
         prompt_cache_hit_tokens = prompt_cache_hit_tokens + $4, \
         prompt_cache_miss_tokens = prompt_cache_miss_tokens + $5, \
         completion_tokens = completion_tokens + $6, reasoning_tokens = reasoning_tokens + $7, \
         cost_micros = cost_micros + $8, cost_currency = $9, provider = $10 WHERE order_no = $1",
        costs(order, provenance),
    )
    .await?;
    Ok(())
}

fn costs(order: &OrderNo, provenance: &Provenance) -> Vec<Value> {
    vec![
        order.as_str().into(),
        provenance.prompt_version.as_str().into(),
        provenance.model.as_str().into(),
        tokens(provenance.usage.prompt_cache_hit),
        tokens(provenance.usage.prompt_cache_miss),
        tokens(provenance.usage.completion),
        tokens(provenance.usage.reasoning),
        provenance.cost_micros.into(),
        provenance.cost_currency.as_str().into(),
        provenance.provider.as_str().into(),
    ]
}

pub async fn find_chart<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Option<T>, ReportError> {
    find_room(db, keyring, order, Room::Chart).await
}

pub async fn find_facts<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Option<T>, ReportError> {
    find_room(db, keyring, order, Room::Facts).await
}

/// The finished text in Markdown.
pub async fn find_text(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Option<String>, ReportError> {
    find_room(db, keyring, order, Room::Text).await
}

/// Forgets chart, facts and text; what they cost stays for the books.
pub async fn erase(tx: &WriteTx, order: &OrderNo, now: Timestamp) -> Result<(), ReportError> {
    execute(
        tx.conn(),
        "UPDATE reports SET chart_sealed = NULL, facts_sealed = NULL, text_sealed = NULL, \
         updated_at = $2 WHERE order_no = $1",
        vec![order.as_str().into(), now.millis().into()],
    )
    .await?;
    Ok(())
}

/// Where the text came from and what it cost; `None` before it is finished. It outlives the
/// text.
pub async fn find_provenance(
    db: &impl ConnectionTrait,
    order: &OrderNo,
) -> Result<Option<Provenance>, ReportError> {
    let row = query_one(
        db,
        "SELECT prompt_version, model, prompt_cache_hit_tokens, prompt_cache_miss_tokens, \
         completion_tokens, reasoning_tokens, cost_micros, cost_currency, provider FROM reports \
         WHERE order_no = $1 AND model IS NOT NULL",
        vec![order.as_str().into()],
    )
    .await?;
    row.as_ref().map(provenance).transpose()
}

fn provenance(row: &QueryResult) -> Result<Provenance, ReportError> {
    let count = |index: usize| -> Result<u64, ReportError> {
        let number: i64 = row.try_get_by_index(index)?;
        Ok(u64::try_from(number).unwrap_or(0))
    };
    let word = |index: usize| -> Result<String, ReportError> {
        let word: Option<String> = row.try_get_by_index(index)?;
        Ok(word.unwrap_or_default())
    };
    Ok(Provenance {
        prompt_version: word(0)?,
        model: word(1)?,
        usage: TokenUsage {
            prompt_cache_hit: count(2)?,
            prompt_cache_miss: count(3)?,
            completion: count(4)?,
            reasoning: count(5)?,
        },
        cost_micros: row.try_get_by_index(6)?,
        cost_currency: word(7)?,
        provider: word(8)?,
    })
}

async fn find_room<T: DeserializeOwned>(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
    room: Room,
) -> Result<Option<T>, ReportError> {
    let sql = format!("SELECT {} FROM reports WHERE order_no = $1", room.column());
    let row = query_one(db, &sql, vec![order.as_str().into()]).await?;
    let sealed: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    let Some(sealed) = sealed else { return Ok(None) };
    Ok(Some(keyring.open_json(&room.context(order), &sealed)?))
}

async fn upsert(
    tx: &WriteTx,
    order: &OrderNo,
    room: Room,
    sealed: String,
    now: Timestamp,
) -> Result<(), ReportError> {
    let column = room.column();
    let sql = format!(
        "INSERT INTO reports (order_no, {column}, created_at, updated_at) VALUES ($1, $2, $3, $3) \
         ON CONFLICT (order_no) DO UPDATE SET {column} = excluded.{column}, updated_at = $3"
    );
    let values: Vec<Value> = vec![order.as_str().into(), sealed.into(), now.millis().into()];
    execute(tx.conn(), &sql, values).await?;
    Ok(())
}

fn tokens(count: u64) -> Value {
    i64::try_from(count).unwrap_or(i64::MAX).into()
}
