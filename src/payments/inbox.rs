//! The inbox of evidence: every proved message, once, with our verdict on it. Written by hand: it
//! is the first statement of every callback.

use sea_orm::{ConnectionTrait, DbErr};

use crate::kernel::clock::Timestamp;
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_one, storable};
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

/// Keeps the evidence. `Some`: it was there before, with this verdict.
pub async fn keep(
    tx: &WriteTx,
    keyring: &Keyring,
    received: &Received<'_>,
    now: Timestamp,
) -> Result<Option<Judgement>, PaymentError> {
    let body = if received.raw.is_empty() {
        None
    } else {
        Some(keyring.seal(&context(received.provider, received.evidence_key), received.raw))
    };
    let written = execute(
        tx.conn(),
        "INSERT INTO callback_inbox \
         (provider, evidence_key, source, reference, body_sealed, verdict, received_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (provider, evidence_key) DO NOTHING",
        vec![
            received.provider.into(),
            received.evidence_key.into(),
            received.source.into(),
            received.reference.map(storable).into(),
            body.into(),
            Judgement::Recorded.as_str().into(),
            now.millis().into(),
        ],
    )
    .await?;
    if written.rows_affected() == 1 {
        return Ok(None);
    }
    Ok(Some(
        find(tx.conn(), received.provider, received.evidence_key)
            .await?
            .unwrap_or(Judgement::Recorded),
    ))
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
    let read = |row: sea_orm::QueryResult| {
        Ok(Seen {
            source: row.try_get_by_index(0)?,
            verdict: row.try_get_by_index(1)?,
            at: Timestamp(row.try_get_by_index(2)?),
        })
    };
    row.map(read).transpose()
}
