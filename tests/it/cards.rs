//! What the buyer is shown about a payment, and when it stays unsaid.

use std::time::Duration;

use mingshu::flows::close_order::{self, Ended};
use mingshu::flows::jobs::{News, TellBuyer};
use mingshu::flows::settle_payment;
use mingshu::flows::show_payment::{self, Shown};
use mingshu::kernel::clock::Clock;
use mingshu::notifications::message::ButtonAction;
use mingshu::payments::ports::{Outcome, StatedAmount};
use mingshu::platform::jobs::store;

use crate::support::builders::BUYER;
use crate::support::fakes::observation;
use crate::support::{TestApp, everywhere};

#[tokio::test]
async fn the_payment_card_has_the_link_the_check_and_the_way_out() {
    everywhere(async |app: TestApp| {
        app.gateway.gives_code("weixin://wxpay/bizpayurl?pr=abc");
        let order = app.an_order().await;
        let number = &order.order_no;
        let card = app.messenger.saying("待付款").remove(0);
        assert!(card.text.contains("¥29.90") && card.text.contains(number.as_str()));
        assert!(card.text.contains("付款后可以关闭支付页面"), "{}", card.text);
        assert!(card.text.contains("北京时间"), "{}", card.text);
        let actions: Vec<_> =
            card.keyboard.into_iter().flatten().map(|button| button.action).collect();
        assert!(matches!(&actions[0], ButtonAction::Url(url) if url.contains("pay.example")));
        assert_eq!(actions[1], ButtonAction::Callback(format!("pay:check:{number}")));
        assert_eq!(actions[2], ButtonAction::Callback(format!("pay:methods:{number}")));
        assert_eq!(actions[3], ButtonAction::Callback(format!("pay:cancel:{number}")));
        assert_eq!(app.messenger.photos(), 1);
        assert!(app.reload(number).await.anchor_message.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_card_that_comes_too_late_is_not_shown() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let number = &order.order_no;
        let ended = close_order::cancel(&app.base, (BUYER, number), "price").await.unwrap();
        assert_eq!(ended, Ended::Now);
        let tx = app.base.db.begin_write().await.unwrap();
        let card = TellBuyer {
            order_no: number.clone(),
            news: News::PaymentReady,
            about: "late".to_owned(),
        };
        store::enqueue(&tx, &card, app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("待付款").len(), 1, "only the first one");
    })
    .await;
}

#[tokio::test]
async fn a_card_that_was_paid_loses_its_buttons() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        let number = order.order_no.as_str();
        let edited = app.messenger.edited();
        let card = edited.iter().find(|said| said.text.contains("已付款")).unwrap();
        assert!(card.text.contains(number) && card.keyboard.is_empty(), "{card:?}");
    })
    .await;
}

#[tokio::test]
async fn money_in_doubt_takes_the_way_to_pay_off_the_card() {
    everywhere(async |app: TestApp| {
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await;
        let mut wrong = observation(&payment.payment_no, "wrong");
        wrong.stated = Some(StatedAmount { amount: "0.01".into(), currency: Some("CNY".into()) });
        let money = &app.tools.till.money;
        settle_payment::run(&app.base, money, &wrong, b"").await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("请不要重复付款").len(), 1);
        let card = app.messenger.edited().pop().unwrap();
        assert!(card.text.contains("请不要再付款"), "{}", card.text);
        let buttons: Vec<_> = card.keyboard.into_iter().flatten().map(|it| it.action).collect();
        assert_eq!(buttons, [ButtonAction::Callback("support".into())]);
        let shown = show_payment::run(&app.tools.till, (BUYER, &order.order_no), None).await;
        assert!(matches!(shown, Ok(Shown::Over(_))), "the card does not come back: {shown:?}");
    })
    .await;
}

#[tokio::test]
async fn a_closed_order_cannot_be_paid_from_its_card() {
    everywhere(async |app: TestApp| {
        app.gateway.answer_queries([Ok(Outcome::Pending)]);
        app.an_order().await;
        app.clock.advance(Duration::from_secs(31 * 60));
        app.worker.sweep().await.unwrap();
        app.run_jobs().await;
        let card = app.messenger.edited().pop().unwrap();
        assert!(card.text.contains("已关闭") && card.keyboard.is_empty(), "{card:?}");
    })
    .await;
}
