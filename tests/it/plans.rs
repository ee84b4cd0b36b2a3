//! No statement of the shop's daily work reads a whole table: whatever a story says to the database
//! is explained by it (reference/stack.md §2.5, "Planner").

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use mingshu::broadcasts::Segment;
use mingshu::broadcasts::repo::NewBroadcast;
use mingshu::flows::broadcast;
use mingshu::flows::check_out::{self, Question};
use mingshu::flows::settle_payment::queue::SettleQueue;
use mingshu::kernel::clock::Clock as _;
use mingshu::kernel::ids::AffiliateCode;
use mingshu::orders::{self, OrderStatus, buyers};
use mingshu::payments::refunds;
use mingshu::platform::db::query_all;
use mingshu::{affiliates, users};
use sea_orm::{DbBackend, Statement, Values};

use crate::support::builders::BUYER;
use crate::support::database::{Database, on_every_database};
use crate::support::fakes::observation;
use crate::support::street::Street;

/// What grows with the shop. Products, coupons and the like are a handful.
const GROWING: [&str; 23] = [
    "broadcast_recipients",
    "orders",
    "order_history",
    "payments",
    "payment_log",
    "callback_inbox",
    "refunds",
    "ledger_transfers",
    "stock_movements",
    "coupon_redemptions",
    "operator_actions",
    "outbox",
    "event_deliveries",
    "jobs",
    "reports",
    "chapters",
    "model_calls",
    "deliveries",
    "users",
    "commissions",
    "telegram_updates",
    "dialogues",
    "reconciliation_differences",
];

/// The nightly check of the books adds up everything: that is its work.
const NIGHTLY: [&str; 2] = ["COUNT(*) OVER () AS total FROM (", "SELECT 'counter' AS kind"];

/// Every statement with the values of its first use.
type Heard = Arc<Mutex<BTreeMap<String, Option<Values>>>>;

fn listening(database: &Database) -> (Database, Heard) {
    let heard = Heard::default();
    let ear = Arc::clone(&heard);
    let listen = move |statement: &Statement| {
        let mut heard = ear.lock().unwrap();
        heard.entry(statement.sql.clone()).or_insert_with(|| statement.values.clone());
    };
    let mut overheard = database.clone();
    overheard.db = overheard.db.overheard_by(listen);
    (overheard, heard)
}

/// A day: orders that are paid, alone and in groups, delivered, cancelled, forgotten and given back.
async fn a_day(street: &Street) {
    let queue = SettleQueue::start(street.base.clone(), street.tools.till.money.clone());
    for sku in ["letter", "daily"] {
        let order = street.order_of(sku).await;
        let payment = street.payment(&order.order_no).await;
        // The bank confirms what the callback says.
        street.bank.pay(&payment.payment_no).unwrap();
        let told = observation(&payment.payment_no, "heard");
        queue.settle(told, Bytes::from_static(b"{}")).await.unwrap();
        street.run_jobs().await;
        street.is(&order, OrderStatus::Completed).await;
    }
    street.deliver_post().await;
    let (asked, payment) = street.ordered().await;
    let question = Question {
        id: "q".to_owned(),
        payer: asked.user,
        payment_no: payment.payment_no,
        asked: asked.total,
    };
    assert_eq!(check_out::run(&street.base, &question).await.unwrap().refusal, None);
    let (delivered, _payment) = street.completed().await;
    street.give_back(&delivered.order_no, Some(100)).await;
    street.give_back(&delivered.order_no, None).await;
    let given_back = street.payment(&delivered.order_no).await;
    let charges: BTreeSet<String> = given_back.provider_ref.into_iter().collect();
    let of_charge = refunds::of_charges(street.base.db.read(), (&given_back.provider, &charges));
    assert_eq!(of_charge.await.unwrap().len(), 1);
    let (unwanted, _payment) = street.ordered().await;
    street.cancel(&unwanted).await;
    let (switched, _payment) = street.ordered().await;
    street.pay_by(&switched, "alipay").await;
    street.order_of("letter").await;
    street.later(Duration::from_secs(31 * 60)).await;
    street.worker.sweep().await.unwrap();
    street.run_jobs().await;
    at_the_desk(street).await;
}

/// What operators look at, and a message to everybody.
async fn at_the_desk(street: &Street) {
    let db = street.base.db.read();
    for status in [None, Some(OrderStatus::Completed)] {
        orders::repo::list(db, status, (8, 8)).await.unwrap();
    }
    buyers::bought(db, BUYER).await.unwrap();
    users::repo::find_by_mark(db, "mark").await.unwrap();
    let codes = [AffiliateCode::from("NOBODY")];
    affiliates::repo::earnings_of(db, &codes, street.clock.now()).await.unwrap();
    users::repo::count_referred_by(db, &codes).await.unwrap();
    let (operator, segment) = (BUYER, Segment::Buyers);
    let new = NewBroadcast { no: "B1", operator, segment, body: "news", message: None };
    broadcast::start(&street.base, &new).await.unwrap();
    street.run_jobs().await;
    broadcast::look(&street.base, "B1").await.unwrap();
}

/// The lines of the database's own explanation that tell of a whole growing table being read.
async fn complaints(database: &Database, sql: &str, values: Option<Values>) -> Vec<String> {
    let db = &database.db;
    let tx = db.begin_write().await.unwrap();
    let values: Vec<_> = values.map(|values| values.0).unwrap_or_default();
    let lines: Vec<String> = if db.backend() == DbBackend::Postgres {
        // In a small table the planner would read everything; what it still reads so has no index.
        query_all(tx.conn(), "SET LOCAL enable_seqscan = off", vec![]).await.unwrap();
        let rows = query_all(tx.conn(), &format!("EXPLAIN {sql}"), values).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    } else {
        // Statements that travel together.
        let each: Vec<_> =
            sql.split(";\n").map(|sql| format!("EXPLAIN QUERY PLAN {sql}")).collect();
        let rows = query_all(tx.conn(), &each.join(";\n"), values).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(3).unwrap()).collect()
    };
    tx.rollback().await.unwrap();
    lines.into_iter().filter(|line| reads_everything(line)).collect()
}

fn reads_everything(line: &str) -> bool {
    let words: Vec<_> = line.trim_start_matches([' ', '-', '>']).split_whitespace().collect();
    // Postgres; SQLite, where a scan by an index in the wanted order has more words.
    let (["Seq", "Scan", "on", table, ..] | ["SCAN", table]) = words.as_slice() else {
        return false;
    };
    GROWING.contains(table)
}

#[tokio::test]
async fn no_statement_of_a_day_reads_a_whole_table() {
    on_every_database(async |database: &Database| {
        let (overheard, heard) = listening(database);
        a_day(&Street::open(&overheard)).await;
        let heard = heard.lock().unwrap().clone();
        assert!(heard.len() > 60, "only {} statements were heard", heard.len());
        let mut told = Vec::new();
        for (sql, values) in heard {
            if !sql.starts_with(char::is_alphabetic)
                || NIGHTLY.iter().any(|part| sql.contains(part))
            {
                continue;
            }
            for line in complaints(database, &sql, values).await {
                told.push(format!("{line}\n    {sql}"));
            }
        }
        assert!(told.is_empty(), "{}:\n{}", database.name, told.join("\n"));
    })
    .await;
}
