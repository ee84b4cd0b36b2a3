//! The process at the providers' end: proves, keeps, settles, acknowledges.
//!
//! What is deliberately not here: no business call, no message to anybody, no outgoing request of
//! any kind (seed 001 §3.2). It knows the books and nothing else.

mod error;
mod payment;
mod refusals;
mod return_page;

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::routing::{get, post};
use tokio::sync::Semaphore;

use crate::flows::base::Base;
use crate::flows::settle_payment::MoneyRules;
use crate::flows::settle_payment::queue::SettleQueue;
use crate::payments::ports::PaymentGateway;
use crate::platform::pages::Pages;
use crate::platform::texts::Texts;

/// Callbacks that may be under way at once; one more is asked to come again (503).
const MAX_IN_FLIGHT: usize = 512;

/// What this process knows.
#[derive(Clone)]
pub struct CallbackState {
    base: Base,
    settling: SettleQueue,
    gateways: Arc<BTreeMap<String, Arc<dyn PaymentGateway>>>,
    texts: Arc<Texts>,
    pages: Arc<Pages>,
    /// `https://t.me/<bot>`, for the way back to the chat; known once Telegram has told it.
    chat_url: Arc<OnceLock<String>>,
    in_flight: Arc<Semaphore>,
    refusals: Arc<refusals::Tally>,
}

impl CallbackState {
    /// To be called within a runtime: callbacks are settled by a task of its own.
    pub fn new(
        base: Base,
        money: MoneyRules,
        gateways: BTreeMap<String, Arc<dyn PaymentGateway>>,
        (texts, pages): (Arc<Texts>, Arc<Pages>),
        chat_url: Arc<OnceLock<String>>,
    ) -> Self {
        let in_flight = Arc::new(Semaphore::new(MAX_IN_FLIGHT));
        Self {
            settling: SettleQueue::start(base.clone(), money),
            base,
            gateways: Arc::new(gateways),
            texts,
            pages,
            chat_url,
            in_flight,
            refusals: Arc::default(),
        }
    }
}

/// `POST /webhook/{provider}` and `GET /pay/return/{order_no}`.
pub fn router(state: CallbackState) -> Router {
    Router::new()
        .route("/webhook/{provider}", post(payment::receive))
        .route("/pay/return/{order_no}", get(return_page::show))
        .with_state(state)
}
