//! Who may say that money came, and a database that cannot write it down.

use axum::Router;
use axum::body::Body;
use http::{Request, StatusCode};
use mingshu::flows::base::Base;
use mingshu::flows::take_notification;
use mingshu::orders::OrderStatus;
use mingshu::payments::inbox::Judgement;
use mingshu::platform::db::Db;
use tower::ServiceExt;

use crate::support::bank::{BANK, SEAL};
use crate::support::street::{Street, on_the_street};

const LARGEST: usize = 256 * 1024;

pub(super) async fn post(door: &Router, seal: &str, body: Vec<u8>) -> StatusCode {
    let request = Request::post(format!("/webhook/{BANK}")).header(SEAL.0, seal);
    let request = request.body(Body::from(body)).unwrap();
    door.clone().oneshot(request).await.unwrap().status()
}

#[tokio::test]
async fn scenario_08_a_forged_notification() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let (door, body) = (street.door(), payment.payment_no.0.into_bytes());
        assert_eq!(post(&door, "forged", body.clone()).await, StatusCode::UNAUTHORIZED);
        assert_eq!(post(&door, SEAL.1, b"nonsense".to_vec()).await, StatusCode::BAD_REQUEST);
        let flood = vec![b' '; LARGEST + 1];
        assert_eq!(post(&door, SEAL.1, flood).await, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(street.rows("callback_inbox").await, 0, "nothing is kept of it");
        street.is(&order, OrderStatus::PendingPayment).await;
        assert!(street.alerts().await.is_empty());
        assert_eq!(post(&door, SEAL.1, body).await, StatusCode::OK, "the true one is believed");
        street.is(&order, OrderStatus::Paid).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_35_a_database_that_cannot_be_written_is_no_acknowledgement() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let [notice] = street.bank.post().try_into().unwrap();
        let gone: Db = street.another_connection().await;
        gone.clone().close().await.unwrap();
        let base = Base { db: gone, ..street.base.clone() };
        let money = &street.tools.till.money;
        let heard = take_notification::run(&base, money, &notice, b"{}").await;
        assert!(heard.is_err_and(|error| error.is_passing()), "the provider has to try again");
        assert_eq!(street.rows("callback_inbox").await, 0);
        assert_eq!(street.hear(&notice).await, Judgement::Applied);
        street.run_jobs().await;
        street.is_sold(&order).await;
    })
    .await;
}
