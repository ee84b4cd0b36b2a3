//! What a person may ask of us about their own data.

use std::time::Duration;

use mingshu::flows::forget_user::{self, Forgotten};
use mingshu::flows::jobs::ExpireData;
use mingshu::flows::keep_profile::{self, Born, Kept, MOST_PROFILES};
use mingshu::flows::order_again::{self, Again};
use mingshu::flows::resend_report::{self, Resent};
use mingshu::flows::tools::Retention;
use mingshu::flows::{close_order, expire_data, export_user};
use mingshu::kernel::locale::Locale;
use mingshu::orders::{Actor, Order, OrderError, OrderStatus};
use mingshu::platform::db::{query_all, query_one};
use mingshu::reports::ports::ModelError;
use mingshu::reports::{deliveries, repo as reports};
use mingshu::users::profiles::ProfileKind;
use mingshu::{payments, users};

use crate::support::builders::{BUYER, PROMOTER, a_birth};
use crate::support::{TestApp, everywhere};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn the_export_holds_answers_chart_report_and_money() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_reading().await;
        app.run_jobs().await;
        let data = export_user::run(&app.base, BUYER).await.unwrap();
        let kept = &data["orders"][0];
        assert_eq!(kept["order_no"], order.order_no.as_str());
        assert_eq!(kept["total"], "29.90");
        assert!(kept["answers"].to_string().contains("前程如何"), "{}", kept["answers"]);
        assert!(kept["report"].as_str().unwrap().contains("命盘总览"));
        assert!(kept["chart"].is_object() && kept["facts"].is_object());
        assert_eq!(kept["payments"][0]["status"], "succeeded");
        assert_eq!(data["user"]["telegram_id"], BUYER.0);
        let nobody = export_user::run(&app.base, PROMOTER).await.unwrap();
        assert_eq!(nobody["orders"].as_array().unwrap().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn who_is_forgotten_leaves_the_books_alone_and_nothing_personal() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_reading().await;
        let number = &order.order_no;
        let busy = forget_user::run(&app.base, BUYER).await.unwrap();
        assert_eq!(busy, Forgotten::NotWhile(number.clone()), "its report is not made yet");
        app.run_jobs().await;
        assert_eq!(forget_user::run(&app.base, BUYER).await.unwrap(), Forgotten::Done);

        let (db, keyring) = (app.base.db.read(), &app.base.keyring);
        let kept = app.reload(number).await;
        assert_eq!((kept.status, kept.total), (OrderStatus::Completed, order.total));
        assert!(matches!(kept.form::<serde_json::Value>(keyring), Err(OrderError::Erased(_))));
        assert_eq!(reports::find_text(db, keyring, number).await.unwrap(), None);
        let chart = reports::find_chart::<serde_json::Value>(db, keyring, number).await.unwrap();
        assert_eq!(chart, None);
        assert!(reports::find_provenance(db, number).await.unwrap().is_some(), "the cost stays");
        assert!(deliveries::list(db, keyring, (number, 0)).await.unwrap().is_empty());
        let paid = payments::repo::list_of_order(db, number).await.unwrap();
        assert_eq!(paid[0].amount, order.total);
        let told = "SELECT verdict, body_sealed FROM callback_inbox WHERE reference = $1";
        let told = query_all(db, told, vec![paid[0].payment_no.as_str().into()]).await.unwrap();
        assert!(!told.is_empty(), "what was told is still known");
        for row in told {
            assert_eq!(row.try_get_by_index::<Option<String>>(1).unwrap(), None, "who paid is not");
        }
        let user = users::repo::find(db, BUYER).await.unwrap().unwrap();
        assert_eq!((user.consented_at, user.referred_by), (None, None));

        let resent = resend_report::start(&app.base, number, &Actor::Buyer).await.unwrap();
        assert_eq!(resent, Resent::NothingToSend(OrderStatus::Completed));
        assert_eq!(resend_report::undelivered(&app.base, BUYER).await.unwrap(), None);
        let data = export_user::run(&app.base, BUYER).await.unwrap().to_string();
        assert!(!data.contains("前程如何") && !data.contains("命盘总览"), "{data}");
        assert_eq!(forget_user::run(&app.base, BUYER).await.unwrap(), Forgotten::Done, "twice");
    })
    .await;
}

#[tokio::test]
async fn answers_that_the_model_refused_are_not_offered_again() {
    everywhere(async |app: TestApp| {
        app.model.answer_next([Err(ModelError::Refused)]);
        let order = app.a_paid_order().await;
        app.run_to_the_end().await;
        let told = app.messenger.saying("很抱歉").remove(0);
        assert!(told.text.contains("@shop_support"), "{}", told.text);
        let labels: Vec<_> = told.keyboard.iter().flatten().map(|b| b.label.as_str()).collect();
        assert_eq!(labels, ["✍️ 重新填写"]);
        let wish = (BUYER, &order.order_no, Locale::ZhHans);
        let again = order_again::run(&app.tools.till, &app.tools.catalog, wish).await.unwrap();
        assert!(matches!(again, Again::FormAfresh(ref sku) if *sku == order.sku), "{again:?}");
    })
    .await;
}

fn retention(unpaid_days: u32, reports_days: u32, callbacks_days: u32) -> Retention {
    Retention { unpaid_days, reports_days, callbacks_days, profiles_days: 0 }
}

async fn expire(app: &TestApp, retention: &Retention) {
    let job = ExpireData { day: "2026-11-21".to_owned() };
    expire_data::run(&app.base, retention, job).await.unwrap();
}

