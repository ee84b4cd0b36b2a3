//! An operator has looked at a difference and says what became of it. Resolving moves no money.

use serde_json::json;

use super::base::Base;
use crate::audit::{self, AuditError, NewAction};
use crate::kernel::ids::OrderNo;
use crate::payments::reconciliation::repo as rows;

/// What became of the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolved {
    Now,
    /// Somebody, or time, was faster.
    Before,
    NoSuchDifference,
}

#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    #[error("the deed cannot be written down")]
    Audit(#[from] AuditError),
    #[error("the database failed")]
    Db(#[from] sea_orm::DbErr),
}

/// `operator` is who says so, such as `operator:7`; `note` says what was found.
pub async fn run(
    base: &Base,
    (id, operator): (i64, &str),
    note: &str,
) -> Result<Resolved, ResolveError> {
    let now = base.now();
    let tx = base.db.begin_write().await?;
    let Some(difference) = rows::find(tx.conn(), id).await? else {
        return Ok(Resolved::NoSuchDifference);
    };
    if !rows::resolve(&tx, (id, operator), note, now).await? {
        return Ok(Resolved::Before);
    }
    let order_no = difference.order_no.map(OrderNo);
    let action = NewAction {
        operator,
        action: "reconcile.resolve",
        subject: &format!("difference:{id}"),
        order_no: order_no.as_ref(),
        details: json!({ "kind": difference.kind, "reference": difference.reference,
            "provider": difference.provider, "day": difference.day, "note": note }),
    };
    audit::repo::record(&tx, &action, now).await?;
    tx.commit().await?;
    Ok(Resolved::Now)
}
