//! Telegram asks, a moment before it takes a buyer's Stars, whether they may be taken. An invoice link
//! can be pressed for ever and by anybody who has it: here an old one ends (reference/telegram.md §A.8).
//!
//! The answer has ten seconds, so nothing is asked of anybody outside. A yes is a line in the
//! payment's log, and for a minute the only one: of two taps on one invoice one is charged.

use std::time::Duration;

use super::base::Base;
use super::settle_payment::SettleError;
use crate::catalog::movements::{self, Reason};
use crate::catalog::stock;
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{PaymentNo, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::Money;
use crate::orders::{self, Order, OrderStatus};
use crate::payments::repo::{self as payments, Evidence};
use crate::payments::{LogRow, Payment, PaymentStatus};

/// What a yes is called in the payment's log.
pub(super) const ALLOWED: &str = "may be charged";
/// So long after a yes another one has to wait: Telegram charges within seconds.
const TAKES: Duration = Duration::from_secs(60);

/// Telegram's question.
#[derive(Debug, Clone)]
pub struct Question {
    /// Telegram's number of the question; asked again it has the same.
    pub id: String,
    /// Who would pay.
    pub payer: UserId,
    /// What the invoice carries: our payment's number.
    pub payment_no: PaymentNo,
    /// What the invoice asks for.
    pub asked: Money,
}

/// Why the Stars may not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// No payment of ours.
    Unknown,
    /// Another person's order.
    NotTheirs,
    /// The order has its money, or money that a person looks at.
    Paid,
    /// Cancelled, closed, past its deadline, or to be paid another way.
    Over,
    /// The invoice asks for another amount than the order.
    OtherAmount,
    /// The order's piece is not held any more.
    SoldOut,
    /// A moment ago the same payment was let through.
    UnderWay,
}

/// The answer, and the language of the order when it is the payer's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    pub refusal: Option<Refusal>,
    pub locale: Option<Locale>,
}

#[tracing::instrument(name = "stars.check_out", skip_all, fields(payment.id = %question.payment_no))]
pub async fn run(base: &Base, question: &Question) -> Result<Answer, SettleError> {
    let now = base.now();
    let Some(found) = payments::find(base.db.read(), &question.payment_no).await? else {
        return Ok(Answer { refusal: Some(Refusal::Unknown), locale: None });
    };
    let tx = base.db.begin_write().await?;
    let order = orders::repo::lock(&tx, &found.order_no).await?;
    let payment = payments::lock(&tx, &found.payment_no).await?;
    let moved = stock::of_order(tx.conn(), &order.order_no).await?;
    let made: Vec<_> = moved.iter().filter_map(|line| Reason::parse(&line.reason)).collect();
    let books = Books {
        order: &order,
        payment: &payment,
        log: &payments::log(tx.conn(), &payment.payment_no).await?,
        is_held: movements::holds(&made, Reason::Reserve),
    };
    let refusal = judge(question, &books, now);
    let locale = (order.user == question.payer).then_some(order.locale);
    if refusal.is_none() {
        let key = evidence_key(question);
        let evidence = Evidence { source: "callback", evidence_key: Some(&key), note: ALLOWED };
        payments::remark(&tx, &payment, &evidence, now).await?;
        tx.commit().await?;
    }
    Ok(Answer { refusal, locale })
}

/// What we know when we are asked.
struct Books<'a> {
    order: &'a Order,
    payment: &'a Payment,
    log: &'a [LogRow],
    is_held: bool,
}

fn judge(question: &Question, books: &Books<'_>, now: Timestamp) -> Option<Refusal> {
    let Books { order, payment, .. } = books;
    let has_money = matches!(payment.status, PaymentStatus::Succeeded | PaymentStatus::Conflicted);
    let in_time = now <= order.expires_at && now <= payment.expires_at;
    let waits = order.status == OrderStatus::PendingPayment && payment.status.is_open() && in_time;
    let agreed = question.asked == payment.amount && question.asked == order.total;
    let checks = [
        (order.user != question.payer, Refusal::NotTheirs),
        (has_money || order.paid_at.is_some(), Refusal::Paid),
        (!waits, Refusal::Over),
        (!agreed, Refusal::OtherAmount),
        (!books.is_held, Refusal::SoldOut),
        (is_under_way(question, books.log, now), Refusal::UnderWay),
    ];
    checks.into_iter().find_map(|(stands_against, why)| stands_against.then_some(why))
}

/// Whether another question about this payment got its yes a moment ago.
fn is_under_way(question: &Question, log: &[LogRow], now: Timestamp) -> bool {
    let key = evidence_key(question);
    let fresh = |row: &&LogRow| row.note == ALLOWED && now.since(row.at) < TAKES;
    log.iter().filter(fresh).any(|row| row.evidence_key.as_deref() != Some(key.as_str()))
}

fn evidence_key(question: &Question) -> String {
    format!("check_out/{}", question.id)
}
