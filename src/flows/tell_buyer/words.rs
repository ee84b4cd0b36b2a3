//! All other news: text and buttons for each.

use super::card;
use crate::flows::fulfil_order::Failure;
use crate::flows::jobs::{News, TellBuyer};
use crate::flows::purchase_message;
use crate::flows::tools::Tools;
use crate::kernel::ids::RefundNo;
use crate::kernel::money::Currency;
use crate::notifications::message::{Button, Keyboard, OutgoingMessage};
use crate::orders::Order;
use crate::payments::{PaymentError, refunds, requests};
use crate::platform::texts;

pub(super) async fn message(
    tools: &Tools,
    order: &Order,
    job: &TellBuyer,
) -> Result<OutgoingMessage, PaymentError> {
    let mut args = purchase_message::about(tools, order);
    args = match job.news {
        News::RefundStarted | News::RefundSucceeded | News::RefundFailed => {
            let number = RefundNo(job.about.clone());
            let refund = refunds::get(tools.till.base.db.read(), &number).await?;
            args.text("amount", texts::money(order.locale, refund.amount))
                .text("refund_no", number.0)
        }
        News::RefundRefused => {
            let keyring = &tools.till.base.keyring;
            let db = tools.till.base.db.read();
            let asked = requests::find_latest(db, keyring, &order.order_no).await?;
            let said = asked.filter(|asked| asked.id == job.about).and_then(|asked| asked.answer);
            args.escaped("answer", said.as_deref().unwrap_or("–"))
        }
        News::RewriteFailed | News::QuestionAnswered | News::QuestionFailed => args,
        News::OrderFailed => {
            let failure = Failure::parse(&job.about).unwrap_or(Failure::Internal);
            args.text("reason", tools.text(order.locale, &failure.text_key()))
        }
        News::PaymentReady
        | News::PaymentUnavailable
        | News::AttemptFailed
        | News::PaymentFailed
        | News::PaymentInDoubt
        | News::NotPaidYet
        | News::Reminder
        | News::Closed
        | News::LateMoneyReturns
        | News::LateMoneyHeld
        | News::SurplusReturns => {
            let left = order.expires_at.since(tools.now()).as_secs().div_ceil(60);
            let minutes = i64::try_from(left).unwrap_or(i64::MAX);
            args.number("minutes", minutes)
                .text("deadline", tools.deadline(order.locale, order.expires_at))
        }
    };
    let mut text = tools.format(order.locale, text_key(job.news, order), &args);
    if needs_a_person(job.news)
        && let Some(contact) = tools.contact_line(order.locale)
    {
        text.push_str("\n\n");
        text.push_str(&contact);
    }
    Ok(OutgoingMessage::html(text).with_keyboard(buttons(tools, order, job).await?))
}

/// News about which a buyer may want to talk to somebody.
fn needs_a_person(news: News) -> bool {
    match news {
        News::PaymentInDoubt
        | News::LateMoneyReturns
        | News::LateMoneyHeld
        | News::OrderFailed
        | News::RefundFailed
        | News::RefundRefused => true,
        News::PaymentReady
        | News::PaymentUnavailable
        | News::AttemptFailed
        | News::PaymentFailed
        | News::NotPaidYet
        | News::Reminder
        | News::Closed
        | News::SurplusReturns
        | News::RefundStarted
        | News::RefundSucceeded
        | News::RewriteFailed
        | News::QuestionAnswered
        | News::QuestionFailed => false,
    }
}

fn text_key(news: News, order: &Order) -> &'static str {
    let in_stars = order.total.currency == Currency::XTR;
    match news {
        News::PaymentReady => "pay-card",
        News::PaymentUnavailable => "pay-create-failed",
        News::AttemptFailed => "pay-attempt-failed",
        News::PaymentFailed => "pay-failed",
        News::PaymentInDoubt => "pay-conflicted",
        News::NotPaidYet => "pay-not-yet",
        News::Reminder => "pay-reminder",
        News::Closed => "pay-closed",
        News::LateMoneyReturns => "pay-late-refund",
        News::LateMoneyHeld => "pay-late-review",
        News::SurplusReturns => "pay-second-refund",
        News::OrderFailed if order.total.is_zero() => "report-failed-free",
        News::OrderFailed => "report-failed",
        News::RefundStarted if in_stars => "refund-started-stars",
        News::RefundStarted => "refund-started",
        News::RefundSucceeded if in_stars => "refund-succeeded-stars",
        News::RefundSucceeded => "refund-succeeded",
        News::RefundFailed => "refund-failed",
        News::RefundRefused => "refund-refused",
        News::RewriteFailed => "rewrite-failed",
        News::QuestionAnswered => "question-answered",
        News::QuestionFailed => "question-failed",
    }
}

async fn buttons(tools: &Tools, order: &Order, job: &TellBuyer) -> Result<Keyboard, PaymentError> {
    let again = || {
        let label = tools.text(order.locale, "btn-reorder");
        vec![vec![Button::callback(label, format!("order:again:{}", order.order_no))]]
    };
    // The same words would be refused again.
    let afresh = || {
        let label = tools.text(order.locale, "btn-fill-in-afresh");
        vec![vec![Button::callback(label, format!("new:{}", order.sku))]]
    };
    let refused = Failure::parse(&job.about) == Some(Failure::ModelRefused);
    Ok(match job.news {
        News::OrderFailed if refused => afresh(),
        News::AttemptFailed | News::NotPaidYet | News::Reminder => {
            match card::open_payment(&tools.till.base.db, order).await? {
                Some(payment) => card::ways_to_pay(tools, order, &payment),
                None => Keyboard::new(),
            }
        }
        News::PaymentUnavailable | News::PaymentFailed | News::Closed | News::OrderFailed => {
            again()
        }
        News::PaymentReady
        | News::PaymentInDoubt
        | News::LateMoneyReturns
        | News::LateMoneyHeld
        | News::SurplusReturns
        | News::RefundStarted
        | News::RefundSucceeded
        | News::RefundFailed
        | News::RefundRefused
        | News::RewriteFailed
        | News::QuestionAnswered
        | News::QuestionFailed => Keyboard::new(),
    })
}
