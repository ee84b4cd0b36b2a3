//! What an order holds besides its money: a piece of the product, and the use of a coupon. Taken
//! when it is placed, given back when it is given up or fails, taken again by late money (spec.md §4
//! rules 7, 11, 13, 14).
//!
//! The order's row is locked before, and everybody takes the product before the coupon.

use sea_orm::DbErr;
use serde_json::json;

use super::jobs::AlertKind;
use super::raise_alert;
use super::settle_payment::MoneyRules;
use crate::catalog::product::Supply;
use crate::catalog::shelf;
use crate::catalog::stock::{self, Low, Taken};
use crate::kernel::clock::Timestamp;
use crate::kernel::ids::{OrderNo, Sku};
use crate::orders::Order;
use crate::platform::db::WriteTx;
use crate::platform::outbox::{self, NewEvent};
use crate::promotions;

/// Reserves a piece of today's supply (`day` as `2026-11-21`). `false`: there is none left, and
/// nothing was written.
pub(super) async fn take(
    tx: &WriteTx,
    piece: (&Sku, &OrderNo),
    (supply, day): (Supply, &str),
    now: Timestamp,
) -> Result<bool, DbErr> {
    let stock = shelf::with_additions(tx.conn(), piece.0, (supply.stock, day)).await?;
    let supply = Supply { stock, ..supply };
    match stock::reserve(tx, piece, (supply, day), now).await? {
        Taken::Now { low: None } | Taken::Before => Ok(true),
        Taken::Now { low: Some(low) } => {
            tell_low(tx, piece.0, low, now).await?;
            Ok(true)
        }
        Taken::SoldOut => Ok(false),
    }
}

/// Late money wants what the order gave back. `false`: the goods are gone meanwhile. A coupon that
/// has run out is no obstacle: the agreed price is honoured.
pub(super) async fn take_again(
    tx: &WriteTx,
    money: &MoneyRules,
    order: &Order,
    now: Timestamp,
) -> Result<bool, DbErr> {
    let (piece, day) = ((&order.sku, &order.order_no), money.day(now));
    let taken = take(tx, piece, (money.supply(&order.sku), &day), now).await?;
    if taken {
        promotions::repo::take_again(tx, &order.order_no, now).await?;
    }
    Ok(taken)
}

/// The order was given up, or failed before anything was delivered.
pub(super) async fn give_back(tx: &WriteTx, order: &Order, now: Timestamp) -> Result<(), DbErr> {
    stock::release(tx, (&order.sku, &order.order_no), now).await?;
    promotions::repo::give_back(tx, &order.order_no, now).await
}

async fn tell_low(tx: &WriteTx, sku: &Sku, low: Low, now: Timestamp) -> Result<(), DbErr> {
    let payload = json!({ "sku": sku, "rest": low.rest, "limit": low.limit });
    let event = NewEvent { kind: "stock.low", subject: sku.as_str(), payload };
    outbox::write(tx, event, now).await?;
    let note = format!("{} of {} left", low.rest, low.supply);
    raise_alert::run(tx, AlertKind::StockLow, (sku.as_str(), &note), now).await
}
