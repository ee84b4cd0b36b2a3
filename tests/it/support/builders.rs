//! Shops, products and orders.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mingshu::catalog::Catalog;
use mingshu::catalog::answers::{
    Answer, BirthAnswer, BirthHour, Calendar, DayStart, FormAnswers, Gender, SummerTime,
};
use mingshu::catalog::product::{Stock, Supply};
use mingshu::flows::base::{Base, LatePayment};
use mingshu::flows::place_order::{self, PlaceOrder, Placed};
use mingshu::flows::settle_payment::{self, MoneyRules};
use mingshu::flows::till::{Counter, Proof, Till};
use mingshu::flows::tools::{Affiliation, Charts, Drawing, Operators, Retention, Tools, Writing};
use mingshu::flows::writers::Writer;
use mingshu::kernel::clock::{Clock, ManualClock};
use mingshu::kernel::ids::{self, AffiliateCode, OrderNo, Sku, UserId};
use mingshu::kernel::locale::Locale;
use mingshu::notifications::sender::{Pace, Sender};
use mingshu::orders::Order;
use mingshu::payments::inbox::Judgement;
use mingshu::payments::ports::Observation;
use mingshu::payments::{Payment, repo as payments};
use mingshu::platform::assets::Assets;
use mingshu::platform::crypto::Keyring;
use mingshu::platform::db::Db;
use mingshu::platform::texts::Texts;
use mingshu::reports::budget::Budget;
use mingshu::reports::gate::{Gate, Mode};
use mingshu::reports::templates::Templates;
use mingshu::{affiliates, users};

use super::TestApp;
use super::fakes::{FakeGateway, FakeMessenger, FakeModel, observation};

pub(crate) const BUYER: UserId = UserId(7001);
pub(crate) const PROMOTER: UserId = UserId(7002);
pub(crate) const OPERATORS: UserId = UserId(-100);

/// On sale for one day of the stories: a fifth off.
const BARGAIN: &str = r#"price = "29.90"
sale = [{ percent = 20, starts = "2026-11-21", ends = "2026-11-21", label = { zh-Hans = "双十一" } }]"#;

/// Sold for Stars, too, a tenth off on the day of the stories.
const STARRY: &str = r#"price = "29.90"
stars = 150
stock = { counted = 5 }
sale = [{ percent = 10, starts = "2026-11-21", ends = "2026-11-21" }]"#;

/// One piece, with a chart.
const KEEPSAKE: &str = r#"price = "29.90"
stock = { counted = 1 }
needs_chart = true
chart_year = "year""#;

/// In nine chapters, with a chart: 2 to 4 after the first one, 7 after 2, the last after all.
const NOVEL: &str = r#"price = "29.90"
needs_chart = true
chart_year = "year"
chapter = [CHAPTERS]"#;

const NOVEL_PROMPT: &str = "Write {{ product.name }}.\n--- user ---\n\
    chapter {{ chapter.number }}: {{ chapter.title }}\n\
    {% for it in chapter.earlier %}earlier {{ it.number }}: {{ it.summary }}\n{% endfor %}\
    {% for it in chapter.findings %}wrong: {{ it }}\n{% endfor %}\
    {{ facts | tojson }}\n{{ form.question | quote }}\n";

/// The plan of the product `novel`.
fn novel() -> String {
    let after = |number: usize| match number {
        1 | 5 | 6 | 8 => String::new(),
        2..=4 => "\"c1\"".to_owned(),
        7 => "\"c2\"".to_owned(),
        _ => (1..number).map(|it| format!("\"c{it}\"")).collect::<Vec<_>>().join(", "),
    };
    let chapter = |number: usize| {
        let facts = if number == 1 { "\"elements\"" } else { "\"luck\"" };
        format!(
            "{{ key = \"c{number}\", title = {{ zh-Hans = \"题{number}\" }}, covers = \"第{number}章\", \
             min_characters = 100, max_characters = 900, facts = [{facts}], after = [{}] }}",
            after(number)
        )
    };
    NOVEL.replace("CHAPTERS", &(1..10).map(chapter).collect::<Vec<_>>().join(", "))
}

/// The products as they were before `novel` had chapters.
pub(crate) fn catalog_without_chapters() -> Arc<Catalog> {
    let folder = tempfile::TempDir::new().unwrap();
    let product = folder.path().join("products/novel");
    std::fs::create_dir_all(&product).unwrap();
    let (head, _plan) = NOVEL.split_once("chapter = ").unwrap();
    std::fs::write(product.join("product.toml"), product_toml(head)).unwrap();
    std::fs::write(product.join("prompt.md"), PROMPT).unwrap();
    Arc::new(Catalog::load(&Assets::with_dir(folder.path())).unwrap())
}

