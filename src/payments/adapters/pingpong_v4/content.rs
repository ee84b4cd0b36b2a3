//! What stands in `bizContent`: our requests, and the few fields of PingPong's answers and
//! notifications that we act on (reference/pingpong.md §3, §4.2). Unknown fields are let pass, as
//! PingPong announces that it adds some.

use serde::{Deserialize, Serialize};

use super::super::reading::Text;

/// `POST /v4/payment/prePay`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PrePay<'a> {
    /// 0: captured at once.
    pub(super) capture_delay_hours: u8,
    pub(super) amount: String,
    pub(super) currency: &'a str,
    pub(super) merchant_transaction_id: &'a str,
    #[serde(rename = "shopperIP")]
    pub(super) shopper_ip: &'a str,
    pub(super) pay_result_url: &'a str,
    pub(super) pay_cancel_url: &'a str,
    pub(super) notification_url: &'a str,
    /// Seconds since 1970.
    pub(super) time_expire: String,
    pub(super) remark: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) trade_country: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    pub(super) payment_methods: &'a [String],
    pub(super) goods: [Goods<'a>; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Goods<'a> {
    pub(super) name: &'a str,
    pub(super) unit_price: String,
    pub(super) number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) img_url: Option<&'a str>,
    /// `Y`: nothing is shipped.
    pub(super) virtual_product: &'a str,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Prepared {
    pub(super) merchant_transaction_id: Text,
    pub(super) transaction_id: Option<Text>,
    pub(super) payment_url: Text,
}

/// `POST /v4/payment/query`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Query<'a> {
    pub(super) merchant_transaction_id: &'a str,
}

/// `POST /v4/payment/refund`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Refund<'a> {
    pub(super) merchant_transaction_id: &'a str,
    pub(super) merchant_refund_id: &'a str,
    pub(super) amount: String,
    pub(super) currency: &'a str,
    pub(super) notification_url: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    pub(super) remark: &'a str,
}

/// `POST /v4/refund/query`.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RefundQuery<'a> {
    pub(super) merchant_transaction_id: &'a str,
    pub(super) merchant_refund_id: &'a str,
}

/// A transaction as the query answers and as the notification tells it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Told {
    pub(super) notify_type: Option<Text>,
    pub(super) status: Option<Text>,
    pub(super) merchant_transaction_id: Option<Text>,
    pub(super) transaction_id: Option<Text>,
    pub(super) amount: Option<Text>,
    pub(super) currency: Option<Text>,
    pub(super) merchant_refund_id: Option<Text>,
    pub(super) refund_id: Option<Text>,
    pub(super) result_code: Option<Text>,
    pub(super) result_description: Option<Text>,
}
