//! Both PingPong adapters against the played provider: over real HTTP, as in a demo. The two sides
//! share no code but the ports and the kernel.

mod world;

use std::sync::atomic::Ordering;

use mingshu::payments::ports::{CallError, Notification, Outcome, RefundOutcome, StatedAmount};
use mingshu::payments::statement::LineKind;
use mingshu::sandbox::faults::Fault;
use mingshu::sandbox::pingpong::{PaymentState, RefundState, Refusal};

use world::{DIALECTS, Dialect, MINUTE, World, gateway};

#[tokio::test]
async fn a_payment_is_opened_paid_told_once_and_found_paid() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        assert_eq!(world.asked().await, Outcome::Pending, "not known yet");
        let url = world.open().await;
        assert_eq!(world.open().await, url, "asked again, the same payment");
        assert_eq!(world.asked().await, Outcome::Pending);
        world.pay().await;

        let heard = world.shop.heard.lock().unwrap().clone();
        let [Ok(Notification::Payment(told))] = heard.as_slice() else { panic!("{heard:?}") };
        assert_eq!(told.outcome, Outcome::Paid);
        assert_eq!(told.payment_no, world.order().payment_no);
        let stated = told.stated.as_ref().unwrap();
        assert_eq!(stated.currency.as_deref(), Some("CNY"));
        assert!(stated.amount.starts_with("19.90"), "{stated:?}");

        let seen = world.shop.gateway.query(&world.order().payment_no).await.unwrap();
        assert_eq!((seen.outcome, &seen.provider_ref), (Outcome::Paid, &told.provider_ref));
        assert!(seen.stated.is_some_and(|stated: StatedAmount| stated.amount.starts_with("19.90")));
        assert_eq!(world.told(), [("paid", Some(200))]);
        let again = world.sandbox.pay("P20261121-0C5M2ZT8").await.unwrap_err();
        assert_eq!(again, Refusal::NotPayable(PaymentState::Paid));
    }
}

#[tokio::test]
async fn a_callback_that_comes_five_times_is_one_fact() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.faults.set(Fault::DoubleCallback, 1);
        world.open().await;
        world.pay().await;
        let (heard, _) = world.heard();
        assert_eq!(heard.len(), 5);
        assert!(heard.iter().all(|told| told == &heard[0]), "{heard:?}");
    }
}

#[tokio::test]
async fn a_forged_callback_is_not_believed_and_the_true_one_is() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.faults.set(Fault::BadSignature, 1);
        world.open().await;
        world.pay().await;
        let (heard, forged) = world.heard();
        assert_eq!((heard.len(), forged), (1, 1));
        assert_eq!(world.told(), [("forged", Some(401)), ("paid", Some(200))]);
    }
}

#[tokio::test]
async fn a_callback_may_state_more_than_was_paid() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.faults.set(Fault::WrongAmount, 1);
        world.open().await;
        world.pay().await;
        let (heard, _) = world.heard();
        assert!(heard[0].1.starts_with("19.91"), "{heard:?}");
        assert_eq!(world.asked().await, Outcome::Paid);
    }
}

#[tokio::test]
async fn a_failed_attempt_may_come_before_the_success() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.faults.set(Fault::FailedFirst, 1);
        world.open().await;
        world.pay().await;
        let (heard, _) = world.heard();
        let failed = match dialect {
            Dialect::V4(_) => Outcome::AttemptFailed,
            Dialect::Hmac => Outcome::FinallyFailed,
        };
        let outcomes: Vec<_> = heard.iter().map(|(outcome, ..)| outcome.clone()).collect();
        assert_eq!(outcomes, [failed, Outcome::Paid]);
        assert_ne!(heard[0].2, heard[1].2, "two facts");
    }
}

