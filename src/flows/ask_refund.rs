//! A buyer asks for money back, with a reason; an operator gives it back by the usual way
//! ([`super::refund_order`], which closes the request) or refuses with words. Nothing goes back by the
//! asking itself.

use serde_json::json;

use super::base::Base;
use super::jobs::{AlertKind, News, TellBuyer};
use super::raise_alert;
use super::refund_order::{self, Refunded, Wish};
use super::settle_payment::SettleError;
use crate::audit::{self, NewAction};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{self, OrderNo, UserId};
use crate::orders::{self, Actor};
use crate::payments::requests::{self, RefundRequest, RequestStatus};
use crate::platform::jobs::store as jobs;

/// Characters of a reason, and of an operator's words.
pub const LONGEST_REASON: usize = 500;

/// What became of the wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Requested {
    Now,
    /// One waits for an answer already.
    Before,
    /// Nothing was paid, or it is on its way back.
    NothingToRefund,
    /// The product's time for refunds ended then.
    WindowOver(Timestamp),
    /// The report is being made: first it has to end.
    NotNow,
    NotTheirs,
}

pub async fn request(
    base: &Base,
    (user, no): (UserId, &OrderNo),
    reason: &str,
) -> Result<Requested, SettleError> {
    let order = orders::repo::find(base.db.read(), no).await?;
    let Some(order) = order.filter(|order| order.user == user) else {
        return Ok(Requested::NotTheirs);
    };
    if order.total.is_zero() {
        return Ok(Requested::NothingToRefund);
    }
    match refund_order::look(base, no, &Wish::default()).await? {
        Ok(outlook) => {
            if let Some(end) = outlook.window_over {
                return Ok(Requested::WindowOver(end));
            }
        }
        Err(Refunded::NotNow(_)) => return Ok(Requested::NotNow),
        Err(_nothing) => return Ok(Requested::NothingToRefund),
    }
    let now = base.now();
    let reason: String = reason.trim().chars().take(LONGEST_REASON).collect();
    let id = ids::crockford(12);
    let tx = base.db.begin_write().await?;
    if !requests::insert(&tx, &base.keyring, (&id, no), &reason, now).await? {
        return Ok(Requested::Before);
    }
    // The reason is the buyer's own and stays sealed: whoever opens the request reads it.
    raise_alert::run(&tx, AlertKind::RefundRequested, (no.as_str(), ""), now).await?;
    tx.commit().await?;
    metrics::counter!("mingshu_refund_requests_total").increment(1);
    tracing::info!(order.id = %no, "a buyer asks for a refund");
    Ok(Requested::Now)
}

/// An operator refuses, in words that the buyer reads. `false`: no request is open.
pub async fn refuse(
    base: &Base,
    (no, actor): (&OrderNo, &Actor),
    words: &str,
) -> Result<bool, SettleError> {
    let now = base.now();
    let words: String = words.trim().chars().take(LONGEST_REASON).collect();
    let operator = actor.to_string();
    let tx = base.db.begin_write().await?;
    let said = (RequestStatus::Refused, Some(words.as_str()), operator.as_str());
    let Some(id) = requests::decide(&tx, &base.keyring, no, said, now).await? else {
        return Ok(false);
    };
    let deed = NewAction {
        operator: &operator,
        action: "refund.refuse",
        subject: no.as_str(),
        order_no: Some(no),
        details: json!({ "request": id }),
    };
    audit::repo::record(&tx, &deed, now).await?;
    let news = TellBuyer { order_no: no.clone(), news: News::RefundRefused, about: id };
    jobs::enqueue(&tx, &news, now).await?;
    tx.commit().await?;
    tracing::info!(order.id = %no, actor = %actor, "a request for a refund was refused");
    Ok(true)
}

/// The newest request of an order.
pub async fn find(base: &Base, no: &OrderNo) -> Result<Option<RefundRequest>, SettleError> {
    Ok(requests::find_latest(base.db.read(), &base.keyring, no).await?)
}

/// Requests that wait for an operator, the oldest first.
pub async fn list_open(base: &Base, limit: i64) -> Result<Vec<RefundRequest>, SettleError> {
    Ok(requests::list_open(base.db.read(), &base.keyring, limit).await?)
}
