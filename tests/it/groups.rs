//! Callbacks that are settled together leave the same books as the same callbacks one by one: a
//! property over random shops and random news, on two databases side by side.

use std::fmt::Write as _;

use bytes::Bytes;
use mingshu::catalog::answers::FormAnswers;
use mingshu::flows::settle_payment::SettleError;
use mingshu::flows::settle_payment::group::{self, Waiting};
use mingshu::kernel::ids::PaymentNo;
use mingshu::orders::Order;
use mingshu::payments::Payment;
use mingshu::payments::inbox::Judgement;
use mingshu::payments::ports::{Observation, Outcome, StatedAmount};
use mingshu::platform::db::group::GroupWriter;
use mingshu::platform::db::query_all;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use tokio::sync::oneshot;

use crate::support::database::{Database, on_every_database, on_two_databases};
use crate::support::fakes::observation;
use crate::support::street::Street;

const STORIES: u32 = 48;

/// What had become of an order before the news came.
#[derive(Debug, Clone, Copy)]
enum Before {
    Waits,
    WaitsWithTwoAttempts,
    Cancelled,
    Paid,
    InDoubt,
}

#[derive(Debug, Clone, Copy)]
enum Said {
    Paid,
    PaidWithoutAmount,
    AnotherAmount,
    AnotherMerchant,
    AttemptFailed,
    FailedForGood,
    Pending,
    AForeignWord,
}

#[derive(Debug, Clone)]
struct News {
    /// Of which order; one more than there are: of nobody's.
    order: prop::sample::Index,
    /// Of its one attempt or its other.
    other: bool,
    said: Said,
    /// Two keys for the same words: a repeat, and another message.
    key: u8,
    /// The provider's number of the charge: none, the payment's own, or one that others claim too.
    charge: u8,
}

