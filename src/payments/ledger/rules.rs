//! Which fact is written how: the posting rules of the money book. Pure.
//!
//! | Fact | Debit | Credit | Key |
//! |---|---|---|---|
//! | a payment succeeded | `provider:…` | `orders:owed` | `received:<payment>` |
//! | … that stood in doubt | `doubt` | `provider:…` | `doubt:<payment>` |
//! | money that does not match | `provider:…` | `doubt` | `received:<payment>:doubt` |
//! | a second charge | `provider:…` | `doubt` | `received:<provider>:<reference>` |
//! | an order is completed | `orders:owed` | `revenue` | `revenue:<order>` |
//! | a refund succeeded | `orders:owed` | `provider:…` | `refunded:<refund>` |
//! | … of what was delivered | `revenue` | `orders:owed` | `revenue:<refund>` |
//! | … of what stood in doubt | `doubt` | `orders:owed` | `doubt:<refund>` |
//! | … by hand | `orders:owed` | `by_hand` | `refunded:<refund>` |
//! | a commission | `commission:expense` | `commission:payable` | `commission:<order>` |
//! | … taken back | `commission:payable` | `commission:expense` | `commission:<order>:<refund>` |
//! | a provider's fee | `fees` | `provider:…` | `fee:<provider>:<reference>` |
#![warn(clippy::arithmetic_side_effects)]

use super::{About, Account, Standing, Transfer, TransferKind};
use crate::kernel::ids::{OrderNo, PaymentNo, RefundNo};
use crate::kernel::money::Money;

/// The payment that a fact is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Charge {
    pub provider: String,
    pub payment_no: PaymentNo,
    pub order_no: OrderNo,
}

/// Money on its way back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Back {
    pub refund_no: RefundNo,
    pub amount: Money,
    pub means: Means,
}

/// By which way money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Means {
    Provider,
    /// An operator gave it back by other means.
    ByHand,
}

/// What happened to money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact {
    /// The whole amount is there. `in_doubt`: as much of it stood in doubt before.
    PaymentSucceeded {
        charge: Charge,
        amount: Money,
        in_doubt: Option<Money>,
    },
    /// Money arrived that does not match, as much as was stated.
    MoneyInDoubt {
        charge: Charge,
        stated: Money,
    },
    /// The provider charged a payment once more, under another number of its own.
    SecondCharge {
        charge: Charge,
        provider_ref: String,
        stated: Money,
    },
    /// Money went back; `standing` is where the payment's money stood before.
    RefundSucceeded {
        charge: Charge,
        refund: Back,
        standing: Standing,
    },
    /// The order was delivered; what is owed for the payment that paid it is earned.
    OrderCompleted {
        charge: Charge,
        total: Money,
        owed: i64,
    },
    CommissionBooked {
        order_no: OrderNo,
        amount: Money,
    },
    /// `refund_no`: the refund that took it back; `None` for money that had gone back before.
    CommissionTakenBack {
        order_no: OrderNo,
        refund_no: Option<RefundNo>,
        amount: Money,
    },
    /// The provider kept a share of the charge with this number of its own.
    Fee {
        charge: Charge,
        reference: String,
        amount: Money,
    },
}

