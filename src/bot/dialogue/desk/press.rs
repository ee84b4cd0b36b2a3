//! The buttons of the desk. Looking is a button that names what is looked at; whatever changes
//! something is a card with an id of its own, bound to the person and to what it showed.

use crate::broadcasts::Segment;
use crate::flows::broadcast::Steer;
use crate::kernel::ids::{OrderNo, PaymentNo, Sku, UserId};
use crate::orders::OrderStatus;
use crate::payments::ledger::Settled;

/// What every button of the desk begins with.
const PREFIX: &str = "desk";

/// A pressed button of the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::bot) enum DeskPress {
    Menu,
    /// The menu as a message of its own: this one goes on showing what it shows.
    FreshMenu,
    /// Orders of one state, or all; the page counts from 0.
    Orders(Option<OrderStatus>, usize),
    /// What is typed next is looked for.
    Search,
    /// Reference and note of a confirmation are typed next.
    ConfirmBy(PaymentNo),
    /// Amount and reason of a part that goes back are typed next.
    RefundPart(OrderNo),
    /// Money in doubt, and what can be said of it.
    Doubt(PaymentNo),
    /// What became of it; reference and note are typed next.
    DoubtIs(PaymentNo, Settled),
    /// The second tap on the card with this id.
    Surely(String),
    /// Leaves the card with this id.
    Keep(String),
    /// A report that the quality gate holds back.
    Held(OrderNo),
    /// Asks whether it is to go out as it is.
    Release(OrderNo),
    /// Asks whether its order is to fail.
    GiveUp(OrderNo),
    /// Buyers who want money back.
    Requests,
    Request(OrderNo),
    /// What the buyer is told is typed next.
    RefuseRefund(OrderNo),
    Products,
    Product(Sku),
    /// Asks whether to pause the product, or to sell it again.
    SwitchProduct(Sku),
    /// How many are added is typed next.
    AddStock(Sku),
    User(UserId),
    /// Asks whether to turn the person away, or to let them in again.
    SwitchUser(UserId),
    Maintenance,
    /// Asks whether to close the shop, or to open it again.
    SwitchMaintenance,
    Broadcasts,
    /// The text of a message to many is typed next.
    NewBroadcast,
    /// Asks whether what was typed is to go to this segment.
    BroadcastTo(Segment),
    Broadcast(String),
    Steer(Steer, String),
    Coupons(usize),
    Coupon(String),
    /// A line about a coupon is typed next.
    NewCoupon,
    /// Asks whether to switch the coupon off.
    CouponOff(String),
    Affiliates(usize),
}

impl DeskPress {
    pub(in crate::bot) fn data(&self) -> String {
        let words = match self {
            Self::Menu => "menu".to_owned(),
            Self::FreshMenu => "fresh".to_owned(),
            Self::Orders(status, page) => {
                format!("orders:{}:{page}", status.map_or("all", OrderStatus::as_str))
            }
            Self::Search => "search".to_owned(),
            Self::ConfirmBy(no) => format!("confirm:{no}"),
            Self::RefundPart(no) => format!("part:{no}"),
            Self::Doubt(no) => format!("doubt:{no}"),
            Self::DoubtIs(no, settled) => format!("settle:{}:{no}", settled.as_str()),
            Self::Surely(card) => format!("sure:{card}"),
            Self::Keep(card) => format!("keep:{card}"),
            Self::Held(no) => format!("held:{no}"),
            Self::Release(no) => format!("release:{no}"),
            Self::GiveUp(no) => format!("giveup:{no}"),
            Self::Requests => "requests".to_owned(),
            Self::Request(no) => format!("request:{no}"),
            Self::RefuseRefund(no) => format!("refuse:{no}"),
            Self::Products => "products".to_owned(),
            Self::Product(sku) => format!("product:{sku}"),
            Self::SwitchProduct(sku) => format!("onoff:{sku}"),
            Self::AddStock(sku) => format!("stock:{sku}"),
            Self::User(user) => format!("user:{user}"),
            Self::SwitchUser(user) => format!("block:{user}"),
            Self::Maintenance => "maintenance".to_owned(),
            Self::SwitchMaintenance => "close".to_owned(),
            Self::Broadcasts => "casts".to_owned(),
            Self::NewBroadcast => "write".to_owned(),
            Self::BroadcastTo(segment) => format!("to:{}", segment.as_str()),
            Self::Broadcast(no) => format!("cast:{no}"),
            Self::Coupons(page) => format!("coupons:{page}"),
            Self::Coupon(code) => format!("coupon:{code}"),
            Self::NewCoupon => "newcoupon".to_owned(),
            Self::CouponOff(code) => format!("couponoff:{code}"),
            Self::Affiliates(page) => format!("affiliates:{page}"),
            Self::Steer(steer, no) => return steer.data(no),
        };
        format!("{PREFIX}:{words}")
    }