/// How many pieces there are of the product `rare`.
pub(crate) const RARE: u32 = 10;

/// Sku and head: paid products without a chart, some with few or very many pieces, one for nothing,
/// one on sale, and two with a chart.
const PRODUCTS: [(&str, &str); 14] = [
    ("letter", "price = \"29.90\""),
    ("rare", "price = \"29.90\"\nstock = { counted = 10 }"),
    ("pair", "price = \"29.90\"\nstock = { counted = 2 }"),
    ("line", "price = \"0\""),
    ("scarce", "price = \"29.90\"\nstock = { counted = 10, low_stock = 2 }"),
    ("daily", "price = \"29.90\"\nstock = { daily = 3 }"),
    ("plenty", "price = \"29.90\"\nstock = { counted = 100000 }"),
    ("ample", "price = \"29.90\"\nstock = { daily = 100000 }"),
    ("bargain", BARGAIN),
    ("starry", STARRY),
    ("keepsake", KEEPSAKE),
    ("couple", "price = \"29.90\"\nneeds_chart = true"),
    ("reading", "price = \"29.90\"\nneeds_chart = true\nchart_year = \"year\""),
    ("talk", TALK),
];

/// With a chart, two questions, and more of them for money.
const TALK: &str = r#"price = "29.90"
needs_chart = true
chart_year = "year"
questions = { included = 2, max_characters = 100, more = "more" }"#;

/// Three more questions.
const MORE: &str = r#"price = "29.90"
name = { zh-Hans = "追问包" }
summary = { zh-Hans = "再问三次" }
description = { zh-Hans = "再问三次" }
pack = { questions = 3 }"#;

const PROMPT: &str = "Write {{ product.name }}.\n--- user ---\n{{ facts | tojson }}\n\
                      {{ form.question | quote }}\n";

const CHART_FORM: &str = r#"
[[form]]
key = "gender"
kind = "gender"
label = { zh-Hans = "性别" }
[[form]]
key = "birth"
kind = "birth"
label = { zh-Hans = "生日" }
[[form]]
key = "year"
kind = "number"
min = 1950
max = 2100
label = { zh-Hans = "年份" }
question = { zh-Hans = "哪一年？" }
"#;

/// The second of two people.
const PARTNER_FORM: &str = r#"
[[form]]
key = "partner_gender"
kind = "gender"
label = { zh-Hans = "TA 的性别" }
[[form]]
key = "partner_birth"
kind = "birth"
label = { zh-Hans = "TA 的生辰" }
"#;

pub(crate) fn base(db: Db, clock: Arc<ManualClock>) -> Base {
    let keyring = Keyring::parse(&[Keyring::generate("test")]).unwrap();
    Base { db, clock, keyring: Arc::new(keyring) }
}

pub(crate) fn tools(
    base: &Base,
    (messenger, model, gateway): (&Arc<FakeMessenger>, &Arc<FakeModel>, &Arc<FakeGateway>),
) -> Tools {
    let assets = assets();
    let catalog = Arc::new(Catalog::load(&assets).unwrap());
    let stocks = catalog.all().map(|product| (product.sku.clone(), product.supply())).collect();
    Tools {
        till: till(base, gateway, stocks),
        sender: sender(messenger),
        texts: Arc::new(Texts::load(&assets).unwrap()),
        catalog,
        charts: Charts { service: None, fallback: true },
        // The stories' texts are no reports; those of the gate switch it on.
        writing: writing([Writer::new("fake", Arc::clone(model) as _)], Mode::Off),
        retention: Retention::default(),
        affiliation: Affiliation { enabled: true, rate_percent: 20, hold_days: 14 },
        operators: Operators { alert_chat: Some(OPERATORS), locale: Locale::ZhHans },
        mailer: None,
        sinks: Arc::default(),
        drawing: Drawing::default(),
        contact: Some("@shop_support".to_owned()),
    }
}

pub(crate) fn writing(writers: impl IntoIterator<Item = Writer>, gate_mode: Mode) -> Writing {
    let gate = Arc::new(Gate::try_new().unwrap());
    let writers = writers.into_iter().collect();
    let budget = Budget { tokens: 400_000, cost_micros: None };
    Writing {
        writers,
        templates: Templates::default(),
        attempts: 3,
        gate,
        gate_mode,
        gate_attempts: 3,
        chapters_at_once: 3,
        budget,
        live_drafts: false,
    }
}

pub(crate) fn sender(messenger: &Arc<FakeMessenger>) -> Sender {
    Sender::start(Arc::clone(messenger) as _, at_once())
}

