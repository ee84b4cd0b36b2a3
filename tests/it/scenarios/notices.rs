//! Notifications that are repeated, late, early, out of order or wrong.

use std::time::Duration;

use futures_util::future::join_all;
use mingshu::catalog::answers::FormAnswers;
use mingshu::flows::check_payment;
use mingshu::flows::confirm_payment::Confirmed;
use mingshu::kernel::ids::PaymentNo;
use mingshu::orders::OrderStatus;
use mingshu::payments::inbox::Judgement;
use mingshu::payments::ports::{Notification, RefundObservation, RefundOutcome, Source};
use mingshu::payments::{PaymentStatus, RefundStatus};

use crate::support::bank::{Fate, observation, stating};
use crate::support::crash::Side;
use crate::support::street::{MINUTE, PRICE, Street, on_the_street, yuan};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn scenario_01_the_same_notification_twice() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let [notice] = street.bank.post().try_into().unwrap();
        assert_eq!(street.hear(&notice).await, Judgement::Applied);
        street.clock.advance(Duration::from_secs(3));
        assert_eq!(street.hear(&notice).await, Judgement::Applied, "the first verdict again");
        street.run_jobs().await;
        assert_eq!(street.hear(&notice).await, Judgement::Applied);
        street.run_jobs().await;
        street.is_sold(&order).await;
        assert_eq!(street.model.finished(), 1);
    })
    .await;
}

#[tokio::test]
async fn scenario_02_the_same_notification_twenty_times_at_once() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let [notice] = street.bank.post().try_into().unwrap();
        let heard = join_all((0..20).map(|_copy| street.hear(&notice))).await;
        assert_eq!(heard, [Judgement::Applied; 20]);
        assert_eq!(street.count_jobs("fulfil:").await, 1);
        street.run_jobs().await;
        street.is_sold(&order).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_03_a_notification_a_day_late() {
    on_the_street(async |street: Street| {
        let (asked, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let known = street.bank.post();
        street.later(2 * MINUTE).await;
        street.is_sold(&asked).await;
        let (closed, payment) = street.ordered().await;
        street.later(31 * MINUTE).await;
        street.is(&closed, OrderStatus::Closed).await;
        street.bank.pay(&payment.payment_no).unwrap();
        street.clock.advance(DAY);
        assert_eq!(street.hear(&known[0]).await, Judgement::OldNews);
        assert_eq!(street.deliver_post().await, [Judgement::Applied]);
        street.run_jobs().await;
        street.is_sold(&asked).await;
        street.is_sold(&closed).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_04_the_refunds_notification_before_the_payments() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        street.later(2 * MINUTE).await;
        street.is_sold(&order).await;
        street.bank.refunds_end([Fate::Lingers { succeeds: true }]);
        street.give_back(&order.order_no, None).await;
        street.run_jobs().await;
        let [refund] = street.refunds_of(&order).await.try_into().unwrap();
        assert!(street.bank.end_refund(&refund.refund_no, Fate::Succeeds));
        let [paid, refunded] = street.bank.post().try_into().unwrap();
        assert_eq!(street.hear(&refunded).await, Judgement::Applied);
        assert_eq!(street.hear(&paid).await, Judgement::OldNews);
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!(street.payment(&order.order_no).await.status, PaymentStatus::Succeeded);
        assert_eq!(street.kept(&order).await, 0);
    })
    .await;
}

#[tokio::test]
async fn scenario_04_a_refund_that_nobody_asked_for_is_kept_and_reported() {
    on_the_street(async |street: Street| {
        let stray = Notification::Refund(RefundObservation {
            provider: "bank".to_owned(),
            source: Source::Callback,
            evidence_key: "stray".to_owned(),
            refund_no: "R20261121-00000000".into(),
            provider_refund_ref: None,
            status: RefundOutcome::Succeeded,
        });
        assert_eq!(street.hear(&stray).await, Judgement::Orphan);
        assert_eq!(street.hear(&stray).await, Judgement::Orphan);
        assert_eq!(street.alerts().await, ["OrphanCallback"]);
    })
    .await;
}

#[tokio::test]
async fn scenario_05_the_notification_comes_before_the_answer_to_create() {
    on_the_street(async |street: Street| {
        let order = street.place("letter", FormAnswers::default()).await;
        let payment = street.payment(&order.order_no).await.payment_no;
        street.crash.at(0, Side::After);
        let worker = street.worker.clone();
        let creating = tokio::spawn(async move { worker.run_until_idle().await });
        street.crash.happened().await;
        street.bank.pay(&payment).unwrap();
        assert_eq!(street.deliver_post().await, [Judgement::Applied]);
        street.crash.release();
        creating.await.unwrap().unwrap();
        street.run_jobs().await;
        street.is_sold(&order).await;
        assert_eq!(street.payment(&order.order_no).await.status, PaymentStatus::Succeeded);
    })
    .await;
}

#[tokio::test]
async fn scenario_06_the_payer_returns_while_the_notification_arrives() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let returned = check_payment::payer_returned(&street.base, &order.order_no);
        let (returned, heard) = tokio::join!(returned, street.deliver_post());
        returned.unwrap();
        assert_eq!(heard, [Judgement::Applied]);
        street.run_jobs().await;
        street.is_sold(&order).await;

        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        check_payment::payer_returned(&street.base, &order.order_no).await.unwrap();
        let (ran, heard) = tokio::join!(street.worker.run_until_idle(), street.deliver_post());
        ran.unwrap();
        assert!(matches!(heard[..], [Judgement::Applied | Judgement::OldNews]), "{heard:?}");
        street.run_jobs().await;
        street.is_sold(&order).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_09_a_true_notification_is_played_again_later() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let [notice] = street.bank.post().try_into().unwrap();
        street.hear(&notice).await;
        street.run_jobs().await;
        street.give_back(&order.order_no, None).await;
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunded).await;
        street.clock.advance(90 * DAY);
        assert_eq!(street.hear(&notice).await, Judgement::Applied, "the verdict it had");
        let mut reworded = observation(&notice);
        reworded.evidence_key.push_str("/again");
        let reworded = Notification::Payment(reworded);
        assert_eq!(street.hear(&reworded).await, Judgement::OldNews);
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!((street.model.finished(), street.kept(&order).await), (1, 0));
    })
    .await;
}

