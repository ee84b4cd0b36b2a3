//! What operators did is written down once, and stays.

use mingshu::audit::{Filter, NewAction, repo};
use mingshu::kernel::clock::{Clock, ManualClock, Timestamp};
use mingshu::kernel::ids::OrderNo;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::support::database::{Database, on_every_database};

async fn record(database: &Database, subject: &str, order_no: Option<&OrderNo>) {
    let new = NewAction {
        operator: "operator:42",
        action: "coupon.create",
        subject,
        order_no,
        details: json!({ "percent": 20 }),
    };
    let now = ManualClock::new(Timestamp(1_795_234_380_000)).now();
    let tx = database.db.begin_write().await.unwrap();
    repo::record(&tx, &new, now).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn deeds_are_read_newest_first_and_by_what_they_are_about() {
    on_every_database(async |database: &Database| {
        let order_no = OrderNo::from("M20261121-AAAAAAAA");
        record(database, "SPRING", None).await;
        record(database, "SUMMER", Some(&order_no)).await;

        let db = database.db.read();
        let all = repo::list(db, &Filter::default(), 10).await.unwrap();
        let subjects: Vec<&str> = all.iter().map(|deed| deed.subject.as_str()).collect();
        assert_eq!(subjects, ["SUMMER", "SPRING"], "{}", database.name);
        assert_eq!(all[0].details, json!({ "percent": 20 }));
        let of_the_order = Filter { order_no: Some(&order_no), ..Filter::default() };
        assert_eq!(repo::list(db, &of_the_order, 10).await.unwrap(), all[..1], "{}", database.name);
        let of_spring = Filter { subject: Some("SPRING"), ..Filter::default() };
        assert_eq!(repo::list(db, &of_spring, 10).await.unwrap(), all[1..], "{}", database.name);
    })
    .await;
}

#[tokio::test]
async fn the_database_refuses_to_rewrite_a_deed() {
    on_every_database(async |database: &Database| {
        record(database, "SPRING", None).await;
        for sql in ["UPDATE operator_actions SET operator = 'x'", "DELETE FROM operator_actions"] {
            let tx = database.db.begin_write().await.unwrap();
            let refused = tx.conn().execute_unprepared(sql).await.unwrap_err().to_string();
            assert!(refused.contains("append-only"), "{}: {refused}", database.name);
        }
    })
    .await;
}
