//! Plays PingPong on loopback in both dialects (reference/pingpong.md; spec.md §9.1, §11): opens
//! payments, shows a cashier page, notifies the shop, answers queries and refunds.
//!
//! It keeps its own truth in a [`Ledger`] and shares no code with the adapters it tests. Payments
//! are acted on by a click at the cashier or by the methods of [`SandboxPingPong`], which wait until
//! the shop was told. Misfortune comes from [`Faults`].

mod cashier;
mod courier;
mod hmac;
mod ledger;
mod notices;
mod seal;
mod statement;
mod v4;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::ensure;
use axum::Router;
use axum::routing::{get, post};
use secrecy::{ExposeSecret, SecretString};

pub use self::courier::Ladder;
pub use self::ledger::{
    Dialect, Ledger, Payment, Refund, RefundState, Refusal, State as PaymentState, Told,
};
pub use self::seal::SignType;

use self::courier::{Courier, Notice, Wave};
use super::faults::{Fault, Faults};
use crate::kernel::clock::Clock;
use crate::kernel::ids;

/// Who the played provider is, and whom it knows.
#[derive(Debug, Clone)]
pub struct PingPongSettings {
    /// Where [`router`] is reached from the payer's browser, such as
    /// `http://127.0.0.1:9101/pingpong`.
    pub base_url: String,
    /// The shop's name on the cashier page.
    pub merchant: String,
    pub acc_id: String,
    pub client_id: String,
    pub salt: SecretString,
    /// The key of the `hmac` dialect.
    pub hmac_secret: SecretString,
    pub ladder: Ladder,
    /// How long a fault that is a time-out keeps silent: longer than the shop waits.
    pub silence: Duration,
}

impl PingPongSettings {
    /// A provider at `base_url` with fresh credentials, the usual ladder and half a minute of
    /// silence.
    pub fn fresh(base_url: &str) -> Self {
        Self {
            base_url: base_url.trim_end_matches('/').to_owned(),
            merchant: "命书 · mingshu".to_owned(),
            acc_id: "9000000000000000001001".to_owned(),
            client_id: "9000000000000000001".to_owned(),
            salt: ids::crockford(24).into(),
            hmac_secret: ids::crockford(32).into(),
            ladder: Ladder::default(),
            silence: Duration::from_secs(30),
        }
    }
}

/// The played provider. Copies share one truth.
#[derive(Clone)]
pub struct SandboxPingPong(Arc<Inner>);

struct Inner {
    settings: PingPongSettings,
    faults: Arc<Faults>,
    clock: Arc<dyn Clock>,
    ledger: Mutex<Ledger>,
    courier: Courier,
}

/// The routes of both dialects and of the cashier. May be nested below a path.
pub fn router(sandbox: SandboxPingPong) -> Router {
    Router::new()
        .route("/v4/payment/prePay", post(v4::pre_pay))
        .route("/v4/payment/query", post(v4::query))
        .route("/v4/payment/refund", post(v4::refund))
        .route("/v4/refund/query", post(v4::query_refund))
        .route("/api/v2/txn-rec-file/download", post(statement::download))
        .route("/payments", post(hmac::create))
        .route("/payments/{order_id}", get(hmac::query))
        .route("/refunds", post(hmac::refund))
        .route("/refunds/{refund_id}", get(hmac::query_refund))
        .route("/cashier/{token}", get(cashier::page))
        .route("/cashier/{token}/{deed}", post(cashier::click))
        .with_state(sandbox)
}

impl SandboxPingPong {
    /// # Errors
    /// When a secret is empty or TLS cannot be set up.
    pub fn try_new(
        settings: PingPongSettings,
        faults: Arc<Faults>,
        clock: Arc<dyn Clock>,
    ) -> anyhow::Result<Self> {
        let secrets = [&settings.salt, &settings.hmac_secret];
        let all_filled = secrets.iter().all(|secret| !secret.expose_secret().trim().is_empty());
        ensure!(all_filled, "a secret of the played provider is empty");
        let courier = Courier::try_new(settings.ladder)?;
        let ledger = Mutex::default();
        Ok(Self(Arc::new(Inner { settings, faults, clock, ledger, courier })))
    }

    pub fn settings(&self) -> &PingPongSettings {
        &self.0.settings
    }

    /// A copy of the truth.
    pub fn ledger(&self) -> Ledger {
        self.lock().clone()
    }

    /// Pays the payment with this number (or cashier token) as the faults want it, and waits until
    /// the shop took the notices or the ladder ended. Gives the payment as it is then.
    pub async fn pay(&self, key: &str) -> Result<Payment, Refusal> {
        let waves = self.decide_pay(key)?;
        self.deliver(waves).await;
        self.find(key)
    }

