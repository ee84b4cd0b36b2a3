//! The process dies at every moment of a long story: before and after every call to the outside, and
//! behind every commit. Whoever was interrupted comes again (the buyer, the bank, the operator, the
//! job), and the story ends as if nothing had happened.
//!
//! The story: a reading with a chart is ordered and opened; the buyer chooses another way to pay and
//! pays both ways; the report is delivered, the surplus goes back, and then the rest too.

use mingshu::flows::place_order::{PlaceOrder, Placed};
use mingshu::orders::{Order, OrderStatus};
use mingshu::payments::refunds;
use mingshu::payments::{PaymentStatus, RefundStatus};

use crate::support::builders::{BUYER, a_birth_form, a_draft};
use crate::support::crash::Side;
use crate::support::database::{Database, on_every_database};
use crate::support::street::{MINUTE, Street};

/// Where the process dies.
#[derive(Debug, Clone, Copy)]
enum Point {
    Call(usize, Side),
    Commit(usize),
}

const SCENES: usize = 7;

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
        _ => {}
    }
    street.worker.run_until_idle().await.unwrap();
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
}

#[tokio::test]
async fn a_sale_with_surplus_and_refund_survives_a_death_at_every_moment() {
    on_every_database(async |database: &Database| {
        let mut rehearsal = Street::open(database);
        rehearsal.a_user(BUYER).await;
        rehearsal.crash.nowhere();
        let draft = a_draft(BUYER, "reading", a_birth_form());
        live(&mut rehearsal, &draft, None).await;
        ends_well(&rehearsal, &draft, "undisturbed").await;
        let (calls, commits) = rehearsal.crash.nowhere();
        assert!(calls > 10 && commits > 30, "{calls} calls, {commits} commits");
        let mut reached = 0;
        let points = points(calls, commits);
        for point in &points {
            let (mut street, draft) =
                (Street::open(database), a_draft(BUYER, "reading", a_birth_form()));
            reached += usize::from(live(&mut street, &draft, Some(*point)).await);
            ends_well(&street, &draft, &format!("{} {point:?}", database.name)).await;
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
