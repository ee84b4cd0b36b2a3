//! A provider's own list of what it did on one day, in words that all providers share.

use super::ports::StatedAmount;
use crate::kernel::ids::{PaymentNo, RefundNo};

/// All lines of one day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    pub lines: Vec<StatementLine>,
    /// Lines about something that is neither a charge nor a refund, such as totals.
    pub others: usize,
}

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineKind {
    /// Money that came in.
    Charge,
    /// Money that went back.
    Refund,
}

/// One movement of money, as the provider tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementLine {
    pub kind: LineKind,
    /// Our number of the payment; of a refund, the payment that it belongs to.
    pub payment_no: PaymentNo,
    /// Our number of the refund; missing when it was made without us.
    pub refund_no: Option<RefundNo>,
    /// The provider's own number of this charge or refund.
    pub provider_ref: Option<String>,
    pub stated: StatedAmount,
    /// What the provider kept of it, where the statement says so.
    pub fee: Option<StatedAmount>,
    /// Whether the money really moved; `word` is the provider's status.
    pub settled: bool,
    pub word: String,
    /// The same line always has the same key; unique together with the provider.
    pub evidence_key: String,
    /// The line as it came.
    pub raw: String,
}

impl StatementLine {
    /// The number under which the line is found again: ours where there is one, else theirs.
    pub fn reference(&self) -> &str {
        let theirs = || self.provider_ref.as_deref().unwrap_or(self.payment_no.as_str());
        match self.kind {
            LineKind::Charge => self.payment_no.as_str(),
            LineKind::Refund => self.refund_no.as_ref().map_or_else(theirs, RefundNo::as_str),
        }
    }
}
