//! The shop as the benchmarks use it: the real callback route over loopback HTTP, the real worker,
//! a database of its own; a chat and a model that answer at once.

mod outside;
pub(crate) mod process;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::future::Future;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mingshu::callback::{self, CallbackState};
use mingshu::catalog::Catalog;
use mingshu::catalog::answers::{
    Answer, BirthAnswer, BirthHour, Calendar, DayStart, FormAnswers, Gender, SummerTime,
};
use mingshu::flows::base::{Base, LatePayment};
use mingshu::flows::place_order::{self, PlaceOrder, Placed};
use mingshu::flows::settle_payment::MoneyRules;
use mingshu::flows::till::{Counter, Proof, Till};
use mingshu::flows::tools::{Affiliation, Charts, Drawing, Operators, Retention, Tools, Writing};
use mingshu::flows::writers::Writer;
use mingshu::kernel::clock::SystemClock;
use mingshu::kernel::ids::{OrderNo, PaymentNo, UserId};
use mingshu::kernel::locale::Locale;
use mingshu::notifications::ports::Messenger;
use mingshu::notifications::sender::{Pace, Sender};
use mingshu::payments::adapters::pingpong_hmac::{HmacConfig, PingPongHmac};
use mingshu::platform::assets::Assets;
use mingshu::platform::crypto::Keyring;
use mingshu::platform::db::{Db, DbOptions, query_all};
use mingshu::platform::pages::Pages;
use mingshu::platform::schema;
use mingshu::platform::texts::Texts;
use mingshu::platform::web::{self, RequestLimits};
use mingshu::reports::budget::Budget;
use mingshu::reports::gate::{Gate, Mode};
use mingshu::reports::templates::Templates;
use ring::hmac;
use sea_orm::DbBackend;
use secrecy::SecretString;

use self::outside::{Busy, Chat, Gateway};

pub(crate) const SECRET: &str = "bench-webhook-secret";
const AMOUNT: &str = "39.90";

/// A number that a variable may change.
pub(crate) fn number<T: FromStr>(variable: &str, default: T) -> T {
    std::env::var(variable).ok().and_then(|word| word.parse().ok()).unwrap_or(default)
}

/// Durations, and what they say.
#[derive(Default)]
pub(crate) struct Figures(Vec<Duration>);

impl Figures {
    pub(crate) fn add(&mut self, duration: Duration) {
        self.0.push(duration);
    }

    /// Prints the median, the 99th percentile and the largest in milliseconds.
    pub(crate) fn print(mut self, title: &str) {
        self.0.sort_unstable();
        let at = |share: usize| self.0.get(self.0.len() * share / 100).or(self.0.last());
        let millis = |duration: Option<&Duration>| duration.map_or(0.0, |d| d.as_secs_f64() * 1e3);
        println!(
            "{title}: n {}  p50 {:.2} ms  p99 {:.2} ms  max {:.2} ms",
            self.0.len(),
            millis(at(50)),
            millis(at(99)),
            millis(self.0.last())
        );
    }
}

pub(crate) struct Bench {
    pub(crate) database: String,
    /// As `security.encryption_keys` has it.
    pub(crate) sealing_key: SecretString,
    pub(crate) base: Base,
    till: Till,
    catalog: Arc<Catalog>,
    texts: Arc<Texts>,
    chat: Arc<Chat>,
    client: reqwest::Client,
    pub(crate) address: SocketAddr,
    pub(crate) options: DbOptions,
    key: hmac::Key,
    _folder: tempfile::TempDir,
}

/// A temporary folder on the disk that is to be measured.
pub(crate) fn folder() -> tempfile::TempDir {
    match std::env::var("MINGSHU_BENCH_FOLDER") {
        Ok(place) => tempfile::tempdir_in(place).unwrap(),
        Err(_unset) => tempfile::tempdir().unwrap(),
    }
}

/// What benches/python checks signatures with.
pub(crate) const PYTHON_SECRET: &str = "whsec_bench";

/// An address where nobody listens yet.
pub(crate) fn free_port() -> (SocketAddr, u16) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (address, address.port())
}

