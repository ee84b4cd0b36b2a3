//! PingPong Checkout V4, hosted checkout (reference/pingpong.md §2–§5).
//!
//! An answer is a success only when PingPong's signature proves it and it names our store. A
//! refusal is believed without a signature, because PingPong signs only what it could verify.
//! Nothing here retries: the same number may be asked about again by whoever holds it.

mod content;
mod notify;
mod reply;
mod sign;
mod statement;
mod statuses;
#[cfg(test)]
mod vectors;
mod wire;

use std::collections::BTreeMap;

use anyhow::{Context as _, ensure};
use async_trait::async_trait;
use chrono::NaiveDate;
use http::HeaderMap;
use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

pub use self::sign::SignType;

use self::content::{Goods, PrePay, Query, Refund, RefundQuery};
use self::reply::Reply;
use self::statuses::Verdict as CodeVerdict;
use self::wire::Store;
use super::exchange::{Call, base_address, exchange, exchange_up_to};
use crate::kernel::ids::{PaymentNo, RefundNo};
use crate::kernel::locale::Locale;
use crate::payments::ports::{
    Acknowledgement, CallError, CreatePayment, CreatedPayment, Notification, NotificationError,
    Observation, PaymentGateway, RefundAnswer, RefundOutcome, RefundRequest, Verdict,
};
use crate::payments::statement::Statement;
use crate::platform::http::{Limits, client};

const PROVIDER: &str = "pingpong";
const DIALECT: &str = "v4";
/// The longest list of a day that we read: some hundred thousand sales.
const MAX_STATEMENT_BYTES: usize = 64 * 1024 * 1024;

/// Where each call goes, below the base address. Configurable, because PingPong's own pages differ
/// (traps 8.8 and 8.9 of the reference).
#[derive(Debug, Clone)]
pub struct Paths {
    pub create: String,
    pub query: String,
    pub refund: String,
    pub refund_query: String,
    /// Below the address of the statements.
    pub statement: String,
}

impl Default for Paths {
    fn default() -> Self {
        Self {
            create: "/v4/payment/prePay".into(),
            query: "/v4/payment/query".into(),
            refund: "/v4/payment/refund".into(),
            refund_query: "/v4/refund/query".into(),
            statement: "/api/v2/txn-rec-file/download".into(),
        }
    }
}

/// Everything that differs from store to store.
#[derive(Debug, Clone)]
pub struct V4Config {
    /// The site of the contract, such as `https://acquirer-payment.pingpongx.com` (§1.1).
    pub base_url: String,
    /// The back office that gives the daily lists (§1.2); `None`: it is not asked for any.
    pub statement_url: Option<String>,
    pub acc_id: String,
    pub client_id: String,
    pub salt: SecretString,
    pub sign_type: SignType,
    pub paths: Paths,
    pub limits: Limits,
    /// Our hints (`wechat`, `alipay`, `bank`) in the words of the store; a hint that is missing
    /// here is sent as it is, and an empty list leaves the choice to the payer (§3.2).
    pub method_names: BTreeMap<String, Vec<String>>,
    /// Our languages in the cashier's words; a missing one is left out.
    pub languages: BTreeMap<Locale, String>,
    /// Mandatory in the protocol, unknown in a chat: the address that stands for the payer's.
    pub shopper_ip: String,
    /// Two letters of the country whose methods the cashier shows.
    pub trade_country: Option<String>,
    /// A picture for the goods line; mandatory in PingPong's tables, missing in its examples.
    pub goods_image_url: Option<String>,
}

