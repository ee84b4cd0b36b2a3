//! Reports: the goods. Prompt, text, storage, delivery plan.
pub mod adapters;
pub mod cost;
pub mod ports;
pub mod prompt;
