//! `kill -9` while a report of nine chapters is written and delivered. Moments are counted in what
//! the program did (a request to the model, a piece of its answer, a message), never in time.
//!
//! The rule, for every kill: a chapter that is stored is never asked for again; what is asked for
//! again was under way, which is never more than `ai.chapters_at_once`. A message that is noted as
//! sent never comes again; the one in flight may. The money moves once.
//!
//! `MINGSHU_CHAPTER_SEEDS` says how many stories each database gets, `MINGSHU_CHAPTER_SEED` where
//! their seeds begin.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use tokio::task::JoinSet;

use super::crashes::ended_once;
use super::database::{self, Kind};
use super::dice::Dice;
use super::errands::{Birth, Ordered};
use super::shop::{Plan, Shop};
use super::world::model::{chapter_asked, marks_of};
use super::world::pingpong::Dialect;
use super::world::telegram::{Kind as Shown, Shown as Message};

const BUYER: i64 = 585_000_001;
const QUESTION: &str = "九章里哪一章先来？";
const CHAPTERS: usize = 9;
/// `ai.chapters_at_once`, as it is without a setting.
const AT_ONCE: usize = 3;
/// Kills after so many steps at most, an undisturbed report taking about a hundred; then kills after so
/// many messages.
const LIVES: [u64; 8] = [60, 10, 60, 10, 3, 3, 3, 3];
const COUNTED_IN_STEPS: usize = 4;
const PATIENCE: Duration = Duration::from_secs(180);

#[tokio::test]
async fn no_chapter_is_bought_twice_and_no_message_sent_twice_by_a_program_that_is_killed() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seeds = number("MINGSHU_CHAPTER_SEEDS").unwrap_or(2);
    let first = number("MINGSHU_CHAPTER_SEED").unwrap_or(1);
    let mut stories = JoinSet::new();
    for kind in database::kinds().await {
        for seed in first..first + seeds {
            println!("{kind:?}: MINGSHU_CHAPTER_SEEDS=1 MINGSHU_CHAPTER_SEED={seed}");
            stories.spawn(async move { Story::open(kind, seed).await.play().await });
        }
    }
    while let Some(ended) = stories.join_next().await {
        ended.unwrap();
    }
}

struct Story {
    shop: Shop,
    ordered: Ordered,
    about: String,
    dice: Dice,
    /// What stood in the books at each kill.
    deaths: Vec<Death>,
}

struct Death {
    /// Chapters that are stored, by their numbers.
    stored: BTreeSet<usize>,
    /// The messages in flight, by their places.
    in_flight: Vec<usize>,
}

impl Story {
    async fn open(kind: Kind, seed: u64) -> Self {
        let dialect = if kind == Kind::Sqlite { Dialect::V4 } else { Dialect::Hmac };
        let templates = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/outside/nine");
        let plan = Plan::new(kind, dialect)
            .with("MINGSHU_TEMPLATES__DIR", templates)
            .with("MINGSHU_WORKER__LEASE_SECONDS", "3")
            .with("MINGSHU_WORKER__SWEEP_SECONDS", "1");
        let shop = Shop::open(&plan).await;
        shop.world.model.slow_down(Duration::from_millis(15));
        let ordered = shop.buyer(BUYER).orders_whole_chart(Birth::Typed, QUESTION).await;
        shop.world.pingpong.pay(&ordered.payment_no).await;
        let (about, dice) = (format!("{kind:?}, seed {seed}"), Dice::new(seed));
        Self { shop, ordered, about, dice, deaths: Vec::new() }
    }

    async fn play(mut self) {
        while self.lives_to_be_killed().await {
            self.shop.kill();
            let death = self.look_into_the_books().await;
            self.deaths.push(death);
            // A request that a dead program left in the line must not count as the next one's.
            let url = format!("{}/life-{}", self.shop.world.model.url(), self.deaths.len());
            self.shop.environment.insert("MINGSHU_AI__BASE_URL".to_owned(), url);
            self.shop.restart().await;
        }
        let mut buyer = self.shop.buyer(BUYER);
        buyer.patience = PATIENCE;
        buyer.sees("report-closing").await;
        self.shop.order_is(&self.ordered.order_no, "completed").await;
        let whole = self.deaths.iter().filter(|death| death.stored.len() == CHAPTERS).count();
        let (about, kills) = (&self.about, self.deaths.len());
        println!("{about}: delivered after {kills} kills, {whole} of them with all chapters there");
        self.every_chapter_was_bought_once().await;
        self.every_message_came_once().await;
        ended_once(&self.shop, (BUYER, &self.ordered.order_no), &self.about).await;
        self.the_money_moved_once().await;
        self.shop.close().await;
    }

    /// Waits for the next moment; `false` when the report was delivered before.
    async fn lives_to_be_killed(&self) -> bool {
        let (stage, buyer) = (&self.shop.world.stage, self.shop.buyer(BUYER));
        let Some(longest) = LIVES.get(self.deaths.len()) else { return false };
        let by_steps = self.deaths.len() < COUNTED_IN_STEPS;
        let now = || if by_steps { stage.steps() } else { self.messages() };
        let moment = now() + 1 + self.dice.below(*longest);
        let reached = || {
            let delivered = buyer.times_seen("report-closing") > 0;
            if now() >= moment { Some(true) } else { delivered.then_some(false) }
        };
        let about = &self.about;
        let lives = stage.until(PATIENCE, reached).await;
        lives
            .unwrap_or_else(|| panic!("{about}: nothing happens after {} kills", self.deaths.len()))
    }

