//! What happens moves the numbers that operators watch, under the names that the rules and the
//! dashboard use (docs/monitoring.md).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use axum::body::Body;
use axum::http::{Request, StatusCode};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use mingshu::callback::{self, CallbackState};
use mingshu::flows::confirm_payment::{self, Statement};
use mingshu::flows::refund_order::{self, Wish};
use mingshu::orders::rules::Change;
use mingshu::orders::{self, Actor, OrderStatus};
use mingshu::payments::PaymentStatus;
use mingshu::payments::adapters::pingpong_hmac::{HmacConfig, PingPongHmac};
use mingshu::payments::ports::{Observation, Outcome, PaymentGateway, StatedAmount};
use mingshu::platform::assets::Assets;
use mingshu::platform::db::execute;
use mingshu::platform::pages::Pages;
use tower::ServiceExt as _;

use crate::support::fakes::observation;
use crate::support::street::MINUTE;
use crate::support::{TestApp, everywhere};

/// Collects what this thread counts until it is dropped.
struct Meter {
    handle: PrometheusHandle,
    _counting: metrics::LocalRecorderGuard<'static>,
}

impl Meter {
    fn start() -> Self {
        let recorder: &'static _ = Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
        let handle = recorder.handle();
        Self { handle, _counting: metrics::set_default_local_recorder(recorder) }
    }

    /// The value of a series as `/metrics` shows it; `None` when nothing moved it yet.
    fn read(&self, series: &str) -> Option<f64> {
        let shown = self.handle.render();
        let line = shown.lines().find_map(|line| line.strip_prefix(&format!("{series} ")));
        line.map(|value| value.parse().unwrap())
    }

    #[track_caller]
    fn shows(&self, series: &str, value: f64) {
        let read = self.read(series).unwrap_or_default();
        assert!((read - value).abs() < 1e-9, "{series} is {read}:\n{}", self.handle.render());
    }
}

const SECRET: &str = "a secret between the two of us";

fn router(app: &TestApp) -> axum::Router {
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

#[tokio::test]
async fn a_forged_callback_and_a_true_one_are_counted_and_timed() {
    everywhere(async |app: TestApp| {
        let meter = Meter::start();
        let router = router(&app);
        let body =
            r#"{"order_id":"P20261121-00000000","status":"paid","amount":"1.00","currency":"CNY"}"#;
        let ask = async |signature: &str| {
            let request = Request::post("/webhook/pingpong").header("x-signature", signature);
            let request = request.body(Body::from(body)).unwrap();
            router.clone().oneshot(request).await.unwrap().status()
        };
        assert_eq!(ask(&"0".repeat(64)).await, StatusCode::UNAUTHORIZED);
        let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, SECRET.as_bytes());
        let tag = ring::hmac::sign(&key, body.as_bytes());
        let mut true_one = String::new();
        for byte in tag.as_ref() {
            write!(true_one, "{byte:02x}").unwrap();
        }
        assert_eq!(ask(&true_one).await, StatusCode::OK);
        meter.shows("mingshu_callback_signature_failures_total", 1.0);
        meter.shows("mingshu_callbacks_total{verdict=\"orphan\"}", 1.0);
        meter.shows("mingshu_callback_seconds_count", 2.0);
        meter.shows("mingshu_callbacks_in_flight", 0.0);
        app.run_jobs().await;
        meter.shows("mingshu_alerts_total{kind=\"orphan_callback\"}", 1.0);
        let sent = "mingshu_alert_messages_total{channel=\"telegram\",outcome=\"sent\"}";
        meter.shows(sent, 1.0);
    })
    .await;
}

#[tokio::test]
async fn a_sold_a_failed_and_an_expired_payment_make_the_rate_of_success() {
    everywhere(async |app: TestApp| {
        let meter = Meter::start();
        let sold = app.a_paid_order().await;
        app.run_to_the_end().await;
        assert_eq!(app.reload(&sold.order_no).await.status, OrderStatus::Completed);
        let failed = app.an_order().await;
        let number = app.payment(&failed.order_no).await.payment_no;
        let refusal = Observation {
            outcome: Outcome::FinallyFailed,
            stated: None,
            ..observation(&number, "no")
        };
        app.settle(&refusal).await;
        app.run_jobs().await;
        let late = app.an_order().await;
        app.gateway.answer_queries((0..9).map(|_| Ok(Outcome::Pending)));
        app.clock.advance(31 * MINUTE);
        app.worker.sweep().await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.reload(&late.order_no).await.status, OrderStatus::Closed);
        for outcome in ["succeeded", "failed", "expired"] {
            meter.shows(&format!("mingshu_payments_total{{outcome=\"{outcome}\"}}"), 1.0);
        }
        meter.shows("mingshu_orders_total{sku=\"letter\"}", 3.0);
        meter.shows("mingshu_orders_completed_total", 1.0);
        meter.shows("mingshu_orders_closed_total", 1.0);
    })
    .await;
}

