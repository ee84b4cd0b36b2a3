//! Every statement on `report_links`: who has a link may read the report's page.
//!
//! A link is 160 random bits, of which only a fingerprint is kept: neither the database nor a backup
//! opens a page. Revoked links stay until the report is forgotten, to tell what was given out.

use sea_orm::ConnectionTrait;

use super::ReportError;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, crockford};
use crate::platform::crypto::fingerprint;
use crate::platform::db::{WriteTx, execute, query_one};

/// Characters of a token, five bits each.
const TOKEN: usize = 32;

/// What opens a page. Shown once, in the buyer's chat.
pub struct LinkToken(String);

impl LinkToken {
    pub fn generate() -> Self {
        Self(crockford(TOKEN))
    }

    /// Reads what stands in an address; `None` for what no link of ours ever was.
    pub fn parse(text: &str) -> Option<Self> {
        let known = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        (text.len() == TOKEN && text.bytes().all(known)).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn fingerprint(&self) -> String {
        fingerprint(&self.0)
    }
}

/// Keeps a new link before anybody is told of it.
pub async fn insert(
    tx: &WriteTx,
    order: &OrderNo,
    token: &LinkToken,
    now: Timestamp,
) -> Result<(), ReportError> {
    execute(
        tx.conn(),
        "INSERT INTO report_links (fingerprint, order_no, created_at) VALUES ($1, $2, $3) \
         ON CONFLICT (fingerprint) DO NOTHING",
        vec![token.fingerprint().into(), order.as_str().into(), now.millis().into()],
    )
    .await?;
    Ok(())
}

/// The order whose report the link opens; `None` when it is unknown or revoked.
pub async fn find(
    db: &impl ConnectionTrait,
    token: &LinkToken,
) -> Result<Option<OrderNo>, ReportError> {
    let sql = "SELECT order_no FROM report_links WHERE fingerprint = $1 AND revoked_at IS NULL";
    let row = query_one(db, sql, vec![token.fingerprint().into()]).await?;
    let number: Option<String> = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(number.map(OrderNo))
}

/// Closes every link to the report; how many were open.
pub async fn revoke(tx: &WriteTx, order: &OrderNo, now: Timestamp) -> Result<u64, ReportError> {
    let sql = "UPDATE report_links SET revoked_at = $2 WHERE order_no = $1 AND revoked_at IS NULL";
    let values = vec![order.as_str().into(), now.millis().into()];
    Ok(execute(tx.conn(), sql, values).await?.rows_affected())
}

/// Forgets that there were links to the report.
pub async fn erase(tx: &WriteTx, order: &OrderNo) -> Result<(), ReportError> {
    let sql = "DELETE FROM report_links WHERE order_no = $1";
    execute(tx.conn(), sql, vec![order.as_str().into()]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_what_we_made_and_nothing_else() {
        let token = LinkToken::generate();
        assert!(LinkToken::parse(token.as_str()).is_some());
        assert_ne!(token.as_str(), LinkToken::generate().as_str());
        assert!(!token.fingerprint().contains(token.as_str()));
        for wrong in ["", "x", &"a".repeat(32), &"A".repeat(33), &"é".repeat(16)] {
            assert!(LinkToken::parse(wrong).is_none(), "{wrong}");
        }
    }
}
