//! What comes late, twice or not at all, and a provider that is away.

use mingshu::flows::base::LatePayment;
use mingshu::kernel::ids::Sku;
use mingshu::orders::OrderStatus;
use mingshu::payments::PaymentStatus;
use mingshu::payments::inbox::Judgement;
use mingshu::platform::db::query_all;

use crate::support::bank::{Call, Fault};
use crate::support::builders::counted;
use crate::support::street::{MINUTE, PRICE, Street, on_the_street};

#[tokio::test]
async fn scenario_07_the_notification_never_arrives() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        street.later(2 * MINUTE).await;
        street.is_sold(&order).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_07_nobody_hears_of_money_by_the_way_that_the_buyer_gave_up() {
    on_the_street(async |street: Street| {
        let (order, first) = street.ordered().await;
        street.clock.advance(MINUTE);
        street.pay_by(&order, "alipay").await;
        street.run_jobs().await;
        street.clock.advance(28 * MINUTE);
        street.bank.pay(&first.payment_no).unwrap();
        street.bank.post();
        // The ladder has asked before; only the deadline asks again.
        street.later(2 * MINUTE).await;
        street.is_sold(&order).await;
        let sql = "SELECT to_status FROM order_history WHERE to_status = 'closed'";
        let closed = query_all(street.base.db.read(), sql, vec![]).await.unwrap();
        assert!(closed.is_empty(), "it was paid in time");
    })
    .await;
}

#[tokio::test]
async fn scenario_15_money_after_the_deadline_is_delivered_for() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.ordered().await;
        street.later(31 * MINUTE).await;
        street.is(&order, OrderStatus::Closed).await;
        street.bank.pay(&payment.payment_no).unwrap();
        assert_eq!(street.deliver_post().await, [Judgement::Applied]);
        street.run_jobs().await;
        street.is_sold(&order).await;
    })
    .await;
}

#[tokio::test]
async fn scenario_15_money_after_the_deadline_goes_back_when_nothing_is_left_to_sell() {
    on_the_street(async |street: Street| {
        let street = street.with(|tools| {
            tools.till.money.stocks.insert(Sku::from("letter"), counted(0));
        });
        let (order, payment) = street.ordered().await;
        street.later(31 * MINUTE).await;
        street.bank.pay(&payment.payment_no).unwrap();
        street.deliver_post().await;
        street.run_jobs().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!((street.kept(&order).await, street.model.finished()), (0, 0));
        assert!(!street.messenger.saying(order.order_no.as_str()).is_empty());
    })
    .await;
}

#[tokio::test]
async fn scenario_15_money_after_the_deadline_waits_for_an_operator_where_the_shop_wants_it() {
    on_the_street(async |street: Street| {
        let street = street.with(|tools| tools.till.money.late_payment = LatePayment::AskAdmin);
        let (order, payment) = street.ordered().await;
        street.cancel(&order).await;
        street.bank.pay(&payment.payment_no).unwrap();
        street.deliver_post().await;
        street.later(MINUTE * 5).await;
        street.is(&order, OrderStatus::Paid).await;
        assert_eq!(street.job(&format!("fulfil:{}", order.order_no)).await.0, "parked");
        assert!(street.alerts().await.contains(&"LateMoney".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn scenario_16_two_attempts_are_paid() {
    on_the_street(async |street: Street| {
        let (order, first) = street.ordered().await;
        street.clock.advance(MINUTE / 4);
        street.pay_by(&order, "alipay").await;
        street.run_jobs().await;
        let second = street.payments_of(&order).await.pop().unwrap();
        street.bank.pay(&second.payment_no).unwrap();
        street.bank.pay(&first.payment_no).unwrap();
        assert_eq!(street.deliver_post().await, [Judgement::Applied; 2]);
        street.run_jobs().await;
        street.is_sold(&order).await;
        let [back] = street.refunds_of(&order).await.try_into().unwrap();
        assert_eq!(back.payment_no, first.payment_no, "the surplus went back, once");
        // Both came at the same instant; what is earned was paid by the one that was first.
        let sql = "SELECT payment_no FROM ledger_transfers WHERE credit = 'revenue'";
        let earned = query_all(street.base.db.read(), sql, vec![]).await.unwrap();
        let earned: Vec<String> =
            earned.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert_eq!(earned, [second.payment_no.0]);
    })
    .await;
}

#[tokio::test]
async fn scenario_17_one_payment_is_charged_twice() {
    on_the_street(async |street: Street| {
        let (order, payment) = street.completed().await;
        street.bank.pay(&payment.payment_no).unwrap();
        assert_eq!(street.deliver_post().await, [Judgement::Applied]);
        street.run_jobs().await;
        assert_eq!(street.alerts().await, ["SecondCharge"]);
        street.is(&order, OrderStatus::Completed).await;
        assert_eq!(street.count_completed(&order.order_no).await, 1);
    })
    .await;
}

#[tokio::test]
async fn scenario_30_the_provider_is_away_for_hours() {
    on_the_street(async |street: Street| {
        let (waiting, payment) = street.ordered().await;
        street.bank.pay(&payment.payment_no).unwrap();
        street.bank.post();
        for call in [Call::Create, Call::Query] {
            street.bank.fail(call, std::iter::repeat_n(Fault::LostBefore, 1000));
        }
        let unopened = street.order_of("letter").await;
        for _quarter in 0..8 {
            street.later(15 * MINUTE).await;
        }
        street.is(&waiting, OrderStatus::PendingPayment).await;
        street.is(&unopened, OrderStatus::PendingPayment).await;
        street.bank.heal();
        for _quarter in 0..4 {
            street.later(15 * MINUTE).await;
        }
        street.is_sold(&waiting).await;
        street.is(&unopened, OrderStatus::Closed).await;
        assert_eq!(street.count_jobs("fulfil:").await, 1);
    })
    .await;
}

#[tokio::test]
async fn scenario_31_the_provider_wants_fewer_calls() {
    on_the_street(async |street: Street| {
        // 429: refused before anything was done, to be tried again with the same number.
        street.bank.fail(Call::Create, [Fault::NotSent, Fault::NotSent]);
        let order = street.order_of("letter").await;
        street.later(MINUTE / 12).await;
        street.later(MINUTE / 12).await;
        let payment = street.payment(&order.order_no).await;
        assert_eq!(payment.status, PaymentStatus::Processing);
        street.bank.pay(&payment.payment_no).unwrap();
        street.deliver_post().await;
        street.run_jobs().await;
        street.bank.fail(Call::Refund, [Fault::NotSent, Fault::NotSent, Fault::NotSent]);
        street.give_back(&order.order_no, Some(PRICE)).await;
        street.run_to_the_end().await;
        street.is(&order, OrderStatus::Refunded).await;
        assert_eq!(street.bank.books().refunds_of(&payment.payment_no).count(), 1);
    })
    .await;
}