#[tokio::test]
async fn a_payment_may_fail_for_good() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.faults.set(Fault::PaymentFailed, 1);
        world.open().await;
        world.pay().await;
        assert_eq!(world.told(), [("failed", Some(200))]);
        let refusal = world.sandbox.pay("P20261121-0C5M2ZT8").await.unwrap_err();
        assert_eq!(refusal, Refusal::NotPayable(PaymentState::Failed));
    }
}

#[tokio::test]
async fn without_a_callback_a_query_tells() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.faults.set(Fault::NoCallback, 1);
        world.open().await;
        world.pay().await;
        assert!(world.told().is_empty());
        assert_eq!(world.asked().await, Outcome::Paid);
    }
}

#[tokio::test]
async fn money_that_is_held_back_arrives_after_the_deadline() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.faults.set(Fault::LateCallback, 1);
        world.open().await;
        world.pay().await;
        world.clock.advance(31 * MINUTE);
        assert_eq!((world.asked().await, world.told().len()), (Outcome::Pending, 0));
        assert_eq!(world.sandbox.release_held().await, 1);
        assert_eq!(world.asked().await, Outcome::Paid);
        assert_eq!(world.told(), [("paid", Some(200))]);
        assert_eq!(world.sandbox.release_held().await, 0);
    }
}

#[tokio::test]
async fn what_nobody_pays_is_closed_at_its_deadline() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.open().await;
        world.clock.advance(30 * MINUTE);
        assert_eq!(world.asked().await, Outcome::Closed);
        let refusal = world.sandbox.pay("P20261121-0C5M2ZT8").await.unwrap_err();
        assert_eq!(refusal, Refusal::NotPayable(PaymentState::Closed));
    }
}

#[tokio::test]
async fn a_payer_who_gives_up_closes_the_payment() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.open().await;
        world.sandbox.cancel("P20261121-0C5M2ZT8").await.unwrap();
        assert_eq!(world.asked().await, Outcome::Closed);
        let told = match dialect {
            Dialect::V4(_) => vec![("cancelled", Some(200))],
            Dialect::Hmac => vec![],
        };
        assert_eq!(world.told(), told);
    }
}

#[tokio::test]
async fn a_shop_that_is_down_is_told_again_and_in_the_end_no_more() {
    let world = World::new(Dialect::Hmac).await;
    world.shop.down.store(2, Ordering::SeqCst);
    world.open().await;
    world.pay().await;
    assert_eq!(world.told(), [("paid", Some(503)), ("paid", Some(503)), ("paid", Some(200))]);

    let world = World::new(DIALECTS[0]).await;
    world.shop.down.store(100, Ordering::SeqCst);
    world.open().await;
    world.pay().await;
    assert_eq!(world.told(), [("paid", Some(503)); 5]);
}

#[tokio::test]
async fn a_create_without_an_answer_may_have_been_done() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.faults.set(Fault::CreateError, 1);
        let error = world.shop.gateway.create(&world.order()).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
        assert_eq!(world.sandbox.ledger().payments().count(), 0);

        world.faults.set(Fault::CreateTimeout, 1);
        let error = world.shop.gateway.create(&world.order()).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
        assert_eq!(world.sandbox.ledger().payments().count(), 1);

        world.faults.set(Fault::QueryTimeout, 1);
        let error = world.shop.gateway.query(&world.order().payment_no).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
        world.open().await;
        assert_eq!(world.sandbox.ledger().payments().count(), 1);
    }
}

#[tokio::test]
async fn money_goes_back_once_and_never_more_than_came_in() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        let gateway = &world.shop.gateway;
        world.open().await;
        let early = gateway.refund(&world.refund("R0", 1)).await.unwrap_err();
        assert!(matches!(early, CallError::Rejected { .. }), "{early:?}");
        assert_eq!(world.asked_about_refund("R1").await, RefundOutcome::NotFound);

        world.pay().await;
        for _ in 0..2 {
            let answer = gateway.refund(&world.refund("R1", 1000)).await.unwrap();
            assert_eq!(answer.outcome, RefundOutcome::Succeeded);
        }
        let more = gateway.refund(&world.refund("R2", 991)).await.unwrap_err();
        assert!(matches!(more, CallError::Rejected { .. }), "{more:?}");
        let ledger = world.sandbox.ledger();
        assert_eq!(ledger.find("P20261121-0C5M2ZT8").unwrap().refunded_minor(), 1000);
    }
}

