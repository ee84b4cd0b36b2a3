//! The buyer wants to see the payment card of an unpaid order again: the job that shows it is
//! woken, and the card appears where the buyer looks. A payment that could not be opened is tried
//! once more; where none is open any more, a fresh one is made.

use super::jobs::{News, OpenPayment, TellBuyer};
use super::new_payment;
use super::settle_payment::SettleError;
use super::till::Till;
use crate::kernel::ids::{OrderNo, UserId};
use crate::orders::{self, Order, OrderStatus};
use crate::payments::{PaymentStatus, repo as payments};
use crate::platform::jobs::store as jobs;

#[derive(Debug)]
pub enum Shown {
    /// The card is on its way.
    Soon(Box<Order>),
    /// Nothing is left to pay, or money is there that a person looks at.
    Over(Box<Order>),
    /// Another person's order, or none.
    NotTheirs,
}

/// `place`: the message that the card is to replace.
pub async fn run(
    till: &Till,
    (user, order_no): (UserId, &OrderNo),
    place: Option<i64>,
) -> Result<Shown, SettleError> {
    let now = till.base.now();
    let found = orders::repo::find(till.base.db.read(), order_no).await?;
    let Some(order) = found.filter(|order| order.user == user) else { return Ok(Shown::NotTheirs) };
    if order.status != OrderStatus::PendingPayment || now > order.expires_at {
        return Ok(Shown::Over(Box::new(order)));
    }
    let attempts = payments::list_of_order(till.base.db.read(), order_no).await?;
    if attempts.iter().any(|payment| payment.status == PaymentStatus::Conflicted) {
        return Ok(Shown::Over(Box::new(order)));
    }
    let tx = till.base.db.begin_write().await?;
    if place.is_some() {
        orders::repo::save_anchor(&tx, order_no, place).await?;
    }
    let attempts = payments::list_of_order(tx.conn(), order_no).await?;
    let tried = attempts.len();
    let last_method = attempts.last().map(|payment| payment.method.clone());
    let open = attempts.into_iter().rfind(|payment| payment.status.is_open());
    if let Some(payment) = open {
        let payment_no = payment.payment_no.clone();
        if payment.status == PaymentStatus::Init {
            jobs::enqueue_again(&tx, &OpenPayment { payment_no }, now).await?;
        } else {
            let order_no = order_no.clone();
            let card = TellBuyer { order_no, news: News::PaymentReady, about: payment_no.0 };
            jobs::enqueue_again(&tx, &card, now).await?;
        }
    } else if tried < new_payment::MOST_ATTEMPTS {
        orders::repo::lock(&tx, order_no).await?;
        new_payment::write(till, &tx, (&order, last_method.as_deref()), now).await?;
    }
    tx.commit().await?;
    Ok(Shown::Soon(Box::new(order)))
}