impl V4Config {
    /// The settings that have a sensible default, for a store with these credentials.
    pub fn new(base_url: &str, acc_id: &str, client_id: &str, salt: SecretString) -> Self {
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        Self {
            base_url: base_url.to_owned(),
            statement_url: None,
            acc_id: acc_id.to_owned(),
            client_id: client_id.to_owned(),
            salt,
            sign_type: SignType::Sha256,
            paths: Paths::default(),
            limits: Limits::seconds(5, 20),
            method_names: BTreeMap::from([
                ("wechat".to_owned(), names(&["WeChat Pay"])),
                ("alipay".to_owned(), names(&["Alipay"])),
                ("bank".to_owned(), names(&["UnionPay SecurePay", "VISA", "Mastercard"])),
            ]),
            languages: BTreeMap::from([
                (Locale::ZhHans, "zh".to_owned()),
                (Locale::ZhHant, "zh".to_owned()),
                (Locale::En, "en".to_owned()),
            ]),
            shopper_ip: "127.0.0.1".to_owned(),
            trade_country: None,
            goods_image_url: None,
        }
    }
}

/// A store at PingPong that speaks V4.
pub struct PingPongV4 {
    config: V4Config,
    store: Store,
    base: Url,
    back_office: Option<Url>,
    client: reqwest::Client,
}

impl PingPongV4 {
    /// # Errors
    /// When a credential is empty (an empty salt would let everybody sign), the base address is
    /// none, or TLS cannot be set up.
    pub fn try_new(config: V4Config) -> anyhow::Result<Self> {
        ensure!(!config.acc_id.trim().is_empty(), "pingpong.acc_id is empty");
        ensure!(!config.client_id.trim().is_empty(), "pingpong.client_id is empty");
        ensure!(!config.salt.expose_secret().trim().is_empty(), "pingpong.salt is empty");
        Ok(Self {
            base: base_address(&config.base_url).context("pingpong.base_url")?,
            back_office: config
                .statement_url
                .as_deref()
                .map(base_address)
                .transpose()
                .context("pingpong.statement_url")?,
            client: client(config.limits).context("TLS for pingpong")?,
            store: Store {
                acc_id: config.acc_id.clone(),
                client_id: config.client_id.clone(),
                salt: config.salt.clone(),
                sign_type: config.sign_type,
            },
            config,
        })
    }

    /// Signs `content`, sends it to `path` and reads the envelope that comes back.
    async fn call<C: Serialize>(
        &self,
        call: &Call<'_>,
        path: &str,
        content: &C,
    ) -> Result<Reply<'_>, CallError> {
        let request = self.sealed(&self.base, path, content)?;
        let request = request.header(ACCEPT, "application/json");
        Reply::read(&self.store, &exchange(call, request).await?)
    }

    /// The signed request that carries `content`.
    fn sealed<C: Serialize>(
        &self,
        base: &Url,
        path: &str,
        content: &C,
    ) -> Result<RequestBuilder, CallError> {
        let not_sent = |cause: serde_json::Error| CallError::NotSent(cause.into());
        let content = serde_json::to_string(content).map_err(not_sent)?;
        let body = self.store.seal(content).map_err(not_sent)?;
        let url = format!("{}{path}", base.as_str().trim_end_matches('/'));
        Ok(self.client.post(url).header(CONTENT_TYPE, "application/json").body(body))
    }

    /// The store's names for one of our hints.
    fn methods(&self, hint: &str) -> Vec<String> {
        match self.config.method_names.get(hint) {
            Some(names) => names.clone(),
            None if hint.is_empty() => Vec::new(),
            None => vec![hint.to_owned()],
        }
    }
}

#[async_trait]
impl PaymentGateway for PingPongV4 {
    fn provider(&self) -> &str {
        PROVIDER
    }

    fn dialect(&self) -> &str {
        DIALECT
    }

    async fn create(&self, request: &CreatePayment) -> Result<CreatedPayment, CallError> {
        let number = request.payment_no.as_str();
        let subject = plain(&request.subject, 255);
        let name = if subject.is_empty() { number } else { &subject };
        let amount = request.amount.to_major();
        let currency = request.amount.currency;
        let methods = self.methods(&request.method);
        let content = PrePay {
            capture_delay_hours: 0,
            amount: amount.clone(),
            currency: currency.as_str(),
            merchant_transaction_id: number,
            shopper_ip: &self.config.shopper_ip,
            pay_result_url: &request.return_url,
            pay_cancel_url: &request.return_url,
            notification_url: &request.notify_url,
            time_expire: request.expires_at.seconds().to_string(),
            remark: name,
            language: self.config.languages.get(&request.locale).map(String::as_str),
            trade_country: self.config.trade_country.as_deref(),
            payment_methods: &methods,
            goods: [Goods {
                name,
                unit_price: amount,
                number: "1",
                img_url: self.config.goods_image_url.as_deref(),
                virtual_product: "Y",
            }],
        };
        let call = Call { dialect: DIALECT, name: "create", number };
        self.call(&call, &self.config.paths.create, &content).await?.created(number)
    }

