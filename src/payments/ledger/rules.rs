//! Which fact is written how: the posting rules of the money book. Pure.
//!
//! | Fact | Debit | Credit | Key |
//! |---|---|---|---|
//! | a payment succeeded | `provider:…` | `orders:owed` | `received:<payment>` |
//! | … by a charge that stood in doubt | `doubt` | `provider:…` | `doubt:<provider>:<reference>` |
//! | … that the provider did not name | `doubt` | `provider:…` | `doubt:<payment>` |
//! | money that does not match, a second charge | `provider:…` | `doubt` | `received:<provider>:<reference>` |
//! | … that the provider did not name | `provider:…` | `doubt` | `received:<payment>:doubt` |
//! | doubt settled: went back outside, never there | `doubt` | `provider:…` | `settled:<payment>:<reference>` |
//! | … stays with the shop | `doubt` | `kept` | `settled:<payment>:<reference>` |
//! | an order is completed | `orders:owed` | `revenue` | `revenue:<order>` |
//! | a refund succeeded | `orders:owed` | `provider:…` | `refunded:<refund>` |
//! | … of what was delivered | `revenue` | `orders:owed` | `revenue:<refund>` |
//! | … of what stood in doubt | `doubt` | `orders:owed` | `doubt:<refund>` |
//! | … by hand | `orders:owed` | `by_hand` | `refunded:<refund>` |
//! | a commission | `commission:expense` | `commission:payable` | `commission:<order>` |
//! | … taken back | `commission:payable` | `commission:expense` | `commission:<order>:<refund>` |
//! | … paid to its promoter, by hand | `commission:payable` | `by_hand` | `payout:<payout>` |
//! | a provider's fee | `fees` | `provider:…` | `fee:<provider>:<reference>` |
#![warn(clippy::arithmetic_side_effects)]

use super::{About, Account, Doubt, Settled, Standing, Transfer, TransferKind};
use crate::kernel::ids::{OrderNo, PaymentNo, PayoutNo, RefundNo};
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
    /// The whole amount is there. `proved`: what stood in doubt before and was this money.
    PaymentSucceeded {
        charge: Charge,
        amount: Money,
        proved: Vec<Doubt>,
    },
    /// Money arrived that does not match, or once more: as much as was stated.
    MoneyInDoubt {
        charge: Charge,
        doubt: Doubt,
    },
    /// An operator says what became of money in doubt; `reference` proves it.
    DoubtSettled {
        charge: Charge,
        doubt: Doubt,
        settled: Settled,
        reference: String,
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
    /// An operator has sent a promoter what was earned.
    CommissionPaid {
        payout_no: PayoutNo,
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
        Fact::PaymentSucceeded { charge, amount, proved } => {
            payment_succeeded(charge, *amount, proved)
        }
        Fact::MoneyInDoubt { charge, doubt } => {
            let key = match &doubt.charge_ref {
                Some(reference) => received_key(&charge.provider, reference),
                None => unnamed_key(&charge.payment_no),
            };
            let between = (provider(charge), Account::Doubt);
            let about = about_doubt(charge, doubt);
            vec![transfer(key, TransferKind::Received, between, doubt.amount, about)]
        }
        Fact::DoubtSettled { charge, doubt, settled, reference } => {
            let key = settled_key(&charge.payment_no, reference);
            let to = match settled {
                Settled::ReturnedOutside | Settled::WrittenOff => provider(charge),
                Settled::Kept => Account::Kept,
            };
            let about = About { note: settled.as_str(), ..about_doubt(charge, doubt) };
            let between = (Account::Doubt, to);
            vec![transfer(key, TransferKind::Adjustment, between, doubt.amount, about)]
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
            let about = About { order_no, refund_no, ..About::default() };
            vec![transfer(key, TransferKind::Commission, between, *amount, about)]
        }
        Fact::CommissionPaid { payout_no, amount } => {
            let key = format!("payout:{payout_no}");
            let between = (Account::CommissionPayable, Account::ByHand);
            vec![transfer(key, TransferKind::Commission, between, *amount, About::default())]
        }
        Fact::Fee { charge, reference, amount } => {
            let key = format!("fee:{}:{reference}", charge.provider);
            let between = (Account::Fees, provider(charge));
            vec![transfer(key, TransferKind::Fee, between, *amount, about(charge))]
        }
    };
    transfers.into_iter().filter(|transfer| transfer.amount.minor > 0).collect()
}

/// The key of a doubtful charge by the provider's number.
pub fn received_key(provider: &str, reference: &str) -> String {
    format!("received:{provider}:{reference}")
}

/// The key of a doubtful charge that the provider did not name.
pub fn unnamed_key(payment: &PaymentNo) -> String {
    format!("received:{payment}:doubt")
}

/// The key of an operator's last word on money in doubt.
pub fn settled_key(payment: &PaymentNo, reference: &str) -> String {
    format!("settled:{payment}:{reference}")
}

/// What stood in doubt and was this money, or a rumour of it, is taken out again; the payment is
/// booked as what it proved to be. Other charges stay in doubt.
fn payment_succeeded(charge: &Charge, amount: Money, proved: &[Doubt]) -> Vec<Transfer> {
    let key = format!("received:{}", charge.payment_no);
    let between = (provider(charge), Account::Owed);
    let mut transfers = vec![transfer(key, TransferKind::Received, between, amount, about(charge))];
    transfers.extend(proved.iter().map(|doubt| {
        let key = match &doubt.charge_ref {
            Some(reference) => format!("doubt:{}:{reference}", charge.provider),
            None => format!("doubt:{}", charge.payment_no),
        };
        let between = (Account::Doubt, provider(charge));
        let about = about_doubt(charge, doubt);
        transfer(key, TransferKind::Adjustment, between, doubt.amount, about)
    }));
    transfers
}

/// What stands in doubt, charge by charge, oldest first. `moves`: what came into doubt (more than
/// nothing) and left it (less), in the order of the book. What left without a charge's name left
/// the one without a name first, then the newest.
pub fn standing_doubts(moves: &[Doubt]) -> Vec<Doubt> {
    let mut standing: Vec<Doubt> = Vec::new();
    for moved in moves {
        let currency = moved.amount.currency;
        let same = |one: &Doubt| one.charge_ref == moved.charge_ref;
        let mut left = moved.amount.minor;
        if left > 0 {
            standing.push(moved.clone());
            continue;
        }
        let (named, others): (Vec<&mut Doubt>, Vec<&mut Doubt>) = standing
            .iter_mut()
            .rev()
            .filter(|one| one.amount.currency == currency)
            .partition(|one| same(one));
        for one in named.into_iter().chain(others) {
            let taken = one.amount.minor.min(left.saturating_neg());
            one.amount.minor = one.amount.minor.saturating_sub(taken);
            left = left.saturating_add(taken);
        }
        standing.retain(|one| one.amount.minor > 0);
    }
    standing
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
        ..About::default()
    }
}

fn about_doubt(charge: &Charge, doubt: &Doubt) -> About {
    About { charge_ref: doubt.charge_ref.clone(), ..about(charge) }
}
