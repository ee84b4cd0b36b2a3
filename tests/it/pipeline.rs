//! From the callback to the delivered report, and to the money back.

use std::time::Duration;

use mingshu::flows::refund_order::{self, Wish};
use mingshu::flows::resend_report::{self, Resent};
use mingshu::flows::retry_order::{self, Retried};
use mingshu::kernel::clock::Clock;
use mingshu::notifications::ports::SendError;
use mingshu::orders::{self, OrderStatus};
use mingshu::payments::ports::{CallError, Outcome};
use mingshu::payments::refunds;
use mingshu::reports::ports::ModelError;
use mingshu::users::{self, UserStatus};

use crate::support::builders::{BUYER, OPERATORS};
use crate::support::{TestApp, everywhere};

fn no_answer() -> ModelError {
    ModelError::Retry { reason: "503".to_owned(), retry_after: None }
}

fn unreachable() -> Result<Outcome, CallError> {
    Err(CallError::NotSent(anyhow::anyhow!("connection refused")))
}

#[tokio::test]
async fn a_paid_order_is_delivered_once_however_often_the_provider_calls() {
    everywhere(async |app: TestApp| {
        let code = app.a_promoter().await;
        let order = app.a_paid_order().await;
        app.pay(&order.order_no, "first").await;
        app.pay(&order.order_no, "second").await;
        app.run_jobs().await;

        let done = app.reload(&order.order_no).await;
        assert_eq!(done.status, OrderStatus::Completed);
        assert_eq!(app.model.finished(), 1);
        assert_eq!(app.messenger.saying("支付成功").len(), 1);
        assert_eq!(app.count_jobs("fulfil:").await, 1);
        assert_eq!(app.count_completed(&order.order_no).await, 1);
        assert_eq!(app.earned(&code).await, (1, 598));
    })
    .await;
}

