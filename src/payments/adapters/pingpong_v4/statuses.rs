//! PingPong's words and codes in the words of the port (reference/pingpong.md §5).

use crate::payments::adapters::reading::brief;
use crate::payments::ports::{Outcome, RefundOutcome};

/// What a transaction's `status` means. `FAILED` is one attempt: the payer may try again until the
/// payment closes. An authorisation is not money yet.
pub(super) fn outcome(status: &str) -> Outcome {
    match status {
        "SUCCESS" => Outcome::Paid,
        "FAILED" => Outcome::AttemptFailed,
        "INIT" | "PROCESSING" | "AUTH_SUCCESS" => Outcome::Pending,
        "CLOSED" | "CANCEL" => Outcome::Closed,
        other => Outcome::Other(brief(other)),
    }
}

/// What a refund's `status` means; `None` for a word that we do not know.
pub(super) fn refund_outcome(status: &str, reason: String) -> Option<RefundOutcome> {
    match status {
        "SUCCESS" => Some(RefundOutcome::Succeeded),
        "PROCESSING" => Some(RefundOutcome::Pending),
        "FAILED" => Some(RefundOutcome::Failed(reason)),
        _ => None,
    }
}

/// What the `code` of an answer says about the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The call worked: the content tells the rest.
    Worked,
    /// PingPong has this number already.
    Duplicate,
    /// PingPong does not know this number (yet).
    NoSuchNumber,
    /// Refused for good.
    Refused,
    /// Their fault, or not a code at all: it may have been done.
    Open,
}

/// Reads a `code` by §5.3 of the reference: `5xxxxx` and `6xxxxx` are never a refusal.
pub(super) fn verdict(code: &str) -> Verdict {
    match code {
        "000000" | "001000" | "002000" => Verdict::Worked,
        "107000" => Verdict::Duplicate,
        "107001" | "107002" => Verdict::NoSuchNumber,
        code if code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()) => {
            match code.as_bytes().first() {
                Some(b'1'..=b'4') => Verdict::Refused,
                Some(_) | None => Verdict::Open,
            }
        }
        _ => Verdict::Open,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_its_meaning() {
        let cases = [
            ("SUCCESS", Outcome::Paid),
            ("FAILED", Outcome::AttemptFailed),
            ("INIT", Outcome::Pending),
            ("PROCESSING", Outcome::Pending),
            ("AUTH_SUCCESS", Outcome::Pending),
            ("CLOSED", Outcome::Closed),
            ("CANCEL", Outcome::Closed),
            ("success", Outcome::Other("success".into())),
            ("REVIEW", Outcome::Other("REVIEW".into())),
        ];
        for (status, expected) in cases {
            assert_eq!(outcome(status), expected);
        }
        let refund = |status| refund_outcome(status, "303000".into());
        assert_eq!(refund("SUCCESS"), Some(RefundOutcome::Succeeded));
        assert_eq!(refund("PROCESSING"), Some(RefundOutcome::Pending));
        assert_eq!(refund("FAILED"), Some(RefundOutcome::Failed("303000".into())));
        assert_eq!(refund("INIT"), None);
    }

    #[test]
    fn faults_of_theirs_are_never_a_refusal() {
        let cases = [
            ("000000", Verdict::Worked),
            ("001000", Verdict::Worked),
            ("002000", Verdict::Worked),
            ("107000", Verdict::Duplicate),
            ("107001", Verdict::NoSuchNumber),
            ("107002", Verdict::NoSuchNumber),
            ("102000", Verdict::Refused),
            ("104000", Verdict::Refused),
            ("201000", Verdict::Refused),
            ("303000", Verdict::Refused),
            ("400000", Verdict::Refused),
            ("500000", Verdict::Open),
            ("500008", Verdict::Open),
            ("600002", Verdict::Open),
            ("003000", Verdict::Open),
            ("900000", Verdict::Open),
            ("", Verdict::Open),
            ("1", Verdict::Open),
            ("10400a", Verdict::Open),
        ];
        for (code, expected) in cases {
            assert_eq!(verdict(code), expected, "{code}");
        }
    }
}
