//! The ways by which mail goes out.

pub mod smtp;
