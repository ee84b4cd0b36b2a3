//! The composition root: builds everything from the configuration, hands each process what it
//! needs, and runs them together. The only place that sees all of the program; nobody but the
//! command line knows it.

pub mod health;
mod listeners;
pub mod outside;
pub mod parts;
pub mod serve;
