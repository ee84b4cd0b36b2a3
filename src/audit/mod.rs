//! What operators did: one row per deed, written in the transaction of the deed (spec.md §12).
//!
//! Invariant: the table is append-only, the database refuses to change or delete a row. Details
//! carry numbers, states and words of ours, never personal data and never secrets.

mod entity;
pub mod repo;

use sea_orm::DbErr;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::OrderNo;

/// A deed that is to be written down.
#[derive(Debug, Clone, PartialEq)]
pub struct NewAction<'a> {
    /// Who: `operator:<telegram id>`, with 0 for the person at the shell.
    pub operator: &'a str,
    /// What, such as `coupon.create`: a word that never changes once released.
    pub action: &'a str,
    /// To what: the number or code of the thing.
    pub subject: &'a str,
    /// The order that it is about, where there is one.
    pub order_no: Option<&'a OrderNo>,
    /// A JSON object; `null` is kept as an empty one.
    pub details: serde_json::Value,
}

/// A deed as it was written down.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct OperatorAction {
    pub id: i64,
    pub operator: String,
    pub action: String,
    pub subject: String,
    pub order_no: Option<OrderNo>,
    pub details: serde_json::Value,
    pub at: Timestamp,
}

/// Which deeds are wanted, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter<'a> {
    pub order_no: Option<&'a OrderNo>,
    pub subject: Option<&'a str>,
    pub action: Option<&'a str>,
}

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("the details of action {0} are damaged")]
    Damaged(i64),
    #[error("the database failed")]
    Db(#[from] DbErr),
}
