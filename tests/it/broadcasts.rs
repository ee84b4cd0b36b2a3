//! Messages to many: everybody at most once, at a pace, whatever happens in between.

use std::collections::BTreeSet;
use std::time::Duration;

use mingshu::broadcasts::repo::{self, NewBroadcast};
use mingshu::broadcasts::{BroadcastStatus, Segment};
use mingshu::flows::broadcast::{self, AT_ONCE, PAUSE, Steer};
use mingshu::flows::{change_news, greet_user};
use mingshu::kernel::ids::UserId;
use mingshu::kernel::locale::Locale;
use mingshu::kernel::switch::Switch;
use mingshu::notifications::ports::SendError;
use mingshu::users::{self, UserStatus};

use crate::support::crash::Side;
use crate::support::{LONG_AFTER_THE_LEASE, TestApp, everywhere};

const OPERATOR: UserId = UserId(7);
const WORDS: &str = "双十一 <八折>";

async fn people(app: &TestApp, count: i64) {
    for number in 1..=count {
        let locale = if number % 2 == 0 { Locale::En } else { Locale::ZhHans };
        let user = UserId(100_000 + number);
        let today = "2026-11-21".to_owned();
        let visit = greet_user::Visit { user, locale, start_payload: None, name: None, today };
        greet_user::run(&app.base, &visit).await.unwrap();
    }
}

async fn begin(app: &TestApp, no: &str, segment: Segment) {
    let new = NewBroadcast { no, operator: OPERATOR, segment, body: WORDS, message: Some(9) };
    assert!(broadcast::start(&app.base, &new).await.unwrap());
    assert!(!broadcast::start(&app.base, &new).await.unwrap(), "the same wish is one broadcast");
}

async fn look(app: &TestApp, no: &str) -> (BroadcastStatus, broadcast::progress::Counts) {
    let (found, counts) = broadcast::look(&app.base, no).await.unwrap().unwrap();
    (found.status, counts)
}

fn reached(app: &TestApp) -> Vec<UserId> {
    app.messenger.saying("双十一").iter().map(|said| said.to).collect()
}

/// Nobody twice.
fn once_each(app: &TestApp) -> usize {
    let all = reached(app);
    let each: BTreeSet<_> = all.iter().collect();
    assert_eq!(each.len(), all.len(), "{all:?}");
    all.len()
}

#[tokio::test]
async fn it_goes_out_a_few_at_a_time_and_tells_how_far_it_is() {
    everywhere(async |app: TestApp| {
        people(&app, 25).await;
        begin(&app, "B1", Segment::All).await;
        for sent in [10, 20, 25] {
            app.run_jobs().await;
            assert_eq!(once_each(&app), sent, "at most {AT_ONCE} in a run");
            app.clock.advance(PAUSE);
        }
        app.run_to_the_end().await;
        let (status, counts) = look(&app, "B1").await;
        assert_eq!((status, counts.sent, counts.all), (BroadcastStatus::Done, 25, 25));
        let said = app.messenger.saying("双十一").remove(0);
        assert_eq!(said.text, "双十一 &lt;八折&gt;", "as it was typed");
        assert_eq!(said.keyboard.len(), 1, "with a way out");
        let progress = app.messenger.edited();
        assert!(progress.iter().all(|said| said.to == OPERATOR));
        let last = &progress.last().unwrap().text;
        assert!(last.contains("已发完") && last.contains("已发 25"), "{last}");
    })
    .await;
}

#[tokio::test]
async fn only_the_segment_gets_it_and_nobody_who_does_not_want_it() {
    everywhere(async |app: TestApp| {
        people(&app, 6).await;
        change_news::run(&app.base, UserId(100_002), Switch::Off).await.unwrap();
        begin(&app, "B1", Segment::Language(Locale::En)).await;
        // Meanwhile another one has had enough.
        change_news::run(&app.base, UserId(100_004), Switch::Off).await.unwrap();
        app.run_to_the_end().await;
        assert_eq!(reached(&app), [UserId(100_006)]);
        let order = app.an_order().await;
        app.messenger.forget();
        begin(&app, "B2", Segment::Buyers).await;
        app.run_to_the_end().await;
        assert!(reached(&app).is_empty(), "an order that is not paid makes no buyer: {order:?}");
    })
    .await;
}

