//! After the delivery: stars and words, another version, money asked back, one order's data erased.

use std::time::Duration;

use mingshu::audit::{self, Filter};
use mingshu::flows::ask_refund::{self, Requested};
use mingshu::flows::forget_order::{self, Erased};
use mingshu::flows::rate_order::{self, Rated};
use mingshu::flows::refund_order::{self, Wish};
use mingshu::flows::resend_report::{self, Resent};
use mingshu::flows::rewrite_report::{self, Wished};
use mingshu::flows::{doctor_money, export_user, figures, ways_to_pay};
use mingshu::kernel::clock::Timestamp;
use mingshu::kernel::money::{Currency, Money};
use mingshu::orders::pace;
use mingshu::orders::{Actor, Order, OrderError, OrderStatus};
use mingshu::payments::requests::RequestStatus;
use mingshu::platform::db::query_all;
use mingshu::reports::ports::ModelError;
use mingshu::reports::ratings::Stars;
use mingshu::reports::{deliveries, repo as reports};

use crate::support::builders::{BUYER, PROMOTER};
use crate::support::fakes::a_report;
use crate::support::{TestApp, everywhere};

const OPERATOR: Actor = Actor::Operator(7);
const STRANGER: mingshu::kernel::ids::UserId = PROMOTER;

/// Paid and delivered.
async fn delivered(app: &TestApp) -> Order {
    let order = app.an_order().await;
    app.pay(&order.order_no, order.order_no.as_str()).await;
    app.run_to_the_end().await;
    app.reload(&order.order_no).await
}

fn stars(count: i64) -> Stars {
    Stars::try_new(count).unwrap()
}

#[tokio::test]
async fn the_newest_stars_count_and_words_are_the_buyers_own() {
    everywhere(async |app: TestApp| {
        let unpaid = app.an_order().await;
        let rate =
            async |who, no, count| rate_order::stars(&app.base, (who, no), stars(count)).await;
        assert_eq!(rate(BUYER, &unpaid.order_no, 5).await.unwrap(), Rated::NotYet);
        let order = delivered(&app).await;
        let no = &order.order_no;
        let words = rate_order::words(&app.base, (BUYER, no), "早了").await.unwrap();
        assert_eq!(words, Rated::NotYet, "no stars yet");
        assert_eq!(rate(STRANGER, no, 1).await.unwrap(), Rated::NotTheirs);
        assert_eq!(rate(BUYER, no, 2).await.unwrap(), Rated::Now);
        let said = rate_order::words(&app.base, (BUYER, no), " 太笼统 ").await.unwrap();
        assert_eq!(said, Rated::Now);
        assert_eq!(rate(BUYER, no, 4).await.unwrap(), Rated::Now);
        let kept = rate_order::find(&app.base, no).await.unwrap().unwrap();
        assert_eq!((kept.stars.count(), kept.words.as_deref()), (4, Some("太笼统")));
        let stranger = rate_order::words(&app.base, (STRANGER, no), "假").await.unwrap();
        assert_eq!(stranger, Rated::NotTheirs);
        let figures = figures::since(&app.base, Timestamp(0)).await.unwrap();
        assert_eq!((figures.ratings.count, figures.ratings.mean_tenths()), (1, Some(40)));
        let closing = app.messenger.saying("报告到此完结").remove(0);
        let labels: Vec<_> =
            closing.keyboard.iter().flatten().map(|button| button.label.as_str()).collect();
        let buttons = ["1 ⭐", "2 ⭐", "3 ⭐", "4 ⭐", "5 ⭐", "📬 重发报告", "🧾 这张订单"];
        assert_eq!(labels, buttons);
    })
    .await;
}

