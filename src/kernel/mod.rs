//! Pure words that every part of the program shares: identities, money, time, languages.
//!
//! Nothing here waits, reads a clock, touches a database or knows the business.

pub mod clock;
pub mod ids;
pub mod locale;
pub mod money;
pub mod switch;
