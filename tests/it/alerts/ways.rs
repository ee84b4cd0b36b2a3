//! One alert, two ways: each hears it once, whatever becomes of the other.

use std::sync::Arc;
use std::time::Duration;

use mingshu::flows::jobs::AlertKind;
use mingshu::flows::raise_alert;
use mingshu::flows::try_alerts::{self, Ways};
use mingshu::kernel::clock::Clock as _;
use mingshu::kernel::locale::Locale;
use mingshu::notifications::ports::{Messenger, SendError};
use mingshu::platform::jobs::store::{self, Lane};

use crate::support::builders::{OPERATORS, assets};
use crate::support::post_office::{Letter, PostOffice};
use crate::support::{LONG_AFTER_THE_LEASE, TestApp, everywhere};

/// Something that a person must see to.
async fn raise(app: &TestApp, subject: &str) {
    let tx = app.base.db.begin_write().await.unwrap();
    let about = (subject, "more < less");
    raise_alert::run(&tx, AlertKind::LateMoney, about, app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
}

fn lines(letter: &Letter) -> Vec<String> {
    letter.body().lines().map(str::to_owned).collect()
}

#[tokio::test]
async fn an_alert_is_heard_once_on_each_way_with_the_order_on_a_line_of_its_own() {
    everywhere(async |app: TestApp| {
        let office = PostOffice::plain().await;
        let app = app.with_mailer(office.mailer());
        let order = app.an_order().await;
        let payment = app.payment(&order.order_no).await.payment_no;
        app.messenger.forget();
        raise(&app, payment.as_str()).await;
        app.run_jobs().await;

        let (said, letters) = (app.messenger.sent(), office.letters());
        assert_eq!((said.len(), letters.len()), (1, 1), "{said:?} {letters:?}");
        assert_eq!(said[0].to, OPERATORS);
        let order_line = format!("订单 <code>{}</code>", order.order_no);
        assert!(said[0].text.lines().any(|line| line == order_line), "{}", said[0].text);
        let lines = lines(&letters[0]);
        for line in [
            format!("订单 {}", order.order_no),
            format!("编号 {payment}"),
            "more < less".to_owned(),
        ] {
            assert!(lines.contains(&line), "`{line}` is not in {lines:#?}");
        }
        assert!(!letters[0].body().contains("<code>"));
        assert!(letters[0].header("Subject").contains(order.order_no.as_str()));
        app.run_to_the_end().await;
        assert_eq!(office.letters().len(), 1);
    })
    .await;
}

#[tokio::test]
async fn equal_alerts_within_an_hour_are_one_and_the_next_says_how_many_there_were() {
    everywhere(async |app: TestApp| {
        let office = PostOffice::plain().await;
        let app = app.with_mailer(office.mailer());
        let minutes = |count: u64| Duration::from_secs(60 * count);
        for wait in [0, 20, 39] {
            app.clock.advance(minutes(wait));
            raise(&app, "P1").await;
            app.run_jobs().await;
        }
        raise(&app, "P2").await;
        app.run_jobs().await;
        assert_eq!((app.messenger.saying("P1").len(), app.messenger.saying("P2").len()), (1, 1));
        assert_eq!(office.letters().len(), 2);

        app.clock.advance(minutes(1));
        raise(&app, "P1").await;
        app.run_jobs().await;
        let said = app.messenger.saying("P1");
        assert_eq!(said.len(), 2);
        assert!(said[1].text.contains("又发生了 2 次"), "{}", said[1].text);
        assert!(office.letters()[2].body().contains("又发生了 2 次"));

        app.clock.advance(minutes(90));
        raise(&app, "P1").await;
        app.run_jobs().await;
        let said = app.messenger.saying("P1");
        assert_eq!(said.len(), 3);
        assert!(!said[2].text.contains("又发生了"), "{}", said[2].text);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_that_raise_the_same_at_the_same_moment_are_told_once() {
    everywhere(async |app: TestApp| {
        let app = Arc::new(app);
        let mut crowd = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let app = Arc::clone(&app);
            crowd.spawn(async move { raise(&app, "P1").await });
        }
        crowd.join_all().await;
        app.run_jobs().await;
        assert_eq!(app.messenger.saying("P1").len(), 1);
        let sql = "SELECT repeats FROM alerts WHERE subject = 'P1'";
        let row = mingshu::platform::db::query_one(app.base.db.read(), sql, vec![]).await.unwrap();
        assert_eq!(row.unwrap().try_get_by_index::<i64>(0).unwrap(), 7);
    })
    .await;
}

#[tokio::test]
async fn an_alert_that_was_rolled_back_was_never_raised() {
    everywhere(async |app: TestApp| {
        let tx = app.base.db.begin_write().await.unwrap();
        raise_alert::run(&tx, AlertKind::LateMoney, ("P1", ""), app.clock.now()).await.unwrap();
        tx.rollback().await.unwrap();
        raise(&app, "P1").await;
        app.run_jobs().await;
        let said = app.messenger.saying("P1");
        assert!(said.len() == 1 && !said[0].text.contains("又发生了"), "{said:?}");
    })
    .await;
}

#[tokio::test]
async fn a_busy_mail_server_is_asked_again_and_the_chat_is_not() {
    everywhere(async |app: TestApp| {
        let office = PostOffice::plain().await;
        let app = app.with_mailer(office.mailer());
        office.refuse("MAIL", "451 later");
        office.refuse("DATA", "");
        raise(&app, "P1").await;
        app.run_jobs().await;
        assert_eq!((app.messenger.saying("P1").len(), office.letters().len()), (1, 0));
        app.run_to_the_end().await;
        assert_eq!((app.messenger.saying("P1").len(), office.letters().len()), (1, 1));
        assert_eq!(office.calls(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_chat_that_is_away_keeps_no_mail_back_and_hears_later() {
    everywhere(async |app: TestApp| {
        let office = PostOffice::plain().await;
        let app = app.with_mailer(office.mailer());
        let away = || Some(SendError::NotSent(anyhow::anyhow!("no route")));
        app.messenger.fail_next([away(), away()]);
        raise(&app, "P1").await;
        app.run_jobs().await;
        assert_eq!((app.messenger.saying("P1").len(), office.letters().len()), (0, 1));
        app.run_to_the_end().await;
        assert_eq!((app.messenger.saying("P1").len(), office.letters().len()), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_refused_mail_is_parked_and_no_alert_about_an_alert_follows() {
    everywhere(async |app: TestApp| {
        let office = PostOffice::plain().await;
        let app = app.with_mailer(office.mailer());
        office.refuse("MAIL", "550 we do not know you");
        raise(&app, "P1").await;
        app.run_to_the_end().await;
        assert_eq!(app.messenger.sent().len(), 1);
        assert_eq!((office.letters().len(), office.calls()), (0, 1));
        let parked = store::parked(app.base.db.read(), 10).await.unwrap();
        assert_eq!(parked.len(), 1);
        assert_eq!(parked[0].kind, "mail_alert");
        assert!(parked[0].last_error.as_ref().unwrap().contains("550"), "{parked:?}");
    })
    .await;
}

#[tokio::test]
async fn a_worker_that_dies_between_the_ways_loses_and_repeats_nothing() {
    everywhere(async |app: TestApp| {
        let office = PostOffice::plain().await;
        let app = app.with_mailer(office.mailer());
        raise(&app, "P1").await;
        assert!(app.worker.step().await.unwrap(), "the chat hears");
        assert_eq!((app.messenger.saying("P1").len(), office.letters().len()), (1, 0));
        // It has the mail in hand and dies with it.
        let lease = Duration::from_secs(60);
        let held = store::claim(&app.base.db, ("dead", lease), (Lane::All, 5), app.base.now());
        let held = held.await.unwrap();
        assert_eq!(held.iter().map(|job| job.kind.as_str()).collect::<Vec<_>>(), ["mail_alert"]);

        app.clock.advance(LONG_AFTER_THE_LEASE);
        let another = app.another_worker();
        another.sweep().await.unwrap();
        another.run_until_idle().await.unwrap();
        assert_eq!((app.messenger.saying("P1").len(), office.letters().len()), (1, 1));
        assert_eq!(store::extend(&app.base.db, "dead", app.base.now()).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn alerts_without_cause_are_forgotten_after_ninety_days() {
    everywhere(async |app: TestApp| {
        raise(&app, "P1").await;
        app.run_jobs().await;
        app.clock.advance(Duration::from_secs(89 * 24 * 3600));
        app.worker.sweep().await.unwrap();
        assert_eq!(app.rows("alerts").await, 1);
        app.clock.advance(Duration::from_secs(2 * 24 * 3600));
        app.worker.sweep().await.unwrap();
        assert_eq!(app.rows("alerts").await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_test_goes_out_on_every_way_and_each_tells_how_it_went() {
    everywhere(async |app: TestApp| {
        let office = PostOffice::plain().await;
        let texts = mingshu::platform::texts::Texts::load(&assets()).unwrap();
        let mut ways = Ways {
            chat: Some((Arc::clone(&app.messenger) as Arc<dyn Messenger>, OPERATORS)),
            mailer: Some(Arc::new(office.mailer())),
            texts: Arc::new(texts),
            locale: Locale::ZhHans,
            time_zone: chrono_tz::Tz::Asia__Shanghai,
        };
        let tried = try_alerts::run(&ways, app.clock.now()).await;
        assert!(tried.len() == 2 && tried.iter().all(|way| way.ok), "{tried:?}");
        assert_eq!(app.messenger.saying("这是一次测试").len(), 1);
        assert!(office.letters()[0].header("Subject").contains("这是一次测试"));
        assert!(office.letters()[0].body().contains("无需处理"));

        app.messenger.block(true);
        office.refuse("RCPT TO:<second", "550 no such user");
        let tried = try_alerts::run(&ways, app.clock.now()).await;
        let errors: Vec<_> = tried.iter().map(|way| way.error.clone().unwrap()).collect();
        assert!(errors[0].contains("blocked"), "{errors:?}");
        assert!(errors[1].contains("second@shop.example"), "{errors:?}");
        assert!(tried.iter().all(|way| !way.ok));

        (ways.chat, ways.mailer) = (None, None);
        assert_eq!(try_alerts::run(&ways, app.clock.now()).await, []);
    })
    .await;
}