#[tokio::test]
async fn a_refund_may_be_refused_pending_or_without_an_answer() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        let gateway = &world.shop.gateway;
        world.open().await;
        world.pay().await;

        world.faults.set(Fault::RefundRefused, 1);
        match gateway.refund(&world.refund("R1", 100)).await {
            Err(CallError::Rejected { .. }) => {}
            Ok(answer) => assert!(matches!(answer.outcome, RefundOutcome::Failed(_))),
            Err(error) => panic!("{error:?}"),
        }
        world.faults.set(Fault::RefundTimeout, 1);
        let error = gateway.refund(&world.refund("R2", 100)).await.unwrap_err();
        assert!(matches!(error, CallError::Unknown(_)), "{error:?}");
        assert_eq!(world.asked_about_refund("R2").await, RefundOutcome::Succeeded);

        world.faults.set(Fault::RefundPending, 2);
        for number in ["R3", "R4"] {
            let answer = gateway.refund(&world.refund(number, 100)).await.unwrap();
            assert_eq!(answer.outcome, RefundOutcome::Pending);
        }
        assert_eq!(world.asked_about_refund("R3").await, RefundOutcome::Succeeded);
        assert_eq!(world.sandbox.finish_refunds().await, 1);
        let ledger = world.sandbox.ledger();
        let refunds = &ledger.find("P20261121-0C5M2ZT8").unwrap().refunds;
        assert!(refunds.iter().all(|refund| refund.state == RefundState::Succeeded));
    }
}

#[tokio::test]
async fn v4_tells_the_end_of_a_pending_refund() {
    let world = World::new(DIALECTS[0]).await;
    world.open().await;
    world.pay().await;
    world.faults.set(Fault::RefundPending, 1);
    world.shop.gateway.refund(&world.refund("R1", 1990)).await.unwrap();
    world.sandbox.finish_refunds().await;
    let heard = world.shop.heard.lock().unwrap().clone();
    let Some(Ok(Notification::Refund(told))) = heard.last() else { panic!("{heard:?}") };
    assert_eq!((told.refund_no.as_str(), &told.status), ("R1", &RefundOutcome::Succeeded));
}

#[tokio::test]
async fn a_shop_with_another_secret_is_refused_and_believes_nothing() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        let mut settings = world.sandbox.settings().clone();
        settings.salt = "another".into();
        settings.hmac_secret = "another".into();
        let error = gateway(&settings, dialect).create(&world.order()).await.unwrap_err();
        assert!(matches!(error, CallError::Rejected { .. }), "{error:?}");
    }
}

#[tokio::test]
async fn the_cashier_shows_the_payment_and_its_buttons_work() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        let url = world.open().await;
        let page = world.browser.get(&url).send().await.unwrap();
        assert_eq!(page.status(), 200);
        let html = page.text().await.unwrap();
        for part in ["八字详批", "¥", "19", ".90", "微信支付", "P20261121-0C5M2ZT8", "1800000"]
        {
            assert!(html.contains(part), "{part} is missing in {html}");
        }
        assert!(!html.contains("<VIP>"), "what the shop says is escaped");

        let click = |deed| world.browser.post(format!("{url}/{deed}")).send();
        assert_eq!(click("steal").await.unwrap().status(), 404);
        let answer = click("pay").await.unwrap();
        assert_eq!(answer.status(), 303);
        assert_eq!(answer.headers()["location"], world.order().return_url.as_str());
        world.sandbox.idle().await;
        assert_eq!(world.told(), [("paid", Some(200))]);

        let again = click("pay").await.unwrap();
        assert_eq!(again.headers()["location"], url.as_str(), "back to the cashier");
        world.sandbox.idle().await;
        assert_eq!(world.told().len(), 1);
        let html = world.browser.get(&url).send().await.unwrap().text().await.unwrap();
        assert!(html.contains("支付成功") && !html.contains("<button"), "{html}");
    }
}

