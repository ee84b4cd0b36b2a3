//! The quality gate in the pipeline, and the providers that stand in for each other: whatever a
//! model writes, the buyer never reads what contradicts the chart.

use std::sync::Arc;

use mingshu::flows::decide_report::{self, Decided, Decision};
use mingshu::flows::inspect_order;
use mingshu::flows::retry_order;
use mingshu::flows::writers::Writer;
use mingshu::kernel::ids::OrderNo;
use mingshu::orders::OrderStatus;
use mingshu::reports::calls::CallOutcome;
use mingshu::reports::gate::Mode;
use mingshu::reports::ports::ModelError;

use crate::support::builders;
use crate::support::fakes::FakeModel;
use crate::support::{TestApp, everywhere};

/// A chapter about the chart of the stories: 庚午 辛巳 乙酉 庚辰.
fn good() -> String {
    let chapters = include_str!("../gate/clean/a.zh-Hans.md");
    chapters.split("%% chapter").nth(1).unwrap().trim().to_owned()
}

fn spoiled(from: &str, to: &str) -> String {
    let text = good().replacen(from, to, 1);
    assert_ne!(text, good());
    text
}

fn with_sentence(sentence: &str) -> String {
    format!("{}\n\n{sentence}", good())
}

/// Texts that no buyer may read, with words that would betray them.
fn bad() -> Vec<(String, &'static str)> {
    let start: String = good().chars().take(330).collect();
    vec![
        (spoiled("庚午、辛巳", "庚午、壬午"), "壬午"),
        (spoiled("日主乙木", "日主甲木"), "日主甲木"),
        (with_sentence("2027年是戊申年，变动较多。"), "戊申"),
        (with_sentence("36–45岁行甲寅大运，财运渐开。"), "甲寅"),
        (with_sentence("你会在2051年去世。"), "去世"),
        (with_sentence("只要入场，稳赚不赔。"), "稳赚"),
        (with_sentence("作为一个AI，我无法替你决定。"), "作为一个AI"),
        (format!("{start}尾巴不见了，因为"), "尾巴不见了"),
    ]
}

fn strict(app: TestApp) -> TestApp {
    let writer = Writer::new("first", Arc::clone(&app.model) as _);
    app.with_writing(|writing| *writing = builders::writing([writer], Mode::Enforce))
}

async fn checks(app: &TestApp, order_no: &OrderNo) -> Vec<(String, String, String)> {
    let view = inspect_order::run(&app.base, order_no).await.unwrap().unwrap();
    view.checks.into_iter().map(|check| (check.verdict, check.codes, check.provider)).collect()
}

#[tokio::test]
async fn a_text_that_contradicts_the_chart_is_written_again_and_never_sent() {
    everywhere(async |app: TestApp| {
        let app = strict(app);
        for (text, betrays) in bad() {
            app.model.forget();
            app.model.answer_next([Ok(text), Ok(good())]);
            let order = app.a_paid_reading().await;
            app.run_jobs().await;
            let done = app.reload(&order.order_no).await;
            assert_eq!(done.status, OrderStatus::Completed, "{betrays}");
            assert_eq!(app.messenger.saying(betrays).len(), 0, "{betrays}");
            let readings = checks(&app, &order.order_no).await;
            assert_eq!(readings.len(), 2, "{betrays}: {readings:?}");
            assert_eq!((readings[0].0.as_str(), readings[1].0.as_str()), ("refused", "passed"));
            let requests = app.model.requests();
            assert!(requests[1].user.contains("你上一稿有下列问题"), "{}", requests[1].user);
            assert!(!requests[0].user.contains("上一稿"));
        }
    })
    .await;
}

