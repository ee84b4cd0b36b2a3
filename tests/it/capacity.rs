//! Nobody pays for what cannot be written: selling pauses while the line is too long or every provider
//! of texts is out of order, the operators hear of it once, and it goes on by itself.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use mingshu::flows::may_order::{self, Closed};
use mingshu::flows::place_order::Placed;
use mingshu::flows::writers::{Purse, Writer};
use mingshu::orders::OrderStatus;
use mingshu::reports::gate::Mode;
use mingshu::reports::health;
use mingshu::reports::ports::{Accounts, Balance, ModelError};

use crate::support::builders::{self, BUYER};
use crate::support::{TestApp, everywhere};

const TEN_MINUTES: Duration = Duration::from_secs(600);

async fn try_letter(app: &TestApp) -> Placed {
    app.try_to_place(TestApp::wish(BUYER, "letter", None)).await
}

/// The operators' alert that nothing is sold.
fn alarms(app: &TestApp) -> usize {
    app.messenger.saying("已暂停接单").len()
}

#[tokio::test]
async fn a_line_that_is_too_long_takes_no_money() {
    everywhere(async |mut app: TestApp| {
        app.tools.till.most_waiting = 1;
        let app = app.with_writing(|_writing| {});
        let first = app.an_order().await;
        let second = app.an_order().await;
        app.pay(&first.order_no, "first").await;
        assert!(may_order::look(&app.tools.till).await.unwrap().strain.is_none(), "one may wait");
        app.pay(&second.order_no, "second").await;
        let refused = try_letter(&app).await;
        assert!(matches!(refused, Placed::Closed(Closed::Busy)), "{refused:?}");
        assert_eq!(app.rows("orders").await, 2, "nothing was written for it");
        app.worker.sweep().await.unwrap();
        app.worker.sweep().await.unwrap();
        app.run_to_the_end().await;
        assert_eq!(alarms(&app), 1, "one alert however often it is looked at");
        assert_eq!(app.reload(&second.order_no).await.status, OrderStatus::Completed);
        assert!(matches!(try_letter(&app).await, Placed::Ordered(_)), "it goes on by itself");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_sold_while_every_writer_rests() {
    everywhere(async |app: TestApp| {
        let stopped = || ModelError::Stop { status: 402, message: "no balance".to_owned() };
        app.model.answer_next([Err(stopped())]);
        let order = app.a_paid_order().await;
        app.run_jobs().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Failed);
        assert!(matches!(try_letter(&app).await, Placed::Ordered(_)), "nobody has told yet");
        app.worker.sweep().await.unwrap();
        let refused = try_letter(&app).await;
        assert!(matches!(refused, Placed::Closed(Closed::Busy)), "{refused:?}");
        app.run_jobs().await;
        assert_eq!(alarms(&app), 1);
        app.clock.advance(TEN_MINUTES);
        assert!(matches!(try_letter(&app).await, Placed::Ordered(_)), "rested");
    })
    .await;
}

/// A provider's page with our balance.
struct Account(Mutex<VecDeque<Option<Balance>>>);

#[async_trait]
impl Accounts for Account {
    async fn balance(&self) -> anyhow::Result<Option<Balance>> {
        self.0.lock().unwrap().pop_front().ok_or_else(|| anyhow::anyhow!("503"))
    }
}

fn yuan(micros: i64) -> Balance {
    let currency = "CNY".to_owned();
    Balance { available: micros > 0, micros: Some(micros), currency }
}

/// The same shop; the provider answers like this, once in each half-hour.
fn with_account(app: TestApp, answers: impl IntoIterator<Item = Option<Balance>>) -> TestApp {
    let account = Arc::new(Account(Mutex::new(answers.into_iter().collect())));
    let purse = Purse { account, low_micros: 5_000_000 };
    let writer = Writer::new("main", Arc::clone(&app.model) as _).with_purse(Some(purse));
    app.with_writing(|writing| *writing = builders::writing([writer], Mode::Off))
}

#[tokio::test]
async fn a_balance_is_kept_and_an_empty_one_stops_selling_until_it_is_filled() {
    everywhere(async |app: TestApp| {
        let answers = [88_000_000, 4_990_000, 0, 9_000_000].map(|micros| Some(yuan(micros)));
        let app = with_account(app, answers);
        app.a_user(BUYER).await;
        let mut told = Vec::new();
        for _ in 0..4 {
            app.worker.sweep().await.unwrap();
            app.worker.sweep().await.unwrap();
            app.run_jobs().await;
            let known = health::list(app.base.db.read()).await.unwrap().remove(0);
            let (balance, _at) = known.balance.unwrap();
            let sold = matches!(try_letter(&app).await, Placed::Ordered(_));
            told.push((balance.to_string(), sold));
            app.clock.advance(TEN_MINUTES * 3);
        }
        let told: Vec<_> = told.iter().map(|(text, sold)| (text.as_str(), *sold)).collect();
        let expected =
            [("88.00 CNY", true), ("4.99 CNY", true), ("0.00 CNY", false), ("9.00 CNY", true)];
        assert_eq!(told, expected);
        let alerts = app.messenger.saying("余额不足");
        assert!(alerts[0].text.contains("4.99 CNY"), "{}", alerts[0].text);
    })
    .await;
}

#[tokio::test]
async fn a_provider_without_such_a_page_is_left_out() {
    everywhere(async |app: TestApp| {
        let app = with_account(app, [None]);
        app.worker.sweep().await.unwrap();
        app.run_jobs().await;
        let known = health::list(app.base.db.read()).await.unwrap().remove(0);
        assert_eq!((known.writer.as_str(), known.balance), ("main", None));
        assert!(may_order::look(&app.tools.till).await.unwrap().strain.is_none());
        // A writer that is configured no more is forgotten.
        let other = Writer::new("other", Arc::clone(&app.model) as _);
        let app = app.with_writing(|writing| *writing = builders::writing([other], Mode::Off));
        app.worker.sweep().await.unwrap();
        let known = health::list(app.base.db.read()).await.unwrap();
        assert_eq!(known.iter().map(|it| it.writer.as_str()).collect::<Vec<_>>(), ["other"]);
    })
    .await;
}
