//! The outside systems that write texts.

pub mod openai;
