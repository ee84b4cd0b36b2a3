//! Notifications: true ones, and such as a forger or a broken provider would send.

use serde_json::{Value, json};

use super::seal::{ACC_ID, CLIENT_ID, SALT, WEBHOOK_SECRET, sign_hmac, sign_v4};
use super::{Bill, Dialect};

/// One notification before it is signed. The fields may be bent.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    dialect: Dialect,
    pub(crate) url: String,
    /// The payment's fields: the body in `hmac`, `bizContent` in `v4`.
    pub(crate) content: Value,
    /// The key that it is signed with.
    pub(crate) secret: String,
}

/// What the shop answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receipt {
    pub(crate) status: u16,
    pub(crate) body: String,
}

impl Notice {
    pub(super) fn about(dialect: Dialect, bill: &Bill, status: &str) -> Self {
        let (content, secret) = match dialect {
            Dialect::V4 => (v4(bill, status), SALT),
            Dialect::Hmac => (hmac(bill, status), WEBHOOK_SECRET),
        };
        Self { dialect, url: bill.notify_url.clone(), content, secret: secret.to_owned() }
    }

    pub(crate) fn with(mut self, field: &str, value: &str) -> Self {
        assert!(!self.content[field].is_null(), "the notice has a field {field}");
        self.content[field] = json!(value);
        self
    }

    pub(crate) fn without(mut self, field: &str) -> Self {
        let removed = self.content.as_object_mut().unwrap().remove(field);
        assert!(removed.is_some(), "the notice had a field {field}");
        self
    }

    pub(crate) fn signed_with(mut self, secret: &str) -> Self {
        secret.clone_into(&mut self.secret);
        self
    }

    /// The field that holds our number.
    pub(crate) fn number_field(dialect: Dialect) -> &'static str {
        match dialect {
            Dialect::V4 => "merchantTransactionId",
            Dialect::Hmac => "order_id",
        }
    }

    /// Headers and body as they travel.
    pub(crate) fn sealed(&self) -> (Vec<(&'static str, String)>, Vec<u8>) {
        match self.dialect {
            Dialect::V4 => (Vec::new(), envelope(&self.content.to_string(), &self.secret)),
            Dialect::Hmac => {
                let body = self.content.to_string().into_bytes();
                (vec![("X-Signature", sign_hmac(&body, &self.secret))], body)
            }
        }
    }
}

/// A `v4` notification around `biz_content`.
pub(crate) fn envelope(biz_content: &str, salt: &str) -> Vec<u8> {
    let mut envelope = json!({
        "accId": ACC_ID, "clientId": CLIENT_ID, "code": "000000",
        "description": "Transaction succeeded", "bizContent": biz_content, "signType": "SHA256",
    });
    envelope["sign"] = json!(sign_v4(envelope.as_object().unwrap(), salt));
    envelope.to_string().into_bytes()
}

fn v4(bill: &Bill, status: &str) -> Value {
    json!({
        "notifyType": "RECHARGE", "status": status, "threeDSecure": "N",
        "merchantTransactionId": bill.number, "transactionId": bill.reference,
        "amount": format!("{}0000", bill.amount), "currency": bill.currency,
        "transactionTime": "1795219200000", "transactionEndTime": "1795219205000",
    })
}

fn hmac(bill: &Bill, status: &str) -> Value {
    let status = match status {
        "SUCCESS" => "paid",
        "FAILED" => "failed",
        other => other,
    };
    json!({
        "order_id": bill.number, "payment_id": bill.reference, "status": status,
        "amount": bill.amount, "currency": bill.currency, "paid_at": "2026-11-21T04:00:00Z",
    })
}
