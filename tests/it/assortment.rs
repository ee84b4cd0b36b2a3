//! Every product that the shop ships, sold in every language, with the sandbox's writer and the gate
//! in force: what a buyer of the demo reads is what these stories read.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use mingshu::catalog::Product;
use mingshu::catalog::answers::{Answer, BirthAnswer, FormAnswers, Gender};
use mingshu::catalog::form::FieldKind;
use mingshu::flows::place_order::{PlaceOrder, Placed};
use mingshu::flows::writers::Writer;
use mingshu::kernel::ids;
use mingshu::kernel::locale::Locale;
use mingshu::orders::{Order, OrderStatus};
use mingshu::payments::ports::{Observation, StatedAmount};
use mingshu::platform::pages::Pages;
use mingshu::reader::{self, ReaderState};
use mingshu::reports::adapters::openai::{ModelConfig, OpenAiModel};
use mingshu::reports::checks;
use mingshu::reports::drawing::{Drawing, Piece};
use mingshu::reports::gate::Mode;
use mingshu::reports::repo as reports;
use mingshu::sandbox::faults::Faults;
use mingshu::sandbox::model::{self, ModelLog, Pace};
use tower::ServiceExt as _;

use crate::pictures::page_token;
use crate::support::builders::{self, BUYER, a_birth, assets};
use crate::support::fakes::observation;
use crate::support::studio::FakeRenderer;
use crate::support::{TestApp, everywhere};

/// The products of `templates/products/`, by their prices.
const PAID: [&str; 6] =
    ["bazi-full", "match", "year-luck", "decade-luck", "career-wealth", "raising-child"];
const FREE: [&str; 2] = ["chart-glance", "daily-sign"];

/// The shop with the sandbox's writer behind a socket.
async fn with_sandbox(app: TestApp) -> TestApp {
    let router =
        model::router(Arc::<Faults>::default(), Arc::<ModelLog>::default(), Pace::instant());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    let config = ModelConfig { base_url, ..ModelConfig::deepseek("k".into()) };
    let model = Arc::new(OpenAiModel::try_new(config).unwrap());
    app.with_writing(|writing| {
        *writing = builders::writing([Writer::new("sandbox", model)], Mode::Enforce);
    })
}

/// Answers as somebody gives them who fills in everything.
fn answers(product: &Product) -> FormAnswers {
    let mut answers = FormAnswers::default();
    for field in &product.form {
        let answer = match &field.kind {
            FieldKind::Text { .. } => Answer::Text("该不该换行业？".to_owned()),
            FieldKind::Choice { options } => Answer::Choice(options.first().unwrap().value.clone()),
            FieldKind::Gender => Answer::Gender(Gender::Female),
            FieldKind::Birth { .. } => {
                let year = if field.key == "birth" { 1990 } else { 1988 };
                Answer::Birth(BirthAnswer { year, ..a_birth() })
            }
            FieldKind::Number { .. } => Answer::Number(2027),
        };
        answers.set(&field.key, answer);
    }
    answers
}

async fn bought(app: &TestApp, sku: &str, locale: Locale) -> Order {
    let product = app.tools.catalog.find(&ids::Sku::from(sku)).unwrap();
    let wish = PlaceOrder {
        user: BUYER,
        draft_id: ids::crockford(12),
        sku: product.sku.clone(),
        locale,
        answers: answers(product),
        method: None,
        anchor_message: None,
        coupon: None,
        seen_total: None,
        about: None,
    };
    app.a_user(BUYER).await;
    let Placed::Ordered(order) = app.try_to_place(wish).await else { panic!("{sku} is not sold") };
    if !order.total.is_zero() {
        let amount = order.total.to_major();
        app.gateway.state(&amount);
        app.run_jobs().await;
        let payment = app.payment(&order.order_no).await;
        let told = observation(&payment.payment_no, "first");
        let stated = Some(StatedAmount { amount, currency: Some("CNY".to_owned()) });
        app.settle(&Observation { stated, ..told }).await;
    }
    app.run_to_the_end().await;
    app.reload(&order.order_no).await
}

