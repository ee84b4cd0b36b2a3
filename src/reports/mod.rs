//! Reports: the goods. What the model is asked, what it wrote, and how far it was delivered.
//!
//! Chart, facts, text and segments are sealed (spec.md §12).

pub mod breaker;
pub mod budget;
pub mod calls;
pub mod chapters;
pub mod checks;
pub mod deliveries;
pub mod draft;
pub mod drawing;
pub mod gate;
pub mod health;
pub mod links;
pub mod live;
pub mod manuscript;
pub mod ports;
pub mod questions;
pub mod ratings;
pub mod reply;
pub mod repo;
pub mod rewrites;
pub mod templates;

use sea_orm::DbErr;

use crate::platform::crypto::SealError;

#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    #[error("the row of order {order_no} is damaged: {what}")]
    Damaged { order_no: String, what: &'static str },
    #[error("a sealed field cannot be opened")]
    Sealed(#[from] SealError),
    #[error("the database failed")]
    Db(#[from] DbErr),
}
pub mod adapters;
pub mod cost;
pub mod prompt;