#[tokio::test]
async fn what_is_too_old_is_erased_class_by_class() {
    everywhere(async |app: TestApp| {
        let delivered = app.a_paid_order().await;
        app.run_to_the_end().await;
        let given_up = app.an_order().await;
        close_order::cancel(&app.base, (BUYER, &given_up.order_no), "later").await.unwrap();
        let has_form = async |order: &Order| {
            let order = app.reload(&order.order_no).await;
            order.form::<serde_json::Value>(&app.base.keyring).is_ok()
        };
        let has_text = async || {
            let (db, keyring) = (app.base.db.read(), &app.base.keyring);
            reports::find_text(db, keyring, &delivered.order_no).await.unwrap().is_some()
        };
        let bodies = async || {
            let sql = "SELECT COUNT(*) FROM callback_inbox WHERE body_sealed IS NOT NULL";
            let row = query_one(app.base.db.read(), sql, vec![]).await.unwrap().unwrap();
            row.try_get_by_index::<i64>(0).unwrap()
        };
        let kept = bodies().await;
        assert!(kept > 0 && has_text().await && has_form(&given_up).await);

        app.clock.advance(DAY * 9);
        expire(&app, &retention(10, 10, 10)).await;
        assert!(bodies().await == kept && has_text().await && has_form(&given_up).await, "young");
        app.clock.advance(DAY * 2);
        expire(&app, &retention(0, 0, 0)).await;
        assert!(
            bodies().await == kept && has_text().await && has_form(&given_up).await,
            "for ever"
        );

        expire(&app, &retention(10, 0, 0)).await;
        assert!(!has_form(&given_up).await && has_form(&delivered).await);
        expire(&app, &retention(0, 0, 10)).await;
        assert!(bodies().await == 0 && has_text().await);
        expire(&app, &retention(0, 10, 0)).await;
        assert!(!has_text().await && !has_form(&delivered).await);
        let order = app.reload(&delivered.order_no).await;
        assert_eq!((order.status, order.total), (OrderStatus::Completed, delivered.total));
    })
    .await;
}

#[tokio::test]
async fn a_kept_birth_that_nobody_uses_is_deleted_in_the_end() {
    everywhere(async |app: TestApp| {
        let born =
            |name: &str| Born { name: Some(name.to_owned()), gender: None, birth: a_birth() };
        for name in ["妈妈", "爸爸", "妈妈"] {
            let wish = (ProfileKind::Other, born(name));
            keep_profile::save(&app.base, BUYER, wish).await.unwrap();
        }
        let kept = keep_profile::list(&app.base, BUYER).await.unwrap();
        assert_eq!(kept.len(), 2, "the same name again is the same birth");
        app.clock.advance(DAY * 9);
        let used = keep_profile::take(&app.base, (BUYER, &kept[0].id)).await.unwrap();
        assert_eq!(used.as_ref(), Some(&kept[0]));
        let stranger = keep_profile::take(&app.base, (PROMOTER, &kept[0].id)).await.unwrap();
        assert_eq!(stranger, None);
        app.clock.advance(DAY * 2);
        let retention = Retention { profiles_days: 10, ..Retention::default() };
        expire(&app, &retention).await;
        assert_eq!(keep_profile::list(&app.base, BUYER).await.unwrap(), [kept[0].clone()]);
    })
    .await;
}

#[tokio::test]
async fn a_person_keeps_so_many_births_and_one_of_each_kind() {
    everywhere(async |app: TestApp| {
        let save = async |kind, name: Option<String>| {
            let born = Born { name, gender: None, birth: a_birth() };
            keep_profile::save(&app.base, BUYER, (kind, born)).await.unwrap()
        };
        assert_eq!(save(ProfileKind::Own, None).await, Kept::New);
        assert_eq!(save(ProfileKind::Own, None).await, Kept::Replaced);
        for number in 2..=MOST_PROFILES {
            assert_eq!(save(ProfileKind::Other, Some(number.to_string())).await, Kept::New);
        }
        assert_eq!(save(ProfileKind::Partner, None).await, Kept::TooMany);
        assert_eq!(save(ProfileKind::Own, None).await, Kept::Replaced);
    })
    .await;
}

#[tokio::test]
async fn an_order_that_is_under_way_keeps_its_answers_however_old() {
    everywhere(async |app: TestApp| {
        let order = app.a_paid_order().await;
        app.clock.advance(DAY * 400);
        expire(&app, &retention(1, 1, 1)).await;
        let order = app.reload(&order.order_no).await;
        assert!(order.form::<serde_json::Value>(&app.base.keyring).is_ok());
        app.run_to_the_end().await;
        assert_eq!(app.reload(&order.order_no).await.status, OrderStatus::Completed);
    })
    .await;
}

#[tokio::test]
async fn the_nightly_forgetting_is_asked_for_once_and_only_where_something_expires() {
    everywhere(async |app: TestApp| {
        let zone = app.tools.till.money.time_zone;
        let sweep =
            async |kept: &Retention| expire_data::sweep(&app.base, zone, kept).await.unwrap();
        // The test's clock stands at noon.
        assert!(!sweep(&retention(0, 0, 0)).await);
        assert!(sweep(&retention(30, 0, 0)).await);
        assert!(!sweep(&retention(30, 0, 0)).await);
        app.clock.advance(DAY / 2 + DAY / 24);
        assert!(!sweep(&retention(30, 0, 0)).await, "at one in the morning");
        app.clock.advance(DAY / 6);
        assert!(sweep(&retention(30, 0, 0)).await);
    })
    .await;
}
