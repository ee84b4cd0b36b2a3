//! 1,000 copies of one callback over 64 connections are one payment (spec.md §4 rule 3), and the
//! shop's own trouble is 503, not a loss (rule 9).

use futures_util::future::join_all;

use super::errands::Birth;
use super::on_every_database;
use super::shop::{Plan, Shop};
use super::world::model::marks;
use super::world::pingpong::{BillState, Dialect};
use super::world::stage::browser;

const BUYER: i64 = 540_000_001;
const COPIES: usize = 1000;
const CONNECTIONS: usize = 64;

#[tokio::test]
async fn a_thousand_copies_are_one_payment() {
    on_every_database(async |kind| {
        let dialect = match kind {
            super::database::Kind::Sqlite => Dialect::V4,
            super::database::Kind::Postgres => Dialect::Hmac,
        };
        let shop = Shop::open(&Plan::new(kind, dialect)).await;
        let ordered = shop.buyer(BUYER).orders_whole_chart(Birth::Typed, "洪水").await;
        shop.world.pingpong.set_state(&ordered.payment_no, BillState::Paid);
        let notice = shop.world.pingpong.notice(&ordered.payment_no, "SUCCESS");
        let (headers, body) = notice.sealed();
        let lines = (0..CONNECTIONS).map(|line| {
            let (client, headers, body, url) = (browser(), &headers, &body, &notice.url);
            // The copies are dealt like cards; each line is one connection that is kept.
            let copies = (line..COPIES).step_by(CONNECTIONS).count();
            async move {
                let mut answers = Vec::new();
                for _ in 0..copies {
                    let mut request = client.post(url).body(body.clone());
                    for (name, value) in headers {
                        request = request.header(*name, value);
                    }
                    answers.push(request.send().await.unwrap().status().as_u16());
                }
                answers
            }
        });
        let answers: Vec<u16> = join_all(lines).await.concat();
        assert_eq!(answers.len(), COPIES);
        assert!(answers.iter().all(|status| *status == 200), "{answers:?}");
        let mut buyer = shop.buyer(BUYER);
        buyer.sees("report-closing").await;
        shop.order_is(&ordered.order_no, "completed").await;
        one_of_each(&shop, &ordered.order_no, &ordered.payment_no).await;
        let said: String = buyer.record().iter().map(|shown| shown.text.clone()).collect();
        assert!(marks().iter().all(|mark| said.matches(mark).count() == 1));
        shop.close().await;
    })
    .await;
}

async fn one_of_each(shop: &Shop, order_no: &str, payment_no: &str) {
    let counts = [
        (
            "payment success",
            format!(
                "SELECT COUNT(*) FROM payment_log WHERE payment_no = '{payment_no}' AND to_status = 'succeeded' AND from_status <> 'succeeded'"
            ),
        ),
        (
            "inbox row",
            format!(
                "SELECT COUNT(*) FROM callback_inbox WHERE reference = '{payment_no}' AND source = 'callback'"
            ),
        ),
        (
            "job",
            format!(
                "SELECT COUNT(*) FROM jobs WHERE kind LIKE '%fulfil%' AND dedupe_key LIKE '%{order_no}%'"
            ),
        ),
        (
            "step to paid",
            format!(
                "SELECT COUNT(*) FROM order_history WHERE order_no = '{order_no}' AND to_status = 'paid'"
            ),
        ),
        (
            "event",
            format!(
                "SELECT COUNT(*) FROM outbox WHERE subject = '{order_no}' AND kind = 'order.paid'"
            ),
        ),
    ];
    for (what, sql) in counts {
        assert_eq!(shop.database.number(&sql).await, 1, "one {what}");
    }
}

#[tokio::test]
async fn a_busy_database_is_503_and_the_repeat_pays() {
    on_every_database(async |kind| {
        let shop = Shop::open(&Plan::new(kind, Dialect::Hmac)).await;
        let mut buyer = shop.buyer(BUYER);
        let ordered = buyer.orders_whole_chart(Birth::Typed, "堵住").await;
        shop.world.pingpong.set_state(&ordered.payment_no, BillState::Paid);
        let notice = shop.world.pingpong.notice(&ordered.payment_no, "SUCCESS");
        let held = shop.database.hold().await;
        let refused = shop.world.pingpong.tell(&notice).await.expect("an answer while it is held");
        assert_eq!(refused.status, 503, "{refused:?}");
        held.release().await;
        let taken = shop.world.pingpong.tell(&notice).await.expect("an answer");
        assert_eq!(taken.status, 200, "{taken:?}");
        buyer.sees("report-closing").await;
        shop.order_is(&ordered.order_no, "completed").await;
        shop.close().await;
    })
    .await;
}
