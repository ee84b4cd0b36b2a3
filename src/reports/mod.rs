//! Reports: the goods. Prompt, text, storage, delivery plan.
pub mod ports;
