//! The desk: what operators see and do by buttons, in one message that is edited in place.
//!
//! Looking is free. Whatever changes something is a card first and a second tap on that card; only
//! the newest card counts, and once done it counts no more.

mod press;
mod step;

use serde::{Deserialize, Serialize};

pub(in crate::bot) use self::press::DeskPress;
pub(super) use self::step::{card, opened, pressed, typed};
use crate::broadcasts::Segment;
use crate::kernel::ids::{OrderNo, PaymentNo, Sku, UserId};
use crate::kernel::money::Money;
use crate::kernel::switch::Switch;
use crate::orders::OrderStatus;

/// Where an operator's desk stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(in crate::bot) struct Desk {
    /// The message that shows it.
    pub(in crate::bot) message: Option<i64>,
    /// What is typed next, where something was asked.
    pub(in crate::bot) asks: Option<Asks>,
    /// What waits for its second tap.
    pub(in crate::bot) card: Option<DeskCard>,
    /// What was typed to go to many, before anybody chose to whom.
    pub(in crate::bot) letter: Option<String>,
}

/// What an operator was asked to type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bot) enum Asks {
    Search,
    /// Reference and note that confirm a payment.
    Confirm(PaymentNo),
    /// Amount and reason of what goes back of an order.
    RefundPart(OrderNo),
    /// Reference and note of what became of money in doubt, by the word of
    /// [`crate::payments::ledger::Settled`].
    Doubt(PaymentNo, String),
    /// How many pieces are added.
    Stock(Sku),
    /// What goes to many.
    Letter,
    Coupon,
    /// What the buyer is told whose request for a refund is refused.
    RefuseRefund(OrderNo),
}

/// A deed that waits for its second tap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::bot) struct DeskCard {
    pub(in crate::bot) id: String,
    pub(in crate::bot) deed: DeskDeed,
}

/// What an operator does at the desk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::bot) enum DeskDeed {
    Retry(OrderNo),
    Resend(OrderNo),
    /// A report that is held back goes out as it is.
    Release(OrderNo),
    /// The order of a report that is held back fails.
    GiveUp(OrderNo),
    /// Money in doubt has found its end.
    Doubt {
        order_no: OrderNo,
        payment_no: PaymentNo,
        settled: String,
        amount: Money,
        charge: Option<String>,
        reference: String,
        note: String,
    },
    RefuseRefund {
        order_no: OrderNo,
        words: String,
    },
    Sell(Sku, Switch),
    AddStock {
        sku: Sku,
        /// May take back what was added too much.
        quantity: i64,
    },
    /// `On`: turned away.
    Block(UserId, Switch),
    /// `On`: no orders are taken.
    Maintenance(Switch),
    Broadcast {
        segment: Segment,
        body: String,
        people: usize,
    },
    StopBroadcast(String),
    /// As it was typed.
    CreateCoupon(String),
    CouponOff(String),
}

/// What the desk shows.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) enum DeskView {
    Menu,
    Orders(Option<OrderStatus>, usize),
    /// What a search for these words found.
    Found(String),
    /// What is to be typed, and why what was typed before will not do.
    Ask(Asks, Option<&'static str>),
    Doubt(PaymentNo),
    /// What the quality gate holds back of an order.
    Held(OrderNo),
    Requests,
    Request(OrderNo),
    /// The card above a second tap.
    Card,
    Products,
    Product(Sku),
    User(UserId),
    Maintenance,
    Broadcasts,
    /// What was typed, and to whom it may go.
    Segments,
    Broadcast(String),
    Coupons(usize),
    Coupon(String),
    Affiliates(usize),
}

/// What needs the rows before a card can be shown.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::bot) enum Preparing {
    Doubt {
        payment_no: PaymentNo,
        settled: String,
        reference: String,
        note: String,
    },
    Sell(Sku),
    Block(UserId),
    Maintenance,
    Broadcast(Segment),
    /// As it was typed.
    Coupon(String),
}

impl DeskDeed {
    /// What is looked at when it was done, or was left.
    pub(in crate::bot) fn about(&self) -> About<'_> {
        match self {
            Self::Retry(no)
            | Self::Resend(no)
            | Self::Release(no)
            | Self::GiveUp(no)
            | Self::Doubt { order_no: no, .. } => About::Order(no),
            Self::RefuseRefund { order_no, .. } => About::Desk(DeskView::Request(order_no.clone())),
            Self::Sell(sku, _) | Self::AddStock { sku, .. } => {
                About::Desk(DeskView::Product(sku.clone()))
            }
            Self::Block(user, _) => About::Desk(DeskView::User(*user)),
            Self::Maintenance(_) => About::Desk(DeskView::Maintenance),
            Self::CreateCoupon(line) => {
                let code = line.split_whitespace().next().unwrap_or_default();
                About::Desk(DeskView::Coupon(code.to_owned()))
            }
            Self::CouponOff(code) => About::Desk(DeskView::Coupon(code.clone())),
            Self::Broadcast { .. } => About::Desk(DeskView::Segments),
            Self::StopBroadcast(no) => About::Desk(DeskView::Broadcast(no.clone())),
        }
    }
}

/// The place of a deed.
pub(in crate::bot) enum About<'a> {
    Order(&'a OrderNo),
    Desk(DeskView),
}
