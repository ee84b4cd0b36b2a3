//! Pictures, book, card and page of a report: around the text, never in its way.

use std::sync::Arc;

use mingshu::flows::forget_user;
use mingshu::flows::report_page;
use mingshu::flows::resend_report::{self, Resent};
use mingshu::kernel::ids::{OrderNo, UserId};
use mingshu::notifications::message::{ButtonAction, Cargo, Parcel, Source};
use mingshu::orders::{Actor, OrderStatus};
use mingshu::reports::drawing::{Drawing, Piece, Sheet};
use mingshu::reports::links::LinkToken;

use crate::support::builders::BUYER;
use crate::support::studio::FakeRenderer;
use crate::support::{TestApp, everywhere};

/// Names of files, one entry a message.
fn names(parcels: &[Parcel]) -> Vec<Vec<String>> {
    let of = |parcel: &Parcel| parcel.items().iter().map(|item| item.file_name.clone()).collect();
    parcels.iter().map(of).collect()
}

fn all_known(parcel: &Parcel) -> bool {
    parcel.items().iter().all(|item| matches!(item.source, Source::Known(_)))
}

async fn a_delivered_reading(app: &TestApp) -> OrderNo {
    let order = app.a_paid_reading().await;
    app.run_to_the_end().await;
    assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
    order.order_no
}

/// The address behind the closing message's button.
pub(crate) fn page_token(app: &TestApp) -> LinkToken {
    let closing = app.messenger.saying("报告到此完结").pop().unwrap();
    let url = closing.keyboard.iter().flatten().find_map(|button| match &button.action {
        ButtonAction::Url(url) => url.strip_prefix("https://shop.example/r/"),
        ButtonAction::Callback(_) | ButtonAction::Copy(_) => None,
    });
    LinkToken::parse(url.unwrap()).unwrap()
}

async fn opens(app: &TestApp, token: &LinkToken) -> bool {
    let zone = app.tools.till.money.time_zone;
    let page = report_page::read((&app.base, &app.tools.texts, zone), token).await.unwrap();
    page.is_some()
}

#[tokio::test]
async fn pictures_come_before_the_text_and_book_and_card_after_it() {
    everywhere(async |app: TestApp| {
        let studio = Arc::new(FakeRenderer::default());
        let app = app.with_studio(&studio);
        let number = a_delivered_reading(&app).await;
        let parcels = app.messenger.parcels();
        let file = |name: &str| format!("{number}-{name}");
        assert_eq!(
            names(&parcels),
            [
                vec![file("chart.png"), file("luck.png")],
                vec![file("report.pdf")],
                vec![file("share.png")]
            ]
        );
        assert!(matches!(parcels[1].cargo, Cargo::Document(_)));
        let said: Vec<_> = app.messenger.sent().into_iter().map(|said| said.text).collect();
        let at = |words: &str| said.iter().position(|text| text.contains(words)).unwrap();
        let order = [
            at("📜"),
            at("chart.png"),
            at("（1/3）"),
            at("（3/3）"),
            at("report.pdf"),
            at("share.png"),
            at("报告到此完结"),
        ];
        assert!(order.is_sorted(), "{said:?}");
        assert_eq!(app.delivered(&number).await, (8, 8));
    })
    .await;
}

#[tokio::test]
async fn the_card_to_share_knows_nothing_of_the_birth() {
    everywhere(async |app: TestApp| {
        let studio = Arc::new(FakeRenderer::default());
        let app = app.with_studio(&studio);
        a_delivered_reading(&app).await;
        let drawn = studio.drawn();
        let told = |piece: Piece| {
            let drawing = drawn.iter().find(|drawing| drawing.piece() == piece).unwrap();
            serde_json::to_value(drawing).unwrap()
        };
        let born = told(Piece::Chart)["subject"]["facts"].to_string();
        assert!(born.contains("1990年5月20日"), "{born}");
        let mut card = told(Piece::Share);
        card["labels"] = serde_json::Value::Null;
        let card = card.to_string();
        for secret in ["1990", "庚午", "辛巳", "巳月", "四月", "07:15"] {
            assert!(!card.contains(secret), "{secret}: {card}");
        }
        assert!(card.contains("@mingshu_test_bot"), "{card}");
        let Sheet::Share(sheet) = drawn
            .iter()
            .find_map(|drawing: &Drawing| match &drawing.sheet {
                Sheet::Share(_) => Some(drawing.sheet.clone()),
                Sheet::Chart(_) | Sheet::Luck(_) | Sheet::Pair(_) | Sheet::Book(_) => None,
            })
            .unwrap()
        else {
            panic!()
        };
        assert!(sheet.qr.is_some_and(|rows| rows.len() > 20));
    })
    .await;
}

