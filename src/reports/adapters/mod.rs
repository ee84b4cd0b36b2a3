//! The outside systems that write texts.

pub mod openai;
pub mod recorded;
