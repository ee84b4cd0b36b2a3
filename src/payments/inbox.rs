//! The inbox of evidence: every proved message, once, with our verdict on it. Written by hand: it
//! is the first statement of every callback.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use serde::Deserialize;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;
use crate::platform::crypto::Keyring;
use crate::platform::db::group::GroupTx;
use crate::platform::db::rows::{self, Columns, Kind, Rows, TakesRows};
use crate::platform::db::{WriteTx, execute, query_all, query_one, storable};
use crate::platform::reseal::{Key, SealedColumn};

use super::PaymentError;

/// What we made of a piece of evidence. The words are kept in rows and never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// Written before the evidence is applied; stays when there was nothing to apply.
    Recorded,
    Applied,
    /// Right, but nothing changed by it.
    OldNews,
    /// Amount, currency or merchant do not match.
    Mismatch,
    /// No payment or refund of ours has this number.
    Orphan,
    /// Only a query can decide.
    NeedsQuery,
    /// Could not be applied; an operator was told.
    NotApplied,
}

impl Judgement {
    const ALL: [Self; 7] = [
        Self::Recorded,
        Self::Applied,
        Self::OldNews,
        Self::Mismatch,
        Self::Orphan,
        Self::NeedsQuery,
        Self::NotApplied,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Recorded => "recorded",
            Self::Applied => "applied",
            Self::OldNews => "old_news",
            Self::Mismatch => "mismatch",
            Self::Orphan => "orphan",
            Self::NeedsQuery => "needs_query",
            Self::NotApplied => "not_applied",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|judgement| judgement.as_str() == word)
    }
}

/// A piece of evidence on its way into the inbox.
#[derive(Debug, Clone, Copy)]
pub struct Received<'a> {
    pub provider: &'a str,
    pub evidence_key: &'a str,
    /// `callback`, `query`, `statement`, `operator`.
    pub source: &'a str,
    /// The number it speaks of, as it was told: kept as far as a column holds it.
    pub reference: Option<&'a str>,
    /// The raw bytes as they came; kept sealed.
    pub raw: &'a [u8],
}

/// The sealed column of `callback_inbox`.
pub const SEALED: SealedColumn = SealedColumn {
    table: "callback_inbox",
    column: "body_sealed",
    key: &[Key::Number("id")],
    context: "'callback_inbox.body:' || provider || ':' || evidence_key",
};

const COLUMNS: &Columns = &[
    ("provider", Kind::Text),
    ("evidence_key", Kind::Text),
    ("source", Kind::Text),
    ("reference", Kind::Text),
    ("body_sealed", Kind::Text),
    ("verdict", Kind::Text),
    ("received_at", Kind::Integer),
];

/// Keeps the evidence. `Some`: it was there before, with this verdict.
pub async fn keep(
    tx: &WriteTx,
    keyring: &Keyring,
    received: &Received<'_>,
    now: Timestamp,
) -> Result<Option<Judgement>, PaymentError> {
    if keep_all(tx, keyring, (&[*received], Judgement::Recorded), now).await? {
        return Ok(None);
    }
    Ok(Some(
        find(tx.conn(), received.provider, received.evidence_key)
            .await?
            .unwrap_or(Judgement::Recorded),
    ))
}

/// Keeps pieces of evidence with their verdict. `false`: one of them was there before, and the
/// others were written.
pub async fn keep_all(
    tx: &impl TakesRows,
    keyring: &Keyring,
    (all, judgement): (&[Received<'_>], Judgement),
    now: Timestamp,
) -> Result<bool, PaymentError> {
    let row = |received: &Received<'_>| {
        let context = context(received.provider, received.evidence_key);
        let body = (!received.raw.is_empty()).then(|| keyring.seal(&context, received.raw));
        [
            received.provider.into(),
            received.evidence_key.into(),
            received.source.into(),
            received.reference.map(storable).into(),
            body.into(),
            judgement.as_str().into(),
            now.millis().into(),
        ]
    };
    let rows: Rows = all.iter().map(row).collect();
    let key = ("callback_inbox", "provider, evidence_key");
    let written = rows::insert_new(tx, key, COLUMNS, rows).await?;
    Ok(usize::try_from(written) == Ok(all.len()))
}

/// Verdicts by provider and key.
pub type Verdicts = BTreeMap<(String, String), Judgement>;

/// The verdicts on those pieces of evidence, told by provider and key, that were kept before.
pub async fn verdicts_on(tx: &GroupTx<'_>, keys: &[(&str, &str)]) -> Result<Verdicts, DbErr> {
    #[derive(Deserialize)]
    struct Row {
        provider: String,
        evidence_key: String,
        verdict: String,
    }
    let keys = keys.iter().map(|(provider, key)| [(*provider).into(), (*key).into()]).collect();
    let columns: &Columns = &[("told_by", Kind::Text), ("evidence", Kind::Text)];
    let sql = "SELECT provider, evidence_key, verdict FROM callback_inbox, {given} \
               WHERE provider = given.told_by AND evidence_key = given.evidence";
    let verdict = |Row { provider, evidence_key, verdict }| {
        let verdict = Judgement::parse(&verdict).unwrap_or(Judgement::Recorded);
        ((provider, evidence_key), verdict)
    };
    Ok(tx.ask(columns, keys, sql).await?.into_iter().map(verdict).collect())
}

/// Writes the verdict on evidence that was just kept.
pub async fn judge(
    tx: &WriteTx,
    received: &Received<'_>,
    judgement: Judgement,
) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "UPDATE callback_inbox SET verdict = $3 WHERE provider = $1 AND evidence_key = $2",
        vec![received.provider.into(), received.evidence_key.into(), judgement.as_str().into()],
    )
    .await?;
    Ok(())
}

