//! `kill -9` at random moments of purchases. After the restart every order ends completed exactly
//! once, no report is bought twice, and of the messages at most the one in flight appears twice
//! (spec.md §5). `MINGSHU_KILLS` says how often, `MINGSHU_KILL_SEED` repeats a run.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::database::{self, Kind};
use super::dice::Dice;
use super::errands::{Birth, Ordered};
use super::shop::{Plan, Shop};
use super::world::pingpong::Dialect;
use super::world::telegram::Kind as Shown;

const FIRST_BUYER: i64 = 580_000_001;
/// Buyers who are in the shop at the same time.
const AT_ONCE: usize = 6;
/// An answer that was finished so short before a kill may not have been stored.
const IN_FLIGHT: Duration = Duration::from_secs(2);

#[tokio::test]
async fn a_killed_program_finishes_every_purchase_once() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let kills = usize::try_from(number("MINGSHU_KILLS").unwrap_or(12)).unwrap();
    let seed = number("MINGSHU_KILL_SEED").unwrap_or_else(|| {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        u64::from(since.subsec_nanos())
    });
    println!("kill -9: {kills} times, MINGSHU_KILL_SEED={seed}");
    let kinds = database::kinds().await;
    let share = kills.div_ceil(kinds.len());
    let mut stories = JoinSet::new();
    for (kind, seed) in kinds.into_iter().zip(seed..) {
        stories.spawn(async move { Story::open(kind, seed).await.play(kind, share).await });
    }
    while let Some(ended) = stories.join_next().await {
        ended.unwrap();
    }
}

/// One shop under fire.
struct Story {
    shop: Shop,
    dice: Dice,
    kills: Mutex<Vec<Instant>>,
    next_chat: AtomicI64,
    over: AtomicBool,
}

impl Story {
    async fn open(kind: Kind, seed: u64) -> Arc<Self> {
        let dialect = if kind == Kind::Sqlite { Dialect::Hmac } else { Dialect::V4 };
        let plan = Plan::new(kind, dialect)
            .with("MINGSHU_WORKER__LEASE_SECONDS", "3")
            .with("MINGSHU_WORKER__SWEEP_SECONDS", "1");
        let shop = Shop::open(&plan).await;
        shop.world.model.slow_down(Duration::from_millis(60));
        Arc::new(Self {
            shop,
            dice: Dice::new(seed),
            kills: Mutex::default(),
            next_chat: AtomicI64::new(FIRST_BUYER),
            over: AtomicBool::new(false),
        })
    }

    async fn play(self: Arc<Self>, kind: Kind, kills: usize) {
        let mut people = JoinSet::new();
        for _ in 0..AT_ONCE {
            let story = Arc::clone(&self);
            people.spawn(async move { story.buy_on_and_on().await });
        }
        let story = Arc::clone(&self);
        people.spawn(async move { story.kill_on_and_on(kills).await });
        let mut purchases = Vec::new();
        while let Some(done) = people.join_next().await {
            purchases.extend(done.unwrap());
        }
        println!("{kind:?}: {} purchases survived {kills} kills", purchases.len());
        for purchase in &purchases {
            self.judge(purchase).await;
        }
        let story = Arc::into_inner(self).expect("everybody has left");
        let parked = "SELECT COUNT(*) FROM jobs WHERE status = 'parked'";
        assert_eq!(story.shop.database.number(parked).await, 0);
        story.shop.close().await;
    }

    async fn kill_on_and_on(&self, kills: usize) -> Vec<Purchase> {
        for _ in 0..kills {
            tokio::time::sleep(self.moment()).await;
            self.shop.kill();
            self.kills.lock().unwrap().push(Instant::now());
            self.shop.restart().await;
        }
        self.over.store(true, Ordering::Relaxed);
        Vec::new()
    }

    /// 0.2 to 6 seconds.
    fn moment(&self) -> Duration {
        Duration::from_millis(200 + self.dice.below(5800))
    }

    async fn buy_on_and_on(&self) -> Vec<Purchase> {
        let mut purchases = Vec::new();
        while !self.over.load(Ordering::Relaxed) {
            let chat = self.next_chat.fetch_add(1, Ordering::Relaxed);
            purchases.push(Purchase::make(&self.shop, chat).await);
        }
        purchases
    }

    async fn judge(&self, purchase: &Purchase) {
        let shop = &self.shop;
        let kills = self.kills.lock().unwrap().clone();
        let (from, to) = purchase.span;
        let hits = kills.iter().filter(|kill| (from..to).contains(*kill)).count();
        let about = format!("order {} with {hits} kills", purchase.ordered.order_no);
        ended_once(shop, (purchase.chat, &purchase.ordered.order_no), &about).await;
        let asked = shop.world.model.asked(&purchase.question);
        let mut finished: Vec<Instant> = asked.iter().filter_map(|asked| asked.finished).collect();
        finished.sort_unstable();
        finished.pop().expect("a report was written");
        for lost in finished {
            let excused = kills.iter().any(|kill| (lost..lost + IN_FLIGHT).contains(kill));
            assert!(excused, "{about}: a finished report was bought again");
        }
        let mut copies: BTreeMap<String, usize> = BTreeMap::new();
        let record = shop.world.telegram.record(purchase.chat);
        for shown in record.iter().filter(|shown| shown.kind == Shown::Sent) {
            *copies.entry(shown.text.clone()).or_default() += 1;
        }
        let of_report = copies.iter().filter(|(text, _)| text.contains('〔'));
        let extra: usize = of_report.map(|(_, copies)| copies - 1).sum();
        assert!(extra <= hits, "{about}: {extra} segments twice");
    }
}

/// One purchase from `/start` to the closing message.
struct Purchase {
    chat: i64,
    question: String,
    ordered: Ordered,
    span: (Instant, Instant),
}

impl Purchase {
    async fn make(shop: &Shop, chat: i64) -> Self {
        let begun = Instant::now();
        let question = format!("第{chat}号问题");
        let mut buyer = shop.buyer(chat);
        buyer.waits_for_spinner = false;
        buyer.patience = Duration::from_secs(120);
        let ordered = buyer.orders_whole_chart(Birth::Typed, &question).await;
        shop.world.pingpong.pay(&ordered.payment_no).await;
        buyer.sees("report-closing").await;
        shop.order_is(&ordered.order_no, "completed").await;
        Self { chat, question, ordered, span: (begun, Instant::now()) }
    }
}

/// The order of this buyer was paid and completed once, and nothing was given back.
pub(crate) async fn ended_once(shop: &Shop, (chat, order_no): (i64, &str), about: &str) {
    let once = [
        format!(
            "SELECT COUNT(*) FROM order_history WHERE order_no = '{order_no}' AND to_status = 'completed'"
        ),
        format!(
            "SELECT COUNT(*) FROM order_history WHERE order_no = '{order_no}' AND to_status = 'paid'"
        ),
        format!(
            "SELECT COUNT(*) FROM payments WHERE order_no = '{order_no}' AND status = 'succeeded'"
        ),
        format!(
            "SELECT COUNT(*) FROM outbox WHERE subject = '{order_no}' AND kind = 'order.completed'"
        ),
        format!("SELECT COUNT(*) FROM orders WHERE user_id = {chat}"),
    ];
    for sql in once {
        assert_eq!(shop.database.number(&sql).await, 1, "{about}: {sql}");
    }
    let order = shop.order(order_no);
    assert_eq!(order["status"], "completed", "{about}");
    assert_eq!(order["refunds"].as_array().unwrap().len(), 0, "{about}");
}
