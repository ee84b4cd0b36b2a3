//! An operator adds pieces to a product's supply while the shop runs; the file keeps its number.

use sea_orm::DbErr;
use serde_json::json;

use super::base::Base;
use super::settle_payment::MoneyRules;
use crate::audit::{self, AuditError, NewAction};
use crate::catalog::Product;
use crate::catalog::product::Stock;
use crate::catalog::shelf::{self, Addition};
use crate::orders::Actor;

/// What became of the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    Now,
    /// The same wish once more.
    Before,
    /// There is no limit that could be raised.
    Unlimited,
}

#[derive(Debug, thiserror::Error)]
pub enum AddStockError {
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}

/// To the product for good; where each day has its supply, to that of today. `key` names the wish.
pub async fn run(
    base: &Base,
    money: &MoneyRules,
    (product, quantity): (&Product, i64),
    (key, operator): (&str, &Actor),
) -> Result<Added, AddStockError> {
    let now = base.now();
    let today = money.day(now);
    let day = match product.stock {
        Stock::Unlimited => return Ok(Added::Unlimited),
        Stock::Counted(_) => None,
        Stock::Daily(_) => Some(today.as_str()),
    };
    let operator = operator.to_string();
    let new = Addition { key, sku: &product.sku, day, quantity, operator: &operator };
    let tx = base.db.begin_write().await?;
    if !shelf::add(&tx, &new, now).await? {
        return Ok(Added::Before);
    }
    let deed = NewAction {
        operator: &operator,
        action: "stock.add",
        subject: product.sku.as_str(),
        order_no: None,
        details: json!({ "quantity": quantity, "day": day }),
    };
    audit::repo::record(&tx, &deed, now).await?;
    tx.commit().await?;
    Ok(Added::Now)
}
