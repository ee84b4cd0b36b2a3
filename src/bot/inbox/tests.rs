//! The inbox on a real database: once, in order, one at a time, and nothing is lost with a process.

use std::sync::Arc;

use migrations::{Migrator, MigratorTrait as _};
use serde_json::json;

use super::*;
use crate::kernel::clock::{ManualClock, Timestamp};
use crate::platform::crypto::Keyring;
use crate::platform::db::{Db, DbOptions, query_one};

struct Desk {
    inbox: Inbox,
    clock: Arc<ManualClock>,
    base: Base,
    _folder: tempfile::TempDir,
}

async fn desk() -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("test.db").display());
    let db = Db::connect(&DbOptions { url, max_connections: 2 }).await.unwrap();
    Migrator::up(db.write(), None).await.unwrap();
    let clock = Arc::new(ManualClock::new(Timestamp(1_795_233_600_000)));
    let keyring = Keyring::parse(&[Keyring::generate("k1")]).unwrap();
    let base = Base { db, clock: clock.clone(), keyring: Arc::new(keyring) };
    Desk { inbox: Inbox::new(base.clone()), clock, base, _folder: folder }
}

fn update(id: i64, user: i64) -> String {
    json!({ "update_id": id, "message": {
        "message_id": 1, "date": 0, "text": format!("words {id}"),
        "from": { "id": user, "is_bot": false, "first_name": "A" },
        "chat": { "id": user, "type": "private" },
    }})
    .to_string()
}

impl Desk {
    async fn keep(&self, ids: &[(i64, i64)]) -> usize {
        let updates: Vec<String> = ids.iter().map(|(id, user)| update(*id, *user)).collect();
        let updates: Vec<&str> = updates.iter().map(String::as_str).collect();
        self.inbox.keep(&updates).await.unwrap()
    }

    async fn claim(&self) -> Vec<Claimed> {
        self.inbox.claim(10).await.unwrap()
    }

    async fn claim_ids(&self) -> Vec<i64> {
        let mut ids: Vec<i64> =
            self.claim().await.iter().map(|claimed| claimed.update_id).collect();
        ids.sort_unstable();
        ids
    }

    async fn status(&self, id: i64) -> (String, bool) {
        let sql = "SELECT status, body_sealed IS NULL FROM telegram_updates WHERE update_id = $1";
        let row = query_one(self.base.db.read(), sql, vec![id.into()]).await.unwrap().unwrap();
        (row.try_get_by_index(0).unwrap(), row.try_get_by_index::<i64>(1).unwrap() == 1)
    }
}

#[tokio::test]
async fn an_update_is_kept_once_and_sealed() {
    let desk = desk().await;
    assert_eq!(desk.keep(&[(1, 42), (2, 42)]).await, 2);
    assert_eq!(desk.keep(&[(1, 42), (2, 42), (3, 42)]).await, 1);
    assert_eq!(desk.inbox.next_id().await.unwrap(), Some(4));
    let claimed = desk.claim().await;
    assert_eq!(claimed.len(), 1);
    assert!(!claimed[0].sealed.contains("words"), "{}", claimed[0].sealed);
    assert!(desk.inbox.open(&claimed[0]).unwrap().contains("words 1"));
}

#[tokio::test]
async fn one_chat_is_served_in_order_and_many_at_once() {
    let desk = desk().await;
    desk.keep(&[(1, 42), (2, 42), (3, 7), (4, 8), (5, 42)]).await;
    let first = desk.claim().await;
    let ids: Vec<i64> = first.iter().map(|claimed| claimed.update_id).collect();
    assert_eq!(ids, [1, 3, 4]);
    assert_eq!(desk.claim_ids().await, Vec::<i64>::new(), "the next one waits for the end");
    desk.inbox.finish(&first[0], None).await.unwrap();
    assert_eq!(desk.claim_ids().await, [2]);
    assert_eq!(desk.status(1).await, ("done".to_owned(), true));
}

#[tokio::test]
async fn another_process_takes_over_and_the_dead_one_changes_nothing() {
    let desk = desk().await;
    desk.keep(&[(1, 42)]).await;
    let lost = desk.claim().await.remove(0);
    let other = Inbox::new(desk.base.clone());
    assert!(other.claim(10).await.unwrap().is_empty());
    desk.clock.advance(LEASE + Duration::from_secs(1));
    let taken = other.claim(10).await.unwrap().remove(0);
    assert_eq!((taken.update_id, taken.attempt), (1, 2));
    let dialogue = Dialogue::default();
    let talked = || Talked { user: UserId(42), dialogue: &dialogue, version: 0 };
    let late = desk.inbox.finish(&lost, Some(talked())).await;
    assert!(matches!(late, Err(BotError::Stale)));
    assert_eq!(desk.inbox.dialogue(UserId(42)).await.unwrap().1, 0);
    other.finish(&taken, Some(talked())).await.unwrap();
    assert_eq!(desk.inbox.dialogue(UserId(42)).await.unwrap().1, 1);
}