    /// Reads what stands behind `desk:`; `None` for anything else.
    pub(in crate::bot) fn read(words: &str) -> Option<Self> {
        let (head, rest) = words.split_once(':').unwrap_or((words, ""));
        Some(match head {
            "menu" => Self::Menu,
            "fresh" => Self::FreshMenu,
            "orders" => Self::read_orders(rest)?,
            "search" => Self::Search,
            "confirm" => Self::ConfirmBy(PaymentNo::from(rest)),
            "part" => Self::RefundPart(OrderNo::from(rest)),
            "doubt" => Self::Doubt(PaymentNo::from(rest)),
            "settle" => {
                let (settled, no) = rest.split_once(':')?;
                Self::DoubtIs(PaymentNo::from(no), Settled::parse(settled)?)
            }
            "sure" => Self::Surely(rest.to_owned()),
            "keep" => Self::Keep(rest.to_owned()),
            "held" => Self::Held(OrderNo::from(rest)),
            "release" => Self::Release(OrderNo::from(rest)),
            "giveup" => Self::GiveUp(OrderNo::from(rest)),
            "requests" => Self::Requests,
            "request" => Self::Request(OrderNo::from(rest)),
            "refuse" => Self::RefuseRefund(OrderNo::from(rest)),
            "products" => Self::Products,
            "product" => Self::Product(Sku::from(rest)),
            "onoff" => Self::SwitchProduct(Sku::from(rest)),
            "stock" => Self::AddStock(Sku::from(rest)),
            "user" => Self::User(UserId(rest.parse().ok()?)),
            "block" => Self::SwitchUser(UserId(rest.parse().ok()?)),
            "maintenance" => Self::Maintenance,
            "close" => Self::SwitchMaintenance,
            "casts" => Self::Broadcasts,
            "write" => Self::NewBroadcast,
            "to" => Self::BroadcastTo(Segment::parse(rest)?),
            "cast" => Self::Broadcast(rest.to_owned()),
            "coupons" => Self::Coupons(rest.parse().ok()?),
            "coupon" => Self::Coupon(rest.to_owned()),
            "newcoupon" => Self::NewCoupon,
            "couponoff" => Self::CouponOff(rest.to_owned()),
            "affiliates" => Self::Affiliates(rest.parse().ok()?),
            "steer" => {
                let (steer, no) = rest.split_once(':')?;
                Self::Steer(Steer::parse(steer)?, no.to_owned())
            }
            _ => return None,
        })
    }

    fn read_orders(rest: &str) -> Option<Self> {
        let (status, page) = rest.split_once(':')?;
        let status = match status {
            "all" => None,
            word => Some(OrderStatus::parse(word)?),
        };
        Some(Self::Orders(status, page.parse().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_fits_and_reads_back() {
        let no = || PaymentNo::from("P20261121-7F3K9QX2");
        let sku = || Sku::from("a".repeat(32));
        let card = || "0123456789AB".to_owned();
        let mut all = vec![
            DeskPress::Menu,
            DeskPress::FreshMenu,
            DeskPress::Orders(None, 3),
            DeskPress::Search,
            DeskPress::ConfirmBy(no()),
            DeskPress::RefundPart(OrderNo::from("M20261121-7F3K9QX2")),
            DeskPress::Doubt(no()),
            DeskPress::Held(OrderNo::from("M20261121-7F3K9QX2")),
            DeskPress::Release(OrderNo::from("M20261121-7F3K9QX2")),
            DeskPress::GiveUp(OrderNo::from("M20261121-7F3K9QX2")),
            DeskPress::Requests,
            DeskPress::Request(OrderNo::from("M20261121-7F3K9QX2")),
            DeskPress::RefuseRefund(OrderNo::from("M20261121-7F3K9QX2")),
            DeskPress::Surely(card()),
            DeskPress::Keep(card()),
            DeskPress::Products,
            DeskPress::Product(sku()),
            DeskPress::SwitchProduct(sku()),
            DeskPress::AddStock(sku()),
            DeskPress::User(UserId(i64::MAX)),
            DeskPress::SwitchUser(UserId(7)),
            DeskPress::Maintenance,
            DeskPress::SwitchMaintenance,
            DeskPress::Broadcasts,
            DeskPress::NewBroadcast,
            DeskPress::Broadcast(card()),
            DeskPress::Coupons(2),
            DeskPress::Coupon("A".repeat(32)),
            DeskPress::NewCoupon,
            DeskPress::CouponOff("A".repeat(32)),
            DeskPress::Affiliates(1),
        ];
        all.extend(Segment::ALL.map(DeskPress::BroadcastTo));
        all.extend(Steer::ALL.map(|steer| DeskPress::Steer(steer, card())));
        all.extend(OrderStatus::ALL.map(|status| DeskPress::Orders(Some(status), 12)));
        all.extend(Settled::ALL.map(|settled| DeskPress::DoubtIs(no(), settled)));
        for press in all {
            let data = press.data();
            assert!(data.len() <= 64, "{data}");
            let words = data.strip_prefix("desk:").unwrap();
            assert_eq!(DeskPress::read(words), Some(press), "{data}");
        }
    }
}