    fn messages(&self) -> u64 {
        let record = self.shop.world.telegram.record(BUYER);
        record.iter().filter(|message| message.kind == Shown::Sent).map(|_sent| 1).sum()
    }

    async fn look_into_the_books(&self) -> Death {
        let (books, no) = (&self.shop.database, &self.ordered.order_no);
        let numbers = async |sql: String| -> Vec<usize> {
            books.texts(&sql).await.iter().map(|text| text.parse().unwrap()).collect()
        };
        let stored = format!("SELECT SUBSTR(chapter, 2) FROM chapters WHERE order_no = '{no}'");
        let in_flight = format!(
            "SELECT CAST(seq AS TEXT) FROM deliveries WHERE order_no = '{no}' AND status = 'sending'"
        );
        let stored = numbers(stored).await.into_iter().collect();
        let death = Death { stored, in_flight: numbers(in_flight).await };
        assert!(death.in_flight.len() <= 1, "{}: messages go one by one", self.about);
        death
    }

    async fn every_chapter_was_bought_once(&self) {
        let mut asked: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for request in self.shop.world.model.asked(QUESTION) {
            let chapter = chapter_asked(&request.body).expect("one chapter at a time");
            asked.entry(request.life).or_default().push(chapter);
        }
        let (mut stored, mut again) = (BTreeSet::new(), 0);
        for life in 0..=self.deaths.len() {
            let name = if life == 0 { String::new() } else { format!("life-{life}") };
            let requests = asked.remove(&name).unwrap_or_default();
            let about = format!("{}, life {life}: {requests:?} after {stored:?}", self.about);
            let once: BTreeSet<usize> = requests.iter().copied().collect();
            assert_eq!(once.len(), requests.len(), "{about}: twice in one life");
            assert!(once.is_disjoint(&stored), "{about}: a stored chapter was bought again");
            let Some(death) = self.deaths.get(life) else { continue };
            assert!(stored.is_subset(&death.stored), "{about}: a chapter was lost");
            let under_way = once.difference(&death.stored).count();
            assert!(under_way <= AT_ONCE, "{about}: {under_way} were under way");
            again += under_way;
            stored.clone_from(&death.stored);
        }
        println!("{}: {again} requests were lost with their lives", self.about);
        let no = &self.ordered.order_no;
        let of_order = format!("FROM model_calls WHERE order_no = '{no}' AND outcome = 'kept'");
        let kept = format!("SELECT COUNT(*) {of_order}");
        let different = format!("SELECT COUNT(DISTINCT chapter) {of_order}");
        for sql in [kept, different] {
            let count = self.shop.database.number(&sql).await;
            assert_eq!(usize::try_from(count), Ok(CHAPTERS), "{}: {sql}", self.about);
        }
    }

    async fn every_message_came_once(&self) {
        let (closing, record) = (self.shop.buyer(BUYER), self.shop.world.telegram.record(BUYER));
        let closes = |message: &Message| closing.says("report-closing", &message.text);
        let titles = |message: &Message| closing.says("report-title", &message.text);
        let of_report = record.iter().filter(|message| {
            let sent = message.kind == Shown::Sent;
            sent && (message.text.contains('〔') || closes(message) || titles(message))
        });
        let mut copies: Vec<(&str, usize)> = Vec::new();
        for message in of_report {
            match copies.iter_mut().find(|(text, _)| *text == message.text) {
                Some((_, count)) => *count += 1,
                None => copies.push((&message.text, 1)),
            }
        }
        for (place, (text, count)) in copies.iter().enumerate() {
            let doubts = self.deaths.iter().filter(|death| death.in_flight.contains(&place));
            let most = 1 + doubts.count();
            assert!(*count <= most, "{}: message {place} came {count} times: {text}", self.about);
        }
        let whole: String = copies.iter().map(|(text, _)| *text).collect();
        let mut rest = whole.as_str();
        for mark in marks_of(CHAPTERS) {
            let found = rest.split_once(&mark);
            rest = found.unwrap_or_else(|| panic!("{}: {mark} is missing", self.about)).1;
        }
        let no = &self.ordered.order_no;
        let planned = format!("SELECT COUNT(*) FROM deliveries WHERE order_no = '{no}'");
        let planned = self.shop.database.number(&planned).await;
        assert_eq!(usize::try_from(planned), Ok(copies.len()), "{}: all of the plan", self.about);
    }

    async fn the_money_moved_once(&self) {
        let no = &self.ordered.order_no;
        for key in ["received:", "revenue:"] {
            let of_order = format!("order_no = '{no}' AND transfer_key LIKE '{key}%'");
            let lines = format!("SELECT COUNT(*) FROM ledger_transfers WHERE {of_order}");
            assert_eq!(self.shop.database.number(&lines).await, 1, "{}: {key}", self.about);
        }
        assert!(self.shop.world.pingpong.refunds_of(&self.ordered.payment_no).is_empty());
    }
}