#[tokio::test]
async fn three_refused_texts_wait_for_a_person_who_may_have_it_written_again() {
    everywhere(async |app: TestApp| {
        let app = strict(app);
        let wrong = || Ok(spoiled("日主乙木", "日主甲木"));
        app.model.answer_next([wrong(), wrong(), wrong()]);
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        let number = &order.order_no;
        assert_eq!(app.reload(number).await.status, OrderStatus::Generating);
        assert_eq!(app.job(&format!("fulfil:{number}")).await.0, "parked");
        assert_eq!(app.messenger.saying("未通过质量检查").len(), 1);
        assert_eq!(app.messenger.saying("甲木").len(), 0);
        assert_eq!(checks(&app, number).await.len(), 3);

        app.model.answer_next([Ok(good())]);
        retry_order::run(&app.base, number, 1).await.unwrap();
        app.run_jobs().await;
        assert_eq!(app.reload(number).await.status, OrderStatus::Completed);
        assert_eq!(app.messenger.saying("甲木").len(), 0);
        assert_eq!(checks(&app, number).await.len(), 4);
    })
    .await;
}

#[tokio::test]
async fn a_person_may_release_a_held_text_or_give_the_money_back() {
    everywhere(async |app: TestApp| {
        let app = strict(app);
        let wrong = || Ok(with_sentence("这张盘与甲寅大运无关。"));
        for (decision, status) in
            [(Decision::Release, OrderStatus::Completed), (Decision::GiveUp, OrderStatus::Failed)]
        {
            app.model.forget();
            app.model.answer_next([wrong(), wrong(), wrong()]);
            let order = app.a_paid_reading().await;
            let number = &order.order_no;
            let early = decide_report::run(&app.base, number, (decision, 1)).await.unwrap();
            assert_eq!(early, Decided::NothingHeld(OrderStatus::Paid));
            app.run_jobs().await;
            let decided = decide_report::run(&app.base, number, (decision, 1)).await.unwrap();
            assert_eq!(decided, Decided::Done);
            app.run_to_the_end().await;
            assert_eq!(app.reload(number).await.status, status);
            let view = inspect_order::run(&app.base, number).await.unwrap().unwrap();
            assert_eq!(view.refunds.len(), usize::from(decision == Decision::GiveUp));
            let again = decide_report::run(&app.base, number, (decision, 1)).await.unwrap();
            assert_eq!(again, Decided::NothingHeld(status));
            assert_eq!(app.model.requests().len(), 3, "nothing is bought for a decision");
        }
    })
    .await;
}

#[tokio::test]
async fn a_shop_that_only_wants_to_know_is_told_and_sells() {
    everywhere(async |app: TestApp| {
        let writer = Writer::new("first", Arc::clone(&app.model) as _);
        let app = app.with_writing(|writing| *writing = builders::writing([writer], Mode::Warn));
        app.model.answer_next([Ok(spoiled("日主乙木", "日主甲木"))]);
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let readings = checks(&app, &order.order_no).await;
        assert_eq!(readings, [("flawed".to_owned(), "day-master".to_owned(), "first".to_owned())]);
    })
    .await;
}

/// Two providers: the shop's usual one and another.
fn two_writers(app: TestApp) -> (TestApp, Arc<FakeModel>) {
    let other = Arc::new(FakeModel::new(Arc::clone(&app.crash)));
    let writers = [
        Writer::new("first", Arc::clone(&app.model) as _),
        Writer::new("second", Arc::clone(&other) as _),
    ];
    (app.with_writing(|writing| *writing = builders::writing(writers, Mode::Enforce)), other)
}

#[tokio::test]
async fn another_provider_writes_when_the_first_refuses_its_account_or_the_content() {
    everywhere(async |app: TestApp| {
        let (app, other) = two_writers(app);
        for error in [
            ModelError::Refused,
            ModelError::Stop { status: 402, message: "Insufficient Balance".to_owned() },
        ] {
            app.model.answer_next([Err(error)]);
            other.answer_next([Ok(good())]);
            let order = app.a_paid_reading().await;
            app.run_jobs().await;
            assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
            let view = inspect_order::run(&app.base, &order.order_no).await.unwrap().unwrap();
            assert_eq!(view.report.unwrap().provider, "second");
        }
        // The empty account rests: the next order goes to the other one at once.
        let asked = app.model.requests().len();
        other.answer_next([Ok(good())]);
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.model.requests().len(), asked);
    })
    .await;
}

