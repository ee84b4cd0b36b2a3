//! The states of payments and refunds (spec.md §3.2, §3.3), and how a stated amount is judged
//! (§4 rule 5). Pure.
#![warn(clippy::arithmetic_side_effects)]

use std::fmt;
use std::time::Duration;

use super::ports::{Observation, Outcome, RefundOutcome, StatedAmount};
use crate::kernel::clock::Timestamp;
use crate::kernel::money::{AmountMatch, Money};

/// The words of the column `payments.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    /// The row exists, the provider was not yet asked.
    Init,
    /// The provider has it.
    Processing,
    Succeeded,
    Failed,
    Cancelled,
    Expired,
    /// Money arrived that does not match: amount, currency or merchant.
    Conflicted,
}

impl PaymentStatus {
    pub const ALL: [Self; 7] = [
        Self::Init,
        Self::Processing,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
        Self::Expired,
        Self::Conflicted,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Conflicted => "conflicted",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Whether the buyer may still pay it.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Init | Self::Processing)
    }
}

impl fmt::Display for PaymentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What became known about a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// The provider accepted the payment and gave a link.
    Opened,
    /// The money is there and matches.
    Paid,
    /// Money is there and does not match.
    Mismatch,
    /// Failed for good.
    FailedForGood,
    /// Not paid when the deadline had passed, says the provider.
    Expired,
    /// The buyer gave the order up, or chose another way to pay.
    GivenUp,
    /// An operator says that the conflict is settled in the buyer's favour.
    ConflictResolved,
}

/// What a fact did. Hearing it twice is not an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    To(PaymentStatus),
    AlreadyThere,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a payment in state {from} cannot take the fact {fact:?}")]
pub struct IllegalStep {
    pub from: PaymentStatus,
    pub fact: Fact,
}

/// The state after `fact`. Every other state may become `succeeded` on late proof; nothing leaves
/// `succeeded`.
#[expect(clippy::unnested_or_patterns, reason = "one pattern for each reason")]
pub fn step(from: PaymentStatus, fact: Fact) -> Result<Step, IllegalStep> {
    use PaymentStatus as S;
    let to = match (fact, from) {
        (Fact::Opened, S::Init) => S::Processing,
        (Fact::Opened, S::Processing | S::Succeeded | S::Conflicted) => {
            return Ok(Step::AlreadyThere);
        }
        (
            Fact::Paid,
            S::Init | S::Processing | S::Failed | S::Cancelled | S::Expired | S::Conflicted,
        )
        | (Fact::ConflictResolved, S::Conflicted) => S::Succeeded,
        (Fact::Mismatch, S::Init | S::Processing | S::Failed | S::Cancelled | S::Expired) => {
            S::Conflicted
        }
        (Fact::FailedForGood, S::Init | S::Processing) => S::Failed,
        (Fact::Expired, S::Init | S::Processing) => S::Expired,
        (Fact::GivenUp, S::Init | S::Processing) => S::Cancelled,
        (Fact::Paid | Fact::ConflictResolved, S::Succeeded)
        // A later message cannot take a success away.
        | (Fact::Mismatch, S::Conflicted)
        | (Fact::Mismatch, S::Succeeded)
        | (
            Fact::FailedForGood | Fact::Expired | Fact::GivenUp,
            S::Succeeded | S::Failed | S::Cancelled | S::Expired | S::Conflicted,
        ) => return Ok(Step::AlreadyThere),
        (Fact::Opened, S::Failed | S::Cancelled | S::Expired)
        | (
            Fact::ConflictResolved,
            S::Init | S::Processing | S::Failed | S::Cancelled | S::Expired,
        ) => return Err(IllegalStep { from, fact }),
    };
    Ok(Step::To(to))
}

/// What an observation means for a payment of `expected`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    Fact(Fact),
    /// A success that states no amount: only a query may decide (spec.md §4 rule 8).
    NeedsQuery,
    /// One attempt failed; the payment stays payable.
    AttemptFailed,
    /// Not decided.
    Nothing,
    /// A word that nobody taught us.
    Unknown(String),
}

