//! Where the chart comes from, and what the model is told of it.

use mingshu::flows::export_user;
use mingshu::orders::OrderStatus;

use crate::support::builders::{BUYER, a_couple};
use crate::support::fakes::{ChartAnswer, FakeCharts};
use crate::support::{TestApp, everywhere};

#[tokio::test]
async fn the_model_is_given_the_chart_and_reckons_nothing() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let prompt = app.model.requests().remove(0).user;
        for fact in ["庚午", "辛巳", "乙酉", "庚辰", "坤造", "\"year\": 2027", "\"age\": 38"]
        {
            assert!(prompt.contains(fact), "{fact}: {prompt}");
        }
        assert!(!prompt.contains("07:15") && !prompt.contains("1990-05-20"), "{prompt}");
        let title = app.messenger.saying("📜").remove(0).text;
        assert!(title.contains("庚午 辛巳 乙酉 庚辰"), "{title}");
        assert!(title.contains("未填出生地"), "{title}");
    })
    .await;
}

#[tokio::test]
async fn two_people_have_two_charts_and_what_stands_between_them() {
    everywhere(async |app: TestApp| {
        let order = app.place("couple", a_couple()).await;
        app.run_jobs().await;
        app.pay(&order.order_no, "first").await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let prompt = app.model.requests().remove(0).user;
        let (_, json) = prompt.split_once('{').unwrap();
        let facts = format!("{{{}", json.rsplit_once('}').unwrap().0);
        let facts: serde_json::Value = serde_json::from_str(&format!("{facts}}}")).unwrap();
        let people = &facts["people"];
        assert_eq!(
            (&people[0]["field"], &people[1]["field"]),
            (&"birth".into(), &"partner_birth".into())
        );
        let (one, other) = (&people[0]["chart"], &people[1]["chart"]);
        assert_eq!(
            (&one["person"]["sex"], &other["person"]["sex"]),
            (&"坤造".into(), &"乾造".into())
        );
        assert_eq!(one["pillars"]["day"]["pillar"], "乙酉");
        assert_eq!(other["pillars"]["day"]["pillar"], "庚戌");
        assert!(other["pillars"]["hour"].is_null(), "{prompt}");
        assert_eq!(facts["between"]["spouse_palaces"][0]["bond"], "六害");
        for secret in ["07:15", "1990-05-20", "1988-04-25"] {
            assert!(!prompt.contains(secret), "{secret}: {prompt}");
        }
        let title = app.messenger.saying("📜").remove(0).text;
        for line in ["生日 <pre>庚午 辛巳 乙酉 庚辰", "TA 的生辰 <pre>戊辰 丙辰 庚戌 ----"]
        {
            assert!(title.contains(line), "{title}");
        }
        let kept = export_user::run(&app.base, BUYER).await.unwrap();
        assert_eq!(kept["orders"][0]["chart"][1]["field"], "partner_birth");
    })
    .await;
}

#[tokio::test]
async fn a_product_without_a_chart_is_told_the_day() {
    everywhere(async |app: TestApp| {
        app.a_free_order().await;
        app.run_jobs().await;
        let prompt = app.model.requests().remove(0).user;
        // 2026-11-21 is a 己亥 day of the year 丙午.
        assert!(prompt.contains("丙午") && prompt.contains("己亥"), "{prompt}");
    })
    .await;
}

#[tokio::test]
async fn a_chart_service_may_be_down_and_come_up_again() {
    everywhere(async |app: TestApp| {
        let charts = FakeCharts::answering([ChartAnswer::Unreachable, ChartAnswer::Unreachable]);
        let app = app.with_charts(charts, false);
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Generating);
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert!(app.messenger.saying("排盘").iter().all(|said| !said.text.starts_with("🚨")));
    })
    .await;
}

#[tokio::test]
async fn when_the_charts_differ_ours_is_used_with_an_alert() {
    everywhere(async |app: TestApp| {
        let app = app.with_charts(FakeCharts::answering([ChartAnswer::Wrong]), true);
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.messenger.saying("两处排盘不一致").len(), 1);
        assert!(app.model.requests()[0].user.contains("乙酉"));
    })
    .await;
}

#[tokio::test]
async fn when_the_charts_differ_and_nothing_may_stand_in_the_money_goes_back() {
    everywhere(async |app: TestApp| {
        let app = app.with_charts(FakeCharts::answering([ChartAnswer::Wrong]), false);
        let order = app.a_paid_reading().await;
        app.run_to_the_end().await;
        let failed = app.reload(&order.order_no).await;
        assert_eq!(failed.status, OrderStatus::Failed);
        assert!(failed.failure.unwrap().starts_with("chart-disagreement: "));
        assert_eq!(app.gateway.refunds().len(), 1);
        assert_eq!(app.messenger.saying("我们不愿意给你一份可能有错的报告").len(), 1);
        assert!(app.model.requests().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_service_that_refuses_us_is_replaced_at_once() {
    everywhere(async |app: TestApp| {
        let app = app.with_charts(FakeCharts::answering([ChartAnswer::Refused]), true);
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.messenger.saying("外部排盘不可用").len(), 1);
    })
    .await;
}
