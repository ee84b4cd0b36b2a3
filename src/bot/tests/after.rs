//! What the chat offers after the delivery, and to whom.

use super::shop::{OPERATOR, Shop, on_every_database};
use super::{BUYER, fill_in, pay};
use crate::catalog::ProductSnapshot;
use crate::flows::ask_refund;
use crate::orders::Order;
use crate::payments::requests::RequestStatus;
use crate::platform::db::execute;
use crate::reports::ports::TokenUsage;
use crate::reports::questions::{self, QuestionStatus};
use crate::reports::repo::{self as reports, Provenance};

/// An order that was paid and delivered, as its rows say.
async fn delivered(shop: &Shop) -> Order {
    fill_in(shop).await;
    shop.taps(BUYER, "没错，去付款").await;
    let order = shop.only_order(BUYER).await;
    pay(shop, &order).await;
    let tx = shop.base().db.begin_write().await.unwrap();
    let sql = "UPDATE orders SET status = 'completed', step = 'done', completed_at = paid_at";
    execute(tx.conn(), sql, vec![]).await.unwrap();
    tx.commit().await.unwrap();
    shop.only_order(BUYER).await
}

#[tokio::test]
async fn a_delivered_order_is_rated_with_stars_and_words() {
    let shop = Shop::open().await;
    let order = delivered(&shop).await;
    let mut story = Vec::new();
    shop.says(BUYER, "/orders").await;
    for deed in ["✅ 八字详批", "⭐ 评分", "4 ⭐", "💬 说几句"] {
        shop.taps(BUYER, deed).await;
        story.push(shop.room(BUYER).last());
    }
    shop.says(BUYER, "很像我").await;
    story.push(shop.room(BUYER).last());
    shop.presses(BUYER, &format!("after:card:{}", order.order_no)).await;
    story.push(shop.room(BUYER).last());
    shop.says(OPERATOR, &format!("/order {}", order.order_no)).await;
    let card = shop.room(OPERATOR).last();
    assert!(card.contains("评分 4 ⭐") && card.contains("很像我"), "{card}");
    let story = story.join("\n────\n").replace(order.order_no.as_str(), "M…");
    insta::assert_snapshot!("rated", story);
}

#[tokio::test]
async fn a_refund_is_asked_for_refused_with_words_and_asked_for_again() {
    on_every_database(async |shop: Shop| {
        let order = delivered(&shop).await;
        let no = order.order_no.as_str().to_owned();
        let mut story = Vec::new();
        shop.presses(BUYER, &format!("order:open:{no}")).await;
        shop.taps(BUYER, "申请退款").await;
        story.push(shop.room(BUYER).last());
        shop.says(BUYER, "写得<不>像我").await;
        story.push(shop.room(BUYER).last());
        assert!(shop.room(BUYER).button("申请退款").is_none(), "one request at a time");
        shop.presses(BUYER, &format!("after:refund:{no}")).await;
        shop.says(BUYER, "再问一次").await;
        assert!(shop.room(BUYER).last().contains("已经有一份申请"), "{}", shop.room(BUYER).last());

        shop.says(OPERATOR, "/admin").await;
        for deed in ["退款申请", "↩️ M", "拒绝并说明"] {
            shop.taps(OPERATOR, deed).await;
            story.push(shop.room(OPERATOR).last());
        }
        shop.says(OPERATOR, "报告按命盘写成，愿意免费重写一次。").await;
        story.push(shop.room(OPERATOR).last());
        shop.taps(OPERATOR, "✅").await;
        story.push(shop.room(OPERATOR).last());
        let asked = ask_refund::find(shop.base(), &order.order_no).await.unwrap().unwrap();
        assert_eq!(asked.status, RequestStatus::Refused);
        shop.presses(BUYER, &format!("order:open:{no}")).await;
        story.push(shop.room(BUYER).last());
        let story = story.join("\n────\n").replace(&no, "M…");
        insta::assert_snapshot!("refund_asked", story);
    })
    .await;
}

#[tokio::test]
async fn the_data_of_an_order_goes_with_two_taps() {
    let shop = Shop::open().await;
    let order = delivered(&shop).await;
    shop.presses(BUYER, &format!("order:open:{}", order.order_no)).await;
    shop.taps(BUYER, "删除这份资料").await;
    assert!(shop.room(BUYER).last().contains("会留下"), "{}", shop.room(BUYER).last());
    let keyring = &shop.base().keyring;
    assert!(shop.only_order(BUYER).await.form::<serde_json::Value>(keyring).is_ok());
    shop.taps(BUYER, "确定删除").await;
    assert!(shop.room(BUYER).last().contains("已经删除"), "{}", shop.room(BUYER).last());
    assert!(shop.only_order(BUYER).await.form::<serde_json::Value>(keyring).is_err());
    shop.presses(BUYER, &format!("order:open:{}", order.order_no)).await;
    assert!(shop.room(BUYER).button("删除这份资料").is_none());
}