/// Judges an observation against the amount that was asked for (spec.md §4 rules 5, 6, 8).
pub fn meaning(expected: Money, observation: &Observation) -> Meaning {
    match &observation.outcome {
        Outcome::Paid if !observation.merchant_matches => Meaning::Fact(Fact::Mismatch),
        Outcome::Paid => match &observation.stated {
            None => Meaning::NeedsQuery,
            Some(stated) if states(expected, stated) => Meaning::Fact(Fact::Paid),
            Some(_) => Meaning::Fact(Fact::Mismatch),
        },
        Outcome::AttemptFailed => Meaning::AttemptFailed,
        Outcome::FinallyFailed => Meaning::Fact(Fact::FailedForGood),
        Outcome::Pending | Outcome::Closed => Meaning::Nothing,
        Outcome::Other(word) => Meaning::Unknown(word.clone()),
    }
}

fn states(expected: Money, stated: &StatedAmount) -> bool {
    let same_currency = stated.currency.as_deref() == Some(expected.currency.as_str());
    same_currency && expected.matches_major(&stated.amount) == AmountMatch::Same
}

/// The money that an observation speaks of, when it can be read as money at all.
pub fn stated_money(stated: &StatedAmount) -> Option<Money> {
    let currency = stated.currency.as_deref()?.parse().ok()?;
    Money::parse_major(stated.amount.trim(), currency).ok().filter(|money| money.minor > 0)
}

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// When a payment is asked about without anybody's wish, counted from its opening (spec.md §4
/// rule 11). It goes on after the order was given up: only so is late money found whose callback
/// was lost.
pub const QUERY_LADDER: [Duration; 6] = [
    Duration::from_secs(MINUTE),
    Duration::from_secs(5 * MINUTE),
    Duration::from_secs(15 * MINUTE),
    Duration::from_secs(HOUR),
    Duration::from_secs(6 * HOUR),
    Duration::from_secs(24 * HOUR),
];

/// The rung of the ladder after `asked` questions; `None` at its end. `jitter` from 0 to 99 spreads
/// it over the tenth that follows, so that payments of one minute are not asked about in one second.
pub fn next_rung(opened: Timestamp, asked: i32, jitter: u64) -> Option<Timestamp> {
    let rung = QUERY_LADDER.get(usize::try_from(asked).ok()?)?;
    let thousandths = rung.as_secs().saturating_mul(jitter.min(99));
    Some(opened.plus(*rung).plus(Duration::from_millis(thousandths)))
}

/// The words of the column `refunds.status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundStatus {
    Requested,
    Processing,
    Succeeded,
    Failed,
    /// The call's outcome is not known; only a query with the same number resolves it.
    Unknown,
}