    async fn query(&self, payment_no: &PaymentNo) -> Result<Observation, CallError> {
        let number = payment_no.as_str();
        let call = Call { dialect: DIALECT, name: "query", number };
        let content = Query { merchant_transaction_id: number };
        self.call(&call, &self.config.paths.query, &content).await?.observation(payment_no)
    }

    async fn refund(&self, request: &RefundRequest) -> Result<RefundAnswer, CallError> {
        let number = request.refund_no.as_str();
        let remark = plain(&request.reason, 32);
        let content = Refund {
            merchant_transaction_id: request.payment_no.as_str(),
            merchant_refund_id: number,
            amount: request.amount.to_major(),
            currency: request.amount.currency.as_str(),
            notification_url: &request.notify_url,
            remark: &remark,
        };
        let call = Call { dialect: DIALECT, name: "refund", number };
        let reply = self.call(&call, &self.config.paths.refund, &content).await?;
        if reply.verdict() == CodeVerdict::Duplicate {
            return self.query_refund(&request.refund_no, &request.payment_no).await;
        }
        reply.refund(&request.refund_no)
    }

    async fn query_refund(
        &self,
        refund_no: &RefundNo,
        payment_no: &PaymentNo,
    ) -> Result<RefundAnswer, CallError> {
        let number = refund_no.as_str();
        let call = Call { dialect: DIALECT, name: "query_refund", number };
        let content = RefundQuery {
            merchant_transaction_id: payment_no.as_str(),
            merchant_refund_id: number,
        };
        let reply = self.call(&call, &self.config.paths.refund_query, &content).await?;
        if reply.verdict() == CodeVerdict::NoSuchNumber {
            let outcome = RefundOutcome::NotFound;
            return Ok(RefundAnswer { provider_refund_ref: None, outcome });
        }
        reply.refund(refund_no)
    }

    async fn statement(&self, day: NaiveDate) -> Result<Option<Statement>, CallError> {
        let Some(back_office) = &self.back_office else { return Ok(None) };
        let bill_date = day.format("%Y-%m-%d").to_string();
        let call = Call { dialect: DIALECT, name: "statement", number: &bill_date };
        let content = statement::Ask { bill_date: bill_date.clone(), bill_type: "DAY" };
        let request = self.sealed(back_office, &self.config.paths.statement, &content)?;
        let answer = exchange_up_to(MAX_STATEMENT_BYTES, &call, request).await?;
        statement::read(&answer).map(Some)
    }

    fn read_notification(
        &self,
        _headers: &HeaderMap,
        body: &[u8],
    ) -> Result<Notification, NotificationError> {
        notify::read(&self.store, body)
    }

    /// `200 OK` whatever we think of the amount: a retry would bring the same (spec.md §4 rule 9).
    fn acknowledge(&self, verdict: Verdict) -> Acknowledgement {
        match verdict {
            Verdict::Taken | Verdict::Mismatch => {
                Acknowledgement { status: 200, content_type: "text/plain", body: "OK" }
            }
        }
    }
}

/// Free text without what PingPong's filters and its merchants' older signature code trip over
/// (§2.3 notes, trap 8.2): at most `limit` characters of one line.
fn plain(text: &str, limit: usize) -> String {
    let unwelcome = |c: char| c.is_control() || "\\\"'{}[]:,<>&/();=%+".contains(c);
    let spaced: String = text.chars().map(|c| if unwelcome(c) { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars().take(limit).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests;
