//! A shop: the program with its books, in a world of its own.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::binary::{Environment, Program, free_address, run, written};
use super::buyer::Buyer;
use super::database::{Database, Kind};
use super::world::World;
use super::world::pingpong::{Dialect, seal};
use super::world::telegram::{BUYER_NAME, TOKEN};
use super::world::{model, yuanfenju};

/// Where alerts go.
pub(crate) const ALERT_CHAT: i64 = 610_000_001;
pub(crate) const UPDATE_SECRET: &str = "played-update-secret_42";
const ENCRYPTION_KEY: &str = "outside:MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// What is different from shop to shop.
#[derive(Clone)]
pub(crate) struct Plan {
    pub(crate) kind: Kind,
    dialect: Dialect,
    webhook: bool,
    more: Vec<(&'static str, String)>,
}

impl Plan {
    pub(crate) fn new(kind: Kind, dialect: Dialect) -> Self {
        Self { kind, dialect, webhook: false, more: Vec::new() }
    }

    /// Updates come to the program instead of being fetched.
    pub(crate) fn by_webhook(mut self) -> Self {
        self.webhook = true;
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.more.push((name, value.to_owned()));
        self
    }
}

/// An open shop. Closed by [`Shop::close`], which also judges what is only known at the end.
pub(crate) struct Shop {
    pub(crate) world: World,
    pub(crate) database: Database,
    pub(crate) environment: Environment,
    program: Mutex<Option<Program>>,
    folder: TempDir,
}

impl Shop {
    pub(crate) async fn open(plan: &Plan) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world = World::new(plan.dialect).await;
        // The operator has written to the bot, or no alert could reach them.
        world.telegram.meet(ALERT_CHAT);
        let database = Database::create(plan.kind, folder.path()).await;
        let environment = environment(plan, &world, &database);
        let program = Mutex::new(Some(Program::serve(&environment, folder.path()).await));
        Self { world, database, environment, program, folder }
    }

