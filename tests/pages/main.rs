//! The pages in a real Chromium: the demo is started as a newcomer would, a purchase is played over
//! the page's own interface, and the browser says what it shows.
//!
//! `MINGSHU_SCREENSHOTS=docs/images` keeps the pictures there; without it they are looked at for
//! being pictures and thrown away. Without Chromium the tests say so and pass, unless
//! `MINGSHU_TEST_REQUIRE` names it.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may stop at the first surprise"
)]

mod browser;
mod demo;
mod paper;
mod viewer;

use browser::{Browser, View};
use demo::{BUYER, Demo};

/// From the greeting to the payment card, as a buyer taps and types.
const ORDER: &[(&str, &str)] = &[
    ("say", "/start"),
    ("tap", "八字详批 ·"),
    ("tap", "开始填写"),
    ("tap", "同意并继续"),
    ("tap", "女"),
    ("tap", "公历（阳历）"),
    ("say", "1990-05-20"),
    ("tap", "知道准确时间"),
    ("say", "07:15"),
    ("say", "成都"),
    ("tap", "成都市 ·"),
    ("tap", "当时钟表上的时间"),
    ("say", "这几年适合换工作吗？"),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_sandbox_page_shows_a_purchase_from_the_chart_to_the_report() {
    let Some(browser) = Browser::find() else { return };
    let demo = Demo::start().await;
    for (deed, what) in ORDER {
        demo.does(deed, what).await;
    }
    let check = browser.text(&demo.page("?look=once")).await;
    for sign in ["请核对「八字详批」", "庚午", "辛巳", "乙酉", "没错，去付款", "命书 · mingshu"]
    {
        assert!(check.contains(sign), "`{sign}` is missing: {check}");
    }
    browser.picture(&demo.page("?theme=light"), View::Wide, "check-card").await;

    demo.does("tap", "没错").await;
    let link = demo.link("去支付").await;
    let paying = browser.text(&demo.page("?look=once")).await;
    assert!(paying.contains("待付款 ¥39.90"), "{paying}");
    let cashier = browser.text(&link).await;
    assert!(cashier.contains("39.90"), "{cashier}");
    browser.picture(&demo.page("?pay=open&theme=light"), View::Wide, "sandbox").await;
    browser.picture(&demo.page("?pay=open&theme=dark"), View::Wide, "sandbox-dark").await;

    demo.pay(&link).await;
    demo.hears(BUYER, "报告到此完结").await;
    let report = browser.text(&demo.page("?look=once")).await;
    for sign in ["命盘总览", "大运流年与行动建议", "报告到此完结"] {
        assert!(report.contains(sign), "`{sign}` is missing: {report}");
    }
    browser.picture(&demo.page("?chat=only&theme=light"), View::Phone, "report-phone").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_result_page_tells_the_payer_where_the_order_stands() {
    let Some(browser) = Browser::find() else { return };
    let demo = Demo::start().await;
    for (deed, what) in ORDER {
        demo.does(deed, what).await;
    }
    demo.does("tap", "没错").await;
    let link = demo.link("去支付").await;
    let result = demo.pay(&link).await;
    demo.hears(BUYER, "报告到此完结").await;
    // The last message is in the chat a moment before the order is noted as completed.
    let mut page = browser.text(&result).await;
    for _look in 0..10 {
        if page.contains("报告已送达") {
            break;
        }
        page = browser.text(&result).await;
    }
    assert!(page.contains("报告已送达"), "{page}");
    assert!(page.contains("订单号 M"), "{page}");
    let forged = format!("{result}x");
    let page = browser.text(&forged).await;
    assert!(page.contains("没有这张订单"), "{page}");
    browser.picture(&result, View::Phone, "return-page").await;
}