/// The notification that benches/python understands about its order of this number.
pub(crate) fn python_request(number: usize) -> Vec<u8> {
    let amount = 1990 + number % 7;
    let body = format!(
        r#"{{"event_id":"evt_{number}","order_id":{number},"merchant_ref":"M{number:015}","amount_minor":{amount},"currency":"USD","status":"paid","transaction_id":"T{number}","pad":"{}"}}"#,
        "p".repeat(PADDING)
    );
    request_of(&hmac::Key::new(hmac::HMAC_SHA256, PYTHON_SECRET.as_bytes()), &body)
}

/// Real notifications have about a kilobyte.
const PADDING: usize = 800;

fn request_of(key: &hmac::Key, body: &str) -> Vec<u8> {
    let signature = hex(hmac::sign(key, body.as_bytes()).as_ref());
    let head = format!(
        "POST /webhook/pingpong HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
         x-signature: {signature}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    head.into_bytes()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

impl Bench {
    pub(crate) async fn start() -> Self {
        // Lines are made as in a shop, and go nowhere.
        tracing_subscriber::fmt().with_writer(std::io::sink).init();
        mingshu::platform::telemetry::start_metrics().unwrap();
        let folder = folder();
        let url = std::env::var("MINGSHU_BENCH_DATABASE")
            .unwrap_or_else(|_unset| format!("sqlite://{}/bench.db", folder.path().display()));
        let database = url.split(':').next().unwrap_or_default().to_owned();
        let options = DbOptions { url, max_connections: 10 };
        let db = Db::connect(&options).await.unwrap();
        schema::migrate(&db, None).await.unwrap();
        let sealing_key = Keyring::generate("bench");
        let keyring = Arc::new(Keyring::parse(std::slice::from_ref(&sealing_key)).unwrap());
        let base = Base { db, clock: Arc::new(SystemClock), keyring };
        let assets = Assets::embedded();
        let catalog = Arc::new(Catalog::load(&assets).unwrap());
        let texts = Arc::new(Texts::load(&assets).unwrap());
        let till = till(&base);
        let address = serve(&till, &assets, &texts).await;
        Self {
            database,
            sealing_key,
            base,
            till,
            catalog,
            texts,
            chat: Arc::default(),
            client: mingshu::platform::http::client(mingshu::platform::http::Limits::seconds(
                5, 30,
            ))
            .unwrap(),
            address,
            options,
            key: hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()),
            _folder: folder,
        }
    }

    /// Places `count` orders and gives the numbers of their payments.
    pub(crate) async fn place_orders(&self, count: usize) -> Vec<PaymentNo> {
        let mut numbers = Vec::with_capacity(count);
        for user in (1_i64..).take(count) {
            numbers.push(self.place_order(user).await.1);
        }
        numbers
    }

    pub(crate) async fn place_order(&self, user: i64) -> (OrderNo, PaymentNo) {
        let request = PlaceOrder {
            user: UserId(user),
            draft_id: mingshu::kernel::ids::crockford(12),
            sku: "bazi-full".into(),
            locale: Locale::ZhHans,
            answers: answers(),
            method: None,
            anchor_message: None,
            coupon: None,
            seen_total: None,
            about: None,
        };
        let placed = place_order::run(&self.till, &self.catalog, request).await.unwrap();
        let Placed::Ordered(order) = placed else { panic!("not placed: {placed:?}") };
        let read = self.base.db.read();
        let mut payments =
            mingshu::payments::repo::list_of_order(read, &order.order_no).await.unwrap();
        (order.order_no, payments.remove(0).payment_no)
    }

    /// Waits until what was written before disturbs nobody any more.
    pub(crate) async fn at_rest(&self) {
        if self.base.db.backend() == DbBackend::Postgres {
            query_all(self.base.db.read(), "CHECKPOINT", vec![]).await.unwrap();
            return;
        }
        let path = self.options.url.trim_start_matches("sqlite://");
        let db = rusqlite::Connection::open(path).unwrap();
        let busy: i64 =
            db.query_row("PRAGMA wal_checkpoint(RESTART)", [], |row| row.get(0)).unwrap();
        assert_eq!(busy, 0, "somebody else uses the database");
    }

    /// Sends the signed notification of a success; the answer must be 200.
    pub(crate) fn callback(&self, payment: &PaymentNo) -> impl Future<Output = ()> + Send + use<> {
        let body = notification(payment);
        let signature = hex(hmac::sign(&self.key, body.as_bytes()).as_ref());
        let url = format!("http://{}/webhook/pingpong", self.address);
        let request = self.client.post(url).header("x-signature", signature).body(body);
        async move {
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status().as_u16(), 200);
        }
    }

    /// The same as the bytes of a request.
    pub(crate) fn request(&self, payment: &PaymentNo) -> Vec<u8> {
        request_of(&self.key, &notification(payment))
    }

    /// Done when the next message with a success in it has reached the chat.
    pub(crate) fn next_success_message(&self) -> impl Future<Output = ()> + use<> {
        let chat = Arc::clone(&self.chat);
        async move { chat.told.notified().await }
    }

    /// Done when the cards of all placed orders are out.
    pub(crate) async fn until_cards_are_out(&self, orders: usize) {
        while self.chat.said.load(Ordering::SeqCst) < orders {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    pub(crate) fn tools(&self) -> Tools {
        let pace = Pace { messages_per_second: 10_000, ..Pace::default() };
        Tools {
            till: self.till.clone(),
            sender: Sender::start(Arc::clone(&self.chat) as Arc<dyn Messenger>, pace),
            texts: Arc::clone(&self.texts),
            catalog: Arc::clone(&self.catalog),
            charts: Charts { service: None, fallback: true },
            writing: Writing {
                writers: [Writer::new("busy", Arc::new(Busy))].into_iter().collect(),
                templates: Templates::default(),
                gate: Arc::new(Gate::try_new().unwrap()),
                gate_mode: Mode::Off,
                gate_attempts: 1,
                attempts: 1,
                chapters_at_once: 1,
                budget: Budget { tokens: 1_000_000, cost_micros: None },
                live_drafts: false,
            },
            retention: Retention::default(),
            affiliation: Affiliation { enabled: true, rate_percent: 20, hold_days: 14 },
            operators: Operators { alert_chat: None, locale: Locale::ZhHans },
            mailer: None,
            sinks: Arc::default(),
            contact: None,
            drawing: Drawing::default(),
        }
    }
}

fn notification(payment: &PaymentNo) -> String {
    format!(
        r#"{{"order_id":"{payment}","payment_id":"T-{payment}","status":"paid","amount":"{AMOUNT}","currency":"CNY","pad":"{}"}}"#,
        "p".repeat(PADDING)
    )
}

fn till(base: &Base) -> Till {
    let hmac = HmacConfig::new("http://127.0.0.1:9", SECRET.into());
    let gateway = Gateway(PingPongHmac::try_new(&hmac).unwrap());
    let counter = Counter {
        gateway: Arc::new(gateway),
        proof: Proof::Query,
        default_method: "wechat".to_owned(),
        methods: vec!["wechat".to_owned(), "alipay".to_owned()],
    };
    Till {
        base: base.clone(),
        money: MoneyRules {
            late_payment: LatePayment::Fulfil,
            stocks: BTreeMap::new(),
            time_zone: chrono_tz::Tz::Asia__Shanghai,
        },
        counters: Arc::new(BTreeMap::from([("pingpong".to_owned(), counter)])),
        provider: "pingpong".to_owned(),
        public_url: "http://127.0.0.1:9".to_owned(),
        payment_ttl: Duration::from_secs(1800),
        method_ttl: BTreeMap::new(),
        most_waiting: 0,
        test: true,
    }
}

async fn serve(till: &Till, assets: &Assets, texts: &Arc<Texts>) -> SocketAddr {
    let gateways = till
        .counters
        .iter()
        .map(|(name, counter)| (name.clone(), Arc::clone(&counter.gateway)))
        .collect();
    let words = (Arc::clone(texts), Arc::new(Pages::load(assets).unwrap()));
    let state =
        CallbackState::new(till.base.clone(), till.money.clone(), gateways, words, Arc::default());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let routes = web::wrapped(callback::router(state), RequestLimits::default());
    tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
    address
}

fn answers() -> FormAnswers {
    let mut answers = FormAnswers::default();
    answers.set("gender", Answer::Gender(Gender::Female));
    answers.set(
        "birth",
        Answer::Birth(BirthAnswer {
            calendar: Calendar::Solar,
            year: 1990,
            month: 5,
            day: 20,
            leap_month: false,
            hour: BirthHour::Exact { hour: 7, minute: 15 },
            place: None,
            summer_time: SummerTime::default(),
            day_start: DayStart::default(),
        }),
    );
    answers.set("question", Answer::Skipped);
    answers
}