impl RefundStatus {
    pub const ALL: [Self; 5] =
        [Self::Requested, Self::Processing, Self::Succeeded, Self::Failed, Self::Unknown];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Processing => "processing",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

impl fmt::Display for RefundStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The state of a refund after an answer; `None` when nothing changes. A success is never taken
/// back; a failure reported before a success was a rumour.
pub fn refund_step(from: RefundStatus, outcome: &RefundOutcome) -> Option<RefundStatus> {
    use RefundStatus as R;
    match (from, outcome) {
        (R::Requested | R::Processing | R::Unknown | R::Failed, RefundOutcome::Succeeded) => {
            Some(R::Succeeded)
        }
        (R::Requested | R::Unknown, RefundOutcome::Pending) => Some(R::Processing),
        (R::Requested | R::Processing | R::Unknown, RefundOutcome::Failed(_)) => Some(R::Failed),
        (R::Succeeded, _)
        | (R::Processing | R::Failed, RefundOutcome::Pending)
        | (R::Failed, RefundOutcome::Failed(_))
        | (R::Requested | R::Processing | R::Failed | R::Unknown, RefundOutcome::NotFound) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::money::Currency;
    use crate::payments::ports::Source;
    use proptest::prelude::*;
    use std::fmt::Write as _;

    const FACTS: [Fact; 7] = [
        Fact::Opened,
        Fact::Paid,
        Fact::Mismatch,
        Fact::FailedForGood,
        Fact::Expired,
        Fact::GivenUp,
        Fact::ConflictResolved,
    ];

    #[test]
    fn the_whole_table_of_steps() {
        let mut table = String::new();
        for from in PaymentStatus::ALL {
            for fact in FACTS {
                let answer = match step(from, fact) {
                    Ok(Step::To(to)) => to.as_str(),
                    Ok(Step::AlreadyThere) => "(already there)",
                    Err(_) => "illegal",
                };
                writeln!(table, "{from:<10} {fact:?} -> {answer}").unwrap();
            }
        }
        insta::assert_snapshot!(table);
    }

    fn paid(amount: Option<(&str, Option<&str>)>) -> Observation {
        Observation {
            provider: "pingpong".into(),
            source: Source::Callback,
            evidence_key: "key".into(),
            payment_no: "P1".into(),
            provider_ref: None,
            outcome: Outcome::Paid,
            stated: amount.map(|(amount, currency)| StatedAmount {
                amount: amount.into(),
                currency: currency.map(Into::into),
            }),
            merchant_matches: true,
            actor: None,
            note: None,
        }
    }

    #[test]
    fn a_stated_amount_decides_between_money_and_conflict() {
        let due = Money::new(1990, Currency::CNY);
        let judge = |amount, currency| meaning(due, &paid(Some((amount, currency))));
        assert_eq!(judge("19.900000", Some("CNY")), Meaning::Fact(Fact::Paid));
        assert_eq!(judge("19.91", Some("CNY")), Meaning::Fact(Fact::Mismatch));
        assert_eq!(judge("19.90", Some("USD")), Meaning::Fact(Fact::Mismatch));
        assert_eq!(judge("19.90", None), Meaning::Fact(Fact::Mismatch));
        assert_eq!(judge("nineteen", Some("CNY")), Meaning::Fact(Fact::Mismatch));
        assert_eq!(meaning(due, &paid(None)), Meaning::NeedsQuery);
        let mut foreign = paid(Some(("19.90", Some("CNY"))));
        foreign.merchant_matches = false;
        assert_eq!(meaning(due, &foreign), Meaning::Fact(Fact::Mismatch));
    }

    #[test]
    fn stated_money_is_read_when_it_is_money() {
        let stated = |amount: &str, currency: Option<&str>| {
            let currency = currency.map(Into::into);
            stated_money(&StatedAmount { amount: amount.into(), currency })
        };
        assert_eq!(stated("19.80", Some("CNY")), Some(Money::new(1980, Currency::CNY)));
        assert_eq!(stated("5.000000", Some("USD")), Some(Money::new(500, Currency::USD)));
        assert_eq!(stated("5.000001", Some("USD")), None);
        assert_eq!(stated("19.80", None), None);
        assert_eq!(stated("-1.00", Some("CNY")), None);
        assert_eq!(stated("much", Some("CNY")), None);
    }

    #[test]
    fn the_ladder_is_climbed_to_its_end() {
        let opened = Timestamp::from_millis(1_000_000);
        let minutes = |asked, jitter| {
            next_rung(opened, asked, jitter).map(|at| at.since(opened).as_secs() / 60)
        };
        let rungs: Vec<_> = (0..7).map(|asked| minutes(asked, 0)).collect();
        let expected = [Some(1), Some(5), Some(15), Some(60), Some(360), Some(1440), None];
        assert_eq!(rungs, expected);
        assert_eq!(minutes(3, 99), Some(65), "spread over less than a tenth");
        assert_eq!(minutes(-1, 0), None);
    }

    #[test]
    fn words_read_back() {
        for status in PaymentStatus::ALL {
            assert_eq!(PaymentStatus::parse(status.as_str()), Some(status));
        }
        for status in RefundStatus::ALL {
            assert_eq!(RefundStatus::parse(status.as_str()), Some(status));
        }
    }

    proptest! {
        #[test]
        fn nothing_leaves_succeeded(facts in prop::collection::vec(0_usize..FACTS.len(), 0..30)) {
            let mut status = PaymentStatus::Init;
            let mut succeeded = false;
            for index in facts {
                if let Ok(Step::To(to)) = step(status, FACTS[index]) {
                    prop_assert!(!succeeded, "left succeeded by {:?}", FACTS[index]);
                    status = to;
                    succeeded = to == PaymentStatus::Succeeded;
                }
            }
        }

        #[test]
        fn a_refund_that_succeeded_stays_so(outcomes in prop::collection::vec(0_usize..4, 0..20)) {
            let known = [
                RefundOutcome::Succeeded,
                RefundOutcome::Pending,
                RefundOutcome::Failed("x".into()),
                RefundOutcome::NotFound,
            ];
            let mut status = RefundStatus::Requested;
            for index in outcomes {
                let next = refund_step(status, &known[index]);
                if status == RefundStatus::Succeeded {
                    prop_assert_eq!(next, None);
                }
                status = next.unwrap_or(status);
            }
        }
    }
}
