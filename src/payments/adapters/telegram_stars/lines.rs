//! A day of China out of the bot's Star transactions, as a statement. Telegram has no numbers of
//! refunds: a line of one names its charge, and `flows/reconcile` finds the refund.

use chrono::{NaiveDate, NaiveTime};

use super::history::{History, Transaction};
use crate::kernel::ids::PaymentNo;
use crate::payments::adapters::exchange::Call;
use crate::payments::adapters::reading::evidence_key;
use crate::payments::ports::{CallError, Source};
use crate::payments::statement::{LineKind, Statement, StatementLine};

const CHINA_AHEAD_SECONDS: i64 = 8 * 60 * 60;
const DAY_SECONDS: i64 = 24 * 60 * 60;

pub(super) async fn statement(
    history: &History,
    call: &Call<'_>,
    day: NaiveDate,
) -> Result<Statement, CallError> {
    let midnight = day.and_time(NaiveTime::MIN).and_utc().timestamp();
    let start = midnight.saturating_sub(CHINA_AHEAD_SECONDS);
    let end = start.saturating_add(DAY_SECONDS);
    let mut rows = Vec::new();
    history
        .read_back(call, start, |page| {
            let of_day = page.iter().filter(|row| row.date >= start && row.date < end);
            rows.splice(0..0, of_day.cloned());
        })
        .await?;
    let lines: Vec<_> = rows.iter().filter_map(line).collect();
    Ok(Statement { others: rows.len().saturating_sub(lines.len()), lines })
}

fn line(row: &Transaction) -> Option<StatementLine> {
    let (kind, payload, word) = match row.charge_of() {
        Some(payload) => (LineKind::Charge, payload, "charge"),
        None if row.is_refund() => {
            (LineKind::Refund, row.refund_of().unwrap_or_default(), "refund")
        }
        // Withdrawals, gifts, advertisements: nothing that we sell.
        None => return None,
    };
    let stated = row.stated();
    let facts = [word, payload, &row.id];
    Some(StatementLine {
        kind,
        payment_no: PaymentNo(payload.to_owned()),
        refund_no: None,
        provider_ref: Some(row.id.clone()),
        fee: None,
        settled: true,
        word: word.to_owned(),
        evidence_key: evidence_key(Source::Statement, &facts, Some(&stated)),
        raw: row.raw.clone(),
        stated,
    })
}
