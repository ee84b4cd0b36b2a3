//! The process dies at every moment of a long story: before and after every call to the outside, and
//! behind every commit. Whoever was interrupted comes again (the buyer, the bank, the operator, the
//! job), and the story ends as if nothing had happened.
//!
//! The story: the last piece of a product with a chart is ordered with a code for one use, and opened;
//! the buyer chooses another way to pay and pays both ways; the report is delivered, the surplus goes
//! back, and then the rest too; a day later the books are compared with the bank's and asked whether
//! they are sound; and somebody hears of everything that happened.

use std::collections::BTreeSet;
use std::sync::Arc;

use mingshu::events::Sink;
use mingshu::events::rules::Pattern;
use mingshu::flows::manage_coupons::{self, Created};
use mingshu::flows::place_order::{PlaceOrder, Placed};
use mingshu::flows::{deliver_events, doctor_money, publish_events};
use mingshu::kernel::clock::Clock;
use mingshu::orders::{Order, OrderStatus};
use mingshu::payments::refunds;
use mingshu::payments::{PaymentStatus, RefundStatus};
use mingshu::platform::db::{query_all, query_one};
use mingshu::promotions::{CouponCode, NewCoupon, Worth};

use crate::support::builders::{BUYER, a_birth_form, a_draft};
use crate::support::crash::Side;
use crate::support::database::{Broom, Database, on_every_database};
use crate::support::sink::{FakeCarrier, FakeSink};
use crate::support::street::{MINUTE, OPERATOR, Street};
use crate::support::studio::FakeRenderer;

/// Where the process dies.
#[derive(Debug, Clone, Copy)]
enum Point {
    Call(usize, Side),
    Commit(usize),
}

const SCENES: usize = 9;
/// Events that go to one sink together.
const ON_THE_WAY: usize = 8;

/// One scene; played again from its beginning when it was interrupted.
async fn scene(street: &Street, number: usize, draft: &PlaceOrder) {
    match number {
        0 => {
            let placed = street.try_to_place(draft.clone()).await;
            assert!(matches!(placed, Placed::Ordered(_) | Placed::AlreadyPlaced(_)), "{placed:?}");
        }
        2 => {
            let order = the_order(street, draft).await;
            street.pay_by(&order, "alipay").await;
        }
        3 => {
            let order = the_order(street, draft).await;
            for payment in street.payments_of(&order).await {
                let paid = street.bank.books().charges_of(&payment.payment_no).next().is_some();
                if !paid {
                    street.bank.pay(&payment.payment_no).expect("it was opened");
                }
                let charge = street.bank.books().charges_of(&payment.payment_no).next().cloned();
                street.hear(&street.bank.tells_again(&charge.unwrap())).await;
            }
        }
        5 => {
            let order = the_order(street, draft).await;
            street.give_back(&order.order_no, None).await;
        }
        6 => street.later(2 * MINUTE).await,
        7 => street.later(22 * 60 * MINUTE).await,
        8 => tell_everything(street).await,
        _ => {}
    }
    street.worker.run_until_idle().await.unwrap();
}

/// Hands on all events, and lets time pass until all of them have come.
async fn tell_everything(street: &Street) {
    let post = street.tools.post();
    while publish_events::run(&post).await.unwrap() {}
    let sink = post.sinks.first().unwrap();
    while let Some(due) = deliver_events::run(&post, sink).await.unwrap() {
        street.clock.advance(due.since(street.clock.now()));
    }
}

/// An empty shop with one code for one use, and somebody who hears of its events.
async fn open(database: &Database, broom: &Broom) -> (Street, Arc<FakeSink>, PlaceOrder) {
    let mut street = Street::open(database);
    let tx = database.db.begin_write().await.unwrap();
    broom.sweep(&tx).await;
    tx.commit().await.unwrap();
    street.a_user(BUYER).await;
    let terms = NewCoupon {
        code: CouponCode::parse("SPRING").unwrap(),
        worth: Worth::Percent(20),
        currency: None,
        minimum_minor: 0,
        cap_minor: None,
        skus: Vec::new(),
        starts_at: None,
        ends_at: None,
        total_limit: Some(1),
        per_user_limit: None,
    };
    let (db, now) = (&street.base.db, street.clock.now());
    assert_eq!(manage_coupons::create(db, &terms, &OPERATOR, now).await.unwrap(), Created::Now);
    let crm = Arc::new(FakeSink::new(Arc::clone(&street.crash)));
    let carrier = Arc::new(FakeCarrier(Arc::clone(&crm)));
    let types = vec![Pattern::parse("*").unwrap()];
    let sink = Sink { name: "crm".to_owned(), types, carrier };
    street.decide(|tools| {
        tools.sinks = std::iter::once(sink).collect();
        tools.drawing.renderer = Some(Arc::new(FakeRenderer::default()));
        tools.drawing.pages = true;
    });
    street.crash.nowhere();
    let draft = a_draft(BUYER, "keepsake", a_birth_form());
    (street, crm, PlaceOrder { coupon: Some("SPRING".to_owned()), ..draft })
}

