//! A shop with its bot, and people who write to it.

use std::collections::BTreeMap;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use migrations::{Migrator, MigratorTrait as _};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::chat::{Chats, Room};
use crate::bot::{AffiliateTerms, Arrival, Bot, BotParts, BotSettings, Kept, intake};
use crate::catalog::{Catalog, WaysToPay};
use crate::flows::base::{Base, LatePayment};
use crate::flows::settle_payment::MoneyRules;
use crate::flows::till::{Counter, Proof, Till};
use crate::kernel::clock::{ManualClock, Timestamp};
use crate::kernel::ids::{self, UserId};
use crate::notifications::adapters::telegram::BotApi;
use crate::notifications::sender::{Pace, Sender};
use crate::orders::{self, Order};
use crate::payments::STARS;
use crate::payments::adapters::pingpong_hmac::{HmacConfig, PingPongHmac};
use crate::payments::adapters::telegram_stars::{StarsConfig, TelegramStars};
use crate::platform::assets::Assets;
use crate::platform::crypto::Keyring;
use crate::platform::db::{Db, DbOptions, execute, query_one};
use crate::platform::texts::Texts;

pub(super) const OPERATOR: i64 = 1;
/// Nobody listens there.
const NOWHERE: &str = "http://127.0.0.1:9";

pub(super) struct Shop {
    bot: Bot,
    chats: Arc<Chats>,
    clock: Arc<ManualClock>,
    next: AtomicI64,
    _folder: tempfile::TempDir,
}

/// Tells `story` on SQLite, and on Postgres where a server answers.
pub(super) async fn on_every_database(story: impl AsyncFn(Shop)) {
    Box::pin(story(Shop::open().await)).await;
    let Some(server) = postgres() else { return };
    let schema = format!("mingshu_bot_{}", ids::crockford(12).to_lowercase());
    let owner = Db::connect(&DbOptions { url: server.clone(), max_connections: 2 }).await.unwrap();
    execute(owner.write(), &format!("CREATE SCHEMA {schema}"), vec![]).await.unwrap();
    let separator = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{separator}options[search_path]={schema}");
    Box::pin(story(Shop::open_on(url, (Arrival::Polling, None)).await)).await;
    execute(owner.write(), &format!("DROP SCHEMA {schema} CASCADE"), vec![]).await.unwrap();
}

/// Where it is looked for: as tests/it does.
fn postgres() -> Option<String> {
    if std::env::var("TEST_DATABASE").is_ok_and(|wanted| wanted == "sqlite") {
        return None;
    }
    let named = std::env::var("TEST_POSTGRES_URL").ok().filter(|url| !url.is_empty());
    let local = std::net::SocketAddr::from(([127, 0, 0, 1], 5432));
    let answers = || TcpStream::connect_timeout(&local, Duration::from_millis(500)).is_ok();
    named.or_else(|| answers().then(|| "postgres://postgres@127.0.0.1:5432/postgres".to_owned()))
}

impl Shop {
    pub(super) async fn open() -> Self {
        Self::open_with(Arrival::Polling, None).await
    }

