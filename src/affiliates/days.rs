//! What invitation links brought, day by day in the shop's time zone: `affiliate_days`, with the
//! orders and commissions of the same days.

use sea_orm::prelude::*;

use super::AffiliateError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::AffiliateCode;
use crate::kernel::money::{Currency, Money};
use crate::platform::db::{WriteTx, execute, query_all, query_one};

/// One use of a link; `new_person`: somebody who was never here before.
pub async fn count(
    tx: &WriteTx,
    code: &AffiliateCode,
    (day, new_person): (&str, bool),
) -> Result<(), AffiliateError> {
    let sql = "INSERT INTO affiliate_days (affiliate_code, day, clicks, people) VALUES ($1, $2, 1, $3) \
        ON CONFLICT (affiliate_code, day) DO UPDATE SET clicks = affiliate_days.clicks + 1, \
        people = affiliate_days.people + excluded.people";
    let people = i64::from(new_person);
    execute(tx.conn(), sql, vec![code.as_str().into(), day.into(), people.into()]).await?;
    Ok(())
}

/// One day of a promoter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Day {
    pub clicks: i64,
    pub people: i64,
    pub orders: i64,
    /// Of those orders.
    pub paid: i64,
    /// Booked on this day, less what refunds took back since.
    pub earned: Vec<Money>,
}

/// The figures of `day`, which lasts from `begins` to `ends`.
pub async fn of(
    db: &impl ConnectionTrait,
    code: &AffiliateCode,
    day: &str,
    (begins, ends): (Timestamp, Timestamp),
) -> Result<Day, AffiliateError> {
    let sql = "SELECT clicks, people FROM affiliate_days WHERE affiliate_code = $1 AND day = $2";
    let links = query_one(db, sql, vec![code.as_str().into(), day.into()]).await?;
    let (clicks, people) = match &links {
        Some(row) => (row.try_get_by_index(0)?, row.try_get_by_index(1)?),
        None => (0, 0),
    };
    let span = || vec![code.as_str().into(), begins.millis().into(), ends.millis().into()];
    let sql = "SELECT CAST(COUNT(*) AS BIGINT), CAST(COUNT(paid_at) AS BIGINT) FROM orders \
        WHERE affiliate_code IS NOT NULL AND affiliate_code = $1 \
        AND created_at >= $2 AND created_at < $3";
    let (orders, paid) = match query_one(db, sql, span()).await? {
        Some(row) => (row.try_get_by_index(0)?, row.try_get_by_index(1)?),
        None => (0, 0),
    };
    let sql = "SELECT currency, CAST(SUM(amount_minor - reversed_minor) AS BIGINT) FROM commissions \
        WHERE affiliate_code = $1 AND created_at >= $2 AND created_at < $3 \
        GROUP BY currency ORDER BY currency";
    let mut earned = Vec::new();
    for row in query_all(db, sql, span()).await? {
        let currency: String = row.try_get_by_index(0)?;
        earned.push(Money::new(row.try_get_by_index(1)?, currency.parse::<Currency>()?));
    }
    Ok(Day { clicks, people, orders, paid, earned })
}
