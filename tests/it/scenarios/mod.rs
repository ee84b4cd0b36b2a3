//! What goes wrong with money elsewhere, one test for each scenario. The numbers are those of the
//! table in docs/reliability.md, which also says why the missing ones do not concern this shop.

mod clocks;
mod deaths;
mod doors;
mod notices;
mod refunds;
mod supply;
mod table;
mod timing;
