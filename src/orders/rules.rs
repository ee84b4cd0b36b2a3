//! The states of an order and the steps between them (spec.md §3.1). Pure.
#![warn(clippy::arithmetic_side_effects)]

use std::fmt;

/// The words of the column `orders.status`. They never change once released.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    PendingPayment,
    Paid,
    Generating,
    Completed,
    Failed,
    Cancelled,
    Closed,
    Refunding,
    Refunded,
}

impl OrderStatus {
    pub const ALL: [Self; 9] = [
        Self::PendingPayment,
        Self::Paid,
        Self::Generating,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::Closed,
        Self::Refunding,
        Self::Refunded,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::PendingPayment => "pending_payment",
            Self::Paid => "paid",
            Self::Generating => "generating",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
            Self::Refunding => "refunding",
            Self::Refunded => "refunded",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether something still happens to the order by itself: it waits for money, is being made,
    /// or its money is on its way back.
    pub fn is_under_way(self) -> bool {
        match self {
            Self::PendingPayment | Self::Paid | Self::Generating | Self::Refunding => true,
            Self::Completed | Self::Failed | Self::Cancelled | Self::Closed | Self::Refunded => {
                false
            }
        }
    }
}

impl fmt::Display for OrderStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl super::Order {
    /// The states that may follow `status`, whatever else is known of the order.
    pub fn allowed_next(status: OrderStatus) -> &'static [OrderStatus] {
        use OrderStatus as S;
        match status {
            S::PendingPayment => &[S::Paid, S::Failed, S::Cancelled, S::Closed],
            S::Closed | S::Cancelled | S::Failed => &[S::Paid],
            S::Paid => &[S::Generating, S::Refunding],
            S::Generating => &[S::Completed, S::Failed],
            S::Completed => &[S::Refunding],
            S::Refunding => &[S::Refunded, S::Paid, S::Completed],
            S::Refunded => &[],
        }
    }
}

/// What happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// A payment of it succeeded, or nothing was to be paid.
    PaymentSucceeded,
    /// The provider said that it failed for good.
    PaymentFailedForGood,
    BuyerCancelled,
    /// The deadline passed and the provider says that it is not paid.
    DeadlinePassed,
    /// The worker took it.
    WorkStarted,
    Delivered,
    /// The retries are used up.
    GaveUp,
    RefundStarted,
    RefundSucceeded,
    /// The provider refused the refund; back to the state before.
    RefundRefused {
        before: OrderStatus,
    },
}

/// What a change did. Hearing the same news twice is not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    To(OrderStatus),
    AlreadyThere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an order in state {from} cannot take the change {change:?}")]
pub struct IllegalTransition {
    pub from: OrderStatus,
    pub change: Change,
}

/// The state after `change`. `was_paid` tells a failure before the payment (late money may still
/// revive it) from one after it.
#[expect(clippy::match_same_arms, reason = "one line for each row of the table in spec.md §3.1")]
pub fn next(from: OrderStatus, was_paid: bool, change: Change) -> Result<Next, IllegalTransition> {
    use OrderStatus as S;
    let target = match (change, from) {
        (Change::PaymentSucceeded, S::PendingPayment | S::Closed | S::Cancelled) => S::Paid,
        (Change::PaymentSucceeded, S::Failed) if !was_paid => S::Paid,
        (Change::PaymentFailedForGood, S::PendingPayment) => S::Failed,
        (Change::BuyerCancelled, S::PendingPayment) => S::Cancelled,
        (Change::DeadlinePassed, S::PendingPayment) => S::Closed,
        (Change::WorkStarted, S::Paid) => S::Generating,
        (Change::Delivered, S::Generating) => S::Completed,
        (Change::GaveUp, S::Generating) => S::Failed,
        (Change::RefundStarted, S::Paid | S::Completed) => S::Refunding,
        (Change::RefundSucceeded, S::Refunding) => S::Refunded,
        (Change::RefundRefused { before: S::Paid }, S::Refunding) => S::Paid,
        (Change::RefundRefused { before: S::Completed }, S::Refunding) => S::Completed,
        (change, from) => return already_there(from, was_paid, change),
    };
    Ok(Next::To(target))
}

fn already_there(
    from: OrderStatus,
    was_paid: bool,
    change: Change,
) -> Result<Next, IllegalTransition> {
    use OrderStatus as S;
    let known = match change {
        Change::PaymentSucceeded => was_paid,
        Change::PaymentFailedForGood => from == S::Failed,
        Change::BuyerCancelled => from == S::Cancelled,
        Change::DeadlinePassed => from == S::Closed,
        Change::WorkStarted => from == S::Generating,
        Change::Delivered => from == S::Completed,
        Change::GaveUp => from == S::Failed && was_paid,
        Change::RefundStarted => from == S::Refunding,
        Change::RefundSucceeded => from == S::Refunded,
        Change::RefundRefused { before } => from == before,
    };
    if known { Ok(Next::AlreadyThere) } else { Err(IllegalTransition { from, change }) }
}