#[tokio::test]
async fn scenario_11_another_amount_than_was_due() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay_other(&payment.payment_no, yuan(PRICE - 1)).unwrap();
        assert_eq!(street.deliver_post().await, [Judgement::Mismatch]);
        street.later(40 * MINUTE).await;
        let doubtful = street.payment(&order.order_no).await;
        assert_eq!(doubtful.status, PaymentStatus::Conflicted);
        assert_eq!(doubtful.received(), yuan(PRICE - 1), "the money is in the books");
        street.is(&order, OrderStatus::PendingPayment).await;
        assert!(street.alerts().await.contains(&"PaymentConflict".to_owned()));
        assert_eq!(street.model.finished(), 0);
    })
    .await;
}

#[tokio::test]
async fn scenario_11_another_attempt_beside_money_in_doubt_ends_at_its_deadline() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay_other(&payment.payment_no, yuan(PRICE - 1)).unwrap();
        street.deliver_post().await;
        street.clock.advance(MINUTE);
        street.pay_by(&order, "alipay").await;
        street.run_jobs().await;
        street.later(40 * MINUTE).await;
        let states = street.payments_of(&order).await.into_iter().map(|one| one.status);
        let expected = [PaymentStatus::Conflicted, PaymentStatus::Expired];
        assert_eq!(states.collect::<Vec<_>>(), expected);
        street.is(&order, OrderStatus::PendingPayment).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_11_money_that_goes_back_is_not_accepted_as_well() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        let charge = street.bank.pay_other(&payment.payment_no, yuan(PRICE - 1)).unwrap();
        street.deliver_post().await;
        street.give_back(&order.order_no, None).await;
        let confirmed = street.confirm(&order.order_no, &charge.no).await;
        assert_eq!(confirmed, Confirmed::NothingToConfirm);
        street.run_to_the_end().await;
        assert_eq!((street.kept(&order).await, street.model.finished()), (0, 0));
    })
    .await;
}