/// The transfers that write `fact` down; empty when nothing moved.
pub fn postings(fact: &Fact) -> Vec<Transfer> {
    let transfers = match fact {
        Fact::PaymentSucceeded { charge, amount, in_doubt } => {
            payment_succeeded(charge, *amount, *in_doubt)
        }
        Fact::MoneyInDoubt { charge, stated } => {
            let key = format!("received:{}:doubt", charge.payment_no);
            vec![received(charge, key, Account::Doubt, *stated)]
        }
        Fact::SecondCharge { charge, provider_ref, stated } => {
            let key = format!("received:{}:{provider_ref}", charge.provider);
            vec![received(charge, key, Account::Doubt, *stated)]
        }
        Fact::RefundSucceeded { charge, refund, standing } => {
            refund_succeeded(charge, refund, *standing)
        }
        Fact::OrderCompleted { charge, total, owed } => {
            let earned = Money { minor: (*owed).min(total.minor), ..*total };
            let key = format!("revenue:{}", charge.order_no);
            let between = (Account::Owed, Account::Revenue);
            vec![transfer(key, TransferKind::Adjustment, between, earned, about(charge))]
        }
        Fact::CommissionBooked { order_no, amount } => {
            let key = format!("commission:{order_no}");
            let between = (Account::CommissionExpense, Account::CommissionPayable);
            let about = About { order_no: Some(order_no.clone()), ..About::default() };
            vec![transfer(key, TransferKind::Commission, between, *amount, about)]
        }
        Fact::CommissionTakenBack { order_no, refund_no, amount } => {
            let cause = refund_no.as_ref().map_or("before", RefundNo::as_str);
            let key = format!("commission:{order_no}:{cause}");
            let between = (Account::CommissionPayable, Account::CommissionExpense);
            let (order_no, refund_no) = (Some(order_no.clone()), refund_no.clone());
            let about = About { order_no, refund_no, payment_no: None };
            vec![transfer(key, TransferKind::Commission, between, *amount, about)]
        }
        Fact::Fee { charge, reference, amount } => {
            let key = format!("fee:{}:{reference}", charge.provider);
            let between = (Account::Fees, provider(charge));
            vec![transfer(key, TransferKind::Fee, between, *amount, about(charge))]
        }
    };
    transfers.into_iter().filter(|transfer| transfer.amount.minor > 0).collect()
}

/// What stood in doubt was this money, or a rumour of it: it is taken out again, and the payment is
/// booked as what it proved to be.
fn payment_succeeded(charge: &Charge, amount: Money, in_doubt: Option<Money>) -> Vec<Transfer> {
    let key = format!("received:{}", charge.payment_no);
    let mut transfers = vec![received(charge, key, Account::Owed, amount)];
    if let Some(doubtful) = in_doubt {
        let key = format!("doubt:{}", charge.payment_no);
        let between = (Account::Doubt, provider(charge));
        let out = transfer(key, TransferKind::Adjustment, between, doubtful, about(charge));
        transfers.push(out);
    }
    transfers
}

/// What goes back is what is owed first, then what was earned, then what stood in doubt.
fn refund_succeeded(charge: &Charge, refund: &Back, standing: Standing) -> Vec<Transfer> {
    let (refund_no, amount) = (&refund.refund_no, refund.amount);
    let from = match refund.means {
        Means::Provider => provider(charge),
        Means::ByHand => Account::ByHand,
    };
    let short = amount.minor.saturating_sub(standing.owed.max(0)).max(0);
    let earned = short.min(standing.revenue.max(0));
    let doubtful = short.saturating_sub(earned).min(standing.doubt.max(0));
    let about = About { refund_no: Some(refund_no.clone()), ..about(charge) };
    let part = |minor| Money { minor, ..amount };
    let line = |name: &str, kind, between, amount| {
        transfer(format!("{name}:{refund_no}"), kind, between, amount, about.clone())
    };
    vec![
        line("revenue", TransferKind::Adjustment, (Account::Revenue, Account::Owed), part(earned)),
        line("doubt", TransferKind::Adjustment, (Account::Doubt, Account::Owed), part(doubtful)),
        line("refunded", TransferKind::Refunded, (Account::Owed, from), amount),
    ]
}

fn received(charge: &Charge, key: String, credit: Account, amount: Money) -> Transfer {
    transfer(key, TransferKind::Received, (provider(charge), credit), amount, about(charge))
}

fn transfer(
    key: String,
    kind: TransferKind,
    (debit, credit): (Account, Account),
    amount: Money,
    about: About,
) -> Transfer {
    Transfer { key, kind, debit, credit, amount, about }
}

fn provider(charge: &Charge) -> Account {
    Account::Provider(charge.provider.clone())
}

fn about(charge: &Charge) -> About {
    About {
        order_no: Some(charge.order_no.clone()),
        payment_no: Some(charge.payment_no.clone()),
        refund_no: None,
    }
}
