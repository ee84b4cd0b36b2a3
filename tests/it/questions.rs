//! Questions about a delivered report: asked once however often their update comes, answered from what
//! is stored, given back when they cannot be, and sold like everything else.

use std::sync::Arc;
use std::time::Duration;

use mingshu::catalog::answers::FormAnswers;
use mingshu::flows::ask_question::{self, Asked};
use mingshu::flows::forget_order::{self, Erased};
use mingshu::flows::may_order::Closed;
use mingshu::flows::place_order::{PlaceOrder, Placed};
use mingshu::flows::refund_order::{self, Wish};
use mingshu::flows::writers::Writer;
use mingshu::flows::{doctor_money, export_user, inspect_order, throw_switch};
use mingshu::kernel::clock::Clock;
use mingshu::kernel::ids::OrderNo;
use mingshu::kernel::switch::Switch;
use mingshu::orders::{Actor, Order, OrderStatus};
use mingshu::reports::gate::Mode;
use mingshu::reports::ports::ModelError;
use mingshu::reports::questions::{self, Question, QuestionStatus};

use crate::support::builders::{self, BUYER, PROMOTER, a_birth_form, a_draft};
use crate::support::crash::Side;
use crate::support::database::{Database, on_every_database};
use crate::support::{LONG_AFTER_THE_LEASE, TestApp, everywhere};

const OPERATOR: Actor = Actor::Operator(7);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const ANSWER: &str = "适合换，先试一个**小**的。";

/// Paid and delivered, with two questions.
async fn delivered(app: &TestApp) -> OrderNo {
    let order = app.place("talk", a_birth_form()).await;
    app.run_jobs().await;
    app.pay(&order.order_no, order.order_no.as_str()).await;
    app.run_to_the_end().await;
    order.order_no
}

async fn ask(app: &TestApp, no: &OrderNo, key: &str) -> Asked {
    let words = "该换<工作>吗？";
    ask_question::ask(&app.base, (BUYER, no), (key, words)).await.unwrap()
}

async fn answered(app: &TestApp, no: &OrderNo, key: &str) -> Asked {
    let asked = ask(app, no, key).await;
    app.model.answer_next([Ok(ANSWER.to_owned())]);
    app.run_to_the_end().await;
    asked
}

async fn left(app: &TestApp, no: &OrderNo) -> i64 {
    let order = app.reload(no).await;
    ask_question::standing(&app.base, &order).await.unwrap().unwrap().left()
}

async fn all(app: &TestApp, no: &OrderNo) -> Vec<Question> {
    questions::list(app.base.db.read(), &app.base.keyring, no).await.unwrap()
}

/// What buys three more questions about a report.
fn a_pack(no: &OrderNo, number: u32) -> PlaceOrder {
    PlaceOrder {
        draft_id: format!("questions:{no}:{number}"),
        about: Some(no.clone()),
        answers: FormAnswers::default(),
        ..a_draft(BUYER, "more", FormAnswers::default())
    }
}

async fn bought(app: &TestApp, no: &OrderNo, number: u32) -> Order {
    let placed = app.try_to_place(a_pack(no, number)).await;
    let Placed::Ordered(order) = placed else { panic!("not placed: {placed:?}") };
    app.run_jobs().await;
    app.pay(&order.order_no, order.order_no.as_str()).await;
    app.run_to_the_end().await;
    *order
}