#[tokio::test]
async fn steps_that_the_rules_refuse_and_writes_that_lose_a_race_are_counted() {
    everywhere(async |app: TestApp| {
        let meter = Meter::start();
        let mut order = app.an_order().await;
        let mut stale = order.clone();
        let now = app.base.now();
        let tx = app.base.db.begin_write().await.unwrap();
        let system = Actor::System;
        orders::repo::change(&tx, &mut order, Change::Delivered, &system, "", now)
            .await
            .unwrap_err();
        let cancel = Change::BuyerCancelled;
        orders::repo::change(&tx, &mut order, cancel, &system, "", now).await.unwrap();
        orders::repo::change(&tx, &mut stale, cancel, &system, "", now).await.unwrap_err();
        tx.commit().await.unwrap();
        meter.shows("mingshu_order_transition_failures_total", 1.0);
        meter.shows("mingshu_version_conflicts_total{table=\"orders\"}", 1.0);
    })
    .await;
}

#[tokio::test]
async fn money_in_doubt_is_shown_until_a_person_has_decided() {
    everywhere(async |app: TestApp| {
        let meter = Meter::start();
        app.worker.read_gauges().await;
        meter.shows("mingshu_payments_in_doubt", 0.0);
        let order = app.an_order().await;
        let number = app.payment(&order.order_no).await.payment_no;
        let stated = StatedAmount { amount: "1.00".to_owned(), currency: Some("CNY".to_owned()) };
        let wrong = Observation { stated: Some(stated), ..observation(&number, "wrong") };
        app.settle(&wrong).await;
        assert_eq!(app.payment(&order.order_no).await.status, PaymentStatus::Conflicted);
        meter.shows("mingshu_payments_total{outcome=\"conflicted\"}", 1.0);
        app.worker.read_gauges().await;
        meter.shows("mingshu_payments_in_doubt", 1.0);
        meter.shows("mingshu_money_in_doubt_minor{currency=\"CNY\"}", 100.0);

        let statement = Statement { reference: "BANK-1", note: "accepted" };
        let whose = (order.order_no.as_str(), &Actor::Operator(0));
        let money = &app.tools.till.money;
        confirm_payment::run(&app.base, money, whose, &statement).await.unwrap();
        app.worker.read_gauges().await;
        meter.shows("mingshu_payments_in_doubt", 0.0);
        meter.shows("mingshu_money_in_doubt_minor{currency=\"CNY\"}", 0.0);
    })
    .await;
}

#[tokio::test]
async fn refunds_parked_jobs_and_open_differences_are_shown() {
    everywhere(async |app: TestApp| {
        let meter = Meter::start();
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;
        let wish = Wish { reason: "asked for", ..Wish::default() };
        let actor = Actor::Operator(7);
        refund_order::start(&app.base, &order.order_no, &actor, &wish).await.unwrap();
        app.worker.read_gauges().await;
        meter.shows("mingshu_refunds_open{status=\"requested\"}", 1.0);
        meter.shows("mingshu_refunds_open{status=\"unknown\"}", 0.0);
        let tx = app.base.db.begin_write().await.unwrap();
        for sql in [
            "UPDATE refunds SET status = 'unknown'",
            "UPDATE jobs SET status = 'parked' WHERE kind = 'send_refund'",
            "INSERT INTO reconciliation_differences (provider, day, kind, reference, found_at) \
             VALUES ('fakepay', '2026-11-20', 'missing_here', 'X1', 1)",
        ] {
            execute(tx.conn(), sql, vec![]).await.unwrap();
        }
        tx.commit().await.unwrap();
        app.worker.read_gauges().await;
        meter.shows("mingshu_refunds_open{status=\"requested\"}", 0.0);
        meter.shows("mingshu_refunds_open{status=\"unknown\"}", 1.0);
        meter.shows("mingshu_queue_jobs{status=\"parked\"}", 1.0);
        meter.shows("mingshu_reconciliation_open", 1.0);
    })
    .await;
}