fn till(base: &Base, gateway: &Arc<FakeGateway>, stocks: BTreeMap<Sku, Supply>) -> Till {
    let counter = Counter {
        gateway: Arc::clone(gateway) as _,
        proof: Proof::Query,
        default_method: "wechat".to_owned(),
        methods: vec!["wechat".to_owned(), "alipay".to_owned()],
    };
    Till {
        base: base.clone(),
        money: MoneyRules {
            late_payment: LatePayment::Fulfil,
            stocks,
            time_zone: chrono_tz::Tz::Asia__Shanghai,
        },
        counters: Arc::new(BTreeMap::from([("fakepay".to_owned(), counter)])),
        provider: "fakepay".to_owned(),
        public_url: "https://shop.example".to_owned(),
        payment_ttl: Duration::from_secs(30 * 60),
        method_ttl: BTreeMap::new(),
        most_waiting: 0,
        test: false,
    }
}

pub(crate) fn counted(pieces: u32) -> Supply {
    Supply { stock: Stock::Counted(pieces), low_stock: None }
}

/// No story waits for a chat's pace.
pub(crate) fn at_once() -> Pace {
    Pace {
        per_chat_every: Duration::ZERO,
        messages_per_second: 100_000,
        gestures_per_second: 100_000,
        progress_every: Duration::ZERO,
        draft_every: Duration::ZERO,
        back_off: Duration::from_millis(1),
        tries: 1,
        ..Pace::default()
    }
}

/// The shipped templates, and products of the tests' own.
pub(crate) fn assets() -> Assets {
    static FOLDER: std::sync::OnceLock<tempfile::TempDir> = std::sync::OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::TempDir::new().unwrap();
        let write = |sku: &str, head: &str, prompt: &str| {
            let product = folder.path().join("products").join(sku);
            std::fs::create_dir_all(&product).unwrap();
            let partner = if sku == "couple" { PARTNER_FORM } else { "" };
            let toml = format!("{}{partner}", product_toml(head));
            std::fs::write(product.join("product.toml"), toml).unwrap();
            std::fs::write(product.join("prompt.md"), prompt).unwrap();
        };
        for (sku, head) in PRODUCTS {
            write(sku, head, PROMPT);
        }
        write("novel", &novel(), NOVEL_PROMPT);
        let more = folder.path().join("products/more");
        std::fs::create_dir_all(&more).unwrap();
        std::fs::write(more.join("product.toml"), MORE).unwrap();
        folder
    });
    Assets::with_dir(folder.path())
}

fn product_toml(head: &str) -> String {
    let chart_form = if head.contains("needs_chart") { CHART_FORM } else { "" };
    format!(
        r#"{head}
name = {{ zh-Hans = "一封信" }}
summary = {{ zh-Hans = "一封信" }}
description = {{ zh-Hans = "一封信" }}
[report]
kind = "full"
min_characters = 100
max_characters = 9000
rewrites = 1
[[form]]
key = "question"
kind = "text"
max_length = 100
label = {{ zh-Hans = "问题" }}
question = {{ zh-Hans = "问什么？" }}
{chart_form}"#
    )
}

/// A filled-in form with another draft each time.
pub(crate) fn a_draft(user: UserId, sku: &str, mut answers: FormAnswers) -> PlaceOrder {
    answers.set("question", Answer::Text("前程如何".to_owned()));
    PlaceOrder {
        user,
        draft_id: ids::crockford(12),
        sku: Sku::from(sku),
        locale: Locale::ZhHans,
        answers,
        method: None,
        anchor_message: None,
        coupon: None,
        seen_total: None,
        about: None,
    }
}

/// A woman, 1990-05-20 07:15, who asks about 2027.
pub(crate) fn a_birth_form() -> FormAnswers {
    let mut answers = FormAnswers::default();
    answers.set("gender", Answer::Gender(Gender::Female));
    answers.set("year", Answer::Number(2027));
    answers.set("birth", Answer::Birth(a_birth()));
    answers
}

/// The same woman, and a man of 1988-04-25 whose hour nobody knows.
pub(crate) fn a_couple() -> FormAnswers {
    let mut answers = FormAnswers::default();
    let hour = BirthHour::Unknown;
    let his = BirthAnswer { year: 1988, month: 4, day: 25, hour, ..a_birth() };
    // As a form that was filled in backwards.
    answers.set("partner_birth", Answer::Birth(his));
    answers.set("partner_gender", Answer::Gender(Gender::Male));
    for given in a_birth_form().iter() {
        answers.set(&given.field, given.answer.clone());
    }
    answers
}

pub(crate) fn a_birth() -> BirthAnswer {
    BirthAnswer {
        calendar: Calendar::Solar,
        year: 1990,
        month: 5,
        day: 20,
        leap_month: false,
        hour: BirthHour::Exact { hour: 7, minute: 15 },
        place: None,
        summer_time: SummerTime::StandardTime,
        day_start: DayStart::AtTwentyThree,
    }
}

