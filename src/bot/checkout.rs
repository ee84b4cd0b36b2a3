//! `pre_checkout_query`: may these Stars be taken? Telegram drops the payment after ten seconds, so
//! the question is answered where it comes in and never waits in a chat's queue. It is not kept: a
//! question is no news, and the buyer can tap again.

use std::time::Duration;

use serde::Deserialize;
use teloxide::payloads::{AnswerPreCheckoutQuery, AnswerPreCheckoutQuerySetters as _};

use super::Bot;
use crate::flows::check_out::{self, Answer, Question, Refusal};
use crate::kernel::ids::{PaymentNo, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::{Currency, Money};
use crate::platform::chain;

/// Leaves Telegram's answer two of its ten seconds.
const PATIENCE: Duration = Duration::from_secs(8);

/// A question with the language of the payer's client.
#[derive(Debug)]
pub(super) struct Checkout {
    question: Question,
    locale: Locale,
}

#[derive(Deserialize)]
struct RawUpdate {
    pre_checkout_query: Option<RawQuery>,
}

#[derive(Deserialize)]
struct RawQuery {
    id: String,
    from: RawPayer,
    currency: String,
    total_amount: i64,
    invoice_payload: String,
}

#[derive(Deserialize)]
struct RawPayer {
    id: i64,
    language_code: Option<String>,
}

/// The question in an update; `None`: it is another one. A currency that is none asks for nothing
/// that we sell, and is answered like an unknown invoice.
pub(super) fn read(json: &str) -> Option<Checkout> {
    let update: RawUpdate = serde_json::from_str(json).ok()?;
    let query = update.pre_checkout_query?;
    let currency = query.currency.parse().ok();
    let (currency, payload) = match currency {
        Some(currency) => (currency, query.invoice_payload),
        None => (Currency::XTR, String::new()),
    };
    Some(Checkout {
        question: Question {
            id: query.id,
            payer: UserId(query.from.id),
            payment_no: PaymentNo(payload),
            asked: Money::new(query.total_amount, currency),
        },
        locale: Locale::from_ietf(query.from.language_code.as_deref()),
    })
}

/// Answers before Telegram gives up. When we cannot tell, the answer is no: nothing was charged.
pub(super) async fn answer(bot: &Bot, checkout: &Checkout) {
    let question = &checkout.question;
    let asked = tokio::time::timeout(PATIENCE, check_out::run(&bot.till.base, question)).await;
    let outcome = asked.map_err(anyhow::Error::new).and_then(|judged| Ok(judged?));
    let (no, locale) = match outcome {
        Ok(Answer { refusal, locale }) => (refusal.map(words), locale),
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "a payment in Stars was not let through");
            (Some("checkout-later"), None)
        }
    };
    let told = no.map_or("yes", |key| key.trim_start_matches("checkout-"));
    metrics::counter!("mingshu_stars_checkouts_total", "answer" => told).increment(1);
    let mut reply = AnswerPreCheckoutQuery::new(question.id.clone().into(), no.is_none());
    if let Some(key) = no {
        tracing::info!(payment.id = %question.payment_no, why = key, "a payment was refused");
        reply = reply.error_message(bot.texts.get(locale.unwrap_or(checkout.locale), key));
    }
    if let Err(error) = bot.api.call::<_, bool>(&reply).await {
        tracing::warn!(error = chain(&error), "Telegram did not take the answer before a payment");
    }
}

fn words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Unknown => "checkout-unknown",
        Refusal::NotTheirs => "checkout-not-yours",
        Refusal::Paid => "checkout-paid",
        Refusal::Over => "checkout-over",
        Refusal::OtherAmount => "checkout-other-amount",
        Refusal::SoldOut => "checkout-sold-out",
        Refusal::UnderWay => "checkout-under-way",
    }
}