#[tokio::test]
async fn a_question_is_answered_from_what_is_stored_and_counted() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        let closing = app.messenger.saying("报告到此完结").remove(0);
        let labels = closing.keyboard.iter().flatten().map(|button| button.label.as_str());
        assert!(labels.clone().any(|label| label == "💬 追问（剩 2 次）"));
        assert_eq!(
            ask_question::ask(&app.base, (PROMOTER, &no), ("k", "?")).await.unwrap(),
            Asked::NotTheirs
        );
        let before = app.model.requests().len();
        assert_eq!(answered(&app, &no, "one").await, Asked::Now { number: 1, left: 1 });

        let request = app.model.requests().remove(before);
        assert!(request.user.contains("行事稳当"), "the stored report");
        assert!(request.user.contains("pillars") && request.user.contains("2027"), "the facts");
        assert!(request.user.contains("该换") && !request.user.contains("<工作>"), "harmless");
        assert!(request.system.contains("什么时候婉拒"));
        let told = app.messenger.saying("适合换").remove(0);
        assert!(
            told.text.contains("<b>小</b>") && told.text.contains("还剩 1 次"),
            "{}",
            told.text
        );
        assert!(told.text.contains("该换&lt;工作&gt;吗？"), "{}", told.text);
        assert_eq!(told.keyboard[0][0].label, "💬 追问（剩 1 次）");

        assert_eq!(answered(&app, &no, "two").await, Asked::Now { number: 2, left: 0 });
        assert!(app.model.requests().last().unwrap().user.contains("适合换，先试"), "remembered");
        let last = app.messenger.saying("追问次数用完了").remove(0);
        assert_eq!(last.keyboard[0][0].label, "💬 追问（剩 0 次）", "more can be bought");
        assert_eq!(ask(&app, &no, "three").await, Asked::UsedUp);

        let view = inspect_order::run(&app.base, &no).await.unwrap().unwrap();
        let asked = view.questions.unwrap();
        assert_eq!((asked.given, asked.left, asked.tally.answered), (2, 0, 2));
        let calls: Vec<_> = view.calls.iter().map(|call| call.chapter.as_str()).collect();
        assert_eq!(calls, ["", "question.1", "question.2"], "each is part of the order's cost");
        assert_ne!(view.calls[0].made.prompt_version, view.calls[1].made.prompt_version);
        let data = export_user::run(&app.base, BUYER).await.unwrap().to_string();
        assert!(data.contains("该换<工作>吗？") && data.contains("适合换"), "{data}");
        assert!(doctor_money::run(&app.base).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn a_tap_asks_once_however_often_its_update_comes() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        let both = tokio::join!(ask(&app, &no, "tap"), ask(&app, &no, "tap"));
        let now = Asked::Now { number: 1, left: 1 };
        assert!([(now, Asked::Before), (Asked::Before, now)].contains(&both), "{both:?}");
        assert_eq!(ask(&app, &no, "another").await, Asked::UnderWay);
        app.model.answer_next([Ok(ANSWER.to_owned())]);
        app.run_to_the_end().await;
        assert_eq!(ask(&app, &no, "tap").await, Asked::Before, "long after its answer");
        assert_eq!((all(&app, &no).await.len(), left(&app, &no).await), (1, 1));
        assert_eq!(app.messenger.saying("适合换").len(), 1);
    })
    .await;
}

/// Where the worker dies while it answers.
#[derive(Debug, Clone, Copy)]
enum Point {
    Call(usize, Side),
    Commit(usize),
}

#[tokio::test]
async fn an_answer_survives_a_death_at_every_call_and_commit() {
    on_every_database(async |database: &Database| {
        let rehearsal = TestApp::start(database);
        let no = delivered(&rehearsal).await;
        rehearsal.crash.nowhere();
        answered(&rehearsal, &no, "key").await;
        let (calls, commits) = rehearsal.crash.nowhere();
        assert!(calls >= 2 && commits >= 2, "{calls} calls, {commits} commits");
        let sides = [Side::Before, Side::After];
        let points = (0..calls).flat_map(|call| sides.map(|side| Point::Call(call, side)));
        // The first commit is the question itself, which the buyer's own update writes.
        for point in points.chain((0..commits.saturating_sub(1)).map(Point::Commit)) {
            dies_and_answers(&TestApp::start(database), point).await;
        }
    })
    .await;
}

async fn dies_and_answers(app: &TestApp, point: Point) {
    let no = delivered(app).await;
    assert_eq!(ask(app, &no, "key").await, Asked::Now { number: 1, left: 1 });
    let (said, paid) = (app.messenger.saying("适合换").len(), app.model.finished());
    app.model.answer_next([Ok(ANSWER.to_owned()), Ok(ANSWER.to_owned())]);
    match point {
        Point::Call(call, side) => app.crash.at(call, side),
        Point::Commit(commit) => app.crash.at_commit(commit),
    }
    tokio::select! {
        _ = app.worker.run_until_idle() => {}
        () = app.crash.happened() => {}
    }
    app.crash.nowhere();
    app.clock.advance(LONG_AFTER_THE_LEASE);
    let risen = app.another_worker();
    risen.sweep().await.unwrap();
    risen.run_until_idle().await.unwrap();

    assert_eq!(ask(app, &no, "key").await, Asked::Before, "{point:?}");
    let question = all(app, &no).await.remove(0);
    assert_eq!(question.status, QuestionStatus::Answered, "{point:?}");
    assert_eq!(question.answer.as_deref(), Some(ANSWER), "{point:?}");
    assert_eq!(left(app, &no).await, 1, "{point:?}");
    let copies = app.messenger.saying("适合换").len() - said;
    assert!((1..=2).contains(&copies), "{point:?}: {copies}");
    assert!((1..=2).contains(&(app.model.finished() - paid)), "{point:?}");
    app.model.forget();
}

