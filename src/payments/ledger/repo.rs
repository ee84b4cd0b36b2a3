//! Every statement on `ledger_transfers`: lines are written and added up, never changed. By hand,
//! as they stand in the transaction of every callback.

use sea_orm::{ConnectionTrait, DbErr};

use super::{Account, Standing, Transfer};
use crate::kernel::clock::Timestamp;
use crate::kernel::money::Money;
use crate::payments::{Payment, PaymentError};
use crate::platform::db::{WriteTx, execute, query_one};

/// Writes lines; one whose key is there already changes nothing.
pub async fn write(tx: &WriteTx, lines: &[Transfer], now: Timestamp) -> Result<(), DbErr> {
    for line in lines {
        let about = &line.about;
        execute(
            tx.conn(),
            "INSERT INTO ledger_transfers (transfer_key, kind, debit, credit, amount_minor, \
             currency, order_no, payment_no, refund_no, at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) \
             ON CONFLICT (transfer_key) DO NOTHING",
            vec![
                line.key.as_str().into(),
                line.kind.as_str().into(),
                line.debit.to_string().into(),
                line.credit.to_string().into(),
                line.amount.minor.into(),
                line.amount.currency.as_str().into(),
                about.order_no.as_ref().map(|no| no.0.clone()).into(),
                about.payment_no.as_ref().map(|no| no.0.clone()).into(),
                about.refund_no.as_ref().map(|no| no.0.clone()).into(),
                now.millis().into(),
            ],
        )
        .await?;
    }
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

/// What of a payment's money still stands in doubt, in whatever currency it came.
pub async fn in_doubt(
    db: &impl ConnectionTrait,
    payment: &Payment,
) -> Result<Option<Money>, PaymentError> {
    let doubt = balance(&Account::Doubt);
    let sql = format!(
        "SELECT {doubt}, currency FROM ledger_transfers WHERE order_no = $1 AND payment_no = $2 \
         AND (debit = 'doubt' OR credit = 'doubt') GROUP BY currency HAVING {doubt} > 0 \
         ORDER BY currency LIMIT 1"
    );
    let number = &payment.payment_no;
    let values = vec![payment.order_no.as_str().into(), number.as_str().into()];
    let Some(row) = query_one(db, &sql, values).await? else { return Ok(None) };
    let (minor, code): (i64, String) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let damaged = |_word| PaymentError::Damaged { number: number.0.clone(), what: "currency" };
    Ok(Some(Money::new(minor, code.parse().map_err(damaged)?)))
}

/// The sum of an account that grows by credits. Names of accounts are constants of the program.
fn balance(account: &Account) -> String {
    format!(
        "CAST(COALESCE(SUM(CASE WHEN credit = '{account}' THEN amount_minor \
         WHEN debit = '{account}' THEN -amount_minor ELSE 0 END), 0) AS BIGINT)"
    )
}
