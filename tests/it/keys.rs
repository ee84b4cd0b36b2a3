//! `mingshu keys rotate`: after it the old key can be dropped.

use std::collections::BTreeSet;
use std::sync::Arc;

use mingshu::affiliates::payouts::{self, NewPayout};
use mingshu::app::parts::sealed_columns;
use mingshu::catalog::ProductSnapshot;
use mingshu::catalog::answers::FormAnswers;
use mingshu::flows::base::Base;
use mingshu::flows::keep_profile::{self, Born};
use mingshu::flows::{ask_refund, rate_order, rewrite_report, rotate_keys};
use mingshu::kernel::clock::Clock;
use mingshu::kernel::ids::{OrderNo, PayoutNo};
use mingshu::kernel::money::{Currency, Money};
use mingshu::orders::Actor;
use mingshu::platform::crypto::Keyring;
use mingshu::platform::db::{execute, query_all, query_one};
use mingshu::reports::questions::{self, QuestionStatus};
use mingshu::reports::ratings::Stars;
use mingshu::reports::{calls, chapters, deliveries, repo as reports};
use mingshu::users::profiles::ProfileKind;
use sea_orm::DbBackend;
use secrecy::SecretString;

use crate::support::builders::{BUYER, a_birth};
use crate::support::{TestApp, everywhere};

/// The shop's database seen with other keys.
fn with_keys(app: &TestApp, keys: &[&SecretString]) -> Base {
    let keys: Vec<SecretString> = keys.iter().map(|key| (*key).clone()).collect();
    Base { keyring: Arc::new(Keyring::parse(&keys).unwrap()), ..app.base.clone() }
}

