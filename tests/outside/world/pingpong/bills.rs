//! What the provider keeps: bills and refunds.

/// A payment as the provider knows it.
#[derive(Debug, Clone)]
pub(crate) struct Bill {
    /// The shop's number of it.
    pub(crate) number: String,
    /// The provider's.
    pub(crate) reference: String,
    /// As the shop wrote it, such as `39.90`.
    pub(crate) amount: String,
    pub(crate) currency: String,
    pub(crate) subject: String,
    pub(crate) method: String,
    pub(crate) notify_url: String,
    pub(crate) return_url: String,
    pub(crate) state: BillState,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BillState {
    Open,
    Paid,
    /// One attempt failed; in `hmac` that is the end.
    Failed,
}

impl BillState {
    pub(super) fn v4(self) -> &'static str {
        match self {
            Self::Open => "INIT",
            Self::Paid => "SUCCESS",
            Self::Failed => "FAILED",
        }
    }

    pub(super) fn hmac(self) -> &'static str {
        match self {
            Self::Open => "pending",
            Self::Paid => "paid",
            Self::Failed => "failed",
        }
    }
}

/// Money on its way back.
#[derive(Debug, Clone)]
pub(crate) struct Refund {
    /// The shop's number of it.
    pub(crate) number: String,
    pub(crate) bill: String,
    pub(crate) amount: String,
    pub(crate) currency: String,
    /// How often the shop asked for it with this number.
    pub(crate) asked: usize,
}
