//! Money on its way back, while other things happen.

use mingshu::flows::refund_order::Refunded;
use mingshu::orders::{Order, OrderStatus};
use mingshu::payments::Refund;

use crate::support::bank::{Call, Fate, Fault};
use crate::support::crash::Side;
use crate::support::street::{MINUTE, PRICE, Street, on_the_street, yuan};

#[tokio::test]
async fn scenario_24_a_refund_while_the_report_is_made_has_to_wait() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.paid().await;
        street.crash.at(2, Side::Before);
        let worker = street.worker.clone();
        let work = tokio::spawn(async move { worker.run_until_idle().await });
        street.crash.happened().await;
        let refused = street.give_back(&order.order_no, None).await;
        assert_eq!(refused, Refunded::NotNow(OrderStatus::Generating));
        street.crash.release();
        work.await.unwrap().unwrap();
        street.is_sold(&order).await;
        street.give_back(&order.order_no, None).await;
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunded).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_24_a_refund_before_the_work_began_stops_it() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.paid().await;
        street.crash.at(0, Side::After); // the second proof
        let worker = street.worker.clone();
        let work = tokio::spawn(async move { worker.run_until_idle().await });
        street.crash.happened().await;
        assert!(matches!(street.give_back(&order.order_no, None).await, Refunded::Started(..)));
        street.crash.release();
        work.await.unwrap().unwrap();
        street.run_to_the_end().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!((street.kept(&order).await, street.model.finished()), (0, 0));
    })
    .await;
}

async fn goes_back_once_after(street: &Street, fault: Fault) {
    let (order, payment) = street.completed().await;
    street.bank.fail(Call::Refund, [fault]);
    street.give_back(&order.order_no, None).await;
    street.run_to_the_end().await;
    street.is(&order, OrderStatus::Refunded).await;
    let [ours] = street.refunds_of(&order).await.try_into().unwrap();
    let books = street.bank.books();
    let theirs: Vec<_> = books.refunds_of(&payment.payment_no).map(|(no, _back)| no).collect();
    assert_eq!(theirs, [&ours.refund_no], "one number, whatever happened");
}

#[tokio::test]
async fn scenario_25_nobody_knows_whether_the_money_went_back() {
    on_the_street(async |street: Street| {
        for fault in [Fault::LostBefore, Fault::LostAfter, Fault::NotSent] {
            goes_back_once_after(&street, fault).await;
        }
    })
    .await;
}

#[tokio::test]
async fn scenario_25_the_question_about_a_refund_fails_too() {
    on_the_street(async |street: Street| {
        street.bank.fail(Call::QueryRefund, [Fault::LostBefore, Fault::NotSent, Fault::LostAfter]);
        goes_back_once_after(&street, Fault::LostAfter).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_26_two_operators_refund_at_once() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.completed().await;
        let number = &order.order_no;
        let (one, other) =
            tokio::join!(street.give_back(number, None), street.give_back(number, None));
        let mut answers = [one, other].map(|answer| matches!(answer, Refunded::Started(..)));
        answers.sort_unstable();
        assert_eq!(answers, [false, true]);
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!(street.bank.books().refunds_of(&payment.payment_no).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn scenario_27_parts_never_come_to_more_than_was_paid() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.completed().await;
        for part in [997, 997] {
            let back = street.give_back(&order.order_no, Some(part)).await;
            assert!(matches!(back, Refunded::Started(..)), "{back:?}");
        }
        let left = PRICE - 2 * 997;
        let more = street.give_back(&order.order_no, Some(left + 1)).await;
        assert_eq!(more, Refunded::TooMuch(yuan(left)));
        street.give_back(&order.order_no, Some(left)).await;
        street.later(MINUTE).await;
        street.is(&order, OrderStatus::Refunded).await;
        let again = street.give_back(&order.order_no, Some(1)).await;
        assert_eq!(again, Refunded::NothingToRefund);
        assert_eq!(street.bank.books().returned(&payment.payment_no), PRICE);
    })
    .await;
}

/// The refund of five yuan.
async fn the_part(street: &Street, order: &Order) -> Refund {
    let refunds = street.refunds_of(order).await;
    refunds.into_iter().find(|refund| refund.amount == yuan(500)).expect("there is one")
}

#[tokio::test]
async fn a_part_that_fails_after_the_rest_went_back_can_be_given_back_again() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.completed().await;
        let lingers = Fate::Lingers { succeeds: true };
        street.bank.refunds_end([lingers]);
        street.give_back(&order.order_no, Some(500)).await;
        street.run_jobs().await;
        street.give_back(&order.order_no, None).await;
        street.run_jobs().await;
        // The rest went back, a part is still on its way: nobody knows yet how it ends.
        street.is(&order, OrderStatus::Refunding).await;
        let part = the_part(&street, &order).await;
        assert!(street.bank.end_refund(&part.refund_no, Fate::Fails));
        street.deliver_post().await;
        street.is(&order, OrderStatus::Completed).await;
        assert_eq!(street.kept(&order).await, 500);
        let again = street.give_back(&order.order_no, None).await;
        assert!(matches!(again, Refunded::Started(_, amount) if amount == yuan(500)), "{again:?}");
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!(street.kept(&order).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_order_is_refunded_once_all_of_its_parts_have_gone_back() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.paid().await;
        street.bank.refunds_end([Fate::Lingers { succeeds: true }]);
        street.give_back(&order.order_no, Some(500)).await;
        street.give_back(&order.order_no, None).await;
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunding).await;
        let part = the_part(&street, &order).await;
        assert!(street.bank.end_refund(&part.refund_no, Fate::Succeeds));
        street.deliver_post().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!((street.kept(&order).await, street.model.finished()), (0, 0));
    })
    .await;
}
