//! What goes wrong between the shop and the bank.

use mingshu::payments::ports::{CallError, Outcome};

use super::Bank;

/// What the shop asks of the bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Create,
    Query,
    Refund,
    QueryRefund,
}

/// How one call goes wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Goes well: lets a later fault wait for its turn.
    None,
    /// Surely not sent.
    NotSent,
    /// Refused, and not done.
    Rejected,
    /// The connection broke before the bank did it.
    LostBefore,
    /// The bank did it, and the answer was lost.
    LostAfter,
    /// A question is answered with this word, whatever is true.
    Says(Outcome),
}

impl Bank {
    /// The next calls of this kind go like this, one after the other.
    pub(crate) fn fail(&self, call: Call, faults: impl IntoIterator<Item = Fault>) {
        self.faults.lock().unwrap().entry(call).or_default().extend(faults);
    }

    /// Everything goes well from now on.
    pub(crate) fn heal(&self) {
        self.faults.lock().unwrap().clear();
    }

    pub(super) fn next_fault(&self, call: Call) -> Fault {
        let mut faults = self.faults.lock().unwrap();
        faults.get_mut(&call).and_then(std::collections::VecDeque::pop_front).unwrap_or(Fault::None)
    }

    /// One call: its fault, around its effect.
    pub(super) async fn call<T>(
        &self,
        call: Call,
        deed: impl FnOnce(&Fault) -> Result<T, CallError>,
    ) -> Result<T, CallError> {
        let fault = self.next_fault(call);
        let lost = || CallError::Unknown(anyhow::anyhow!("the connection broke"));
        let answer = self.crash.around(|| match &fault {
            Fault::None | Fault::Says(_) => deed(&fault),
            Fault::NotSent => Err(CallError::NotSent(anyhow::anyhow!("connection refused"))),
            Fault::Rejected => Err(rejected("not today")),
            Fault::LostBefore => Err(lost()),
            Fault::LostAfter => deed(&fault).and_then(|_done| Err(lost())),
        });
        answer.await
    }
}

pub(super) fn rejected(message: &str) -> CallError {
    CallError::Rejected { code: "100001".to_owned(), message: message.to_owned() }
}