    /// `telegram`: where Telegram's own methods are played.
    pub(super) async fn open_with(arrival: Arrival, telegram: Option<String>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("test.db").display());
        Self { _folder: folder, ..Self::open_on(url, (arrival, telegram)).await }
    }

    async fn open_on(url: String, (arrival, telegram): (Arrival, Option<String>)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::connect(&DbOptions { url, max_connections: 2 }).await.unwrap();
        Migrator::up(db.write(), None).await.unwrap();
        let clock = Arc::new(ManualClock::new(Timestamp(1_795_233_600_000)));
        let keyring = Arc::new(Keyring::parse(&[Keyring::generate("k1")]).unwrap());
        let base = Base { db, clock: clock.clone(), keyring };
        let chats = Arc::new(Chats::default());
        let telegram = telegram.unwrap_or_else(|| NOWHERE.to_owned());
        let bot = bot(till(base), &chats, (arrival, &telegram));
        Self { bot, chats, clock, next: AtomicI64::new(1), _folder: folder }
    }

    /// The same shop, which sells for Telegram Stars, too.
    pub(super) fn with_stars(self) -> Self {
        let gateway = TelegramStars::try_new(&StarsConfig::new(NOWHERE, "1:a".into())).unwrap();
        let counter = Counter {
            gateway: Arc::new(gateway),
            proof: Proof::Callback,
            default_method: STARS.to_owned(),
            methods: vec![STARS.to_owned()],
        };
        let mut till = self.bot.till.clone();
        let mut counters = BTreeMap::clone(&till.counters);
        counters.insert(STARS.to_owned(), counter);
        till.counters = Arc::new(counters);
        let bot = bot(till, &self.chats, (Arrival::Polling, NOWHERE));
        Self { bot, ..self }
    }

    /// The same database and chats, another process.
    pub(super) fn restart(self) -> Self {
        let bot = bot(self.bot.till.clone(), &self.chats, (Arrival::Polling, NOWHERE));
        Self { bot, ..self }
    }

    pub(super) fn base(&self) -> &Base {
        &self.bot.till.base
    }

    pub(super) fn till(&self) -> &Till {
        &self.bot.till
    }

    pub(super) fn room(&self, user: i64) -> Room {
        self.chats.rooms().get(&user).cloned().unwrap_or_default()
    }

    /// To change how the chat behaves.
    pub(super) fn room_of(&self, user: i64) -> RoomOf<'_> {
        RoomOf { chats: &self.chats, user }
    }

    pub(super) async fn says(&self, user: i64, text: &str) {
        self.says_in(user, text, "zh-hans").await;
    }

    pub(super) async fn says_in(&self, user: i64, text: &str, language: &str) {
        let message = json!({ "message_id": 1, "date": 0, "text": text,
            "from": person(user, language), "chat": private(user) });
        self.receive(&self.update("message", message)).await;
    }

    /// The same under an `@name`.
    pub(super) async fn says_as(&self, user: i64, text: &str, name: &str) {
        let mut from = person(user, "zh-hans");
        from["username"] = name.into();
        let message = json!({ "message_id": 1, "date": 0, "text": text,
            "from": from, "chat": private(user) });
        self.receive(&self.update("message", message)).await;
    }

    /// Taps the newest button whose label holds `words`.
    pub(super) async fn taps(&self, user: i64, words: &str) {
        let update = self.button_update(user, words);
        self.receive(&update).await;
    }

    pub(super) fn button_update(&self, user: i64, words: &str) -> String {
        let room = self.room(user);
        let found = room.button(words);
        let (message, data) =
            found.unwrap_or_else(|| panic!("no button {words}:\n{}", room.last()));
        self.press_update(user, message, &data)
    }

    /// Sends data as if a button of the last message carried it.
    pub(super) async fn presses(&self, user: i64, data: &str) {
        let message = self.room(user).last_id().unwrap_or(1);
        self.receive(&self.press_update(user, message, data)).await;
    }

    /// Presses a button of a certain message.
    pub(super) async fn presses_on(&self, user: i64, message: i64, data: &str) {
        self.receive(&self.press_update(user, message, data)).await;
    }

    /// A message that is something other than text.
    pub(super) async fn sends(&self, user: i64, content: Value) {
        let mut message = json!({ "message_id": 1, "date": 0,
            "from": person(user, "zh-hans"), "chat": private(user) });
        if let (Some(message), Value::Object(content)) = (message.as_object_mut(), content) {
            message.extend(content);
        }
        self.receive(&self.update("message", message)).await;
    }

    /// Changes an older message to `text`.
    pub(super) async fn edits(&self, user: i64, text: &str) {
        let message = json!({ "message_id": 1, "date": 0, "edit_date": 1, "text": text,
            "from": person(user, "zh-hans"), "chat": private(user) });
        self.receive(&self.update("edited_message", message)).await;
    }

    pub(super) async fn says_in_group(&self, user: i64, text: &str) {
        let message = json!({ "message_id": 1, "date": 0, "text": text,
            "from": person(user, "zh-hans"),
            "chat": { "id": -100_500, "type": "supergroup", "title": "G" } });
        self.receive(&self.update("message", message)).await;
    }

    fn press_update(&self, user: i64, message: i64, data: &str) -> String {
        let message = json!({ "message_id": message, "date": 0, "chat": private(user) });
        let query = json!({ "id": format!("{user}-q"), "from": person(user, "zh-hans"),
            "chat_instance": "c", "message": message, "data": data });
        self.update("callback_query", query)
    }

    pub(super) async fn blocks(&self, user: i64, blocked: bool) {
        let status = if blocked { "kicked" } else { "member" };
        let change = json!({ "chat": private(user), "from": person(user, "zh-hans"), "date": 0,
            "old_chat_member": {}, "new_chat_member": { "status": status } });
        self.receive(&self.update("my_chat_member", change)).await;
    }

    fn update(&self, kind: &str, body: Value) -> String {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut update = json!({ "update_id": id });
        update[kind] = body;
        update.to_string()
    }

    /// Keeps an update and handles everything that can be handled.
    pub(super) async fn receive(&self, update: &str) {
        self.bot.inbox.keep(&[update]).await.unwrap();
        self.work().await;
    }

    pub(super) async fn later(&self, pause: Duration) {
        self.clock.advance(pause);
        self.work().await;
    }

    /// The database breaks.
    pub(super) async fn lose_the_tables(&self) {
        let tx = self.base().db.begin_write().await.unwrap();
        execute(tx.conn(), "DROP TABLE telegram_updates", vec![]).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub(super) fn bot(&self) -> &Bot {
        &self.bot
    }

    /// Handles everything that can be handled.
    pub(super) async fn work(&self) {
        loop {
            let claimed = self.bot.inbox.claim(16).await.unwrap();
            if claimed.is_empty() {
                return;
            }
            for update in &claimed {
                intake::handle(&self.bot, update).await;
            }
        }
    }

    pub(super) async fn only_order(&self, user: i64) -> Order {
        let db = self.base().db.read();
        let mut orders = orders::repo::list_of_user(db, UserId(user), 10).await.unwrap();
        assert_eq!(orders.len(), 1);
        orders.remove(0)
    }

    /// How many updates were given up.
    pub(super) async fn parked(&self) -> i64 {
        let sql = "SELECT count(*) FROM telegram_updates WHERE status = 'parked'";
        let row = query_one(self.base().db.read(), sql, vec![]).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }
}