    /// Lets an attempt fail: for good in the `hmac` dialect, to be tried again in V4.
    pub async fn fail(&self, key: &str) -> Result<Payment, Refusal> {
        let waves = self.decide_fail(key)?;
        self.deliver(waves).await;
        self.find(key)
    }

    /// The payer gives up.
    pub async fn cancel(&self, key: &str) -> Result<Payment, Refusal> {
        let waves = self.decide_cancel(key)?;
        self.deliver(waves).await;
        self.find(key)
    }

    /// The bank confirms what [`Fault::LateCallback`] held back: money and callback arrive now.
    /// Gives how many payments there were.
    pub async fn release_held(&self) -> usize {
        let confirmed = self.lock().confirm_all(self.0.clock.now());
        for payment in &confirmed {
            self.deliver(self.waves_of_success(payment)).await;
        }
        confirmed.len()
    }

    /// Lets all refunds that are pending succeed; V4 tells the shop. Gives how many there were.
    pub async fn finish_refunds(&self) -> usize {
        let finished = self.lock().finish_refunds(|_| true, self.0.clock.now());
        for (payment, refund) in &finished {
            let notice = self.refund_notice(payment, refund);
            self.deliver(notice.into_iter().map(|notice| vec![notice]).collect()).await;
        }
        finished.len()
    }

    /// Waits until the notices of clicks at the cashier are delivered.
    pub async fn idle(&self) {
        self.0.courier.idle().await;
    }

    fn find(&self, key: &str) -> Result<Payment, Refusal> {
        self.lock().find(key).cloned().ok_or(Refusal::NoSuchPayment)
    }

    fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn takes(&self, fault: Fault) -> bool {
        self.0.faults.take(fault)
    }

    async fn deliver(&self, waves: Vec<Wave>) {
        let log = |notice: &Notice, answer: Option<u16>| {
            let told = Told { what: notice.what, at: self.0.clock.now(), answer };
            if let Ok(payment) = self.lock().find_mut(&notice.payment_no) {
                payment.told.push(told);
            }
        };
        self.0.courier.deliver(waves, log).await;
    }

    fn decide_pay(&self, key: &str) -> Result<Vec<Wave>, Refusal> {
        let now = self.0.clock.now();
        // An impossible deed must not use up a fault.
        let state = self.find(key)?.state_at(now);
        if !matches!(state, PaymentState::Open | PaymentState::AttemptFailed) {
            return Err(Refusal::NotPayable(state));
        }
        if self.takes(Fault::PaymentFailed) {
            let failed = self.lock().act(key, PaymentState::Failed, now)?;
            return Ok(vec![vec![self.failure_notice(&failed)]]);
        }
        if self.takes(Fault::LateCallback) {
            self.lock().act(key, PaymentState::Confirming, now)?;
            return Ok(Vec::new());
        }
        let paid = self.lock().act(key, PaymentState::Paid, now)?;
        Ok(self.waves_of_success(&paid))
    }

    /// What the shop hears of a paid payment, and in which order.
    fn waves_of_success(&self, payment: &Payment) -> Vec<Wave> {
        let mut waves = Vec::new();
        if self.takes(Fault::FailedFirst) {
            waves.push(vec![self.failure_notice(payment)]);
        }
        if self.takes(Fault::BadSignature) {
            waves.push(vec![self.forged_notice(payment)]);
        }
        if self.takes(Fault::NoCallback) {
            return waves;
        }
        let notice = if self.takes(Fault::WrongAmount) {
            self.wrong_amount_notice(payment)
        } else {
            self.success_notice(payment)
        };
        if self.takes(Fault::DoubleCallback) {
            waves.push(vec![notice.clone()]);
            waves.push(vec![notice.clone(), notice.clone(), notice.clone()]);
        }
        waves.push(vec![notice]);
        waves
    }

    fn decide_fail(&self, key: &str) -> Result<Vec<Wave>, Refusal> {
        let state = match self.find(key)?.dialect {
            Dialect::V4(_) => PaymentState::AttemptFailed,
            Dialect::Hmac => PaymentState::Failed,
        };
        let failed = self.lock().act(key, state, self.0.clock.now())?;
        Ok(vec![vec![self.failure_notice(&failed)]])
    }

    fn decide_cancel(&self, key: &str) -> Result<Vec<Wave>, Refusal> {
        let cancelled = self.lock().act(key, PaymentState::Cancelled, self.0.clock.now())?;
        Ok(self.cancel_notice(&cancelled).into_iter().map(|notice| vec![notice]).collect())
    }

    async fn keep_silent(&self) {
        tokio::time::sleep(self.0.settings.silence).await;
    }

    fn cashier_url(&self, token: &str) -> String {
        format!("{}/cashier/{token}", self.0.settings.base_url)
    }
}
