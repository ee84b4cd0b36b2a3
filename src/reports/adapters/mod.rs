//! The outside systems that write texts, and the typesetter.

pub mod openai;
pub mod recorded;
pub mod typesetter;
pub mod workshop;
