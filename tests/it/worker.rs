//! The worker with jobs of the tests' own.

use std::pin::pin;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use mingshu::flows::base::Base;
use mingshu::kernel::clock::{Clock, ManualClock, SystemClock, Timestamp};
use mingshu::platform::db::{Db, execute};
use mingshu::platform::jobs::{Job, JobError, listen, store};
use mingshu::platform::lifecycle::Phases;
use mingshu::worker::registry::{Registry, Run};
use mingshu::worker::{Worker, WorkerSettings};
use sea_orm::DbBackend;
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::support::builders;
use crate::support::database::{Database, on_every_database};

#[derive(Debug, Serialize, Deserialize)]
struct Errand {
    number: usize,
}

impl Job for Errand {
    const KIND: &'static str = "errand";
    const MAX_ATTEMPTS: i32 = 3;

    fn dedupe_key(&self) -> String {
        format!("errand:{}", self.number)
    }
}

/// What the errands did.
#[derive(Default)]
struct Diary {
    done: Mutex<Vec<usize>>,
    changed: Notify,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Diary {
    fn note(&self, number: usize) {
        self.done.lock().unwrap().push(number);
        self.changed.notify_one();
    }

    fn count(&self) -> usize {
        self.done.lock().unwrap().len()
    }

    async fn until(&self, count: usize) {
        while self.count() < count {
            self.changed.notified().await;
        }
    }
}

fn worker(base: &Base, registry: Registry, concurrency: u32) -> Worker {
    let settings = WorkerSettings { concurrency, ..WorkerSettings::default() };
    Worker::new(base.clone(), registry, settings, Arc::new(AtomicI64::new(0)))
}

fn manual(database: &Database) -> (Base, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(Timestamp(1_795_234_380_000)));
    (builders::base(database.db.clone(), Arc::clone(&clock)), clock)
}

fn real(database: &Database) -> Base {
    Base { clock: Arc::new(SystemClock), ..manual(database).0 }
}