/// A handle on one chat.
pub(super) struct RoomOf<'a> {
    chats: &'a Chats,
    user: i64,
}

impl RoomOf<'_> {
    fn change(&self, change: impl FnOnce(&mut Room)) {
        change(self.chats.rooms().entry(self.user).or_default());
    }

    pub(super) fn is_away(&self, away: bool) {
        self.change(|room| room.is_away(away));
    }

    pub(super) fn is_blocked(&self, blocked: bool) {
        self.change(|room| room.is_blocked(blocked));
    }

    pub(super) fn refuses(&self, refusing: bool) {
        self.change(|room| room.refuses(refusing));
    }
}

fn bot(till: Till, chats: &Arc<Chats>, (arrival, telegram): (Arrival, &str)) -> Bot {
    let assets = Assets::embedded();
    let takes_stars = till.counters.contains_key(STARS);
    let ways = if takes_stars { WaysToPay::MoneyAndStars } else { WaysToPay::Money };
    let messenger = Arc::clone(chats);
    let api = BotApi::try_new(telegram, SecretString::from("1:a")).unwrap();
    let settings = BotSettings {
        arrival,
        admin_ids: vec![OPERATOR],
        affiliate: Some(AffiliateTerms { rate_percent: 20, hold_days: 14, payout_minimum: 5 }),
        contact: Some("@shop".to_owned()),
        kept: Kept { unpaid_days: 30, reports_days: 0, drafts_days: 30, profiles_days: 730 },
        concurrency: 8,
    };
    let bot = Bot::new(BotParts {
        till,
        catalog: Arc::new(Catalog::load(&assets).unwrap().paid_by(ways)),
        texts: Arc::new(Texts::load(&assets).unwrap()),
        sender: Sender::start(messenger, at_once()),
        api: Arc::new(api),
        settings,
        pulse: Arc::default(),
    });
    bot.username.set("mingshu_bot".to_owned()).unwrap();
    bot
}

fn at_once() -> Pace {
    Pace {
        per_chat_every: Duration::ZERO,
        messages_per_second: 100_000,
        gestures_per_second: 100_000,
        progress_every: Duration::ZERO,
        back_off: Duration::from_millis(1),
        tries: 1,
        ..Pace::default()
    }
}

fn till(base: Base) -> Till {
    let config = HmacConfig::new(NOWHERE, SecretString::from("secret"));
    let counter = Counter {
        gateway: Arc::new(PingPongHmac::try_new(&config).unwrap()),
        proof: Proof::Callback,
        default_method: "wechat".to_owned(),
        methods: vec!["wechat".to_owned(), "alipay".to_owned()],
    };
    Till {
        base,
        money: MoneyRules {
            late_payment: LatePayment::Fulfil,
            stocks: BTreeMap::new(),
            time_zone: chrono_tz::Tz::Asia__Shanghai,
        },
        counters: Arc::new(BTreeMap::from([("pingpong".to_owned(), counter)])),
        provider: "pingpong".to_owned(),
        public_url: "https://shop.example".to_owned(),
        payment_ttl: Duration::from_secs(30 * 60),
        method_ttl: BTreeMap::new(),
        most_waiting: 0,
        test: false,
    }
}

fn person(user: i64, language: &str) -> Value {
    json!({ "id": user, "is_bot": false, "first_name": "A", "language_code": language })
}

fn private(user: i64) -> Value {
    json!({ "id": user, "type": "private", "first_name": "A" })
}
