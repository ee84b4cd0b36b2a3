//! Every statement on `chapters`: the finished chapters of a report, kept as they finish, so that
//! none is bought twice. Sealed like the report itself (spec.md §12).

use sea_orm::{ConnectionTrait, QueryResult};

use super::{ReportError, draft, repo};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_all};
use crate::platform::reseal::{Key, SealedColumn};

/// A chapter of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chapter {
    /// Its name in the product's plan; `c1`, `c2`, … in a report that was written as one text.
    pub key: String,
    /// Its place, from 0.
    pub position: i32,
    pub body: ChapterBody,
}

/// What is sealed of it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChapterBody {
    /// In the buyer's language, without number.
    pub title: String,
    /// Without the heading.
    pub markdown: String,
    /// For the chapters that come after it; never shown.
    pub summary: String,
}

/// The sealed column of `chapters`.
pub const SEALED: SealedColumn = SealedColumn {
    table: "chapters",
    column: "body_sealed",
    key: &[Key::Text("order_no"), Key::Text("chapter")],
    context: "'chapters.body:' || order_no || ':' || chapter",
};

/// Keeps a finished chapter. `false`: it was there already, and what was kept first stays.
pub async fn save(
    tx: &WriteTx,
    keyring: &Keyring,
    (order, chapter): (&OrderNo, &Chapter),
    now: Timestamp,
) -> Result<bool, ReportError> {
    let sealed = keyring.seal_json(&context(order, &chapter.key), &chapter.body)?;
    let kept = execute(
        tx.conn(),
        "INSERT INTO chapters (order_no, chapter, position, body_sealed, written_at) \
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (order_no, chapter) DO NOTHING",
        vec![
            order.as_str().into(),
            chapter.key.as_str().into(),
            chapter.position.into(),
            sealed.into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(kept.rows_affected() == 1)
}

/// The chapters that are finished, in their order.
pub async fn list(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Vec<Chapter>, ReportError> {
    let rows = query_all(
        db,
        "SELECT chapter, position, body_sealed FROM chapters WHERE order_no = $1 \
         ORDER BY position, chapter",
        vec![order.as_str().into()],
    )
    .await?;
    rows.iter().map(|row| chapter(row, keyring, order)).collect()
}

/// The chapters of a finished report, however it was written: one that was bought as one text is
/// divided at its headings. Empty before it is finished and after it was erased.
pub async fn chapters_of(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Vec<Chapter>, ReportError> {
    let Some(text) = repo::find_text(db, keyring, order).await? else { return Ok(Vec::new()) };
    let kept = list(db, keyring, order).await?;
    if !kept.is_empty() {
        return Ok(kept);
    }
    let parts = draft::split(&text).into_iter().zip(0_i32..);
    let chapter = |((title, markdown), position): ((String, String), i32)| Chapter {
        key: format!("c{}", position.saturating_add(1)),
        position,
        body: ChapterBody { title, markdown, summary: String::new() },
    };
    Ok(parts.map(chapter).collect())
}

/// Takes a chapter back that is to be written again.
pub async fn remove(tx: &WriteTx, order: &OrderNo, key: &str) -> Result<(), ReportError> {
    let sql = "DELETE FROM chapters WHERE order_no = $1 AND chapter = $2";
    execute(tx.conn(), sql, vec![order.as_str().into(), key.into()]).await?;
    Ok(())
}

/// Forgets the chapters.
pub async fn erase(tx: &WriteTx, order: &OrderNo) -> Result<(), ReportError> {
    let sql = "DELETE FROM chapters WHERE order_no = $1";
    execute(tx.conn(), sql, vec![order.as_str().into()]).await?;
    Ok(())
}

fn chapter(row: &QueryResult, keyring: &Keyring, order: &OrderNo) -> Result<Chapter, ReportError> {
    let key: String = row.try_get_by_index(0)?;
    let position = row.try_get_by_index(1)?;
    let sealed: String = row.try_get_by_index(2)?;
    let body = keyring.open_json(&context(order, &key), &sealed)?;
    Ok(Chapter { key, position, body })
}

fn context(order: &OrderNo, chapter: &str) -> String {
    format!("chapters.body:{order}:{chapter}")
}
