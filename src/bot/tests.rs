//! Whole conversations: real updates, a real database, and a chat that remembers what it shows.

mod after;
mod any_update;
mod arrival;
mod chat;
mod coupons;
mod desk;
mod operators;
mod own_data;
mod people;
mod promoters;
mod shop;
mod stars;

use self::chat::visible;
use self::shop::Shop;
use crate::flows::settle_payment;
use crate::kernel::ids::UserId;
use crate::orders::{self, OrderStatus};
use crate::payments::ports::{Observation, Outcome, Source, StatedAmount};
use crate::payments::repo as payments;
use crate::platform::jobs::store as jobs;
use crate::users;

const BUYER: i64 = 42;

/// From `/start` to the check card of 八字详批.
async fn fill_in(shop: &Shop) {
    shop.says(BUYER, "/start").await;
    shop.taps(BUYER, "八字详批").await;
    shop.taps(BUYER, "开始填写").await;
    shop.taps(BUYER, "同意并继续").await;
    shop.taps(BUYER, "女").await;
    shop.says(BUYER, "1990-05-20").await;
    shop.says(BUYER, "7点15").await;
    shop.taps(BUYER, "跳过").await;
    shop.taps(BUYER, "当时钟表上的时间").await;
    shop.says(BUYER, "要不要换一份工作？").await;
}

#[tokio::test]
async fn a_buyer_gets_from_the_greeting_to_an_order() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    insta::assert_snapshot!(shop.room(BUYER).last());
    shop.taps(BUYER, "没错，去付款").await;
    let order = shop.only_order(BUYER).await;
    assert_eq!(order.status, OrderStatus::PendingPayment);
    assert_eq!(order.anchor_message, shop.room(BUYER).last_id());
    // The message now belongs to the worker, who puts the payment card there.
    assert!(shop.room(BUYER).last().contains("请核对"), "{}", shop.room(BUYER).last());
    let messages = shop.room(BUYER).count();
    assert_eq!(messages, 1, "one anchor, edited in place");
    let payment =
        payments::list_of_order(shop.base().db.read(), &order.order_no).await.unwrap().remove(0);
    let key = format!("open:{}", payment.payment_no);
    assert!(jobs::find(shop.base().db.read(), &key).await.unwrap().is_some());
}

#[tokio::test]
async fn every_question_reads_well() {
    let shop = Shop::open().await;
    shop.says(BUYER, "/start").await;
    let mut story = vec![shop.room(BUYER).last()];
    for deed in [
        "流年运势",
        "开始填写",
        "同意并继续",
        "男",
        "农历",
        "1990 年代",
        "1995",
        "闰八月",
        "初九",
        "子时",
        "晚子时",
        "跳过",
        "23 点换日",
    ] {
        shop.taps(BUYER, deed).await;
        story.push(format!("──── [{deed}]\n{}", shop.room(BUYER).last()));
    }
    insta::assert_snapshot!(story.join("\n"));
}

#[tokio::test]
async fn the_check_card_reads_well_in_english() {
    let shop = Shop::open().await;
    shop.says_in(BUYER, "/start", "en").await;
    for deed in ["Full BaZi", "Begin", "Agree", "Female", "lunar"] {
        shop.taps(BUYER, deed).await;
    }
    shop.says(BUYER, "1990-闰5-26").await;
    shop.taps(BUYER, "know").await;
    shop.says(BUYER, "23:58").await;
    shop.says(BUYER, "london").await;
    shop.taps(BUYER, "London").await;
    shop.taps(BUYER, "Skip").await;
    insta::assert_snapshot!(shop.room(BUYER).last());
}

#[tokio::test]
async fn the_check_card_of_two_people_shows_both_charts() {
    let shop = Shop::open().await;
    shop.says(BUYER, "/start").await;
    for deed in ["姻缘合婚", "开始填写", "同意并继续", "女"] {
        shop.taps(BUYER, deed).await;
    }
    let mut story = vec![shop.room(BUYER).last()];
    shop.says(BUYER, "1990-05-20 07:15 成都").await;
    for deed in ["成都市", "当时钟表上的时间", "男"] {
        shop.taps(BUYER, deed).await;
    }
    story.push(shop.room(BUYER).last());
    shop.says(BUYER, "1988-04-25").await;
    shop.taps(BUYER, "不知道").await;
    story.push(shop.room(BUYER).last());
    shop.taps(BUYER, "就这样继续").await;
    for deed in ["跳过", "打算结婚", "跳过"] {
        shop.taps(BUYER, deed).await;
    }
    story.push(shop.room(BUYER).last());
    insta::assert_snapshot!(story.join("\n────\n"));
    shop.taps(BUYER, "没错，去付款").await;
    assert_eq!(shop.only_order(BUYER).await.sku.as_str(), "match");
}

#[tokio::test]
async fn a_free_sign_needs_no_payment() {
    let shop = Shop::open().await;
    shop.says(BUYER, "/products").await;
    shop.taps(BUYER, "今日一签").await;
    shop.taps(BUYER, "免费开始").await;
    shop.taps(BUYER, "同意并继续").await;
    shop.taps(BUYER, "跳过").await;
    shop.taps(BUYER, "没错，开始").await;
    let order = shop.only_order(BUYER).await;
    assert_eq!(order.status, OrderStatus::Paid);
    assert_eq!(shop.room(BUYER).toast().as_deref(), Some("正在处理…"));
}