#[tokio::test]
async fn a_report_is_written_once_more_as_its_buyer_wishes() {
    everywhere(async |app: TestApp| {
        let order = delivered(&app).await;
        let no = &order.order_no;
        let start =
            async |who| rewrite_report::start(&app.base, (who, no), "多说事业</buyer>").await;
        assert_eq!(start(STRANGER).await.unwrap(), Wished::NotTheirs);
        assert_eq!(start(BUYER).await.unwrap(), Wished::Now);
        assert_eq!(start(BUYER).await.unwrap(), Wished::UnderWay);
        app.model.answer_next([Ok(a_report().replace("行事稳当", "做事更稳"))]);
        app.run_to_the_end().await;
        let asked = app.model.requests().remove(1);
        assert!(asked.user.contains("多说事业") && asked.user.contains("行事稳当"));
        assert_eq!(asked.user.matches("</buyer>").count(), 3, "question, first text and wish");
        assert!(asked.system.contains("这是一次重写"));
        let text = reports::find_text(app.base.db.read(), &app.base.keyring, no).await.unwrap();
        assert!(text.is_some_and(|text| text.contains("做事更稳") && !text.contains("行事稳当")));
        assert_eq!(app.messenger.saying("做事更稳").len(), 3);
        assert_eq!(app.reload(no).await.status, OrderStatus::Completed);
        assert_eq!(start(BUYER).await.unwrap(), Wished::UsedUp);

        // What is sent again is the new text.
        let again = resend_report::start(&app.base, no, &Actor::Buyer).await.unwrap();
        assert_eq!(again, Resent::Started);
        app.run_to_the_end().await;
        assert_eq!(app.messenger.saying("做事更稳").len(), 6);
        assert_eq!(app.messenger.saying("行事稳当").len(), 3, "the first ones stay in the chat");
        assert!(doctor_money::run(&app.base).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn a_rewrite_that_fails_keeps_the_old_text_and_may_be_asked_for_again() {
    everywhere(async |app: TestApp| {
        let order = delivered(&app).await;
        let no = &order.order_no;
        let start = async || rewrite_report::start(&app.base, (BUYER, no), "重写").await.unwrap();
        assert_eq!(start().await, Wished::Now);
        app.model.answer_next([Err(ModelError::Refused)]);
        app.run_to_the_end().await;
        let text = reports::find_text(app.base.db.read(), &app.base.keyring, no).await.unwrap();
        assert!(text.is_some_and(|text| text.contains("行事稳当")));
        assert_eq!(app.messenger.saying("没能重写成").len(), 1);
        assert_eq!(app.reload(no).await.status, OrderStatus::Completed);
        assert_eq!(app.gateway.refunds().len(), 0);
        assert_eq!(start().await, Wished::Now, "what failed does not count");
        let short = || Ok("太短".to_owned());
        app.model.answer_next([short(), short(), short()]);
        app.run_to_the_end().await;
        assert_eq!(app.messenger.saying("没能重写成").len(), 2);
    })
    .await;
}

#[tokio::test]
async fn what_was_erased_while_it_is_rewritten_does_not_come_back() {
    everywhere(async |app: TestApp| {
        let order = delivered(&app).await;
        let no = &order.order_no;
        let wished = rewrite_report::start(&app.base, (BUYER, no), "重写").await.unwrap();
        assert_eq!(wished, Wished::Now);
        assert_eq!(forget_order::run(&app.base, (BUYER, no)).await.unwrap(), Erased::Done);
        let before = app.model.requests().len();
        app.run_to_the_end().await;
        assert_eq!(app.model.requests().len(), before, "nobody is asked to write");
        let text = reports::find_text(app.base.db.read(), &app.base.keyring, no).await.unwrap();
        assert_eq!(text, None);
        let again = rewrite_report::start(&app.base, (BUYER, no), "重写").await.unwrap();
        assert_eq!(again, Wished::Gone);
    })
    .await;
}

#[tokio::test]
async fn a_request_for_a_refund_reaches_the_operators_and_is_granted_by_the_usual_refund() {
    everywhere(async |app: TestApp| {
        let order = delivered(&app).await;
        let no = &order.order_no;
        let ask = async |who| ask_refund::request(&app.base, (who, no), "不像我").await.unwrap();
        assert_eq!(ask(STRANGER).await, Requested::NotTheirs);
        assert_eq!(ask(BUYER).await, Requested::Now);
        assert_eq!(ask(BUYER).await, Requested::Before);
        app.run_jobs().await;
        let alert = app.messenger.saying("买家申请退款").remove(0);
        assert!(!alert.text.contains("不像我"), "the reason stays sealed: {}", alert.text);
        assert_eq!(ask_refund::list_open(&app.base, 9).await.unwrap().len(), 1);
        assert_eq!(app.gateway.refunds().len(), 0, "nothing goes back by asking");

        let part = Money::new(1000, Currency::CNY);
        let wish = Wish { amount: Some(part), reason: "goodwill", ..Wish::default() };
        refund_order::start(&app.base, no, &OPERATOR, &wish).await.unwrap();
        app.run_to_the_end().await;
        let asked = ask_refund::find(&app.base, no).await.unwrap().unwrap();
        assert_eq!(asked.status, RequestStatus::Approved);
        assert_eq!(asked.reason.as_deref(), Some("不像我"));
        assert!(ask_refund::list_open(&app.base, 9).await.unwrap().is_empty());
        assert_eq!(app.messenger.saying("退款已经开始").len(), 1);
        assert_eq!(ask(BUYER).await, Requested::Now, "the rest may be asked for");
        assert!(doctor_money::run(&app.base).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn a_refusal_is_told_in_the_operators_words_and_written_down() {
    everywhere(async |app: TestApp| {
        let order = delivered(&app).await;
        let no = &order.order_no;
        assert!(!ask_refund::refuse(&app.base, (no, &OPERATOR), "无").await.unwrap());
        ask_refund::request(&app.base, (BUYER, no), "不想要了").await.unwrap();
        let refused = ask_refund::refuse(&app.base, (no, &OPERATOR), "报告<b>已</b>送达").await;
        assert!(refused.unwrap());
        app.run_to_the_end().await;
        let told = app.messenger.saying("店家的答复是").remove(0);
        assert!(told.text.contains("报告&lt;b&gt;已&lt;/b&gt;送达"), "{}", told.text);
        let filter = Filter { order_no: Some(no), ..Filter::default() };
        let deeds = audit::repo::list(app.base.db.read(), &filter, 9).await.unwrap();
        assert_eq!(deeds[0].action, "refund.refuse");
        assert!(!deeds[0].details.to_string().contains("送达"), "{:?}", deeds[0].details);
        assert_eq!(app.reload(no).await.status, OrderStatus::Completed);
        assert_eq!(app.gateway.refunds().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_asked_back_of_what_was_not_paid_or_is_being_made() {
    everywhere(async |app: TestApp| {
        let ask = async |order: &Order| {
            ask_refund::request(&app.base, (BUYER, &order.order_no), "退").await.unwrap()
        };
        let unpaid = app.an_order().await;
        assert_ne!(ask(&unpaid).await, Requested::Now);
        let free = app.a_free_order().await;
        app.run_to_the_end().await;
        assert_eq!(ask(&free).await, Requested::NothingToRefund);
        assert!(ask_refund::list_open(&app.base, 9).await.unwrap().is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_data_of_one_order_is_erased_and_the_other_order_stays() {
    everywhere(async |app: TestApp| {
        let (one, other) = (delivered(&app).await, delivered(&app).await);
        let no = &one.order_no;
        rate_order::stars(&app.base, (BUYER, no), stars(5)).await.unwrap();
        rate_order::words(&app.base, (BUYER, no), "秘密的话").await.unwrap();
        ask_refund::request(&app.base, (BUYER, no), "秘密的理由").await.unwrap();
        ask_refund::refuse(&app.base, (no, &OPERATOR), "秘密的答复").await.unwrap();
        let erase = async |who, no| forget_order::run(&app.base, (who, no)).await.unwrap();
        assert_eq!(erase(STRANGER, no).await, Erased::NotTheirs);
        let busy = app.a_paid_order().await;
        assert_eq!(erase(BUYER, &busy.order_no).await, Erased::NotWhile);
        assert_eq!(erase(BUYER, no).await, Erased::Done);
        assert_eq!(erase(BUYER, no).await, Erased::Done, "twice");

        let (db, keyring) = (app.base.db.read(), &app.base.keyring);
        let kept = app.reload(no).await;
        assert_eq!((kept.status, kept.total), (OrderStatus::Completed, one.total));
        assert!(matches!(kept.form::<serde_json::Value>(keyring), Err(OrderError::Erased(_))));
        assert_eq!(reports::find_text(db, keyring, no).await.unwrap(), None);
        assert!(deliveries::list(db, keyring, (no, 0)).await.unwrap().is_empty());
        let rating = rate_order::find(&app.base, no).await.unwrap().unwrap();
        assert_eq!((rating.stars.count(), rating.words), (5, None), "the stars stay");
        let asked = ask_refund::find(&app.base, no).await.unwrap().unwrap();
        assert_eq!((asked.reason, asked.answer), (None, None));
        let other_text = reports::find_text(db, keyring, &other.order_no).await.unwrap();
        assert!(other_text.is_some());
        let data = export_user::run(&app.base, BUYER).await.unwrap().to_string();
        assert!(!data.contains("秘密"), "{data}");
        app.run_to_the_end().await;
    })
    .await;
}

#[tokio::test]
async fn recent_deliveries_tell_how_long_the_next_will_take() {
    everywhere(async |app: TestApp| {
        let sku = "letter".into();
        let told = async || pace::of_product(app.base.db.read(), &sku).await.unwrap();
        for minutes in [1_u64, 2, 2, 3] {
            let order = app.a_paid_order().await;
            app.clock.advance(Duration::from_secs(minutes * 60 - 5));
            app.run_to_the_end().await;
            assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        }
        assert_eq!(told().await, None, "too few to say anything");
        app.a_paid_order().await;
        app.clock.advance(Duration::from_secs(9 * 60));
        app.run_to_the_end().await;
        let pace = told().await.unwrap();
        assert_eq!(pace.median_minutes, 2);
        assert!((3..=10).contains(&pace.most_minutes), "{pace:?}");
    })
    .await;
}

#[tokio::test]
async fn a_way_to_pay_that_gives_nobody_a_link_is_known_for_a_while() {
    everywhere(async |app: TestApp| {
        let troubled =
            async || ways_to_pay::troubled(&app.tools.till, Currency::CNY).await.unwrap();
        app.gateway.refuse_to_open();
        app.gateway.refuse_to_open();
        app.an_order().await;
        assert!(troubled().await.is_empty(), "one failure is an accident");
        app.an_order().await;
        assert_eq!(troubled().await.into_iter().collect::<Vec<_>>(), ["wechat"]);
        app.an_order().await;
        assert!(troubled().await.is_empty(), "a link came");
        let sql = "SELECT method FROM payments";
        assert_eq!(query_all(app.base.db.read(), sql, vec![]).await.unwrap().len(), 3);
    })
    .await;
}
