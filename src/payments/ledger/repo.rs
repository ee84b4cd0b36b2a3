//! Every statement on `ledger_transfers`: lines are written and added up, never changed. By hand,
//! as they stand in the transaction of every callback.

use sea_orm::{ConnectionTrait, DbErr, QueryResult};

use super::{Account, Doubt, Standing, Transfer, standing_doubts};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo};
use crate::kernel::money::Money;
use crate::payments::{Payment, PaymentError};
use crate::platform::db::rows::{self, Columns, Kind, TakesRows};
use crate::platform::db::{query_all, query_one};

const COLUMNS: &Columns = &[
    ("transfer_key", Kind::Text),
    ("kind", Kind::Text),
    ("debit", Kind::Text),
    ("credit", Kind::Text),
    ("amount_minor", Kind::Integer),
    ("currency", Kind::Text),
    ("order_no", Kind::Text),
    ("payment_no", Kind::Text),
    ("refund_no", Kind::Text),
    ("charge_ref", Kind::Text),
    ("note", Kind::Text),
    ("at", Kind::Integer),
];

/// Writes lines; one whose key is there already changes nothing.
pub async fn write(tx: &impl TakesRows, lines: &[Transfer], now: Timestamp) -> Result<(), DbErr> {
    let row = |line: &Transfer| {
        let about = &line.about;
        [
            line.key.as_str().into(),
            line.kind.as_str().into(),
            line.debit.to_string().into(),
            line.credit.to_string().into(),
            line.amount.minor.into(),
            line.amount.currency.as_str().into(),
            about.order_no.as_ref().map(OrderNo::as_str).into(),
            about.payment_no.as_ref().map(PaymentNo::as_str).into(),
            about.refund_no.as_ref().map(RefundNo::as_str).into(),
            about.charge_ref.as_deref().into(),
            about.note.into(),
            now.millis().into(),
        ]
    };
    let rows = lines.iter().map(row).collect();
    rows::insert_new(tx, ("ledger_transfers", "transfer_key"), COLUMNS, rows).await?;
    Ok(())
}

/// Where the money of a payment stands.
pub async fn standing(
    db: &impl ConnectionTrait,
    payment: &Payment,
) -> Result<Standing, PaymentError> {
    // By the order, which has an index; an order has a handful of lines.
    let sql = format!(
        "SELECT {}, {}, {} FROM ledger_transfers \
         WHERE order_no = $1 AND payment_no = $2 AND currency = $3",
        balance(&Account::Owed),
        balance(&Account::Revenue),
        balance(&Account::Doubt)
    );
    let values = vec![
        payment.order_no.as_str().into(),
        payment.payment_no.as_str().into(),
        payment.received().currency.as_str().into(),
    ];
    let Some(row) = query_one(db, &sql, values).await? else { return Ok(Standing::default()) };
    Ok(Standing {
        owed: row.try_get_by_index(0)?,
        revenue: row.try_get_by_index(1)?,
        doubt: row.try_get_by_index(2)?,
    })
}

/// What of a payment's money still stands in doubt, charge by charge, oldest first.
pub async fn doubts_of(
    db: &impl ConnectionTrait,
    payment: &Payment,
) -> Result<Vec<Doubt>, PaymentError> {
    let sql = "SELECT charge_ref, CASE WHEN credit = 'doubt' THEN amount_minor \
        ELSE -amount_minor END, currency FROM ledger_transfers \
        WHERE order_no = $1 AND payment_no = $2 AND (debit = 'doubt' OR credit = 'doubt') \
        ORDER BY id";
    let number = &payment.payment_no;
    let values = vec![payment.order_no.as_str().into(), number.as_str().into()];
    let damaged = |_word| PaymentError::Damaged { number: number.0.clone(), what: "currency" };
    let mut moves = Vec::new();
    for row in query_all(db, sql, values).await? {
        let code: String = row.try_get_by_index(2)?;
        let amount = Money::new(row.try_get_by_index(1)?, code.parse().map_err(damaged)?);
        moves.push(Doubt { charge_ref: row.try_get_by_index(0)?, amount });
    }
    Ok(standing_doubts(&moves))
}

