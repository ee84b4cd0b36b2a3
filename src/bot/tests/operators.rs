//! What operators do in the chat.

use super::shop::{OPERATOR, Shop};
use super::{BUYER, fill_in, pay};
use crate::orders::OrderStatus;
use crate::payments::{refunds, repo as payments};

#[tokio::test]
async fn operators_see_the_books_and_refund_with_two_taps() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    let order = shop.only_order(BUYER).await;
    pay(&shop, &order).await;
    shop.says(OPERATOR, "/stats").await;
    let stats = shop.room(OPERATOR).last();
    assert!(stats.contains("订单 1（付款 1") && stats.contains("¥39.90"), "{stats}");
    shop.taps(OPERATOR, "近 7 天").await;
    shop.says(OPERATOR, &format!("/order {}", order.order_no.as_str().to_lowercase())).await;
    let card = shop.room(OPERATOR).last();
    assert!(card.contains("pending_payment → paid"), "{card}");
    shop.says(OPERATOR, "/order M-NONE").await;
    assert!(shop.room(OPERATOR).last().contains("没有订单"));
    shop.says(OPERATOR, &format!("/refund {}", order.order_no)).await;
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::Paid, "not without a second tap");
    shop.taps(OPERATOR, "确认退款").await;
    assert!(shop.room(OPERATOR).last().contains("已提交"), "{}", shop.room(OPERATOR).last());
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::Refunding);
    shop.says(OPERATOR, &format!("/retry {}", order.order_no)).await;
    assert!(shop.room(OPERATOR).last().contains("没有可重试"));
    shop.says(OPERATOR, &format!("/resend {}", order.order_no)).await;
    assert!(shop.room(OPERATOR).last().contains("还没有报告"));
}

#[tokio::test]
async fn a_second_tap_on_the_refund_shows_the_one_that_was_started() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    let order = shop.only_order(BUYER).await;
    pay(&shop, &order).await;
    shop.says(OPERATOR, &format!("/refund {}", order.order_no)).await;
    let confirm = shop.button_update(OPERATOR, "确认退款");
    shop.receive(&confirm).await;
    let refund = refunds::list_of_order(shop.base().db.read(), &order.order_no).await.unwrap();
    let number = refund[0].refund_no.as_str();
    let data = format!("op:refund!:{}", order.order_no);
    shop.presses(OPERATOR, &data).await;
    let shown = shop.room(OPERATOR).last();
    assert!(shown.contains(number) && shown.contains("¥39.90"), "{shown}");
    let payment = payments::list_of_order(shop.base().db.read(), &order.order_no).await.unwrap();
    for number in [number, payment[0].payment_no.as_str(), order.order_no.as_str()] {
        shop.says(OPERATOR, &format!("/order {number}")).await;
        let shown = shop.room(OPERATOR).last();
        assert!(shown.contains(order.order_no.as_str()), "{number}: {shown}");
        assert!(!shown.contains("CNY") && !shown.contains(" done"), "{shown}");
    }
}
