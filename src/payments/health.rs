//! Whether a way to pay works now, by the links that were asked for lately.

use sea_orm::{ConnectionTrait, QueryResult};

use super::PaymentError;
use crate::kernel::clock::Timestamp;
use crate::platform::db::query_all;

/// So many failures, and not one link, are no accident.
const ENOUGH: i64 = 2;

/// What became of a method's links within a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tries {
    pub method: String,
    pub opened: i64,
    /// Refused, or still without an answer.
    pub failed: i64,
}

impl Tries {
    pub fn is_troubled(&self) -> bool {
        self.opened == 0 && self.failed >= ENOUGH
    }
}

/// The methods of a provider by their payments since `since`. A payment that has waited for its link
/// since before `patience` has failed.
pub async fn recent(
    db: &impl ConnectionTrait,
    provider: &str,
    (since, patience): (Timestamp, Timestamp),
) -> Result<Vec<Tries>, PaymentError> {
    let opened = "pay_url IS NOT NULL OR qr_code IS NOT NULL OR provider_ref IS NOT NULL";
    let sql = format!(
        "SELECT method, \
         CAST(sum(CASE WHEN {opened} THEN 1 ELSE 0 END) AS BIGINT), \
         CAST(sum(CASE WHEN {opened} THEN 0 WHEN status = 'failed' THEN 1 \
         WHEN status = 'init' AND created_at < $3 THEN 1 ELSE 0 END) AS BIGINT) \
         FROM payments WHERE provider = $1 AND created_at >= $2 GROUP BY method ORDER BY method"
    );
    let values = vec![provider.into(), since.millis().into(), patience.millis().into()];
    let rows = query_all(db, &sql, values).await?;
    let tries = |row: &QueryResult| {
        Ok(Tries {
            method: row.try_get_by_index(0)?,
            opened: row.try_get_by_index(1)?,
            failed: row.try_get_by_index(2)?,
        })
    };
    rows.iter().map(tries).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_link_is_enough_and_one_failure_is_not() {
        let tries = |opened, failed| Tries { method: "wechat".to_owned(), opened, failed };
        assert!(tries(0, 2).is_troubled());
        assert!(!tries(0, 1).is_troubled());
        assert!(!tries(1, 9).is_troubled());
    }
}
