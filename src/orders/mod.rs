//! Orders: what was bought, and how far it has come.
//!
//! Where to look: [`rules`] for the states and the steps between them, [`repo`] for every
//! statement on the tables `orders` and `order_history`.
//!
//! Invariants:
//! - An order changes its status only through [`repo::change`], which asks [`rules::next`], refuses
//!   a stale copy and writes the history row.
//! - Product, price and form are a snapshot of the moment of ordering; form and product are sealed.
//! - This module calls no other capability. Whatever needs two of them is a flow.

pub mod buyers;
pub mod discount;
mod entity;
pub mod kept;
pub mod pace;
pub mod packs;
pub mod repo;
mod row;
pub mod rules;
pub mod together;

use std::fmt;

use sea_orm::DbErr;

use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{AffiliateCode, OrderNo, Sku, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::platform::crypto::SealError;

pub use discount::{DiscountKind, DiscountLine};
pub use row::SEALED;
pub use rules::{Change, OrderStatus, Step};

/// One purchase of one product by one user.
#[derive(Debug, Clone)]
pub struct Order {
    pub order_no: OrderNo,
    pub user: UserId,
    pub sku: Sku,
    pub status: OrderStatus,
    /// The next step of the pipeline (spec.md §5).
    pub step: Step,
    pub locale: Locale,
    pub price: Money,
    pub discount: Money,
    /// What the buyer has to pay: price less discount.
    pub total: Money,
    /// What makes up the discount, in the order of taking it off.
    pub discounts: Vec<DiscountLine>,
    pub coupon_code: Option<String>,
    /// Bought in the sandbox.
    pub test: bool,
    pub affiliate: Option<AffiliateCode>,
    /// The chat message that is edited in place through the purchase.
    pub anchor_message: Option<i64>,
    /// Why it failed, in words for operators.
    pub failure: Option<String>,
    pub cancel_reason: Option<String>,
    pub expires_at: Timestamp,
    pub paid_at: Option<Timestamp>,
    pub completed_at: Option<Timestamp>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    product_sealed: String,
    form_sealed: Option<String>,
    version: i64,
}

/// Everything that is known when an order is placed.
#[derive(Debug, Clone)]
pub struct NewOrder {
    pub order_no: OrderNo,
    /// The conversation's draft that became this order: one draft gives one order.
    pub draft_id: String,
    pub user: UserId,
    pub sku: Sku,
    pub locale: Locale,
    pub price: Money,
    pub discount: Money,
    pub total: Money,
    pub discounts: Vec<DiscountLine>,
    pub coupon_code: Option<String>,
    pub test: bool,
    pub affiliate: Option<AffiliateCode>,
    pub anchor_message: Option<i64>,
    pub expires_at: Timestamp,
    /// The product's snapshot and the buyer's answers, as JSON values to be sealed.
    pub product: serde_json::Value,
    pub form: serde_json::Value,
}

/// Who did something, as the history keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    Buyer,
    Provider,
    Worker,
    System,
    Operator(i64),
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Buyer => f.write_str("buyer"),
            Self::Provider => f.write_str("provider"),
            Self::Worker => f.write_str("worker"),
            Self::System => f.write_str("system"),
            Self::Operator(id) => write!(f, "operator:{id}"),
        }
    }
}

/// One line of an order's history.
#[derive(Debug, Clone, serde::Serialize)]
pub struct HistoryRow {
    pub from: Option<String>,
    pub to: String,
    pub actor: String,
    pub reason: String,
    pub at: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    #[error("there is no order {0}")]
    NotFound(OrderNo),
    #[error("order {0} was changed meanwhile")]
    Stale(OrderNo),
    #[error(transparent)]
    Illegal(#[from] rules::IllegalTransition),
    #[error("the row of order {order_no} is damaged: {what}")]
    Damaged { order_no: String, what: String },
    #[error("the personal data of order {0} were erased")]
    Erased(OrderNo),
    #[error("a sealed field cannot be opened")]
    Sealed(#[from] SealError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}
