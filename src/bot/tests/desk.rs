//! The operators' desk, tap by tap.

mod held;
mod promotions;

use super::chat::visible;
use super::shop::{OPERATOR, Shop, on_every_database};
use super::{BUYER, fill_in, pay, pay_with};
use crate::audit;
use crate::kernel::ids::UserId;
use crate::orders::{Order, OrderStatus, repo as orders};
use crate::payments::refunds;
use crate::payments::repo as payments;

async fn ordered(shop: &Shop) -> Order {
    fill_in(shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    shop.only_order(BUYER).await
}

/// Every deed that was written down, oldest first.
async fn deeds(shop: &Shop) -> Vec<String> {
    let all = audit::repo::list(shop.base().db.read(), &audit::Filter::default(), 50).await;
    let mut all = all.unwrap();
    all.reverse();
    all.iter().map(|deed| format!("{} {} {}", deed.operator, deed.action, deed.subject)).collect()
}

async fn the_same_twice(shop: &Shop, update: &str) {
    shop.receive(update).await;
    shop.receive(&update.replace("\"update_id\":", "\"update_id\":9")).await;
}

#[tokio::test]
async fn the_menu_leads_to_an_order_and_its_buyer_in_one_message() {
    let shop = Shop::open().await;
    let order = ordered(&shop).await;
    pay(&shop, &order).await;
    shop.says(OPERATOR, "/admin").await;
    let anchor = shop.room(OPERATOR).last_id();
    let mut story = vec![shop.room(OPERATOR).last()];
    let short = order.order_no.as_str().split_once('-').unwrap().1.to_owned();
    for label in ["订单", "已付款 1", short.as_str(), "👤 买家", "🏠 控制台", "🔎 查找"]
    {
        shop.taps(OPERATOR, label).await;
        assert_eq!(shop.room(OPERATOR).last_id(), anchor, "{label}: one message");
        let shown = format!("──── [{label}]\n{}", shop.room(OPERATOR).last());
        story.push(shown.replace(&short, "7F3K9QX2"));
    }
    let payment = payments::list_of_order(shop.base().db.read(), &order.order_no).await.unwrap();
    let number = payment[0].payment_no.as_str();
    let story = visible(&story.join("\n")).replace(number, "(payment)");
    insta::assert_snapshot!(story);
    shop.says(OPERATOR, &number.to_lowercase()).await;
    assert_eq!(shop.room(OPERATOR).last_id(), anchor, "what was typed is answered there, too");
    assert!(shop.room(OPERATOR).last().contains(order.order_no.as_str()));
    assert_eq!(shop.parked().await, 0);
}

#[tokio::test]
async fn the_desk_reads_well_in_english() {
    let shop = Shop::open().await;
    shop.says_in(OPERATOR, "/admin", "en").await;
    shop.says(OPERATOR, "/language").await;
    shop.taps(OPERATOR, "English").await;
    let mut story = Vec::new();
    shop.says(OPERATOR, "/admin").await;
    story.push(shop.room(OPERATOR).last());
    for label in [
        "Orders",
        "Desk",
        "Find",
        "Desk",
        "Products",
        "Full BaZi",
        "Pause",
        "Yes",
        "Desk",
        "Maintenance",
        "Begin",
        "Yes",
    ] {
        shop.taps(OPERATOR, label).await;
        story.push(format!("──── [{label}]\n{}", shop.room(OPERATOR).last()));
    }
    insta::assert_snapshot!(visible(&story.join("\n")));
}

#[tokio::test]
async fn a_search_finds_orders_payments_refunds_and_people() {
    on_every_database(async |shop: Shop| {
        let order = ordered(&shop).await;
        pay(&shop, &order).await;
        let db = shop.base().db.read();
        let payment = payments::list_of_order(db, &order.order_no).await.unwrap().remove(0);
        for words in [order.order_no.as_str(), payment.payment_no.as_str()] {
            shop.says(OPERATOR, &format!("/admin {}", words.to_lowercase())).await;
            assert!(shop.room(OPERATOR).last().contains("状态 已付款"), "{words}");
        }
        shop.says_as(BUYER, "/help", "Buyer_Bee").await;
        for words in ["42", "@buyer_bee"] {
            shop.says(OPERATOR, &format!("/admin {words}")).await;
            let shown = shop.room(OPERATOR).last();
            assert!(
                shown.contains("<code>42</code>") && shown.contains("¥39.90"),
                "{words}: {shown}"
            );
        }
        for words in ["@nobody", "43", "<b>"] {
            shop.says(OPERATOR, &format!("/admin {words}")).await;
            assert!(shop.room(OPERATOR).last().contains("没有找到"), "{words}");
        }
    })
    .await;
}

#[tokio::test]
async fn money_is_confirmed_and_given_back_in_parts_by_buttons_and_typed_words() {
    on_every_database(async |shop: Shop| {
        let order = ordered(&shop).await;
        shop.says(OPERATOR, &format!("/admin {}", order.order_no)).await;
        shop.taps(OPERATOR, "确认到账").await;
        shop.taps(OPERATOR, "写凭证号").await;
        shop.says(OPERATOR, "BANK-1").await;
        assert!(shop.room(OPERATOR).last().contains("要写凭证号和说明"));
        shop.says(OPERATOR, "BANK-1 seen on the statement").await;
        the_same_twice(&shop, &shop.button_update(OPERATOR, "确认到账 ¥39.90")).await;
        assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::Paid);
        shop.says(OPERATOR, &format!("/admin {}", order.order_no)).await;
        shop.taps(OPERATOR, "退款").await;
        shop.taps(OPERATOR, "只退一部分").await;
        shop.says(OPERATOR, "为什么").await;
        assert!(shop.room(OPERATOR).last().contains("要以金额开头"));
        shop.says(OPERATOR, "5.00 慢").await;
        the_same_twice(&shop, &shop.button_update(OPERATOR, "确认退款 ¥5.00")).await;
        let back = refunds::list_of_order(shop.base().db.read(), &order.order_no).await.unwrap();
        assert_eq!((back.len(), back[0].amount.minor), (1, 500));
        let done = deeds(&shop).await;
        assert!(done.iter().any(|deed| deed.starts_with("operator:1 payment.confirm")), "{done:?}");
        assert!(done.iter().any(|deed| deed.starts_with("operator:1 refund.start")), "{done:?}");
    })
    .await;
}