/// The steps of the pipeline (spec.md §5); the column `orders.step` holds the next one to do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Accept,
    NotifyPaid,
    Bazi,
    Facts,
    Report,
    Render,
    Deliver,
    Complete,
    Done,
}

impl Step {
    pub const ALL: [Self; 9] = [
        Self::Accept,
        Self::NotifyPaid,
        Self::Bazi,
        Self::Facts,
        Self::Report,
        Self::Render,
        Self::Deliver,
        Self::Complete,
        Self::Done,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::NotifyPaid => "notify_paid",
            Self::Bazi => "bazi",
            Self::Facts => "facts",
            Self::Report => "report",
            Self::Render => "render",
            Self::Deliver => "deliver",
            Self::Complete => "complete",
            Self::Done => "done",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.as_str() == word)
    }

    #[must_use]
    pub fn following(self) -> Self {
        match self {
            Self::Accept => Self::NotifyPaid,
            Self::NotifyPaid => Self::Bazi,
            Self::Bazi => Self::Facts,
            Self::Facts => Self::Report,
            Self::Report => Self::Render,
            Self::Render => Self::Deliver,
            Self::Deliver => Self::Complete,
            Self::Complete | Self::Done => Self::Done,
        }
    }
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "test data is small")]
mod tests {
    use super::*;
    use crate::orders::Order;
    use proptest::prelude::*;
    use std::fmt::Write as _;

    const CHANGES: [Change; 11] = [
        Change::PaymentSucceeded,
        Change::PaymentFailedForGood,
        Change::BuyerCancelled,
        Change::DeadlinePassed,
        Change::WorkStarted,
        Change::Delivered,
        Change::GaveUp,
        Change::RefundStarted,
        Change::RefundSucceeded,
        Change::RefundRefused { before: OrderStatus::Paid },
        Change::RefundRefused { before: OrderStatus::Completed },
    ];

    #[test]
    fn the_whole_table_of_steps() {
        let mut table = String::new();
        for from in OrderStatus::ALL {
            for was_paid in [false, true] {
                for change in CHANGES {
                    let step = match next(from, was_paid, change) {
                        Ok(Next::To(to)) => to.as_str(),
                        Ok(Next::AlreadyThere) => "(already there)",
                        Err(_) => continue,
                    };
                    let paid = if was_paid { "paid" } else { "unpaid" };
                    writeln!(table, "{from:<15} {paid:<6} {change:?} -> {step}").unwrap();
                }
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn the_public_list_and_the_rule_agree_with_the_specification() {
        for from in OrderStatus::ALL {
            let mut reachable: Vec<OrderStatus> = CHANGES
                .iter()
                .flat_map(|change| [next(from, false, *change), next(from, true, *change)])
                .filter_map(|step| match step {
                    Ok(Next::To(to)) => Some(to),
                    Ok(Next::AlreadyThere) | Err(_) => None,
                })
                .collect();
            reachable.sort_unstable();
            reachable.dedup();
            let mut allowed = Order::allowed_next(from).to_vec();
            allowed.sort_unstable();
            assert_eq!(reachable, allowed, "{from}");
        }
    }

    #[test]
    fn money_for_an_order_that_failed_after_its_payment_does_not_revive_it() {
        assert_eq!(
            next(OrderStatus::Failed, true, Change::PaymentSucceeded),
            Ok(Next::AlreadyThere)
        );
        assert_eq!(
            next(OrderStatus::Failed, false, Change::PaymentSucceeded),
            Ok(Next::To(OrderStatus::Paid))
        );
    }

    #[test]
    fn words_read_back() {
        for status in OrderStatus::ALL {
            assert_eq!(OrderStatus::parse(status.as_str()), Some(status));
        }
        for step in Step::ALL {
            assert_eq!(Step::parse(step.as_str()), Some(step));
        }
    }

    proptest! {
        /// Whatever happens in whatever order: an order is paid at most once, and what was
        /// completed, failed after payment or refunded never waits for money again.
        #[test]
        fn no_story_pays_an_order_twice(story in prop::collection::vec(0_usize..CHANGES.len(), 0..40)) {
            let mut status = OrderStatus::PendingPayment;
            let mut was_paid = false;
            let mut payments = 0;
            for index in story {
                let change = CHANGES[index];
                if let Change::RefundRefused { before } = change && before == OrderStatus::Completed {
                    continue; // the flow remembers the state before; see the next test
                }
                if let Ok(Next::To(to)) = next(status, was_paid, change) {
                    prop_assert!(Order::allowed_next(status).contains(&to));
                    if change == Change::PaymentSucceeded {
                        payments += 1;
                        was_paid = true;
                    }
                    prop_assert!(to != OrderStatus::PendingPayment);
                    status = to;
                }
            }
            prop_assert!(payments <= 1);
        }
    }
}