#[tokio::test]
async fn a_question_that_cannot_be_answered_comes_back() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        assert_eq!(ask(&app, &no, "one").await, Asked::Now { number: 1, left: 1 });
        app.model.answer_next([Err(ModelError::Refused)]);
        app.run_to_the_end().await;
        let told = app.messenger.saying("没能写成").remove(0);
        assert!(told.text.contains("还剩 2 次"), "{}", told.text);
        assert_eq!(all(&app, &no).await[0].status, QuestionStatus::Failed);
        assert_eq!(app.reload(&no).await.status, OrderStatus::Completed);
        assert!(app.gateway.refunds().is_empty());

        // What passes is tried again.
        assert_eq!(ask(&app, &no, "two").await, Asked::Now { number: 2, left: 1 });
        let away = ModelError::Retry { reason: "away".to_owned(), retry_after: None };
        app.model.answer_next([Err(away), Ok(ANSWER.to_owned())]);
        app.run_to_the_end().await;
        assert_eq!((app.messenger.saying("适合换").len(), left(&app, &no).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn no_answer_leaves_that_the_gate_refuses() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        let writer = Writer::new("first", Arc::clone(&app.model) as _);
        let app = app.with_writing(|writing| *writing = builders::writing([writer], Mode::Enforce));
        let wrong = || Ok("你会在2051年去世，稳赚不赔。".to_owned());
        ask(&app, &no, "one").await;
        app.model.answer_next([wrong(), wrong(), wrong()]);
        app.run_to_the_end().await;
        assert_eq!(app.messenger.saying("去世").len(), 0);
        assert_eq!((app.messenger.saying("没能写成").len(), left(&app, &no).await), (1, 2));
        let view = inspect_order::run(&app.base, &no).await.unwrap().unwrap();
        let rejected = view.calls.iter().filter(|call| !call.findings.is_empty());
        assert_eq!(rejected.count(), 3);

        ask(&app, &no, "two").await;
        app.model.answer_next([wrong(), Ok("日主乙木，先试一个小的，再看看。".to_owned())]);
        app.run_to_the_end().await;
        assert!(
            app.model.requests().last().unwrap().user.contains("上一稿"),
            "told what was wrong"
        );
        assert_eq!((app.messenger.saying("先试一个小的").len(), left(&app, &no).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_polite_no_costs_nothing_a_few_times() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        for key in ["1", "2", "3", "4"] {
            assert!(matches!(ask(&app, &no, key).await, Asked::Now { .. }));
            app.model.answer_next([Ok("[DECLINED]\n命盘答不了这件事。".to_owned())]);
            app.run_to_the_end().await;
        }
        assert_eq!(app.messenger.saying("命盘答不了").len(), 4);
        assert_eq!(app.messenger.saying("DECLINED").len(), 0);
        assert_eq!(app.messenger.saying("这一条不扣次数，还剩 2 次").len(), 3);
        assert_eq!(left(&app, &no).await, 1, "the fourth counts");
        assert_eq!(all(&app, &no).await[0].status, QuestionStatus::Refused);
    })
    .await;
}

#[tokio::test]
async fn more_questions_are_bought_once_and_go_with_their_money() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        let elsewhere = a_pack(&app.an_order().await.order_no, 1);
        assert!(matches!(app.try_to_place(elsewhere).await, Placed::NotOnSale), "no questions");
        let nothing = PlaceOrder { about: None, ..a_pack(&no, 1) };
        assert!(matches!(app.try_to_place(nothing).await, Placed::NotOnSale));
        app.a_user(PROMOTER).await;
        let stranger = PlaceOrder { user: PROMOTER, ..a_pack(&no, 1) };
        assert!(matches!(app.try_to_place(stranger).await, Placed::NotOnSale));

        answered(&app, &no, "one").await;
        answered(&app, &no, "two").await;
        let pack = bought(&app, &no, 1).await;
        assert!(matches!(app.try_to_place(a_pack(&no, 1)).await, Placed::AlreadyPlaced(_)));
        app.pay(&pack.order_no, "again").await;
        app.run_to_the_end().await;
        assert_eq!(app.reload(&pack.order_no).await.status, OrderStatus::Completed);
        let told = app.messenger.saying("已添加 <b>3</b> 次追问").remove(0);
        assert_eq!(told.keyboard[0][0].label, "💬 现在追问");
        assert_eq!((left(&app, &no).await, app.model.finished()), (3, 3), "nothing was written");
        assert_eq!(answered(&app, &no, "three").await, Asked::Now { number: 3, left: 2 });

        refund_order::start(&app.base, &pack.order_no, &OPERATOR, &Wish::default()).await.unwrap();
        app.run_to_the_end().await;
        assert_eq!(app.reload(&pack.order_no).await.status, OrderStatus::Refunded);
        assert_eq!((left(&app, &no).await, ask(&app, &no, "x").await), (0, Asked::UsedUp));
        bought(&app, &no, 2).await;
        assert_eq!(left(&app, &no).await, 2, "five given, three used");
        assert!(doctor_money::run(&app.base).await.unwrap().is_clean());
    })
    .await;
}