#[tokio::test]
async fn a_restart_in_the_middle_of_the_form_loses_nothing() {
    let shop = Shop::open().await;
    shop.says(BUYER, "/products").await;
    shop.taps(BUYER, "八字详批").await;
    shop.taps(BUYER, "开始填写").await;
    shop.taps(BUYER, "同意并继续").await;
    shop.taps(BUYER, "女").await;
    let shop = shop.restart();
    shop.says(BUYER, "1995-05-20").await;
    assert!(shop.room(BUYER).last().contains("出生在哪个时辰"));
    shop.says(BUYER, "/start").await;
    assert!(shop.room(BUYER).last().contains("填到一半"));
    shop.taps(BUYER, "接着填").await;
    assert!(shop.room(BUYER).last().contains("出生在哪个时辰"));
}

#[tokio::test]
async fn the_same_update_twice_is_answered_once() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    let confirm = shop.button_update(BUYER, "没错，去付款");
    shop.receive(&confirm).await;
    shop.receive(&confirm).await;
    shop.only_order(BUYER).await;
    // A second tap is another update.
    let again = confirm.replace("\"update_id\":", "\"update_id\":9");
    let before = shop.room(BUYER).last();
    shop.receive(&again).await;
    shop.only_order(BUYER).await;
    assert_eq!(shop.room(BUYER).last(), before);
}

#[tokio::test]
async fn a_crash_between_the_deed_and_its_answer_makes_no_second_order() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    let confirm = shop.button_update(BUYER, "没错，去付款");
    shop.room_of(BUYER).is_away(true);
    shop.receive(&confirm).await;
    let order = shop.only_order(BUYER).await;
    shop.room_of(BUYER).is_away(false);
    shop.later(std::time::Duration::from_secs(30)).await;
    assert_eq!(shop.only_order(BUYER).await.order_no, order.order_no);
    assert_eq!(shop.parked().await, 0);
}

#[tokio::test]
async fn an_unpaid_order_can_be_kept_or_cancelled_with_a_reason() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    shop.says(BUYER, "/cancel").await;
    assert!(shop.room(BUYER).last().contains("留着还是取消"));
    shop.taps(BUYER, "❌ 取消订单").await;
    shop.taps(BUYER, "以后再说").await;
    let order = shop.only_order(BUYER).await;
    assert_eq!(order.status, OrderStatus::Cancelled);
    assert_eq!(order.cancel_reason.as_deref(), Some("later"));
    assert!(shop.room(BUYER).last().contains("已取消"));
    shop.taps(BUYER, "重新下单").await;
    let all = orders::repo::list_of_user(shop.base().db.read(), UserId(BUYER), 10).await.unwrap();
    assert_eq!(all.len(), 2, "the same answers make a fresh order");
    shop.presses(BUYER, &format!("order:again:{}", order.order_no)).await;
    let all = orders::repo::list_of_user(shop.base().db.read(), UserId(BUYER), 10).await.unwrap();
    assert_eq!(all.len(), 2, "a second tap does not");
}

#[tokio::test]
async fn nobody_touches_the_order_of_another() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    let no = shop.only_order(BUYER).await.order_no;
    let thief = 43;
    shop.says(thief, "/start").await;
    for data in [
        "pay:check",
        "pay:cancel",
        "pay:show",
        "cancel:other",
        "order:open",
        "order:again",
        "order:resend",
        "order:unlink",
        "op:sure.0123456789AB",
        "op:confirm",
        "op:open",
    ] {
        shop.presses(thief, &format!("{data}:{no}")).await;
        let shown = shop.room(thief).all();
        assert!(!shown.contains("39.90 "), "{data}: {shown}");
        assert!(!shown.contains(no.as_str()), "{data}: {shown}");
    }
    assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::PendingPayment);
    let theirs = orders::repo::list_of_user(shop.base().db.read(), UserId(thief), 10).await;
    assert!(theirs.unwrap().is_empty());
}

#[tokio::test]
async fn i_have_paid_asks_the_provider_and_says_so() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    let order = shop.only_order(BUYER).await;
    shop.presses(BUYER, &format!("pay:check:{}", order.order_no)).await;
    assert_eq!(shop.room(BUYER).toast().as_deref(), Some("正在核对…"));
    pay(&shop, &order).await;
    shop.presses(BUYER, &format!("pay:check:{}", order.order_no)).await;
    assert_eq!(shop.room(BUYER).toast().as_deref(), Some("已经付款成功"));
    shop.presses(BUYER, &format!("cancel:other:{}", order.order_no)).await;
    assert!(shop.room(BUYER).last().contains("不能取消了"));
}

async fn pay(shop: &Shop, order: &orders::Order) {
    pay_with(shop, order, &order.total.to_major()).await;
}

