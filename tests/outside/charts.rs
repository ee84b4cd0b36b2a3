//! Yuanfenju as the provider of charts (spec.md §9 `bazi.provider`): used, cross-checked, replaced
//! by the local engine when it fails or disagrees.

use super::errands::{Birth, Ordered};
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::pingpong::Dialect;
use super::world::yuanfenju::{API_KEY, Chart, PILLARS};

const FIRST_BUYER: i64 = 560_000_001;

async fn open(plan: Plan) -> Shop {
    let plan = plan.with("MINGSHU_BAZI__PROVIDER", "yuanfenju").with("YUANFENJU_API_KEY", API_KEY);
    Shop::open(&plan).await
}

async fn buys(shop: &Shop, chat: i64) -> Ordered {
    let ordered = shop.buyer(chat).orders_whole_chart(Birth::Typed, &question(chat)).await;
    shop.world.pingpong.pay(&ordered.payment_no).await;
    ordered
}

fn question(chat: i64) -> String {
    format!("第{chat}号问题")
}

#[tokio::test]
async fn charts_come_from_yuanfenju_and_are_checked() {
    on_every_database(async |kind| {
        let shop = open(Plan::new(kind, Dialect::Hmac)).await;
        let stories = [
            (Chart::Good, None),
            (Chart::Wrong, Some("alert-title-chart_disagreement")),
            (Chart::Broken, Some("alert-title-chart_fallback")),
            (Chart::NoQuota, Some("alert-title-chart_fallback")),
        ];
        let mut operator = shop.operator();
        for ((chart, alert), chat) in stories.into_iter().zip(FIRST_BUYER..) {
            shop.world.yuanfenju.play(chart);
            let before = shop.world.yuanfenju.calls();
            let ordered = buys(&shop, chat).await;
            shop.order_is(&ordered.order_no, "completed").await;
            assert!(shop.world.yuanfenju.calls() > before, "{chart:?}: Yuanfenju was asked");
            match alert {
                Some(alert) => {
                    operator.sees(alert).await;
                }
                None => assert!(operator.record().iter().all(|shown| !shown.text.contains("🚨"))),
            }
            let asked = shop.world.model.asked(&question(chat));
            let prompt = asked[0].body["messages"].to_string();
            for pillar in PILLARS {
                assert!(prompt.contains(pillar), "{chart:?}: the prompt states {pillar}");
            }
        }
        shop.close().await;
    })
    .await;
}

#[tokio::test]
async fn without_a_fallback_no_chart_means_no_order() {
    on_every_database(async |kind| {
        let plan = Plan::new(kind, Dialect::V4).with("MINGSHU_BAZI__FALLBACK", "false");
        let shop = open(plan).await;
        shop.world.yuanfenju.play(Chart::NoQuota);
        let ordered = buys(&shop, FIRST_BUYER + 10).await;
        let mut buyer = shop.buyer(FIRST_BUYER + 10);
        buyer.sees("report-failed").await;
        buyer.sees("refund-succeeded").await;
        shop.order_is(&ordered.order_no, "failed").await;
        assert_eq!(shop.world.pingpong.refunds_of(&ordered.payment_no).len(), 1);
        assert!(shop.world.model.asked(&question(FIRST_BUYER + 10)).is_empty());
        shop.close().await;
    })
    .await;
}
