//! Live drafts: a buyer watches a text grow, and never reads a word that the gate has not read.

use std::sync::Arc;
use std::time::Duration;

use mingshu::flows::ask_question;
use mingshu::flows::writers::Writer;
use mingshu::notifications::adapters::telegram::{BotApi, TelegramMessenger};
use mingshu::notifications::ports::SendError;
use mingshu::notifications::sender::Sender;
use mingshu::orders::OrderStatus;
use mingshu::reports::gate::Mode;
use mingshu::reports::ports::ModelRequest;
use mingshu::sandbox::faults::Faults;
use mingshu::sandbox::telegram::{self as played, Person, SandboxTelegram};
use tokio::net::TcpListener;

use crate::support::builders::{self, BUYER, a_birth_form};
use crate::support::fakes::{FakeMessenger, a_chapter};
use crate::support::pen::{Beat, Pen};
use crate::support::{TestApp, everywhere};

/// A sound text about the chart of the stories, 庚午 辛巳 乙酉 庚辰: its heading and paragraphs.
fn sound() -> Vec<String> {
    let chapters = include_str!("../gate/clean/a.zh-Hans.md");
    let text = chapters.split("%% chapter").nth(1).unwrap().trim();
    text.split("\n\n").map(str::to_owned).collect()
}

/// The first letters of a paragraph as the buyer reads them.
fn opening(paragraph: &str) -> String {
    paragraph.replace("**", "").chars().take(5).collect()
}

fn write(paragraph: &str) -> Beat {
    Beat::Write(paragraph.to_owned())
}

fn seen(words: &str) -> Beat {
    Beat::Seen(words.to_owned())
}

/// The last live draft that went out.
fn newest(messenger: &Arc<FakeMessenger>) -> impl Fn() -> Option<String> + use<> {
    let messenger = Arc::clone(messenger);
    move || messenger.drafts().pop()
}

/// The same shop with this writer, a strict gate, and live drafts.
fn watched(
    app: TestApp,
    script: impl Fn(&ModelRequest, usize) -> Vec<Beat> + Send + Sync + 'static,
) -> TestApp {
    let pen = Pen::new(newest(&app.messenger), script);
    let writer = Writer::new("pen", Arc::new(pen) as _);
    app.with_writing(|writing| {
        *writing = builders::writing([writer], Mode::Enforce);
        writing.live_drafts = true;
    })
}

/// The sound text, of which every paragraph is waited for.
fn watched_growing() -> Vec<Beat> {
    let text = sound();
    let beats = text.iter().flat_map(|paragraph| {
        let is_heading = paragraph.starts_with('#');
        [write(paragraph), if is_heading { Beat::Blank } else { seen(&opening(paragraph)) }]
    });
    beats.collect()
}

#[tokio::test]
async fn a_report_is_watched_growing_by_whole_paragraphs() {
    everywhere(async |app: TestApp| {
        let app = watched(app, |_request, _number| watched_growing());
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let drafts = app.messenger.drafts();
        let whole = drafts.last().unwrap();
        assert!(whole.starts_with("<b>一、命盘总览</b>"), "{whole}");
        let paragraphs: Vec<&str> = whole.split("\n\n").collect();
        assert_eq!(paragraphs.len(), sound().len() - 1, "a heading belongs to what follows");
        for draft in &drafts {
            let shown = draft.split("\n\n").filter(|one| !one.is_empty()).count();
            assert_eq!(*draft, paragraphs[..shown].join("\n\n"), "whole paragraphs");
        }
        assert_eq!((app.delivered(&order.order_no).await, drafts[0].as_str()), ((3, 3), ""));
        assert_eq!(
            app.messenger.saying("石缝里开花").len(),
            1,
            "the report is a message of its own"
        );
    })
    .await;
}

