//! Random schedules over the real code on a real database (reference: payments-anchors §D.3). A seed
//! decides what buyers, the bank, operators and fate do; when everything has come to rest, the
//! books of the bank and of the shop must tell the same story (spec.md §4 rule 16).
//!
//! `MINGSHU_SIM_SEED=n` plays one schedule and prints it; `MINGSHU_SIM_SCHEDULES=n` sets how many
//! are played, from the seed on if both are given. Numbers of orders and the jitter of pauses come from the system and are not seeded;
//! every decision is.

#![expect(
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    clippy::unused_self,
    clippy::print_stdout,
    reason = "a table of chances is clearer than its every exception"
)]

mod dice;
mod goods;
mod invariants;
mod quiet;
mod rows;
mod schedule;
mod supply;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::FutureExt;

use crate::support::database::{Database, on_every_database};
use schedule::Schedule;
use world::World;

/// Enough for every change; `.ci/run` plays ten thousand, as should whoever touches money.
const SCHEDULES: u64 = 1_000;
/// Of those, so many for each one on Postgres.
const ON_POSTGRES: u64 = 40;

/// So many failing schedules tell enough.
const ENOUGH: usize = 5;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Which seeds are played: from, and how many.
fn plan(share: u64) -> (u64, u64) {
    let wanted = number("MINGSHU_SIM_SCHEDULES");
    let (first, count) = match number("MINGSHU_SIM_SEED") {
        Some(seed) => (seed, wanted.unwrap_or(1)),
        None => (0, wanted.unwrap_or(SCHEDULES)),
    };
    (first, count.div_ceil(share))
}

#[test]
fn every_coin_is_accounted_for_after_any_schedule() {
    let (first, count) = plan(1);
    let next = AtomicU64::new(first);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for core in cores() {
            // Two for each core: a schedule often waits for its database's own thread.
            for _hand in 0..2 {
                let (next, failures) = (&next, &failures);
                scope.spawn(move || {
                    stay_on(core);
                    play_on_sqlite((next, first + count), failures);
                });
            }
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// The cores that schedules are played on.
fn cores() -> Vec<usize> {
    let allowed = rustix::thread::sched_getaffinity(None).unwrap();
    (0..rustix::thread::CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core)).take(8).collect()
}

/// Keeps this thread, and those it will start, on one core: a schedule and its database's thread wake
/// each other at every statement, and waking another core takes longer than the statement.
fn stay_on(core: usize) {
    let mut only = rustix::thread::CpuSet::new();
    only.set(core);
    rustix::thread::sched_setaffinity(None, &only).unwrap();
}

fn play_on_sqlite((next, end): (&AtomicU64, u64), failures: &Mutex<Vec<String>>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut world = World::create(crate::support::database::sqlite("").await).await;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end || failures.lock().unwrap().len() >= ENOUGH {
                return;
            }
            if let Err(told) = play(&mut world, seed).await {
                failures.lock().unwrap().push(told);
            }
        }
    });
}

#[tokio::test]
async fn every_coin_is_accounted_for_on_postgres_too() {
    let (first, count) = plan(ON_POSTGRES);
    on_every_database(async |database: &Database| {
        if database.name == "Postgres" {
            let mut world = World::create(database.clone()).await;
            for seed in first..first + count {
                if let Err(told) = play(&mut world, seed).await {
                    panic!("{told}");
                }
            }
        }
    })
    .await;
}

/// Plays one schedule. `Err`: which one failed, why, and what had happened.
async fn play(world: &mut World, seed: u64) -> Result<(), String> {
    world.begin(seed).await;
    let mut schedule = Schedule::new(world, seed);
    let outcome = std::panic::AssertUnwindSafe(schedule.play()).catch_unwind().await;
    let told = schedule.told();
    let fault = match outcome {
        Ok(faults) if faults.is_empty() => {
            if plan(1).1 == 1 {
                println!("schedule {seed} holds:\n{told}");
            }
            return Ok(());
        }
        Ok(faults) => faults.join("\n  "),
        Err(_panic) => "it panicked, see above".to_owned(),
    };
    Err(format!("schedule {seed} (MINGSHU_SIM_SEED={seed} plays it again):\n  {fault}\n{told}"))
}