#[tokio::test]
async fn money_in_doubt_is_settled_for_good_by_a_second_tap() {
    on_every_database(async |shop: Shop| {
        let order = ordered(&shop).await;
        pay_with(&shop, &order, "9.90").await;
        shop.says(OPERATOR, &format!("/admin {}", order.order_no)).await;
        shop.taps(OPERATOR, "存疑的钱").await;
        assert!(shop.room(OPERATOR).last().contains("¥9.90"), "{}", shop.room(OPERATOR).last());
        shop.taps(OPERATOR, "已在别处退给买家").await;
        shop.says(OPERATOR, "PORTAL-7 given back in the portal").await;
        let card = shop.room(OPERATOR).last();
        assert!(card.contains("PORTAL-7") && card.contains("¥9.90"), "{card}");
        the_same_twice(&shop, &shop.button_update(OPERATOR, "✅ 确认")).await;
        let done = deeds(&shop).await;
        let settled = done.iter().filter(|deed| deed.contains("doubt.settle")).count();
        assert_eq!(settled, 1, "{done:?}");
        assert!(shop.room(OPERATOR).last().contains("已了结"), "{}", shop.room(OPERATOR).last());
    })
    .await;
}

#[tokio::test]
async fn retry_and_resend_wait_for_a_second_tap_and_are_written_down() {
    let shop = Shop::open().await;
    let order = ordered(&shop).await;
    pay(&shop, &order).await;
    shop.says(OPERATOR, &format!("/order {}", order.order_no)).await;
    shop.taps(OPERATOR, "重试").await;
    assert!(deeds(&shop).await.is_empty(), "not without a second tap");
    the_same_twice(&shop, &shop.button_update(OPERATOR, "✅ 确认")).await;
    let done = deeds(&shop).await;
    assert_eq!(done, [format!("operator:1 order.retry {}", order.order_no)]);
    assert_eq!(shop.room(OPERATOR).toast().as_deref(), Some("这张卡片已处理过，或已过期"));
    shop.says(OPERATOR, &format!("/order {}", order.order_no)).await;
    let shown = shop.room(OPERATOR).last();
    assert!(shown.contains("operator:1 order.retry"), "the timeline tells it: {shown}");
}

