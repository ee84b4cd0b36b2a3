//! Callbacks at odd moments: senders that are slow, words that no column holds, facts that our own
//! books refuse.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures_util::StreamExt as _;
use metrics_exporter_prometheus::PrometheusBuilder;
use mingshu::callback::{self, CallbackState};
use mingshu::flows::refund_order::{self, Wish};
use mingshu::flows::take_notification;
use mingshu::orders::Actor;
use mingshu::payments::adapters::pingpong_hmac::{HmacConfig, PingPongHmac};
use mingshu::payments::inbox::{self, Judgement};
use mingshu::payments::ports::{
    Notification, PaymentGateway, RefundObservation, RefundOutcome, Source,
};
use mingshu::payments::{PaymentStatus, RefundStatus, refunds};
use mingshu::platform::assets::Assets;
use mingshu::platform::db::execute;
use mingshu::platform::pages::Pages;
use ring::hmac;
use sea_orm::DbBackend;
use tower::ServiceExt as _;

use crate::support::fakes::observation;
use crate::support::{TestApp, everywhere};

const SECRET: &str = "a secret between the two of us";
/// More than the places for callbacks under way.
const A_CROWD: usize = 600;

fn router(app: &TestApp) -> Router {
    let config = HmacConfig::new("http://127.0.0.1:9", SECRET.into());
    let gateway: Arc<dyn PaymentGateway> = Arc::new(PingPongHmac::try_new(&config).unwrap());
    let words = (Arc::clone(&app.tools.texts), Arc::new(Pages::load(&Assets::embedded()).unwrap()));
    callback::router(CallbackState::new(
        app.base.clone(),
        app.tools.till.money.clone(),
        BTreeMap::from([("pingpong".to_owned(), gateway)]),
        words,
        Arc::new(OnceLock::new()),
    ))
}

fn signed(body: &str) -> Request<Body> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes());
    let tag = hmac::sign(&key, body.as_bytes());
    let mut signature = String::new();
    for byte in tag.as_ref() {
        write!(signature, "{byte:02x}").unwrap();
    }
    Request::post("/webhook/pingpong")
        .header("x-signature", signature)
        .body(Body::from(body.to_owned()))
        .unwrap()
}

fn about(order_id: &str, more: &str) -> String {
    format!(
        r#"{{"order_id":"{order_id}","status":"paid","amount":"29.90","currency":"CNY"{more}}}"#
    )
}