#[tokio::test]
async fn what_contradicts_the_chart_is_never_shown_and_what_was_refused_goes() {
    everywhere(async |app: TestApp| {
        for wrong in ["日主甲木，向阳而生。", "2027年是戊申年，变动较多。", "只要入场，稳赚不赔。"]
        {
            app.messenger.forget();
            let app = watched(app.again(), move |_request, number| {
                let text = sound();
                let first = opening(&text[1]);
                if number > 0 {
                    return [vec![Beat::Blank], watched_growing()].concat();
                }
                vec![
                    write(&text[1]),
                    seen(&first),
                    write(wrong),
                    write(&text[2]),
                    Beat::Linger,
                    write(&text[3]),
                    Beat::Linger,
                ]
            });
            let order = app.a_paid_reading().await;
            app.run_jobs().await;
            assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
            let drafts = app.messenger.drafts();
            assert!(drafts.iter().all(|draft| !draft.contains(&opening(wrong))), "{drafts:?}");
            // Not behind the mistake either, until the next attempt is there.
            let (second, third) = (opening(&sound()[2]), "一、命盘总览");
            let again = drafts.iter().position(|draft| draft.contains(third)).unwrap();
            assert!(drafts[..again].iter().all(|draft| !draft.contains(&second)), "{drafts:?}");
            assert_eq!(drafts[again - 1], "", "the refused beginning is gone before");
        }
    })
    .await;
}

