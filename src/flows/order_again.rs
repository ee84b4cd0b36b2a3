//! One tap makes a fresh order with the same answers: after a payment that failed for good, after
//! the deadline, or because one was not enough (spec.md §4 rule 6).
//!
//! A double tap finds the order that the first one made; only when that one has ended, too, does
//! another tap make another one.

use super::fulfil_order::Failure;
use super::place_order::{self, PlaceOrder, PlaceOrderError, Placed};
use super::till::Till;
use crate::catalog::answers::FormAnswers;
use crate::catalog::{Catalog, rules};
use crate::kernel::ids::{OrderNo, Sku, UserId};
use crate::kernel::locale::Locale;
use crate::kernel::money::Currency;
use crate::orders::{self, Order, OrderError, OrderStatus, packs};
use crate::payments::STARS;

#[derive(Debug)]
pub enum Again {
    Placed(Placed),
    /// It still waits for its payment: that is what the buyer wants to do.
    StillPayable(Box<Order>),
    /// The answers were erased, or do not fit the product any more.
    AnswersGone,
    /// The answers are what was refused: the form of this product is to be filled in anew.
    FormAfresh(Sku),
    /// Another person's order, or none.
    NotTheirs,
}

pub async fn run(
    till: &Till,
    catalog: &Catalog,
    (user, order_no, locale): (UserId, &OrderNo, Locale),
) -> Result<Again, PlaceOrderError> {
    let db = till.base.db.read();
    let found = orders::repo::find(db, order_no).await?;
    let Some(order) = found.filter(|order| order.user == user) else { return Ok(Again::NotTheirs) };
    if order.status == OrderStatus::PendingPayment && till.base.now() <= order.expires_at {
        return Ok(Again::StillPayable(Box::new(order)));
    }
    if Failure::of(&order) == Some(Failure::ModelRefused) {
        return Ok(Again::FormAfresh(order.sku));
    }
    let answers: FormAnswers = match order.form(&till.base.keyring) {
        Ok(answers) => answers,
        Err(OrderError::Erased(_) | OrderError::Sealed(_)) => return Ok(Again::AnswersGone),
        Err(error) => return Err(error.into()),
    };
    let product = catalog.find(&order.sku);
    let fits =
        product.is_some_and(|product| rules::next_question(&product.form, &answers).is_none());
    if !fits {
        return Ok(Again::AnswersGone);
    }
    let draft_id = free_draft_id(till, &order).await?;
    let sku = order.sku.clone();
    let request = PlaceOrder {
        user,
        draft_id,
        sku,
        locale,
        answers,
        method: (order.total.currency == Currency::XTR).then(|| STARS.to_owned()),
        anchor_message: None,
        coupon: order.coupon_code.clone(),
        seen_total: None,
        about: packs::find_about(db, order_no).await?,
    };
    place(till, catalog, request).await.map(Again::Placed)
}

/// With the same coupon where it still counts, otherwise without: the payment card shows the price
/// before anything is paid.
async fn place(
    till: &Till,
    catalog: &Catalog,
    request: PlaceOrder,
) -> Result<Placed, PlaceOrderError> {
    match place_order::run(till, catalog, request.clone()).await? {
        Placed::CouponRefused(_) => {
            place_order::run(till, catalog, PlaceOrder { coupon: None, ..request }).await
        }
        placed @ (Placed::Ordered(_)
        | Placed::AlreadyPlaced(_)
        | Placed::SoldOut
        | Placed::NotOnSale
        | Placed::Closed(_)
        | Placed::FreeLimitReached
        | Placed::PriceChanged(_)) => Ok(placed),
    }
}

/// The draft of the latest repetition that has not ended yet, or of a new one.
async fn free_draft_id(till: &Till, order: &Order) -> Result<String, PlaceOrderError> {
    const MOST: u32 = 1_000;
    for number in 1..MOST {
        let draft_id = format!("again:{}:{number}", order.order_no);
        match orders::repo::find_by_draft(till.base.db.read(), &draft_id).await? {
            Some(made) if has_ended(made.status) => {}
            Some(_) | None => return Ok(draft_id),
        }
    }
    Ok(format!("again:{}:{MOST}", order.order_no))
}

fn has_ended(status: OrderStatus) -> bool {
    match status {
        OrderStatus::PendingPayment | OrderStatus::Paid | OrderStatus::Generating => false,
        OrderStatus::Completed
        | OrderStatus::Failed
        | OrderStatus::Cancelled
        | OrderStatus::Closed
        | OrderStatus::Refunding
        | OrderStatus::Refunded => true,
    }
}
