//! Whether the shop can write what it sells: nobody pays into a queue that is too long, or while every
//! provider of texts is out of order. Selling goes on by itself when that is over.

use super::jobs::AlertKind;
use super::raise_alert;
use super::till::Till;
use super::tools::Tools;
use crate::orders::OrderError;
use crate::orders::pace::{self, Line};
use crate::platform::db::WriteTx;
use crate::reports::ReportError;
use crate::reports::health::{self, Health};

/// Why nothing is sold now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strain {
    /// More paid orders wait than the settings allow.
    Queue,
    /// No provider can write, as far as anybody knows.
    Writers,
}

impl Strain {
    const ALL: [Self; 2] = [Self::Queue, Self::Writers];

    /// What alerts and metrics call it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Writers => "writers",
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum CapacityError {
    #[error("the line of paid orders cannot be read")]
    Order(#[from] OrderError),
    #[error("the health of the providers cannot be read")]
    Report(#[from] ReportError),
    #[error("the database failed")]
    Db(#[from] sea_orm::DbErr),
}

/// `None`: the shop can write what it sells.
pub async fn look(till: &Till) -> Result<Option<Strain>, CapacityError> {
    let db = till.base.db.read();
    let line = pace::line(db, counted(till)).await?;
    Ok(judge(till, line, &health::list(db).await?))
}

/// The same in a transaction.
pub(super) async fn look_in(till: &Till, tx: &WriteTx) -> Result<Option<Strain>, CapacityError> {
    let line = pace::line(tx.conn(), counted(till)).await?;
    Ok(judge(till, line, &health::list(tx.conn()).await?))
}

/// Whether the limit is passed is all that is asked of a line.
fn counted(till: &Till) -> u64 {
    u64::from(till.most_waiting).saturating_add(1)
}

fn judge(till: &Till, line: Line, known: &[Health]) -> Option<Strain> {
    let most = i64::from(till.most_waiting);
    if most > 0 && line.waiting > most {
        return Some(Strain::Queue);
    }
    health::all_red(known, till.base.now()).then_some(Strain::Writers)
}

/// Keeps what this worker knows of the providers where whoever sells can read it, and tells the
/// operators when selling has stopped; the same alert again and again is one.
pub async fn sweep(tools: &Tools) -> anyhow::Result<()> {
    let (base, now) = (&tools.till.base, tools.now());
    let tx = base.db.begin_write().await?;
    let names: Vec<&str> = tools.writing.writers.iter().map(|it| it.name.as_str()).collect();
    health::keep_only(&tx, &names).await?;
    for writer in tools.writing.writers.iter() {
        health::save_rest(&tx, (&writer.name, writer.rests_until(now)), now).await?;
    }
    let strain = look_in(&tools.till, &tx).await?;
    if let Some(strain) = strain {
        let note = "nothing is sold until this is over; nobody was charged";
        raise_alert::run(&tx, AlertKind::SellingPaused, (strain.as_str(), note), now).await?;
    }
    tx.commit().await?;
    for known in Strain::ALL {
        let on = if strain == Some(known) { 1.0 } else { 0.0 };
        metrics::gauge!("mingshu_selling_paused", "why" => known.as_str()).set(on);
    }
    Ok(())
}
