//! The money book: append-only double entry. Every amount that moved, once, from one account to
//! another (spec.md §4 rule 16).
//!
//! Where to look: [`rules`] for the chart of accounts and which fact is written how, [`repo`] for
//! the rows. Written from `flows/keep_books` only, inside the transaction of the fact.
//!
//! Invariants:
//! - A transfer is never changed or deleted; the database itself refuses it. A mistake is put right
//!   by another transfer.
//! - A transfer's key names its fact: the same fact a thousand times is one transfer.
//! - What came in is delivered, given back, owed or in doubt: nothing else can become of it.

pub mod repo;
pub mod rules;
#[cfg(test)]
mod tests;

use std::fmt;

use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo};
use crate::kernel::money::Money;

pub use rules::{Fact, postings, standing_doubts};

/// The chart of accounts. The words stand in rows and never change.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Account {
    /// Asset: what a payment provider holds for us.
    Provider(String),
    /// Liability: received for an order, neither delivered nor given back.
    Owed,
    /// Income: received for what was delivered, less what was given back of it.
    Revenue,
    /// Liability: money that arrived and does not match anything; a person decides.
    Doubt,
    /// Income: money that matched nothing and stays with the shop, for which nothing was delivered.
    Kept,
    /// Liability: given back, or paid to a promoter, by an operator by other means than the provider;
    /// whoever paid is owed it.
    ByHand,
    /// Expense: what providers keep.
    Fees,
    /// Expense: what promoters earned.
    CommissionExpense,
    /// Liability: what promoters are owed.
    CommissionPayable,
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Provider(name) => write!(f, "provider:{name}"),
            Self::Owed => f.write_str("orders:owed"),
            Self::Revenue => f.write_str("revenue"),
            Self::Doubt => f.write_str("doubt"),
            Self::Kept => f.write_str("kept"),
            Self::ByHand => f.write_str("by_hand"),
            Self::Fees => f.write_str("fees"),
            Self::CommissionExpense => f.write_str("commission:expense"),
            Self::CommissionPayable => f.write_str("commission:payable"),
        }
    }
}

/// The words of the column `ledger_transfers.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TransferKind {
    /// Money came in.
    Received,
    /// Money went back to its payer.
    Refunded,
    /// A provider kept its share.
    Fee,
    /// A promoter earned, or had to give back.
    Commission,
    /// Money that we had already stands on another account now.
    Adjustment,
}

impl TransferKind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Refunded => "refunded",
            Self::Fee => "fee",
            Self::Commission => "commission",
            Self::Adjustment => "adjustment",
        }
    }
}

/// The numbers that a transfer is about.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct About {
    pub order_no: Option<OrderNo>,
    pub payment_no: Option<PaymentNo>,
    pub refund_no: Option<RefundNo>,
    /// The provider's number of the charge, where it is known and told apart from others.
    pub charge_ref: Option<String>,
    /// A word of ours about it; usually none.
    pub note: &'static str,
}

/// One line of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Unique for ever: the same fact has the same key.
    pub key: String,
    pub kind: TransferKind,
    pub debit: Account,
    pub credit: Account,
    /// More than nothing.
    pub amount: Money,
    pub about: About,
}

/// Where the money of one payment stands now, in minor units of its currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    pub owed: i64,
    pub revenue: i64,
    pub doubt: i64,
}

/// What of one charge of a payment stands in doubt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// `None`: the provider did not name the charge.
    pub charge_ref: Option<String>,
    pub amount: Money,
}

/// What became of money in doubt, by an operator's word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It went back to its payer in the provider's backend, under no number of ours.
    ReturnedOutside,
    /// It stays with the shop.
    Kept,
    /// The provider does not have it: it never came, or was taken away again.
    WrittenOff,
}

impl Settled {
    pub const ALL: [Self; 3] = [Self::ReturnedOutside, Self::Kept, Self::WrittenOff];

    /// The word in the shell, in the book and in the audit trail.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReturnedOutside => "returned-outside",
            Self::Kept => "kept",
            Self::WrittenOff => "written-off",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|settled| settled.as_str() == word)
    }
}