async fn the_order(street: &Street, draft: &PlaceOrder) -> Order {
    let found = mingshu::orders::repo::find_by_draft(street.base.db.read(), &draft.draft_id).await;
    found.unwrap().expect("it was placed")
}

/// Lives through the story and dies once. `false`: the point was never reached.
async fn live(street: &mut Street, draft: &PlaceOrder, point: Option<Point>) -> bool {
    match point {
        Some(Point::Call(call, side)) => street.crash.at(call, side),
        Some(Point::Commit(commit)) => street.crash.at_commit(commit),
        None => {}
    }
    let mut died = false;
    for number in 0..SCENES {
        let interrupted = tokio::select! {
            () = scene(street, number, draft) => false,
            () = street.crash.happened() => true,
        };
        if interrupted {
            died = true;
            // The next process: another worker from now on.
            street.app.worker = street.rises().await;
            scene(street, number, draft).await;
        }
        street.clock.advance(MINUTE / 60);
    }
    died
}

async fn ends_well(street: &Street, draft: &PlaceOrder, what: &str) {
    let order = the_order(street, draft).await;
    assert_eq!(order.status, OrderStatus::Refunded, "{what}");
    assert_eq!(street.count_completed(&order.order_no).await, 1, "{what}");
    let payments = street.payments_of(&order).await;
    let states: Vec<_> = payments.iter().map(|payment| payment.status).collect();
    assert_eq!(states, [PaymentStatus::Succeeded; 2], "{what}");
    assert_eq!(street.kept(&order).await, 0, "{what}");
    let refunds = refunds::list_of_order(street.base.db.read(), &order.order_no).await.unwrap();
    let ends: Vec<_> = refunds.iter().map(|refund| refund.status).collect();
    assert_eq!(ends, [RefundStatus::Succeeded; 2], "{what}");
    assert_eq!(street.model.finished(), 1, "{what}: a report is bought once");
    assert_eq!(street.alerts().await, Vec::<String>::new(), "{what}");
    let sums = "SELECT CAST(SUM(taken) AS BIGINT), \
        (SELECT CAST(SUM(used) AS BIGINT) FROM coupons), \
        (SELECT CAST(SUM(differences) AS BIGINT) FROM reconciliation_runs) FROM products";
    let sums = query_one(street.base.db.read(), sums, vec![]).await.unwrap().unwrap();
    let sums = [0, 1, 2].map(|at| sums.try_get_by_index::<Option<i64>>(at).unwrap());
    let expected = [Some(1), Some(1), Some(0)];
    assert_eq!(sums, expected, "{what}: pieces taken, uses of the code, differences");
    let diagnosis = doctor_money::run(&street.base).await.unwrap();
    assert!(diagnosis.is_clean(), "{what}: {}", diagnosis.summary());
}

/// Everything that happened was heard of; only what was on its way when the process died came twice.
async fn heard_of(street: &Street, crm: &FakeSink, what: &str) {
    let rows = query_all(street.base.db.read(), "SELECT id FROM outbox", vec![]).await.unwrap();
    let happened: BTreeSet<String> =
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    let heard = crm.heard();
    assert_eq!(heard.iter().cloned().collect::<BTreeSet<_>>(), happened, "{what}");
    assert!(heard.len() <= happened.len() + ON_THE_WAY, "{what}: {} events", heard.len());
}

#[tokio::test]
async fn a_sale_with_surplus_and_refund_survives_a_death_at_every_moment() {
    on_every_database(async |database: &Database| {
        let broom = Broom::of(&database.db).await;
        let (mut rehearsal, crm, draft) = open(database, &broom).await;
        live(&mut rehearsal, &draft, None).await;
        let (calls, commits) = rehearsal.crash.nowhere();
        ends_well(&rehearsal, &draft, "undisturbed").await;
        heard_of(&rehearsal, &crm, "undisturbed").await;
        assert!(crm.heard().len() > ON_THE_WAY, "some come after others");
        assert!(calls > 25 && commits > 40, "{calls} calls, {commits} commits");
        let mut reached = 0;
        let points = points(calls, commits);
        for point in &points {
            let (mut street, crm, draft) = open(database, &broom).await;
            reached += usize::from(live(&mut street, &draft, Some(*point)).await);
            let what = format!("{} {point:?}", database.name);
            ends_well(&street, &draft, &what).await;
            heard_of(&street, &crm, &what).await;
        }
        // The pauses of the last minutes are jittered: a point at the very end may fall away.
        assert!(reached + 4 >= points.len(), "{reached} of {} points", points.len());
    })
    .await;
}

fn points(calls: usize, commits: usize) -> Vec<Point> {
    let sides = [Side::Before, Side::After];
    let calls = (0..calls).flat_map(|call| sides.map(|side| Point::Call(call, side)));
    calls.chain((0..commits).map(Point::Commit)).collect()
}