#[derive(Debug, Clone)]
struct Story {
    /// Makes the number that nobody gave.
    stranger: u32,
    orders: Vec<(Before, &'static str)>,
    news: Vec<News>,
}

fn stories() -> impl Strategy<Value = Story> {
    let before = prop_oneof![
        6 => Just(Before::Waits),
        1 => Just(Before::WaitsWithTwoAttempts),
        1 => Just(Before::Cancelled),
        1 => Just(Before::Paid),
        1 => Just(Before::InDoubt),
    ];
    let sku = prop::sample::select(vec!["letter", "plenty", "ample"]);
    let said = prop_oneof![
        10 => Just(Said::Paid),
        1 => Just(Said::PaidWithoutAmount),
        1 => Just(Said::AnotherAmount),
        1 => Just(Said::AnotherMerchant),
        1 => Just(Said::AttemptFailed),
        1 => Just(Said::FailedForGood),
        1 => Just(Said::Pending),
        1 => Just(Said::AForeignWord),
    ];
    let charge = prop_oneof![4 => Just(1_u8), 1 => Just(0_u8), 1 => Just(2_u8)];
    let news = (any::<prop::sample::Index>(), any::<bool>(), said, 0_u8..2, charge)
        .prop_map(|(order, other, said, key, charge)| News { order, other, said, key, charge });
    let orders = prop::collection::vec((before, sku), 1..6);
    (any::<u32>(), orders, prop::collection::vec(news, 1..16))
        .prop_map(|(stranger, orders, news)| Story { stranger, orders, news })
}

/// An order of the story, with its attempts in the same order everywhere.
struct Placed {
    order: Order,
    attempts: Vec<Payment>,
}

async fn place(street: &Street, (before, sku): (Before, &str)) -> Placed {
    let order = street.place(sku, FormAnswers::default()).await;
    match before {
        Before::Waits => {}
        Before::WaitsWithTwoAttempts => drop(street.pay_by(&order, "alipay").await),
        Before::Cancelled => drop(street.cancel(&order).await),
        Before::Paid => drop(street.pay(&order.order_no, "before").await),
        Before::InDoubt => {
            let payment = street.payment(&order.order_no).await;
            let mut wrong = observation(&payment.payment_no, "before");
            wrong.stated = Some(yuan("1.00"));
            street.settle(&wrong).await;
        }
    }
    let mut attempts = street.payments_of(&order).await;
    // Of one instant: their random numbers would decide.
    attempts.sort_by(|one, other| one.method.cmp(&other.method));
    Placed { order, attempts }
}

fn yuan(text: &str) -> StatedAmount {
    StatedAmount { amount: text.to_owned(), currency: Some("CNY".to_owned()) }
}

impl News {
    fn heard(&self, placed: &[Placed], stranger: u32) -> Observation {
        let of = placed.get(self.order.index(placed.len() + 1));
        let attempt =
            of.and_then(|of| if self.other { of.attempts.last() } else { of.attempts.first() });
        let number = match attempt {
            Some(attempt) => attempt.payment_no.clone(),
            None => PaymentNo(format!("P-{stranger}")),
        };
        let mut told = observation(&number, &format!("{:?}{}", self.said, self.key));
        match self.said {
            Said::Paid => {}
            Said::PaidWithoutAmount => told.stated = None,
            Said::AnotherAmount => told.stated = Some(yuan("29.91")),
            Said::AnotherMerchant => told.merchant_matches = false,
            Said::AttemptFailed => told.outcome = Outcome::AttemptFailed,
            Said::FailedForGood => told.outcome = Outcome::FinallyFailed,
            Said::Pending => told.outcome = Outcome::Pending,
            Said::AForeignWord => told.outcome = Outcome::Other("HELD".to_owned()),
        }
        match self.charge {
            0 => told.provider_ref = None,
            1 => {}
            _ => told.provider_ref = Some(format!("shared-{stranger}")),
        }
        told
    }
}

async fn one_by_one(street: &Street, news: &[Observation]) -> Vec<Judgement> {
    let mut judgements = Vec::new();
    for told in news {
        judgements.push(street.settle(told).await);
    }
    judgements
}

async fn together(street: &Street, writer: &GroupWriter, news: &[Observation]) -> Vec<Judgement> {
    let (waiting, answers) = waiting(news);
    group::run((&street.base, writer), &street.tools.till.money, waiting).await;
    judgements(answers).await
}

type Answer = oneshot::Receiver<Result<Judgement, SettleError>>;

fn waiting(news: &[Observation]) -> (Vec<Waiting>, Vec<Answer>) {
    let waits = |told: &Observation| {
        let (answer, heard) = oneshot::channel();
        let raw = Bytes::from_static(b"{}");
        (Waiting { observation: told.clone(), raw, answer }, heard)
    };
    news.iter().map(waits).unzip()
}

async fn judgements(answers: Vec<Answer>) -> Vec<Judgement> {
    let mut judgements = Vec::new();
    for answer in answers {
        judgements.push(answer.await.expect("everybody is answered").expect("it is settled"));
    }
    judgements
}

/// Everything that a callback can change, without what is random: numbers are told by their place
/// in the story.
async fn books(street: &Street, placed: &[Placed]) -> String {
    const TABLES: [&str; 12] = [
        "SELECT order_no, sku, status, step, failure, paid_at, updated_at, version FROM orders",
        "SELECT order_no, from_status, to_status, actor, reason, at FROM order_history",
        "SELECT payment_no, order_no, status, provider_ref, next_query_at, stated_minor, paid_at, \
         updated_at, version FROM payments",
        "SELECT payment_no, from_status, to_status, source, evidence_key, note, at FROM payment_log",
        "SELECT provider, evidence_key, source, reference, verdict, received_at FROM callback_inbox",
        "SELECT transfer_key, kind, debit, credit, amount_minor, currency, order_no, payment_no, \
         refund_no, at FROM ledger_transfers",
        "SELECT kind, subject, payload, created_at, published_at FROM outbox",
        "SELECT order_no, sku, reason, quantity, at, day FROM stock_movements",
        "SELECT sku, taken FROM products",
        "SELECT sku, day, taken FROM stock_days",
        "SELECT kind, dedupe_key, payload, status, run_at, max_attempts FROM jobs",
        "SELECT order_no, payment_no, cause, amount_minor, status, reason, actor FROM refunds",
    ];
    let mut told = String::new();
    for sql in TABLES {
        let json = format!("SELECT CAST({} AS TEXT) FROM ({sql}) AS row", row_as_text(street, sql));
        let rows = query_all(street.base.db.read(), &json, vec![]).await.unwrap();
        let line = |row: &sea_orm::QueryResult| row.try_get_by_index::<String>(0).unwrap();
        let lines = rows.iter().map(line).map(|line| named(line, placed));
        // What still has a number is of a story told before.
        let mut lines: Vec<_> = lines.filter(|line| !line.contains("2026112")).collect();
        lines.sort();
        let table = sql.rsplit(' ').next().unwrap_or_default();
        writeln!(told, "# {table}\n{}", lines.join("\n")).unwrap();
    }
    told
}

fn row_as_text(street: &Street, sql: &str) -> String {
    if street.base.db.backend() == sea_orm::DbBackend::Postgres {
        return "row".to_owned();
    }
    let columns = sql.trim_start_matches("SELECT ").rsplit_once(" FROM ").unwrap().0;
    let shown = |column: &str| format!("COALESCE({}, '-')", column.trim());
    columns.split(',').map(shown).collect::<Vec<_>>().join(" || '|' || ")
}

fn named(mut line: String, placed: &[Placed]) -> String {
    for (place, of) in placed.iter().enumerate() {
        line = line.replace(of.order.order_no.as_str(), &format!("ORDER{place}"));
        for (attempt, payment) in of.attempts.iter().enumerate() {
            line = line.replace(payment.payment_no.as_str(), &format!("PAYMENT{place}.{attempt}"));
        }
    }
    without_refund_numbers(&line)
}

/// Numbers of refunds are made while the news is heard: each becomes `REFUND`.
fn without_refund_numbers(line: &str) -> String {
    let mut told = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("R2026") {
        told.push_str(&rest[..at]);
        told.push_str("REFUND");
        let digits =
            rest[at..].find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
        rest = digits.map_or("", |end| &rest[at + end..]);
    }
    told + rest
}

async fn compare(
    reference: &Street,
    (grouped, writer): (&Street, &GroupWriter),
    story: &Story,
) -> Result<(), TestCaseError> {
    let (mut in_one, mut in_other) = (Vec::new(), Vec::new());
    for before in &story.orders {
        in_one.push(place(reference, *before).await);
        in_other.push(place(grouped, *before).await);
    }
    let news_of = |placed: &[Placed]| -> Vec<_> {
        story.news.iter().map(|news| news.heard(placed, story.stranger)).collect()
    };
    let expected = one_by_one(reference, &news_of(&in_one)).await;
    let judged = together(grouped, writer, &news_of(&in_other)).await;
    prop_assert_eq!(judged, expected);
    let (expected, found) = (books(reference, &in_one).await, books(grouped, &in_other).await);
    prop_assert!(found == expected, "{}", differences(&expected, &found));
    Ok(())
}

fn differences(expected: &str, found: &str) -> String {
    let lacks = |of: &str, sign: char, other: &str| {
        let missing = of.lines().filter(|line| !other.lines().any(|there| there == *line));
        missing.map(|line| format!("{sign} {line}")).collect::<Vec<_>>().join("\n")
    };
    format!("{}\n{}", lacks(expected, '-', found), lacks(found, '+', expected))
}

fn check(reference: &Street, grouped: &Street, stories_told: u32) {
    let writer = grouped.base.db.group_writer().unwrap();
    let grouped = (grouped, &writer);
    let config = Config { cases: stories_told, failure_persistence: None, ..Config::default() };
    let runtime = tokio::runtime::Handle::current();
    let outcome = TestRunner::new(config).run(&stories(), |story| {
        tokio::task::block_in_place(|| runtime.block_on(compare(reference, grouped, &story)))
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

#[tokio::test]
async fn those_that_pay_their_orders_go_together_also_beside_one_that_does_not() {
    on_every_database(async |database: &Database| {
        let street = Street::open(database);
        let writer = street.base.db.group_writer().unwrap();
        let mut news = Vec::new();
        for sku in ["letter", "plenty", "ample", "letter", "plenty", "ample"] {
            let placed = place(&street, (Before::Waits, sku)).await;
            news.push(observation(&placed.attempts[0].payment_no, "paid"));
        }
        news[2].stated = Some(yuan("29.91"));
        news.push(news[0].clone());
        let (waiting, answers) = waiting(&news);
        let paid = group::run((&street.base, &writer), &street.tools.till.money, waiting).await;
        assert_eq!(paid, 5);
        let judgements = judgements(answers).await;
        assert_eq!(judgements[2], Judgement::Mismatch);
        assert_eq!(judgements.iter().filter(|one| **one == Judgement::Applied).count(), 6);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn callbacks_together_leave_the_same_books_as_one_by_one() {
    on_two_databases(async |one: &Database, other: &Database| {
        check(&Street::open(one), &Street::open(other), STORIES);
    })
    .await;
}