/// The order is delivered, and the gate had nothing to say.
async fn assert_good(app: &TestApp, order: &Order) -> String {
    let about = format!("{} {}", order.sku, order.locale);
    assert_eq!(order.status, OrderStatus::Completed, "{about}");
    let db = app.base.db.read();
    let checks = checks::list(db, &order.order_no).await.unwrap();
    assert!(!checks.is_empty(), "{about} was read by nobody");
    for check in checks {
        assert_eq!((check.verdict.as_str(), check.codes.as_str()), ("passed", ""), "{about}");
    }
    reports::find_text(db, &app.base.keyring, &order.order_no).await.unwrap().unwrap()
}

#[tokio::test]
async fn every_paid_product_is_sold_and_read_in_every_language() {
    everywhere(async |app: TestApp| {
        let app = with_sandbox(app).await;
        for sku in PAID {
            for locale in Locale::ALL {
                let order = bought(&app, sku, *locale).await;
                let text = assert_good(&app, &order).await;
                let product = app.tools.catalog.find(&order.sku).unwrap();
                assert_eq!(text.matches("\n## ").count() + 1, product.chapters.len(), "{sku}");
                for chapter in &product.chapters {
                    assert!(text.contains(chapter.title.get(*locale)), "{sku} {}", chapter.key);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn every_free_product_is_given_without_payment_and_only_so_often_a_day() {
    everywhere(async |app: TestApp| {
        let app = with_sandbox(app).await;
        for sku in FREE {
            let product = app.tools.catalog.find(&ids::Sku::from(sku)).unwrap();
            for locale in Locale::ALL.iter().take(2) {
                let order = bought(&app, sku, *locale).await;
                assert_good(&app, &order).await;
            }
            let limit = product.free_limit_per_day.unwrap();
            for _ in 2..limit {
                bought(&app, sku, Locale::En).await;
            }
            let wish = PlaceOrder {
                draft_id: ids::crockford(12),
                sku: product.sku.clone(),
                answers: answers(product),
                ..TestApp::wish(BUYER, sku, None)
            };
            let more = app.try_to_place(wish).await;
            assert!(matches!(more, Placed::FreeLimitReached), "{sku}: {more:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_glance_is_the_chart_as_a_picture_and_one_paragraph() {
    everywhere(async |app: TestApp| {
        let studio = Arc::new(FakeRenderer::default());
        let app = with_sandbox(app.with_studio(&studio)).await;
        let order = bought(&app, "chart-glance", Locale::En).await;
        let text = assert_good(&app, &order).await;
        assert_eq!(text.trim().lines().count(), 1, "{text}");
        let drawn: Vec<Piece> = studio.drawn().iter().map(Drawing::piece).collect();
        assert_eq!(drawn, [Piece::Chart]);
        assert_eq!(app.delivered(&order.order_no).await, (2, 2));
    })
    .await;
}

#[tokio::test]
async fn a_report_about_two_comes_with_their_picture_card_and_book() {
    everywhere(async |app: TestApp| {
        let studio = Arc::new(FakeRenderer::default());
        let app = with_sandbox(app.with_studio(&studio)).await;
        let order = bought(&app, "match", Locale::ZhHans).await;
        assert_good(&app, &order).await;
        let drawn = studio.drawn();
        let pieces: Vec<Piece> = drawn.iter().map(Drawing::piece).collect();
        assert_eq!(pieces, [Piece::Pair, Piece::Book, Piece::Share]);
        let told = |place: usize| {
            let mut drawing = serde_json::to_value(&drawn[place]).unwrap();
            drawing["labels"] = serde_json::Value::Null;
            drawing.to_string()
        };
        assert!(told(0).contains("1988年5月20日") && told(1).contains("1990年5月20日"));
        for secret in ["1990", "1988", "庚午", "辛巳", "戊辰", "07:15"] {
            assert!(!told(2).contains(secret), "{secret}: {}", told(2));
        }
        assert!(told(2).contains("@mingshu_test_bot"));
        let page = page(&app).await;
        for shown in ["两人合看", "1990年5月20日", "1988年5月20日", "<svg", "<h2>"] {
            assert!(page.contains(shown), "{shown}: {page}");
        }
    })
    .await;
}

/// What a browser gets behind the closing message's button.
async fn page(app: &TestApp) -> String {
    let words = (Arc::clone(&app.tools.texts), Arc::new(Pages::load(&assets()).unwrap()));
    let zone = app.tools.till.money.time_zone;
    let state = ReaderState::new(app.base.clone(), words, zone, Arc::default());
    let address = format!("/r/{}", page_token(app).as_str());
    let request = Request::get(address).body(Body::empty()).unwrap();
    let answer = reader::router(state).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}
