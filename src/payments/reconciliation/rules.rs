//! What a line of a statement means beside what we have. Pure.
#![warn(clippy::arithmetic_side_effects)]

use crate::kernel::money::{AmountMatch, Money};
use crate::payments::ports::{Observation, Outcome, StatedAmount};
use crate::payments::statement::{LineKind, StatementLine};
use crate::payments::{Payment, PaymentStatus, Refund, RefundStatus};

/// The words of the column `reconciliation_differences.kind`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// They have a charge for which we have no payment.
    MissingHere,
    /// We have a payment that succeeded, they have no charge.
    MissingThere,
    Amount,
    Currency,
    /// One side says that the money moved, the other does not.
    Status,
    /// They gave money back, we do not know that they did.
    RefundMissingHere,
    /// We gave money back, they do not know of it.
    RefundMissingThere,
    /// One payment was charged more than once.
    DuplicateCharge,
}

impl Kind {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingHere => "missing_here",
            Self::MissingThere => "missing_there",
            Self::Amount => "amount",
            Self::Currency => "currency",
            Self::Status => "status",
            Self::RefundMissingHere => "refund_missing_here",
            Self::RefundMissingThere => "refund_missing_there",
            Self::DuplicateCharge => "duplicate_charge",
        }
    }
}

/// What is to be done with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// It becomes a fact of our books, through the same door as a callback.
    Door,
    /// The same, but without the provider's number: a statement may call a charge by another one.
    DoorWithoutNumber,
    /// It is kept as seen; our books stay as they are.
    Keep,
    /// It says nothing.
    Pass,
}

/// What a line means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    pub difference: Option<Kind>,
    pub route: Route,
}

/// What else the provider says about the same payment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Company {
    /// Another charge of it that was settled, in this statement or an earlier one.
    pub another_charge: bool,
}

/// A charge of the statement beside the payment with its number.
pub fn judge_charge(line: &StatementLine, payment: Option<&Payment>, company: Company) -> Judged {
    let judged = |difference, route| Judged { difference, route };
    let Some(payment) = payment else {
        return if line.settled {
            judged(Some(Kind::MissingHere), Route::Door)
        } else {
            judged(None, Route::Pass)
        };
    };
    let succeeded = payment.status == PaymentStatus::Succeeded;
    if !line.settled {
        // Attempts may fail before one succeeds.
        let contradicts = succeeded && !company.another_charge;
        return judged(contradicts.then_some(Kind::Status), Route::Pass);
    }
    let differs = compare(agreed_or_received(payment), &line.stated);
    if !succeeded {
        return match (differs, payment.status) {
            (Some(kind), PaymentStatus::Conflicted) => judged(Some(kind), Route::Keep),
            (Some(kind), _) => judged(Some(kind), Route::Door),
            (None, _) => judged(Some(Kind::Status), Route::Door),
        };
    }
    let renamed = payment.provider_ref.is_some()
        && line.provider_ref.is_some()
        && payment.provider_ref != line.provider_ref;
    match (renamed && company.another_charge, differs) {
        (true, _) => judged(Some(Kind::DuplicateCharge), Route::Door),
        (false, Some(kind)) => judged(Some(kind), Route::Keep),
        (false, None) if renamed => judged(None, Route::DoorWithoutNumber),
        (false, None) => judged(None, Route::Door),
    }
}

/// A refund of the statement beside the refund with its number.
pub fn judge_refund(line: &StatementLine, refund: Option<&Refund>) -> Judged {
    let judged = |difference, route| Judged { difference, route };
    let Some(refund) = refund else {
        return if line.settled {
            judged(Some(Kind::RefundMissingHere), Route::Keep)
        } else {
            judged(None, Route::Pass)
        };
    };
    let succeeded = refund.status == RefundStatus::Succeeded;
    match (line.settled, succeeded) {
        (false, true) => judged(Some(Kind::RefundMissingThere), Route::Pass),
        (false, false) => judged(None, Route::Pass),
        (true, true) => judged(compare(refund.amount, &line.stated), Route::Keep),
        (true, false) => match compare(refund.amount, &line.stated) {
            Some(kind) => judged(Some(kind), Route::Keep),
            None => judged(Some(Kind::RefundMissingHere), Route::Door),
        },
    }
}

/// An answer to a question about a payment, for a provider without statements.
pub fn judge_answer(answer: &Observation, payment: &Payment) -> Judged {
    let succeeded = payment.status == PaymentStatus::Succeeded;
    if answer.outcome != Outcome::Paid {
        let difference = succeeded.then_some(Kind::MissingThere);
        return Judged { difference, route: Route::Pass };
    }
    let differs =
        answer.stated.as_ref().and_then(|stated| compare(agreed_or_received(payment), stated));
    let route = match (succeeded, differs) {
        (true, _) => Route::Pass,
        (false, Some(_)) if payment.status == PaymentStatus::Conflicted => Route::Pass,
        (false, _) => Route::Door,
    };
    let difference = differs.or((!succeeded).then_some(Kind::Status));
    Judged { difference, route }
}

/// How a stated amount differs from ours, if it does.
pub fn compare(ours: Money, stated: &StatedAmount) -> Option<Kind> {
    if stated.currency.as_deref() != Some(ours.currency.as_str()) {
        return Some(Kind::Currency);
    }
    let same = ours.matches_major(&stated.amount) == AmountMatch::Same;
    (!same).then_some(Kind::Amount)
}