#[tokio::test]
async fn a_failed_attempt_at_the_cashier_leaves_v4_payable_and_ends_hmac() {
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        let url = world.open().await;
        world.browser.post(format!("{url}/fail")).send().await.unwrap();
        world.sandbox.idle().await;
        let html = world.browser.get(&url).send().await.unwrap().text().await.unwrap();
        match dialect {
            Dialect::V4(_) => {
                assert_eq!(world.asked().await, Outcome::AttemptFailed);
                assert!(html.contains("可以再试一次") && html.contains("<button"), "{html}");
                world.pay().await;
                assert_eq!(world.asked().await, Outcome::Paid);
            }
            Dialect::Hmac => {
                assert_eq!(world.asked().await, Outcome::FinallyFailed);
                assert!(html.contains("支付失败") && !html.contains("<button"), "{html}");
            }
        }
    }
}

#[tokio::test]
async fn the_cashier_opens_by_its_token_alone() {
    let world = World::new(Dialect::Hmac).await;
    let url = world.open().await;
    let (cashier, _token) = url.rsplit_once('/').unwrap();
    for guess in ["P20261121-0C5M2ZT8", "nothing"] {
        let page = world.browser.get(format!("{cashier}/{guess}")).send().await.unwrap();
        assert_eq!(page.status(), 404);
        assert!(page.text().await.unwrap().contains("没有这笔付款"));
        let click = world.browser.post(format!("{cashier}/{guess}/pay")).send().await.unwrap();
        assert_eq!(click.status(), 404);
    }
}

#[tokio::test]
async fn the_ledger_can_be_written_down() {
    let world = World::new(DIALECTS[0]).await;
    world.open().await;
    world.pay().await;
    let ledger = serde_json::to_value(world.sandbox.ledger()).unwrap();
    let payment = &ledger["P20261121-0C5M2ZT8"];
    assert_eq!(payment["state"], "paid");
    assert_eq!(payment["amount"]["minor"], 1990);
    assert_eq!(payment["told"][0]["answer"], 200);
}

#[tokio::test]
async fn the_list_of_a_day_tells_what_moved_and_no_other_day_does() {
    // 00:00 UTC on the 21st: 08:00 in China.
    let day = |number| chrono::NaiveDate::from_ymd_opt(2026, 11, number).unwrap();
    for dialect in DIALECTS {
        let world = World::new(dialect).await;
        world.open().await;
        world.pay().await;
        world.shop.gateway.refund(&world.refund("R1", 500)).await.unwrap();
        let list = world.shop.gateway.statement(day(21)).await.unwrap();
        if matches!(dialect, Dialect::Hmac) {
            assert_eq!(list, None);
            continue;
        }
        let lines = list.unwrap().lines;
        let [charge, refund] = lines.as_slice() else { panic!("{lines:?}") };
        let asked = world.shop.gateway.query(&world.order().payment_no).await.unwrap();
        assert_eq!((charge.kind, charge.settled), (LineKind::Charge, true));
        assert_eq!(charge.payment_no, world.order().payment_no);
        assert_eq!(charge.provider_ref, asked.provider_ref);
        assert_eq!(charge.stated.amount, "19.900000");
        assert_eq!((refund.kind, refund.settled), (LineKind::Refund, true));
        assert_eq!(refund.refund_no.as_ref().unwrap().as_str(), "R1");
        assert_eq!(refund.stated.amount, "5.000000");
        for other in [20, 22] {
            let list = world.shop.gateway.statement(day(other)).await.unwrap().unwrap();
            assert!(list.lines.is_empty());
        }
    }
}
