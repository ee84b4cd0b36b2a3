//! The service messages by which Telegram tells the bot that Stars came or went back.

use serde::Deserialize;

use crate::kernel::ids::PaymentNo;
use crate::payments::STARS;
use crate::payments::adapters::reading::evidence_key;
use crate::payments::ports::{
    ChargeRefunded, Notification, Observation, Outcome, Source, StatedAmount,
};

#[derive(Deserialize)]
struct Update {
    message: Option<Message>,
}

#[derive(Deserialize)]
struct Message {
    successful_payment: Option<Charge>,
    refunded_payment: Option<Charge>,
}

#[derive(Deserialize)]
struct Charge {
    currency: String,
    /// In the smallest unit; a Star has none smaller.
    total_amount: i64,
    invoice_payload: String,
    telegram_payment_charge_id: String,
}

/// The fact in an update whose sender is proved to be Telegram; `None`: it tells of no payment.
pub fn read_message(update: &str) -> Option<Notification> {
    let update: Update = serde_json::from_str(update).ok()?;
    let message = update.message?;
    if let Some(paid) = message.successful_payment {
        return Some(Notification::Payment(paid.observation()));
    }
    Some(Notification::RefundOfCharge(message.refunded_payment?.refunded()))
}

impl Charge {
    fn evidence_key(&self, word: &str) -> String {
        let facts = [word, &self.invoice_payload, &self.telegram_payment_charge_id];
        evidence_key(Source::Callback, &facts, Some(&self.stated()))
    }

    fn stated(&self) -> StatedAmount {
        let (amount, currency) = (self.total_amount.to_string(), Some(self.currency.clone()));
        StatedAmount { amount, currency }
    }

    fn observation(self) -> Observation {
        Observation {
            provider: STARS.to_owned(),
            source: Source::Callback,
            evidence_key: self.evidence_key("charge"),
            stated: Some(self.stated()),
            payment_no: PaymentNo(self.invoice_payload),
            provider_ref: Some(self.telegram_payment_charge_id),
            outcome: Outcome::Paid,
            merchant_matches: true,
            actor: None,
            note: None,
        }
    }

    fn refunded(self) -> ChargeRefunded {
        ChargeRefunded {
            provider: STARS.to_owned(),
            source: Source::Callback,
            evidence_key: self.evidence_key("refund"),
            charge: self.telegram_payment_charge_id,
        }
    }
}