    /// Where the program listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.environment["MINGSHU_SERVER__BIND"])
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn buyer(&self, chat: i64) -> Buyer<'_> {
        Buyer::new(self, chat)
    }

    /// The operator's chat, as its reader.
    pub(crate) fn operator(&self) -> Buyer<'_> {
        Buyer::new(self, ALERT_CHAT)
    }

    /// `orders show NO --json`.
    pub(crate) fn order(&self, order_no: &str) -> Value {
        let output = run(&self.environment, self.folder(), &["orders", "show", order_no, "--json"]);
        assert!(output.status.success(), "orders show: {}", written(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Waits until the books say this of an order.
    pub(crate) async fn order_is(&self, order_no: &str, status: &str) {
        let sql = format!("SELECT status FROM orders WHERE order_no = '{order_no}'");
        let reached = async {
            while self.database.texts(&sql).await != [status] {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(40), reached).await;
        assert!(waited.is_ok(), "order {order_no} is not {status}:\n{:#}", self.order(order_no));
    }

    /// The program dies without a word.
    pub(crate) fn kill(&self) {
        let program = self.program.lock().unwrap().take();
        program.expect("the program runs").kill();
    }

    /// The program starts again, as it was.
    pub(crate) async fn restart(&self) {
        let program = Program::serve(&self.environment, self.folder.path()).await;
        *self.program.lock().unwrap() = Some(program);
    }

    /// Stops the program by SIGTERM and judges its manners: a clean end, no broken protocol rule,
    /// no secret and no personal data in its log, and books that balance.
    pub(crate) async fn close(self) {
        let program = self.program.lock().unwrap().take().expect("the program runs");
        let status = program.stop().await;
        let log = std::fs::read_to_string(self.folder.path().join("log")).unwrap();
        assert!(status.success(), "the program stopped with {status}:\n{log}");
        for secret in secrets() {
            assert!(!log.contains(secret), "the log contains `{secret}`");
        }
        let complaints = self.world.stage.complaints();
        assert!(complaints.is_empty(), "broken rules:\n{}", complaints.join("\n"));
        self.books_balance();
        self.database.drop().await;
    }

    /// Asks the program's own doctor, who needs no more than the database and the keys. What waits
    /// for a person is the story's business.
    fn books_balance(&self) {
        const WAITING: [&str; 5] = ["M13", "M14", "M15", "M16", "M17"];
        let needed = ["DATABASE_URL", "MINGSHU_DATABASE__URL", "MINGSHU_SECURITY__ENCRYPTION_KEYS"];
        let environment: Environment = self
            .environment
            .iter()
            .filter(|(name, _)| needed.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let output = run(&environment, self.folder(), &["doctor", "money", "--json"]);
        let told: Value = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|_no_json| panic!("{}", written(&output)));
        let checks = told["checks"].as_array().unwrap();
        let broken: Vec<&Value> = checks
            .iter()
            .filter(|check| check["count"] != 0)
            .filter(|check| !WAITING.contains(&check["code"].as_str().unwrap()))
            .collect();
        assert!(broken.is_empty(), "the books do not balance: {broken:#?}");
        assert!(checks.len() >= 19);
    }
}

/// What no log and no error message may contain.
pub(crate) fn secrets() -> [&'static str; 9] {
    [
        TOKEN,
        seal::SALT,
        seal::WEBHOOK_SECRET,
        UPDATE_SECRET,
        model::API_KEY,
        yuanfenju::API_KEY,
        "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY",
        BUYER_NAME,
        "1992-10-21",
    ]
}

/// The environment of a shop that talks to the played world.
fn environment(plan: &Plan, world: &World, database: &Database) -> Environment {
    let mut environment = settings_of(plan, &database.url);
    let places = [
        ("MINGSHU_TELEGRAM__API_URL", world.telegram.url()),
        ("MINGSHU_AI__BASE_URL", world.model.url()),
        ("MINGSHU_PINGPONG__BASE_URL", world.pingpong.url()),
        ("MINGSHU_YUANFENJU__BASE_URL", world.yuanfenju.url()),
    ];
    for (name, url) in places {
        environment.insert(name.to_owned(), url.to_owned());
    }
    environment
}

/// Good settings, half of them under the names of the seeds, that lead nowhere yet.
pub(crate) fn settings_of(plan: &Plan, database_url: &str) -> Environment {
    let address = free_address();
    let mut environment = Environment::new();
    let mut set = |name: &str, value: &str| {
        environment.insert(name.to_owned(), value.to_owned());
    };
    set("TELEGRAM_BOT_TOKEN", TOKEN);
    set("DATABASE_URL", database_url);
    set("WEBHOOK_URL", &format!("http://{address}"));
    set("DEEPSEEK_API_KEY", model::API_KEY);
    set("MINGSHU_SERVER__BIND", &address);
    // This world's model writes filler; the gate has its own stories.
    set("MINGSHU_REPORT__GATE", "off");
    // 八字详批 as one request: this world's model writes whole reports. Chapters have their stories in
    // tests/it, where every request can be told apart.
    set("MINGSHU_TEMPLATES__DIR", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outside/templates"));
    set("MINGSHU_TELEGRAM__ALERT_CHAT_ID", &ALERT_CHAT.to_string());
    set("MINGSHU_TELEGRAM__ADMIN_IDS", &format!("[{ALERT_CHAT}]"));
    set("MINGSHU_PINGPONG__BASE_URL", "http://127.0.0.1:9");
    // Drawing costs seconds in a program that is not optimised: where it matters, a story asks.
    set("MINGSHU_RENDER__ENABLED", "false");
    set("MINGSHU_SECURITY__ENCRYPTION_KEYS", &format!("[\"{ENCRYPTION_KEY}\"]"));
    match plan.dialect {
        Dialect::V4 => {
            set("MINGSHU_PINGPONG__ACC_ID", seal::ACC_ID);
            set("MINGSHU_PINGPONG__CLIENT_ID", seal::CLIENT_ID);
            set("MINGSHU_PINGPONG__SALT", seal::SALT);
        }
        Dialect::Hmac => {
            set("MINGSHU_PINGPONG__DIALECT", "hmac");
            set("PINGPONG_WEBHOOK_SECRET", seal::WEBHOOK_SECRET);
        }
    }
    if plan.webhook {
        set("MINGSHU_TELEGRAM__MODE", "webhook");
        set("MINGSHU_TELEGRAM__WEBHOOK_SECRET", UPDATE_SECRET);
    }
    for (name, value) in &plan.more {
        set(name, value);
    }
    environment
}
