//! Every statement on `ratings`: how many stars a buyer gives to a delivered order, and the words that
//! may go with them. One rating of an order, which may be changed.

use sea_orm::ConnectionTrait;

use super::ReportError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku};
use crate::platform::crypto::Keyring;
use crate::platform::db::{WriteTx, execute, query_one};
use crate::platform::reseal::{Key, SealedColumn};

/// 1 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct Stars(u8);

impl Stars {
    pub const ALL: [Self; 5] = [Self(1), Self(2), Self(3), Self(4), Self(5)];

    pub fn try_new(count: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|stars| i64::from(stars.0) == count)
    }

    pub fn count(self) -> u8 {
        self.0
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rating {
    pub stars: Stars,
    /// `None`: the buyer wrote none, or they were erased.
    pub words: Option<String>,
}

/// The ratings of a span in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct RatingSums {
    pub count: i64,
    pub stars: i64,
}

impl RatingSums {
    /// The mean in tenths of a star; `None` without any rating.
    pub fn mean_tenths(self) -> Option<i64> {
        self.stars.saturating_mul(10).checked_div(self.count)
    }
}

/// The sealed column of `ratings`; its context is `context`.
pub const SEALED: SealedColumn = SealedColumn {
    table: "ratings",
    column: "words_sealed",
    key: &[Key::Text("order_no")],
    context: "'ratings.words:' || order_no",
};

fn context(order: &OrderNo) -> String {
    format!("ratings.words:{order}")
}

/// Keeps the stars, the newest count; words that were written stay.
pub async fn save_stars(
    tx: &WriteTx,
    (order, sku): (&OrderNo, &Sku),
    stars: Stars,
    now: Timestamp,
) -> Result<(), ReportError> {
    execute(
        tx.conn(),
        "INSERT INTO ratings (order_no, sku, stars, created_at, updated_at) \
         VALUES ($1, $2, $3, $4, $4) ON CONFLICT (order_no) DO UPDATE \
         SET stars = excluded.stars, updated_at = excluded.updated_at",
        vec![
            order.as_str().into(),
            sku.as_str().into(),
            i64::from(stars.0).into(),
            now.millis().into(),
        ],
    )
    .await?;
    Ok(())
}

/// `false`: the order has no stars yet.
pub async fn save_words(
    tx: &WriteTx,
    keyring: &Keyring,
    order: &OrderNo,
    words: &str,
    now: Timestamp,
) -> Result<bool, ReportError> {
    let sealed = keyring.seal_json(&context(order), &words)?;
    let sql = "UPDATE ratings SET words_sealed = $2, updated_at = $3 WHERE order_no = $1";
    let values = vec![order.as_str().into(), sealed.into(), now.millis().into()];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected() == 1)
}

pub async fn find(
    db: &impl ConnectionTrait,
    keyring: &Keyring,
    order: &OrderNo,
) -> Result<Option<Rating>, ReportError> {
    let sql = "SELECT stars, words_sealed FROM ratings WHERE order_no = $1";
    let Some(row) = query_one(db, sql, vec![order.as_str().into()]).await? else {
        return Ok(None);
    };
    let damaged = || ReportError::Damaged { order_no: order.0.clone(), what: "stars" };
    let stars = Stars::try_new(row.try_get_by_index(0)?).ok_or_else(damaged)?;
    let sealed: Option<String> = row.try_get_by_index(1)?;
    let words = sealed.map(|sealed| keyring.open_json(&context(order), &sealed)).transpose()?;
    Ok(Some(Rating { stars, words }))
}

/// Forgets the words; the stars stay, which say nothing about a person.
pub async fn erase_words(tx: &WriteTx, order: &OrderNo) -> Result<(), ReportError> {
    let sql = "UPDATE ratings SET words_sealed = NULL WHERE order_no = $1";
    execute(tx.conn(), sql, vec![order.as_str().into()]).await?;
    Ok(())
}

/// What was given, or changed, since a moment.
pub async fn sums_since(
    db: &impl ConnectionTrait,
    since: Timestamp,
) -> Result<RatingSums, ReportError> {
    let sql = "SELECT count(*), CAST(coalesce(sum(stars), 0) AS BIGINT) FROM ratings \
               WHERE updated_at >= $1";
    let row = query_one(db, sql, vec![since.millis().into()]).await?;
    let Some(row) = row else { return Ok(RatingSums::default()) };
    Ok(RatingSums { count: row.try_get_by_index(0)?, stars: row.try_get_by_index(1)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_one_to_five_stars_and_their_mean() {
        assert_eq!(Stars::try_new(0), None);
        assert_eq!(Stars::try_new(6), None);
        assert_eq!(Stars::try_new(5).map(Stars::count), Some(5));
        assert_eq!(RatingSums { count: 3, stars: 13 }.mean_tenths(), Some(43));
        assert_eq!(RatingSums::default().mean_tenths(), None);
    }
}
