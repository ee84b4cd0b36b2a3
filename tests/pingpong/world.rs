//! The played provider and the smallest shop that can talk to it, both on loopback.
#![expect(clippy::unwrap_used, reason = "a test world that cannot be built may stop")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use mingshu::kernel::clock::{Clock, ManualClock, Timestamp};
use mingshu::kernel::locale::Locale;
use mingshu::kernel::money::{Currency, Money};
use mingshu::payments::adapters::pingpong_hmac::{HmacConfig, PingPongHmac};
use mingshu::payments::adapters::pingpong_v4::{PingPongV4, SignType, V4Config};
use mingshu::payments::ports::{
    CreatePayment, Notification, NotificationError, Outcome, PaymentGateway, RefundOutcome,
    RefundRequest, Verdict,
};
use mingshu::platform::http::{Client, Limits, client};
use mingshu::sandbox::faults::Faults;
use mingshu::sandbox::pingpong::{Ladder, PingPongSettings, SandboxPingPong, router};

pub(crate) const NOW: Timestamp = Timestamp(1_795_219_200_000);
pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// A shop that speaks one dialect, beside a played provider. Both listen on loopback.
pub(crate) struct World {
    pub(crate) sandbox: SandboxPingPong,
    pub(crate) faults: Arc<Faults>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) shop: Arc<Shop>,
    pub(crate) shop_url: String,
    pub(crate) browser: Client,
}

/// What a shop does with callbacks, without the rest of the shop.
pub(crate) struct Shop {
    pub(crate) gateway: Arc<dyn PaymentGateway>,
    pub(crate) heard: Mutex<Vec<Result<Notification, NotificationError>>>,
    /// How many callbacks still find the shop's database down.
    pub(crate) down: AtomicU32,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Dialect {
    V4(SignType),
    Hmac,
}

pub(crate) const DIALECTS: [Dialect; 3] =
    [Dialect::V4(SignType::Sha256), Dialect::V4(SignType::Md5), Dialect::Hmac];

async fn serve(app: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    format!("http://{address}")
}

async fn callback(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Bytes) -> Response {
    let down = |left: u32| left.checked_sub(1);
    if shop.down.fetch_update(Ordering::SeqCst, Ordering::SeqCst, down).is_ok() {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let told = shop.gateway.read_notification(&headers, &body);
    let answer = match &told {
        Ok(_) => {
            let told = shop.gateway.acknowledge(Verdict::Taken);
            (StatusCode::from_u16(told.status).unwrap(), told.body).into_response()
        }
        Err(_) => StatusCode::UNAUTHORIZED.into_response(),
    };
    shop.heard.lock().unwrap().push(told);
    answer
}

impl World {
    pub(crate) async fn new(dialect: Dialect) -> Self {
        // The provider must know its address before it is served: it listens first.
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}/pingpong", listener.local_addr().unwrap());
        let mut settings = PingPongSettings::fresh(&base_url);
        settings.ladder = Ladder { tries: 5, first_pause: Duration::from_millis(1) };
        settings.silence = Duration::ZERO;
        let gateway = gateway(&settings, dialect);
        let faults = Arc::new(Faults::default());
        let clock = Arc::new(ManualClock::new(NOW));
        let any_clock: Arc<dyn Clock> = clock.clone();
        let sandbox = SandboxPingPong::try_new(settings, faults.clone(), any_clock).unwrap();
        let app = Router::new().nest("/pingpong", router(sandbox.clone()));
        tokio::spawn(async move { axum::serve(listener, app).await });

        let shop = Arc::new(Shop { gateway, heard: Mutex::default(), down: AtomicU32::new(0) });
        let app = Router::new().route("/webhook/pingpong", post(callback)).with_state(shop.clone());
        let shop_url = serve(app).await;
        let browser = client(Limits::seconds(5, 20)).unwrap();
        Self { sandbox, faults, clock, shop, shop_url, browser }
    }

    pub(crate) fn order(&self) -> CreatePayment {
        CreatePayment {
            payment_no: "P20261121-0C5M2ZT8".into(),
            amount: Money::new(1990, Currency::CNY),
            method: "wechat".into(),
            subject: "八字详批 <VIP>".into(),
            locale: Locale::ZhHans,
            notify_url: format!("{}/webhook/pingpong", self.shop_url),
            return_url: format!("{}/pay/return/M1?t=abc", self.shop_url),
            expires_at: NOW.plus(30 * MINUTE),
        }
    }

    pub(crate) fn refund(&self, number: &str, minor: i64) -> RefundRequest {
        RefundRequest {
            refund_no: number.into(),
            payer: mingshu::kernel::ids::UserId(7),
            payment_no: self.order().payment_no,
            provider_ref: None,
            amount: Money::new(minor, Currency::CNY),
            reason: "model failed".into(),
            notify_url: format!("{}/webhook/pingpong", self.shop_url),
        }
    }

    /// Opens the payment, as the shop does, and gives the address of the cashier.
    pub(crate) async fn open(&self) -> String {
        self.shop.gateway.create(&self.order()).await.unwrap().pay_url
    }

    pub(crate) async fn pay(&self) {
        self.sandbox.pay(self.order().payment_no.as_str()).await.unwrap();
    }

    pub(crate) async fn asked(&self) -> Outcome {
        self.shop.gateway.query(&self.order().payment_no).await.unwrap().outcome
    }

    pub(crate) async fn asked_about_refund(&self, number: &str) -> RefundOutcome {
        let payment_no = self.order().payment_no;
        self.shop.gateway.query_refund(&number.into(), &payment_no).await.unwrap().outcome
    }

    /// What the shop heard about payments: outcome, amount and key; forgeries are counted.
    pub(crate) fn heard(&self) -> (Vec<(Outcome, String, String)>, usize) {
        let heard = self.shop.heard.lock().unwrap();
        let believed = heard.iter().filter_map(|told| match told {
            Ok(Notification::Payment(seen)) => {
                let amount = seen.stated.clone().map_or_else(String::new, |stated| stated.amount);
                Some((seen.outcome.clone(), amount, seen.evidence_key.clone()))
            }
            _ => None,
        });
        (believed.collect(), heard.iter().filter(|told| told.is_err()).count())
    }

    /// The tries of the provider: what, and the shop's answer.
    pub(crate) fn told(&self) -> Vec<(&'static str, Option<u16>)> {
        let ledger = self.sandbox.ledger();
        let payment = ledger.find(self.order().payment_no.as_str()).unwrap();
        payment.told.iter().map(|told| (told.what, told.answer)).collect()
    }
}

pub(crate) fn gateway(settings: &PingPongSettings, dialect: Dialect) -> Arc<dyn PaymentGateway> {
    match dialect {
        Dialect::V4(sign_type) => {
            let (acc_id, client_id) = (&settings.acc_id, &settings.client_id);
            let salt = settings.salt.clone();
            let mut config = V4Config::new(&settings.base_url, acc_id, client_id, salt);
            config.sign_type = sign_type;
            config.statement_url = Some(settings.base_url.clone());
            Arc::new(PingPongV4::try_new(config).unwrap())
        }
        Dialect::Hmac => {
            let config = HmacConfig::new(&settings.base_url, settings.hmac_secret.clone());
            Arc::new(PingPongHmac::try_new(&config).unwrap())
        }
    }
}
