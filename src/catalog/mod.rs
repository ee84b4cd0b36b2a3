//! Catalog: what is on sale.
pub mod stock;