/// From now on the database refuses every change of `table`.
async fn freeze(app: &TestApp, table: &str) {
    let sql = if app.base.db.backend() == DbBackend::Postgres {
        format!(
            "CREATE TRIGGER frozen BEFORE UPDATE ON {table} FOR EACH ROW \
             EXECUTE FUNCTION refuse_rewriting()"
        )
    } else {
        format!(
            "CREATE TRIGGER frozen BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, 'frozen'); END"
        )
    };
    let tx = app.base.db.begin_write().await.unwrap();
    execute(tx.conn(), &sql, vec![]).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn words_that_no_column_holds_are_malformed_and_not_asked_for_again() {
    everywhere(async |app: TestApp| {
        let router = router(&app);
        let ask =
            async |body: String| router.clone().oneshot(signed(&body)).await.unwrap().status();
        let long = "9".repeat(3000);
        for body in [
            about(r"P1\u0000", ""),
            about(&long, ""),
            about("P1", r#","payment_id":"T\u0000""#),
            about("P1", &format!(r#","payment_id":"{long}""#)),
            about("P1", r#","refund_id":"R\u0000""#),
        ] {
            assert_eq!(ask(body.clone()).await, StatusCode::BAD_REQUEST, "{body}");
        }
        // Words and amounts are no numbers: a person looks at them.
        let order = app.an_order().await;
        let number = app.payment(&order.order_no).await.payment_no;
        for body in [
            about(number.as_str(), "").replace("paid", r"pa\u0000id"),
            about(number.as_str(), "").replace("29.90", r"29.9\u00000"),
            about("P20261121-00000000", "").replace("CNY", r"C\u0000NY"),
        ] {
            let status = ask(body.clone()).await;
            let taken = status == StatusCode::OK || status == StatusCode::CONFLICT;
            assert!(taken, "{status}: {body}");
            assert_eq!(ask(body).await, status, "a repeat is answered alike");
        }
        assert_eq!(app.payment(&order.order_no).await.status, PaymentStatus::Conflicted);
    })
    .await;
}

#[tokio::test]
async fn a_fact_that_our_books_refuse_is_kept_with_its_verdict_and_told_once() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        freeze(&app, "payments").await;
        assert_eq!(app.pay(&order.order_no, "first").await, Judgement::NotApplied);
        assert_eq!(app.pay(&order.order_no, "first").await, Judgement::NotApplied, "a repeat");
        let number = app.payment(&order.order_no).await.payment_no;
        let key = observation(&number, "first").evidence_key;
        let kept = inbox::find(app.base.db.read(), "fakepay", &key).await.unwrap();
        assert_eq!(kept, Some(Judgement::NotApplied));
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("付款通知没有入账").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_notice_of_a_refund_that_our_books_refuse_is_kept_as_well() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.pay(&order.order_no, "first").await;
        let (actor, wish) = (Actor::Operator(1), Wish { reason: "test", ..Wish::default() });
        refund_order::start(&app.base, &order.order_no, &actor, &wish).await.unwrap();
        let refund = refunds::list_of_order(app.base.db.read(), &order.order_no).await.unwrap();
        freeze(&app, "refunds").await;
        let notice = Notification::Refund(RefundObservation {
            provider: "fakepay".to_owned(),
            source: Source::Callback,
            evidence_key: "refund:1".to_owned(),
            refund_no: refund[0].refund_no.clone(),
            provider_refund_ref: None,
            status: RefundOutcome::Succeeded,
        });
        for _ in 0..2 {
            let money = &app.tools.till.money;
            let taken = take_notification::run(&app.base, money, &notice, b"{}").await;
            assert_eq!(taken.unwrap(), Judgement::NotApplied);
        }
        let refund = refunds::list_of_order(app.base.db.read(), &order.order_no).await.unwrap();
        assert_eq!(refund[0].status, RefundStatus::Requested);
    })
    .await;
}

#[tokio::test]
async fn strangers_who_send_slowly_take_no_place_from_the_provider() {
    everywhere(async |app: TestApp| {
        let router = router(&app);
        let mut strangers: Vec<_> = (0..A_CROWD)
            .map(|_| {
                let endless = futures_util::stream::pending::<Result<&str, std::io::Error>>();
                let request = Request::post("/webhook/pingpong").body(Body::from_stream(endless));
                router.clone().oneshot(request.unwrap())
            })
            .collect();
        for stranger in &mut strangers {
            assert!(futures_util::poll!(stranger).is_pending());
        }
        let order = app.an_order().await;
        let number = app.payment(&order.order_no).await.payment_no;
        let answer = router.oneshot(signed(&about(number.as_str(), ""))).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn a_request_that_is_dropped_half_way_leaves_no_trace_in_the_gauge() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let handle = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    everywhere(async |app: TestApp| {
        if app.base.db.backend() == DbBackend::Postgres {
            return; // There nobody can hold the only pen.
        }
        let router = router(&app);
        let pen = app.base.db.begin_write().await.unwrap();
        let mut requests: futures_util::stream::FuturesUnordered<_> =
            (0..3).map(|_| router.clone().oneshot(signed(&about("P1", "")))).collect();
        assert!(futures_util::poll!(requests.next()).is_pending());
        assert!(handle.render().contains("mingshu_callbacks_in_flight 3"), "{}", handle.render());
        drop(requests);
        assert!(handle.render().contains("mingshu_callbacks_in_flight 0"), "{}", handle.render());
        pen.rollback().await.unwrap();
    })
    .await;
}