#[tokio::test]
async fn scenario_12_another_currency_than_was_due() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let [notice] = street.bank.post().try_into().unwrap();
        let foreign = stating(&notice, "29.90", "USD");
        assert_eq!(street.hear(&foreign).await, Judgement::Mismatch);
        assert_eq!(street.alerts().await, ["PaymentConflict"]);
        street.is(&order, OrderStatus::PendingPayment).await;
        street.later(2 * MINUTE).await;
        street.is_sold(&order).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_13_money_of_another_merchant() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        let stray = street.bank.pay(&payment.payment_no).unwrap();
        let [notice] = street.bank.post().try_into().unwrap();
        let elsewhere = Notification::Payment(mingshu::payments::ports::Observation {
            merchant_matches: false,
            evidence_key: format!("{}/elsewhere", stray.no),
            ..observation(&notice)
        });
        assert_eq!(street.hear(&elsewhere).await, Judgement::Mismatch);
        let doubtful = street.payment(&order.order_no).await;
        assert_eq!((doubtful.status, doubtful.stated), (PaymentStatus::Conflicted, None));
        street.run_jobs().await;
        assert_eq!(street.model.finished(), 0);
        assert_eq!(street.alerts().await, ["PaymentConflict"]);
    })
    .await;
}

#[tokio::test]
async fn scenario_14_a_number_that_we_never_gave() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let [notice] = street.bank.post().try_into().unwrap();
        let mut stray = observation(&notice);
        stray.payment_no = PaymentNo::from("P20261121-00000000");
        "stray".clone_into(&mut stray.evidence_key);
        let stray = Notification::Payment(stray);
        assert_eq!(street.hear(&stray).await, Judgement::Orphan);
        assert_eq!(street.hear(&stray).await, Judgement::Orphan);
        assert_eq!(street.alerts().await, ["OrphanCallback"]);
        street.is(&order, OrderStatus::PendingPayment).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_29_a_chargeback_is_kept_and_reported_and_nothing_goes_back_by_itself() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.completed().await;
        let dispute = Notification::Unhandled {
            provider: "bank".to_owned(),
            evidence_key: "dispute-1".to_owned(),
            kind: "CHARGEBACK".to_owned(),
        };
        assert_eq!(street.hear(&dispute).await, Judgement::NotApplied);
        assert_eq!(street.hear(&dispute).await, Judgement::NotApplied);
        street.run_jobs().await;
        assert_eq!(street.alerts().await, ["UnknownProviderWord"]);
        assert!(street.refunds_of(&order).await.is_empty());
        street.is_sold(&order).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_28_a_refund_that_was_accepted_fails_later() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.completed().await;
        street.bank.refunds_end([Fate::Lingers { succeeds: false }]);
        street.give_back(&order.order_no, None).await;
        street.run_jobs().await;
        let [refund] = street.refunds_of(&order).await.try_into().unwrap();
        assert_eq!(refund.status, RefundStatus::Processing);
        street.is(&order, OrderStatus::Refunding).await;
        assert!(street.bank.end_refund(&refund.refund_no, Fate::Fails));
        assert_eq!(street.deliver_post().await.last(), Some(&Judgement::Applied));
        street.run_to_the_end().await;
        street.is(&order, OrderStatus::Completed).await;
        assert_eq!(street.alerts().await, ["RefundProblem"]);
        assert!(!street.messenger.saying("退款").is_empty(), "the buyer is told");
        street.give_back(&order.order_no, None).await;
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!(street.kept(&order).await, 0);
    })
    .await;
}
