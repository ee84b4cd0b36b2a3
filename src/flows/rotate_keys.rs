//! Everything sealed is sealed anew with the first key, so that older keys can be dropped.
//!
//! Safe beside running servers: each row is written only if it still is what was read, in short
//! transactions. Safe to break off: what is done is done, the next run goes on with the rest.

use std::collections::BTreeMap;

use sea_orm::DbErr;

use super::base::Base;
use crate::platform::reseal::{Row, SealedColumn};

/// Rows in one write transaction.
const AT_ONCE: u32 = 100;

/// What was done in one column.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Done {
    pub table: &'static str,
    pub column: &'static str,
    pub resealed: u64,
    /// Somebody else wrote the row at the same moment.
    pub changed_meanwhile: u64,
    /// Sealed with a key that is not configured, or damaged: left as it is.
    pub unreadable: u64,
}

/// The outcome of a whole run.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Rotated {
    pub columns: Vec<Done>,
    /// Rows that are still sealed with other keys than the first one, by the key's id.
    pub left: BTreeMap<String, i64>,
}

/// Seals every row of `columns` anew that needs it. `told` hears of each batch.
pub async fn run(
    base: &Base,
    columns: &[SealedColumn],
    told: &mut (dyn FnMut(&Done) + Send),
) -> Result<Rotated, DbErr> {
    let mut done = Vec::with_capacity(columns.len());
    for column in columns {
        done.push(one_column(base, column, told).await?);
    }
    let mut left = BTreeMap::new();
    for column in columns {
        for (id, rows) in column.by_key(base.db.read()).await? {
            if id != base.keyring.first_id() {
                let sum: &mut i64 = left.entry(id).or_default();
                *sum = sum.saturating_add(rows);
            }
        }
    }
    Ok(Rotated { columns: done, left })
}

async fn one_column(
    base: &Base,
    column: &SealedColumn,
    told: &mut (dyn FnMut(&Done) + Send),
) -> Result<Done, DbErr> {
    let (table, name) = (column.table, column.column);
    let mut done = Done { table, column: name, resealed: 0, changed_meanwhile: 0, unreadable: 0 };
    let mut after: Option<Row> = None;
    loop {
        let rows = column.behind(base.db.read(), &base.keyring, after.as_ref(), AT_ONCE).await?;
        let Some(last) = rows.last().cloned() else { return Ok(done) };
        after = Some(last);
        batch(base, column, rows, &mut done).await?;
        told(&done);
    }
}

/// Seals outside the transaction, writes inside.
async fn batch(
    base: &Base,
    column: &SealedColumn,
    rows: Vec<Row>,
    done: &mut Done,
) -> Result<(), DbErr> {
    let mut sealed = Vec::with_capacity(rows.len());
    for row in rows {
        match row.resealed(&base.keyring) {
            Ok(text) => sealed.push((row, text)),
            Err(error) => {
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, table = column.table, "a sealed text cannot be opened");
                done.unreadable = done.unreadable.saturating_add(1);
            }
        }
    }
    let tx = base.db.begin_write().await?;
    let (mut resealed, mut changed) = (0_u64, 0_u64);
    for (row, text) in sealed {
        if column.save(&tx, &row, text).await? {
            resealed = resealed.saturating_add(1);
        } else {
            changed = changed.saturating_add(1);
        }
    }
    tx.commit().await?;
    done.resealed = done.resealed.saturating_add(resealed);
    done.changed_meanwhile = done.changed_meanwhile.saturating_add(changed);
    Ok(())
}
