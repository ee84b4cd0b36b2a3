//! Payments: attempts to pay an order at a provider, what the provider says about them, refunds.
pub mod ports;