#[tokio::test]
async fn of_chapters_under_way_the_first_is_shown_alone_without_its_summary() {
    everywhere(async |app: TestApp| {
        let app = watched(app, |request, _number| {
            let asked = request.user.split_once("chapter ").unwrap().1;
            let number: usize = asked.split(':').next().unwrap().parse().unwrap();
            let (own, first) = (format!("第{number}章的开头，先说一件小事。"), "第1章的开头");
            let mut beats = vec![write(&own)];
            match number {
                // It stays while others are written beside it.
                1 => beats.extend([seen(first), Beat::Linger, seen(first)]),
                9 => beats.push(seen("第9章的开头")),
                _ => beats.push(Beat::Linger),
            }
            [beats, vec![Beat::Write(a_chapter(number))]].concat()
        });
        let app = app.with_writing(|writing| writing.gate_mode = Mode::Off);
        let order = app.a_paid_novel().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        let drafts = app.messenger.drafts();
        let words: Vec<&String> = drafts.iter().filter(|draft| !draft.is_empty()).collect();
        let first = words.iter().find(|draft| draft.contains("第1章的开头")).unwrap();
        assert!(first.starts_with("<b>一、题1</b>"), "{first}");
        for draft in &words {
            assert_eq!(draft.matches("章的开头").count(), 1, "one at a time: {draft}");
            assert!(!draft.contains("摘要"), "{draft}");
        }
        let last = words.last().unwrap();
        assert!(last.starts_with("<b>九、题9</b>"), "{last}");
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_watched_and_then_sent_once() {
    everywhere(async |app: TestApp| {
        let order = app.place("talk", a_birth_form()).await;
        app.run_jobs().await;
        app.pay(&order.order_no, "paid").await;
        app.run_to_the_end().await;
        assert_eq!(app.messenger.drafts(), Vec::<String>::new(), "nobody switched them on");
        let app = watched(app, |_request, number| {
            let (one, two) = ("日主乙木，先试一个小的。", "过三个月，再看看心里怎么想。");
            match number {
                0 => vec![write("[DECLINED]"), write("你会在2051年去世。"), Beat::Linger],
                _ => vec![Beat::Blank, write(one), seen(one), write(two), seen(two)],
            }
        });
        let whose = (BUYER, &order.order_no);
        ask_question::ask(&app.base, whose, ("one", "该换工作吗？")).await.unwrap();
        app.run_to_the_end().await;
        let drafts = app.messenger.drafts();
        assert_eq!(
            drafts.last().unwrap(),
            "日主乙木，先试一个小的。\n\n过三个月，再看看心里怎么想。"
        );
        let bad = |draft: &String| draft.contains("去世") || draft.contains("DECLINED");
        assert!(!drafts.iter().any(bad), "{drafts:?}");
        assert_eq!(app.messenger.saying("先试一个小的").len(), 1);
    })
    .await;
}

/// What a buyer gets of a reading that begins with `first`, whatever becomes of its drafts, and how
/// many of them were tried.
async fn delivered(
    app: TestApp,
    failure: Option<fn() -> SendError>,
    first: Beat,
) -> (Vec<String>, usize) {
    app.messenger.forget();
    app.messenger.fail_drafts(failure);
    let app = watched(app, move |_request, _number| {
        let beats = sound().into_iter().map(Beat::Write);
        [first.clone()].into_iter().chain(beats).chain([Beat::Linger]).collect()
    });
    let order = app.a_paid_reading().await;
    app.run_to_the_end().await;
    let done = app.reload(&order.order_no).await;
    assert_eq!(
        (done.status, app.delivered(&order.order_no).await),
        (OrderStatus::Completed, (3, 3))
    );
    let number = order.order_no.as_str();
    let sent = app.messenger.sent().into_iter().map(|said| said.text.replace(number, "M…"));
    // What comes before tells of deadlines.
    let report = sent.skip_while(|text| !text.contains("支付成功")).skip(1);
    (report.collect(), app.messenger.drafts().len())
}

#[tokio::test]
async fn drafts_that_fail_change_nothing() {
    everywhere(async |app: TestApp| {
        let (expected, shown) = delivered(app.again(), None, Beat::Blank).await;
        assert!(shown > 0 && expected.len() >= 3, "{expected:?}");
        let failures: [fn() -> SendError; 5] = [
            || SendError::NotSent(anyhow::anyhow!("server fault 502")),
            || SendError::Unknown(anyhow::anyhow!("time-out")),
            || SendError::Unreachable("bot was blocked by the user".to_owned()),
            || SendError::Refused { code: 400, description: "Bad Request: no".to_owned() },
            // The last one, for after it no draft is tried.
            || SendError::TooFast(Duration::from_secs(3600)),
        ];
        for failure in failures {
            let (sent, tried) = delivered(app.again(), Some(failure), Beat::Blank).await;
            assert_eq!(sent, expected, "{:?}", failure());
            assert!(tried > 0);
        }
    })
    .await;
}

#[tokio::test]
async fn a_chat_that_knows_no_drafts_is_asked_once() {
    everywhere(async |app: TestApp| {
        let strange = || SendError::Refused { code: 404, description: "Not Found".to_owned() };
        let (_sent, tried) = delivered(app.again(), Some(strange), Beat::Blank).await;
        assert_eq!(tried, 1);
        let (_sent, tried) = delivered(app.again(), Some(strange), Beat::Linger).await;
        assert_eq!(tried, 0, "by the same sender, for another order");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_shown_where_nobody_switched_it_on() {
    everywhere(async |app: TestApp| {
        let app = watched(app, |_request, _number| {
            sound().into_iter().flat_map(|it| [Beat::Write(it), Beat::Linger]).collect()
        });
        let app = app.with_writing(|writing| writing.live_drafts = false);
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(app.messenger.drafts(), Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn telegram_shows_a_draft_until_the_report_comes() {
    everywhere(async |mut app: TestApp| {
        let (faults, token) = (Arc::new(Faults::default()), "1000001:a-secret");
        let telegram = SandboxTelegram::with_clock(faults, token, Arc::clone(&app.clock) as _);
        telegram.meet(Person::buyer(BUYER.0, "小满", "zh-hans"));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let api_url = format!("http://{}", listener.local_addr().unwrap());
        let router = played::router(telegram.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let api = Arc::new(BotApi::try_new(&api_url, token.into()).unwrap());
        let messenger = Arc::new(TelegramMessenger::new(api));
        app.tools.sender = Sender::start(messenger, builders::at_once());
        let sight = {
            let telegram = telegram.clone();
            move || telegram.live_draft(BUYER.0).map(|draft| draft.html)
        };
        let pen = Pen::new(sight, |_request, _number| watched_growing());
        let app = app.with_writing(|writing| {
            *writing = builders::writing([Writer::new("pen", Arc::new(pen) as _)], Mode::Enforce);
            writing.live_drafts = true;
        });
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
        assert_eq!(telegram.live_draft(BUYER.0), None, "the report took its place");
        let chat = telegram.chat(BUYER.0);
        assert_eq!(chat.iter().filter(|said| said.text.contains("石缝里开花")).count(), 1);
    })
    .await;
}