#[tokio::test]
async fn a_resend_names_the_files_and_draws_them_again_when_they_are_forgotten() {
    everywhere(async |app: TestApp| {
        let studio = Arc::new(FakeRenderer::default());
        let app = app.with_studio(&studio);
        let number = a_delivered_reading(&app).await;
        let first = studio.drawn();
        let resent = resend_report::start(&app.base, &number, &Actor::Buyer).await.unwrap();
        assert_eq!(resent, Resent::Started);
        app.run_to_the_end().await;
        let again = app.messenger.parcels().split_off(3);
        assert_eq!(again.len(), 3);
        assert!(again.iter().all(all_known), "{again:?}");
        assert_eq!(studio.drawn().len(), first.len(), "nothing was drawn again");

        app.messenger.forget_files();
        resend_report::start(&app.base, &number, &Actor::Buyer).await.unwrap();
        app.run_to_the_end().await;
        assert_eq!(studio.drawn().split_off(first.len()), first, "drawn again, and the same");
        assert_eq!(app.count_jobs("alert").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_picture_that_fails_never_holds_the_report_back() {
    everywhere(async |app: TestApp| {
        let studio = Arc::new(FakeRenderer::default());
        studio.break_down([Piece::Luck, Piece::Book]);
        let app = app.with_studio(&studio);
        let number = a_delivered_reading(&app).await;
        let sent = names(&app.messenger.parcels());
        assert_eq!(
            sent,
            [vec![format!("{number}-chart.png")], vec![format!("{number}-share.png")]]
        );
        assert_eq!(app.messenger.saying("（3/3）").len(), 1);
        assert_eq!(app.delivered(&number).await, (8, 8), "what was left out is done with");
        let alert = app.messenger.saying("有报告缺了图片");
        assert!(!alert.is_empty() && alert[0].text.contains("luck.typ:7: out of ink"), "{alert:?}");
        assert_eq!(resend_report::undelivered(&app.base, BUYER).await.unwrap(), None);

        // Mended: a re-send brings what was missing.
        studio.break_down([]);
        resend_report::start(&app.base, &number, &Actor::Buyer).await.unwrap();
        app.run_to_the_end().await;
        let again = names(&app.messenger.parcels().split_off(2));
        let all: Vec<&str> =
            again.iter().flatten().map(|name| name.rsplit('-').next().unwrap()).collect();
        assert_eq!(all, ["chart.png", "luck.png", "report.pdf", "share.png"]);
    })
    .await;
}

#[tokio::test]
async fn a_shop_without_a_renderer_and_a_product_without_a_chart_are_text_alone() {
    everywhere(async |app: TestApp| {
        let plain = app.a_paid_reading().await;
        app.run_to_the_end().await;
        assert_eq!(app.delivered(&plain.order_no).await, (5, 5));
        let studio = Arc::new(FakeRenderer::default());
        let app = app.with_studio(&studio);
        let letter = app.a_paid_order().await;
        app.run_to_the_end().await;
        assert_eq!(app.delivered(&letter.order_no).await, (5, 5));
        assert!(studio.drawn().is_empty() && app.messenger.parcels().is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_page_opens_until_its_buyer_revokes_it() {
    everywhere(async |app: TestApp| {
        let app = app.with_studio(&Arc::new(FakeRenderer::default()));
        let number = a_delivered_reading(&app).await;
        let token = page_token(&app);
        assert!(opens(&app, &token).await);
        assert!(!opens(&app, &LinkToken::generate()).await);
        let kept = mingshu::platform::db::query_all(
            app.base.db.read(),
            "SELECT fingerprint, order_no FROM report_links",
            vec![],
        );
        let kept: Vec<String> =
            kept.await.unwrap().iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert!(kept.iter().all(|kept| !kept.contains(token.as_str()) && kept.len() == 64));

        let thief = report_page::revoke(&app.base, UserId(1), &number).await.unwrap();
        assert_eq!(thief, None, "nobody closes the page of another");
        assert!(opens(&app, &token).await);
        assert_eq!(report_page::revoke(&app.base, BUYER, &number).await.unwrap(), Some(1));
        assert!(!opens(&app, &token).await);
        assert_eq!(report_page::revoke(&app.base, BUYER, &number).await.unwrap(), Some(0));

        // A re-send brings a new link; the old one stays closed.
        resend_report::start(&app.base, &number, &Actor::Buyer).await.unwrap();
        app.run_to_the_end().await;
        let new = page_token(&app);
        assert!(opens(&app, &new).await && !opens(&app, &token).await);
        forget_user::run(&app.base, BUYER).await.unwrap();
        assert!(!opens(&app, &new).await);
        assert_eq!(app.rows("report_links").await, 0);
    })
    .await;
}