#[tokio::test]
async fn a_refund_of_the_report_closes_its_questions() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        assert_eq!(ask(&app, &no, "one").await, Asked::Now { number: 1, left: 1 });
        refund_order::start(&app.base, &no, &OPERATOR, &Wish::default()).await.unwrap();
        let before = app.model.requests().len();
        app.run_to_the_end().await;
        assert_eq!(app.model.requests().len(), before, "nobody is asked to write");
        assert_eq!(all(&app, &no).await[0].status, QuestionStatus::Failed);
        assert_eq!(ask(&app, &no, "two").await, Asked::NotNow);
        assert!(matches!(app.try_to_place(a_pack(&no, 1)).await, Placed::NotOnSale));
    })
    .await;
}

#[tokio::test]
async fn questions_about_a_report_that_is_gone_are_paid_back() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        let placed = app.try_to_place(a_pack(&no, 1)).await;
        let Placed::Ordered(pack) = placed else { panic!("not placed: {placed:?}") };
        app.run_jobs().await;
        refund_order::start(&app.base, &no, &OPERATOR, &Wish::default()).await.unwrap();
        app.run_to_the_end().await;
        app.pay(&pack.order_no, "late").await;
        app.run_to_the_end().await;
        assert_eq!(app.reload(&pack.order_no).await.status, OrderStatus::Failed);
        let sent = app.gateway.refunds();
        assert_eq!(sent.last().map(|refund| refund.amount), Some(pack.total));
        assert_eq!(sent.len(), 2, "the report's money, and that of the questions");
        assert!(doctor_money::run(&app.base).await.unwrap().is_clean());

        let erased = delivered(&app).await;
        forget_order::run(&app.base, (BUYER, &erased)).await.unwrap();
        assert!(matches!(app.try_to_place(a_pack(&erased, 1)).await, Placed::NotOnSale));
    })
    .await;
}

#[tokio::test]
async fn what_was_erased_is_neither_answered_nor_told() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        answered(&app, &no, "one").await;
        ask(&app, &no, "two").await;
        let erased = forget_order::run(&app.base, (BUYER, &no)).await.unwrap();
        assert_eq!(erased, Erased::Done);
        let before = app.model.requests().len();
        app.run_to_the_end().await;
        assert_eq!(app.model.requests().len(), before, "nobody is asked to write");
        for question in all(&app, &no).await {
            assert_eq!((question.words, question.answer), (None, None));
        }
        assert_eq!(ask(&app, &no, "three").await, Asked::Gone);
        let data = export_user::run(&app.base, BUYER).await.unwrap().to_string();
        assert!(!data.contains("该换") && !data.contains("适合换"), "{data}");
    })
    .await;
}

#[tokio::test]
async fn questions_wait_while_the_shop_is_closed_and_end_with_their_time() {
    everywhere(async |app: TestApp| {
        let no = delivered(&app).await;
        let long = "问".repeat(101);
        let asked = ask_question::ask(&app.base, (BUYER, &no), ("k", &long)).await.unwrap();
        assert_eq!(asked, Asked::TooLong(100));
        let (db, now) = (&app.base.db, app.clock.now());
        throw_switch::maintenance(db, Switch::On, &OPERATOR, now).await.unwrap();
        assert_eq!(ask(&app, &no, "k").await, Asked::Closed(Closed::Maintenance));
        throw_switch::maintenance(db, Switch::Off, &OPERATOR, now).await.unwrap();
        throw_switch::block(db, (BUYER, Switch::On), &OPERATOR, now).await.unwrap();
        assert_eq!(ask(&app, &no, "k").await, Asked::Closed(Closed::Blocked));
        throw_switch::block(db, (BUYER, Switch::Off), &OPERATOR, now).await.unwrap();

        app.clock.advance(DAY * 29);
        bought(&app, &no, 1).await;
        app.clock.advance(DAY * 29);
        assert_eq!(answered(&app, &no, "k").await, Asked::Now { number: 1, left: 4 });
        app.clock.advance(DAY * 2);
        assert_eq!(ask(&app, &no, "later").await, Asked::TimeOver);
        assert!(matches!(app.try_to_place(a_pack(&no, 2)).await, Placed::NotOnSale));
    })
    .await;
}