#[tokio::test]
async fn nobody_rates_rewrites_erases_or_asks_back_the_order_of_another() {
    let shop = Shop::open().await;
    let order = delivered(&shop).await;
    let (no, thief) = (order.order_no.as_str(), 43);
    shop.says(thief, "/start").await;
    for word in ["card", "rate", "rate.1", "words", "rewrite", "refund", "erase", "surely"] {
        shop.presses(thief, &format!("after:{word}:{no}")).await;
        shop.says(thief, "给我").await;
        let shown = shop.room(thief).all();
        assert!(!shown.contains(no) && !shown.contains("39.90 "), "{word}: {shown}");
    }
    for word in ["requests", "request", "refuse"] {
        shop.presses(thief, &format!("desk:{word}:{no}")).await;
        assert!(!shop.room(thief).all().contains("退款申请"), "{word}");
    }
    let after = shop.only_order(BUYER).await;
    assert!(after.form::<serde_json::Value>(&shop.base().keyring).is_ok());
    assert_eq!(ask_refund::find(shop.base(), &order.order_no).await.unwrap(), None);
    assert_eq!(shop.parked().await, 0);
}

/// What the model and the pipeline would have left behind: a report, and `count` answers.
async fn with_report(shop: &Shop, order: &Order, count: i64) {
    let (base, no) = (shop.base(), &order.order_no);
    let made = Provenance {
        prompt_version: "v".to_owned(),
        model: "m".to_owned(),
        provider: "p".to_owned(),
        usage: TokenUsage::default(),
        cost_micros: 0,
        cost_currency: String::new(),
    };
    let (tx, now) = (base.db.begin_write().await.unwrap(), base.now());
    let facts = serde_json::json!({});
    reports::save_facts(&tx, &base.keyring, no, &facts, now).await.unwrap();
    reports::save_text(&tx, &base.keyring, no, ("报告", &made), now).await.unwrap();
    for number in 1..=count {
        let key = format!("before{number}");
        let asked = (key.as_str(), "问");
        assert!(questions::insert(&tx, &base.keyring, (no, number), asked, now).await.unwrap());
        let answer = (QuestionStatus::Answered, "答");
        assert!(questions::answer(&tx, &base.keyring, (no, number), answer, now).await.unwrap());
    }
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn a_question_is_asked_with_a_tap_and_a_message() {
    on_every_database(async |shop: Shop| {
        let order = delivered(&shop).await;
        with_report(&shop, &order, 0).await;
        let no = order.order_no.as_str().to_owned();
        let mut story = Vec::new();
        shop.presses(BUYER, &format!("after:card:{no}")).await;
        story.push(shop.room(BUYER).last());
        shop.taps(BUYER, "💬 追问").await;
        story.push(shop.room(BUYER).last());
        shop.says(BUYER, &"长".repeat(201)).await;
        story.push(shop.room(BUYER).last());
        shop.says(BUYER, "今年<适合>换工作吗？").await;
        story.push(shop.room(BUYER).last());
        shop.presses(BUYER, &format!("after:ask:{no}")).await;
        shop.says(BUYER, "那感情呢？").await;
        story.push(shop.room(BUYER).last());
        shop.says(OPERATOR, &format!("/order {no}")).await;
        let card = shop.room(OPERATOR).last();
        assert!(card.contains("追问：共 3 次，剩 2") && !card.contains("换工作"), "{card}");
        let story = story.join("\n────\n").replace(&no, "M…");
        insta::assert_snapshot!("asked", story);
    })
    .await;
}

#[tokio::test]
async fn more_questions_are_bought_with_one_tap_however_often_it_comes() {
    on_every_database(async |shop: Shop| {
        let order = delivered(&shop).await;
        with_report(&shop, &order, 3).await;
        let no = order.order_no.as_str().to_owned();
        shop.presses(BUYER, &format!("after:ask:{no}")).await;
        let screen = shop.room(BUYER).last();
        assert!(
            screen.contains("次数已经用完") && screen.contains("再买 3 次追问 · ¥6"),
            "{screen}"
        );
        for _ in 0..2 {
            shop.presses(BUYER, &format!("after:buy.1:{no}")).await;
        }
        shop.presses(OPERATOR, &format!("after:buy.1:{no}")).await;
        let keyring = &shop.base().keyring;
        let all = crate::orders::repo::list(shop.base().db.read(), None, (0, 9)).await.unwrap();
        assert_eq!(all.len(), 2, "the report and one pack");
        let pack = all.iter().find(|it| it.order_no != order.order_no).unwrap();
        assert_eq!((pack.sku.as_str(), pack.user), ("more-questions", order.user));
        assert_eq!(pack.product::<ProductSnapshot>(keyring).unwrap().pack, Some(3));
        pay(&shop, pack).await;
        shop.presses(BUYER, &format!("order:open:{}", pack.order_no)).await;
        assert!(shop.room(BUYER).button("评分").is_none(), "{}", shop.room(BUYER).last());
    })
    .await;
}
