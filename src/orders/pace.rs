//! How long recent orders of a product took from the payment to the delivery.

use sea_orm::{ConnectionTrait, DbErr};

use super::OrderError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::Sku;
use crate::platform::db::{query_all, query_one};

/// So many of the newest deliveries count.
const LATEST: i64 = 40;
/// Fewer say nothing.
const FEWEST: usize = 5;
const MINUTE: i64 = 60_000;

/// What recent buyers waited, in whole minutes, at least one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Half of them waited no longer.
    pub median_minutes: i64,
    /// Four of five waited no longer.
    pub most_minutes: i64,
}

impl Pace {
    /// Where there are no deliveries to go by.
    pub fn of_minutes(minutes: u32) -> Self {
        let minutes = i64::from(minutes.max(1));
        Self { median_minutes: minutes, most_minutes: minutes }
    }

    /// `None`: too few to say anything. Times in milliseconds.
    fn of(mut waited: Vec<i64>) -> Option<Self> {
        if waited.len() < FEWEST {
            return None;
        }
        waited.sort_unstable();
        let at = |percent: usize| {
            // The smallest time that so many of a hundred did not exceed.
            let rank = waited.len().saturating_mul(percent).div_ceil(100);
            let waited = waited.get(rank.saturating_sub(1)).copied().unwrap_or_default().max(1);
            waited.saturating_add(MINUTE - 1) / MINUTE
        };
        Some(Self { median_minutes: at(50), most_minutes: at(80) })
    }
}

/// What the latest deliveries of a product say; `None`: there are too few.
pub async fn of_product(db: &impl ConnectionTrait, sku: &Sku) -> Result<Option<Pace>, OrderError> {
    let sql = "SELECT completed_at - paid_at FROM orders \
               WHERE sku = $1 AND completed_at IS NOT NULL AND paid_at IS NOT NULL \
               ORDER BY completed_at DESC LIMIT $2";
    let rows = query_all(db, sql, vec![sku.as_str().into(), LATEST.into()]).await?;
    let waited: Result<Vec<i64>, DbErr> = rows.iter().map(|row| row.try_get_by_index(0)).collect();
    Ok(Pace::of(waited?))
}

/// Paid orders whose report is not delivered yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Line {
    pub waiting: i64,
    /// When the one was paid that has waited longest.
    pub oldest: Option<Timestamp>,
}

/// The line, counted up to `most`.
pub async fn line(db: &impl ConnectionTrait, most: u64) -> Result<Line, OrderError> {
    // Word for word the condition of the index `orders_paid`.
    let sql = "SELECT count(*), min(paid_at) FROM (SELECT paid_at FROM orders \
               WHERE status IN ('paid', 'generating') ORDER BY paid_at LIMIT $1) line";
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let Some(row) = query_one(db, sql, vec![most.into()]).await? else {
        return Ok(Line::default());
    };
    let oldest: Option<i64> = row.try_get_by_index(1)?;
    Ok(Line { waiting: row.try_get_by_index(0)?, oldest: oldest.map(Timestamp) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_and_four_fifths_are_told_in_whole_minutes() {
        let pace = |seconds: &[i64]| Pace::of(seconds.iter().map(|s| s * 1_000).collect());
        let told = |seconds: &[i64]| pace(seconds).map(|p| (p.median_minutes, p.most_minutes));
        assert_eq!(told(&[60, 60, 60, 60]), None, "too few");
        assert_eq!(told(&[10, 20, 30, 40, 50]), Some((1, 1)));
        assert_eq!(told(&[600, 61, 60, 59, 181]), Some((2, 4)));
        assert_eq!(told(&[0; 5]), Some((1, 1)));
        let ten: Vec<i64> = (1..=10).map(|minute| minute * 60).collect();
        assert_eq!(told(&ten), Some((5, 8)));
    }
}