#[tokio::test]
async fn a_paused_product_is_shown_as_such_and_cannot_be_ordered() {
    on_every_database(async |shop: Shop| {
        fill_in(&shop).await;
        shop.says(OPERATOR, "/admin").await;
        shop.taps(OPERATOR, "产品").await;
        shop.taps(OPERATOR, "八字详批").await;
        shop.taps(OPERATOR, "暂停销售").await;
        the_same_twice(&shop, &shop.button_update(OPERATOR, "✅ 确认")).await;
        assert!(shop.room(OPERATOR).last().contains("已暂停"), "{}", shop.room(OPERATOR).last());
        // The check card was open before.
        shop.taps(BUYER, "没错，去付款").await;
        assert!(shop.room(BUYER).last().contains("暂停销售"), "{}", shop.room(BUYER).last());
        let none = orders::list_of_user(shop.base().db.read(), UserId(BUYER), 5).await.unwrap();
        assert!(none.is_empty());
        shop.says(BUYER, "/products").await;
        assert!(
            shop.room(BUYER).last().contains("[八字详批 · 暂停销售]"),
            "{}",
            shop.room(BUYER).last()
        );
        let shop = shop.restart();
        shop.taps(BUYER, "八字详批").await;
        assert!(shop.room(BUYER).last().contains("稍后再来"), "it outlives a restart");
        shop.presses(OPERATOR, "desk:product:bazi-full").await;
        shop.taps(OPERATOR, "恢复销售").await;
        shop.taps(OPERATOR, "✅ 确认").await;
        shop.says(BUYER, "/start").await;
        shop.taps(BUYER, "接着填").await;
        shop.taps(BUYER, "没错，去付款").await;
        shop.only_order(BUYER).await;
        assert_eq!(
            deeds(&shop).await,
            ["operator:1 product.pause bazi-full", "operator:1 product.sell bazi-full"]
        );
    })
    .await;
}

#[tokio::test]
async fn maintenance_takes_no_orders_and_goes_on_with_what_is_paid() {
    on_every_database(async |shop: Shop| {
        let order = ordered(&shop).await;
        shop.says(OPERATOR, "/admin").await;
        shop.taps(OPERATOR, "维护模式").await;
        shop.taps(OPERATOR, "开始维护").await;
        the_same_twice(&shop, &shop.button_update(OPERATOR, "✅ 确认")).await;
        shop.says(OPERATOR, "/admin").await;
        assert!(shop.room(OPERATOR).last().contains("维护中"), "{}", shop.room(OPERATOR).last());
        let shop = shop.restart();
        shop.says(BUYER, "/start").await;
        assert!(shop.room(BUYER).last().contains("暂时不能下单"), "{}", shop.room(BUYER).last());
        shop.taps(BUYER, "流年运势").await;
        assert!(shop.room(BUYER).last().contains("暂时不能下单"), "{}", shop.room(BUYER).last());
        shop.presses(BUYER, &format!("order:again:{}", order.order_no)).await;
        pay(&shop, &order).await;
        shop.presses(BUYER, &format!("order:again:{}", order.order_no)).await;
        assert!(shop.room(BUYER).last().contains("暂时不能下单"), "{}", shop.room(BUYER).last());
        assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::Paid, "money is taken");
        shop.presses(OPERATOR, "desk:maintenance").await;
        shop.taps(OPERATOR, "结束维护").await;
        shop.taps(OPERATOR, "✅ 确认").await;
        shop.says(BUYER, "/start").await;
        assert!(!shop.room(BUYER).last().contains("暂时不能下单"));
        let done = deeds(&shop).await;
        assert_eq!(done, ["operator:1 maintenance.on shop", "operator:1 maintenance.off shop"]);
    })
    .await;
}

