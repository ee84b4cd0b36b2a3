//! Reports that are written chapter by chapter: in their order, at the same time where they may, each
//! bought once whatever dies, and within what one order may cost.

use std::collections::BTreeSet;
use std::sync::Arc;

use mingshu::flows::forget_user::{self, Forgotten};
use mingshu::flows::tools::Writing;
use mingshu::orders::{Order, OrderStatus};
use mingshu::platform::db::query_one;
use mingshu::reports::budget::Budget;
use mingshu::reports::calls::{self, CallOutcome};
use mingshu::reports::chapters::chapters_of;
use mingshu::reports::ports::ModelError;
use mingshu::reports::repo as reports;

use crate::support::builders::{self, BUYER, a_birth_form};
use crate::support::crash::Side;
use crate::support::database::{Database, on_every_database};
use crate::support::fakes::a_chapter;
use crate::support::{LONG_AFTER_THE_LEASE, TestApp, everywhere};

const CHAPTERS: usize = 9;

fn no_answer() -> ModelError {
    ModelError::Retry { reason: "503".to_owned(), retry_after: None }
}

fn one_by_one(writing: &mut Writing) {
    writing.chapters_at_once = 1;
}

/// The numbers of the chapters that were asked for, in order.
fn asked(app: &TestApp) -> Vec<usize> {
    let number = |user: &str| {
        let (_, rest) = user.split_once("chapter ").unwrap();
        rest.split(':').next().unwrap().parse().unwrap()
    };
    app.model.requests().iter().map(|request| number(&request.user)).collect()
}

async fn kept(app: &TestApp, order: &Order) -> Vec<String> {
    let (db, keyring) = (app.base.db.read(), &app.base.keyring);
    let calls = calls::list(db, keyring, &order.order_no).await.unwrap();
    let kept = calls.into_iter().filter(|call| call.outcome == CallOutcome::Kept);
    kept.map(|call| call.chapter).collect()
}

#[tokio::test]
async fn the_chapters_become_one_report_in_the_order_of_the_plan() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_novel().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.model.finished(), CHAPTERS);

        let (db, keyring) = (app.base.db.read(), &app.base.keyring);
        let text = reports::find_text(db, keyring, &order.order_no).await.unwrap().unwrap();
        let headings: Vec<_> = text.lines().filter(|line| line.starts_with("## ")).collect();
        assert_eq!(headings.len(), CHAPTERS);
        assert_eq!((headings[0], headings[8]), ("## 一、题1", "## 九、题9"));
        assert!(!text.contains("summary") && !text.contains("摘要"), "{text}");

        let chapters = chapters_of(db, keyring, &order.order_no).await.unwrap();
        let keys: Vec<_> = chapters.iter().map(|it| it.key.as_str()).collect();
        assert_eq!(keys, ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "c9"]);
        assert_eq!(chapters[4].body.title, "题5");
        assert!(text.contains(&chapters[4].body.markdown));
        let made = reports::find_provenance(db, &order.order_no).await.unwrap().unwrap();
        assert_eq!((made.usage.completion, made.usage.prompt_cache_miss), (54_000, 18_000));
        assert_eq!(app.messenger.saying("报告到此完结").len(), 1);
        let progress = app.messenger.edited();
        assert!(progress.iter().any(|said| said.text.contains("/9 章")), "{progress:?}");
    })
    .await;
}

