//! What operators do in the chat.

use super::shop::{OPERATOR, Shop};
use super::{BUYER, fill_in, pay, pay_with};
use crate::audit;
use crate::flows::alert_buttons::AlertDeed;
use crate::orders::{Order, OrderStatus};
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
    let again = confirm.replace("\"update_id\":", "\"update_id\":9");
    shop.receive(&again).await;
    let refund = refunds::list_of_order(shop.base().db.read(), &order.order_no).await.unwrap();
    assert_eq!(refund.len(), 1);
    let number = refund[0].refund_no.as_str();
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

/// An order that waits for its payment.
async fn ordered(shop: &Shop) -> Order {
    fill_in(shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    shop.only_order(BUYER).await
}

async fn deeds(shop: &Shop, order: &Order) -> Vec<String> {
    let about = audit::Filter { order_no: Some(&order.order_no), ..audit::Filter::default() };
    let deeds = audit::repo::list(shop.base().db.read(), &about, 10).await.unwrap();
    let deed =
        |deed: audit::OperatorAction| format!("{} {} {}", deed.operator, deed.action, deed.details);
    deeds.into_iter().map(deed).collect()
}

#[tokio::test]
async fn money_is_confirmed_by_a_card_and_a_second_tap() {
    let shop = Shop::open().await;
    let order = ordered(&shop).await;
    let no = &order.order_no;
    shop.says(OPERATOR, &format!("/confirm {no} BANK-4711 <b>seen</b> on the statement")).await;
    let card = shop.room(OPERATOR).last();
    for words in ["BANK-4711", "&lt;b&gt;seen", "¥39.90", "并交付", no.as_str(), "确认到账 ¥39.90"]
    {
        assert!(card.contains(words), "{words}: {card}");
    }
    assert!(!card.contains(&BUYER.to_string()), "nothing of the buyer: {card}");
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::PendingPayment);
    let confirm = shop.button_update(OPERATOR, "确认到账");
    shop.receive(&confirm).await;
    assert!(shop.room(OPERATOR).last().contains("已确认"), "{}", shop.room(OPERATOR).last());
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::Paid);
    shop.receive(&confirm.replace("\"update_id\":", "\"update_id\":9")).await;
    assert!(shop.room(OPERATOR).last().contains("没有改动"), "{}", shop.room(OPERATOR).last());
    let deeds = deeds(&shop, &order).await;
    assert_eq!(deeds.len(), 1, "{deeds:?}");
    let deed = &deeds[0];
    assert!(deed.starts_with("operator:1 payment.confirm"), "{deed}");
    assert!(deed.contains("BANK-4711") && deed.contains("on the statement"), "{deed}");
}

#[tokio::test]
async fn money_that_does_not_match_is_accepted_from_its_payment_number() {
    let shop = Shop::open().await;
    let order = ordered(&shop).await;
    pay_with(&shop, &order, "9.90").await;
    shop.says(OPERATOR, &format!("/order {}", order.order_no)).await;
    shop.taps(OPERATOR, "确认到账…").await;
    let how = shop.room(OPERATOR).last();
    assert!(how.contains("实收") && how.contains("¥9.90"), "{how}");
    let payment = payments::list_of_order(shop.base().db.read(), &order.order_no).await.unwrap();
    let number = payment[0].payment_no.as_str();
    assert!(how.contains(&format!("/confirm {number}")), "{how}");
    let typed = format!("/confirm {} B-1 good enough", number.to_lowercase());
    shop.says(OPERATOR, &typed).await;
    shop.taps(OPERATOR, "确认到账 ¥9.90").await;
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::Paid);
}

#[tokio::test]
async fn a_card_that_is_out_of_date_does_nothing() {
    let shop = Shop::open().await;
    let order = ordered(&shop).await;
    let no = &order.order_no;
    shop.says(OPERATOR, &format!("/confirm {no} BANK-1 first")).await;
    let first = shop.button_update(OPERATOR, "确认到账");
    shop.says(OPERATOR, &format!("/confirm {no} BANK-2 second")).await;
    shop.receive(&first).await;
    assert!(shop.room(OPERATOR).all().contains("已过期"), "{}", shop.room(OPERATOR).all());
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::PendingPayment);
    // Something else arrives than what the card shows.
    pay_with(&shop, &order, "9.90").await;
    shop.taps(OPERATOR, "确认到账").await;
    assert!(shop.room(OPERATOR).all().contains("有了变化"), "{}", shop.room(OPERATOR).all());
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::PendingPayment);
    shop.says(OPERATOR, &format!("/confirm {no} BANK-3 third")).await;
    shop.taps(OPERATOR, "先不动").await;
    assert_eq!(deeds(&shop, &order).await.len(), 0);
    for typed in ["/confirm", "/confirm M1 BANK-1"] {
        shop.says(OPERATOR, typed).await;
        assert!(shop.room(OPERATOR).last().contains("用法"), "{typed}");
    }
    shop.says(OPERATOR, "/confirm M-NONE B-1 seen").await;
    assert!(shop.room(OPERATOR).last().contains("没有订单"));
}

#[tokio::test]
async fn a_part_goes_back_by_card_and_second_tap() {
    let shop = Shop::open().await;
    let order = ordered(&shop).await;
    pay(&shop, &order).await;
    let no = &order.order_no;
    shop.says(OPERATOR, &format!("/refund {no} 5,00")).await;
    assert!(shop.room(OPERATOR).last().contains("不是金额"), "{}", shop.room(OPERATOR).last());
    shop.says(OPERATOR, &format!("/refund {no} 50")).await;
    assert!(shop.room(OPERATOR).last().contains("最多还能退 ¥39.90"));
    shop.says(OPERATOR, &format!("/refund {no} ¥5 too slow")).await;
    let card = shop.room(OPERATOR).last();
    assert!(card.contains("¥5.00（共 ¥39.90）") && card.contains("too slow"), "{card}");
    shop.taps(OPERATOR, "确认退款 ¥5.00").await;
    let refund = refunds::list_of_order(shop.base().db.read(), no).await.unwrap();
    assert_eq!((refund.len(), refund[0].amount.minor), (1, 500));
    assert_eq!(refund[0].reason, "too slow");
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::Paid);
    shop.says(OPERATOR, &format!("/refund {no} 4 by-hand=CASH-1")).await;
    assert!(shop.room(OPERATOR).last().contains("CASH-1"));
    shop.taps(OPERATOR, "确认退款 ¥4.00").await;
    assert!(shop.room(OPERATOR).last().contains("手工退还"), "{}", shop.room(OPERATOR).last());
}

#[tokio::test]
async fn the_buttons_below_an_alert_answer_in_a_message_of_their_own() {
    let shop = Shop::open().await;
    let order = ordered(&shop).await;
    pay_with(&shop, &order, "9.90").await;
    shop.says(OPERATOR, "/stats").await;
    let alert = shop.room(OPERATOR).last_id();
    for (deed, words) in [
        (AlertDeed::Confirm, "实收"),
        (AlertDeed::Open, "pending_payment"),
        (AlertDeed::Retry, "没有可重试"),
    ] {
        shop.presses(OPERATOR, &deed.data(&order.order_no)).await;
        let shown = shop.room(OPERATOR).last();
        assert!(shown.contains(words), "{deed:?}: {shown}");
        assert_ne!(shop.room(OPERATOR).last_id(), alert, "the alert stays");
    }
    shop.presses(BUYER, &AlertDeed::Open.data(&order.order_no)).await;
    assert!(!shop.room(BUYER).last().contains("pending_payment"));
}
