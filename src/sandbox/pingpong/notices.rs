//! The notices of both dialects: who hears what, signed how (reference/pingpong.md §4.2; spec.md
//! §9.1).

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::courier::Notice;
use super::ledger::{Dialect, Payment, Refund};
use super::{SandboxPingPong, seal};
use crate::kernel::money::Money;

/// The code and words that V4 puts beside the content.
const SUCCEEDED: (&str, &str) = ("000000", "Transaction succeeded");
const DECLINED: (&str, &str) = ("301002", "Transaction declined");
const CANCELLED: (&str, &str) = ("000000", "Transaction cancelled");

impl SandboxPingPong {
    pub(super) fn success_notice(&self, payment: &Payment) -> Notice {
        self.paid_notice(payment, payment.amount, "paid")
    }

    /// A success that states a hundredth more than was paid.
    pub(super) fn wrong_amount_notice(&self, payment: &Payment) -> Notice {
        let minor = payment.amount.minor.saturating_add(1);
        self.paid_notice(payment, Money { minor, ..payment.amount }, "wrong amount")
    }

    /// A success that somebody else wrote, who does not know the secret. He tries once.
    pub(super) fn forged_notice(&self, payment: &Payment) -> Notice {
        let mut notice = self.success_notice(payment);
        let forged = "0".repeat(64);
        match notice.signature.as_mut() {
            Some(signature) => *signature = forged,
            None => notice.body = with_signature(&notice.body, forged),
        }
        Notice { what: "forged", repeated: false, ..notice }
    }

    pub(super) fn failure_notice(&self, payment: &Payment) -> Notice {
        match payment.dialect {
            Dialect::V4(_) => {
                let content = v4_content(payment, payment.amount, "FAILED");
                self.v4_notice(payment, "failed", (DECLINED, &content))
            }
            Dialect::Hmac => self.hmac_notice(payment, "failed", payment.amount, "failed"),
        }
    }

    /// V4 alone tells of it; in the `hmac` dialect only a query does.
    pub(super) fn cancel_notice(&self, payment: &Payment) -> Option<Notice> {
        match payment.dialect {
            Dialect::V4(_) => {
                let content = v4_content(payment, payment.amount, "CANCEL");
                Some(self.v4_notice(payment, "cancelled", (CANCELLED, &content)))
            }
            Dialect::Hmac => None,
        }
    }

    /// V4 alone tells of it, at the address that came with the refund.
    pub(super) fn refund_notice(&self, payment: &Payment, refund: &Refund) -> Option<Notice> {
        let url = refund.notify_url.clone()?;
        match payment.dialect {
            Dialect::V4(_) => {
                let content = json!({
                    "notifyType": "REFUND",
                    "status": "SUCCESS",
                    "merchantTransactionId": payment.payment_no,
                    "transactionId": payment.reference,
                    "merchantRefundId": refund.refund_no,
                    "refundId": refund.reference,
                    "amount": six_decimals(refund.amount),
                    "currency": refund.amount.currency.as_str(),
                });
                let notice = self.v4_notice(payment, "refunded", (SUCCEEDED, &content));
                Some(Notice { url, ..notice })
            }
            Dialect::Hmac => None,
        }
    }

    fn paid_notice(&self, payment: &Payment, amount: Money, what: &'static str) -> Notice {
        match payment.dialect {
            Dialect::V4(_) => {
                let content = v4_content(payment, amount, "SUCCESS");
                self.v4_notice(payment, what, (SUCCEEDED, &content))
            }
            Dialect::Hmac => self.hmac_notice(payment, "paid", amount, what),
        }
    }

    fn v4_notice(
        &self,
        payment: &Payment,
        what: &'static str,
        (code, content): ((&str, &str), &Value),
    ) -> Notice {
        let sign_type = match payment.dialect {
            Dialect::V4(sign_type) => sign_type,
            Dialect::Hmac => seal::SignType::Sha256,
        };
        let body = self.v4_envelope(sign_type, code, content);
        notice(payment, what, (body, None))
    }

    fn hmac_notice(
        &self,
        payment: &Payment,
        status: &str,
        amount: Money,
        what: &'static str,
    ) -> Notice {
        let paid_at = (status == "paid").then(|| self.0.clock.now().to_string());
        let content = json!({
            "order_id": payment.payment_no,
            "payment_id": payment.reference,
            "status": status,
            "amount": amount.to_major(),
            "currency": amount.currency.as_str(),
            "paid_at": paid_at,
        });
        let body = content.to_string();
        let signature = seal::hmac(&self.0.settings.hmac_secret, body.as_bytes());
        notice(payment, what, (body, Some(signature)))
    }
}

fn notice(
    payment: &Payment,
    what: &'static str,
    (body, signature): (String, Option<String>),
) -> Notice {
    Notice {
        payment_no: payment.payment_no.clone(),
        what,
        url: payment.notify_url.clone(),
        body,
        signature,
        repeated: true,
    }
}

fn v4_content(payment: &Payment, amount: Money, status: &str) -> Value {
    json!({
        "notifyType": "RECHARGE",
        "status": status,
        "merchantTransactionId": payment.payment_no,
        "transactionId": payment.reference,
        "amount": six_decimals(amount),
        "currency": amount.currency.as_str(),
        "threeDSecure": "",
    })
}

/// Amounts as V4 writes them: `19.900000`.
pub(super) fn six_decimals(amount: Money) -> String {
    let major = amount.to_major();
    let (whole, fraction) = major.split_once('.').unwrap_or((&major, ""));
    format!("{whole}.{fraction:0<6}")
}

/// The V4 `body` with another signature in it.
fn with_signature(body: &str, signature: String) -> String {
    let mut fields: BTreeMap<String, String> = serde_json::from_str(body).unwrap_or_default();
    fields.insert("sign".to_owned(), signature);
    json!(fields).to_string()
}