#[tokio::test]
async fn another_provider_writes_when_the_first_writes_badly_twice_or_never_answers() {
    everywhere(async |app: TestApp| {
        let (app, other) = two_writers(app);
        let wrong = || Ok(spoiled("日主乙木", "日主甲木"));
        app.model.answer_next([wrong(), wrong()]);
        other.answer_next([Ok(good())]);
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let providers: Vec<String> =
            checks(&app, &order.order_no).await.into_iter().map(|check| check.2).collect();
        assert_eq!(providers, ["first", "first", "second"]);

        let silent = || ModelError::Retry { reason: "503".to_owned(), retry_after: None };
        app.model.answer_next([Err(silent()), Err(silent()), Err(silent())]);
        other.answer_next([Ok(good())]);
        let order = app.a_paid_reading().await;
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(checks(&app, &order.order_no).await[0].2, "second");
    })
    .await;
}

#[tokio::test]
async fn what_was_found_is_sealed_and_forgotten_with_the_report() {
    everywhere(async |app: TestApp| {
        let app = strict(app);
        app.model.answer_next([Ok(spoiled("日主乙木", "日主甲木")), Ok(good())]);
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        let found = inspect_order::findings(&app.base, &order.order_no).await.unwrap();
        assert!(found[0].2[0].excerpt.contains("日主甲木"), "{found:?}");
        mingshu::flows::forget_user::run(&app.base, builders::BUYER).await.unwrap();
        assert_eq!(inspect_order::findings(&app.base, &order.order_no).await.unwrap(), []);
        assert_eq!(checks(&app, &order.order_no).await.len(), 2, "the count stays");
    })
    .await;
}

/// Nine clean chapters about the chart of the stories: three chapters, and paragraphs in pairs.
fn nine() -> Vec<String> {
    let all = include_str!("../gate/clean/a.zh-Hans.md");
    let blocks = all.split("%% ").filter_map(|block| block.split_once('\n'));
    let of = |wanted: &str| -> Vec<&str> {
        let found = blocks.clone().filter(|(kind, _)| kind.trim() == wanted);
        found.map(|(_, text)| text.trim()).collect()
    };
    let pairs = of("paragraph").chunks_exact(2).map(|pair| pair.join("\n\n")).collect::<Vec<_>>();
    of("chapter").into_iter().map(str::to_owned).chain(pairs).take(9).collect()
}

#[tokio::test]
async fn a_chapter_that_repeats_another_is_taken_back_and_written_again() {
    everywhere(async |app: TestApp| {
        let app = strict(app).with_writing(|writing| writing.chapters_at_once = 1);
        let mut texts = nine();
        assert_eq!(texts.len(), 9);
        let mended = std::mem::replace(&mut texts[4], nine()[2].clone());
        app.model.answer_next(texts.into_iter().chain([mended]).map(Ok));
        let order = app.a_paid_novel().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let requests = app.model.requests();
        assert_eq!(requests.len(), 10, "one chapter was written twice");
        let again = &requests[9].user;
        assert!(again.starts_with("chapter 5:") && again.contains("wrong: "), "{again}");
        let readings = checks(&app, &order.order_no).await;
        let refused: Vec<_> =
            readings.iter().filter(|(verdict, ..)| verdict == "refused").collect();
        assert_eq!(refused.len(), 1, "{readings:?}");
        assert_eq!(refused[0].1, "repetition");
        let view = inspect_order::run(&app.base, &order.order_no).await.unwrap().unwrap();
        assert_eq!(
            view.calls.iter().filter(|call| call.outcome == CallOutcome::Rejected).count(),
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_chapter_that_repeats_another_again_goes_out_with_its_blemish() {
    everywhere(async |app: TestApp| {
        let app = strict(app).with_writing(|writing| writing.chapters_at_once = 1);
        let mut texts = nine();
        texts[4] = texts[2].clone();
        let same = texts[2].clone();
        app.model.answer_next(texts.into_iter().chain([same]).map(Ok));
        let order = app.a_paid_novel().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let readings = checks(&app, &order.order_no).await;
        let flawed: Vec<_> = readings.iter().filter(|(verdict, ..)| verdict == "flawed").collect();
        assert_eq!((flawed.len(), app.model.requests().len()), (1, 10), "{readings:?}");
        assert_eq!(app.count_jobs("alert").await, 0);
    })
    .await;
}
