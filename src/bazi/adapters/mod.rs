//! One room per outside service. Each is the only code that knows its wire format.

pub mod yuanfenju;
