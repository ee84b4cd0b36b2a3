//! Telegram Stars (reference/telegram.md §A.8): the bot asks for them by an invoice link, and gives
//! them back charge by charge.
//!
//! Telegram has no numbers of ours: an invoice carries our payment's number as its payload, and the
//! charge, its refund and the line of either are all known by the charge's number. A payment is
//! therefore asked about by reading `history` back. There is nothing to close: an invoice link can
//! be paid for ever, and is refused before the payment (`flows/check_out.rs`). Only whole charges go
//! back. News come to the bot and not to the callback address; [`read_message`] makes facts of them.

mod api;
mod history;
mod lines;
mod message;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::NaiveDate;
use http::HeaderMap;
use secrecy::SecretString;
use serde::Serialize;

use self::api::BotApi;
use self::history::{History, Transaction};
pub use self::message::read_message;
use super::exchange::{Call, unknown};
use super::reading::evidence_key;
use crate::kernel::ids::{PaymentNo, RefundNo};
use crate::kernel::money::Currency;
use crate::payments::STARS;
use crate::payments::ports::{
    Acknowledgement, CallError, CreatePayment, CreatedPayment, Notification, NotificationError,
    Observation, Outcome, PaymentGateway, RefundAnswer, RefundOutcome, RefundRequest, Source,
    Verdict,
};
use crate::payments::statement::Statement;
use crate::platform::http::Limits;

const DIALECT: &str = "bot_api";
/// Telegram's limits, in characters.
const LONGEST_TITLE: usize = 32;
const LONGEST_DESCRIPTION: usize = 255;
/// What Telegram says of a charge whose refund it has made before.
const REFUNDED_BEFORE: &str = "CHARGE_ALREADY_REFUNDED";

#[derive(Debug, Clone)]
pub struct StarsConfig {
    /// Telegram's server, or a Bot API server of your own; a path is kept.
    pub api_url: String,
    pub token: SecretString,
    pub limits: Limits,
}

impl StarsConfig {
    /// With the usual time limits.
    pub fn new(api_url: &str, token: SecretString) -> Self {
        Self { api_url: api_url.to_owned(), token, limits: Limits::seconds(5, 20) }
    }
}

/// The bot's own till.
pub struct TelegramStars {
    api: Arc<BotApi>,
    history: History,
}

#[derive(Serialize)]
struct Invoice<'a> {
    title: String,
    description: String,
    /// Ours alone: the payer never sees it.
    payload: &'a str,
    /// Empty for Stars.
    provider_token: &'static str,
    currency: &'a str,
    prices: [Price; 1],
}

#[derive(Serialize)]
struct Price {
    label: String,
    amount: i64,
}

#[derive(Serialize)]
struct RefundCharge<'a> {
    user_id: i64,
    telegram_payment_charge_id: &'a str,
}

impl TelegramStars {
    /// # Errors
    /// When the address is none, the token is empty, or TLS cannot be set up.
    pub fn try_new(config: &StarsConfig) -> anyhow::Result<Self> {
        let api = Arc::new(BotApi::try_new(config)?);
        Ok(Self { history: History::new(Arc::clone(&api)), api })
    }
}

impl TelegramStars {
    /// What is to go back. Of a payment that does not know its charge, the only one there is.
    async fn charge_of(
        &self,
        call: &Call<'_>,
        request: &RefundRequest,
    ) -> Result<String, CallError> {
        if let Some(known) = &request.provider_ref {
            return Ok(known.clone());
        }
        // Nothing was sent yet, however the question ends.
        let about = self.history.about(call, &request.payment_no).await;
        let about = about.map_err(|error| CallError::NotSent(error.into()))?;
        match about.charges.as_slice() {
            [only] => Ok(only.id.clone()),
            [] => Err(rejected("no_charge", "Telegram knows no charge of this payment")),
            [_, _, ..] => Err(rejected("two_charges", "Telegram knows more than one charge of it")),
        }
    }
}

#[async_trait]
impl PaymentGateway for TelegramStars {
    fn provider(&self) -> &str {
        STARS
    }

    fn dialect(&self) -> &str {
        DIALECT
    }