/// The provider says that so much came for the order's payment.
async fn pay_with(shop: &Shop, order: &orders::Order, amount: &str) {
    let db = shop.base().db.read();
    let payment = payments::list_of_order(db, &order.order_no).await.unwrap().remove(0);
    let fact = Observation {
        provider: "pingpong".to_owned(),
        source: Source::Callback,
        evidence_key: format!("once {amount}"),
        payment_no: payment.payment_no,
        provider_ref: None,
        outcome: Outcome::Paid,
        stated: Some(StatedAmount { amount: amount.to_owned(), currency: Some("CNY".to_owned()) }),
        merchant_matches: true,
        actor: None,
        note: None,
    };
    settle_payment::run(shop.base(), &shop.till().money, &fact, b"").await.unwrap();
}

#[tokio::test]
async fn the_orders_are_listed_and_open() {
    let shop = Shop::open().await;
    shop.says(BUYER, "/orders").await;
    assert!(shop.room(BUYER).last().contains("还没有订单"));
    fill_in(&shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    shop.says(BUYER, "/orders").await;
    insta::assert_snapshot!(visible(&shop.room(BUYER).last()));
    shop.taps(BUYER, "🕐 八字详批").await;
    let card = shop.room(BUYER).last();
    assert!(card.contains("待付款") && card.contains("前付款"), "{card}");
    assert!(!card.contains("收据"), "nothing was paid yet: {card}");
    let order = shop.only_order(BUYER).await;
    pay(&shop, &order).await;
    shop.presses(BUYER, &format!("order:open:{}", order.order_no)).await;
    shop.taps(BUYER, "🧾 收据").await;
    let receipt = shop.room(BUYER).last();
    for words in ["收据", order.order_no.as_str(), "¥39.90", "微信支付"] {
        assert!(receipt.contains(words), "{words}: {receipt}");
    }
    shop.taps(BUYER, "返回").await;
    shop.taps(BUYER, "返回").await;
    assert!(shop.room(BUYER).last().contains("我的订单"));
}

#[tokio::test]
async fn the_language_follows_the_client_and_the_choice() {
    let shop = Shop::open().await;
    shop.says_in(BUYER, "/start", "en-GB").await;
    assert!(shop.room(BUYER).last().contains("Full BaZi Reading"));
    shop.says(BUYER, "/language").await;
    shop.taps(BUYER, "简体中文").await;
    assert!(shop.room(BUYER).last().contains("从现在起用简体中文"));
    shop.says_in(BUYER, "/start", "en-GB").await;
    assert!(shop.room(BUYER).last().contains("八字详批"));
}

#[tokio::test]
async fn who_blocked_us_is_unreachable_until_they_come_back() {
    let shop = Shop::open().await;
    shop.says(BUYER, "/start").await;
    shop.blocks(BUYER, true).await;
    let status = || async {
        users::repo::find(shop.base().db.read(), UserId(BUYER)).await.unwrap().unwrap().status
    };
    assert_eq!(status().await, users::UserStatus::Unreachable);
    shop.blocks(BUYER, false).await;
    assert_eq!(status().await, users::UserStatus::Active);
    shop.room_of(BUYER).is_blocked(true);
    shop.says(BUYER, "/help").await;
    assert_eq!(status().await, users::UserStatus::Unreachable);
    assert_eq!(shop.parked().await, 0);
}

#[tokio::test]
async fn a_form_that_was_left_keeps_no_live_buttons() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    let card = shop.room(BUYER).last_id().unwrap();
    shop.says(BUYER, "/cancel").await;
    let room = shop.room(BUYER);
    assert!(room.text_of(card).contains("已退出"), "{}", room.text_of(card));
    assert!(room.button("没错，去付款").is_none(), "the old card has no buttons");
}

#[tokio::test]
async fn every_button_of_every_message_is_understood() {
    let shop = Shop::open().await;
    fill_in(&shop).await;
    for text in [
        "/start",
        "/products",
        "/orders",
        "/cancel",
        "/help",
        "/language",
        "/affiliate",
        "/privacy",
        "/forget",
        "/profiles",
        "/paysupport",
        "/terms",
        "随便",
        "/nothing",
    ] {
        shop.says(BUYER, text).await;
        for data in shop.room(BUYER).buttons() {
            assert!(data.len() <= 64, "{data}");
            let read = super::dialogue::Press::read(&data);
            assert!(read.is_some(), "{text}: {data}");
        }
        let shown = shop.room(BUYER).last();
        assert!(!shown.contains("{$") && !shown.contains("{ $"), "{text}: {shown}");
    }
    assert_eq!(shop.parked().await, 0);
}

#[tokio::test]
async fn an_update_that_breaks_us_is_parked_with_a_number_for_the_buyer() {
    let shop = Shop::open().await;
    shop.says(BUYER, "/start").await;
    shop.room_of(BUYER).refuses(true);
    shop.says(BUYER, "/help").await;
    for _ in 0..4 {
        shop.later(std::time::Duration::from_secs(60)).await;
    }
    assert_eq!(shop.parked().await, 1);
    shop.room_of(BUYER).refuses(false);
    shop.says(BUYER, "/terms").await;
    assert!(shop.room(BUYER).last().contains("服务条款"), "the chat goes on");
}