/// Erases the raw bytes of all that was told about an order's payments and refunds, which may name
/// their payer. Keys and verdicts stay: a repeat is still known.
pub async fn erase_bodies(tx: &WriteTx, order: &OrderNo) -> Result<(), DbErr> {
    execute(
        tx.conn(),
        "UPDATE callback_inbox SET body_sealed = NULL WHERE reference IN \
         (SELECT payment_no FROM payments WHERE order_no = $1 \
         UNION ALL SELECT refund_no FROM refunds WHERE order_no = $1)",
        vec![order.as_str().into()],
    )
    .await?;
    Ok(())
}

/// Erases the raw bytes that came before `before`, of at most `limit` rows behind `after`. The last
/// row that was looked at and how many were erased; `None`: all were looked at.
pub async fn erase_old_bodies(
    tx: &WriteTx,
    before: Timestamp,
    (after, limit): (i64, i64),
) -> Result<Option<(i64, u64)>, DbErr> {
    let sql = "SELECT MAX(id) FROM (SELECT id FROM callback_inbox WHERE id > $1 \
        ORDER BY id LIMIT $2) page";
    let row = query_one(tx.conn(), sql, vec![after.into(), limit.into()]).await?;
    let last: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?.flatten();
    let Some(last) = last else { return Ok(None) };
    let erased = execute(
        tx.conn(),
        "UPDATE callback_inbox SET body_sealed = NULL WHERE id > $1 AND id <= $2 \
         AND received_at < $3 AND body_sealed IS NOT NULL",
        vec![after.into(), last.into(), before.millis().into()],
    )
    .await?;
    Ok(Some((last, erased.rows_affected())))
}

/// The verdict on a piece of evidence.
pub async fn find(
    db: &impl ConnectionTrait,
    provider: &str,
    evidence_key: &str,
) -> Result<Option<Judgement>, DbErr> {
    let row = query_one(
        db,
        "SELECT verdict FROM callback_inbox WHERE provider = $1 AND evidence_key = $2",
        vec![provider.into(), evidence_key.into()],
    )
    .await?;
    let word: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(word.and_then(|word| Judgement::parse(&word)))
}

fn context(provider: &str, evidence_key: &str) -> String {
    format!("callback_inbox.body:{provider}:{evidence_key}")
}

/// A piece of evidence as it lies in the inbox.
#[derive(Debug, Clone)]
pub struct Kept {
    pub provider: String,
    pub evidence_key: String,
    pub source: String,
    pub reference: Option<String>,
    pub verdict: String,
    pub received_at: Timestamp,
    body_sealed: Option<String>,
}

impl Kept {
    /// The raw bytes as they came; `None` when there were none.
    pub fn open(&self, keyring: &Keyring) -> Result<Option<Vec<u8>>, PaymentError> {
        let context = context(&self.provider, &self.evidence_key);
        let open = |sealed: &String| keyring.open(&context, sealed);
        Ok(self.body_sealed.as_ref().map(open).transpose()?)
    }
}

/// All evidence about one number of ours, in the sequence in which it came.
pub async fn of_reference(db: &impl ConnectionTrait, reference: &str) -> Result<Vec<Kept>, DbErr> {
    let rows = query_all(
        db,
        "SELECT provider, evidence_key, source, reference, verdict, received_at, body_sealed \
         FROM callback_inbox WHERE reference = $1 ORDER BY id",
        vec![reference.into()],
    )
    .await?;
    let read = |row: &QueryResult| {
        Ok(Kept {
            provider: row.try_get_by_index(0)?,
            evidence_key: row.try_get_by_index(1)?,
            source: row.try_get_by_index(2)?,
            reference: row.try_get_by_index(3)?,
            verdict: row.try_get_by_index(4)?,
            received_at: Timestamp(row.try_get_by_index(5)?),
            body_sealed: row.try_get_by_index(6)?,
        })
    };
    rows.iter().map(read).collect()
}

/// A piece of evidence as an operator sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Seen {
    pub source: String,
    pub verdict: String,
    pub at: Timestamp,
}

/// The latest evidence from `source` about a number of ours.
pub async fn latest(
    db: &impl ConnectionTrait,
    reference: &str,
    source: &str,
) -> Result<Option<Seen>, DbErr> {
    let row = query_one(
        db,
        "SELECT source, verdict, received_at FROM callback_inbox WHERE reference = $1 \
         AND source = $2 ORDER BY received_at DESC, id DESC LIMIT 1",
        vec![reference.into(), source.into()],
    )
    .await?;
    let read = |row: QueryResult| {
        Ok(Seen {
            source: row.try_get_by_index(0)?,
            verdict: row.try_get_by_index(1)?,
            at: Timestamp(row.try_get_by_index(2)?),
        })
    };
    row.map(read).transpose()
}
