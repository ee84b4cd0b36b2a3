//! Calls whose outcome is not known, and processes that die.

use mingshu::catalog::answers::FormAnswers;
use mingshu::orders::OrderStatus;
use mingshu::payments::PaymentStatus;
use mingshu::payments::inbox::Judgement;

use crate::support::bank::{Call, Fault};
use crate::support::crash::Side;
use crate::support::street::{MINUTE, Street, on_the_street};

async fn opens_after(street: &Street, fault: Fault) {
    street.bank.fail(Call::Create, [fault]);
    let order = street.order_of("letter").await;
    street.later(MINUTE / 12).await;
    let payment = street.payment(&order.order_no).await;
    assert_eq!(payment.status, PaymentStatus::Processing, "opened with the number it had");
    street.bank.pay(&payment.payment_no).unwrap();
    street.deliver_post().await;
    street.run_jobs().await;
    street.is_sold(&order).await;
}

#[tokio::test]
async fn scenario_18_nobody_knows_whether_the_payment_was_opened() {
    on_the_street(async |street: Street| opens_after(&street, Fault::LostBefore).await).await;
}

#[tokio::test]
async fn scenario_19_the_payment_was_opened_though_the_call_failed() {
    on_the_street(async |street: Street| opens_after(&street, Fault::LostAfter).await).await;
}

#[tokio::test]
async fn scenario_20_death_between_the_providers_deed_and_our_note_of_it() {
    on_the_street(async |street: Street| {
        let order = street.place("letter", FormAnswers::default()).await;
        let number = street.payment(&order.order_no).await.payment_no;
        street.crash.at(0, Side::After);
        street.dies_at_work().await;
        assert!(street.bank.books().is_open(&number));
        assert_eq!(street.payment(&order.order_no).await.status, PaymentStatus::Init);
        street.rises().await;
        assert_eq!(street.payment(&order.order_no).await.status, PaymentStatus::Processing);

        street.bank.pay(&number).unwrap();
        street.deliver_post().await;
        street.run_jobs().await;
        street.give_back(&order.order_no, None).await;
        street.crash.at(0, Side::After);
        street.dies_at_work().await;
        street.rises().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!(street.bank.books().refunds_of(&number).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn scenario_21_death_after_paid_and_before_the_work() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.paid().await;
        street.rises().await;
        street.is_sold(&order).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_22_death_with_a_report_that_was_not_stored() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.paid().await;
        // The proof, "payment received", the model's answer.
        street.crash.at(2, Side::Before);
        street.dies_at_work().await;
        street.is(&order, OrderStatus::Generating).await;
        street.rises().await;
        street.is_sold(&order).await;
        assert_eq!(street.model.finished(), 1);
    })
    .await;
}

#[tokio::test]
async fn scenario_23_death_after_a_message_was_sent_and_before_it_was_noted() {
    on_the_street(async |street: Street| {
        let (order, _payment) = street.paid().await;
        let before = street.messenger.sent().len();
        // The proof, "payment received", the model, the title, the first segment.
        street.crash.at(4, Side::After);
        street.dies_at_work().await;
        street.rises().await;
        street.is_sold(&order).await;
        let said = street.messenger.sent().len() - before;
        let (sent, all) = street.delivered(&order.order_no).await;
        assert_eq!(sent, all);
        let once = usize::try_from(all).unwrap() + 1; // and "payment received"
        assert!(said <= once + 1, "{said} messages, {once} expected: one may come twice");
    })
    .await;
}

#[tokio::test]
async fn scenario_36_the_commit_was_done_and_nobody_heard_of_it() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        let [notice] = street.bank.post().try_into().unwrap();
        street.crash.at_commit(0);
        tokio::select! {
            heard = street.try_hear(&notice) => panic!("acknowledged: {heard:?}"),
            () = street.crash.happened() => {}
        }
        assert_eq!(street.hear(&notice).await, Judgement::Applied, "the provider tries again");
        street.run_jobs().await;
        street.is_sold(&order).await;
    })
    .await;
}
