//! A report that the quality gate holds back, as operators see it and decide about it.

use super::super::shop::{OPERATOR, Shop};
use super::super::{BUYER, pay};
use super::{deeds, ordered};
use crate::bot::tests::chat::visible;
use crate::orders::{Actor, Change, Order, OrderStatus, Step, repo as orders};
use crate::reports::checks::{self, Check};
use crate::reports::gate::{Finding, Verdict};
use crate::reports::ports::TokenUsage;
use crate::reports::repo::Provenance;

/// A paid order whose text did not pass.
async fn held(shop: &Shop) -> Order {
    let order = ordered(shop).await;
    pay(shop, &order).await;
    let (base, now) = (shop.base(), shop.base().now());
    let tx = base.db.begin_write().await.unwrap();
    let mut order = orders::lock(&tx, &order.order_no).await.unwrap();
    let started = Change::WorkStarted;
    orders::change(&tx, &mut order, started, &Actor::Worker, "a test", now).await.unwrap();
    orders::set_step(&tx, &mut order, Step::Report, now).await.unwrap();
    let provenance = Provenance {
        prompt_version: "1".to_owned(),
        model: "deepseek-chat".to_owned(),
        provider: "deepseek".to_owned(),
        usage: TokenUsage::default(),
        cost_micros: 0,
        cost_currency: String::new(),
    };
    let check = Check {
        part: 0,
        attempt: 1,
        verdict: Verdict::Refused,
        findings: vec![Finding::too_short("3000–4500")],
        provenance,
        checked_at: now,
    };
    let text = Some("太短的报告。");
    checks::save(&tx, &base.keyring, &order.order_no, (&check, text)).await.unwrap();
    tx.commit().await.unwrap();
    order
}

/// Goes to the card of what was held.
async fn look(shop: &Shop, order: &Order) -> String {
    shop.says(OPERATOR, "/admin").await;
    shop.taps(OPERATOR, "🔎 查找").await;
    shop.says(OPERATOR, order.order_no.as_str()).await;
    shop.taps(OPERATOR, "🧐 看校对结果").await;
    visible(&shop.room(OPERATOR).last())
}

#[tokio::test]
async fn what_was_held_back_is_shown_and_given_up_by_a_second_tap() {
    let shop = Shop::open().await;
    let order = held(&shop).await;
    let card = look(&shop, &order).await;
    for words in ["校对拦下的报告", "3000–4500", "deepseek", "照样交付", "放弃并退款"]
    {
        assert!(card.contains(words), "{words}: {card}");
    }
    let status = async || {
        let order = orders::get(shop.base().db.read(), &order.order_no).await.unwrap();
        order.status
    };
    shop.taps(OPERATOR, "💸 放弃并退款").await;
    assert_eq!(status().await, OrderStatus::Generating, "a card stands before it");
    shop.taps(OPERATOR, "确认").await;
    assert_eq!(status().await, OrderStatus::Failed);
    let done = deeds(&shop).await;
    assert!(done.last().unwrap().contains(order.order_no.as_str()), "{done:?}");
    assert!(shop.room(OPERATOR).last().contains("已放弃"), "{}", shop.room(OPERATOR).last());
}

#[tokio::test]
async fn a_buyer_cannot_press_what_operators_press() {
    let shop = Shop::open().await;
    let order = held(&shop).await;
    let kept = checks::held(shop.base().db.read(), &order.order_no).await.unwrap();
    assert_eq!(kept, [0]);
    shop.presses(BUYER, &format!("desk:held:{}", order.order_no)).await;
    assert!(!shop.room(BUYER).last().contains("校对拦下"), "{}", shop.room(BUYER).last());
}