async fn enqueue(base: &Base, numbers: impl IntoIterator<Item = usize>) {
    let tx = base.db.begin_write().await.unwrap();
    for number in numbers {
        store::enqueue(&tx, &Errand { number }, base.now()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

async fn status(base: &Base, number: usize) -> (String, String) {
    let key = Errand { number }.dedupe_key();
    let row = store::find(base.db.read(), &key).await.unwrap().unwrap();
    (row.status, row.last_error.unwrap_or_default())
}

fn diligent(diary: &Arc<Diary>) -> Registry {
    let registry = Registry::default().slow_kind::<Errand>();
    registry.with(diary, |diary, errand: Errand, _run| async move {
        let now = diary.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        diary.most_at_once.fetch_max(now, Ordering::SeqCst);
        tokio::task::yield_now().await;
        diary.at_once.fetch_sub(1, Ordering::SeqCst);
        diary.note(errand.number);
        Ok(())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn forty_jobs_eight_hands_none_lost_none_twice() {
    on_every_database(async |database: &Database| {
        let base = real(database);
        let diary = Arc::new(Diary::default());
        enqueue(&base, 0..20).await;
        let stop = CancellationToken::new();
        let workers: Vec<_> = (0..2)
            .map(|_| tokio::spawn(worker(&base, diligent(&diary), 4).run(stop.clone())))
            .collect();
        enqueue(&base, 20..40).await;
        diary.until(40).await;
        stop.cancel();
        for worker in workers {
            worker.await.unwrap().unwrap();
        }
        let mut done = diary.done.lock().unwrap().clone();
        done.sort_unstable();
        assert_eq!(done, (0..40).collect::<Vec<_>>(), "on {}", database.name);
        assert!(diary.most_at_once.load(Ordering::SeqCst) <= 8);
        let counts = store::counts(base.db.read()).await.unwrap();
        assert_eq!(counts, store::Counts::default());
    })
    .await;
}

#[tokio::test]
async fn a_panic_is_a_failed_attempt_and_not_the_end_of_the_worker() {
    on_every_database(async |database: &Database| {
        let (base, clock) = manual(database);
        let diary = Arc::new(Diary::default());
        let registry = Registry::default().with(&diary, |diary, errand: Errand, _run| async move {
            diary.note(errand.number);
            assert!(diary.count() != 1, "the first time is too much");
            Ok(())
        });
        let worker = worker(&base, registry, 1);
        enqueue(&base, [1]).await;
        assert_eq!(worker.run_until_idle().await.unwrap(), 1);
        let (state, error) = status(&base, 1).await;
        assert_eq!(state, "ready");
        assert!(error.contains("the first time is too much"), "{error}");
        clock.advance(Duration::from_secs(5));
        assert_eq!(worker.run_until_idle().await.unwrap(), 1);
        assert_eq!(status(&base, 1).await.0, "done");
    })
    .await;
}

#[tokio::test]
async fn a_job_that_always_fails_is_parked_with_an_alert_and_can_be_woken() {
    on_every_database(async |database: &Database| {
        let (base, clock) = manual(database);
        let well = Arc::new(AtomicUsize::new(0));
        let registry = Registry::default().with(&well, |well, _errand: Errand, _run| async move {
            match well.load(Ordering::SeqCst) {
                0 => Err(JobError::retry(anyhow::anyhow!("the engine is down"))),
                _ => Ok(()),
            }
        });
        let worker = worker(&base, registry, 1);
        enqueue(&base, [1]).await;
        for _ in 0..3 {
            worker.run_until_idle().await.unwrap();
            clock.advance(Duration::from_secs(600));
        }
        assert_eq!(status(&base, 1).await, ("parked".into(), "the engine is down".into()));
        // The alert has nobody here to send it, and is parked without another alert about it.
        let parked = store::parked(base.db.read(), 10).await.unwrap();
        assert_eq!(parked.iter().filter(|job| job.kind == "send_alert").count(), 1);

        well.store(1, Ordering::SeqCst);
        let tx = base.db.begin_write().await.unwrap();
        assert!(store::wake(&tx, &Errand { number: 1 }, base.now()).await.unwrap());
        tx.commit().await.unwrap();
        worker.run_until_idle().await.unwrap();
        assert_eq!(status(&base, 1).await.0, "done");
    })
    .await;
}

#[tokio::test]
async fn too_early_costs_no_attempt() {
    on_every_database(async |database: &Database| {
        let (base, clock) = manual(database);
        let diary = Arc::new(Diary::default());
        let registry = Registry::default().with(&diary, |diary, errand: Errand, _run| async move {
            diary.note(errand.number);
            if diary.count() < 10 { Err(JobError::Snooze(Duration::from_secs(1))) } else { Ok(()) }
        });
        let worker = worker(&base, registry, 1);
        enqueue(&base, [1]).await;
        for _ in 0..10 {
            worker.run_until_idle().await.unwrap();
            clock.advance(Duration::from_secs(1));
        }
        assert_eq!(status(&base, 1).await.0, "done");
    })
    .await;
}

#[tokio::test]
async fn a_dead_workers_job_is_taken_over_and_its_ghost_changes_nothing() {
    on_every_database(async |database: &Database| {
        let (base, clock) = manual(database);
        let lease = Duration::from_secs(60);
        enqueue(&base, [1]).await;
        let ghost = store::claim(&base.db, ("ghost", lease), (store::Lane::All, 1), base.now())
            .await
            .unwrap()
            .remove(0);
        let diary = Arc::new(Diary::default());
        let worker = worker(&base, diligent(&diary), 1);
        worker.sweep().await.unwrap();
        assert_eq!(worker.run_until_idle().await.unwrap(), 0, "the lease holds");
        clock.advance(lease + Duration::from_secs(1));
        worker.sweep().await.unwrap();
        assert_eq!(worker.run_until_idle().await.unwrap(), 1);
        assert_eq!(status(&base, 1).await.0, "done");

        let now = clock.now();
        assert_eq!(
            store::extend(&base.db, "ghost", now).await.unwrap(),
            [],
            "not its own any more"
        );
        assert_eq!(store::finish(&base.db, &ghost, now).await.unwrap(), store::Reprieve::Lost);
        assert!(!store::snooze(&base.db, &ghost, now).await.unwrap());
        let tx = base.db.begin_write().await.unwrap();
        assert!(!store::progress(&tx, &ghost, 5).await.unwrap());
        let parked = store::park(&tx, &ghost, "?", now).await.unwrap();
        assert_eq!(parked, store::Reprieve::Lost);
        let reprieve = store::retry(&tx, &ghost, (now, "?"), now).await.unwrap();
        assert_eq!(reprieve, store::Reprieve::Lost);
        tx.commit().await.unwrap();
        assert_eq!(status(&base, 1).await.0, "done");
    })
    .await;
}

#[tokio::test]
async fn leases_wait_for_no_transaction_of_the_jobs_they_are_for() {
    on_every_database(async |database: &Database| {
        let (base, _clock) = manual(database);
        if base.db.backend() == DbBackend::Sqlite {
            return; // Who writes is alone there.
        }
        enqueue(&base, [1, 2]).await;
        let (me, now) = (("me", Duration::from_secs(60)), base.now());
        let jobs = store::claim(&base.db, me, (store::Lane::All, 2), now).await.unwrap();
        let tx = base.db.begin_write().await.unwrap();
        assert!(store::progress(&tx, &jobs[0], 5).await.unwrap());
        // Would hang if it waited.
        let held = store::extend(&base.db, "me", now).await.unwrap();
        let mut held: Vec<_> = held.iter().map(|job| (job.id, job.extended)).collect();
        held.sort_unstable();
        assert_eq!(held, [(jobs[0].id, false), (jobs[1].id, true)]);
        tx.commit().await.unwrap();
        let held = store::extend(&base.db, "me", now).await.unwrap();
        assert!(held.iter().all(|job| job.extended) && held.len() == 2);
    })
    .await;
}

/// Whoever commits on the same server rings, too: only alone does this story tell much.
#[tokio::test]
async fn another_process_on_the_same_postgres_hears_of_a_job() {
    on_every_database(async |database: &Database| {
        if database.db.backend() != DbBackend::Postgres {
            return;
        }
        let other = Db::connect(&database.options).await.unwrap();
        let stop = CancellationToken::new();
        let (mut listens, mut heard) =
            (pin!(other.bell().notified()), pin!(other.bell().notified()));
        listens.as_mut().enable();
        let listening = tokio::spawn(listen::run(other.clone(), stop.clone()));
        listens.await;
        heard.as_mut().enable();
        enqueue(&manual(database).0, [1]).await;
        let patience = Duration::from_secs(60);
        tokio::time::timeout(patience, heard).await.expect("nobody told the other process");
        stop.cancel();
        listening.await.unwrap();
        other.clone().close().await.unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_wakes_the_worker() {
    on_every_database(async |database: &Database| {
        let base = real(database);
        let diary = Arc::new(Diary::default());
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker(&base, diligent(&diary), 2).run(stop.clone()));
        for number in 0..5 {
            enqueue(&base, [number]).await;
            diary.until(number + 1).await;
        }
        stop.cancel();
        running.await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopping_worker_lets_jobs_reach_a_checkpoint_and_gives_back_the_rest() {
    on_every_database(async |database: &Database| {
        let base = real(database);
        let diary = Arc::new(Diary::default());
        let registry = Registry::default().with(&diary, |diary, errand: Errand, run: Run| {
            async move {
                diary.note(errand.number);
                match errand.number {
                    // One that looks for the sign, and one that never does.
                    1 => run.stop.cancelled().await,
                    _ => std::future::pending().await,
                }
                Ok(())
            }
        });
        let settings =
            WorkerSettings { grace: Duration::from_millis(100), ..WorkerSettings::default() };
        let pulse = Arc::new(AtomicI64::new(0));
        let worker = Worker::new(base.clone(), registry, settings, Arc::clone(&pulse));
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker.run(stop.clone()));
        enqueue(&base, [1, 2]).await;
        diary.until(2).await;
        assert!(pulse.load(Ordering::Relaxed) > 0, "the worker shows that it lives");
        stop.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(status(&base, 1).await.0, "done");
        assert_eq!(status(&base, 2).await.0, "ready", "given back at once, not after the lease");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_must_stop_at_once_gives_back_what_runs_without_waiting() {
    on_every_database(async |database: &Database| {
        let base = real(database);
        let diary = Arc::new(Diary::default());
        let registry = Registry::default().with(&diary, |diary, errand: Errand, _run| async move {
            diary.note(errand.number);
            std::future::pending().await
        });
        // Would take an hour, were it waited for.
        let settings =
            WorkerSettings { grace: Duration::from_secs(3600), ..WorkerSettings::default() };
        let worker = Worker::new(base.clone(), registry, settings, Arc::new(AtomicI64::new(0)));
        let phases = Phases::default();
        let running = tokio::spawn(worker.run_within(phases.clone()));
        enqueue(&base, [1]).await;
        diary.until(1).await;
        phases.draining.cancel();
        phases.stopping.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(status(&base, 1).await.0, "ready");
    })
    .await;
}

#[test]
fn the_worker_gives_its_jobs_back_before_the_program_is_cut_off() {
    let seconds = Duration::from_secs;
    assert_eq!(mingshu::worker::grace(seconds(30)), seconds(28));
    assert_eq!(mingshu::worker::grace(seconds(0)), seconds(0));
}

#[tokio::test]
async fn a_sweep_that_panics_keeps_no_other_from_being_drawn() {
    on_every_database(async |database: &Database| {
        let base = real(database);
        let diary = Arc::new(Diary::default());
        let registry = Registry::default()
            .with_sweep("torn", &diary, |diary| async move {
                assert!(diary.count() > 100, "a bug");
                Ok(())
            })
            .with_sweep("whole", &diary, |diary| async move {
                diary.note(1);
                Ok(())
            });
        worker(&base, registry, 1).sweep().await.unwrap();
        assert_eq!(diary.count(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_errand_that_panics_is_gone_on_again() {
    on_every_database(async |database: &Database| {
        let base = real(database);
        let diary = Arc::new(Diary::default());
        let registry =
            Registry::default().with_errand("torn".to_owned(), &diary, |diary| async move {
                diary.note(1);
                assert!(diary.count() != 1, "the first time is too much");
                Ok(Duration::from_secs(3600))
            });
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker(&base, registry, 1).run(stop.clone()));
        diary.until(2).await;
        stop.cancel();
        running.await.unwrap().unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_run_ends_before_its_lease_when_the_database_does_not_answer() {
    on_every_database(async |database: &Database| {
        let base = real(database);
        let diary = Arc::new(Diary::default());
        let registry = Registry::default().with(&diary, |diary, errand: Errand, _run| async move {
            diary.note(errand.number);
            std::future::pending().await
        });
        let settings =
            WorkerSettings { lease: Duration::from_millis(300), ..WorkerSettings::default() };
        let worker = Worker::new(base.clone(), registry, settings, Arc::new(AtomicI64::new(0)));
        enqueue(&base, [1]).await;
        let silence = async {
            diary.until(1).await;
            // Nobody else can write to the job until this is over.
            let tx = base.db.begin_write().await.unwrap();
            execute(tx.conn(), "UPDATE jobs SET last_error = 'held'", vec![]).await.unwrap();
            tx
        };
        // Would hang if the run waited for the answer.
        let (ran, held) = tokio::join!(worker.step(), silence);
        assert!(ran.unwrap());
        held.rollback().await.unwrap();
        assert_eq!(status(&base, 1).await.0, "running", "its lease gives it back");
    })
    .await;
}

#[tokio::test]
async fn a_run_whose_lease_is_lost_is_cut_off() {
    on_every_database(async |database: &Database| {
        let base = real(database);
        let diary = Arc::new(Diary::default());
        let registry = Registry::default().with(&diary, |diary, errand: Errand, _run| async move {
            diary.note(errand.number);
            std::future::pending().await
        });
        let settings =
            WorkerSettings { lease: Duration::from_millis(90), ..WorkerSettings::default() };
        let worker = Worker::new(base.clone(), registry, settings, Arc::new(AtomicI64::new(0)));
        enqueue(&base, [1]).await;
        let theft = async {
            diary.until(1).await;
            let tx = base.db.begin_write().await.unwrap();
            let sql = "UPDATE jobs SET lease_owner = 'another', attempts = attempts + 1";
            execute(tx.conn(), sql, vec![]).await.unwrap();
            tx.commit().await.unwrap();
        };
        // Would hang if the run were not cut off.
        let (ran, ()) = tokio::join!(worker.step(), theft);
        assert!(ran.unwrap());
        assert_eq!(status(&base, 1).await.0, "running", "it is the other one's now");
    })
    .await;
}

#[tokio::test]
async fn a_worker_alone_on_its_database_does_not_wait_for_the_leases_of_the_dead() {
    on_every_database(async |database: &Database| {
        if database.name == "Postgres" {
            return; // Workers on other machines cannot be seen there; leases decide.
        }
        let base = real(database);
        let lease = Duration::from_secs(3600);
        enqueue(&base, [1]).await;
        store::claim(&base.db, ("killed", lease), (store::Lane::All, 1), base.now()).await.unwrap();
        let diary = Arc::new(Diary::default());
        let stop = CancellationToken::new();
        let running = tokio::spawn(worker(&base, diligent(&diary), 2).run(stop.clone()));
        diary.until(1).await;
        stop.cancel();
        running.await.unwrap().unwrap();
        assert_eq!(status(&base, 1).await.0, "done");
    })
    .await;
}

/// How a run ends while somebody wakes its job.
#[derive(Debug, Clone, Copy)]
enum End {
    Well,
    TooEarly,
    Failing,
    Hopeless,
    Dead,
}

#[tokio::test]
async fn who_wakes_a_job_while_it_runs_is_not_forgotten_however_the_run_ends() {
    on_every_database(async |database: &Database| {
        let ends = [End::Well, End::TooEarly, End::Failing, End::Hopeless, End::Dead];
        for (number, end) in ends.into_iter().enumerate() {
            woken_while_running(database, number, end).await;
        }
    })
    .await;
}

async fn woken_while_running(database: &Database, number: usize, end: End) {
    let (base, clock) = manual(database);
    enqueue(&base, [number]).await;
    let claim = || async {
        let owner = ("somebody", Duration::from_secs(60));
        store::claim(&base.db, owner, (store::Lane::All, 1), base.now()).await.unwrap()
    };
    let running = claim().await.remove(0);
    clock.advance(Duration::from_secs(1));
    let ring = || async {
        let tx = base.db.begin_write().await.unwrap();
        store::enqueue_again(&tx, &Errand { number }, base.now()).await.unwrap();
        tx.commit().await.unwrap();
    };
    ring().await;
    ring().await;
    assert!(claim().await.is_empty(), "{end:?}: nobody takes it from the one who has it");
    let (now, far) = (base.now(), base.now().plus(Duration::from_secs(900)));
    match end {
        End::Well => {
            let ended = store::finish(&base.db, &running, now).await.unwrap();
            assert_eq!(ended, store::Reprieve::Again);
        }
        End::TooEarly => assert!(store::snooze(&base.db, &running, far).await.unwrap()),
        End::Failing => {
            let tx = base.db.begin_write().await.unwrap();
            store::retry(&tx, &running, (far, "?"), now).await.unwrap();
            tx.commit().await.unwrap();
        }
        End::Hopeless => {
            let tx = base.db.begin_write().await.unwrap();
            let ended = store::park(&tx, &running, "?", now).await.unwrap();
            assert_eq!(ended, store::Reprieve::Again);
            tx.commit().await.unwrap();
        }
        End::Dead => {
            clock.advance(Duration::from_secs(120));
            let tx = base.db.begin_write().await.unwrap();
            store::reap(&tx, base.now(), base.now()).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
    let again = claim().await.remove(0);
    assert_eq!((again.id, again.attempt), (running.id, 2), "{end:?} on {}", database.name);
    // Once more, not for ever.
    let ended = store::finish(&base.db, &again, base.now()).await.unwrap();
    assert_eq!(ended, store::Reprieve::Done, "{end:?}");
    assert_eq!(status(&base, number).await.0, "done");
}