    /// Asked again, Telegram gives another link to the same payment; of all of them one is paid.
    async fn create(&self, request: &CreatePayment) -> Result<CreatedPayment, CallError> {
        if request.amount.currency != Currency::XTR {
            return Err(rejected("currency", "an invoice of the bot asks for Stars alone"));
        }
        let title = shortened(&request.subject, LONGEST_TITLE);
        let invoice = Invoice {
            description: shortened(&request.subject, LONGEST_DESCRIPTION),
            payload: request.payment_no.as_str(),
            provider_token: "",
            currency: request.amount.currency.as_str(),
            prices: [Price { label: title.clone(), amount: request.amount.minor }],
            title,
        };
        let call = call("create", request.payment_no.as_str());
        let pay_url: String = self.api.post(&call, "createInvoiceLink", &invoice).await?;
        if !pay_url.starts_with("https://") && !pay_url.starts_with("http://") {
            return Err(unknown("the answer has no address to pay at"));
        }
        // The chat is where it is paid: a code to scan would lead back to it.
        Ok(CreatedPayment { provider_ref: None, pay_url, qr_code: None })
    }

    async fn query(&self, payment_no: &PaymentNo) -> Result<Observation, CallError> {
        let about = self.history.about(&call("query", payment_no.as_str()), payment_no).await?;
        Ok(match about.charges.first() {
            Some(charge) => observation(payment_no, charge),
            None => not_yet(payment_no),
        })
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let call = call("refund", request.refund_no.as_str());
        let charge = &self.charge_of(&call, request).await?;
        let asked = RefundCharge { user_id: request.payer.0, telegram_payment_charge_id: charge };
        match self.api.post::<_, bool>(&call, "refundStarPayment", &asked).await {
            Ok(true) => Ok(went_back(charge)),
            Ok(false) => Err(unknown("the answer is neither yes nor no")),
            Err(CallError::Rejected { message, .. }) if message.contains(REFUNDED_BEFORE) => {
                Ok(went_back(charge))
            }
            Err(error) => Err(error),
        }
    }

    /// Sending a refund again does no harm here, so whatever is in doubt is "not found".
    async fn query_refund(
        &self,
        refund_no: &RefundNo,
        payment_no: &PaymentNo,
    ) -> Result<RefundAnswer, CallError> {
        let call = call("query_refund", refund_no.as_str());
        let about = self.history.about(&call, payment_no).await?;
        let back = |charge: &Transaction| about.went_back.contains(&charge.id);
        Ok(match about.charges.as_slice() {
            [first, ..] if about.charges.iter().all(back) => went_back(&first.id),
            _ => RefundAnswer { provider_refund_ref: None, outcome: RefundOutcome::NotFound },
        })
    }

    async fn statement(&self, day: NaiveDate) -> Result<Option<Statement>, CallError> {
        let number = day.to_string();
        lines::statement(&self.history, &call("statement", &number), day).await.map(Some)
    }

    /// Nobody may call: Telegram tells the bot, at the bot's own door.
    fn read_notification(
        &self,
        _headers: &HeaderMap,
        _body: &[u8],
    ) -> Result<Notification, NotificationError> {
        Err(NotificationError::Unproved("news of Stars come to the bot"))
    }

    fn acknowledge(&self, _verdict: Verdict) -> Acknowledgement {
        Acknowledgement { status: 200, content_type: "text/plain", body: "" }
    }
}

fn call<'a>(name: &'static str, number: &'a str) -> Call<'a> {
    Call { dialect: DIALECT, name, number }
}

fn rejected(code: &str, message: &str) -> CallError {
    CallError::Rejected { code: code.to_owned(), message: message.to_owned() }
}

fn went_back(charge: &str) -> RefundAnswer {
    let outcome = RefundOutcome::Succeeded;
    RefundAnswer { provider_refund_ref: Some(charge.to_owned()), outcome }
}

fn observation(payment_no: &PaymentNo, charge: &Transaction) -> Observation {
    let stated = charge.stated();
    let facts = ["charge", payment_no.as_str(), &charge.id];
    Observation {
        provider: STARS.to_owned(),
        source: Source::Query,
        evidence_key: evidence_key(Source::Query, &facts, Some(&stated)),
        payment_no: payment_no.clone(),
        provider_ref: Some(charge.id.clone()),
        outcome: Outcome::Paid,
        stated: Some(stated),
        merchant_matches: true,
        actor: None,
        note: None,
    }
}

fn not_yet(payment_no: &PaymentNo) -> Observation {
    Observation {
        provider: STARS.to_owned(),
        source: Source::Query,
        evidence_key: evidence_key(Source::Query, &[payment_no.as_str(), "no charge"], None),
        payment_no: payment_no.clone(),
        provider_ref: None,
        outcome: Outcome::Pending,
        stated: None,
        merchant_matches: true,
        actor: None,
        note: None,
    }
}

/// At most `most` characters, the last of which tells that there were more.
fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests;
