//! The bot's Star transactions, read back from the newest one.
//!
//! Telegram lists them from the first one on and tells neither how many there are nor where a charge
//! stands. The list only grows, so the last page that was seen is where the next search begins.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;
use serde_json::{Value, json};

use super::api::BotApi;
use crate::kernel::ids::PaymentNo;
use crate::kernel::money::Currency;
use crate::payments::adapters::exchange::{Call, unknown};
use crate::payments::ports::{CallError, StatedAmount};

/// The most that Telegram gives at once.
const PAGE: u64 = 100;
/// How many pages one question may cost: 20,000 transactions.
const MOST_PAGES: u64 = 200;
const NANOSTARS: u32 = 9;

pub(super) struct History {
    api: Arc<BotApi>,
    /// A page that had something on it when we looked last.
    known_page: AtomicU64,
}

/// One movement of Stars.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Transaction {
    /// Of a payment and of its refund: the number of the charge.
    pub(super) id: String,
    amount: i64,
    #[serde(default)]
    nanostar_amount: i64,
    /// Seconds since 1970.
    pub(super) date: i64,
    source: Option<Partner>,
    receiver: Option<Partner>,
    /// As it came.
    #[serde(skip)]
    pub(super) raw: String,
}

/// Who gave the Stars or got them.
#[derive(Debug, Clone, Deserialize)]
struct Partner {
    #[serde(rename = "type")]
    kind: String,
    transaction_type: Option<String>,
    invoice_payload: Option<String>,
}

impl Partner {
    /// A person on the other side of one of our invoices; older servers do not say of what kind it is.
    fn is_payer(&self) -> bool {
        let of_invoice = |kind: &str| kind == "invoice_payment";
        self.kind == "user" && self.transaction_type.as_deref().is_none_or(of_invoice)
    }
}

impl Transaction {
    /// The payload of the invoice that this charge paid; `None`: it is none.
    pub(super) fn charge_of(&self) -> Option<&str> {
        let payer = self.source.as_ref().filter(|payer| payer.is_payer())?;
        payer.invoice_payload.as_deref()
    }

    /// Whether a charge went back to its payer.
    pub(super) fn is_refund(&self) -> bool {
        self.receiver.as_ref().is_some_and(Partner::is_payer)
    }

    /// Of a refund: the payload of the invoice, where Telegram tells it.
    pub(super) fn refund_of(&self) -> Option<&str> {
        self.receiver.as_ref()?.invoice_payload.as_deref()
    }

    pub(super) fn stated(&self) -> StatedAmount {
        let amount = if self.nanostar_amount == 0 {
            self.amount.to_string()
        } else {
            let width = NANOSTARS as usize;
            format!("{}.{:0>width$}", self.amount, self.nanostar_amount.unsigned_abs())
        };
        StatedAmount { amount, currency: Some(Currency::XTR.as_str().to_owned()) }
    }
}

/// What the list says about one payment.
#[derive(Debug, Default)]
pub(super) struct About {
    /// The oldest first.
    pub(super) charges: Vec<Transaction>,
    /// The numbers of all charges that were seen to go back.
    pub(super) went_back: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Page {
    transactions: Vec<Value>,
}

impl History {
    pub(super) fn new(api: Arc<BotApi>) -> Self {
        Self { api, known_page: AtomicU64::new(0) }
    }

    /// Everything about `payment_no`: back to its charge, or to the day on which the number was made.
    pub(super) async fn about(
        &self,
        call: &Call<'_>,
        payment_no: &PaymentNo,
    ) -> Result<About, CallError> {
        let mut about = About::default();
        let since = made_on(payment_no);
        self.read_back(call, since, |page| {
            let charges = page.iter().filter(|one| one.charge_of() == Some(payment_no.as_str()));
            about.charges.splice(0..0, charges.cloned());
            let refunds = page.iter().filter(|one| one.is_refund());
            about.went_back.extend(refunds.map(|one| one.id.clone()));
        })
        .await?;
        Ok(about)
    }

    /// Hands `take` page after page, the newest first, each from old to new, until one begins before
    /// `since` (seconds) or nothing is left.
    pub(super) async fn read_back(
        &self,
        call: &Call<'_>,
        since: i64,
        mut take: impl FnMut(&[Transaction]) + Send,
    ) -> Result<(), CallError> {
        let (mut number, mut page) = self.last_page(call).await?;
        for _ in 0..MOST_PAGES {
            take(&page);
            let is_old = page.first().is_some_and(|oldest| oldest.date < since);
            if is_old || number == 0 {
                return Ok(());
            }
            number = number.saturating_sub(1);
            page = self.page(call, number).await?;
        }
        Err(unknown("it would stand too far back in the list"))
    }

    /// The last page with something on it, or the empty first one: in growing steps to one that is
    /// not full, then by halves.
    async fn last_page(&self, call: &Call<'_>) -> Result<(u64, Vec<Transaction>), CallError> {
        let mut low = self.known_page.load(Ordering::Relaxed);
        let mut page = self.page(call, low).await?;
        if page.is_empty() && low > 0 {
            (low, page) = (0, self.page(call, 0).await?);
        }
        let (mut step, mut beyond) = (1_u64, None::<u64>);
        while is_full(&page) && beyond.is_none_or(|beyond| beyond.saturating_sub(low) > 1) {
            let middle = |beyond: u64| low.midpoint(beyond);
            let tried = beyond.map_or(low.saturating_add(step), middle);
            let found = self.page(call, tried).await?;
            if found.is_empty() {
                beyond = Some(tried);
            } else {
                (low, page) = (tried, found);
                step = step.saturating_mul(2);
            }
        }
        self.known_page.store(low, Ordering::Relaxed);
        Ok((low, page))
    }

    async fn page(&self, call: &Call<'_>, number: u64) -> Result<Vec<Transaction>, CallError> {
        let asked = json!({ "offset": number.saturating_mul(PAGE), "limit": PAGE });
        let page: Page = self.api.post(call, "getStarTransactions", &asked).await?;
        page.transactions.into_iter().map(read).collect()
    }
}

fn is_full(page: &[Transaction]) -> bool {
    u64::try_from(page.len()).is_ok_and(|rows| rows >= PAGE)
}

fn read(row: Value) -> Result<Transaction, CallError> {
    let raw = row.to_string();
    let transaction: Result<Transaction, _> = serde_json::from_value(row);
    let transaction = transaction.map_err(|_strange| CallError::Rejected {
        code: "unreadable".to_owned(),
        message: "a transaction is not what we know".to_owned(),
    })?;
    Ok(Transaction { raw, ..transaction })
}

/// Midnight of the day that stands in the number, in seconds; the beginning of all days where none
/// does.
fn made_on(payment_no: &PaymentNo) -> i64 {
    let day = payment_no.as_str().get(1..9);
    let day = day.and_then(|day| NaiveDate::parse_from_str(day, "%Y%m%d").ok());
    day.map_or(0, |day| day.and_time(NaiveTime::MIN).and_utc().timestamp())
}