/// What a list ought to state: an operator may have accepted another amount than the agreed one.
fn agreed_or_received(payment: &Payment) -> Money {
    if payment.status == PaymentStatus::Succeeded { payment.received() } else { payment.amount }
}

/// Whether a line is a settled charge.
pub fn is_settled_charge(line: &StatementLine) -> bool {
    line.settled && line.kind == LineKind::Charge
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use super::*;
    use crate::kernel::clock::Timestamp;
    use crate::kernel::money::Currency;
    use crate::payments::ports::Source;

    fn payment(status: PaymentStatus) -> Payment {
        Payment {
            payment_no: "P1".into(),
            order_no: "M1".into(),
            provider: "pingpong".into(),
            dialect: "v4".into(),
            method: "wechat".into(),
            status,
            amount: Money::new(1990, Currency::CNY),
            provider_ref: Some("T1".into()),
            pay_url: None,
            qr_code: None,
            proven_at: None,
            notify_url: None,
            last_query: None,
            next_query_at: None,
            queries: 0,
            stated: None,
            expires_at: Timestamp(1),
            paid_at: None,
            created_at: Timestamp(0),
            version: 1,
        }
    }

    fn refund(status: RefundStatus) -> Refund {
        Refund {
            refund_no: "R1".into(),
            order_no: "M1".into(),
            payment_no: "P1".into(),
            amount: Money::new(1990, Currency::CNY),
            status,
            reason: String::new(),
            actor: String::new(),
            order_status_before: None,
            provider_refund_ref: None,
            last_error: None,
            manual_reference: None,
            created_at: Timestamp(0),
            updated_at: Timestamp(0),
            version: 1,
        }
    }

    fn line(amount: &str, currency: &str, settled: bool) -> StatementLine {
        StatementLine {
            kind: LineKind::Charge,
            payment_no: "P1".into(),
            refund_no: None,
            provider_ref: Some("T1".into()),
            stated: StatedAmount { amount: amount.into(), currency: Some(currency.into()) },
            fee: None,
            settled,
            word: String::new(),
            evidence_key: "key".into(),
            raw: String::new(),
        }
    }

    const AMOUNTS: [(&str, &str, &str); 3] =
        [("same", "19.900000", "CNY"), ("amount", "19.91", "CNY"), ("currency", "19.90", "USD")];

    fn told(table: &mut String, case: &str, judged: Judged) {
        let difference = judged.difference.map_or("-", Kind::as_str);
        writeln!(table, "{case:<44} {difference:<21} {:?}", judged.route).unwrap();
    }

    #[test]
    fn the_whole_table_of_lines() {
        let mut table = String::new();
        for settled in [true, false] {
            for (name, amount, currency) in AMOUNTS {
                let line = line(amount, currency, settled);
                let said = if settled { "settled" } else { "failed" };
                let alone = Company::default();
                let case = format!("charge {said} {name}: not ours");
                told(&mut table, &case, judge_charge(&line, None, alone));
                for status in PaymentStatus::ALL {
                    let case = format!("charge {said} {name}: {status}");
                    told(&mut table, &case, judge_charge(&line, Some(&payment(status)), alone));
                }
                let case = format!("refund {said} {name}: not ours");
                told(&mut table, &case, judge_refund(&line, None));
                for status in RefundStatus::ALL {
                    let case = format!("refund {said} {name}: {status}");
                    told(&mut table, &case, judge_refund(&line, Some(&refund(status))));
                }
            }
        }
        insta::assert_snapshot!(table);
    }

    #[test]
    fn a_second_charge_needs_a_first_one_that_is_known() {
        let paid = payment(PaymentStatus::Succeeded);
        let company = Company { another_charge: true };
        let mut other = line("19.90", "CNY", true);
        let judge = |line: &StatementLine, company| judge_charge(line, Some(&paid), company);
        assert_eq!(judge(&other, company).difference, None, "the known one");
        other.provider_ref = Some("T2".into());
        assert_eq!(
            judge(&other, company),
            Judged { difference: Some(Kind::DuplicateCharge), route: Route::Door }
        );
        assert_eq!(
            judge(&other, Company::default()),
            Judged { difference: None, route: Route::DoorWithoutNumber }
        );
        let failed = line("19.90", "CNY", false);
        assert_eq!(judge(&failed, company).difference, None, "an attempt before the success");
    }

    #[test]
    fn the_whole_table_of_answers() {
        let answer = |outcome, stated: Option<(&str, &str)>| Observation {
            provider: "pingpong".into(),
            source: Source::Query,
            evidence_key: "key".into(),
            payment_no: "P1".into(),
            provider_ref: None,
            outcome,
            stated: stated.map(|(amount, currency)| StatedAmount {
                amount: amount.into(),
                currency: Some(currency.into()),
            }),
            merchant_matches: true,
            actor: None,
            note: None,
        };
        let mut table = String::new();
        let paid = |stated| answer(Outcome::Paid, stated);
        let cases = [
            ("paid", paid(Some(("19.90", "CNY")))),
            ("paid without amount", paid(None)),
            ("paid another amount", paid(Some(("1", "CNY")))),
            ("pending", answer(Outcome::Pending, None)),
            ("failed", answer(Outcome::FinallyFailed, None)),
        ];
        for (name, answer) in &cases {
            for status in PaymentStatus::ALL {
                told(
                    &mut table,
                    &format!("{name}: {status}"),
                    judge_answer(answer, &payment(status)),
                );
            }
        }
        insta::assert_snapshot!(table);
    }
}
