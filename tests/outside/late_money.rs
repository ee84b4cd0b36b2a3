//! Money that comes when nobody waits for it: after a cancellation, or twice (spec.md §4 rules 3, 7
//! and 10).

use super::errands::Birth;
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::pingpong::Dialect;

const BUYER: i64 = 590_000_001;

#[tokio::test]
async fn money_that_nobody_waits_for_is_real_money() {
    on_every_database(async |kind| {
        let fulfils = async {
            let shop = Shop::open(&Plan::new(kind, Dialect::V4)).await;
            tokio::join!(
                money_for_a_cancelled_order_is_delivered_for(&shop, BUYER),
                a_second_charge_delivers_nothing_twice_and_is_reported(&shop, BUYER + 1),
            );
            shop.close().await;
        };
        let refunds = async {
            let plan =
                Plan::new(kind, Dialect::Hmac).with("MINGSHU_ORDERS__LATE_PAYMENT", "refund");
            let shop = Shop::open(&plan).await;
            late_money_goes_back_when_the_shop_says_so(&shop, BUYER).await;
            shop.close().await;
        };
        tokio::join!(fulfils, refunds);
    })
    .await;
}

async fn money_for_a_cancelled_order_is_delivered_for(shop: &Shop, chat: i64) {
    let mut buyer = shop.buyer(chat);
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
}

async fn late_money_goes_back_when_the_shop_says_so(shop: &Shop, chat: i64) {
    let mut buyer = shop.buyer(chat);
    let ordered = buyer.orders_whole_chart(Birth::Typed, "犹豫不决").await;
    buyer.taps("btn-cancel-order").await;
    buyer.taps("btn-reason-later").await;
    buyer.sees("pay-cancelled").await;
    shop.world.pingpong.pay(&ordered.payment_no).await;
    buyer.sees("pay-late-refund").await;
    buyer.sees("refund-succeeded").await;
    shop.order_is(&ordered.order_no, "refunded").await;
    let refunds = shop.world.pingpong.refunds_of(&ordered.payment_no);
    assert_eq!(refunds.len(), 1, "{refunds:?}");
    assert_eq!((refunds[0].amount.as_str(), refunds[0].asked), ("39.90", 1));
    assert!(shop.world.model.asked("犹豫不决").is_empty(), "nothing is delivered");
}

/// Two tabs of one cashier: the same payment, another transaction.
async fn a_second_charge_delivers_nothing_twice_and_is_reported(shop: &Shop, chat: i64) {
    let mut buyer = shop.buyer(chat);
    let ordered = buyer.orders_whole_chart(Birth::Typed, "付两次").await;
    let pingpong = &shop.world.pingpong;
    pingpong.pay(&ordered.payment_no).await;
    buyer.sees("pay-received").await;
    let second = pingpong.notice(&ordered.payment_no, "SUCCESS");
    let second = second.with("transactionId", "2026112199999999");
    for _ in 0..2 {
        assert_eq!(pingpong.tell(&second).await.map(|receipt| receipt.status), Some(200));
    }
    buyer.sees("report-closing").await;
    shop.order_is(&ordered.order_no, "completed").await;
    shop.operator().sees("alert-title-second_charge").await;
    assert_eq!(buyer.times_seen("report-closing"), 1);
    assert_eq!(shop.world.model.asked("付两次").len(), 1, "one report");
    let order = shop.order(&ordered.order_no);
    assert_eq!(order["payments"][0]["status"], "succeeded");
}
