//! More questions about a delivered report are bought like everything else: an order of a product with
//! a pack, bound to the order of the report. Paid, it gives the questions once, in its own step of the
//! pipeline.

use super::place_order::PlaceOrder;
use super::till::Till;
use crate::catalog::{Product, ProductSnapshot, QuestionPlan};
use crate::kernel::clock::Timestamp;
use crate::orders::packs::{self, NewPack};
use crate::orders::{self, OrderError, OrderStatus};
use crate::platform::db::WriteTx;

/// Whether the product may be ordered for what the request says it is about.
pub(super) enum Offered {
    /// An ordinary product.
    NoPack,
    Pack(NewPack),
    /// There is no such report, its time is over, or its product sells other questions.
    Not,
}

pub(super) async fn offered(
    till: &Till,
    tx: &WriteTx,
    (product, request): (&Product, &PlaceOrder),
    now: Timestamp,
) -> Result<Offered, OrderError> {
    let Some(questions) = product.pack else { return Ok(Offered::NoPack) };
    let Some(about) = &request.about else { return Ok(Offered::Not) };
    let order = match orders::repo::lock(tx, about).await {
        Ok(order) => order,
        Err(OrderError::NotFound(_)) => return Ok(Offered::Not),
        Err(error) => return Err(error),
    };
    let report: ProductSnapshot = order.product(&till.base.keyring)?;
    let last = packs::granted(tx.conn(), about).await?.last;
    let sells = |plan: &QuestionPlan| {
        let began = order.completed_at.max(last);
        let in_time = began.is_some_and(|began| now <= plan.ends(began));
        in_time && plan.more.as_ref() == Some(&product.sku)
    };
    let theirs = order.user == request.user && order.status == OrderStatus::Completed;
    // What was erased has no answers any more.
    let kept = order.form::<serde_json::Value>(&till.base.keyring).is_ok();
    let open = theirs && kept && report.questions.as_ref().is_some_and(sells);
    let pack = NewPack { about: about.clone(), questions };
    Ok(if open { Offered::Pack(pack) } else { Offered::Not })
}
