//! Every statement on `writer_health`: what the worker last knew of each provider of texts. The worker
//! writes it, whoever sells reads it: a shop that cannot write must not take money.

use std::time::Duration;

use sea_orm::ConnectionTrait;

use super::ReportError;
use super::ports::Balance;
use crate::kernel::clock::Timestamp;
use crate::platform::db::{WriteTx, execute, query_all};

/// What was written longer ago says nothing: the worker is away, and orders wait for it.
const FRESH: Duration = Duration::from_secs(600);
/// The same of a balance, which is asked for less often.
const BALANCE_FRESH: Duration = Duration::from_secs(2 * 60 * 60);

/// What is known of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    pub writer: String,
    /// It is left alone until then; `None`: it is well.
    pub rests_until: Option<Timestamp>,
    /// Its last answer about our balance, and when; `None`: it tells none.
    pub balance: Option<(Balance, Timestamp)>,
    pub seen_at: Timestamp,
}

impl Health {
    /// Whether it surely writes nothing now.
    pub fn is_red(&self, now: Timestamp) -> bool {
        let rests = self.rests_until.is_some_and(|until| now < until);
        let fresh = |at: &Timestamp| now.since(*at) < BALANCE_FRESH;
        let empty =
            self.balance.as_ref().is_some_and(|(balance, at)| !balance.available && fresh(at));
        (rests && now.since(self.seen_at) < FRESH) || empty
    }
}

/// Whether none of the providers can write. Of whom nothing is known counts as well.
pub fn all_red(known: &[Health], now: Timestamp) -> bool {
    !known.is_empty() && known.iter().all(|health| health.is_red(now))
}

pub async fn save_rest(
    tx: &WriteTx,
    (writer, rests_until): (&str, Option<Timestamp>),
    now: Timestamp,
) -> Result<(), ReportError> {
    execute(
        tx.conn(),
        "INSERT INTO writer_health (writer, rests_until, seen_at) VALUES ($1, $2, $3) \
         ON CONFLICT (writer) DO UPDATE SET rests_until = excluded.rests_until, \
         seen_at = excluded.seen_at",
        vec![writer.into(), rests_until.map(Timestamp::millis).into(), now.millis().into()],
    )
    .await?;
    Ok(())
}

pub async fn save_balance(
    tx: &WriteTx,
    (writer, balance): (&str, &Balance),
    now: Timestamp,
) -> Result<(), ReportError> {
    execute(
        tx.conn(),
        "INSERT INTO writer_health (writer, available, balance_micros, currency, balance_at, \
         seen_at) VALUES ($1, $2, $3, $4, $5, $5) \
         ON CONFLICT (writer) DO UPDATE SET available = excluded.available, \
         balance_micros = excluded.balance_micros, currency = excluded.currency, \
         balance_at = excluded.balance_at",
        vec![
            writer.into(),
            i64::from(balance.available).into(),
            balance.micros.into(),
            balance.currency.as_str().into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

/// Forgets the providers that are configured no more.
pub async fn keep_only(tx: &WriteTx, writers: &[&str]) -> Result<(), ReportError> {
    for health in list(tx.conn()).await? {
        if !writers.contains(&health.writer.as_str()) {
            let sql = "DELETE FROM writer_health WHERE writer = $1";
            execute(tx.conn(), sql, vec![health.writer.into()]).await?;
        }
    }
    Ok(())
}

/// All of them, by name.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<Health>, ReportError> {
    let sql = "SELECT writer, rests_until, available, balance_micros, currency, balance_at, seen_at \
               FROM writer_health ORDER BY writer";
    let mut all = Vec::new();
    for row in query_all(db, sql, vec![]).await? {
        let rests: Option<i64> = row.try_get_by_index(1)?;
        let available: Option<i64> = row.try_get_by_index(2)?;
        let at: Option<i64> = row.try_get_by_index(5)?;
        let (micros, currency) = (row.try_get_by_index(3)?, row.try_get_by_index(4)?);
        let balance = available.zip(at).map(|(available, at)| {
            (Balance { available: available != 0, micros, currency }, Timestamp(at))
        });
        all.push(Health {
            writer: row.try_get_by_index(0)?,
            rests_until: rests.map(Timestamp),
            balance,
            seen_at: Timestamp(row.try_get_by_index(6)?),
        });
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shop_is_stopped_when_every_writer_rests_or_is_out_of_money() {
        let at = |seconds: i64| Timestamp(seconds * 1_000);
        let well =
            Health { writer: "main".to_owned(), rests_until: None, balance: None, seen_at: at(0) };
        let rests = Health { rests_until: Some(at(60)), ..well.clone() };
        let empty = Balance { available: false, micros: Some(0), currency: "CNY".to_owned() };
        let poor = Health { balance: Some((empty, at(0))), ..well.clone() };
        assert!(!all_red(&[], at(1)), "nothing is known");
        assert!(!all_red(&[rests.clone(), well], at(1)));
        assert!(all_red(&[rests.clone(), poor.clone()], at(1)));
        assert!(!all_red(std::slice::from_ref(&rests), at(60)), "rested");
        assert!(!all_red(&[poor], at(2 * 60 * 60)), "too long ago to say anything");
        let long = Health { rests_until: Some(at(9_000)), ..rests };
        assert!(!all_red(&[long], at(600)), "the worker is away");
    }
}