#[tokio::test]
async fn who_stopped_the_bot_is_marked_and_doubtful_messages_are_not_repeated() {
    everywhere(async |app: TestApp| {
        people(&app, 5).await;
        let unknown = || SendError::Unknown(anyhow::anyhow!("time-out"));
        app.messenger.fail_next([
            None,
            Some(SendError::Unreachable("bot was blocked by the user".to_owned())),
            Some(unknown()),
            Some(SendError::Refused { code: 400, description: "no".to_owned() }),
        ]);
        begin(&app, "B1", Segment::All).await;
        app.run_to_the_end().await;
        let (status, counts) = look(&app, "B1").await;
        assert_eq!(status, BroadcastStatus::Done);
        assert_eq!((counts.sent, counts.unreachable, counts.other), (2, 1, 2));
        assert_eq!(app.messenger.attempts("双十一"), 5, "each was tried once");
        let gone = users::repo::find(app.base.db.read(), UserId(100_002)).await.unwrap().unwrap();
        assert_eq!(gone.status, UserStatus::Unreachable);
    })
    .await;
}

#[tokio::test]
async fn told_to_wait_it_waits_and_goes_on_where_it_was() {
    everywhere(async |app: TestApp| {
        people(&app, 3).await;
        // Longer than the sender itself waits.
        let pause = Duration::from_secs(600);
        app.messenger.fail_next([None, Some(SendError::TooFast(pause))]);
        begin(&app, "B1", Segment::All).await;
        app.run_jobs().await;
        let first = once_each(&app);
        app.clock.advance(pause / 2);
        app.run_jobs().await;
        assert_eq!(once_each(&app), first, "not before the time");
        app.clock.advance(pause / 2);
        // The sender's own silence is of real time: another process has none.
        app.another_worker().run_until_idle().await.unwrap();
        assert_eq!(once_each(&app), 3);
    })
    .await;
}

#[tokio::test]
async fn it_is_paused_goes_on_and_is_stopped_for_good() {
    everywhere(async |app: TestApp| {
        people(&app, 30).await;
        begin(&app, "B1", Segment::All).await;
        app.run_jobs().await;
        assert!(broadcast::steer(&app.base, ("B1", Steer::Pause), OPERATOR).await.unwrap());
        app.run_to_the_end().await;
        assert_eq!(once_each(&app), 10);
        assert!(app.messenger.edited().last().unwrap().text.contains("已暂停"));
        assert!(broadcast::steer(&app.base, ("B1", Steer::Resume), OPERATOR).await.unwrap());
        app.run_jobs().await;
        assert_eq!(once_each(&app), 20);
        assert!(broadcast::steer(&app.base, ("B1", Steer::Stop), OPERATOR).await.unwrap());
        assert!(!broadcast::steer(&app.base, ("B1", Steer::Resume), OPERATOR).await.unwrap());
        app.run_to_the_end().await;
        assert_eq!(once_each(&app), 20);
        assert_eq!(look(&app, "B1").await.0, BroadcastStatus::Stopped);
    })
    .await;
}

#[tokio::test]
async fn a_death_at_any_message_repeats_none() {
    everywhere(async |app: TestApp| {
        people(&app, 3).await;
        let moments = (0..3).flat_map(|call| [(call, Side::Before), (call, Side::After)]);
        for (number, (call, side)) in moments.enumerate() {
            app.messenger.forget();
            let no = format!("B{number}");
            begin(&app, &no, Segment::All).await;
            app.crash.at(call, side);
            tokio::select! {
                _ended = app.worker.run_until_idle() => panic!("it was to die at {call}"),
                () = app.crash.happened() => {}
            }
            app.crash.nowhere();
            app.clock.advance(LONG_AFTER_THE_LEASE);
            let other = app.another_worker();
            other.sweep().await.unwrap();
            while other.run_until_idle().await.unwrap() > 0 {
                app.clock.advance(PAUSE);
            }
            let sent = once_each(&app);
            let (status, counts) = look(&app, &no).await;
            assert_eq!(status, BroadcastStatus::Done);
            assert_eq!(counts.sent + counts.other, 3, "{counts:?}");
            assert!(sent >= 2, "one at most is lost");
            assert!(repo::find(app.base.db.read(), &no).await.unwrap().is_some());
        }
    })
    .await;
}