#[tokio::test]
async fn a_heartbeat_keeps_what_is_in_hand() {
    let desk = desk().await;
    desk.keep(&[(1, 42), (2, 7)]).await;
    let claimed = desk.claim().await;
    let in_hand = desk.inbox.hold(&claimed[0]);
    let other = Inbox::new(desk.base.clone());
    let mut taken = Vec::new();
    for _ in 0..5 {
        desk.clock.advance(LEASE / 2);
        desk.inbox.keep_leases().await.unwrap();
        taken.extend(other.claim(10).await.unwrap().iter().map(|update| update.update_id));
    }
    // The second one was dropped on the way: nobody keeps its lease, and it comes back.
    taken.dedup();
    assert_eq!(taken, [2]);
    drop(in_hand);
    desk.clock.advance(LEASE + Duration::from_secs(1));
    desk.inbox.keep_leases().await.unwrap();
    assert!(other.claim(10).await.unwrap().iter().any(|update| update.update_id == 1));
}

#[tokio::test]
async fn an_update_that_kills_its_process_is_found_and_those_beside_it_are_not_blamed() {
    let desk = desk().await;
    desk.keep(&[(1, 41), (2, 42), (3, 43)]).await;
    // 2 kills whoever handles it; what is handled with it dies with it.
    let mut deaths = 0;
    for _ in 0..30 {
        let claimed = desk.claim().await;
        if claimed.iter().any(|update| update.update_id == 2) {
            deaths += 1;
            desk.clock.advance(LEASE + Duration::from_secs(1));
            continue;
        }
        for update in claimed {
            desk.inbox.finish(&update, None).await.unwrap();
        }
    }
    assert_eq!(deaths, MAX_DEATHS);
    assert_eq!(desk.status(2).await, ("parked".to_owned(), true));
    for bystander in [1, 3] {
        assert_eq!(desk.status(bystander).await.0, "done", "{bystander}");
    }
    let alerts = "SELECT payload FROM jobs WHERE kind = 'send_alert'";
    let row = query_one(desk.base.db.read(), alerts, vec![]).await.unwrap().unwrap();
    let payload: String = row.try_get_by_index(0).unwrap();
    assert!(payload.contains("update_parked"), "{payload}");
}

#[tokio::test]
async fn what_has_ended_is_found_without_reading_everything() {
    let desk = desk().await;
    let plan = "EXPLAIN QUERY PLAN DELETE FROM telegram_updates WHERE done_at < 1";
    let rows = crate::platform::db::query_all(desk.base.db.read(), plan, vec![]).await.unwrap();
    let plan: String = rows[0].try_get_by_index(3).unwrap();
    assert!(plan.contains("telegram_updates_ended"), "{plan}");
}

#[tokio::test]
async fn a_poisonous_update_is_parked_and_the_chat_goes_on() {
    let desk = desk().await;
    desk.keep(&[(1, 42), (2, 42)]).await;
    for attempt in 1..=3 {
        let poison = desk.claim().await.remove(0);
        assert_eq!((poison.update_id, poison.attempt), (1, attempt));
        let given_up = desk.inbox.fail(&poison, (false, "broken")).await.unwrap();
        assert_eq!(given_up, attempt == 3);
        if !given_up {
            assert_eq!(desk.claim_ids().await, Vec::<i64>::new(), "too early, and still first");
        }
        desk.clock.advance(Duration::from_secs(10));
    }
    assert_eq!(desk.status(1).await, ("parked".to_owned(), true));
    assert_eq!(desk.claim_ids().await, [2]);
    let alerts = "SELECT count(*) FROM jobs WHERE kind = 'send_alert'";
    let row = query_one(desk.base.db.read(), alerts, vec![]).await.unwrap().unwrap();
    assert_eq!(row.try_get_by_index::<i64>(0).unwrap(), 1);
}

#[tokio::test]
async fn a_chat_service_that_is_away_costs_patience_and_not_the_update() {
    let desk = desk().await;
    desk.keep(&[(1, 42)]).await;
    for _ in 0..6 {
        let claimed = desk.claim().await.remove(0);
        assert!(!desk.inbox.fail(&claimed, (true, "away")).await.unwrap());
        desk.clock.advance(LONGEST_PAUSE);
    }
    assert_eq!(desk.claim_ids().await, [1]);
}

#[tokio::test]
async fn two_writers_of_one_dialogue_cannot_overwrite_each_other() {
    let desk = desk().await;
    desk.keep(&[(1, 42), (2, 43)]).await;
    let claimed = desk.claim().await;
    let dialogue = Dialogue { anchor: Some(5), ..Dialogue::default() };
    let talked = || Talked { user: UserId(42), dialogue: &dialogue, version: 0 };
    desk.inbox.finish(&claimed[0], Some(talked())).await.unwrap();
    let second = desk.inbox.finish(&claimed[1], Some(talked())).await;
    assert!(matches!(second, Err(BotError::Stale)));
    assert_eq!(desk.status(2).await.0, "running", "nothing of it was written");
}

#[tokio::test]
async fn what_was_handled_is_deleted_after_two_days() {
    let desk = desk().await;
    desk.keep(&[(1, 42), (2, 43)]).await;
    let claimed = desk.claim().await;
    desk.inbox.finish(&claimed[0], None).await.unwrap();
    desk.clock.advance(KEPT);
    assert_eq!(desk.inbox.prune().await.unwrap(), 0);
    desk.clock.advance(Duration::from_secs(1));
    assert_eq!(desk.inbox.prune().await.unwrap(), 1);
    assert_eq!(desk.status(2).await.0, "running", "only what has ended");
}

#[tokio::test]
async fn groups_and_garbage_are_not_kept() {
    let desk = desk().await;
    let group = update(1, 42).replace("private", "group");
    assert_eq!(desk.inbox.keep(&[&group, "nonsense", "{}"]).await.unwrap(), 0);
    assert_eq!(desk.inbox.next_id().await.unwrap(), None);
}