/// Whether a line with this key is there.
pub async fn knows(db: &impl ConnectionTrait, key: &str) -> Result<bool, DbErr> {
    let sql = "SELECT id FROM ledger_transfers WHERE transfer_key = $1";
    Ok(query_one(db, sql, vec![key.into()]).await?.is_some())
}

/// The amount of the line with this key, in minor units; `None` where there is no such line.
pub async fn amount_of(db: &impl ConnectionTrait, key: &str) -> Result<Option<i64>, DbErr> {
    let sql = "SELECT amount_minor FROM ledger_transfers WHERE transfer_key = $1";
    let row = query_one(db, sql, vec![key.into()]).await?;
    row.map(|row| row.try_get_by_index(0)).transpose()
}

/// Money of one currency that waits for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoubtSum {
    pub currency: String,
    pub minor: i64,
    /// How many payments it came by.
    pub payments: i64,
}

/// What stands in doubt now; a currency that was there once stays in the list with nothing.
pub async fn doubts(db: &impl ConnectionTrait) -> Result<Vec<DoubtSum>, DbErr> {
    // The few lines that pass through this account have an index of their own.
    let rows = query_all(
        db,
        "SELECT currency, CAST(SUM(minor) AS BIGINT), \
         CAST(SUM(CASE WHEN minor > 0 THEN 1 ELSE 0 END) AS BIGINT) FROM (\
         SELECT currency, payment_no, SUM(CASE WHEN credit = 'doubt' THEN amount_minor \
         ELSE -amount_minor END) AS minor FROM ledger_transfers \
         WHERE debit = 'doubt' OR credit = 'doubt' GROUP BY currency, payment_no) standing \
         GROUP BY currency ORDER BY currency",
        vec![],
    )
    .await?;
    let doubt = |row: &QueryResult| {
        Ok(DoubtSum {
            currency: row.try_get_by_index(0)?,
            minor: row.try_get_by_index(1)?,
            payments: row.try_get_by_index(2)?,
        })
    };
    rows.iter().map(doubt).collect()
}

/// A line as it stands in the book.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Line {
    pub transfer_key: String,
    pub kind: String,
    pub debit: String,
    pub credit: String,
    pub amount_minor: i64,
    pub currency: String,
    pub payment_no: Option<String>,
    pub refund_no: Option<String>,
    pub note: String,
    pub at: Timestamp,
}

/// Every line about an order, in the sequence in which they were written.
pub async fn of_order(db: &impl ConnectionTrait, order: &OrderNo) -> Result<Vec<Line>, DbErr> {
    let sql = "SELECT transfer_key, kind, debit, credit, amount_minor, currency, payment_no, \
               refund_no, note, at FROM ledger_transfers WHERE order_no = $1 ORDER BY id";
    let rows = query_all(db, sql, vec![order.as_str().into()]).await?;
    let line = |row: &QueryResult| {
        Ok(Line {
            transfer_key: row.try_get_by_index(0)?,
            kind: row.try_get_by_index(1)?,
            debit: row.try_get_by_index(2)?,
            credit: row.try_get_by_index(3)?,
            amount_minor: row.try_get_by_index(4)?,
            currency: row.try_get_by_index(5)?,
            payment_no: row.try_get_by_index(6)?,
            refund_no: row.try_get_by_index(7)?,
            note: row.try_get_by_index(8)?,
            at: Timestamp(row.try_get_by_index(9)?),
        })
    };
    rows.iter().map(line).collect()
}

/// The sum of an account that grows by credits. Names of accounts are constants of the program.
fn balance(account: &Account) -> String {
    format!(
        "CAST(COALESCE(SUM(CASE WHEN credit = '{account}' THEN amount_minor \
         WHEN debit = '{account}' THEN -amount_minor ELSE 0 END), 0) AS BIGINT)"
    )
}
