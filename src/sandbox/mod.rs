//! The sandbox: real HTTP servers on loopback that play the outside world (spec.md §11), with
//! faults that can be switched on. Nothing in the business knows that it exists.

pub mod faults;
pub mod model;
pub mod pingpong;
pub mod telegram;
pub mod world;
pub mod yuanfenju;