#[tokio::test]
async fn a_person_who_is_turned_away_hears_one_sentence_and_what_they_paid_for_goes_on() {
    on_every_database(async |shop: Shop| {
        let order = ordered(&shop).await;
        shop.says(OPERATOR, &format!("/admin {BUYER}")).await;
        shop.taps(OPERATOR, "拒绝服务").await;
        the_same_twice(&shop, &shop.button_update(OPERATOR, "✅ 确认")).await;
        assert!(
            shop.room(OPERATOR).last().contains("已拒绝服务"),
            "{}",
            shop.room(OPERATOR).last()
        );
        let before = shop.room(BUYER).count();
        for text in ["/start", "/products", "你好"] {
            shop.says(BUYER, text).await;
        }
        shop.presses(BUYER, &format!("order:again:{}", order.order_no)).await;
        let after = shop.room(BUYER);
        assert_eq!(after.count(), before + 1, "one sentence, once");
        assert!(after.last().contains("暂时不能为你提供服务"), "{}", after.last());
        pay(&shop, &order).await;
        assert_eq!(shop.only_order(BUYER).await.status, OrderStatus::Paid);
        shop.says(OPERATOR, &format!("/admin {BUYER}")).await;
        shop.taps(OPERATOR, "恢复服务").await;
        shop.taps(OPERATOR, "✅ 确认").await;
        shop.says(BUYER, "/start").await;
        assert!(shop.room(BUYER).last().contains("八字详批"));
        assert_eq!(deeds(&shop).await, ["operator:1 user.block 42", "operator:1 user.unblock 42"]);
        shop.says(OPERATOR, &format!("/admin {OPERATOR}")).await;
        assert!(!shop.room(OPERATOR).last().contains("拒绝服务"), "not another operator");
    })
    .await;
}

#[tokio::test]
async fn to_others_the_desk_does_not_exist() {
    let shop = Shop::open().await;
    let order = ordered(&shop).await;
    shop.says(BUYER, "/nothing").await;
    let unknown = shop.room(BUYER).last();
    shop.says(BUYER, "/admin").await;
    assert_eq!(shop.room(BUYER).last(), unknown);
    shop.says(OPERATOR, &format!("/admin {BUYER}")).await;
    shop.taps(OPERATOR, "拒绝服务").await;
    let (_, surely) = shop.room(OPERATOR).button("✅ 确认").unwrap();
    let no = order.order_no.as_str();
    let presses = [
        "menu",
        "fresh",
        "orders:all:0",
        "search",
        "products",
        "product:bazi-full",
        "write",
        "coupons:0",
        "newcoupon",
        "couponoff:SPRING20",
        "affiliates:0",
        "to:all",
        "steer:stop:0123456789AB",
        "onoff:bazi-full",
        "stock:bazi-full",
        "user:42",
        "block:42",
        "maintenance",
        "close",
        "requests",
        "request:M20261121-7F3K9QX2",
        "refuse:M20261121-7F3K9QX2",
    ];
    let mut presses: Vec<String> = presses.iter().map(|words| format!("desk:{words}")).collect();
    presses.extend([surely, format!("desk:part:{no}"), "desk:nonsense".to_owned()]);
    shop.presses(BUYER, "no button of ours").await;
    let old = shop.room(BUYER).last();
    for data in presses {
        shop.presses(BUYER, &data).await;
        assert_eq!(shop.room(BUYER).last(), old, "{data}");
    }
    assert!(deeds(&shop).await.is_empty());
}

#[tokio::test]
async fn only_the_newest_card_counts() {
    let shop = Shop::open().await;
    ordered(&shop).await;
    shop.says(OPERATOR, &format!("/admin {BUYER}")).await;
    shop.taps(OPERATOR, "拒绝服务").await;
    let first = shop.button_update(OPERATOR, "✅ 确认");
    shop.taps(OPERATOR, "先不动").await;
    shop.receive(&first).await;
    assert!(deeds(&shop).await.is_empty(), "left");
    shop.presses(OPERATOR, "desk:close").await;
    shop.receive(&first.replace("\"update_id\":", "\"update_id\":9")).await;
    assert!(deeds(&shop).await.is_empty(), "not what the newest card is about");
}
