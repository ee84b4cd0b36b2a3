//! Money that comes when nobody waits for it: after a cancellation, or twice (spec.md §4 rules 7
//! and 10).

use super::errands::Birth;
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::pingpong::Dialect;

const BUYER: i64 = 590_000_001;

#[tokio::test]
async fn money_for_a_cancelled_order_is_real_money() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::V4)).await;
        let mut buyer = shop.buyer(BUYER);
        let ordered = buyer.orders_whole_chart(Birth::Typed, "犹豫不决").await;
        buyer.taps("btn-cancel-order").await;
        buyer.taps("btn-reason-price").await;
        buyer.sees("pay-cancelled").await;
        shop.order_is(&ordered.order_no, "cancelled").await;
        assert_eq!(shop.order(&ordered.order_no)["cancel_reason"], "price");
        let receipt = shop.world.pingpong.pay(&ordered.payment_no).await;
        assert_eq!(receipt.status, 200);
        buyer.sees("pay-late-fulfil").await;
        buyer.sees("report-closing").await;
        shop.order_is(&ordered.order_no, "completed").await;
        shop.close().await;
    })
    .await;
}

#[tokio::test]
async fn late_money_goes_back_when_the_shop_says_so() {
    on_every_database(async |kind| {
        let plan = Plan::new(kind, Dialect::Hmac).with("MINGSHU_ORDERS__LATE_PAYMENT", "refund");
        let shop = Shop::open(&plan).await;
        let mut buyer = shop.buyer(BUYER);
        let ordered = buyer.orders_whole_chart(Birth::Typed, "犹豫不决").await;
        buyer.taps("btn-cancel-order").await;
        buyer.taps("btn-reason-later").await;
        buyer.sees("pay-cancelled").await;
        shop.world.pingpong.pay(&ordered.payment_no).await;
        buyer.sees("pay-late-refund").await;
        buyer.sees("refund-succeeded").await;
        let refunds = shop.world.pingpong.refunds_of(&ordered.payment_no);
        assert_eq!(refunds.len(), 1, "{refunds:?}");
        assert_eq!((refunds[0].amount.as_str(), refunds[0].asked), ("39.90", 1));
        assert!(shop.world.model.asked("犹豫不决").is_empty(), "nothing is delivered");
        shop.close().await;
    })
    .await;
}

#[tokio::test]
async fn a_second_payment_of_one_order_goes_back_once() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::Hmac)).await;
        let mut buyer = shop.buyer(BUYER);
        let first = buyer.orders_whole_chart(Birth::Typed, "付两次").await;
        buyer.taps("btn-switch-method").await;
        buyer.sees("pay-method-ask").await;
        buyer.taps("btn-method-alipay").await;
        let second = buyer.reads_payment_card().await;
        assert_eq!(second.order_no, first.order_no, "the same order");
        assert_ne!(second.payment_no, first.payment_no, "another payment");
        assert_eq!(shop.world.pingpong.bill(&second.payment_no).method, "alipay");
        shop.world.pingpong.pay(&second.payment_no).await;
        shop.world.pingpong.pay(&first.payment_no).await;
        buyer.sees("pay-second-refund").await;
        buyer.sees("refund-succeeded").await;
        shop.order_is(&first.order_no, "completed").await;
        assert_eq!(shop.world.pingpong.refunds_of(&first.payment_no).len(), 1);
        assert!(shop.world.pingpong.refunds_of(&second.payment_no).is_empty());
        assert_eq!(shop.world.pingpong.bills().len(), 2);
        assert_eq!(shop.world.model.asked("付两次").len(), 1, "one report");
        shop.close().await;
    })
    .await;
}
