//! Sections about the shop: orders, proof of payment, affiliates, encryption.

use std::collections::BTreeMap;

use chrono_tz::Tz;
use secrecy::SecretString;
use serde::Deserializer;

use super::values::{self, TableOr};

/// `[orders]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Orders {
    /// How long an order can be paid; products and methods may say otherwise.
    pub payment_ttl_minutes: u32,
    /// By method, where a way to pay needs another time.
    #[serde(deserialize_with = "minutes_by_method")]
    pub method_ttl_minutes: BTreeMap<String, u32>,
    pub late_payment: LatePayment,
    /// How many paid orders may wait for their reports before nothing is sold; 0: any number.
    pub most_waiting: u32,
    /// In which times are shown to buyers.
    #[serde(with = "values::zone")]
    pub time_zone: Tz,
}

impl Default for Orders {
    fn default() -> Self {
        Self {
            payment_ttl_minutes: 30,
            method_ttl_minutes: BTreeMap::new(),
            late_payment: LatePayment::Fulfil,
            most_waiting: 500,
            time_zone: Tz::Asia__Shanghai,
        }
    }
}

fn minutes_by_method<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, u32>, D::Error> {
    deserializer.deserialize_any(TableOr {
        expected: "a table such as { bank = 60 }",
        from_text: |text| serde_json::from_str(text).ok(),
    })
}

/// What happens to money for an order that is already closed (spec.md §4 rule 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LatePayment {
    /// Deliver if stock allows, else refund.
    Fulfil,
    Refund,
    AskAdmin,
}

/// `[payments]`
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Payments {
    /// A table by provider, or one word for all of them.
    #[serde(deserialize_with = "proof")]
    pub proof: ProofByProvider,
}

#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ProofByProvider {
    /// `None`: as the dialect needs it, see [`super::Config::pingpong_proof`].
    pub pingpong: Option<Proof>,
}

/// What is enough to believe that a payment succeeded (spec.md §4 rule 8).
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    Callback,
    /// The provider's own answer when we ask after the callback.
    Query,
}

fn proof<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ProofByProvider, D::Error> {
    fn one_word(text: &str) -> Option<ProofByProvider> {
        let proof = match text {
            "callback" => Proof::Callback,
            "query" => Proof::Query,
            _ => return None,
        };
        Some(ProofByProvider { pingpong: Some(proof) })
    }
    deserializer.deserialize_any(TableOr {
        expected: "callback, query, or a table such as { pingpong = \"query\" }",
        from_text: one_word,
    })
}

/// `[shop]`
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Shop {
    /// Where buyers find a person, such as `@my_support`; empty: nobody is named.
    pub support: String,
}

impl Shop {
    /// The contact as it is shown; `None` when none is named.
    pub fn contact(&self) -> Option<String> {
        Some(self.support.trim()).filter(|contact| !contact.is_empty()).map(str::to_owned)
    }
}

/// `[affiliate]`
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Affiliate {
    pub enabled: bool,
    /// Share of the paid amount.
    pub rate_percent: u32,
    /// How long a commission waits for a refund before it may be paid out.
    pub hold_days: u32,
    /// The least that is paid out at once, in major units of each currency.
    pub payout_minimum: u32,
}

impl Default for Affiliate {
    fn default() -> Self {
        Self { enabled: true, rate_percent: 20, hold_days: 14, payout_minimum: 50 }
    }
}

/// `[retention]`: how many days personal data is kept; 0: until its owner asks to be forgotten.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Retention {
    /// Answers of orders that were never paid.
    pub unpaid_days: u32,
    /// Answers, charts and reports of paid orders.
    pub reports_days: u32,
    /// Raw callbacks of providers.
    pub callbacks_days: u32,
    /// Forms that nobody went on with.
    pub drafts_days: u32,
    /// Births kept for the next form, counted from their last use.
    pub profiles_days: u32,
}

impl Default for Retention {
    fn default() -> Self {
        Self {
            unpaid_days: 30,
            reports_days: 0,
            callbacks_days: 180,
            drafts_days: 30,
            profiles_days: 730,
        }
    }
}

/// `[security]`
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Security {
    /// `id:base64(32 bytes)` each: the first encrypts, all decrypt.
    #[serde(skip_serializing, deserialize_with = "values::secrets")]
    pub encryption_keys: Vec<SecretString>,
}
