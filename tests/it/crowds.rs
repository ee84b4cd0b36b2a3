//! Many at once, with the isolation of a real database: exact results, no error, no deadlock. Crowds
//! of buyers are in `stock` and `coupons`.

use std::collections::BTreeMap;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;

use mingshu::flows::refund_order::Refunded;
use mingshu::flows::{check_payment, close_order};
use mingshu::orders::OrderStatus;
use mingshu::payments::ports::{Notification, Outcome};
use tokio::task::JoinSet;

use crate::support::bank::observation;
use crate::support::door::Caller;
use crate::support::street::{MINUTE, Street, on_the_street};

/// Who calls at once.
const CALLERS: usize = 64;
/// How often each of them says the same.
const COPIES: usize = 1000;

/// Lets `deeds` run at once; what they came to.
async fn at_once<T: Send + 'static>(
    deeds: impl IntoIterator<Item = impl Future<Output = T> + Send + 'static>,
) -> Vec<T> {
    deeds.into_iter().collect::<JoinSet<T>>().join_all().await
}

/// One connection, the same fact a thousand times. How many answers of each kind there were.
async fn calls_a_thousand_times(
    address: SocketAddr,
    request: Arc<Vec<u8>>,
) -> BTreeMap<(u16, String), usize> {
    let mut caller = Caller::connect(address).await;
    let mut answers = BTreeMap::new();
    for _copy in 0..COPIES {
        *answers.entry(caller.ask(&request).await).or_default() += 1;
    }
    answers
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_copies_over_each_of_sixty_four_connections_are_one_payment() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let (address, _open) = street.open_door().await;
        let request = Arc::new(Caller::request(payment.payment_no.as_str()));
        let calls =
            (0..CALLERS).map(|_caller| calls_a_thousand_times(address, Arc::clone(&request)));
        let ok = (200, "OK".to_owned());
        for answers in at_once(calls).await {
            assert_eq!(answers, BTreeMap::from([(ok.clone(), COPIES)]));
        }
        assert_eq!(street.count_jobs("fulfil:").await, 1);
        assert_eq!(street.rows("callback_inbox").await, 1);
        street.run_jobs().await;
        street.is_sold(&order).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_different_callbacks_race_with_cancel_close_and_query() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let [notice] = street.bank.post().try_into().unwrap();
        street.clock.advance(31 * MINUTE);
        check_payment::payer_returned(&street.base, &order.order_no).await.unwrap();
        let street = Arc::new(street);
        let callers = at_once((0..CALLERS).map(|caller| {
            let (street, notice) = (Arc::clone(&street), variant(&notice, caller));
            async move { street.try_hear(&notice).await.map(|_judgement| ()) }
        }));
        let (cancelling, closing) = (Arc::clone(&street), Arc::clone(&street));
        let (for_cancel, for_close) = (order.clone(), order.order_no.clone());
        let cancel = tokio::spawn(async move { cancelling.cancel(&for_cancel).await });
        let close =
            tokio::spawn(async move { close_order::close(&closing.base, &for_close).await });
        let worker = street.worker.clone();
        let query = tokio::spawn(async move { worker.run_until_idle().await });
        for outcome in callers.await {
            outcome.unwrap();
        }
        cancel.await.unwrap();
        close.await.unwrap().unwrap();
        query.await.unwrap().unwrap();
        street.later(MINUTE * 2).await;
        street.is_sold(&order).await;
        assert_eq!(street.count_jobs("fulfil:").await, 1);
    })
    .await;
}

/// The same charge in other words, failed attempts before it, news that decides nothing.
fn variant(notice: &Notification, caller: usize) -> Notification {
    let mut told = observation(notice);
    told.evidence_key = format!("{}/{caller}", told.evidence_key);
    told.outcome = match caller % 4 {
        0 => Outcome::AttemptFailed,
        1 => Outcome::Pending,
        _ => Outcome::Paid,
    };
    Notification::Payment(told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_operators_refund_parts_at_once() {
    const PARTS: usize = 40;
    const PART: i64 = 100;
    on_the_street(async |street: Street| {
        let (order, payment) = street.completed().await;
        let street = Arc::new(street);
        let answers = at_once((0..PARTS).map(|_operator| {
            let (street, number) = (Arc::clone(&street), order.order_no.clone());
            async move { street.give_back(&number, Some(PART)).await }
        }))
        .await;
        let started = answers.iter().filter(|one| matches!(one, Refunded::Started(..))).count();
        // 29 times 1.00 fits into 29.90.
        assert_eq!(started, 29, "{answers:?}");
        street.run_jobs().await;
        assert_eq!(street.bank.books().returned(&payment.payment_no), 2900);
        let rest = street.give_back(&order.order_no, None).await;
        assert!(matches!(rest, Refunded::Started(_, amount) if amount.minor == 90), "{rest:?}");
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!(street.kept(&order).await, 0);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_operators_refund_the_whole_at_once() {
    on_the_street(async |street: Street| {
        let street = Arc::new(street);
        for _round in 0..8 {
            let (order, payment) = street.completed().await;
            let answers = at_once((0..2).map(|_operator| {
                let (street, number) = (Arc::clone(&street), order.order_no.clone());
                async move { street.give_back(&number, None).await }
            }))
            .await;
            let started = answers.iter().filter(|one| matches!(one, Refunded::Started(..))).count();
            assert_eq!(started, 1, "{answers:?}");
            street.run_jobs().await;
            street.is(&order, OrderStatus::Refunded).await;
            assert_eq!(street.bank.books().refunds_of(&payment.payment_no).count(), 1);
        }
    })
    .await;
}