impl TestApp {
    /// A buyer has placed an order for 29.90 CNY and the payment is open.
    pub(crate) async fn an_order(&self) -> Order {
        let order = self.place("letter", FormAnswers::default()).await;
        self.run_jobs().await;
        order
    }

    /// An order with a chart was paid: a woman, 1990-05-20 07:15, who asks about 2027.
    pub(crate) async fn a_paid_reading(&self) -> Order {
        let order = self.place("reading", a_birth_form()).await;
        self.run_jobs().await;
        self.pay(&order.order_no, "first").await;
        order
    }

    /// An order of nine chapters was paid, with the same birth.
    pub(crate) async fn a_paid_novel(&self) -> Order {
        let order = self.place("novel", a_birth_form()).await;
        self.run_jobs().await;
        self.pay(&order.order_no, "first").await;
        order
    }

    /// An order of the free product; its work waits in the queue.
    pub(crate) async fn a_free_order(&self) -> Order {
        self.place("line", FormAnswers::default()).await
    }

    /// An order that was paid; its work waits in the queue.
    pub(crate) async fn a_paid_order(&self) -> Order {
        let order = self.an_order().await;
        assert_eq!(self.pay(&order.order_no, "first").await, Judgement::Applied);
        order
    }

    pub(crate) async fn place(&self, sku: &str, answers: FormAnswers) -> Order {
        let placed = self.ask_for(BUYER, sku, answers).await;
        let Placed::Ordered(order) = placed else { panic!("the order was not placed: {placed:?}") };
        *order
    }

    /// A buyer has answered the form and confirms.
    pub(crate) async fn ask_for(&self, user: UserId, sku: &str, answers: FormAnswers) -> Placed {
        self.a_user(user).await;
        self.try_to_place(a_draft(user, sku, answers)).await
    }

    /// What `user` confirms on a check card that shows no price.
    pub(crate) fn wish(user: UserId, sku: &str, coupon: Option<&str>) -> PlaceOrder {
        let draft = a_draft(user, sku, FormAnswers::default());
        PlaceOrder { coupon: coupon.map(str::to_owned), ..draft }
    }

    pub(crate) async fn try_to_place(&self, wish: PlaceOrder) -> Placed {
        place_order::run(&self.tools.till, &self.tools.catalog, wish).await.unwrap()
    }

    /// Everybody confirms at the same moment.
    pub(crate) async fn all_at_once(&self, wishes: Vec<PlaceOrder>) -> Vec<Placed> {
        let mut buyers = tokio::task::JoinSet::new();
        for wish in wishes {
            let (till, catalog) = (self.tools.till.clone(), Arc::clone(&self.tools.catalog));
            buyers.spawn(async move { place_order::run(&till, &catalog, wish).await.unwrap() });
        }
        buyers.join_all().await
    }

    pub(crate) async fn a_user(&self, user: UserId) {
        let tx = self.base.db.begin_write().await.unwrap();
        users::repo::insert(&tx, user, Locale::ZhHans, self.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// The next order of the buyer earns the promoter a commission.
    pub(crate) async fn a_promoter(&self) -> AffiliateCode {
        self.a_user(BUYER).await;
        self.a_user(PROMOTER).await;
        let code = AffiliateCode::generate();
        let tx = self.base.db.begin_write().await.unwrap();
        let now = self.clock.now();
        affiliates::repo::insert(&tx, &code, PROMOTER, now).await.unwrap();
        users::repo::save_referral(&tx, BUYER, &code, now).await.unwrap();
        tx.commit().await.unwrap();
        code
    }

    /// The provider calls: the order's payment succeeded. `key` names the notice.
    pub(crate) async fn pay(&self, order_no: &OrderNo, key: &str) -> Judgement {
        let payment = self.payment(order_no).await;
        self.settle(&observation(&payment.payment_no, key)).await
    }

    /// The provider calls with this fact.
    pub(crate) async fn settle(&self, observation: &Observation) -> Judgement {
        settle_payment::run(&self.base, &self.tools.till.money, observation, b"{}").await.unwrap()
    }

    pub(crate) async fn payment(&self, order_no: &OrderNo) -> Payment {
        let mut all = payments::list_of_order(self.base.db.read(), order_no).await.unwrap();
        assert_eq!(all.len(), 1, "one payment of {order_no}");
        all.remove(0)
    }

    /// What the promoter has earned: orders, and minor units.
    pub(crate) async fn earned(&self, code: &AffiliateCode) -> (i64, i64) {
        let earnings =
            affiliates::repo::earnings(self.base.db.read(), code, self.base.now()).await.unwrap();
        earnings.first().map_or((0, 0), |sum| {
            (sum.orders, sum.pending.minor.saturating_add(sum.confirmed.minor))
        })
    }
}