async fn text(base: &Base, sql: &str) -> String {
    query_one(base.db.read(), sql, vec![]).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Rows of the bot, sealed as the bot seals them.
async fn a_talk(base: &Base) {
    let tx = base.db.begin_write().await.unwrap();
    let update = base.keyring.seal("telegram_updates.body:7", b"{}");
    execute(
        tx.conn(),
        "INSERT INTO telegram_updates (update_id, chat_id, body_sealed, received_at) \
         VALUES (7, 42, $1, 1)",
        vec![update.into()],
    )
    .await
    .unwrap();
    let state = base.keyring.seal("dialogues.state:42", b"{}");
    execute(
        tx.conn(),
        "INSERT INTO dialogues (chat_id, state_sealed, updated_at) VALUES (42, $1, 1)",
        vec![state.into()],
    )
    .await
    .unwrap();
    tx.commit().await.unwrap();
}

async fn a_payout(app: &TestApp) {
    let (code, now) = (app.a_promoter().await, app.clock.now());
    let payout_no = PayoutNo::generate(now);
    let amount = Money::new(100, Currency::CNY);
    let new = NewPayout { payout_no, code: &code, amount, destination: "bank" };
    let tx = app.base.db.begin_write().await.unwrap();
    assert!(payouts::request(&tx, &app.base.keyring, &new, now).await.unwrap());
    tx.commit().await.unwrap();
}

async fn a_kept_birth(app: &TestApp) {
    let born = Born { name: None, gender: None, birth: a_birth() };
    keep_profile::save(&app.base, BUYER, (ProfileKind::Own, born)).await.unwrap();
}

/// A rating, a wish for another version, and a request for a refund with its answer.
async fn words_after_delivery(app: &TestApp, no: &OrderNo) {
    let whose = (BUYER, no);
    rate_order::stars(&app.base, whose, Stars::ALL[4]).await.unwrap();
    rate_order::words(&app.base, whose, "好").await.unwrap();
    ask_refund::request(&app.base, whose, "退").await.unwrap();
    ask_refund::refuse(&app.base, (no, &Actor::Operator(1)), "不").await.unwrap();
    rewrite_report::start(&app.base, whose, "重写").await.unwrap();
    let (tx, keyring, now) =
        (app.base.db.begin_write().await.unwrap(), &app.base.keyring, app.clock.now());
    assert!(questions::insert(&tx, keyring, (no, 1), ("key", "问"), now).await.unwrap());
    let answer = (QuestionStatus::Answered, "答");
    assert!(questions::answer(&tx, keyring, (no, 1), answer, now).await.unwrap());
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn after_a_rotation_the_old_key_can_be_dropped() {
    everywhere(async |app: TestApp| {
        let (old, new) = (Keyring::generate("k_1"), Keyring::generate("kA1"));
        let base = with_keys(&app, &[&old]);
        let app = app.with_base(base);
        let orders = [app.a_paid_order().await, app.a_paid_order().await];
        app.run_jobs().await;
        app.model.answer_next([Ok("太短了。".to_owned())]);
        let novel = app.a_paid_novel().await;
        app.run_jobs().await;
        a_talk(&app.base).await;
        a_payout(&app).await;
        a_kept_birth(&app).await;
        words_after_delivery(&app, &orders[0].order_no).await;

        let both = with_keys(&app, &[&new, &old]);
        // Broken off after the first column; begun again, it goes on with the rest.
        rotate_keys::run(&both, &sealed_columns()[..1], &mut |_done| {}).await.unwrap();
        let mut told = 0;
        let rotated =
            rotate_keys::run(&both, &sealed_columns(), &mut |_done| told += 1).await.unwrap();
        assert!(told > 0);
        assert!(rotated.left.is_empty(), "{:?}", rotated.left);
        let first = &rotated.columns[0];
        assert_eq!((first.column, first.resealed), ("product_sealed", 0), "done before");
        for done in &rotated.columns[1..] {
            assert_ne!(done.resealed, 0, "{done:?}");
            assert_eq!((done.changed_meanwhile, done.unreadable), (0, 0), "{done:?}");
        }

        let alone = with_keys(&app, &[&new]);
        let (db, keyring) = (alone.db.read(), &alone.keyring);
        for order in &orders {
            let order = app.reload(&order.order_no).await;
            order.product::<ProductSnapshot>(keyring).unwrap();
            order.form::<FormAnswers>(keyring).unwrap();
            assert!(reports::find_text(db, keyring, &order.order_no).await.unwrap().is_some());
            let parts = deliveries::list(db, keyring, (&order.order_no, 0)).await.unwrap();
            assert_eq!(parts.len(), 5);
        }
        let chapters = chapters::list(db, keyring, &novel.order_no).await.unwrap();
        assert_eq!(chapters.len(), 9);
        let calls = calls::list(db, keyring, &novel.order_no).await.unwrap();
        assert!(calls.iter().any(|call| !call.findings.is_empty()));
        let body = text(&alone, "SELECT body_sealed FROM callback_inbox ORDER BY id LIMIT 1").await;
        let key = text(&alone, "SELECT evidence_key FROM callback_inbox ORDER BY id LIMIT 1").await;
        keyring.open(&format!("callback_inbox.body:fakepay:{key}"), &body).unwrap();
        let body = text(&alone, "SELECT body_sealed FROM telegram_updates").await;
        keyring.open("telegram_updates.body:7", &body).unwrap();
        let state = text(&alone, "SELECT state_sealed FROM dialogues").await;
        keyring.open("dialogues.state:42", &state).unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_row_that_changes_meanwhile_is_left_to_who_changed_it() {
    everywhere(async |app: TestApp| {
        let (old, new) = (Keyring::generate("old"), Keyring::generate("new"));
        let base = with_keys(&app, &[&old]);
        let app = app.with_base(base);
        a_talk(&app.base).await;
        let both = with_keys(&app, &[&new, &old]);
        let column = *sealed_columns().iter().find(|column| column.table == "dialogues").unwrap();
        let read = column.behind(both.db.read(), &both.keyring, None, 10).await.unwrap();
        let tx = both.db.begin_write().await.unwrap();
        let newer = both.keyring.seal("dialogues.state:42", b"newer");
        let sql = "UPDATE dialogues SET state_sealed = $1";
        execute(tx.conn(), sql, vec![newer.clone().into()]).await.unwrap();
        let sealed = read[0].resealed(&both.keyring).unwrap();
        assert!(!column.save(&tx, &read[0], sealed).await.unwrap());
        tx.commit().await.unwrap();
        assert_eq!(text(&both, "SELECT state_sealed FROM dialogues").await, newer);
    })
    .await;
}

#[tokio::test]
async fn what_no_key_opens_is_left_and_its_key_named() {
    everywhere(async |app: TestApp| {
        let (lost, new) = (Keyring::generate("lost"), Keyring::generate("new"));
        let base = with_keys(&app, &[&lost]);
        let app = app.with_base(base);
        a_talk(&app.base).await;
        let alone = with_keys(&app, &[&new]);
        let rotated = rotate_keys::run(&alone, &sealed_columns(), &mut |_done| {}).await.unwrap();
        assert_eq!(rotated.left.get("lost"), Some(&2));
        let unreadable: u64 = rotated.columns.iter().map(|done| done.unreadable).sum();
        assert_eq!(unreadable, 2);
    })
    .await;
}

#[tokio::test]
async fn every_sealed_column_of_the_database_is_known() {
    everywhere(async |app: TestApp| {
        let sql = if app.base.db.backend() == DbBackend::Postgres {
            "SELECT table_name || '.' || column_name FROM information_schema.columns \
             WHERE column_name LIKE '%_sealed' AND table_schema = current_schema()"
        } else {
            "SELECT t.name || '.' || c.name FROM sqlite_master t, pragma_table_info(t.name) c \
             WHERE t.type = 'table' AND c.name LIKE '%_sealed'"
        };
        let rows = query_all(app.base.db.read(), sql, vec![]).await.unwrap();
        let there: BTreeSet<String> =
            rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        let known: BTreeSet<String> = sealed_columns()
            .iter()
            .map(|column| format!("{}.{}", column.table, column.column))
            .collect();
        assert_eq!(known, there);
    })
    .await;
}