#[tokio::test]
async fn the_report_comes_as_title_numbered_segments_and_closing() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;

        let said: Vec<String> = app.messenger.sent().into_iter().map(|said| said.text).collect();
        let report = said.iter().position(|text| text.starts_with("📜")).unwrap();
        assert!(said[report].contains(order.order_no.as_str()));
        for (index, text) in said[report + 1..report + 4].iter().enumerate() {
            assert!(text.contains(&format!("（{}/3）", index + 1)), "{text}");
            assert!(text.contains("<b>日主</b>"), "{text}");
        }
        assert!(said[report + 4].contains("报告到此完结"), "{said:?}");
        assert_eq!(said.len(), report + 5);
        let edited = app.messenger.edited();
        let last = &edited.last().unwrap().text;
        assert!(last.contains("支付成功") && last.contains("已写好"), "{edited:?}");
        let progress: Vec<_> = edited.iter().filter(|said| said.text.contains("撰写")).collect();
        assert!(!progress.is_empty());
        for said in progress {
            assert!(said.text.contains("支付成功"), "the words of the payment stay: {said:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_free_order_needs_no_payment_and_no_proof() {
    everywhere(async |app: TestApp| {
        let order = app.a_free_order().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.gateway.asked(), 0);
        assert_eq!(app.messenger.saying("已收到").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn the_model_may_fail_and_the_report_still_comes() {
    everywhere(async |app: TestApp| {
        app.model.answer_next([Err(no_answer()), Err(no_answer())]);
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Generating);

        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.model.requests().len(), 3);
        assert_eq!(app.messenger.saying("支付成功").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_text_that_is_far_too_short_is_written_again() {
    everywhere(async |app: TestApp| {
        app.model.answer_next([Ok("您的命盘很好。".to_owned())]);
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;

        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.model.requests().len(), 2);
        assert!(app.messenger.saying("您的命盘很好。").is_empty());
    })
    .await;
}

#[tokio::test]
async fn after_three_failures_of_the_model_the_money_goes_back_once() {
    everywhere(async |app: TestApp| {
        app.model.answer_next([Err(no_answer()), Err(no_answer()), Err(no_answer())]);
        let code = app.a_promoter().await;
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;

        let failed = app.reload(&order.order_no).await;
        assert_eq!(failed.status, OrderStatus::Failed);
        assert!(failed.failure.unwrap().starts_with("model: "));
        assert_eq!(app.model.requests().len(), 3);
        let sent = app.gateway.refunds();
        assert_eq!(sent.len(), 1);
        assert_eq!(sent[0].amount, order.total);
        let rows = refunds::list_of_order(app.base.db.read(), &order.order_no).await.unwrap();
        assert_eq!(rows.len(), 1);
        let told = app.messenger.saying("很抱歉");
        assert!(told[0].text.contains("撰写服务没有完成"), "{told:?}");
        assert_eq!(app.messenger.saying("退款成功").len(), 1);
        assert!(app.messenger.sent().iter().any(|said| said.to == OPERATORS));
        assert_eq!(app.earned(&code).await, (0, 0));
        let last = app.messenger.edited().pop().unwrap().text;
        for words in ["支付成功", "未完成", "已退回"] {
            assert!(last.contains(words), "{words}: {last}");
        }
        assert!(!last.contains("⏳"), "nothing looks as if it went on: {last}");
    })
    .await;
}

#[tokio::test]
async fn a_report_that_was_refunded_says_so_where_its_payment_stands() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        let (operator, wish) = (orders::Actor::Operator(1), Wish::default());
        refund_order::start(&app.base, &order.order_no, &operator, &wish).await.unwrap();
        app.run_to_the_end().await;
        let told = app.messenger.saying("✅ 退款 <code>R");
        assert!(told.len() == 1 && told[0].to.0 == 1, "the operator hears of it: {told:?}");
        let last = app.messenger.edited().pop().unwrap().text;
        for words in ["支付成功", "↩️ 已退款", "¥29.90：已退回"] {
            assert!(last.contains(words), "{words}: {last}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_free_order_fails_without_a_refund() {
    everywhere(async |app: TestApp| {
        app.model.answer_next([Err(ModelError::Refused)]);
        let order = app.a_free_order().await;
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Failed);
        assert_eq!(app.model.requests().len(), 1, "a refused text is not asked for again");
        assert!(app.gateway.refunds().is_empty());
        assert_eq!(app.messenger.saying("没有任何扣款").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refused_account_is_asked_once_and_the_money_goes_back_with_an_alert() {
    everywhere(async |app: TestApp| {
        let stop = ModelError::Stop { status: 402, message: "Insufficient Balance".to_owned() };
        app.model.answer_next([Err(stop)]);
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;
        let failed = app.reload(&order.order_no).await;
        assert_eq!(failed.status, OrderStatus::Failed);
        assert!(failed.failure.unwrap().starts_with("model: "));
        assert_eq!(app.model.requests().len(), 1, "a refused request is not made again");
        assert_eq!(app.gateway.refunds().len(), 1);
        let alerts = app.messenger.saying("撰写服务拒绝了请求");
        assert_eq!(alerts.len(), 1, "{alerts:?}");
        assert!(alerts[0].text.contains("402"), "{alerts:?}");
    })
    .await;
}

#[tokio::test]
async fn a_buyer_who_blocked_us_keeps_the_report_for_later() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.messenger.block(true);
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let user = users::repo::find(app.base.db.read(), BUYER).await.unwrap().unwrap();
        assert_eq!(user.status, UserStatus::Unreachable);

        let waiting = resend_report::undelivered(&app.base, BUYER).await.unwrap();
        assert_eq!(waiting.as_ref(), Some(&order.order_no));
        app.messenger.block(false);
        let actor = orders::Actor::Buyer;
        let start = || resend_report::start(&app.base, &order.order_no, &actor);
        assert_eq!(start().await.unwrap(), Resent::Started);
        assert_eq!(start().await.unwrap(), Resent::UnderWay, "a second tap");
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("报告到此完结").len(), 1);
        assert_eq!(resend_report::undelivered(&app.base, BUYER).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_provider_is_asked_before_the_work_begins() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        assert_eq!(app.gateway.asked(), 1);
        assert!(app.payment(&order.order_no).await.proven_at.is_some());
    })
    .await;
}

#[tokio::test]
async fn a_provider_that_cannot_be_asked_for_a_minute_is_believed_with_an_alert() {
    everywhere(async |app: TestApp| {
        app.gateway.answer_queries((0..60).map(|_| unreachable()));
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Paid);
        assert!(app.messenger.saying("支付成功").is_empty());
        let card = app.messenger.edited().pop().unwrap();
        assert!(card.text.contains("最后核对") && card.keyboard.is_empty(), "{card:?}");

        let paid = app.clock.now();
        app.run_to_the_end().await;
        assert!(app.clock.now().since(paid) >= Duration::from_secs(60));
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.messenger.saying("无法向支付机构核实").len(), 1);
        assert!(app.payment(&order.order_no).await.proven_at.is_none());
    })
    .await;
}

#[tokio::test]
async fn an_order_whose_payment_the_provider_denies_waits_for_a_person() {
    everywhere(async |app: TestApp| {
        app.gateway.answer_queries((0..8).map(|_| Ok(Outcome::Pending)));
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;
        let number = &order.order_no;
        assert_eq!(app.reload(number).await.status, OrderStatus::Paid);
        assert_eq!(app.job(&format!("fulfil:{number}")).await.0, "parked");
        assert_eq!(app.messenger.saying("支付机构否认了自己的通知").len(), 1);
        assert_eq!(app.model.requests().len(), 0);

        // The provider has caught up with its own news, and an operator lets the order go on.
        let retried = retry_order::run(&app.base, number, 1).await.unwrap();
        assert_eq!(retried, Retried::Started(orders::Step::Accept));
        app.run_jobs().await;
        assert_eq!(app.reload(number).await.status, OrderStatus::Completed);
        let again = retry_order::run(&app.base, number, 1).await.unwrap();
        assert_eq!(again, Retried::Nothing(OrderStatus::Completed));
    })
    .await;
}

#[tokio::test]
async fn a_query_that_states_another_amount_delivers_nothing() {
    everywhere(async |app: TestApp| {
        app.gateway.state("0.01");
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;
        let number = &order.order_no;
        assert_eq!(app.reload(number).await.status, OrderStatus::Paid);
        assert_eq!(app.job(&format!("fulfil:{number}")).await.0, "parked");
        assert_eq!(app.messenger.saying("到账与订单不符").len(), 1);
        assert_eq!(app.model.requests().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn a_message_without_an_answer_is_repeated_once_and_never_again() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        let silence = || Some(SendError::Unknown(anyhow::anyhow!("time-out")));
        // "支付成功" goes through; the title is met with silence, twice.
        app.messenger.fail_next([None, silence(), silence()]);
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Generating);
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.messenger.attempts("📜"), 2);
        assert_eq!(app.messenger.saying("/3）").len(), 3);
        assert_eq!(app.messenger.saying("支付成功").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_chat_service_that_is_away_for_half_an_hour_costs_no_order() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        let away = || Some(SendError::NotSent(anyhow::anyhow!("connection refused")));
        app.messenger.fail_next((0..15).map(|_| away()));
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.messenger.saying("报告到此完结").len(), 1);
        assert_eq!(app.model.finished(), 1);
    })
    .await;
}

#[tokio::test]
async fn money_after_the_deadline_is_told_as_such_and_fulfilled() {
    everywhere(async |app: TestApp| {
        app.gateway.answer_queries([Ok(Outcome::Pending)]);
        let order = app.an_order().await;
        app.clock.advance(Duration::from_secs(31 * 60));
        app.worker.sweep().await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Closed);
        app.pay(&order.order_no, "late").await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.messenger.saying("付款刚刚到账").len(), 1);
    })
    .await;
}
