//! What PingPong's own signatures and clocks have to do with our callbacks.

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;
use mingshu::flows::doctor_payments::{self, Doors, Link, Looks};
use mingshu::kernel::clock::Clock;
use mingshu::orders::OrderStatus;
use mingshu::payments::inbox::Judgement;
use mingshu::payments::ports::{Glance, Outlook};

use super::doors::post;
use crate::support::bank::SEAL;
use crate::support::street::{MINUTE, Street, on_the_street};

/// An address outside whose clock is off.
struct Off(Mutex<Option<i64>>);

#[async_trait]
impl Outlook for Off {
    async fn post_unsigned(&self, _address: &str) -> Glance {
        Glance { status: Some(401), clock_ms: None, fault: None }
    }

    async fn look(&self, _address: &str) -> Glance {
        Glance { status: Some(404), clock_ms: *self.0.lock().unwrap(), fault: None }
    }
}

impl Street {
    /// The doctor's link about the clock, and its advice, when the bank's is off by `milliseconds`.
    async fn when_the_bank_is_off_by(&self, milliseconds: i64) -> (Link, &'static str) {
        let outlook = Off(Mutex::new(Some(self.clock.now().millis() + milliseconds)));
        let address = "https://shop.example/webhook/bank";
        let doors =
            Doors { outlook: &outlook, provider_url: "https://bank.example", notify_url: address };
        let mut chains = doctor_payments::run(&self.base, None, &doors).await.unwrap();
        let chain = chains.pop().expect("a payment that is not paid");
        let clock = chain.links.into_iter().find(|link| link.name == "clock").unwrap();
        (clock, chain.next)
    }
}

#[tokio::test]
async fn scenario_32_a_clock_that_is_off_is_told_by_the_doctor() {
    on_the_street(async |street: Street| {
        street.ordered().await;
        let (clock, _next) = street.when_the_bank_is_off_by(59_000).await;
        assert_eq!((clock.looks, clock.detail.as_str()), (Looks::Good, "59 s behind the provider"));
        let (clock, next) = street.when_the_bank_is_off_by(600_000).await;
        assert_eq!((clock.looks, clock.detail.as_str()), (Looks::Bad, "600 s behind the provider"));
        assert!(next.contains("clock"), "{next}");
        let (clock, _next) = street.when_the_bank_is_off_by(-600_000).await;
        let told = (clock.looks, clock.detail.as_str());
        assert_eq!(told, (Looks::Bad, "600 s ahead of the provider"));
    })
    .await;
}

#[tokio::test]
async fn scenario_32_a_clock_that_jumps_loses_no_money() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        let began = street.clock.now();
        street.bank.pay(&payment.payment_no).unwrap();
        // Somebody sets the clock right: ten minutes back, behind the order's own birth.
        street.clock.set(began.minus(10 * MINUTE));
        assert_eq!(street.deliver_post().await, [Judgement::Applied]);
        street.run_to_the_end().await;
        street.is_sold(&order).await;

        // And forward over the deadline, while the bank knows of a charge.
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        street.clock.set(began.plus(40 * MINUTE));
        street.worker.sweep().await.unwrap();
        street.run_to_the_end().await;
        street.is_sold(&order).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_10_a_probe_of_our_signature_check_is_refused_quietly() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let (door, body) = (street.door(), payment.payment_no.0.into_bytes());
        // A true fact under a seal that is made to look wrong, once in a while.
        for probe in ["WECHATPAY/SIGNTEST/b2s=", "", "0000", "sealed by the bank "] {
            assert_eq!(post(&door, probe, body.clone()).await, StatusCode::UNAUTHORIZED);
            street.clock.advance(Duration::from_secs(3600) + MINUTE);
        }
        assert_eq!(street.rows("callback_inbox").await, 0);
        assert!(street.alerts().await.is_empty(), "nobody is woken by it");
        street.is(&order, OrderStatus::PendingPayment).await;
        assert_eq!(post(&door, SEAL.1, body).await, StatusCode::OK);
        street.run_jobs().await;
        street.is_sold(&order).await;
    })
    .await;
}