#[tokio::test]
async fn chapters_wait_for_those_they_come_after_and_the_others_run_together() {
    everywhere(async |app: TestApp| {
        let novel = app.a_paid_novel().await;
        // The first request is not answered for a while.
        app.crash.at(BEFORE, Side::After);
        let worker = app.worker.clone();
        let working = tokio::spawn(async move { worker.run_until_idle().await });
        app.crash.happened().await;
        // 2, 3, 4 and 7 hang on the first chapter; the last one hangs on all.
        let others = if asked(&app)[0] == 1 { 3 } else { 7 };
        let mut looks = 0..100_000;
        while kept(&app, &novel).await.len() < others {
            looks.next().expect("the others are written meanwhile");
        }
        app.crash.release();
        working.await.unwrap().unwrap();
        let order = asked(&app);
        assert_eq!((order.len(), order[8]), (CHAPTERS, 9), "{order:?}");
        let place = |number| order.iter().position(|it| *it == number).unwrap();
        assert!(place(1) < place(2) && place(2) < place(7), "{order:?}");
        let last = app.model.requests().pop().unwrap().user;
        for number in 1..9 {
            assert!(last.contains(&format!("earlier {number}: 摘要{number}")), "{last}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_chapter_gets_the_facts_it_asks_for_and_no_others() {
    everywhere(async |app: TestApp| {
        app.a_paid_novel().await;
        app.run_jobs().await;
        for request in app.model.requests() {
            let first = request.user.contains("chapter 1:");
            assert_eq!(request.user.contains("\"decades\""), !first, "{}", request.user);
            assert!(request.user.contains("\"day_master\""), "{}", request.user);
            assert!(!request.user.contains("\"stars\""), "{}", request.user);
        }
    })
    .await;
}

#[tokio::test]
async fn a_broken_chapter_is_made_again_alone() {
    everywhere(async |app: TestApp| {
        app.model.answer_next([Err(no_answer())]);
        let order = app.a_paid_novel().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Generating);
        let (stored, asked) = (kept(&app, &order).await, app.model.requests().len());
        assert_eq!(stored.len() + 1, asked, "those under way are finished: {stored:?}");
        assert!(stored.len() >= 2, "{stored:?}");
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!((app.model.requests().len(), app.model.finished()), (CHAPTERS + 1, CHAPTERS));
    })
    .await;
}

#[tokio::test]
async fn a_bad_draft_is_written_again_with_what_was_wrong_and_is_paid_for() {
    everywhere(async |app: TestApp| {
        let app = app.with_writing(one_by_one);
        app.model.answer_next([Ok("太短了。".to_owned())]);
        let order = app.a_paid_novel().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let requests = app.model.requests();
        assert!(!requests[0].user.contains("wrong: "), "{}", requests[0].user);
        assert!(requests[1].user.contains("wrong: 上一稿只有 4 个字符"), "{}", requests[1].user);
        let (db, keyring) = (app.base.db.read(), &app.base.keyring);
        let calls = calls::list(db, keyring, &order.order_no).await.unwrap();
        assert_eq!(calls[0].outcome, CallOutcome::Rejected);
        assert_eq!(calls[0].findings[0].code, "too-short");
        assert_eq!(calls::total(db, &order.order_no).await.unwrap().usage.completion, 60_000);
        let made = reports::find_provenance(db, &order.order_no).await.unwrap().unwrap();
        assert_eq!(made.usage.completion, 60_000);
    })
    .await;
}

#[tokio::test]
async fn after_three_bad_drafts_of_a_chapter_the_money_goes_back() {
    everywhere(async |app: TestApp| {
        let app = app.with_writing(one_by_one);
        app.model.answer_next((0..3).map(|_| Ok("太短了。".to_owned())));
        let order = app.a_paid_novel().await;
        app.run_to_the_end().await;
        let failed = app.reload(&order.order_no).await;
        assert_eq!(failed.status, OrderStatus::Failed);
        let why = failed.failure.unwrap();
        assert_eq!(why, "model: chapter c1 is not good enough after 3: too-short");
        assert_eq!(app.gateway.refunds().len(), 1);
        assert_eq!(app.model.requests().len(), 3);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_would_cost_too_much_fails_and_is_paid_back() {
    everywhere(async |app: TestApp| {
        let app = app.with_writing(|writing| {
            writing.budget = Budget { tokens: 30_000, cost_micros: None };
        });
        let order = app.a_paid_novel().await;
        app.run_to_the_end().await;
        let failed = app.reload(&order.order_no).await;
        assert_eq!(failed.status, OrderStatus::Failed);
        assert_eq!(failed.failure.unwrap(), "model: what one order may cost is used up");
        let spent = calls::total(app.base.db.read(), &order.order_no).await.unwrap();
        let calls = usize::try_from(spent.calls).unwrap();
        assert!((1..CHAPTERS).contains(&calls), "{spent:?}");
        assert_eq!(app.gateway.refunds().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_order_from_before_there_were_chapters_gets_them() {
    everywhere(async |app: TestApp| {
        let now = Arc::clone(&app.tools.catalog);
        let app = app.with_catalog(builders::catalog_without_chapters());
        let order = app.place("novel", a_birth_form()).await;
        assert!(app.tools.product(&order).unwrap().chapters.is_empty());
        let app = app.with_catalog(now);
        app.run_jobs().await;
        app.pay(&order.order_no, "first").await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.model.finished(), CHAPTERS);
    })
    .await;
}

#[tokio::test]
async fn a_product_that_is_one_text_again_is_written_as_one() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_novel().await;
        let app = app.with_catalog(builders::catalog_without_chapters());
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.model.finished(), 1);
        let (db, keyring) = (app.base.db.read(), &app.base.keyring);
        let chapters = chapters_of(db, keyring, &order.order_no).await.unwrap();
        let titles: Vec<_> = chapters.iter().map(|it| it.body.title.as_str()).collect();
        assert_eq!(titles, ["命盘总览", "性格与天赋", "事业与才能"]);
    })
    .await;
}

#[tokio::test]
async fn who_is_forgotten_leaves_no_chapter_and_no_finding() {
    everywhere(async |app: TestApp| {
        app.model.answer_next([Ok("太短了。".to_owned())]);
        let order = app.a_paid_novel().await;
        app.run_jobs().await;
        assert_eq!(forget_user::run(&app.base, BUYER).await.unwrap(), Forgotten::Done);
        assert_eq!(app.rows("chapters").await, 0);
        let sql = "SELECT count(*) FROM model_calls WHERE findings_sealed IS NOT NULL";
        let row = query_one(app.base.db.read(), sql, vec![]).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 0);
        let spent = calls::total(app.base.db.read(), &order.order_no).await.unwrap();
        assert_eq!(spent.usage.completion, 60_000, "what it cost stays");
    })
    .await;
}

/// Calls to the outside before the first chapter: the query and the paid message.
const BEFORE: usize = 2;

#[tokio::test]
async fn no_chapter_is_bought_twice_whichever_call_the_worker_dies_at() {
    on_every_database(async |database: &Database| {
        for call in 0..BEFORE + CHAPTERS {
            for side in [Side::Before, Side::After] {
                let app = TestApp::start(database).with_writing(one_by_one);
                let order = app.a_paid_novel().await;
                app.crash.at(call, side);
                die_and_rise(&app).await;
                completed_with_every_chapter_once(&app, &order, &format!("{side:?} {call}")).await;
                assert_eq!(app.model.finished(), CHAPTERS, "{side:?} {call}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn no_chapter_is_bought_twice_whichever_commit_was_the_last() {
    on_every_database(async |database: &Database| {
        // From "accepted" to the text of the whole report.
        for commit in 0..=4 + CHAPTERS {
            let app = TestApp::start(database).with_writing(one_by_one);
            let order = app.a_paid_novel().await;
            app.crash.at_commit(commit);
            die_and_rise(&app).await;
            completed_with_every_chapter_once(&app, &order, &format!("commit {commit}")).await;
            assert_eq!(app.model.finished(), CHAPTERS, "commit {commit}");
        }
    })
    .await;
}

#[tokio::test]
async fn of_chapters_that_are_written_together_only_those_under_way_can_be_lost() {
    on_every_database(async |database: &Database| {
        for call in BEFORE..BEFORE + CHAPTERS {
            let app = TestApp::start(database);
            let order = app.a_paid_novel().await;
            app.crash.at(call, Side::After);
            die_and_rise(&app).await;
            completed_with_every_chapter_once(&app, &order, &format!("call {call}")).await;
            let together = app.tools.writing.chapters_at_once;
            assert!(app.model.finished() < CHAPTERS + together, "call {call}");
        }
    })
    .await;
}

async fn die_and_rise(app: &TestApp) {
    tokio::select! {
        _ = app.worker.run_until_idle() => panic!("nothing died"),
        () = app.crash.happened() => {}
    }
    app.clock.advance(LONG_AFTER_THE_LEASE);
    let risen = app.another_worker();
    risen.sweep().await.unwrap();
    risen.run_until_idle().await.unwrap();
}

async fn completed_with_every_chapter_once(app: &TestApp, order: &Order, what: &str) {
    let job = app.job(&format!("fulfil:{}", order.order_no)).await;
    let status = app.reload(&order.order_no).await.status;
    assert_eq!(status, OrderStatus::Completed, "{what}: {job:?}");
    let kept = kept(app, order).await;
    assert_eq!(kept.len(), CHAPTERS, "{what}: {kept:?}");
    assert_eq!(kept.iter().collect::<BTreeSet<_>>().len(), CHAPTERS, "{what}: {kept:?}");
    let (db, keyring) = (app.base.db.read(), &app.base.keyring);
    let chapters = chapters_of(db, keyring, &order.order_no).await.unwrap();
    for (chapter, number) in chapters.iter().zip(1..) {
        assert!(a_chapter(number).contains(&chapter.body.markdown), "{what}: {}", chapter.key);
    }
}
