//! What the flows that talk to payment providers need.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::base::Base;
use super::settle_payment::MoneyRules;
use crate::kernel::ids::OrderNo;
use crate::kernel::money::Currency;
use crate::payments::STARS;
use crate::payments::ports::PaymentGateway;

/// Whose word is enough before fulfilment (spec.md §4 rule 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    Callback,
    /// The provider is asked before the work begins.
    Query,
}

/// One provider that is configured.
#[derive(Clone)]
pub struct Counter {
    pub gateway: Arc<dyn PaymentGateway>,
    pub proof: Proof,
    /// The method used when the buyer has no choice: `wechat`, `alipay`, `bank`.
    pub default_method: String,
    /// Every method that a buyer may choose, the default first.
    pub methods: Vec<String>,
}

/// The shop's side of every payment.
#[derive(Clone)]
pub struct Till {
    pub base: Base,
    pub money: MoneyRules,
    /// Providers by the word in their callback route.
    pub counters: Arc<BTreeMap<String, Counter>>,
    /// The provider that new orders are paid with, unless they are paid in Stars.
    pub provider: String,
    /// `server.public_url` without a slash at its end.
    pub public_url: String,
    /// How long a payment stays open unless the product says otherwise.
    pub payment_ttl: Duration,
    /// Methods whose payments stay open for another time.
    pub method_ttl: BTreeMap<String, Duration>,
    /// How many paid orders may wait before nothing is sold; 0: any number.
    pub most_waiting: u32,
    /// Bought in the sandbox: orders are marked `test`.
    pub test: bool,
}

impl Till {
    pub fn counter(&self, provider: &str) -> Option<&Counter> {
        self.counters.get(provider)
    }

    /// Who takes money of this currency: Telegram alone takes Stars, and takes nothing else.
    pub fn provider_for(&self, currency: Currency) -> &str {
        if currency == Currency::XTR { STARS } else { &self.provider }
    }

    /// The provider of an order, by the currency that it is to be paid in.
    pub fn counter_for(&self, currency: Currency) -> Option<&Counter> {
        self.counter(self.provider_for(currency))
    }

    /// The method of who did not choose; `None` when nobody takes the currency.
    pub fn default_method(&self, currency: Currency) -> Option<&str> {
        self.counter_for(currency).map(|counter| counter.default_method.as_str())
    }

    /// How long a new order can be paid: the product's own time, else the method's, else the shop's.
    pub fn time_to_pay(&self, product: Option<Duration>, method: &str) -> Duration {
        product.or_else(|| self.method_ttl.get(method).copied()).unwrap_or(self.payment_ttl)
    }

    /// Where a provider sends its notifications: no query string, at most 255 characters
    /// (reference/pingpong.md §4.1).
    pub fn notify_url(&self, provider: &str) -> String {
        format!("{}/webhook/{provider}", self.public_url)
    }

    /// The page that the payer's browser comes back to.
    pub fn return_url(&self, order: &OrderNo) -> String {
        let token = return_token(&self.base, order);
        format!("{}/pay/return/{order}?t={token}", self.public_url)
    }
}

const RETURN_PURPOSE: &str = "pay.return";

/// What opens the result page of an order without any log-in; tells nothing about the order.
pub fn return_token(base: &Base, order: &OrderNo) -> String {
    base.keyring.mark(RETURN_PURPOSE, order.as_str())
}

/// Whether `token` opens the result page of the order.
pub fn is_return_token(base: &Base, order: &OrderNo, token: &str) -> bool {
    base.keyring.knows_mark(RETURN_PURPOSE, order.as_str(), token)
}
